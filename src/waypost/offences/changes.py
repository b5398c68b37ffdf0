"""What differs between two versions of one offence, field by field, in words. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from pyproj import Geod

from waypost.clock import write_instant
from waypost.offences.shapes import write_shape
from waypost.offences.values import CRIME_TYPES, Offence

_EARTH = Geod(ellps="WGS84")
PLACE_DECIMALS = 6  # of a degree: about 0.1 m


@dataclass(frozen=True, slots=True)
class Change:
    """One field that a resubmission changed.

    field           as the police CSV calls it
    before, after   as text; empty where nothing was sent
    difference      how far or how long, in words; empty where that means nothing
    """

    field: str
    before: str
    after: str
    difference: str = ""


# The file's column -> what stands in it.
FIELDS: dict[str, Callable[[Offence], str]] = {
    "crimeTypeId": lambda one: _crime(one.crime_type),
    "dateFrom": lambda one: write_instant(one.from_at),
    "dateTo": lambda one: write_instant(one.to_at),
    "easting, northing": lambda one: _grid(one),
    "latitude, longitude": lambda one: _degrees(one),
    "radius": lambda one: f"{one.radius_m:g} m",
    "place": lambda one: "" if one.shape is None else write_shape(one.shape),
    "crimeText": lambda one: one.text,
}


def changes(before: Offence, after: Offence) -> list[Change]:
    """The fields in which two versions of one offence differ, in the file's order.

    A place that was sent in metres and now in degrees shows both; so does one moved by less than
    its decimals show, whose difference says so.
    """
    found: list[Change] = []
    for name, read in FIELDS.items():
        was, now = read(before), read(after)
        if was != now:
            found.append(Change(name, was, now, _difference(name, before, after)))
    if not found and (before.lat, before.lon) != (after.lat, after.lon):
        place = FIELDS["latitude, longitude"](after)
        found.append(Change("latitude, longitude", place, place, "moved less than 1 m"))
    return found


def _difference(name: str, before: Offence, after: Offence) -> str:
    if name == "dateFrom":
        return _shift(before.from_at, after.from_at)
    if name == "dateTo":
        return _shift(before.to_at, after.to_at)
    if name == "latitude, longitude":
        metres = _EARTH.inv(before.lon, before.lat, after.lon, after.lat)[2]
        return f"moved {metres:,.0f} m" if metres >= 1 else "moved less than 1 m"
    return ""


def _shift(before: datetime, after: datetime) -> str:
    words = "later" if after > before else "earlier"
    return f"{_span(abs(after - before))} {words}"


def _span(span: timedelta) -> str:
    minutes, seconds = divmod(round(span.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    parts = [f"{days} d", f"{hours} h", f"{minutes} min", f"{seconds} s"]
    return " ".join(part for part in parts if not part.startswith("0 ")) or "less than 1 s"


def _crime(code: str) -> str:
    name = CRIME_TYPES.get(code)
    return f"{code} ({name})" if name else code


def _degrees(offence: Offence) -> str:
    return f"{offence.lat:.{PLACE_DECIMALS}f}, {offence.lon:.{PLACE_DECIMALS}f}"


def _grid(offence: Offence) -> str:
    if offence.easting_m is None or offence.northing_m is None:
        return ""
    return f"{offence.easting_m:g}, {offence.northing_m:g}"
