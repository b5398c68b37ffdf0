"""The zones of a world as geometry, and how deep in them somebody truly is.

Worlds are what the rules are checked against, so this is shapely's geometry, not the rules' own
(`rules.containment`), whose mistakes it would share.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import shapely

from waypost.geo import Metres
from waypost.worlds.values import Place, Shape

Area: TypeAlias = "shapely.Polygon | shapely.MultiPolygon"
ARC = 64  # corners of a quarter circle where a circle must become a polygon


def area_of(shape: Shape) -> Area:
    """The zone as a polygon or several; circles and round ends with 4 x ARC corners."""
    if shape.line:
        return shapely.LineString(shape.line).buffer(shape.half_m, quad_segs=ARC)
    if not shape.corners:
        return shapely.Point(shape.centre).buffer(shape.radius_m, quad_segs=ARC)
    first = shapely.Polygon(shape.corners, shape.holes)
    return shapely.union_all([first, *(shapely.Polygon(ring) for ring in shape.more)])


def depth_m(shape: Shape, east: Metres, north: Metres) -> Metres:
    """Metres inside the edge of the zone; negative outside. Quick where somebody stays put."""
    if not shape.corners and not shape.line:
        centre_m = np.hypot(east - shape.centre[0], north - shape.centre[1])
        return np.asarray(shape.radius_m - centre_m)
    moved = np.ones(len(east), dtype=np.bool_)
    moved[1:] = (np.diff(east) != 0) | (np.diff(north) != 0)
    points = shapely.points(east[moved], north[moved])
    return np.asarray(_depth_m(shape, points)[np.cumsum(moved) - 1])


def around(parts: Area) -> tuple[Place, float]:
    """Centre and radius of a circle around all of it."""
    centre = parts.envelope.centroid
    radius_m = shapely.hausdorff_distance(centre, parts)
    return (float(centre.x), float(centre.y)), float(radius_m)


def _depth_m(shape: Shape, points: npt.NDArray[np.object_]) -> Metres:
    if shape.line:
        return np.asarray(shape.half_m - shapely.distance(shapely.LineString(shape.line), points))
    area = area_of(shape)
    edge_m = shapely.distance(area.boundary, points)
    shapely.prepare(area)
    return np.asarray(np.where(shapely.contains(area, points), edge_m, -edge_m))
