"""A map on paper: fixes with their circles, the places of a requirement, north and a scale. Pure.

Nothing is drawn that was not observed: no line joins the fixes. Every fix has the number that it
has in the table beside the map; where there are many, some numbers only. Places are hatched as well
as coloured, since paper may be grey.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import shapely
from shapely.geometry.base import BaseGeometry

from waypost.documents.values import Figure
from waypost.geo import Plane, plane_for
from waypost.orders.shapes import flat, sound
from waypost.orders.values import Zone

WIDTH, HEIGHT, EDGE = 680.0, 460.0, 24.0  # of the drawing, in its own units
SHOW_M_MIN = 200.0  # never closer than this across: one fix alone is no map
NUMBERS_MAX = 40  # more than this would cover each other
SCALES_M = (10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000)
KEEP_OUT, STAY_IN, INK = "#d4351c", "#1d70b8", "#0b0c0c"


@dataclass(frozen=True, slots=True)
class Dot:
    """A fix on the map. number: in the table; used: it was judged"""

    number: int
    lat: float
    lon: float
    accuracy_m: float
    used: bool = True


@dataclass(frozen=True, slots=True)
class Place:
    """keep_out: the person must not be there, else must be"""

    zone: Zone
    keep_out: bool


@dataclass(frozen=True, slots=True)
class _Frame:
    """From metres on the plane to the drawing."""

    west: float
    north: float
    scale: float

    def x(self, east_m: float) -> float:
        return EDGE + (east_m - self.west) * self.scale

    def y(self, north_m: float) -> float:
        return EDGE + (self.north - north_m) * self.scale


def draw_map(dots: Sequence[Dot], places: Sequence[Place], *, caption: str) -> Figure | None:
    """The map, or None where nothing lies anywhere."""
    if not dots and not places:
        return None
    plane = _plane(dots, places)
    spots = {dot: _spot(plane, dot) for dot in dots}
    areas = [(place, sound(flat(place.zone, plane))) for place in places]
    frame, metres_across = _frame(list(spots.values()), [area for _, area in areas], dots)
    parts = [
        *_ground(),
        *(_area(area, place.keep_out, frame) for place, area in areas if not area.is_empty),
        *(_circle(dot, spots[dot], frame) for dot in dots),
        *(_dot(dot, spots[dot], frame, few=len(dots) <= NUMBERS_MAX) for dot in dots),
        *_scale(metres_across, frame),
    ]
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH:g} {HEIGHT:g}" '
        f'width="{WIDTH:g}" height="{HEIGHT:g}" font-family="DejaVu Sans Mono" font-size="11">'
        f"{''.join(parts)}</svg>"
    )
    return Figure(svg, caption, _words(dots, places))


def _plane(dots: Sequence[Dot], places: Sequence[Place]) -> Plane:
    if dots:
        return plane_for(dots[0].lat, dots[0].lon)
    lon, lat = shapely.get_coordinates(shapely.geometry.shape(dict(places[0].zone.geometry)))[0]
    return plane_for(float(lat), float(lon))


def _spot(plane: Plane, dot: Dot) -> tuple[float, float]:
    east, north = plane.project(dot.lat, dot.lon)
    return float(east[0]), float(north[0])


def _frame(
    spots: Sequence[tuple[float, float]], areas: Iterable[BaseGeometry], dots: Sequence[Dot]
) -> tuple[_Frame, float]:
    """All fixes in sight, and of places as much as lies near: a district must not make dots of
    what happened at its edge."""
    seen: BaseGeometry = shapely.union_all(
        [shapely.Point(*spot).buffer(max(dot.accuracy_m, 30.0)) for spot, dot in
         zip(spots, dots, strict=True)]
    )  # fmt: skip
    drawn = [area for area in areas if not area.is_empty]
    near = seen.buffer(max(SHOW_M_MIN, _span(seen))) if spots else None
    for area in drawn:
        part = area if near is None else area.intersection(near)
        seen = part if seen.is_empty else seen.union(part)
    if seen.is_empty:
        seen = shapely.union_all(drawn) if drawn else shapely.Point(0, 0).buffer(SHOW_M_MIN)
    west, south, east, north = seen.bounds
    inner_width, inner_height = WIDTH - 2 * EDGE, HEIGHT - 3 * EDGE
    scale = min(
        inner_width / max(east - west, SHOW_M_MIN), inner_height / max(north - south, SHOW_M_MIN)
    )
    middle_east, middle_north = (west + east) / 2, (south + north) / 2
    left, top = middle_east - inner_width / scale / 2, middle_north + inner_height / scale / 2
    return _Frame(left, top, scale), inner_width / scale


def _span(area: BaseGeometry) -> float:
    west, south, east, north = area.bounds
    return float(max(east - west, north - south)) / 2


def _ground() -> tuple[str, ...]:
    return (
        '<defs><pattern id="out" width="8" height="8" patternUnits="userSpaceOnUse">'
        f'<path d="M0 8 8 0" stroke="{KEEP_OUT}" stroke-width="1"/></pattern>'
        '<pattern id="in" width="8" height="8" patternUnits="userSpaceOnUse">'
        f'<path d="M0 4 H8" stroke="{STAY_IN}" stroke-width="1"/></pattern>'
        f'<clipPath id="c"><rect width="{WIDTH:g}" height="{HEIGHT:g}"/></clipPath></defs>',
        f'<rect width="{WIDTH:g}" height="{HEIGHT:g}" fill="#f8f8f8" stroke="#b1b4b6"/>',
    )


def _area(area: BaseGeometry, keep_out: bool, frame: _Frame) -> str:
    rings = [
        ring
        for part in shapely.get_parts(area)
        if part.geom_type == "Polygon"
        for ring in (part.exterior, *part.interiors)
    ]
    path = "".join(
        "M" + " ".join(f"{frame.x(x):.1f} {frame.y(y):.1f}" for x, y in ring.coords) + "Z"
        for ring in rings
    )
    name, colour = ("out", KEEP_OUT) if keep_out else ("in", STAY_IN)
    return (
        f'<path clip-path="url(#c)" d="{path}" fill="url(#{name})" fill-rule="evenodd" '
        f'stroke="{colour}" stroke-width="2"/>'
    )


def _circle(dot: Dot, spot: tuple[float, float], frame: _Frame) -> str:
    return (
        f'<circle clip-path="url(#c)" cx="{frame.x(spot[0]):.1f}" cy="{frame.y(spot[1]):.1f}" '
        f'r="{dot.accuracy_m * frame.scale:.1f}" fill="{INK}" fill-opacity="0.05" '
        f'stroke="{INK}" stroke-opacity="0.45" stroke-width="0.7"/>'
    )


def _dot(dot: Dot, spot: tuple[float, float], frame: _Frame, *, few: bool) -> str:
    x, y = frame.x(spot[0]), frame.y(spot[1])
    fill = INK if dot.used else "#ffffff"
    said = (
        f'<text x="{x + 6:.1f}" y="{y - 5:.1f}" fill="{INK}">{dot.number}</text>'
        if few or dot.number % 10 == 0 or dot.number == 1
        else ""
    )
    return (
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{fill}" stroke="{INK}" '
        f'stroke-width="1"/>{said}'
    )


def _scale(metres_across: float, frame: _Frame) -> tuple[str, ...]:
    length_m = max((one for one in SCALES_M if one <= metres_across / 4), default=SCALES_M[0])
    width, y = length_m * frame.scale, HEIGHT - 18
    said = f"{length_m} m" if length_m < 1000 else f"{length_m / 1000:g} km"
    return (
        f'<path d="M{EDGE:g} {y - 5:g}V{y:g}H{EDGE + width:.1f}V{y - 5:g}" fill="none" '
        f'stroke="{INK}" stroke-width="1.5"/>',
        f'<text x="{EDGE + width + 8:.1f}" y="{y:g}" fill="{INK}">{said}</text>',
        f'<path d="M{WIDTH - 30:g} {HEIGHT - 14:g}v-26l-5 9h10l-5 -9" fill="{INK}" '
        f'stroke="{INK}"/><text x="{WIDTH - 34:g}" y="{HEIGHT - 44:g}" fill="{INK}">N</text>',
    )


def _words(dots: Sequence[Dot], places: Sequence[Place]) -> str:
    """What it shows, for whoever cannot see it."""
    count = len(dots)
    fixes = "No fix" if not count else f"{count} fix{'es' if count > 1 else ''}, numbered by time"
    said = [f"{fixes}, each with the circle in which it is right in 95 of 100 cases."]
    if any(place.keep_out for place in places):
        said.append("The place to stay out of is hatched aslant.")
    if any(not place.keep_out for place in places):
        said.append("The place to be in is hatched level.")
    return " ".join([*said, "The table has the same fixes."])
