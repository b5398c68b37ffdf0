"""Records of Teltonika packets: codec 8, 8 Extended and 16, and codec 7 of the old GH3000.

    codec count [time priority place event IO-elements ...] count

A record of which the receiver had no satellite repeats the last place: such a fix is not valid, and
its speed and angle of 0 are not stated. A record without any place gives events.
"""

from __future__ import annotations

import struct
from datetime import UTC, datetime, timedelta
from typing import Any

from waypost.clock import EPOCH
from waypost.positions.values import DecodedEvent, DecodedFix, EventKind
from waypost.protocols.teltonika_io import BATTERY_PERCENT, IO_HDOP_TENTHS, io_events, long_events
from waypost.protocols.values import Unreadable
from waypost.units import MPS_PER_KMH, Mechanism

CODEC_7, CODEC_8, CODEC_16, CODEC_8E = 0x07, 0x08, 0x10, 0x8E
RECORD_CODECS = {CODEC_7, CODEC_8, CODEC_16, CODEC_8E}
PRIORITY_PANIC = 2
LAT_MAX, LON_MAX = 900_000_000, 1_800_000_000  # 1e-7 degrees
HEX_LENGTH_MAX = 200  # of a long element kept beside a fix; the raw message has all of it
EPOCH_7 = datetime(2007, 1, 1, tzinfo=UTC)  # of codec 7's 30-bit seconds
GH_BATTERY_PERCENT = 1  # IO element of codec 7

# milliseconds, priority, longitude, latitude, altitude, angle, satellites, km/h
_PLACE = struct.Struct(">QBiihHBH")
# Event, (16: why,) count of all elements; count of one size; then elements of 1, 2, 4, 8 bytes.
_HEAD = {CODEC_8: struct.Struct(">BB"), CODEC_8E: struct.Struct(">HH"),
         CODEC_16: struct.Struct(">HBB")}  # fmt: skip
_SHORT = [struct.Struct(f">B{size}") for size in "BHIQ"]
_WIDE = [struct.Struct(f">H{size}") for size in "BHIQ"]
# Codec 7: what each bit of the place mask brings.
_PLACE_7 = [
    ("place", struct.Struct(">ff")),
    ("altitude_m", struct.Struct(">h")),
    ("angle", struct.Struct(">B")),  # 256 to the circle
    ("speed_kmh", struct.Struct(">B")),
    ("satellites", struct.Struct(">B")),
    ("cell", struct.Struct(">HH")),
    ("gsm_signal", struct.Struct(">B")),
    ("operator", struct.Struct(">I")),
]
Lists = tuple[list[DecodedFix], list[DecodedEvent]]


class _Names(dict[int, str]):
    """io21, io182, ...: each made once."""

    def __missing__(self, number: int) -> str:
        name = self[number] = f"io{number}"
        return name


_NAMES = _Names()


def read_records(body: bytes) -> Lists:
    """All records of a packet from codec to second count; Unreadable when one of them is bad."""
    codec, count = body[0], body[1]
    if body[-1] != count:
        raise Unreadable(f"the packet counts {count} records first and {body[-1]} last")
    lists: Lists = ([], [])
    at, end = 2, len(body) - 1
    try:
        for _ in range(count):
            at = _record_7(body, at, lists) if codec == CODEC_7 else _record(body, at, lists, codec)
    except (struct.error, IndexError):
        raise Unreadable(f"the packet ends before its {count} records do") from None
    if at != end:
        raise Unreadable(f"the packet does not end where its {count} records do")
    return lists


def _record(body: bytes, at: int, lists: Lists, codec: int) -> int:
    """Reads the record at `at` into the lists; where it ends."""
    ms, priority, lon, lat, altitude_m, angle, satellites, speed_kmh = _PLACE.unpack_from(body, at)
    try:
        measured_at = EPOCH + timedelta(milliseconds=ms)
    except OverflowError:
        raise Unreadable("the time of a record is outside the calendar") from None
    event_id, elements, long, at = _elements(body, at + _PLACE.size, codec)
    attributes: dict[str, Any] = {_NAMES[number]: value for number, value in elements.items()}
    attributes["priority"], attributes["event"] = priority, event_id
    if elements.get(IO_HDOP_TENTHS):
        attributes["hdop"] = elements[IO_HDOP_TENTHS] / 10
    events = io_events(elements, event_id, measured_at)
    if long:
        events += long_events(long, measured_at)
        attributes.update((_NAMES[k], text.hex()[:HEX_LENGTH_MAX]) for k, text in long.items())
    if priority == PRIORITY_PANIC:
        events.append(DecodedEvent(measured_at, EventKind.SOS, {"priority": priority}))
    if (lat or lon) and -LAT_MAX <= lat <= LAT_MAX and -LON_MAX <= lon <= LON_MAX:
        attributes["satellites"] = satellites
        lists[0].append(
            DecodedFix(
                measured_at,
                lat / 1e7,
                lon / 1e7,
                altitude_m,
                speed_kmh * MPS_PER_KMH if satellites else None,
                angle if satellites and angle <= 360 else None,
                valid=satellites > 0,
                mechanism=Mechanism.GNSS,
                attributes=attributes,
            )
        )
    elif not events:
        events.append(DecodedEvent(measured_at, EventKind.CONTACT, attributes))
    lists[1].extend(events)
    return at


def _elements(
    body: bytes, at: int, codec: int
) -> tuple[int, dict[int, int], dict[int, bytes], int]:
    """Which element made the record, those of 1 to 8 bytes, the long ones, and where they end.

    The count of all is passed over: each size has its own, and a packet refused for a wrong sum
    would be sent again for ever.
    """
    head = _HEAD[codec]
    event_id = head.unpack_from(body, at)[0]
    at += head.size
    counter = 2 if codec == CODEC_8E else 1  # bytes of a count
    elements: dict[int, int] = {}
    for element in _SHORT if codec == CODEC_8 else _WIDE:
        number = body[at] if counter == 1 else body[at] << 8 | body[at + 1]
        at += counter
        if number:
            end = at + number * element.size
            elements.update(element.iter_unpack(body[at:end]))
            at = end
    long: dict[int, bytes] = {}
    if codec == CODEC_8E:
        number = body[at] << 8 | body[at + 1]
        at = _long_elements(body, at + 2, number, long) if number else at + 2
    return event_id, elements, long, at


def _long_elements(body: bytes, at: int, number: int, long: dict[int, bytes]) -> int:
    for _ in range(number):
        name, size = struct.unpack_from(">HH", body, at)
        long[name] = body[at + 4 : at + 4 + size]
        at += 4 + size
        if at > len(body):
            raise IndexError
    return at


def _record_7(body: bytes, at: int, lists: Lists) -> int:
    """One record of codec 7: masks say what follows; seconds count from 2007, priority on top."""
    stamp, parts = struct.unpack_from(">IB", body, at)
    at += 5
    measured_at = EPOCH_7 + timedelta(seconds=stamp & 0x3FFFFFFF)
    place: dict[str, tuple[Any, ...]] = {}
    if parts & 1:
        mask = body[at]
        at += 1
        for bit, (name, layout) in enumerate(_PLACE_7):
            if mask >> bit & 1:
                place[name] = layout.unpack_from(body, at)
                at += layout.size
    elements: dict[int, int] = {}
    for bit, element in enumerate(_SHORT[:3], start=1):
        if parts >> bit & 1:
            end = at + 1 + body[at] * element.size
            elements.update(element.iter_unpack(body[at + 1 : end]))
            at = end
    fixes, events = _place_7(measured_at, place, elements)
    if stamp >> 30 == PRIORITY_PANIC:
        events.append(DecodedEvent(measured_at, EventKind.SOS, {"priority": PRIORITY_PANIC}))
    lists[0].extend(fixes)
    lists[1].extend(events)
    return at


def _place_7(
    measured_at: datetime, place: dict[str, tuple[Any, ...]], elements: dict[int, int]
) -> Lists:
    attributes: dict[str, Any] = {_NAMES[number]: value for number, value in elements.items()}
    for name in ("satellites", "gsm_signal", "operator"):
        if name in place:
            attributes[name] = place[name][0]
    if "cell" in place:
        attributes["cell"] = list(place["cell"])
    events = []
    percent = elements.get(GH_BATTERY_PERCENT, 101)
    if percent <= 100:
        events.append(DecodedEvent(measured_at, BATTERY_PERCENT, {"percent": percent}))
    lat, lon = place.get("place", (0.0, 0.0))
    if not (lat or lon) or not (-90 <= lat <= 90 and -180 <= lon <= 180):
        return [], events or [DecodedEvent(measured_at, EventKind.CONTACT, attributes)]
    angle, speed = place.get("angle"), place.get("speed_kmh")
    seen = place.get("satellites", (1,))[0] > 0
    fix = DecodedFix(
        measured_at,
        lat,
        lon,
        place["altitude_m"][0] if "altitude_m" in place else None,
        speed[0] * MPS_PER_KMH if speed and seen else None,
        angle[0] * 360 / 256 if angle and seen else None,
        valid=seen,
        mechanism=Mechanism.GNSS,
        attributes=attributes,
    )
    return [fix], events
