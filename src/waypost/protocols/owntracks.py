"""OwnTracks over HTTP and MQTT: one JSON object a message, `_type` saying what it is.

Facts from the OwnTracks booklet: `acc` metres (68 % radius of the phone), `vel` km/h, `tst`
seconds since 1970, `batt` per cent, `bs` battery state (2 charging, 3 full), `t` what triggered.
The device is its topic; in older messages only the two letters of `tid`. Over MQTT it is whom the
gateway took the broker's topic for (mqtt_topics.py), whatever the body claims.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from waypost.positions.values import Decoded, DecodedEvent, DecodedFix, EventKind
from waypost.protocols.reading import (
    battery_percent,
    course_deg,
    device_id,
    instant,
    not_negative,
    number,
    place,
    positive,
    read_object,
    stated,
)
from waypost.protocols.values import HttpMessage, HttpReply, Unreadable
from waypost.units import MPS_PER_KMH

PUBLISHED = "PUBLISH"  # stands where a request has its method
_CHARGING = {2: True, 3: True, 1: False}  # battery state; 0 is unknown


def decode(message: HttpMessage) -> Decoded:
    """What one request says; never an exception. Cards, settings and the like give nothing."""
    try:
        root = read_object(message.body)
        kind = root.get("_type")
        if not isinstance(kind, str):
            raise Unreadable("the body has no _type")
        device = device_id(_named_by_broker(message) or root.get("topic") or root.get("tid")
                           or _named_in(message.headers))  # fmt: skip
    except Unreadable as trouble:
        return Decoded(device_id=None, error=str(trouble))
    try:
        return _decode_kind(kind, root, device)
    except Unreadable as trouble:
        return Decoded(device_id=device, error=str(trouble))


def published(topic: str, device: str, body: bytes) -> HttpMessage:
    """A message of a broker in the form in which all of this protocol are decoded and kept."""
    return HttpMessage(PUBLISHED, topic, {"x-limit-d": device}, body)


def reply(decoded: Decoded) -> HttpReply:
    """200 takes the message off the phone's queue."""
    return HttpReply(200) if decoded.error is None else HttpReply(400, decoded.error)


def _decode_kind(kind: str, root: Mapping[str, Any], device: str) -> Decoded:
    if kind == "encrypted":
        raise Unreadable("the message is encrypted with a key that is not ours")
    if kind not in {"location", "transition", "beacon", "lwt"}:
        return Decoded(device)
    measured_at = None if root.get("tst") is None else instant(root["tst"])
    if kind == "lwt":  # the broker's last will: its tst is when the phone had connected
        return Decoded(device, events=(DecodedEvent(None, EventKind.NO_CONTACT),))
    if kind == "beacon":
        seen = stated({name: root.get(name) for name in ("uuid", "major", "minor", "rssi")})
        return Decoded(device, events=(DecodedEvent(measured_at, EventKind.BEACON_SEEN, seen),))
    fix = _fix(root, measured_at)
    events = _events(kind, root, measured_at)
    if fix is None and not events:
        events = [DecodedEvent(measured_at, EventKind.CONTACT, _attributes(root))]
    return Decoded(device, (fix,) if fix else (), tuple(events))


def _fix(root: Mapping[str, Any], measured_at: datetime | None) -> DecodedFix | None:
    if root.get("lat") is None and root.get("lon") is None:
        return None
    lat, lon = place(root.get("lat"), root.get("lon"))
    speed_kmh = not_negative(root.get("vel"))
    return DecodedFix(
        measured_at=measured_at,
        lat=lat,
        lon=lon,
        altitude_m=number(root.get("alt")),
        speed_mps=None if speed_kmh is None else speed_kmh * MPS_PER_KMH,
        course_deg=course_deg(root.get("cog")),
        accuracy_m=positive(root.get("acc")),
        accuracy_is_r68=True,
        attributes=_attributes(root),
    )


def _events(kind: str, root: Mapping[str, Any], measured_at: datetime | None) -> list[DecodedEvent]:
    events = []
    if kind == "transition":
        crossed = stated({"event": root.get("event"), "region": root.get("desc")})
        events.append(DecodedEvent(measured_at, EventKind.OTHER, crossed))
    percent = battery_percent(root.get("batt"))
    if percent is not None:
        state = root.get("bs")
        charging = _CHARGING.get(state) if isinstance(state, int) else None
        level = stated({"percent": percent, "charging": charging})
        events.append(DecodedEvent(measured_at, EventKind.BATTERY_LEVEL, level))
    return events


def _attributes(root: Mapping[str, Any]) -> dict[str, Any]:
    return stated(
        {
            "event": root.get("t"),
            "network": root.get("conn"),
            "vertical_accuracy_m": positive(root.get("vac")),
        }
    )


def _named_by_broker(message: HttpMessage) -> str | None:
    return message.headers.get("x-limit-d") if message.method == PUBLISHED else None


def _named_in(headers: Mapping[str, str]) -> str | None:
    """The user and device that the app states in headers when the body names neither."""
    user, device = headers.get("x-limit-u"), headers.get("x-limit-d")
    return f"owntracks/{user}/{device}" if user and device else None
