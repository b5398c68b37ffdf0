"""What truly happened: each wearer's way through London as one line in time, and why they went.

    path_of(wearer, town, seed, from_s, to_s) -> Path

A day is a few outings from home: work, shop, appointment, friends, and now and then what the order
forbids. Each local date is drawn from a generator of its own (seed, wearer, date), so that a live
tag tomorrow is the same person as in last month's history. Noise comes later (`noise`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from waypost.geo import Metres
from waypost.orders.values import RequirementKind
from waypost.worlds.hours import Seconds, Window, dates, wall_s, windows
from waypost.worlds.places import Town
from waypost.worlds.values import Part, Place, Wearer

OFFENDING_PER_DAY = 0.12  # of those who offend at all


class Under(IntEnum):
    """What is overhead: it decides how a tag can find its place."""

    ROOF = 0
    SKY = 1
    GROUND = 2  # a tube train: no place at all


@dataclass(frozen=True, slots=True)
class Stop:
    place: Place
    dwell_s: Seconds
    under: Under = Under.ROOF
    why: str = ""


@dataclass(frozen=True, slots=True)
class Outing:
    leave_s: Seconds
    stops: tuple[Stop, ...]
    why: str
    lawful: bool = True  # planned within the curfew; dropped when it would not fit


@dataclass(frozen=True, slots=True)
class Visit:
    """A stay somewhere away from home, with why: truth for offences and for reading."""

    why: str
    place: Place
    from_s: Seconds
    to_s: Seconds


@dataclass(frozen=True)
class Path:
    """The true way: corners in time order, straight between them; seconds since 1970 and metres.

    under   of the stretch that starts at the corner
    """

    at_s: npt.NDArray[np.float64]
    east_m: Metres
    north_m: Metres
    under: npt.NDArray[np.int8]
    visits: tuple[Visit, ...] = ()

    def where(self, at_s: npt.NDArray[np.float64]) -> tuple[Metres, Metres]:
        return np.interp(at_s, self.at_s, self.east_m), np.interp(at_s, self.at_s, self.north_m)

    def stretch(self, at_s: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
        """The number of the stretch under way at each instant."""
        found = np.searchsorted(self.at_s, at_s, side="right") - 1
        return np.clip(found, 0, len(self.at_s) - 1).astype(np.int64)


@dataclass
class _Tape:
    """Corners as they are recorded."""

    corners: list[tuple[Seconds, float, float, int]] = field(default_factory=list)
    visits: list[Visit] = field(default_factory=list)

    def add(self, at_s: Seconds, place: Place, under: Under) -> None:
        self.corners.append((at_s, place[0], place[1], int(under)))

    def path(self) -> Path:
        table = np.array(self.corners, dtype=np.float64)
        under = table[:, 3].astype(np.int8)
        return Path(table[:, 0], table[:, 1], table[:, 2], under, tuple(self.visits))


def path_of(wearer: Wearer, town: Town, seed: int, from_s: Seconds, to_s: Seconds) -> Path:
    """The way of one wearer over [from_s, to_s), home at both ends of every day."""
    tape = _Tape()
    tape.add(from_s - 2 * 86_400, wearer.home, Under.ROOF)
    curfew = wearer.ask(RequirementKind.CURFEW)
    kept = windows(curfew.timetable, from_s - 2 * 86_400, to_s + 2 * 86_400) if curfew else []
    free_s = from_s - 2 * 86_400
    for day in dates(from_s, to_s):
        rng = np.random.default_rng([seed, wearer.index, day.toordinal(), 2])
        for outing in sorted(_outings(wearer, town, day, rng), key=lambda one: one.leave_s):
            if outing.leave_s < free_s:
                continue
            draft = _travel(wearer.home, outing, rng)
            back_s = draft.corners[-1][0]
            if outing.lawful and _meets(kept, outing.leave_s - 300, back_s + 600):
                continue
            tape.corners += draft.corners
            tape.visits += draft.visits
            free_s = back_s + 300
    tape.add(max(to_s, free_s) + 86_400, wearer.home, Under.ROOF)
    return tape.path()


def _meets(spans: list[Window], from_s: Seconds, to_s: Seconds) -> bool:
    return any(start < to_s and from_s < end for start, end in spans)


def _outings(wearer: Wearer, town: Town, day: date, rng: np.random.Generator) -> Iterator[Outing]:
    """What this person means to do on one local date. Every chance is drawn, used or not, so that
    one habit changed leaves the others as they were."""

    def at(minute: float) -> Seconds:
        return wall_s(day, 0) + minute * 60

    def about(minute: float, spread: float) -> float:
        return minute + float(rng.normal(0, spread))

    chance = rng.random(10)
    working = day.weekday() < 5 and wearer.work is not None
    attendance = wearer.ask(RequirementKind.ATTENDANCE)
    if attendance and attendance.weekday == day.weekday() and chance[0] > 0.08 * wearer.restless:
        yield Outing(
            at(about(555, 6)), (Stop(wearer.office, 3900, why="appointment"),), "appointment"
        )
    elif working and wearer.work:
        stay = Stop(wearer.work, about(480, 25) * 60, why="work")
        yield Outing(at(about(470, 18)), (stay,), "work")
    elif chance[1] < 0.7:
        walk = Stop(town.near(wearer.home, 300, 2500, rng), about(50, 12) * 60, Under.SKY, "park")
        yield Outing(at(about(690, 60)), (walk,), "park")
    if chance[2] < 0.6:
        yield Outing(
            at(about(1050, 25)), (Stop(wearer.shop, about(22, 5) * 60, why="shop"),), "shop"
        )
    if chance[3] < 0.3:
        place = wearer.friend if chance[4] < 0.6 else wearer.pub
        yield Outing(
            at(about(1175, 20)), (Stop(place, about(110, 25) * 60, why="friends"),), "friends"
        )
    yield from _offending(wearer, town, rng, at(about(1290, 100)), float(chance[5]))
    yield from _breaching(wearer, rng, at(0), chance)


def _offending(
    wearer: Wearer, town: Town, rng: np.random.Generator, leave_s: Seconds, chance: float
) -> Iterator[Outing]:
    if wearer.offends and chance < OFFENDING_PER_DAY:
        scene = town.near(wearer.home, 500, 3500, rng)
        stay = Stop(scene, float(rng.uniform(180, 700)), Under.SKY, "scene")
        yield Outing(leave_s, (stay,), "scene", lawful=bool(rng.random() < 0.6))


def _breaching(
    wearer: Wearer, rng: np.random.Generator, midnight_s: Seconds, chance: npt.NDArray[np.float64]
) -> Iterator[Outing]:
    """Late home, out at night, into the zone, or close by it (which is allowed)."""
    curfew = wearer.ask(RequirementKind.CURFEW)
    if curfew and curfew.timetable and chance[6] < 0.02 * wearer.restless:
        start = curfew.timetable[0].start
        minute = int(start[:2]) * 60 + int(start[3:]) - 60
        stay = Stop(wearer.friend, float(rng.uniform(60, 200)) * 60, why="late")
        yield Outing(midnight_s + minute * 60, (stay,), "curfew broken", lawful=False)
    if curfew and chance[7] < 0.01 * wearer.restless:
        stay = Stop(wearer.pub, float(rng.uniform(15, 80)) * 60, Under.SKY, "out at night")
        yield Outing(midnight_s + 1405 * 60, (stay,), "curfew broken", lawful=False)
    if wearer.part is Part.HANDED_BACK:
        return
    for ask in wearer.asks:
        if ask.kind is RequirementKind.EXCLUSION and ask.shape is not None:
            bearing = float(rng.uniform(0, 2 * np.pi))
            east, north = ask.shape.centre
            inside = chance[8] < 0.015 * wearer.restless
            off_m = ask.shape.radius_m * (0.4 if inside else 1.0) + (0 if inside else 130)
            place = east + off_m * float(np.cos(bearing)), north + off_m * float(np.sin(bearing))
            stay = Stop(place, float(rng.uniform(4, 35)) * 60, Under.SKY, "zone")
            if inside:
                yield Outing(
                    midnight_s + float(rng.uniform(780, 1020)) * 60, (stay,), "zone entered"
                )
            elif chance[9] < 0.03:
                yield Outing(
                    midnight_s + float(rng.uniform(780, 1020)) * 60, (stay,), "zone passed"
                )


def _travel(home: Place, outing: Outing, rng: np.random.Generator) -> _Tape:
    """One outing as corners: home, legs with bends, stops, and home again."""
    tape = _Tape()
    here, now_s = home, outing.leave_s
    for stop in (*outing.stops, Stop(home, 0.0)):
        now_s = _leg(tape, here, stop.place, now_s, rng)
        tape.add(now_s, stop.place, stop.under)
        if stop.dwell_s > 0:
            dwell_s = max(stop.dwell_s, 60.0)
            tape.visits.append(Visit(stop.why or outing.why, stop.place, now_s, now_s + dwell_s))
            now_s += dwell_s
        here = stop.place
    return tape


def _leg(
    tape: _Tape, start: Place, end: Place, leave_s: Seconds, rng: np.random.Generator
) -> Seconds:
    """Record the way from one place to another; returns the arrival.

    On foot below 1.2 km, by bus or car below 4 km, above that often underground in the middle.
    """
    away_m = float(np.hypot(end[0] - start[0], end[1] - start[1]))
    speed_mps = 1.4 if away_m < 1200 else 5.0 if away_m < 4000 else 9.0
    tube = away_m >= 4000 and rng.random() < 0.4
    bends = int(np.clip(away_m // 350, 1, 14))
    share = np.linspace(0, 1, bends + 2)
    side = np.sin(share * np.pi)[:, None] * rng.normal(0, min(90.0, away_m / 8), (bends + 2, 2))
    corner = np.array(start) + share[:, None] * (np.array(end) - np.array(start)) + side
    step_m = np.hypot(*np.diff(corner, axis=0).T)
    at_s = leave_s + np.concatenate([[0.0], np.cumsum(step_m)]) / speed_mps
    for number in range(bends + 1):
        below = tube and 0.15 < share[number] < 0.8
        place = float(corner[number, 0]), float(corner[number, 1])
        tape.add(float(at_s[number]), place, Under.GROUND if below else Under.SKY)
    return float(at_s[-1])
