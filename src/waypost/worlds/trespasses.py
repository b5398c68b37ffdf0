"""What a wearer does that the order forbids, or that only looks like it: the hard cases.

    trespasses(wearer, day, rng) -> outings of one local date

Into zones and through them, along their edges on either side, under roofs beside them; late home,
out and back, gone all night; out of the area that must not be left. About one in three is allowed
and must raise nothing. What of it truly breaks a requirement `truth` says, from the path alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

import numpy as np
import shapely

from waypost.orders.values import RequirementKind
from waypost.worlds.hours import Seconds, Window, wall_s
from waypost.worlds.shapes import Area, area_of
from waypost.worlds.values import Ask, Outing, Place, Stop, Under, Wearer
from waypost.worlds.ways import travel_s

# Outings of this module for a requirement of each kind: a day, of somebody of average restlessness.
PER_DAY: dict[RequirementKind, float] = {
    RequirementKind.EXCLUSION: 0.03,
    RequirementKind.CURFEW: 0.03,
    RequirementKind.INCLUSION: 0.04,
    RequirementKind.RESTRICTION: 0.04,
}
STROLL_MPS, CURFEW_DAY_S = 1.3, 36 * 3600.0
Chance = np.random.Generator


def trespasses(wearer: Wearer, seed: int, day: date) -> Iterator[Outing]:
    """Of one local date; each requirement has a generator of its own, so none disturbs another."""
    for number, ask in enumerate(wearer.asks):
        if ask.shape is None or ask.kind not in PER_DAY:
            continue
        rng = np.random.default_rng([seed, wearer.index, day.toordinal(), 8, number])
        if rng.random() > PER_DAY[ask.kind] * wearer.restless:
            continue
        if ask.kind is RequirementKind.EXCLUSION:
            yield _at_a_zone(wearer, ask, day, rng)
        elif ask.kind is RequirementKind.CURFEW:
            yield from _at_curfew(wearer, ask, day, rng)
        else:
            yield from _out_of_area(wearer, ask, day, rng)


def _at_a_zone(wearer: Wearer, ask: Ask, day: date, rng: Chance) -> Outing:
    assert ask.shape is not None
    area = area_of(ask.shape)
    kinds: tuple[tuple[Callable[[Area, Chance], tuple[Stop, ...]], str, float], ...] = (
        (_stand_inside, "zone entered", 0.24),
        (_drive_through, "zone crossed", 0.16),
        (_walk_inside, "zone's edge walked inside", 0.14),
        (_roof_inside, "zone visited", 0.12),
        (_walk_outside, "zone's edge walked outside", 0.14),
        (_roof_outside, "zone's neighbour visited", 0.20),
    )
    pick = int(rng.choice(len(kinds), p=[share for _, _, share in kinds]))
    stops, why = kinds[pick][0](area, rng), kinds[pick][1]
    leave_s = wall_s(day, 0) + float(rng.uniform(540, 1260)) * 60
    asked = ask.timetable and ask.required(wall_s(day, 0), wall_s(day, 1440))
    if asked and rng.random() < 0.5:  # there when the hours begin, or still there when they end
        edge_s = asked[0][int(rng.integers(2))]
        leave_s = edge_s - travel_s(wearer.home, stops[0].place) - float(rng.uniform(0, 1500))
    return Outing(leave_s, stops, why)


def _stand_inside(area: Area, rng: Chance) -> tuple[Stop, ...]:
    """One minute to half an hour, a few metres within the edge or deep in."""
    depth_m = _log_uniform(rng, 6, 400)
    stay_s = _log_uniform(rng, 40, 2100)
    return (Stop(_at_depth(area, depth_m, rng), stay_s, Under.SKY, "zone"),)


def _roof_inside(area: Area, rng: Chance) -> tuple[Stop, ...]:
    place = _at_depth(area, float(rng.uniform(25, 200)), rng)
    return (Stop(place, _log_uniform(rng, 600, 5400), Under.ROOF, "zone"),)


def _roof_outside(area: Area, rng: Chance) -> tuple[Stop, ...]:
    place = _at_depth(area, -float(rng.uniform(15, 220)), rng)
    return (Stop(place, _log_uniform(rng, 600, 7200), Under.ROOF, "beside"),)


def _walk_inside(area: Area, rng: Chance) -> tuple[Stop, ...]:
    return _along(area, float(rng.uniform(4, 45)), rng)


def _walk_outside(area: Area, rng: Chance) -> tuple[Stop, ...]:
    return _along(area, -float(rng.uniform(4, 60)), rng)


def _along(area: Area, depth_m: float, rng: Chance) -> tuple[Stop, ...]:
    """On foot along the edge, so far within it or without, for two to fourteen minutes."""
    ring = _ring_at(area, depth_m, rng)
    length_m = min(STROLL_MPS * float(rng.uniform(120, 840)), 0.9 * ring.length)
    start_m = float(rng.uniform(0, ring.length))
    along_m = (start_m + np.arange(0, length_m, 20.0)) % ring.length
    corners = shapely.get_coordinates(shapely.line_interpolate_point(ring, along_m))
    first, *others = (_place(corner) for corner in corners)
    return (_corner(first), *(_corner(place, STROLL_MPS) for place in others))


def _drive_through(area: Area, rng: Chance) -> tuple[Stop, ...]:
    """Straight through at 6 to 14 m/s: half a minute or two, nobody gets out."""
    through = np.array(_at_depth(area, _log_uniform(rng, 15, 400), rng))
    west, south, east, north = area.bounds
    reach_m, turn = float(np.hypot(east - west, north - south)) + 60, rng.uniform(0, 2 * np.pi)
    along = np.array([np.cos(turn), np.sin(turn)]) * reach_m
    begin, end = _place(through - along), _place(through + along)
    return (_corner(begin), _corner(end, float(rng.uniform(6, 14))))


def _at_curfew(wearer: Wearer, ask: Ask, day: date, rng: Chance) -> Iterator[Outing]:
    """Late home, gone early, out in the middle, on the doorstep, in the garden, out all night."""
    assert ask.shape is not None
    midnight_s = wall_s(day, 0)
    asked = ask.required(midnight_s, midnight_s + CURFEW_DAY_S)
    tonight = next((one for one in asked if one[0] > midnight_s + 12 * 3600), None)
    if tonight is None:
        return
    elsewhere = (wearer.friend, wearer.pub, wearer.shop)[int(rng.integers(3))]
    under = Under.ROOF if rng.random() < 0.6 else Under.SKY
    pick, way_s = rng.random(), travel_s(wearer.home, elsewhere)
    if pick < 0.25:
        yield _late_home(tonight, elsewhere, under, way_s, rng)
    elif pick < 0.38:
        leave_s = tonight[1] - _log_uniform(rng, 240, 4800)
        stay_s = tonight[1] - leave_s - way_s + float(rng.uniform(300, 3000))
        stay = Stop(elsewhere, max(stay_s, 60.0), under, "left early")
        yield Outing(leave_s, (stay,), "curfew broken", lawful=False)
    elif pick < 0.55:
        stay = Stop(elsewhere, _log_uniform(rng, 120, 6000), under, "out at night")
        yield Outing(_within(tonight, rng), (stay,), "curfew broken", lawful=False)
    elif pick < 0.72:  # on the doorstep and down the street: beyond the edge, not far
        place = _from(wearer.home, ask.shape.radius_m + _log_uniform(rng, 8, 160), rng)
        stay = Stop(place, _log_uniform(rng, 30, 1500), Under.SKY, "doorstep")
        yield Outing(_within(tonight, rng), (stay,), "curfew broken", lawful=False)
    elif pick < 0.92:  # in the garden, which is home
        place = _from(wearer.home, float(rng.uniform(10, 48)), rng)
        stay = Stop(place, _log_uniform(rng, 120, 2700), Under.SKY, "garden")
        yield Outing(_within(tonight, rng), (stay,), "garden", lawful=False)
    else:
        leave_s = tonight[0] - way_s - float(rng.uniform(300, 2400))
        stay_s = tonight[1] - leave_s + float(rng.uniform(0, 1800))
        stay = Stop(elsewhere, stay_s, Under.ROOF, "out all night")
        yield Outing(leave_s, (stay,), "curfew broken", lawful=False)


def _late_home(
    tonight: Window, elsewhere: Place, under: Under, way_s: Seconds, rng: Chance
) -> Outing:
    """Back two minutes to three hours after the curfew began."""
    leave_s = tonight[0] - way_s - float(rng.uniform(600, 2400))
    back_s = tonight[0] + _log_uniform(rng, 120, 10_800)
    stay_s = back_s - way_s - (leave_s + way_s)
    stay = Stop(elsewhere, max(stay_s, 60.0), under, "late")
    return Outing(leave_s, (stay,), "curfew broken", lawful=False)


def _out_of_area(wearer: Wearer, ask: Ask, day: date, rng: Chance) -> Iterator[Outing]:
    """Beyond the edge by a little or by far, for a minute or an hour; or near it and within."""
    assert ask.shape is not None
    within = rng.random() < 0.3
    beyond_m = -float(rng.uniform(12, 150)) if within else _log_uniform(rng, 10, 2200)
    place = _at_depth(area_of(ask.shape), -beyond_m, rng)
    under = Under.SKY if rng.random() < 0.6 else Under.ROOF
    stay = Stop(place, _log_uniform(rng, 45, 3600), under, "edge" if within else "beyond")
    why = "area's edge" if within else "area left"
    asked = ask.required(wall_s(day, 540), wall_s(day, 1380))
    if not asked:
        return
    start_s, end_s = asked[-1]
    if ask.timetable is None:
        end_s = wall_s(day, 1020)
    way_s = travel_s(wearer.home, place)
    yield Outing(float(rng.uniform(start_s - way_s, max(end_s - way_s, start_s))), (stay,), why)


def _corner(place: Place, speed_mps: float | None = None) -> Stop:
    """Passed without a stay, under the sky."""
    return Stop(place, under=Under.SKY, speed_mps=speed_mps)


def _at_depth(area: Area, depth_m: float, rng: Chance) -> Place:
    """A place so far within the edge (negative: without), or as deep as the zone is."""
    point = _ring_at(area, depth_m, rng).interpolate(float(rng.random()), normalized=True)
    return float(point.x), float(point.y)


def _ring_at(area: Area, depth_m: float, rng: Chance) -> shapely.LinearRing:
    """The line that runs so far within the edge of one part; nearer to it where it is narrow."""
    shrunk = area.buffer(-depth_m, quad_segs=16)
    while shrunk.is_empty:
        depth_m *= 0.75
        shrunk = area.buffer(-depth_m, quad_segs=16)
    parts = shapely.get_parts(shrunk)
    return parts[int(rng.integers(len(parts)))].exterior


def _within(tonight: Window, rng: Chance) -> Seconds:
    return float(rng.uniform(tonight[0] + 600, max(tonight[1] - 7200, tonight[0] + 1200)))


def _from(place: Place, away_m: float, rng: Chance) -> Place:
    turn = rng.uniform(0, 2 * np.pi)
    return place[0] + away_m * float(np.cos(turn)), place[1] + away_m * float(np.sin(turn))


def _log_uniform(rng: Chance, least: float, most: float) -> float:
    return float(np.exp(rng.uniform(np.log(least), np.log(most))))


def _place(corner: np.ndarray) -> Place:
    return float(corner[0]), float(corner[1])
