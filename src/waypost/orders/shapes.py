"""Zones as flat shapes in metres, for checks that need no error circles (lint, drawing)."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry
from shapely.validation import explain_validity

from waypost.geo import Plane, in_britain, plane_for
from waypost.orders.values import Zone


def flat(zone: Zone, plane: Plane) -> BaseGeometry:
    """The zone's area on the plane, metres: circles and corridors as fine polygons."""
    drawn = shape(dict(zone.geometry))
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
    drawn = shape(dict(zone.geometry))
    if zone.geometry["type"] in {"Polygon", "MultiPolygon"}:
        if shapely.make_valid(drawn).area == 0:  # the plain area of a bow tie may cancel to 0
            return "zone_without_area", "the zone has no area"
        if not drawn.is_valid:
            why = explain_validity(drawn).split("[")[0].lower()  # without the coordinates
            return "zone_crosses_itself", f"the zone is not a simple shape: {why}"
    if zone.geometry["type"] == "LineString" and drawn.length == 0:
        return "zone_without_area", "the line has no length"
    return None


def far_from_britain(zone: Zone) -> bool:
    """Whether no corner of the zone is on the National Grid."""
    lonlat = shapely.get_coordinates(shape(dict(zone.geometry)))
    return not bool(in_britain(lonlat[:, 1], lonlat[:, 0]).any())


def covers(zone: Zone, place: Zone) -> bool:
    """Whether the middle of the place lies in the zone."""
    plane = plane_for(*first_place(zone))
    area, spot = flat(zone, plane), flat(place, plane)
    if not shapely.is_valid(area):
        area = shapely.make_valid(area)
    middle = spot.representative_point()
    return bool(np.isfinite(middle.x)) and bool(area.covers(middle))


def _placed(plane: Plane, lonlat: Any) -> Any:
    east, north = plane.project(lonlat[:, 1], lonlat[:, 0])
    return np.column_stack([east, north])
