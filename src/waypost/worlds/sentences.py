"""The orders file of a world: the wearers' orders in the JSON of `waypost schema orders`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np

from waypost.clock import EPOCH, write_instant
from waypost.geo import BRITISH
from waypost.orders.values import WEEKDAYS, RequirementKind
from waypost.worlds.hours import Seconds, local_date
from waypost.worlds.values import (
    APPOINTMENT_MINUTE,
    APPOINTMENT_S,
    GRACE_S,
    STAY_S,
    Ask,
    Part,
    Place,
    Ring,
    Shape,
    Wearer,
)

ORDER_LENGTH = timedelta(days=182)
# Sign-in name of the practitioner who answers for the wearers of each of these boroughs.
CASELOAD: dict[str, str] = {"Islington": "practitioner", "Hackney": "practitioner"}
NAMED_STAFF = ("practitioner", "monitoring")


def orders_of(
    people: Sequence[Wearer], *, officers: Mapping[str, str] = CASELOAD
) -> dict[str, Any]:
    """The orders file. `officers` gives each borough's practitioner; the cast is theirs too."""
    return {"persons": [_person(wearer, officers) for wearer in people]}


def instant_text(at_s: Seconds) -> str:
    return write_instant(EPOCH + timedelta(seconds=round(at_s)))


def _person(wearer: Wearer, officers: Mapping[str, str]) -> dict[str, Any]:
    cast = wearer.part is not Part.ANYBODY
    responsible = officers.get(wearer.borough) or (
        next(iter(officers.values()), None) if cast else None
    )
    person: dict[str, Any] = {
        "person_id": wearer.person_id,
        "name": wearer.name,
        "born": wearer.born.isoformat(),
        "area": wearer.borough,
        "team": wearer.borough,
        "officers": [responsible] if responsible else [],
        "orders": [_order(wearer)],
        "activations": [],
    }
    if wearer.part is Part.LIMITED:
        person["limited"] = True
        person["officers"] = list(NAMED_STAFF)
    if wearer.tag is not None:
        person["activations"].append(
            {
                "activation_id": wearer.tag.activation_id,
                "device_id": wearer.tag.device_id,
                "from": instant_text(wearer.tag.from_s),
                "to": None if wearer.tag.to_s is None else instant_text(wearer.tag.to_s),
            }
        )
    return person


def _order(wearer: Wearer) -> dict[str, Any]:
    ends_s = wearer.order_from_s + ORDER_LENGTH.total_seconds()
    if wearer.tag is not None and wearer.tag.to_s is not None:
        ends_s = wearer.tag.to_s
    return {
        "order_id": f"{wearer.person_id}-O1",
        "kind": wearer.order_kind.value,
        "from": instant_text(wearer.order_from_s),
        "to": instant_text(ends_s),
        "requirements": [_requirement(ask, wearer) for ask in wearer.asks],
    }


def _requirement(ask: Ask, wearer: Wearer) -> dict[str, Any]:
    said: dict[str, Any] = {"requirement_id": ask.requirement_id, "kind": ask.kind.value}
    if ask.shape is not None:
        said["zone"] = zone_json(ask.shape)
    if ask.warning_m is not None:
        said["warning_m"] = ask.warning_m
    if ask.also:
        said["addresses"] = [zone_json(shape) for shape in ask.also]
    if ask.absences:
        said["exceptions"] = [
            {"from": instant_text(start), "to": instant_text(end), "reason": "evening off"}
            for start, end in ask.absences
        ]
    if ask.kind is RequirementKind.ATTENDANCE:
        said["appointments"] = [_appointments(ask.weekday, local_date(wearer.order_from_s))]
    elif ask.kind is not RequirementKind.TRAIL:
        said["timetable"] = ask.timetable and [
            {"days": list(row.days), "start": row.start, "end": row.end} for row in ask.timetable
        ]
    return said


def _appointments(weekday: int, from_day: date) -> dict[str, str]:
    first = from_day + timedelta(days=(weekday - from_day.weekday()) % 7)
    return {
        "rrule": f"DTSTART;TZID=Europe/London:{first:%Y%m%d}T{APPOINTMENT_MINUTE // 60:02}0000\n"
        f"RRULE:FREQ=WEEKLY;BYDAY={WEEKDAYS[weekday]}",
        "duration": f"PT{APPOINTMENT_S / 3600:g}H",
        "grace": f"PT{GRACE_S / 60:g}M",
        "minimum_stay": f"PT{STAY_S / 60:g}M",
    }


def zone_json(shape: Shape) -> dict[str, Any]:
    """A shape as GeoJSON, with `radius_m` where it is a circle, `width_m` where a corridor."""
    if shape.line:
        line = [degrees(place) for place in shape.line]
        return {"type": "LineString", "coordinates": line, "width_m": round(2 * shape.half_m)}
    if not shape.corners:
        return {
            "type": "Point",
            "coordinates": degrees(shape.centre),
            "radius_m": round(shape.radius_m),
        }
    first = [_ring(ring) for ring in (shape.corners, *shape.holes)]
    if not shape.more:
        return {"type": "Polygon", "coordinates": first}
    return {"type": "MultiPolygon", "coordinates": [first, *([_ring(one)] for one in shape.more)]}


def _ring(corners: Ring) -> list[list[float]]:
    return [degrees(corner) for corner in (*corners, corners[0])]


def degrees(place: Place) -> list[float]:
    """[lon, lat], to the decimetre."""
    lat, lon = BRITISH.unproject(np.array([place[0]]), np.array([place[1]]))
    return [round(float(lon[0]), 6), round(float(lat[0]), 6)]
