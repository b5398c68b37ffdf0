"""A phone with OwnTracks that publishes to a broker: MQTT 3.1.1, QoS 1, one message a report.

    CONNECT -> CONNACK;   PUBLISH owntracks/USER/DEVICE {...} -> PUBACK

The broker's PUBACK is what takes a report off the phone: from then on the broker holds it, until
the gateway has committed it. Facts from the OASIS standard MQTT 3.1.1, sections 2 and 3.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from waypost.worlds.report import Report
from waypost.worlds.speak_http import owntracks_object
from waypost.worlds.tongues import Heard

CONNACK, PUBACK = 0x20, 0x40
CONNECT, PUBLISH_QOS_1, AGAIN, PINGREQ = 0x10, 0x32, 0x08, b"\xc0\x00"
CLEAN_SESSION = 0x02
KEEP_ALIVE_S = 3600
PACKET_NUMBERS = 0xFFFF  # 1 to 65,535: 0 is none
ACCEPTED = 0


class MqttTongue:
    """One phone on one connection; its name is its topic."""

    parcel_max = 10

    def __init__(self, topic: str) -> None:
        self.topic = topic
        self._awaited: dict[int, int] = {}
        self._held = b""

    def greeting(self) -> bytes:
        settings = bytes([4, CLEAN_SESSION]) + KEEP_ALIVE_S.to_bytes(2)  # level 4 is 3.1.1
        return _packet(CONNECT, _text("MQTT") + settings + _text(f"tag {self.topic}"))

    def say(self, reports: Sequence[Report], *, now_us: int, stored: bool) -> list[bytes]:
        return [self._published(report, again=stored) for report in reports]

    def beat(self, *, now_us: int) -> bytes:
        return PINGREQ

    def hear(self, data: bytes) -> Heard:
        """Every answer that a phone gets is four bytes long, or two (to a ping)."""
        heard = Heard()
        self._held += data
        while len(self._held) >= 2 and len(self._held) >= 2 + self._held[1]:
            size = 2 + self._held[1]
            answer, self._held = self._held[:size], self._held[size:]
            if answer[0] == CONNACK:
                heard.ready = answer[3:] == bytes([ACCEPTED])
                heard.refused = not heard.ready
            elif answer[0] == PUBACK:
                number = self._awaited.pop(int.from_bytes(answer[2:4]), None)
                heard.acknowledged += [] if number is None else [number]
        return heard

    def _published(self, report: Report, *, again: bool) -> bytes:
        packet_number = report.number % PACKET_NUMBERS + 1
        self._awaited[packet_number] = report.number
        body = json.dumps(owntracks_object(report)).encode()
        kind = PUBLISH_QOS_1 | AGAIN * again
        return _packet(kind, _text(self.topic) + packet_number.to_bytes(2) + body)


def _packet(kind: int, content: bytes) -> bytes:
    """Kind, length in groups of seven bits, the least first, content."""
    length, size = len(content), bytearray()
    while True:
        length, group = length >> 7, length & 0x7F
        size.append(group | (0x80 if length else 0))
        if not length:
            return bytes([kind]) + bytes(size) + content


def _text(text: str) -> bytes:
    data = text.encode()
    return len(data).to_bytes(2) + data
