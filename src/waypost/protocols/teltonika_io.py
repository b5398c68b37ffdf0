"""What the IO elements of Teltonika's records mean, where it is certain; all are kept by number.

Their ids differ between families of trackers; these are those that the public lists for the FM
and the personal ("Mobility") trackers share. An element that made the record (its event id) is an
event; the same one merely beside a fix is state.
"""

from __future__ import annotations

import struct
from datetime import datetime
from itertools import pairwise

from waypost.positions.values import DecodedEvent, EventKind

BATTERY_PERCENT = EventKind.BATTERY_LEVEL
IO_BATTERY_PERCENT = 113
IO_HDOP_TENTHS = 182
IO_BEACON_LIST = 385
IO_BEACONS_ADVANCED = (548, 10831)  # both: length, then parts of kind, length, value
# (element, value) that made the record -> our kind, and their name for it.
EVENTS: dict[tuple[int, int], tuple[EventKind, str]] = {
    (116, 0): (EventKind.CHARGING_ENDED, "charger disconnected"),
    (116, 1): (EventKind.CHARGING_STARTED, "charger connected"),
    (236, 1): (EventKind.SOS, "alarm"),  # the button of personal trackers
    (242, 1): (EventKind.OTHER, "man down"),
    (246, 1): (EventKind.OTHER, "towing"),
    (249, 0): (EventKind.JAMMING_ENDED, "jamming"),
    (249, 1): (EventKind.JAMMING, "jamming"),
    (252, 0): (EventKind.CHARGING_STARTED, "plugged in"),
    (252, 1): (EventKind.CHARGING_ENDED, "unplugged"),
}
CRASH = 247  # any value but 0 is a grade of crash
_SIGNAL, _VOLTAGE, _TEMPERATURE, _IS_IBEACON = 0x01, 0x02, 0x04, 0x20  # flags of a listed beacon
_PART_SIGNAL, _PART_ID = 0, 1


def io_events(elements: dict[int, int], event_id: int, measured_at: datetime) -> list[DecodedEvent]:
    """The events in the elements of one record."""
    found = []
    if event_id:
        value = elements.get(event_id, -1)
        named = EVENTS.get((event_id, value))
        if event_id == CRASH and value > 0:
            named = EventKind.OTHER, "crash"
        if named:
            attributes = {"alarm": named[1], "io": event_id, "value": value}
            found.append(DecodedEvent(measured_at, named[0], attributes))
    percent = elements.get(IO_BATTERY_PERCENT, 101)
    if percent <= 100:
        found.append(DecodedEvent(measured_at, BATTERY_PERCENT, {"percent": percent}))
    return found


def long_events(long: dict[int, bytes], measured_at: datetime) -> list[DecodedEvent]:
    """The beacons seen, of the elements that list them; one that is garbled ends its list."""
    seen = []
    if IO_BEACON_LIST in long:
        seen += _listed_beacons(long[IO_BEACON_LIST])
    for element in IO_BEACONS_ADVANCED:
        if element in long:
            seen += _advanced_beacons(long[element])
    return [DecodedEvent(measured_at, EventKind.BEACON_SEEN, beacon) for beacon in seen]


def _listed_beacons(text: bytes) -> list[dict[str, object]]:
    """Element 385: a byte of paging, then for each beacon flags, id and what the flags say."""
    found: list[dict[str, object]] = []
    at = 1
    while at < len(text):
        flags = text[at]
        size = 20 if flags & _IS_IBEACON else 16
        tail = bool(flags & _SIGNAL) + 2 * bool(flags & _VOLTAGE) + 2 * bool(flags & _TEMPERATURE)
        if at + 1 + size + tail > len(text):
            break
        name = text[at + 1 : at + 1 + size].hex()
        splits = (0, 32, 36, 40) if flags & _IS_IBEACON else (0, 20, 32)
        parts = [name[a:b] for a, b in pairwise(splits)]
        beacon: dict[str, object] = {"beacon": ":".join(parts)}
        if flags & _SIGNAL:
            beacon["rssi_dbm"] = struct.unpack_from(">b", text, at + 1 + size)[0]
        found.append(beacon)
        at += 1 + size + tail
    return found


def _advanced_beacons(text: bytes) -> list[dict[str, object]]:
    """Elements 548 and 10831: a byte, then for each beacon its length and its parts."""
    found = []
    at = 1
    while at < len(text):
        end = at + 1 + text[at]
        beacon = _beacon_of_parts(text[at + 1 : end])
        if beacon:
            found.append(beacon)
        at = end
    return found


def _beacon_of_parts(text: bytes) -> dict[str, object]:
    parts = {}
    at = 0
    while at + 2 <= len(text):
        parts[text[at]] = text[at + 2 : at + 2 + text[at + 1]]
        at += 2 + text[at + 1]
    if not parts.get(_PART_ID):
        return {}
    beacon: dict[str, object] = {"beacon": parts[_PART_ID].hex()}
    if len(parts.get(_PART_SIGNAL, b"")) == 1:
        beacon["rssi_dbm"] = struct.unpack(">b", parts[_PART_SIGNAL])[0]
    return beacon
