"""GT06: the core of the protocol that most trackers from Shenzhen speak a dialect of.

    78 78 length kind content serial crc 0D 0A    length, one byte, counts kind to crc
    79 79 length kind content serial crc 0D 0A    length, two bytes
    -> 78 78 05 kind serial crc 0D 0A

Read: login, heartbeat, places (GPS alone, with cells, with state), alarm. Every other kind is
acknowledged as its makers wait for it and kept unread: dialects differ too much to guess at. Facts
from the makers' protocol papers (GT06 1.8, GT06N 2015, JM-VL03) and from public messages. Times
are taken as UTC, as the papers' 0x22 says; a dialect on local time is for those who judge clocks.
"""

from __future__ import annotations

import struct
from datetime import UTC, datetime
from typing import Any

from waypost.positions.values import Decoded, DecodedEvent, DecodedFix, EventKind
from waypost.protocols.checksums import crc16_x25
from waypost.protocols.cutting import FILLING, HeadFramer
from waypost.protocols.gt06_alarms import ALARMS, LOW_BATTERY, STATUS_ALARMS
from waypost.protocols.values import Unreadable
from waypost.units import MPS_PER_KMH, Mechanism

SHORT, LONG, TAIL = b"\x78\x78", b"\x79\x79", b"\r\n"
LENGTH_MIN = 5  # kind, serial, checksum
LONG_LENGTH_MAX = 4_096  # of a long frame; texts and lists of towers stay far below
LOGIN, GPS, GPS_CELL, HEARTBEAT, ALARM, GPS_STATE = 0x01, 0x10, 0x12, 0x13, 0x16, 0x22
TIME_WANTED = 0x8A  # the answer is the time of day: `reply_at`, for those who have a clock
# Kinds whose makers want no answer: texts, answers to commands, photos.
UNANSWERED_SHORT = {0x34, 0x80, 0x81, 0x82, 0x83, TIME_WANTED, 0x94, 0xF3}
UNANSWERED_LONG = {0x21, 0x34, 0x35, 0x36, 0x65, 0x66, 0x84, 0x8C, 0x94, 0x9B, 0xFD}
ANSWERED_LONG = {0x32, 0x33}  # with a long frame
# A tag that asks for the address of its place is told that there is none: length, kind 97, length,
# flags, text, serial.
ADDRESS_WANTED, NO_ADDRESS = 0x2A, b"\0\x15\x97\x0b\0\0\0\0NA&&NA&&0##\0\0"
HEARTBEAT_LENGTHS = range(4, 7)  # of its content where it is state, volts, signal, language
SHORT_HEARTBEAT = 8  # a firmware's wrong length: the heartbeat is two bytes longer

# Year to second, satellites, latitude, longitude, km/h, course and flags.
_PLACE = struct.Struct(">BBBBBBBIIBH")
_CELL = struct.Struct(">HBHBH")  # country, network, area, cell (3 bytes)
UNITS_PER_DEGREE = 1_800_000
_NORTH, _WEST, _SEEN = 0x0400, 0x0800, 0x1000


def framer() -> HeadFramer:
    return HeadFramer(cut)


def cut(buffer: bytes, start: int) -> tuple[int, str | None]:
    """Where the frame that begins at `start` ends, by its head, its length and its tail."""
    size = len(buffer)
    head = buffer[start : start + 2]
    if head == SHORT:
        if size < start + 4:
            return start + 4, None
        length = buffer[start + 2]
        end = start + length + 5
        if buffer[start + 3] == HEARTBEAT and length == SHORT_HEARTBEAT and size >= end:
            end += 0 if buffer[end - 2 : end] == TAIL else 2
    elif head == LONG:
        if size < start + 4:
            return start + 4, None
        length = buffer[start + 2] << 8 | buffer[start + 3]
        end = start + length + 6
    else:
        return _filling(buffer, start)
    if not LENGTH_MIN <= length <= LONG_LENGTH_MAX:
        return _past_tail(buffer, start), f"no frame has a length of {length}"
    if size >= end and buffer[end - 2 : end] != TAIL:
        return _past_tail(buffer, start), f"the frame does not end where its length {length} says"
    return end, None


def decode(frame: bytes, device_id: str | None = None) -> Decoded:
    """What one frame says; its checksum is asked first."""
    try:
        return _decode(frame, device_id)
    except Unreadable as trouble:
        return Decoded(device_id, error=str(trouble))
    except struct.error:
        return Decoded(device_id, error="the frame ends before its place does")


def reply(frame: bytes, decoded: Decoded) -> bytes | None:
    """Its kind and serial back; nothing to a bad frame, which the tag then sends again."""
    if decoded.error is not None:
        return None
    is_long = frame.startswith(LONG)
    kind = frame[4] if is_long else frame[3]
    if kind in (UNANSWERED_LONG if is_long else UNANSWERED_SHORT):
        return None
    if kind == ADDRESS_WANTED and not is_long:
        return _sealed(LONG, NO_ADDRESS)
    bare = bytes([5, kind]) + frame[-6:-4]
    if is_long and kind in ANSWERED_LONG:
        return _sealed(LONG, b"\0" + bare)
    return _sealed(SHORT, bare)


def reply_at(frame: bytes, decoded: Decoded, now: datetime) -> bytes | None:
    """The time of day (UTC) for a tag that asks for it, to set its clock by; None for any other."""
    if decoded.error is not None or frame.startswith(LONG) or frame[3] != TIME_WANTED:
        return None
    at = now.astimezone(UTC)
    told = bytes([at.year % 100, at.month, at.day, at.hour, at.minute, at.second])
    return _sealed(SHORT, bytes([LENGTH_MIN + len(told), TIME_WANTED]) + told + frame[-6:-4])


def _sealed(head: bytes, text: bytes) -> bytes:
    return head + text + crc16_x25(text).to_bytes(2) + TAIL


def _filling(buffer: bytes, start: int) -> tuple[int, str | None]:
    """Bytes before a head: line ends are nothing, one byte may be half a head, others a fault."""
    if buffer.startswith(TAIL, start):
        return start + 2, FILLING
    if len(buffer) == start + 1 and buffer[start] in b"\x78\x79\r":
        return start + 2, None
    heads = (buffer.find(SHORT, start + 1), buffer.find(LONG, start + 1))
    return min((at for at in heads if at > 0), default=len(buffer)), "no frame begins like this"


def _past_tail(buffer: bytes, start: int) -> int:
    at = buffer.find(TAIL, start + 2)
    return at + 2 if at > 0 else len(buffer)


def _decode(frame: bytes, device_id: str | None) -> Decoded:
    if len(frame) < LENGTH_MIN + 5 or not frame.endswith(TAIL):
        raise Unreadable("the frame is too short")
    if crc16_x25(frame[2:-4]) != frame[-4] << 8 | frame[-3]:
        raise Unreadable("the checksum is wrong")
    if frame.startswith(LONG):
        return Decoded(device_id)  # no kind of the core comes in long frames
    kind, content = frame[3], frame[4:-6]
    if kind == LOGIN:
        login = DecodedEvent(None, EventKind.CONTACT, {"type": "login"})
        return Decoded(_imei(content), events=(login,))
    if kind == HEARTBEAT:
        return Decoded(device_id, events=tuple(_heartbeat(content)))
    if kind in {GPS, GPS_CELL, GPS_STATE, ALARM}:
        return _place(kind, content, device_id)
    return Decoded(device_id)


def _imei(content: bytes) -> str:
    """Fifteen digits in eight bytes, one to a half byte; a tag with a full sixteen keeps them."""
    digits = content[:8].hex()
    if len(digits) != 16 or not digits.isdecimal():
        raise Unreadable("the login names no IMEI of digits")
    return digits[1:] if digits[0] == "0" else digits


def _heartbeat(content: bytes) -> list[DecodedEvent]:
    """A heartbeat has no time; its state and volts are read where it has the core's length."""
    if len(content) not in HEARTBEAT_LENGTHS:
        return [DecodedEvent(None, EventKind.CONTACT, {"type": "heartbeat"})]
    state, level, signal = content[0], content[1], content[2]
    attributes = {"type": "heartbeat", **_state(state), "gsm_signal": signal}
    return [DecodedEvent(None, EventKind.CONTACT, attributes), *_battery(level, state, None)]


def _state(state: int) -> dict[str, Any]:
    return {"status": state, "charging": bool(state & 4), "ignition": bool(state & 2)}


def _battery(level: int, state: int, measured_at: datetime | None) -> list[DecodedEvent]:
    """Volts come as a level from 0 to 6, or from newer tags as per cent."""
    percent = round(level * 100 / 6) if level <= 6 else level
    if percent > 100:
        return []
    attributes = {"percent": percent, "charging": bool(state & 4)}
    return [DecodedEvent(measured_at, EventKind.BATTERY_LEVEL, attributes)]


def _place(kind: int, content: bytes, device_id: str | None) -> Decoded:
    year, month, day, hour, minute, second, satellites, lat, lon, speed_kmh, flags = (
        _PLACE.unpack_from(content)
    )
    try:
        measured_at = datetime(2000 + year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        measured_at = None
    attributes: dict[str, Any] = {"type": kind, "satellites": satellites & 0x0F}
    events = _around(kind, content[_PLACE.size :], attributes, measured_at)
    if not (lat or lon):  # searching since it was switched on: no place, and often no time
        contact = DecodedEvent(measured_at, EventKind.CONTACT, attributes)
        return Decoded(device_id, events=tuple(events) or (contact,))
    if measured_at is None:
        raise Unreadable("the time of the place is none of the calendar's")
    if lat > 90 * UNITS_PER_DEGREE or lon > 180 * UNITS_PER_DEGREE:
        raise Unreadable("the place is not on Earth")
    course_deg = flags & 0x03FF
    fix = DecodedFix(
        measured_at,
        lat / UNITS_PER_DEGREE if flags & _NORTH else -lat / UNITS_PER_DEGREE,
        -lon / UNITS_PER_DEGREE if flags & _WEST else lon / UNITS_PER_DEGREE,
        speed_mps=speed_kmh * MPS_PER_KMH,
        course_deg=course_deg if course_deg <= 360 else None,
        valid=bool(flags & _SEEN),
        mechanism=Mechanism.GNSS,
        attributes=attributes,
    )
    return Decoded(device_id, (fix,), tuple(events))


def _around(
    kind: int, rest: bytes, attributes: dict[str, Any], measured_at: datetime | None
) -> list[DecodedEvent]:
    """What stands behind a place: cell, state, alarm. Into the attributes; events come back."""
    if kind == ALARM:
        return _alarm(rest, attributes, measured_at)
    if kind in {GPS_CELL, GPS_STATE} and len(rest) >= 8:
        attributes.update(_cell(rest))
    if kind == GPS_STATE and len(rest) >= 11:
        attributes["ignition"], attributes["upload_mode"] = bool(rest[8]), rest[9]
        attributes["stored"] = bool(rest[10])
        if len(rest) == 15:
            attributes["odometer_m"] = int.from_bytes(rest[11:15])
    return []


def _cell(rest: bytes) -> dict[str, Any]:
    country, network, area, high, low = _CELL.unpack_from(rest)
    if not country or country & 0x8000:  # the high bit: a dialect with a longer network code
        return {}
    return {"cell": [country, network, area, high << 16 | low]}


def _alarm(
    rest: bytes, attributes: dict[str, Any], measured_at: datetime | None
) -> list[DecodedEvent]:
    """Cells with their length, then state, volts, signal, alarm, language.

    Some firmware counts the length's own byte and some does not: what leaves exactly the five
    bytes of state at the end is right; else (more follows) the papers' own count.
    """
    if len(rest) < 6:
        return []
    length = rest[0]
    if len(rest) - 5 in {length, length + 1}:
        at = len(rest) - 5
    else:
        at = length if length >= 9 else length + 1
    if length >= 8:
        attributes.update(_cell(rest[1:9] if len(rest) >= 9 else bytes(8)))
    if at + 5 > len(rest):
        return []
    state, level, signal, code = rest[at : at + 4]
    attributes.update(_state(state), gsm_signal=signal, alarm=code)
    alarms = [ALARMS.get(code), STATUS_ALARMS.get(state >> 3 & 7)]
    if alarms[0] is None and code:
        alarms[0] = (EventKind.OTHER, f"alarm {code:02x}")
    battery = _battery(level, state, measured_at)
    if alarms[0] is LOW_BATTERY and battery and battery[0].attributes["percent"] > 50:
        alarms[0] = (EventKind.OTHER, f"alarm {code:02x}")  # a dialect where 19 is something else
    found = {name: kind for kind, name in filter(None, alarms)}
    events = [DecodedEvent(measured_at, kind, {"alarm": name}) for name, kind in found.items()]
    return events + battery
