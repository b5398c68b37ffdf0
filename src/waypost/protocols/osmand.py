"""OsmAnd and Traccar Client: a query string (or form), or from client 9 on a JSON body.

Facts from the public protocol pages and from real messages: `speed` in a query is in knots, in
JSON `coords.speed` it is m/s; `accuracy` is the phone's 68 % radius. A request without a place
(cell towers, access points, an alarm) gives events: we never copy an earlier place in.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl

from waypost.positions.values import Decoded, DecodedEvent, DecodedFix, EventKind
from waypost.protocols.reading import (
    alarm_kinds,
    battery_percent,
    course_deg,
    device_id,
    flag,
    instant,
    not_negative,
    number,
    place,
    positive,
    read_object,
    stated,
)
from waypost.protocols.values import HttpMessage, HttpReply, Unreadable
from waypost.units import MPS_PER_KNOT, Mechanism

FIELDS_MAX = 200  # parameters of one request
PROVIDERS = {"gps": Mechanism.GNSS, "gnss": Mechanism.GNSS, "wifi": Mechanism.WIFI,
             "cell": Mechanism.CELL}  # fmt: skip
# Parameters with a place of their own in a fix; the others become attributes.
_TAKEN = frozenset(
    {"id", "deviceid", "device_id", "timestamp", "lat", "lon", "location", "altitude", "speed",
     "bearing", "heading", "accuracy", "valid", "batt", "battery", "charge", "alarm", "sos",
     "cell", "wifi"}
)  # fmt: skip
Parameters = dict[str, list[str]]


def decode(message: HttpMessage) -> Decoded:
    """What one request says; never an exception, whatever the bytes are."""
    try:
        if _is_json(message):
            return _decode_json(message)
        return _decode_query(_parameters(message))
    except Unreadable as trouble:
        return Decoded(device_id=None, error=str(trouble))


def reply(decoded: Decoded) -> HttpReply:
    """200 with nothing in it, which the apps take as "got it"; 400 with the sentence."""
    return HttpReply(200) if decoded.error is None else HttpReply(400, decoded.error)


def _is_json(message: HttpMessage) -> bool:
    kind = message.headers.get("content-type", "").lower()
    return kind.startswith("application/json") or message.body.lstrip()[:1] in (b"{", b"[")


def _parameters(message: HttpMessage) -> Parameters:
    """Query first, then the form in the body; a name may come more than once (cell, wifi)."""
    found: Parameters = {}
    try:
        form = message.body.decode()
        for text in (message.query, form):
            pairs = parse_qsl(text, keep_blank_values=False, max_num_fields=FIELDS_MAX)
            for name, value in pairs:
                found.setdefault(name, []).append(value)
    except ValueError:
        raise Unreadable("the parameters cannot be read") from None
    return found


def _decode_query(parameters: Parameters) -> Decoded:
    first = {name: values[0] for name, values in parameters.items()}
    device = device_id(first.get("id") or first.get("deviceid") or first.get("device_id"))
    try:
        measured_at = instant(first["timestamp"]) if "timestamp" in first else None
        fix = _query_fix(first, measured_at)
    except Unreadable as trouble:
        return Decoded(device_id=device, error=str(trouble))
    events = _alarms(first.get("alarm"), measured_at)
    if flag(first.get("sos")) and not any(event.kind is EventKind.SOS for event in events):
        events.append(DecodedEvent(measured_at, EventKind.SOS))
    percent = battery_percent(first.get("batt") or first.get("battery"))
    events += _battery(percent, flag(first.get("charge")), measured_at)
    around = _surroundings(parameters)
    if fix is None and (around or not events):
        events.append(DecodedEvent(measured_at, EventKind.CONTACT, around))
    return Decoded(device, (fix,) if fix else (), tuple(events))


def _query_fix(first: Mapping[str, str], measured_at: datetime | None) -> DecodedFix | None:
    lat, lon = first.get("lat"), first.get("lon")
    if "location" in first and lat is None and lon is None:
        lat, _, lon = first["location"].partition(",")
    if lat is None and lon is None:
        return None
    north, east = place(lat, lon)
    speed_knots = not_negative(first.get("speed"))
    attributes = {name: _typed(value) for name, value in first.items() if name not in _TAKEN}
    return DecodedFix(
        measured_at=measured_at,
        lat=north,
        lon=east,
        altitude_m=number(first.get("altitude")),
        speed_mps=None if speed_knots is None else speed_knots * MPS_PER_KNOT,
        course_deg=course_deg(first.get("bearing", first.get("heading"))),
        accuracy_m=positive(first.get("accuracy")),
        accuracy_is_r68=True,
        valid=flag(first.get("valid")) is not False,
        mechanism=_mechanism(first.get("provider"), "hdop" in first),
        attributes=attributes,
    )


def _decode_json(message: HttpMessage) -> Decoded:
    root = read_object(message.body)
    named = root.get("device_id") or root.get("id") or _id_in_query(message)
    device = device_id(named)
    locations = root.get("location")
    fixes: list[DecodedFix] = []
    events: list[DecodedEvent] = []
    error = None
    for location in locations if isinstance(locations, list) else [locations]:
        try:
            fix, beside = _json_location(location)
        except Unreadable as trouble:
            error = str(trouble)
            break
        fixes += [fix] if fix else []
        events += beside
    return Decoded(device, tuple(fixes), tuple(events), error)


def _json_location(location: object) -> tuple[DecodedFix | None, list[DecodedEvent]]:
    if not isinstance(location, dict):
        raise Unreadable("the body has no location object")
    claimed = location.get("timestamp")
    measured_at = None if claimed is None else instant(claimed)
    battery, extras = _part(location, "battery"), _part(location, "extras")
    events = _alarms(location.get("alarm") or extras.get("alarm"), measured_at)
    percent = battery_percent(battery.get("level"), is_share=True)
    events += _battery(percent, flag(battery.get("is_charging")), measured_at)
    fix = _json_fix(location, measured_at)
    if fix is None and not events:
        events.append(DecodedEvent(measured_at, EventKind.CONTACT, _activity(location)))
    return fix, events


def _json_fix(location: Mapping[str, Any], measured_at: datetime | None) -> DecodedFix | None:
    coords = _part(location, "coords")
    if coords.get("latitude") is None and coords.get("longitude") is None:
        return None
    north, east = place(coords.get("latitude"), coords.get("longitude"))
    return DecodedFix(
        measured_at=measured_at,
        lat=north,
        lon=east,
        altitude_m=number(coords.get("altitude")),
        speed_mps=not_negative(coords.get("speed")),
        course_deg=course_deg(coords.get("heading")),
        accuracy_m=positive(coords.get("accuracy")),
        accuracy_is_r68=True,
        attributes=_activity(location),
    )


def _activity(location: Mapping[str, Any]) -> dict[str, Any]:
    return stated(
        {
            "event": location.get("event"),
            "motion": location.get("is_moving"),
            "odometer_m": not_negative(location.get("odometer")),
            "mock": location.get("mock"),
            "activity": _part(location, "activity").get("type"),
        }
    )


def _alarms(value: object, measured_at: datetime | None) -> list[DecodedEvent]:
    return [DecodedEvent(measured_at, kind, {"alarm": word}) for kind, word in alarm_kinds(value)]


def _battery(
    percent: float | None, charging: bool | None, measured_at: datetime | None
) -> list[DecodedEvent]:
    """The level is an event, since fixes carry no battery; charging alone is a mere contact."""
    if percent is None:
        return []
    attributes = stated({"percent": percent, "charging": charging})
    return [DecodedEvent(measured_at, EventKind.BATTERY_LEVEL, attributes)]


def _surroundings(parameters: Parameters) -> dict[str, Any]:
    """Cell towers and access points as sent: kept, though we do not look them up anywhere."""
    names = {"cell_towers": "cell", "access_points": "wifi"}
    heard = {ours: parameters[theirs] for ours, theirs in names.items() if theirs in parameters}
    others = {name: _typed(v[0]) for name, v in parameters.items() if name not in _TAKEN}
    return {**heard, **others}


def _mechanism(provider: str | None, has_hdop: bool) -> Mechanism:
    """Dilution of precision is a thing of satellites; otherwise the phone mixes all it has."""
    unsaid = Mechanism.GNSS if has_hdop else Mechanism.UNKNOWN
    return PROVIDERS.get((provider or "").lower(), unsaid)


def _id_in_query(message: HttpMessage) -> str | None:
    return dict(parse_qsl(message.query[:2000])).get("id")


def _part(whole: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = whole.get(name)
    return part if isinstance(part, dict) else {}


def _typed(text: str) -> Any:
    """A parameter as number or truth where it is one."""
    found = number(text)
    if found is not None:
        return found
    return {"true": True, "false": False}.get(text.lower(), text)
