"""What wearers of a scoring world do, day by day, and the scenes that some of them go to.

    habits + the scenes meant (scene_crimes) -> each day's outings in order -> corners -> Paths

A day is work, shop, friends, pub, a stroll, errands to anywhere (so that being somewhere new is
nothing rare), and for a few a scene. A scene is never left out: what it meets is shortened.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from waypost.worlds.scene_town import Habits, SceneTown, beside, near
from waypost.worlds.scene_values import DAY_S, Layout, Paths, Spot
from waypost.worlds.scene_ways import Corner, Way
from waypost.worlds.values import Under

DAY_BEGINS_S = 4 * 3600.0  # a day's outings end in the small hours
TOGETHER = 0.45  # of days on which flatmates go about together, whole days
APART_M = 1.5  # two tags on two people side by side
SCENE_ROOM_M = 14.0


@dataclass(frozen=True, slots=True)
class Meant:
    """A scene that a wearer means to go to.

    minute   of the day on which they leave for it; on_way: from wherever they are then, and on
    spot     where it truly happens
    stay_s   they stay within 15 m of it for so long
    share    of the stay after which it happens
    """

    wearer: int
    day: int
    minute: float
    spot: Spot
    stay_s: float
    share: float
    under: Under
    crime_type: str
    on_way: bool


@dataclass(frozen=True, slots=True)
class Done:
    meant: Meant
    instant_s: float


@dataclass(frozen=True, slots=True)
class _Stop:
    spot: Spot
    stay_s: float
    under: Under
    room_m: float
    meant: Meant | None = None


@dataclass(slots=True)
class _Outing:
    leave_s: float
    stops: list[_Stop] = field(default_factory=list)

    @property
    def meant(self) -> bool:
        return any(stop.meant for stop in self.stops)


def lives(
    layout: Layout,
    town: SceneTown,
    people: Sequence[Habits],
    meant: Sequence[Meant],
    from_s: float,
    days: int,
    rng: np.random.Generator,
) -> tuple[Paths, list[Done]]:
    """Everybody's true way over `days` days from midnight `from_s`; when each scene happened."""
    scenes: dict[tuple[int, int], list[Meant]] = {}
    for each in meant:
        scenes.setdefault((each.wearer, each.day), []).append(each)
    tapes: list[list[Corner]] = []
    done: list[Done] = []
    spans: list[tuple[int, int]] = []  # of the wearer before: first and last corner of each day
    for wearer, person in enumerate(people):
        way = Way(layout, town, rng)
        way.begin(from_s - DAY_S, person.home)
        before, spans = spans, []
        for day in range(days):
            first = len(way.corners)
            own = scenes.get((wearer, day), [])
            if person.flatmate is not None and not own and rng.random() < TOGETHER:
                start, end = before[day]
                if start < end and tapes[-1][start][0] > way.now_s:
                    way.corners += [_aside(corner) for corner in tapes[-1][start:end]]
            else:
                for outing in _outings(layout, town, person, from_s, day, own, rng):
                    done += _walk_out(way, person, outing)
            spans.append((first, len(way.corners)))
        way.wait_until(from_s + (days + 1) * DAY_S)
        tapes.append(way.corners)
    return _paths(tapes), done


def _aside(corner: Corner) -> Corner:
    return corner[0] + 1.0, corner[1] + APART_M, corner[2], corner[3]


def _walk_out(way: Way, person: Habits, outing: _Outing) -> list[Done]:
    """Record one outing, from home to home. Left out when the one before is not over."""
    if outing.leave_s < way.now_s + 120:
        if not outing.meant:
            return []
        outing.leave_s = way.now_s + 180
    way.wait_until(outing.leave_s)
    done = []
    for stop in outing.stops:
        way.go(stop.spot)
        if stop.meant is not None:
            done.append(Done(stop.meant, way.now_s + stop.meant.share * stop.stay_s))
        way.stay(stop.stay_s, stop.under, stop.room_m)
    way.go(person.home)
    way.stay(60.0, Under.ROOF, 4.0)
    return done


def _outings(
    layout: Layout,
    town: SceneTown,
    person: Habits,
    from_s: float,
    day: int,
    scenes: Sequence[Meant],
    rng: np.random.Generator,
) -> list[_Outing]:
    """One day's outings by time of leaving, the scenes among them."""
    midnight_s, weekday = from_s + day * DAY_S, day % 7 < 5
    scale = layout.stay_scale

    def at(minute: float, spread: float) -> float:
        return midnight_s + (minute + float(rng.normal(0, spread))) * 60

    def indoors(spot: Spot, minutes: float) -> _Stop:
        return _Stop(spot, minutes * 60 * scale * float(rng.lognormal(0, 0.3)), Under.ROOF, 6.0)

    chance = rng.random(6)
    found: list[_Outing] = []
    if person.work and weekday and chance[0] < 0.92:
        leave_s = at(1290 if person.works_at_night else 470, 25)
        found.append(_Outing(leave_s, [_Stop(person.work, 8 * 3600.0, Under.ROOF, 12.0)]))
    elif chance[0] < 0.5 * person.lively:
        park = near(town.houses, person.home, 200, 1500, rng)
        found.append(_Outing(at(660, 70), [_Stop(park, 1500 * scale, Under.SKY, 45.0)]))
    if chance[1] < 0.6 * person.lively:
        found.append(_Outing(at(1060, 50), [indoors(person.shop, 18)]))
    if chance[2] < 0.4 * person.lively:
        friend = person.friends[int(rng.integers(len(person.friends)))]
        found.append(_Outing(at(1170, 60), [indoors(friend, 110)]))
    if chance[3] < 0.25 * person.lively:
        found.append(_Outing(at(1250, 45), [indoors(person.pub, 120)]))
    for _ in range(rng.poisson(layout.errands_per_day * person.lively)):
        found.append(_Outing(at(900, 240), _errand(town, person, scale, rng)))
    if chance[4] < 0.05 * person.lively:  # out at night for no bad reason
        found.append(_Outing(at(1500, 60), _errand(town, person, scale, rng)))
    for scene in scenes:
        _put_in(found, scene, midnight_s)
    earliest_s = midnight_s + DAY_BEGINS_S
    return sorted(
        (each for each in found if each.meant or each.leave_s > earliest_s),
        key=lambda each: each.leave_s,
    )


def _errand(town: SceneTown, person: Habits, scale: float, rng: np.random.Generator) -> list[_Stop]:
    """To one or two places where they need not ever have been: a minute to most of an hour."""
    stops = []
    for _ in range(1 + int(rng.random() < 0.3)):
        places = town.houses if rng.random() < 0.6 else town.businesses
        spot = beside(near(places, person.home, 200, 4000, rng), 25.0, rng)
        stay_s = float(np.exp(rng.uniform(np.log(60), np.log(2700)))) * scale
        under = Under.ROOF if rng.random() < 0.45 else Under.SKY
        stops.append(_Stop(spot, stay_s, under, 12.0))
    return stops


def _put_in(found: list[_Outing], scene: Meant, midnight_s: float) -> None:
    """As an outing of its own, or as the last stop of the outing that is nearest in time."""
    stop = _Stop(scene.spot, scene.stay_s, scene.under, SCENE_ROOM_M, scene)
    leave_s = midnight_s + scene.minute * 60
    if scene.on_way and found:
        nearest = min(found, key=lambda each: abs(each.leave_s - leave_s))
        nearest.stops.append(stop)
    else:
        found.append(_Outing(leave_s, [stop]))


def _paths(tapes: Sequence[Sequence[Corner]]) -> Paths:
    corners = np.array([corner for tape in tapes for corner in tape], dtype=np.float64)
    begins = np.concatenate([[0], np.cumsum([len(tape) for tape in tapes])]).astype(np.int64)
    return Paths(begins, corners[:, 0], corners[:, 1], corners[:, 2], corners[:, 3].astype(np.int8))
