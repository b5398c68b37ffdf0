"""The zones and hours that orders ask in the seeded London, in all the shapes that courts draw.

zone_away_from(haunts, town, rng)   an exclusion zone that no usual way of this person crosses
redrawn(shape, haunts, rng)         the same place as a corridor, in parts, or larger
area_around(places, least_m, rng)   an area that holds the usual places, and must not be left
"""

from __future__ import annotations

import numpy as np

from waypost.orders.values import WEEKDAYS, TimetableRow
from waypost.worlds.places import Town
from waypost.worlds.shapes import area_of, around
from waypost.worlds.values import Place, Ring, Shape

CLEAR_M = 250.0  # between an exclusion zone and the usual ways
WORK_DAYS, WEEKEND = WEEKDAYS[:5], WEEKDAYS[5:]
# Exclusion by the hour: a school, a town centre at night, a high street from noon on.
EXCLUSION_HOURS: tuple[tuple[TimetableRow, ...], ...] = (
    (TimetableRow(WORK_DAYS, "08:00", "17:30"),),
    (TimetableRow(WEEKDAYS, "18:00", "06:00"),),
    (TimetableRow(WEEKDAYS, "12:00", "23:00"),),
)
RESTRICTED_BY_DAY = (TimetableRow(WEEKDAYS, "09:30", "18:00"),)
RESTRICTED_AT_NIGHT = (TimetableRow(WEEKDAYS, "18:30", "23:30"),)
# Staggered curfews: other hours at the end of the week.
CURFEW_STAGGERED: tuple[tuple[TimetableRow, ...], ...] = (
    (TimetableRow(WORK_DAYS, "19:00", "07:00"), TimetableRow(WEEKEND, "21:00", "08:00")),
    (TimetableRow(WEEKDAYS[:4], "20:00", "06:00"), TimetableRow(WEEKDAYS[4:], "21:00", "07:30")),
)


def zone_away_from(haunts: list[Place], town: Town, rng: np.random.Generator) -> Shape:
    """An exclusion zone some way from home that no usual way of this person crosses."""
    home, radius_m = haunts[0], float(rng.uniform(150, 450))
    for _ in range(40):
        centre = town.near(home, 1200, 4500, rng)
        if _clear_m(centre, haunts) > radius_m + CLEAR_M:
            break
    if rng.random() < 0.5:
        return Shape(centre, radius_m)
    turns = np.sort(rng.uniform(0, 0.6, 7) + np.arange(7)) * (2 * np.pi / 7.6)
    return Shape(centre, radius_m, _ring(centre, turns, rng.uniform(0.65, 1.0, 7) * radius_m))


def redrawn(shape: Shape, haunts: list[Place], rng: np.random.Generator) -> Shape:
    """Half of the zones stay; others become a corridor, two parts with a hole, or larger."""
    pick, turn, centre, radius_m = rng.random(), rng.uniform(0, np.pi), shape.centre, shape.radius_m
    if pick < 0.5:
        return shape
    if pick < 0.68:
        half_m = float(rng.uniform(25, 60))
        bends = turn + np.array([0.0, rng.uniform(0.3, 0.6), np.pi])
        reach = np.array([1.0, 0.4, 1.0]) * (radius_m - half_m)
        return Shape(centre, radius_m, line=_ring(centre, bends, reach), half_m=half_m)
    if pick < 0.86:
        return _in_parts(centre, radius_m, turn)
    room_m = _clear_m(centre, haunts) - CLEAR_M
    return Shape(centre, float(np.clip(room_m, radius_m, 2.5 * radius_m)))


def beside_home(haunts: list[Place], rng: np.random.Generator) -> Shape | None:
    """An exclusion zone a few streets from home, where the wearer's cells reach into it: a former
    partner's street, say. None where every side of home has a usual way."""
    home, radius_m = haunts[0], float(rng.uniform(120, 260))
    away_m = radius_m + float(rng.uniform(90, 260))
    for turn in rng.uniform(0, 2 * np.pi) + np.arange(12) * (np.pi / 6):
        centre = home[0] + away_m * float(np.cos(turn)), home[1] + away_m * float(np.sin(turn))
        if all(_off_line(centre, home, other) > radius_m + 60 for other in haunts[1:]):
            return Shape(centre, radius_m)
    return None


def area_around(places: list[Place], least_m: float, rng: np.random.Generator) -> Shape:
    """An area about the first place that holds them all, and everything within `least_m`."""
    home = places[0]
    reach_m = max(float(np.hypot(p[0] - home[0], p[1] - home[1])) for p in places) + 450
    reach_m = max(reach_m, least_m)
    if rng.random() < 0.5:
        return Shape(home, round(reach_m))
    turns = (np.arange(11) + rng.uniform(-0.2, 0.2, 11)) * (2 * np.pi / 11)
    ring = _ring(home, turns, rng.uniform(1.1, 1.4, 11) * reach_m)  # chords stay beyond reach_m
    _, radius_m = around(area_of(Shape(home, 0.0, ring)))
    return Shape(home, 2 * radius_m, ring)


def _in_parts(centre: Place, radius_m: float, turn: float) -> Shape:
    """Two polygons beside each other, the larger with a hole: a station's two sides, say."""
    along = np.array([np.cos(turn), np.sin(turn)]) * radius_m
    larger, smaller = np.array(centre) - 0.4 * along, np.array(centre) + 0.62 * along
    return Shape(
        centre,
        radius_m,
        _even(larger, 0.58 * radius_m, 12),
        holes=(_even(larger, 0.2 * radius_m, 6),),
        more=(_even(smaller, 0.36 * radius_m, 9),),
    )


def _even(middle: np.ndarray, reach_m: float, corners: int) -> Ring:
    turns = np.arange(corners) * (2 * np.pi / corners)
    return _ring((float(middle[0]), float(middle[1])), turns, np.full(corners, reach_m))


def _ring(centre: Place, turns: np.ndarray, reach_m: np.ndarray) -> Ring:
    corners = zip(
        centre[0] + reach_m * np.cos(turns), centre[1] + reach_m * np.sin(turns), strict=True
    )
    return tuple((float(east), float(north)) for east, north in corners)


def _clear_m(centre: Place, haunts: list[Place]) -> float:
    """Metres from a place to the nearest of the usual ways from home."""
    return min(_off_line(centre, haunts[0], other) for other in haunts)


def _off_line(point: Place, start: Place, end: Place) -> float:
    """Metres from a point to the straight way between two places."""
    along = np.array(end) - np.array(start)
    off = np.array(point) - np.array(start)
    share = np.clip(off @ along / max(float(along @ along), 1.0), 0.0, 1.0)
    return float(np.hypot(*(off - share * along)))
