"""What truly happened: each wearer's way through London as one line in time, and why they went.

    path_of(wearer, town, seed, from_s, to_s) -> Path

A day is a few outings from home: work, shop, appointment, friends, and now and then what the order
forbids (`trespasses`). Each local date is drawn from a generator of its own (seed, wearer, date),
so that a live tag tomorrow is the same person as in last month's history. Noise comes later
(`noise`).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import numpy as np
import numpy.typing as npt

from waypost.orders.values import RequirementKind
from waypost.worlds.hours import Seconds, Window, dates, wall_s
from waypost.worlds.places import Town
from waypost.worlds.trespasses import trespasses
from waypost.worlds.values import (
    APPOINTMENT_MINUTE,
    APPOINTMENT_S,
    GRACE_S,
    Outing,
    Part,
    Stop,
    Under,
    Wearer,
)
from waypost.worlds.ways import Path, Tape, travel, travel_s

OFFENDING_PER_DAY = 0.12  # of those who offend at all


def path_of(wearer: Wearer, town: Town, seed: int, from_s: Seconds, to_s: Seconds) -> Path:
    """The way of one wearer over [from_s, to_s), home at both ends of every day."""
    tape = Tape()
    tape.add(from_s - 2 * 86_400, wearer.home, Under.ROOF)
    curfew = wearer.ask(RequirementKind.CURFEW)
    kept = curfew.required(from_s - 2 * 86_400, to_s + 2 * 86_400) if curfew else []
    free_s = from_s - 2 * 86_400
    for day in dates(from_s, to_s):
        rng = np.random.default_rng([seed, wearer.index, day.toordinal(), 2])
        meant = [*_outings(wearer, town, day, rng), *trespasses(wearer, seed, day)]
        for outing in sorted(meant, key=lambda one: one.leave_s):
            if outing.leave_s < free_s:
                continue
            draft = travel(wearer.home, outing, rng)
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
    due = attendance is not None and attendance.weekday == day.weekday()
    if due and chance[0] > min(0.08 * wearer.restless, 0.3):
        yield _appointment(wearer, at(APPOINTMENT_MINUTE), rng)
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


def _appointment(wearer: Wearer, begins_s: Seconds, rng: np.random.Generator) -> Outing:
    """There some minutes before it and until it ends; now and then late, or gone before the end."""
    way_s, chance = 1.1 * travel_s(wearer.home, wearer.office), rng.random()
    arrive_s, leave_s = begins_s - float(rng.uniform(240, 900)), begins_s + APPOINTMENT_S
    leave_s += float(rng.uniform(60, 400))
    slip = min(0.05 * wearer.restless, 0.2)
    if chance < slip:  # late, half of them within the ten minutes of grace
        arrive_s = begins_s + float(rng.uniform(60, 2400 if chance < slip / 2 else GRACE_S - 60))
    elif chance < 2 * slip:
        leave_s = begins_s + float(rng.uniform(600, APPOINTMENT_S - 300))
    stay = Stop(wearer.office, leave_s - arrive_s, why="appointment")
    return Outing(arrive_s - way_s, (stay,), "appointment")


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
