"""A place that is no point but a line or an area: the column `place` of an offence file. Pure.

    GeoJSON text -> read_shape -> Shape -> spots_of: spots close together that stand for it

A theft on a bus happened somewhere along a line, damage in a park somewhere in an area. What is
said of such a place is said of its spots, each as likely as the other.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from math import ceil, hypot, isfinite, pi

from waypost.geo import local_m, metres_a_degree

CORNERS_MAX = 200
SPOTS_MAX = 600
# Spots stand a third of the radius apart: no wider than how far a recorded place is off.
SPOTS_A_RADIUS = 3.0
EXTENT_M_MAX = 20_000.0  # as far as metres east and north of a spot are true to 0.1 %
LAT_MAX = 85.0  # nearer the poles a degree of longitude is hardly a distance
Place = tuple[float, float]  # lat, lon, WGS84 degrees
Metres = tuple[float, float]  # east, north of the first corner


class ShapeKind(StrEnum):
    """As GeoJSON calls them (RFC 7946)."""

    LINE = "LineString"
    AREA = "Polygon"


@dataclass(frozen=True, slots=True)
class Shape:
    """Corners in order; of an area the ring without its closing corner."""

    kind: ShapeKind
    corners: tuple[Place, ...]


def read_shape(text: str) -> Shape:
    """A GeoJSON LineString, or a Polygon without holes. ValueError, in plain words, otherwise."""
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        raise ValueError("not GeoJSON") from None
    try:
        kind = ShapeKind(said["type"])
        rings = [said["coordinates"]] if kind is ShapeKind.LINE else said["coordinates"]
        [ring] = rings
        corners = tuple(_corner(one) for one in ring)
    except (ValueError, KeyError, TypeError, OverflowError):
        raise ValueError(
            "not a GeoJSON LineString, or Polygon without holes, of [longitude, latitude]"
        ) from None
    if kind is ShapeKind.AREA:
        if len(corners) < 4 or corners[0] != corners[-1]:
            raise ValueError("an area needs three corners or more, and the first again at the end")
        corners = corners[:-1]
    if len(corners) < 2:
        raise ValueError("a line needs two corners or more")
    if len(corners) > CORNERS_MAX:
        raise ValueError(f"{len(corners)} corners, not {CORNERS_MAX} or fewer")
    return Shape(kind, corners)


def write_shape(shape: Shape) -> str:
    """The GeoJSON that `read_shape` gives back."""
    line = [[lon, lat] for lat, lon in shape.corners]
    if shape.kind is ShapeKind.LINE:
        return json.dumps({"type": shape.kind.value, "coordinates": line})
    return json.dumps({"type": shape.kind.value, "coordinates": [[*line, line[0]]]})


def spots_of(shape: Shape, radius_m: float) -> tuple[Place, ...]:
    """Spots a third of the radius apart: along the line, or on the border of the area and in it.

    raises   ValueError, in plain words, where that were more than SPOTS_MAX, or it is too wide
    """
    step_m = radius_m / SPOTS_A_RADIUS
    corners = _metres(shape)
    easts, norths = zip(*corners, strict=True)
    wide_m, tall_m = max(easts) - min(easts), max(norths) - min(norths)
    if max(wide_m, tall_m) > EXTENT_M_MAX:
        raise ValueError(f"more than {EXTENT_M_MAX / 1_000:.0f} km wide")
    along = _along(corners, step_m, closed=shape.kind is ShapeKind.AREA)
    cells = wide_m * tall_m / step_m**2 if shape.kind is ShapeKind.AREA else 0.0
    if len(along) <= SPOTS_MAX and cells <= 100 * SPOTS_MAX:
        spots = along
        if shape.kind is ShapeKind.AREA:
            spots = [*along, *_in_area(corners, step_m)]
        if len(spots) <= SPOTS_MAX:
            return tuple(_degrees(shape.corners[0], spot) for spot in dict.fromkeys(spots))
    raise ValueError("too large for its radius: give a larger radius_m, or a smaller place")


def middle_of(shape: Shape) -> Place:
    """The middle of the box about its corners: where a map puts its sign."""
    corners = _metres(shape)
    easts, norths = zip(*corners, strict=True)
    middle = ((min(easts) + max(easts)) / 2, (min(norths) + max(norths)) / 2)
    return _degrees(shape.corners[0], middle)


def area_m2(shape: Shape, radius_m: float) -> float:
    """Of all that lies within the radius of it, bends and overlaps apart."""
    corners = _metres(shape)
    length_m = sum(_length(one, other) for one, other in pairwise(corners))
    if shape.kind is ShapeKind.LINE:
        return 2 * radius_m * length_m + pi * radius_m**2
    ring = [*corners, corners[0]]
    border_m = length_m + _length(corners[-1], corners[0])
    twice = sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in pairwise(ring))
    return abs(twice) / 2 + border_m * radius_m + pi * radius_m**2


def _corner(said: Sequence[float]) -> Place:
    lon, lat = said[:2]
    if isinstance(lon, bool) or not all(isinstance(one, int | float) for one in (lon, lat)):
        raise TypeError("not a number")
    lat, lon = float(lat), float(lon)
    if not (isfinite(lat) and isfinite(lon) and abs(lat) <= LAT_MAX and abs(lon) <= 180):
        raise ValueError("no place on Earth that can be weighed")
    return lat, lon


def _metres(shape: Shape) -> list[Metres]:
    lat, lon = shape.corners[0]
    return [local_m(*corner, lat, lon) for corner in shape.corners]


def _degrees(origin: Place, spot: Metres) -> Place:
    across_m, along_m = metres_a_degree(origin[0])
    lon = origin[1] + spot[0] / across_m
    return origin[0] + spot[1] / along_m, (lon + 540.0) % 360.0 - 180.0


def _length(one: Metres, other: Metres) -> float:
    return hypot(other[0] - one[0], other[1] - one[1])


def _along(corners: Sequence[Metres], step_m: float, *, closed: bool) -> list[Metres]:
    """Every corner, and between two of them spots evenly, a step apart at most."""
    ends = [*corners, corners[0]] if closed else list(corners)
    if sum(_length(one, other) for one, other in pairwise(ends)) / step_m > SPOTS_MAX:
        return [corners[0]] * (SPOTS_MAX + 1)  # too many to be listed
    found = [ends[0]]
    for (x1, y1), (x2, y2) in pairwise(ends):
        steps = max(1, ceil(_length((x1, y1), (x2, y2)) / step_m))
        found += [(x1 + (x2 - x1) * n / steps, y1 + (y2 - y1) * n / steps)
                  for n in range(1, steps + 1)]  # fmt: skip
    return found


def _in_area(corners: Sequence[Metres], step_m: float) -> Iterable[Metres]:
    """Of a square grid those that lie within the ring, by the even-odd rule."""
    easts, norths = zip(*corners, strict=True)
    columns = int((max(easts) - min(easts)) / step_m) + 1
    rows = int((max(norths) - min(norths)) / step_m) + 1
    for row in range(rows):
        for column in range(columns):
            spot = (min(easts) + (column + 0.5) * step_m, min(norths) + (row + 0.5) * step_m)
            if _within_ring(spot, corners):
                yield spot


def _within_ring(spot: Metres, corners: Sequence[Metres]) -> bool:
    inside = False
    for (x1, y1), (x2, y2) in zip(corners, [*corners[1:], corners[0]], strict=True):
        if (y1 > spot[1]) != (y2 > spot[1]) and spot[0] < x1 + (spot[1] - y1) * (x2 - x1) / (
            y2 - y1
        ):
            inside = not inside
    return inside
