"""A Teltonika tag that sends datagrams: who it is, its records and their number in one.

    length packet-id 01 number imei-length imei 8E count records count
    00 05  packet-id 01 number count                                       is the answer

No login and no checksum: UDP has one of its own. Facts from Teltonika's public page on its data
sending protocols.
"""

from __future__ import annotations

from collections.abc import Sequence

from waypost.worlds.report import Report
from waypost.worlds.speak_teltonika import records
from waypost.worlds.tongues import Heard

ANSWER_LENGTH = 7
PACKET_ID = b"\xca\xfe"
TO_BE_ANSWERED = b"\x01"
NUMBERS = 0x100


class TeltonikaDatagrams:
    """One tag; a datagram's number comes back in its answer."""

    parcel_max = 15  # stays below 1,280 bytes, as their firmware does

    def __init__(self, imei: str) -> None:
        self.imei = imei
        self._number = 0
        self._awaited: dict[int, list[int]] = {}

    def greeting(self) -> bytes:
        return b""

    def say(self, reports: Sequence[Report], *, now_us: int, stored: bool) -> list[bytes]:
        self._number = (self._number + 1) % NUMBERS
        self._awaited = {self._number: [report.number for report in reports]}
        named = len(self.imei).to_bytes(2) + self.imei.encode()
        body = PACKET_ID + TO_BE_ANSWERED + bytes([self._number]) + named + records(reports)
        return [len(body).to_bytes(2) + body]

    def beat(self, *, now_us: int) -> bytes:
        return b""

    def hear(self, data: bytes) -> Heard:
        heard = Heard()
        for start in range(0, len(data) - ANSWER_LENGTH + 1, ANSWER_LENGTH):
            number, count = data[start + 5], data[start + 6]
            waiting = self._awaited.get(number)
            if waiting is not None and count == len(waiting):
                heard.acknowledged += self._awaited.pop(number)
            elif waiting is not None:
                heard.refused = True
        return heard
