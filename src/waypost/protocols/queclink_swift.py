"""The one Queclink message that nearly all traffic is, read by one expression: GTFRI, one place.

    +RESP:GTFRI,1A0900,{IMEI},{name},0,0,1,{place},{cell},[00],{battery},{send time},{count}$

`swift` answers as the plain decoder does, or not at all: any other layout, any value out of its
range, any doubt goes the plain way. That is a third of the time for a tag's usual report; the two
are held against each other in tests/properties.
"""

from __future__ import annotations

import re
from datetime import datetime

from waypost.positions.values import Decoded, DecodedEvent, DecodedFix, EventKind
from waypost.protocols.queclink_fields import FAMILIES, is_worn
from waypost.units import MPS_PER_KMH, Mechanism

_WORN = frozenset(
    prefix
    for prefix, model in FAMILIES.items()
    if len(prefix) == 2 and is_worn(model) and not model.startswith("GL5")
)
_USUAL = re.compile(
    r"\+(RESP|BUFF):GTFRI,([0-9A-F]{2})[0-9A-F]{4},([0-9]{15}),[^,$\0\r\n]*"  # device, its name
    r",[0-9A-F]{0,2},[0-9A-F]{0,2},1"  # report type, one place
    r",([0-9]{1,2}(?:\.[0-9])?),([0-9]{1,3}\.[0-9])"  # HDOP, speed
    r",([0-9]{1,3}),(-?[0-9]{1,5}\.[0-9])"  # course, altitude
    r",(-?[0-9]{1,3}\.[0-9]{6}),(-?[0-9]{1,2}\.[0-9]{6}),([0-9]{8})([0-9]{6})"
    r",(0[1-9][0-9]{2},[0-9]{4},[0-9A-Fa-f]{2,8},[0-9A-Fa-f]{2,8})"
    r",(?:00)?,([1-9][0-9]?|100),[0-9]{14},[0-9A-F]{4}\$"
)


def swift(frame: bytes) -> Decoded | None:
    """What a frame of the usual shape says; None: ask the plain decoder."""
    found = _USUAL.fullmatch(frame.decode("latin-1"))
    if found is None or found[2] not in _WORN:
        return None
    head, _, device, hdop, speed, course, altitude, lon, lat, day, clock, cell, level = (
        found.groups()
    )
    lon_deg, lat_deg, course_deg, accuracy = float(lon), float(lat), float(course), float(hdop)
    if not (accuracy and course_deg <= 360 and abs(lon_deg) <= 180 and abs(lat_deg) <= 90):
        return None
    try:
        measured_at = datetime.fromisoformat(f"{day}T{clock}Z")
    except ValueError:
        return None
    beside: dict[str, object] = {"report": "FRI"}
    if head == "BUFF":
        beside["buffered"] = True
    beside |= {"hdop": accuracy, "cell": cell.replace(",", "-")}
    fix = DecodedFix(
        measured_at, lat_deg, lon_deg, float(altitude), float(speed) * MPS_PER_KMH, course_deg,
        mechanism=Mechanism.GNSS, attributes=beside,
    )  # fmt: skip
    battery = DecodedEvent(measured_at, EventKind.BATTERY_LEVEL, {"percent": int(level)})
    return Decoded(device, (fix,), (battery,))
