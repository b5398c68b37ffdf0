"""A GT06 tag: it logs in by IMEI, and each packet's serial comes back in its acknowledgement.

    78 78 length kind ... serial crc 0D 0A -> 78 78 05 kind serial crc 0D 0A

Kinds spoken: 0x01 login, 0x22 place, 0x16 alarm, 0x13 heartbeat. Facts from the public "GPS tracker
communication protocol" of GT06 and its kin.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from datetime import UTC, datetime

from waypost.positions.values import EventKind
from waypost.units import MPS_PER_KMH
from waypost.worlds.report import Report
from waypost.worlds.tongues import Heard

START, END = b"\x78\x78", b"\x0d\x0a"
LOGIN, HEARTBEAT, ALARM, PLACE = 0x01, 0x13, 0x16, 0x22
PARTS_PER_DEGREE = 1_800_000
SERIALS = 0x10000
ANSWER_LENGTH = 10
SATELLITES = 9
POSITIONED, WEST, NORTH = 0x1000, 0x0800, 0x0400  # bits above the course
CELL = bytes.fromhex("00ea0f6093000f83")  # country, network, area, cell
STATUS = bytes.fromhex("460604")  # charging and ready; voltage level 6 of 6, signal 4 of 4
ALARM_SOS, ENGLISH = 0x01, 0x02


class Gt06Tongue:
    """One tag on one connection; serials begin anew with each login, as on real ones."""

    parcel_max = 10

    def __init__(self, imei: str) -> None:
        self.imei = imei
        self._serial = 0
        self._awaited: dict[tuple[int, int], int] = {}
        self._held = b""

    def greeting(self) -> bytes:
        return self._packet(LOGIN, bytes.fromhex(self.imei.zfill(16)))

    def say(self, reports: Sequence[Report], *, now_us: int, stored: bool) -> list[bytes]:
        return [self._said(report, stored) for report in reports]

    def beat(self, *, now_us: int) -> bytes:
        return self._packet(HEARTBEAT, STATUS + bytes([0, ENGLISH]))

    def hear(self, data: bytes) -> Heard:
        heard = Heard()
        self._held += data
        while len(self._held) >= ANSWER_LENGTH:
            answer, self._held = self._held[:ANSWER_LENGTH], self._held[ANSWER_LENGTH:]
            kind, serial = answer[3], int.from_bytes(answer[4:6])
            sound = answer[:3] == START + b"\x05" and crc_itu(answer[2:6]) == _crc_in(answer)
            heard.refused |= not sound
            heard.ready |= sound and kind == LOGIN
            if sound and (kind, serial) in self._awaited:
                heard.acknowledged.append(self._awaited.pop((kind, serial)))
        return heard

    def _said(self, report: Report, stored: bool) -> bytes:
        place = _place(report)
        if report.event is EventKind.SOS:
            kind, content = ALARM, place + b"\x09" + CELL + STATUS + bytes([ALARM_SOS, ENGLISH])
        else:
            kind, content = PLACE, place + CELL + bytes([0, 0, int(stored)])
        frame = self._packet(kind, content)
        self._awaited[kind, (self._serial - 1) % SERIALS] = report.number
        return frame

    def _packet(self, kind: int, content: bytes) -> bytes:
        body = bytes([len(content) + 5, kind]) + content + self._serial.to_bytes(2)
        self._serial = (self._serial + 1) % SERIALS
        return START + body + crc_itu(body).to_bytes(2) + END


def _place(report: Report) -> bytes:
    """Time, satellites, latitude, longitude, speed, course with the bits of the hemispheres."""
    if report.lat is None or report.lon is None:
        raise ValueError(f"report {report.number} has no place, and this protocol needs one")
    at = datetime.fromtimestamp(report.at_us // 1_000_000, UTC)
    when = bytes([at.year % 100, at.month, at.day, at.hour, at.minute, at.second])
    course = round(report.course_deg or 0) % 360 | POSITIONED
    course |= NORTH * (report.lat >= 0) | WEST * (report.lon < 0)
    speed_kmh = min(round((report.speed_mps or 0.0) / MPS_PER_KMH), 255)
    lat, lon = (round(abs(degrees) * PARTS_PER_DEGREE) for degrees in (report.lat, report.lon))
    return when + struct.pack(">BIIBH", 0xC0 | SATELLITES, lat, lon, speed_kmh, course)


def _crc_in(answer: bytes) -> int:
    return int.from_bytes(answer[6:8])


def crc_itu(body: bytes) -> int:
    """CRC-ITU (X.25): polynomial 0x8408 reflected, begun and ended with all ones."""
    crc = 0xFFFF
    for byte in body:
        crc = crc >> 8 ^ _CRC_ITU[(crc ^ byte) & 0xFF]
    return crc ^ 0xFFFF


def _crc_itu_of(byte: int) -> int:
    for _ in range(8):
        byte = byte >> 1 ^ 0x8408 * (byte & 1)
    return byte


_CRC_ITU = [_crc_itu_of(byte) for byte in range(256)]
