"""A Teltonika tag: it logs in by IMEI, sends packets of records (codec 8 extended), and forgets
them when it is told their count.

    00 0F imei -> 01;   00000000 length 8E count records count crc -> count, four bytes

Facts from Teltonika's public page on its data sending protocols.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence

from waypost.positions.values import EventKind
from waypost.units import MPS_PER_KMH
from waypost.worlds.report import Report
from waypost.worlds.tongues import Heard

CODEC_8_EXTENDED = 0x8E
LOGIN_TAKEN = b"\x01"
COUNT_SIZE = 4
SATELLITES = 9
BATTERY_PERCENT, BATTERY_PERCENT_IO = 80, 113
JAMMING_IO = 249
PRIORITIES = {None: 0, EventKind.JAMMING: 1, EventKind.SOS: 2}  # low, high, panic
_RECORD = struct.Struct(">QBiihHBH")


class TeltonikaTongue:
    """One tag on one connection."""

    parcel_max = 30

    def __init__(self, imei: str) -> None:
        self.imei = imei
        self._logged_in = False
        self._awaited: list[int] = []
        self._held = b""

    def greeting(self) -> bytes:
        return len(self.imei).to_bytes(2) + self.imei.encode()

    def say(self, reports: Sequence[Report], *, now_us: int, stored: bool) -> list[bytes]:
        self._awaited = [report.number for report in reports]
        body = records(reports)
        head = bytes(4) + len(body).to_bytes(4)
        return [head + body + crc16(body).to_bytes(4)]

    def beat(self, *, now_us: int) -> bytes:
        return b"\xff"  # a ping: nothing is answered to it

    def hear(self, data: bytes) -> Heard:
        heard = Heard()
        self._held += data
        if not self._logged_in and self._held:
            self._logged_in = heard.ready = self._held[:1] == LOGIN_TAKEN
            heard.refused = not heard.ready
            self._held = self._held[1:]
        while len(self._held) >= COUNT_SIZE:
            count = int.from_bytes(self._held[:COUNT_SIZE])
            self._held = self._held[COUNT_SIZE:]
            if count and count == len(self._awaited):
                heard.acknowledged += self._awaited
                self._awaited = []
            else:
                heard.refused = True
        return heard


def records(reports: Sequence[Report]) -> bytes:
    """Codec, count, records, count: what stands in a packet and in a datagram alike."""
    count = bytes([len(reports)])
    whole = b"".join(_record(report) for report in reports)
    return bytes([CODEC_8_EXTENDED]) + count + whole + count


def _record(report: Report) -> bytes:
    if report.lat is None or report.lon is None:
        raise ValueError(f"report {report.number} has no place, and this protocol needs one")
    jammed = report.event is EventKind.JAMMING
    place = _RECORD.pack(
        report.at_us // 1000,
        PRIORITIES[report.event],
        round(report.lon * 1e7),
        round(report.lat * 1e7),
        30,
        round(report.course_deg or 0) % 360,
        SATELLITES,
        round((report.speed_mps or 0.0) / MPS_PER_KMH),
    )
    elements = [(BATTERY_PERCENT_IO, BATTERY_PERCENT)] + [(JAMMING_IO, 1)] * jammed
    cause = JAMMING_IO if jammed else 0
    head = struct.pack(">HHH", cause, len(elements), len(elements))
    ones = b"".join(struct.pack(">HB", name, value) for name, value in elements)
    return place + head + ones + bytes(8)  # no elements of two, four, eight or more bytes


def crc16(body: bytes) -> int:
    """CRC-16/IBM: polynomial 0xA001 reflected, begun with zeros."""
    crc = 0
    for byte in body:
        crc = crc >> 8 ^ _CRC16[(crc ^ byte) & 0xFF]
    return crc


def _crc16_of(byte: int) -> int:
    for _ in range(8):
        byte = byte >> 1 ^ 0xA001 * (byte & 1)
    return byte


_CRC16 = [_crc16_of(byte) for byte in range(256)]
