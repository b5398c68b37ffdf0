"""Queclink's HEX reports: places, battery and events of the layouts whose bytes are known.

    +RSP +BSP +EVT +BVT   type, mask, length, device, ... places of 32 bytes, 17 more, send time,
                          count, CRC-16 (0x1021 from 0xFFFF, from the type on), CR LF
    +RSP type 100         a place a second, each as its difference from the one before
    + NUL, - NUL          records of tagged data (the newer families); "-" is stored meanwhile

The mask says what a report is made of; one mask is read, the one that real reports carry. Others,
and other kinds, are checked and left unread. Facts from public code and real reports.
"""

from __future__ import annotations

import binascii
import struct
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from waypost.clock import EPOCH
from waypost.positions.values import Decoded, DecodedEvent, DecodedFix, EventKind
from waypost.protocols.values import Unreadable
from waypost.units import MPS_PER_KMH, Mechanism

_MASK = 0x00FC1FBF
_SECOND = timedelta(seconds=1)
_HEAD = struct.Struct(">4sBIHBHH8sBHBB")  # head .. IMEI, battery, millivolts, motion, satellites
_PLACE = struct.Struct(">BHBHhii")  # then the time (7 bytes), the cell, a reserved byte
_PLACE_LENGTH = 32
_CELLS = struct.Struct(">HHHH")
_BEHIND = 17  # odometer, hours and states of that mask
_TAIL = 13  # send time, count, CRC, CR LF
_CELL = 9  # behind compressed places
_COMPRESSED = 100
_PLACES_MAX = 15  # of a report that is not compressed
_REPORTS = {b"+RSP": False, b"+BSP": True, b"+EVT": False, b"+BVT": True}  # -> stored meanwhile
_EVENTS: dict[int, tuple[EventKind, str]] = {
    1: (EventKind.CONTACT, "power_on"),
    2: (EventKind.OTHER, "power_off"),
    3: (EventKind.OTHER, "external_power_connected"),
    4: (EventKind.OTHER, "external_power_cut"),
    6: (EventKind.BATTERY_LOW, ""),
    7: (EventKind.CHARGING_STARTED, ""),
    8: (EventKind.CHARGING_ENDED, ""),
    9: (EventKind.OTHER, "motion_state"),
    12: (EventKind.CONTACT, ""),
    13: (EventKind.OTHER, "ignition_on"),
    14: (EventKind.OTHER, "ignition_off"),
    20: (EventKind.JAMMING, "cellular"),
    23: (EventKind.OTHER, "crash"),
}
_JAMMING_STATUS = 33  # its state as in GTJDS: 1 left, 2 entered
_NEW_HEAD = struct.Struct(">BBHB8s")
_NEW_PLACE = struct.Struct(">BiiIH")
_NEW_FULL = struct.Struct(">BH3sB")  # behind it in a full place: HDOP, course, altitude, satellites
_SOS_RECORD = 0x10
_FIXED = 2  # of the state of a new place: 0 off, 1 no fix
BAD_CRC = "the CRC of a binary message is wrong"
BAD_LAYOUT = "a binary message is not built as its head says"


def decode_binary(frame: bytes, device_id: str | None = None) -> Decoded:
    """What one whole HEX report says; never an exception. Unread kinds say nothing and no error."""
    try:
        if frame[1:2] == b"\0":
            return _new(frame)
        if len(frame) < 4 + _TAIL or _crc(frame) != int.from_bytes(frame[-4:-2], "big"):
            return Decoded(device_id, error=BAD_CRC)
        if frame[:4] not in _REPORTS or len(frame) < _HEAD.size + _TAIL:
            return Decoded(device_id)
        return _report(frame, device_id)
    except Unreadable as trouble:
        return Decoded(device_id, error=str(trouble))
    except (struct.error, IndexError):
        return Decoded(device_id, error=BAD_LAYOUT)


def _crc(frame: bytes) -> int:
    return binascii.crc_hqx(frame[4:-4], 0xFFFF)


def _report(frame: bytes, device_id: str | None) -> Decoded:
    head, kind, mask, *_, imei, battery, _millivolts, _motion, satellites = _HEAD.unpack_from(frame)
    if mask != _MASK:
        return Decoded(device_id)
    device = _imei(imei)
    common: dict[str, Any] = {"report": f"{head[1:].decode()}-{kind}"}
    if _REPORTS[head]:
        common["buffered"] = True
    if kind == _COMPRESSED and head in (b"+RSP", b"+BSP"):
        return Decoded(device, tuple(_compressed(frame, common)))
    at, count = _places_at(frame)
    common["satellites"] = satellites
    fixes = tuple(_fix(frame, at + index * _PLACE_LENGTH, common) for index in range(count))
    happened_at = fixes[-1].measured_at if fixes[-1].valid else _time(frame[-13:-6])
    state = frame[_HEAD.size : at - 1]
    events = _events(head, kind, state, happened_at, common["report"])
    if battery <= 100:
        events.append(DecodedEvent(happened_at, EventKind.BATTERY_LEVEL, {"percent": battery}))
    return Decoded(device, fixes, tuple(events))


def _places_at(frame: bytes) -> tuple[int, int]:
    """Where the places begin and how many there are: what stands before them differs by kind, so
    they are counted from the end, and the byte before them must say the same."""
    for count in range(1, _PLACES_MAX + 1):
        at = len(frame) - _TAIL - _BEHIND - count * _PLACE_LENGTH
        if at > _HEAD.size and frame[at - 1] == count:
            return at, count
    raise Unreadable(BAD_LAYOUT)


def _fix(frame: bytes, at: int, common: dict[str, Any]) -> DecodedFix:
    hdop, kmh, tenths, course, altitude, lon, lat = _PLACE.unpack_from(frame, at)
    mcc, mnc, lac, cell = _CELLS.unpack_from(frame, at + 23)
    attributes = {**common, "hdop": hdop}
    if mcc:
        attributes["cell"] = f"{mcc:04d}-{mnc:04d}-{lac:04X}-{cell:04X}"
    return _fix_of(
        lat,
        lon,
        _time(frame[at + 16 : at + 23]),
        course=course,
        altitude_m=float(altitude),
        speed_mps=(kmh + tenths / 10) * MPS_PER_KMH,
        valid=hdop > 0,
        attributes=attributes,
    )


def _compressed(frame: bytes, common: dict[str, Any]) -> Iterator[DecodedFix]:
    """A place a second: whole ones of 11 bytes (the first has its time behind it), differences of
    5, and single bytes for seconds without one."""
    count = int.from_bytes(frame[_HEAD.size : _HEAD.size + 2], "big")
    at, at_s = _HEAD.size + 2, 0
    tenths = course = lon = lat = 0
    for _ in range(count):
        at_s += 1 if at_s else 0
        form = frame[at] >> 6
        if form == 1:
            bits = int.from_bytes(frame[at : at + 3], "big")
            tenths, course = bits >> 9 & 0xFFF, bits & 0x1FF
            lon, lat = struct.unpack_from(">ii", frame, at + 3)
            at += 11
            if not at_s:
                at_s = int.from_bytes(frame[at : at + 4], "big")
                at += 4
        elif form == 2:
            bits = int.from_bytes(frame[at : at + 5], "big")
            tenths, course = tenths + _signed(bits >> 30, 7), course + _signed(bits >> 23, 7)
            lon, lat = lon + _signed(bits >> 11, 12), lat + _signed(bits, 11)
            at += 5
        else:
            at += 1
            continue
        measured_at, speed_mps = EPOCH + at_s * _SECOND, max(tenths, 0) / 10 * MPS_PER_KMH
        yield _fix_of(
            lat, lon, measured_at, course=course % 360, speed_mps=speed_mps, attributes=common
        )
    if at != len(frame) - _TAIL - _BEHIND - _CELL:
        raise Unreadable(BAD_LAYOUT)


def _signed(bits: int, width: int) -> int:
    bits &= (1 << width) - 1
    return bits - (1 << width) if bits >> (width - 1) else bits


def _events(
    head: bytes, kind: int, state: bytes, at: datetime | None, report: str
) -> list[DecodedEvent]:
    """The event that an +EVT is; `state` is what stands between its head and its place."""
    if head not in (b"+EVT", b"+BVT"):
        return []
    what, word = _EVENTS.get(kind, (None, ""))
    if kind == _JAMMING_STATUS and state[:1] in (b"\1", b"\2"):
        what = EventKind.JAMMING if state[0] == 2 else EventKind.JAMMING_ENDED
        word = "cellular"
    if what is None:
        return []
    return [DecodedEvent(at, what, {"report": report, **({"alarm": word} if word else {})})]


def _fix_of(
    lat: int, lon: int, measured_at: datetime | None, *, course: float | None, **stated: Any
) -> DecodedFix:
    """A fix from millionths of degrees; Unreadable where the place or its time cannot be."""
    if measured_at is None or not (abs(lat) <= 90_000_000 and abs(lon) <= 180_000_000):
        raise Unreadable("a longitude, a latitude or the time of a place is out of range")
    course_deg = None if course is None or course > 360 else float(course)
    return DecodedFix(
        measured_at,
        lat / 1_000_000,
        lon / 1_000_000,
        course_deg=course_deg,
        mechanism=Mechanism.GNSS,
        **stated,
    )


def _imei(digits: bytes) -> str:
    """Two digits a byte, the last of fifteen alone."""
    if max(digits[:7]) > 99 or digits[7] > 9:
        raise Unreadable("the device id is no IMEI")
    return "".join(f"{pair:02d}" for pair in digits[:7]) + str(digits[7])


def _time(seven: bytes) -> datetime | None:
    try:
        year, month, day, hour, minute, second = struct.unpack(">HBBBBB", seven)
        return datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        return None


def _new(frame: bytes) -> Decoded:
    """Records of tagged data: head, IMEI in packed digits, versions, records, count, CRC, `$`."""
    sign, _, _, flag, imei = _NEW_HEAD.unpack_from(frame)
    at = _NEW_HEAD.size
    if flag & 0x80:  # one of several packets
        imei, at = frame[at - 6 : at + 2], at + 2
    digits = imei.hex()
    if not digits.isdecimal() or digits[0] != "0":
        raise Unreadable("the device id is no IMEI")
    at += 6 + frame[at + 5]
    fixes: list[DecodedFix] = []
    events: list[DecodedEvent] = []
    common = {"buffered": True} if sign == ord("-") else {}
    while at < len(frame) - 4:
        length, width = _varied(frame, at)
        if length < width + 8 or at + length > len(frame) - 4:
            raise Unreadable(BAD_LAYOUT)
        _record(frame[at + width : at + length], common, fixes, events)
        at += length
    return Decoded(digits[1:], tuple(fixes), tuple(events))


def _record(
    record: bytes, common: dict[str, Any], fixes: list[DecodedFix], events: list[DecodedEvent]
) -> None:
    made_at = EPOCH + int.from_bytes(record[:4], "big") * _SECOND
    name = record[6]
    at = 8 if name >> 3 != 0x1F else 9
    attributes = {"report": f"{name:02X}", **common}
    if name == _SOS_RECORD:
        alarm = {"report": attributes["report"]}  # the same whether it was kept meanwhile or not
        events.append(DecodedEvent(made_at, EventKind.SOS, alarm))
    seen = len(fixes) + len(events)
    while at < len(record):
        tag, width = _varied(record, at)
        length, more = _varied(record, at + width)
        at += width + more
        data = record[at : at + length]
        at += length
        if tag in (0x51, 0x52):
            fixes.append(_new_fix(data, tag == 0x52, attributes))
        elif tag in (0x0A, 0x61) and len(data) > (3 if tag == 0x61 else 0):
            percent = data[3] if tag == 0x61 else data[0]
            if percent <= 100:
                level = {"percent": percent}
                events.append(DecodedEvent(made_at, EventKind.BATTERY_LEVEL, level))
    if len(fixes) + len(events) == seen and name != _SOS_RECORD:
        events.append(DecodedEvent(made_at, EventKind.CONTACT, attributes))


def _new_fix(data: bytes, is_full: bool, attributes: dict[str, Any]) -> DecodedFix:
    state, lon, lat, at_s, tenths = _NEW_PLACE.unpack_from(data)
    stated: dict[str, Any] = {
        "valid": state >> 2 & 3 == _FIXED,
        "speed_mps": tenths / 10 * MPS_PER_KMH,
        "attributes": attributes,
    }
    course = None
    if is_full:
        hdop, course, altitude, count = _NEW_FULL.unpack_from(data, _NEW_PLACE.size)
        stated["altitude_m"] = int.from_bytes(altitude, "big", signed=True) / 10
        stated["attributes"] = {**attributes, "hdop": hdop / 10, "satellites": count}
    return _fix_of(lat, lon, EPOCH + at_s * _SECOND, course=course, **stated)


def _varied(data: bytes, at: int) -> tuple[int, int]:
    """A number of one byte, or of two when its first bit is set; and how many it took."""
    if data[at] >> 7:
        return int.from_bytes(data[at : at + 2], "big") & 0x7FFF, 2
    return data[at], 1
