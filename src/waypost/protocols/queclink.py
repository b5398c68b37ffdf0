"""Queclink @Track in text: places, alarms and states of GL, GT, GV and CV families.

    +RESP:GTFRI,{version},{device},{name},...{place}...,{send time},{count}$
    +BUFF: the same, stored while there was no line;  +ACK: the answer to a command

One frame gives a fix for every place in it, the event that its report is, and the battery level
where it is stated. Places carry GPS time (UTC); the send time is the tag's clock, in whatever zone
it was set to. HDOP is not metres, so accuracy stays unsaid. A report without a place gives events
only. HEX reports are read by `queclink_binary` and get no answer: none is documented.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from waypost.positions.values import Decoded, DecodedEvent, DecodedFix, EventKind
from waypost.protocols import queclink_reports as reports
from waypost.protocols.queclink_binary import decode_binary
from waypost.protocols.queclink_fields import (
    Fields,
    Place,
    battery_percent,
    family,
    find_cell,
    find_places,
    instant,
    is_degrees,
    is_hex,
    is_worn,
    odometer_km,
    read_place,
    satellites,
)
from waypost.protocols.queclink_frames import (
    COUNT_LENGTH_MAX,
    COUNT_LENGTH_MIN,
    QueclinkFramer,
    is_binary,
)
from waypost.protocols.queclink_swift import swift
from waypost.protocols.values import Unreadable
from waypost.units import MPS_PER_KMH, Mechanism

_HEADS = {"+RESP:GT": False, "+BUFF:GT": True, "+ACK:GT": False}  # -> stored by the tag meanwhile
_SHORTEST = 6  # head, version, device, name, send time, count
_ODOMETER_REACH = 4  # mask, satellites and trigger may stand before it
CUT_SHORT = "the message is cut short"


def framer() -> QueclinkFramer:
    return QueclinkFramer()


def is_whole(frame: bytes) -> bool:
    """Whether a text frame without its `$` is whole all the same: where a datagram ends, or a
    line of a file, the send time and the count of four digits say that nothing is missing. The
    time of a place with the first digits of its cell behind it looks alike, and is a cut."""
    fields = _text(frame).split(",")
    if len(fields) < _SHORTEST or _head(fields[0]) is None or is_degrees(fields[-3]):
        return False
    return is_hex(fields[-1], 4, 4) and len(fields[-2]) == 14 and fields[-2].isdecimal()


def decode(frame: bytes, device_id: str | None = None) -> Decoded:
    """What one frame says; never an exception, whatever the bytes are."""
    usual = swift(frame)
    if usual is not None:
        return usual
    if is_binary(frame):
        return decode_binary(frame, device_id)
    fields = _text(frame).split(",")
    head = _head(fields[0])
    if head is None:
        return Decoded(device_id, error="the message is no Queclink report")
    if len(fields) < _SHORTEST - 1 or not is_hex(fields[-1], COUNT_LENGTH_MIN, COUNT_LENGTH_MAX):
        return Decoded(device_id, error=CUT_SHORT)
    if not (frame.endswith((b"$", b"\0")) or is_whole(frame)):
        return Decoded(device_id, error=CUT_SHORT)
    device = _device(fields)
    if device is None:
        return Decoded(device_id, error="the device id is neither an IMEI nor a MEID")
    if head.startswith("+A"):
        return Decoded(device, events=(_answer(fields),))
    try:
        return _report(device, fields, is_buffered=_HEADS[head])
    except Unreadable as trouble:
        return Decoded(device, error=str(trouble))


def reply(frame: bytes, decoded: Decoded) -> bytes | None:
    """`+SACK:` with the count of the frame; the heartbeat has an answer of its own."""
    if decoded.error is not None or is_binary(frame):
        return None
    fields = _text(frame).split(",")
    count = fields[-1]
    if fields[0] == "+ACK:GTHBD":
        return f"+SACK:GTHBD,{fields[1]},{count}$".encode()
    return f"+SACK:{count}$".encode()


def _text(frame: bytes) -> str:
    """Latin-1 keeps every byte: names of devices may be in any writing."""
    return frame.strip(b"\0\r\n").removesuffix(b"$").decode("latin-1")


def _head(word: str) -> str | None:
    for head in _HEADS:
        if word.startswith(head) and len(word) == len(head) + 3:
            return head
    return None


def _device(fields: Fields) -> str | None:
    """The IMEI (15 digits) or MEID (14 hex digits); GTTRI has no version before it."""
    first, second = fields[1], fields[2]
    if len(first) == 15 and first.isdecimal():
        return first
    if (len(second) == 15 and second.isdecimal()) or is_hex(second, 14, 14):
        return second
    return None


def _answer(fields: Fields) -> DecodedEvent:
    """The tag has a command of ours; which one its serial says. The heartbeat looks alike."""
    command, sent_at = fields[0][5:], instant(fields[-2])
    if command == "GTHBD":
        return DecodedEvent(sent_at, EventKind.CONTACT, {"report": "HBD"})
    attributes: dict[str, Any] = {"command": command}
    if len(fields) > _SHORTEST and is_hex(fields[-3], 4, 4):
        attributes["serial"] = fields[-3].upper()
    if len(fields) > _SHORTEST + 1 and fields[4]:
        attributes["part"] = fields[4][:20]
    return DecodedEvent(sent_at, EventKind.COMMAND_ANSWER, attributes)


class _Report(NamedTuple):
    """One report on its way to fixes and events; `common` goes with every one of them."""

    name: str  # "FRI"
    model: str
    fields: Fields
    common: dict[str, Any]

    @property
    def sent_at(self) -> datetime | None:
        return instant(self.fields[-2])


def _report(device: str, fields: Fields, *, is_buffered: bool) -> Decoded:
    name, version = fields[0][-3:], fields[1]
    common = {"report": name, "buffered": True} if is_buffered else {"report": name}
    report = _Report(name, family(version), fields, common)
    found = [place for at in find_places(fields) if (place := read_place(fields, at))]
    places = [place for place in found if not reports.repeats_last_place(name, version, place.hdop)]
    fixes = tuple(_fix(report, place, is_last=place is places[-1]) for place in places)
    return Decoded(device, fixes, tuple(_events(report, places)))


def _fix(report: _Report, place: Place, *, is_last: bool) -> DecodedFix:
    """Accuracy 0 goes with the last place known and that place's own time: true, though old, so
    valid. In GTCAN it was seen with times of now as well: there it is not to be relied on."""
    speed_kmh = place.speed_kmh
    return DecodedFix(
        measured_at=place.measured_at,
        lat=place.lat,
        lon=place.lon,
        altitude_m=place.altitude_m,
        speed_mps=None if speed_kmh is None else speed_kmh * MPS_PER_KMH,
        course_deg=place.course_deg,
        valid=report.name != "CAN" or bool(place.hdop),
        mechanism=Mechanism.GNSS,
        attributes=_beside(report, place, is_last=is_last),
    )


def _beside(report: _Report, place: Place, *, is_last: bool) -> dict[str, Any]:
    """What a report states beside a place. Carried families put the odometer right behind it."""
    found = dict(report.common)
    fields, model, after = report.fields, report.model, place.after
    if place.hdop is not None:
        found["hdop"] = place.hdop
    if place.cell is not None:
        found["cell"] = place.cell
    if not model.startswith("GL5"):
        reach = _ODOMETER_REACH if is_last and not is_worn(model) else 1
        driven_km = odometer_km(fields, after, reach=reach)
        if driven_km is not None:
            found["odometer_km"] = driven_km
    count = None if is_worn(model) else satellites(fields, after)
    if count is not None:
        found["satellites"] = count
    return found


def _events(report: _Report, places: list[Place]) -> list[DecodedEvent]:
    """The event that the report is, and the battery level; a report of nothing is a contact.

    That it was kept meanwhile is said of its fixes only: an alarm that was not acknowledged comes
    again as `+BUFF`, and must be the same alarm.
    """
    name, fields = report.name, report.fields
    common = {"report": name}
    after = places[-1].after if places else 0
    at = _happened_at(report, places)
    heard = {} if places else _heard(name, fields)
    found = [
        DecodedEvent(at, kind, {**common, **attributes, **heard})
        for kind, attributes in reports.events_of(name, fields, after)
    ]
    level = battery_percent(name, report.model, fields, after)
    if not (places or found) and (heard or level is None):
        found.append(DecodedEvent(at, EventKind.CONTACT, {**common, **heard}))
    if level is not None:
        found.append(DecodedEvent(at, EventKind.BATTERY_LEVEL, {"percent": level}))
    return found


def _happened_at(report: _Report, places: list[Place]) -> datetime | None:
    """When what the report says was so: GPS time where the place is of now, else the send time."""
    if places and places[-1].hdop != 0:
        return places[-1].measured_at
    return report.sent_at


def _heard(name: str, fields: Fields) -> dict[str, Any]:
    """Cells and access points of a report without a place: they go with its event."""
    heard = reports.heard(name, fields)
    cell = None if heard else find_cell(fields)
    return {"cell": cell} if cell else heard
