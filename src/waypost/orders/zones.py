"""Zones as the orders file writes them: GeoJSON in lon, lat degrees, with a radius or a width.

A geometry is taken as sent or refused with a reason; it is never repaired here, since a repair
would be another place than the one the court named. Shapes that can be read and are still odd
(crossing themselves, no area) are lint's.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from waypost.geo import BRITAIN_LAT, BRITAIN_LON
from waypost.orders.fields import Desk, Fields
from waypost.orders.shapes import reach_m
from waypost.orders.values import Zone

_SEND = "send GeoJSON with coordinates as [lon, lat] in degrees"
# Judged on one plane through the zone: further off, lengths on it are more than 5 % wrong.
REACH_M_MAX = 2_000_000
Position = tuple[float, float]


def read_zone(desk: Desk, path: str, data: Any) -> Zone | None:
    """The zone, or None after reporting what is wrong with it."""
    fields = Fields.of(desk, path, data)
    if fields is None:
        return None
    kind = fields.data.get("type")
    reader = _READERS.get(kind) if isinstance(kind, str) else None
    if reader is None:
        wrapped = kind in ("Feature", "FeatureCollection", "GeometryCollection")
        fields.bad("type", "INVALID_ZONE_TYPE", "a zone of this type cannot be judged",
                   ("send the geometry inside it, " if wrapped else "send ")
                   + f"one of {', '.join(_READERS)}")  # fmt: skip
        return None
    mark = len(desk.problems)
    radius_m = fields.metres("radius_m") if kind == "Point" else None
    width_m = fields.metres("width_m") if kind == "LineString" else None
    where = f"{path}.coordinates"
    coordinates = reader(desk, where, fields.data.get("coordinates"))
    if not desk.clean_since(mark):
        return None
    zone = Zone({"type": kind, "coordinates": coordinates}, radius_m=radius_m, width_m=width_m)
    if max(reach_m(zone), radius_m or 0.0, width_m or 0.0) > REACH_M_MAX:
        desk.report(path, "ZONE_TOO_WIDE", data, "the zone is wider than can be measured on a map",
                    f"send parts of at most {REACH_M_MAX // 1000:,} km, one by one")  # fmt: skip
        return None
    return zone


def looks_swapped(lon: float, lat: float) -> bool:
    """Whether the numbers are a British latitude and longitude in each other's place."""
    return BRITAIN_LAT[0] <= lon <= BRITAIN_LAT[1] and BRITAIN_LON[0] <= lat <= BRITAIN_LON[1]


def read_position(desk: Desk, path: str, data: Any) -> list[float] | None:
    """[lon, lat] in degrees, or None after reporting what is wrong with it."""
    numbers = data if isinstance(data, list) else []
    if (
        len(numbers) < 2
        or any(
            isinstance(n, bool) or not isinstance(n, int | float) or not -1e6 < n < 1e6  # nan too
            for n in numbers[:2]
        )
    ):
        desk.report(path, "INVALID_POSITION", data, "this is not a position", _SEND)
        return None
    lon, lat = float(numbers[0]), float(numbers[1])
    if looks_swapped(lon, lat):
        desk.report(path, "SWAPPED_POSITION", data,
                    "latitude and longitude look swapped: GeoJSON writes longitude first",
                    _SEND)  # fmt: skip
        return None
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        desk.report(path, "POSITION_OUT_OF_RANGE", data, "this position is not on Earth", _SEND)
        return None
    return [lon, lat]  # an altitude is left out: zones have none


def _positions(desk: Desk, path: str, data: Any, least: int) -> list[list[float]] | None:
    """Every position, or None after one problem: a wrong order of numbers spoils them all alike."""
    if not isinstance(data, list) or len(data) < least:
        desk.report(path, "TOO_FEW_POSITIONS", data, f"fewer than {least} positions", _SEND)
        return None
    found: list[list[float]] = []
    for n, item in enumerate(data):
        position = read_position(desk, f"{path}[{n}]", item)
        if position is None:
            return None
        found.append(position)
    return found


def _line(desk: Desk, path: str, data: Any) -> list[list[float]] | None:
    return _positions(desk, path, data, 2)


def _ring(desk: Desk, path: str, data: Any) -> list[list[float]] | None:
    ring = _positions(desk, path, data, 4)
    if ring and ring[0] != ring[-1]:
        desk.report(path, "UNCLOSED_RING", data, "the ring does not end where it starts",
                    "repeat the first position at the end")  # fmt: skip
        return None
    return ring


def _nested(
    desk: Desk, path: str, data: Any, read: Callable[[Desk, str, Any], Any]
) -> list[Any] | None:
    if not isinstance(data, list) or not data:
        desk.report(path, "EMPTY_GEOMETRY", data, "the zone has no coordinates", _SEND)
        return None
    return [read(desk, f"{path}[{n}]", item) for n, item in enumerate(data)]


def _polygon(desk: Desk, path: str, data: Any) -> list[Any] | None:
    return _nested(desk, path, data, _ring)


def _multi_polygon(desk: Desk, path: str, data: Any) -> list[Any] | None:
    return _nested(desk, path, data, _polygon)


_READERS: dict[str, Callable[[Desk, str, Any], Sequence[Any] | None]] = {
    "Polygon": _polygon,
    "MultiPolygon": _multi_polygon,
    "Point": read_position,
    "LineString": _line,
}
