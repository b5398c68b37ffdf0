"""Where a fix is against a requirement's zones: signed distance, and INSIDE, OUTSIDE or UNCERTAIN.

A zone becomes parts on the plane of judgement: rings with holes (even-odd), circles, and corridors
along a line. The distance is negative inside; of several parts the nearest counts, as a union does.
The part's box is asked first, and edges are measured only where the box leaves a doubt. Whether the
way between two fixes meets a zone is asked of the kernel, which must know it too.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numba as nb
import numpy as np
import numpy.typing as npt

from waypost.geo import BRITISH, Metres, Plane
from waypost.orders.values import Zone
from waypost.rules.kernel import CORRIDOR, DISC, RINGS, Outline, all_crosses
from waypost.rules.values import Containment

Floats = npt.NDArray[np.float64]

INSIDE, OUTSIDE, UNCERTAIN = (
    int(Containment.INSIDE),
    int(Containment.OUTSIDE),
    int(Containment.UNCERTAIN),
)


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """A union of parts in metres.

    kinds   RINGS, DISC or CORRIDOR per part
    boxes   (parts, 4): west, south, east, north
    reach_m radius of a disc, half the width of a corridor, else 0; what a ring around it adds
    spans   (parts, 2): its rows in edges; edges (n, 4): x1, y1, x2, y2; a disc's centre twice
    """

    kinds: npt.NDArray[np.int64]
    boxes: Floats
    reach_m: Floats
    spans: npt.NDArray[np.int64]
    edges: Floats

    @property
    def outline(self) -> Outline:
        """The same, as the kernel takes it."""
        return Outline(self.kinds, self.boxes, self.reach_m, self.spans, self.edges)


def shape_of(zones: Iterable[Zone], plane: Plane) -> Shape:
    """The zones on the plane. ValueError for a geometry that is none of ours."""
    parts = [part for zone in zones for part in _parts(zone, plane)]
    spans, at = [], 0
    for _, _, edges in parts:
        spans.append((at, at + len(edges)))
        at += len(edges)
    return Shape(
        np.array([kind for kind, _, _ in parts], dtype=np.int64),
        np.array([_box(edges, reach) for _, reach, edges in parts], dtype=np.float64).reshape(
            -1, 4
        ),
        np.array([reach for _, reach, _ in parts], dtype=np.float64),
        np.array(spans, dtype=np.int64).reshape(-1, 2),
        np.vstack([edges for _, _, edges in parts]) if parts else np.empty((0, 4)),
    )


def grown(shape: Shape, by_m: float) -> Shape:
    """The shape with all that lies within `by_m` of it, its holes narrowed too: a warning ring
    with what it surrounds."""
    return replace(
        shape,
        boxes=shape.boxes + np.array([-by_m, -by_m, by_m, by_m]),
        reach_m=shape.reach_m + by_m,
    )


def first_place(zones: Iterable[Zone]) -> tuple[float, float] | None:
    """(lat, lon) of a point of the first zone, by which the plane is chosen."""
    for zone in zones:
        coordinates: Any = zone.geometry["coordinates"]
        while isinstance(coordinates[0], Sequence):
            coordinates = coordinates[0]
        return float(coordinates[1]), float(coordinates[0])
    return None


def project(plane: Plane, lat: Floats, lon: Floats) -> tuple[Metres, Metres]:
    """Metres on the plane for every place: beyond the edge of OSTN15, by the plain grid formula,
    which is a few metres off and there tells who is abroad from who is not."""
    east, north = plane.project(lat, lon)
    beyond = np.isnan(east)
    if plane == BRITISH and beyond.any():
        east, north = east.copy(), north.copy()
        east[beyond], north[beyond] = _plain_grid(lat[beyond], lon[beyond])
    return east, north


def judge_containment(
    shape: Shape,
    x: Floats,
    y: Floats,
    r95: Floats,
    *,
    exact: bool = True,
    inside_by_m: float = 0.0,
    outside_by_m: float = 0.0,
) -> tuple[npt.NDArray[np.int8], Floats]:
    """(Containment code, signed distance in metres) per place.

    INSIDE when the whole R95 circle lies inside, OUTSIDE when all of it lies outside; a circle of 0
    on the edge is inside. Not exact: the distance of a place that is OUTSIDE may be a lower bound,
    that to the box, which is all an exclusion zone needs.

    inside_by_m, outside_by_m   rings: the circle must lie so far on that side of the edge
    """
    codes = np.empty(x.shape[0], np.int8)
    distances = np.empty(x.shape[0], np.float64)
    _judge(
        shape.kinds, shape.boxes, shape.reach_m, shape.spans, shape.edges,
        x, y, r95, exact, inside_by_m, outside_by_m, codes, distances,
    )  # fmt: skip
    return codes, distances


def meets(shape: Shape, ax: Floats, ay: Floats, bx: Floats, by: Floats) -> npt.NDArray[np.bool_]:
    """Whether the straight way from each a to its b meets the zone; its edge is part of it, a hole
    is not."""
    return np.asarray(all_crosses(shape.outline, ax, ay, bx, by), dtype=np.bool_)


def _parts(zone: Zone, plane: Plane) -> list[tuple[int, float, Floats]]:
    geometry: Mapping[str, Any] = zone.geometry
    kind, coordinates = geometry["type"], geometry["coordinates"]
    if kind == "Point":
        (x,), (y,) = _line([coordinates], plane)
        return [(DISC, float(zone.radius_m or 0.0), np.array([[x, y, x, y]]))]
    if kind == "LineString":
        return [(CORRIDOR, float(zone.width_m or 0.0) / 2, _edges(coordinates, plane))]
    if kind == "Polygon":
        return [(RINGS, 0.0, _rings(coordinates, plane))]
    if kind == "MultiPolygon":
        return [(RINGS, 0.0, _rings(rings, plane)) for rings in coordinates]
    raise ValueError(f"a zone cannot be a {kind}")


def _rings(rings: Sequence[Any], plane: Plane) -> Floats:
    closed = [ring if list(ring[0]) == list(ring[-1]) else [*ring, ring[0]] for ring in rings]
    return np.vstack([_edges(ring, plane) for ring in closed])


def _edges(points: Sequence[Any], plane: Plane) -> Floats:
    x, y = _line(points, plane)
    return np.column_stack([x[:-1], y[:-1], x[1:], y[1:]])


def _line(points: Sequence[Any], plane: Plane) -> tuple[Metres, Metres]:
    lon = np.array([point[0] for point in points], dtype=np.float64)
    lat = np.array([point[1] for point in points], dtype=np.float64)
    return project(plane, lat, lon)


def _box(edges: Floats, reach_m: float) -> tuple[float, float, float, float]:
    xs, ys = edges[:, 0::2], edges[:, 1::2]
    return (xs.min() - reach_m, ys.min() - reach_m, xs.max() + reach_m, ys.max() + reach_m)


def _plain_grid(lat: Floats, lon: Floats) -> tuple[Floats, Floats]:
    from pyproj import Transformer

    grid = Transformer.from_crs("EPSG:4326", "EPSG:27700", always_xy=True)
    east, north = grid.transform(lon, lat)
    return np.asarray(east), np.asarray(north)


@nb.njit(cache=True, nogil=True, error_model="numpy")
def _to_edges_m(edges: Floats, start: int, end: int, x: float, y: float) -> float:
    """Distance to the nearest of the edges."""
    best = np.inf
    for e in range(start, end):
        x1, y1 = edges[e, 0], edges[e, 1]
        dx, dy = edges[e, 2] - x1, edges[e, 3] - y1
        px, py = x - x1, y - y1
        square = dx * dx + dy * dy
        along = (px * dx + py * dy) / square if square > 0.0 else 0.0
        along = min(max(along, 0.0), 1.0)
        px -= along * dx
        py -= along * dy
        best = min(best, px * px + py * py)
    return math.sqrt(best)


@nb.njit(cache=True, nogil=True, error_model="numpy")
def _odd(edges: Floats, start: int, end: int, x: float, y: float) -> bool:
    """Whether a ray to the east crosses the rings an odd number of times."""
    odd = False
    for e in range(start, end):
        y1, y2 = edges[e, 1], edges[e, 3]
        if (y1 > y) != (y2 > y):
            x1, x2 = edges[e, 0], edges[e, 2]
            if x < x1 + (y - y1) * (x2 - x1) / (y2 - y1):
                odd = not odd
    return odd


@nb.njit(cache=True, nogil=True, error_model="numpy")
def _judge(
    kinds: npt.NDArray[np.int64], boxes: Floats, reach_m: Floats,
    spans: npt.NDArray[np.int64], edges: Floats,
    x: Floats, y: Floats, r95: Floats, exact: bool, inside_by_m: float, outside_by_m: float,
    codes: npt.NDArray[np.int8], distances: Floats,
) -> None:  # fmt: skip
    for i in range(x.shape[0]):
        best = np.inf
        for p in range(kinds.shape[0]):
            aside = max(boxes[p, 0] - x[i], x[i] - boxes[p, 2], 0.0)
            above = max(boxes[p, 1] - y[i], y[i] - boxes[p, 3], 0.0)
            to_box = math.sqrt(aside * aside + above * above)
            if to_box >= best:
                continue  # cannot be nearer than what was found
            start, end = spans[p, 0], spans[p, 1]
            if kinds[p] == DISC:
                d = math.hypot(x[i] - edges[start, 0], y[i] - edges[start, 1]) - reach_m[p]
            elif not exact and to_box > 0.0 and to_box >= r95[i] + outside_by_m:
                d = to_box
            else:
                d = _to_edges_m(edges, start, end, x[i], y[i])
                if kinds[p] == RINGS and _odd(edges, start, end, x[i], y[i]):
                    d = -d
                d -= reach_m[p]
            best = min(best, d)
        distances[i] = best
        if best <= -r95[i] - inside_by_m:
            codes[i] = INSIDE
        elif best >= r95[i] + outside_by_m:
            codes[i] = OUTSIDE
        else:
            codes[i] = UNCERTAIN


@nb.njit(cache=True, nogil=True, error_model="numpy")
def judge_each(
    kinds: npt.NDArray[np.int64], boxes: Floats, reach_m: Floats,
    spans: npt.NDArray[np.int64], edges: Floats,
    part_starts: npt.NDArray[np.int64], edge_starts: npt.NDArray[np.int64],
    starts: npt.NDArray[np.int64], x: Floats, y: Floats, r95: Floats,
    exact: npt.NDArray[np.bool_], inside_by_m: Floats, outside_by_m: Floats,
    codes: npt.NDArray[np.int8], distances: Floats,
) -> None:  # fmt: skip
    """`judge_containment` for many shapes laid end to end, shape k with places
    starts[k]:starts[k+1]; its spans count from its own first edge."""
    for k in range(exact.shape[0]):
        p, q = part_starts[k], part_starts[k + 1]
        a, b = starts[k], starts[k + 1]
        _judge(
            kinds[p:q], boxes[p:q], reach_m[p:q], spans[p:q],
            edges[edge_starts[k] : edge_starts[k + 1]], x[a:b], y[a:b], r95[a:b],
            exact[k], inside_by_m[k], outside_by_m[k], codes[a:b], distances[a:b],
        )  # fmt: skip
