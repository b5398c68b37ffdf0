"""Zones as flat shapes in metres, for checks that need no error circles (lint, drawing)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry
from shapely.validation import explain_validity

from waypost.geo import Plane, in_britain, plane_for
from waypost.orders.values import Zone

EARTH_RADIUS_M = 6_371_008.8  # mean (IUGG)


def flat(zone: Zone, plane: Plane) -> BaseGeometry:
    """The zone's area on the plane, metres: circles and corridors as fine polygons.

    Empty where the plane does not reach all of it: GEOS, given a place that is not a number, ends
    the whole process, or finds that its ring does not close.
    """
    drawn = shape(dict(zone.geometry))
    if not np.isfinite(_placed(plane, shapely.get_coordinates(drawn))).all():
        return shapely.Polygon()
    placed: Any = shapely.transform(drawn, lambda lonlat: _placed(plane, lonlat))
    if zone.radius_m is not None:
        return placed.buffer(zone.radius_m, quad_segs=32)
    return placed.buffer(zone.width_m / 2) if zone.width_m is not None else placed


def first_place(zone: Zone) -> tuple[float, float]:
    """(lat, lon) of the first position of the zone."""
    lon, lat = shapely.get_coordinates(shape(dict(zone.geometry)))[0]
    return float(lat), float(lon)


def trouble_of(zone: Zone) -> tuple[str, str] | None:
    """What is wrong with the shape itself: (kind, message), or None."""
    if zone.geometry["type"] == "Point":
        return None
    drawn = unwrapped(zone)
    if zone.geometry["type"] in {"Polygon", "MultiPolygon"}:
        if shapely.make_valid(drawn).area == 0:  # the plain area of a bow tie may cancel to 0
            return "zone_without_area", "the zone has no area"
        if not drawn.is_valid:
            why = explain_validity(drawn).split("[")[0].lower()  # without the coordinates
            return "zone_crosses_itself", f"the zone is not a simple shape: {why}"
    if zone.geometry["type"] == "LineString" and drawn.length == 0:
        return "zone_without_area", "the line has no length"
    return None


def unwrapped(zone: Zone) -> BaseGeometry:
    """The geometry in degrees with every longitude within 180 of the first position's: as the plane
    of judgement takes it, also where the zone lies across the antimeridian."""
    first = first_place(zone)[1]
    drawn: BaseGeometry = shapely.transform(
        shape(dict(zone.geometry)),
        lambda lonlat: np.column_stack(
            [lonlat[:, 0] - 360 * np.round((lonlat[:, 0] - first) / 360), lonlat[:, 1]]
        ),
    )
    return drawn


def crosses_antimeridian(zone: Zone) -> bool:
    """Whether the zone, taken the short way round, reaches over the 180th meridian."""
    west, _, east, _ = unwrapped(zone).bounds
    return bool(west < -180 or east > 180)


def plane_of(zone: Zone) -> Plane:
    """A plane that reaches all of the zone: the National Grid, or one through its first place."""
    lonlat = shapely.get_coordinates(shape(dict(zone.geometry)))
    lat, lon = first_place(zone)
    if bool(in_britain(lonlat[:, 1], lonlat[:, 0]).all()):
        return plane_for(lat, lon)
    return Plane((round(lat, 3), round(lon, 3)))


def reach_m(zone: Zone) -> float:
    """How far the zone goes from its first position, on a round Earth, without its own width."""
    lonlat = np.radians(shapely.get_coordinates(shape(dict(zone.geometry))))
    lon, lat = lonlat[:, 0], lonlat[:, 1]
    toward = np.sin(lat[0]) * np.sin(lat) + np.cos(lat[0]) * np.cos(lat) * np.cos(lon - lon[0])
    return float(EARTH_RADIUS_M * np.arccos(np.clip(toward, -1, 1)).max())


def far_from_britain(zone: Zone) -> bool:
    """Whether no corner of the zone is on the National Grid."""
    lonlat = shapely.get_coordinates(shape(dict(zone.geometry)))
    return not bool(in_britain(lonlat[:, 1], lonlat[:, 0]).any())


def covers(zone: Zone, place: Zone, *, ring_m: float = 0.0) -> bool:
    """Whether the middle of the place lies in the zone, or in a ring of this width around it."""
    plane = plane_of(zone)
    area, spot = flat(zone, plane), flat(place, plane)
    if not shapely.is_valid(area):
        area = shapely.make_valid(area)
    if ring_m:
        area = area.buffer(ring_m)
    return not spot.is_empty and bool(area.covers(spot.representative_point()))


@dataclass(frozen=True, slots=True)
class Measures:
    """How large a zone is, on the ground: its whole area, all its edges, and its extent."""

    area_m2: float
    edge_m: float
    east_west_m: float
    north_south_m: float
    parts: int
    holes: int
    corners: int
    middle: tuple[float, float]  # (lat, lon) of a point inside


def measures_of(zone: Zone) -> Measures:
    """The zone's sizes in metres; of a shape that crosses itself, as far as they can be told."""
    plane = plane_of(zone)
    if zone.radius_m is not None:
        return _circle_measures(zone.radius_m, first_place(zone))
    area = sound(flat(zone, plane))
    west, south, east, north = area.bounds
    parts = [one for one in shapely.get_parts(area) if one.geom_type == "Polygon"]
    inside = area.representative_point()
    lat, lon = plane.unproject(inside.x, inside.y)
    return Measures(
        area.area, area.length, east - west, north - south, len(parts),
        sum(len(one.interiors) for one in parts), _corners(zone), (float(lat[0]), float(lon[0])),
    )  # fmt: skip


def reaches_beyond(zone: Zone) -> bool:
    """Whether part of the zone lies off the plane that its first corner is judged on."""
    plane = plane_for(*first_place(zone))
    placed = _placed(plane, shapely.get_coordinates(shape(dict(zone.geometry))))
    return not bool(np.isfinite(placed).all())


def distance_m(zone: Zone, place: Zone) -> float:
    """How far the place's middle lies outside the zone; 0 inside it."""
    plane = plane_of(zone)
    middle = sound(flat(place, plane)).representative_point()
    return float(sound(flat(zone, plane)).distance(middle))


def _circle_measures(radius_m: float, middle: tuple[float, float]) -> Measures:
    """Of the circle itself, not of the many-sided shape that stands for it elsewhere."""
    area_m2, edge_m = math.pi * radius_m**2, 2 * math.pi * radius_m
    return Measures(area_m2, edge_m, 2 * radius_m, 2 * radius_m, 1, 0, 1, middle)


def sound(area: BaseGeometry) -> BaseGeometry:
    """The area, mended where its edges cross: for measures and pictures, never for judging."""
    mended: BaseGeometry = area if shapely.is_valid(area) else shapely.make_valid(area)
    return mended


def _corners(zone: Zone) -> int:
    """Corners as a person counts them: a ring's last position is its first again."""
    drawn = shape(dict(zone.geometry))
    rings = [
        ring
        for one in shapely.get_parts(drawn)
        if one.geom_type == "Polygon"
        for ring in (one.exterior, *one.interiors)
    ]
    return int(shapely.get_num_coordinates(drawn)) - len(rings)


def _placed(plane: Plane, lonlat: Any) -> Any:
    east, north = plane.project(lonlat[:, 1], lonlat[:, 0])
    return np.column_stack([east, north])
