"""Offences of a scoring world: by wearers and, 99 in 100, by nobody tagged; and how police record
them.

    meant_scenes -> what wearers mean to do (scene_lives takes them there)
    nobodys      -> where and when the others happened: where people are, some of it on purpose
                    beside what wearers use (home, work, friends, bus changes)
    recorded     -> Offence values: place and window with errors of their own

Hours and windows follow what police record: a robbery has an instant, a car is stolen some time
in the night, a burglary while they were at work.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from waypost.clock import from_us
from waypost.geo import BRITISH
from waypost.offences.values import Offence
from waypost.worlds.scene_lives import Meant
from waypost.worlds.scene_town import Habits, SceneTown, beside, near
from waypost.worlds.scene_values import DAY_S, Floats, Integers, Layout
from waypost.worlds.values import Under

Texts = npt.NDArray[np.str_]


@dataclass(frozen=True, slots=True)
class Type:
    """One crime type: its share, when it happens, how long its window is.

    hours     (hour, sigma) of when it happens, one of them at random
    instant   of them, those with a window of no length
    window_h  least and most hours of the others; log-uniform
    roofed    of scenes under a roof
    """

    share: float
    hours: tuple[tuple[float, float], ...]
    instant: float
    window_h: tuple[float, float]
    roofed: float


TYPES: dict[str, Type] = {
    "RB": Type(0.15, ((22.0, 2.5), (16.5, 2.0)), 0.6, (0.03, 0.3), 0.0),
    "TFP": Type(0.15, ((14.0, 3.0), (20.0, 2.0)), 0.2, (0.08, 2.0), 0.1),
    "BIAD": Type(0.27, ((12.5, 2.5), (2.0, 1.8)), 0.0, (0.75, 10.0), 0.5),
    "AB": Type(0.03, ((21.0, 3.0),), 0.4, (0.08, 0.5), 0.5),
    "BOTD": Type(0.08, ((2.0, 2.2),), 0.0, (4.0, 14.0), 0.4),
    "TOMV": Type(0.14, ((1.5, 2.5), (15.0, 3.5)), 0.0, (1.0, 12.0), 0.0),
    "TFMV": Type(0.18, ((2.0, 2.5), (13.0, 3.5)), 0.0, (2.0, 12.0), 0.0),
}
AT_HOMES = ("BIAD", "AB", "TOMV", "TFMV")  # or in the street before them
NEAR_ROUTINE = 0.35  # of wearers' scenes within some hundred metres of where they go anyway
ON_THE_WAY = 0.4  # of those, done while they are out for something else
OFFENDERS = 0.2  # of wearers: the scenes are all theirs
ON_PURPOSE = 0.18  # of nobody's offences, within 100 m of what a wearer uses
OUTSIDE_WINDOW = 0.03  # of windows do not hold the true instant, by up to
OUTSIDE_S = 460.0  # ... so much: within the padding of 10 min less the two of "was there"
PLACED_M = (7.0, 22.0)  # sigma of the recorded place: the doorstep, the wrong doorstep
PLACED_ROUGHLY = 0.25
PLACED_A_STREET_AWAY = 0.05
PLACED_WRONG_MAX_M = 60.0
ROUND_S = 300.0  # windows of more than half an hour run from and to round minutes


def meant_scenes(
    layout: Layout,
    town: SceneTown,
    people: Sequence[Habits],
    count: int,
    days: int,
    rng: np.random.Generator,
) -> list[Meant]:
    """What wearers mean to do: each a day of their own, never the first one or the last."""
    offenders = rng.permutation(len(people))[: max(1, int(OFFENDERS * len(people)))]
    slots = [(int(who), day) for who in offenders for day in range(1, max(2, days - 1))]
    if count > len(slots):
        raise ValueError(f"{count} scenes do not fit {len(offenders)} offenders and {days} days")
    kinds = _kinds(count, rng)
    hours = _hours(kinds, rng)
    chosen = rng.permutation(len(slots))[:count]
    return [
        _meant(layout, town, people, slots[int(slot)], str(kinds[n]), float(hours[n]), rng)
        for n, slot in enumerate(chosen)
    ]


def _meant(
    layout: Layout,
    town: SceneTown,
    people: Sequence[Habits],
    slot: tuple[int, int],
    kind: str,
    hour: float,
    rng: np.random.Generator,
) -> Meant:
    wearer, day = slot
    haunts = people[wearer].haunts
    close = rng.random() < NEAR_ROUTINE
    if close:
        spot = beside(haunts[int(rng.integers(len(haunts)))], 350.0, rng)
    else:
        places = town.houses if kind in AT_HOMES else town.businesses
        spot = beside(near(places, people[wearer].home, 400, 3500, rng), 10.0, rng)
    stay_s = float(np.clip(rng.lognormal(np.log(layout.stay_median_s), 0.6), 60, 600))
    return Meant(
        wearer=wearer,
        day=day,
        minute=(hour if hour >= 5 else hour + 24) * 60 - 15,
        spot=spot,
        stay_s=stay_s,
        share=float(rng.uniform(0.1, 0.9)),
        under=Under.ROOF if rng.random() < TYPES[kind].roofed else Under.SKY,
        crime_type=kind,
        on_way=close and rng.random() < ON_THE_WAY,
    )


def nobodys(
    town: SceneTown,
    people: Sequence[Habits],
    count: int,
    from_s: float,
    days: int,
    rng: np.random.Generator,
) -> tuple[Floats, Floats, Texts]:
    """True spots (n, 2), true instants and types of offences that nobody tagged committed."""
    kinds = _kinds(count, rng)
    at_home = np.isin(kinds, AT_HOMES)
    spots = np.where(
        at_home[:, None],
        town.houses[rng.integers(len(town.houses), size=count)],
        town.businesses[rng.integers(len(town.businesses), size=count)],
    )
    used = np.array([haunt for person in people for haunt in person.haunts])
    used = np.concatenate([used, np.repeat(town.changes, max(1, len(used) // 60), axis=0)])
    purpose = np.flatnonzero(rng.random(count) < ON_PURPOSE)
    spots[purpose] = used[rng.integers(len(used), size=purpose.size)] + _disc(
        purpose.size, 100.0, rng
    )
    spots += _disc(count, 12.0, rng)
    # Whole days only, so that the tags' history lies on both sides as it does for the others.
    day = rng.integers(1, max(2, days - 1), size=count)
    instants = from_s + day * DAY_S + (_hours(kinds, rng) % 24) * 3600
    return spots, instants, kinds


def recorded(
    layout: Layout,
    spots: Floats,
    instants_s: Floats,
    kinds: Texts,
    rng: np.random.Generator,
) -> list[Offence]:
    """What the police write down: a place some metres off, a window that nearly always holds it."""
    count = len(kinds)
    rough = (rng.random(count) < PLACED_ROUGHLY).astype(np.int64)
    error = rng.normal(size=(count, 2)) * np.array(PLACED_M)[rough][:, None]
    far = np.flatnonzero(rng.random(count) < PLACED_A_STREET_AWAY)
    turn = rng.uniform(0, 2 * np.pi, far.size)
    error[far] = np.stack([np.cos(turn), np.sin(turn)], 1) * rng.uniform(35, 60, (far.size, 1))
    length = np.maximum(np.hypot(error[:, 0], error[:, 1]), 1e-9)
    error *= np.minimum(1.0, PLACED_WRONG_MAX_M / length)[:, None]
    lat, lon = BRITISH.unproject(spots[:, 0] + error[:, 0], spots[:, 1] + error[:, 1])
    from_us_, to_us_ = _windows(layout, instants_s, kinds, rng)
    return [
        Offence(
            force="",
            reference=f"S{number:05d}",
            crime_type=str(kinds[number]),
            from_at=from_us(int(from_us_[number])),
            to_at=from_us(int(to_us_[number])),
            lat=round(float(lat[number]), 6),
            lon=round(float(lon[number]), 6),
        )
        for number in range(count)
    ]


def _windows(
    layout: Layout, instants_s: Floats, kinds: Texts, rng: np.random.Generator
) -> tuple[Integers, Integers]:
    """From and to, microseconds."""
    types = [TYPES[str(kind)] for kind in kinds]
    least, most = np.array([one.window_h for one in types]).T
    instant = np.array([one.instant for one in types])
    count = len(kinds)
    hours = np.exp(rng.uniform(np.log(least), np.log(most))) * layout.window_scale
    length = np.where(rng.random(count) < instant, 0.0, hours * 3600)
    start = instants_s - rng.random(count) * length
    end = start + length
    outside = (rng.random(count) < OUTSIDE_WINDOW) & (length <= 6 * 3600)
    late = rng.uniform(60, OUTSIDE_S, count)
    sign = np.where(rng.random(count) < 0.5, 1.0, -1.0)
    gone = np.where(sign > 0, instants_s - start, end - instants_s) + late
    start, end = np.where(outside, [start + sign * gone, end + sign * gone], [start, end])
    # Round minutes outwards for long windows; whole seconds for the others, never past the truth.
    step = np.where(outside | (length <= 1800), 1.0, ROUND_S)
    start, end = np.floor(start / step) * step, np.ceil(end / step) * step
    end = np.where(length == 0, start, end)
    return (start * 1e6).astype(np.int64), (end * 1e6).astype(np.int64)


def _kinds(count: int, rng: np.random.Generator) -> Texts:
    shares = np.array([one.share for one in TYPES.values()])
    return rng.choice(np.array(list(TYPES)), size=count, p=shares / shares.sum())


def _hours(kinds: Texts, rng: np.random.Generator) -> Floats:
    """Of the day on which it happens, 0-24; small hours belong to the evening before for those who
    go out for it."""
    found = np.empty(len(kinds))
    for number, kind in enumerate(kinds):
        choices = TYPES[str(kind)].hours
        hour, sigma = choices[int(rng.integers(len(choices)))]
        found[number] = (hour + sigma * rng.normal()) % 24
    return found


def _disc(count: int, radius_m: float, rng: np.random.Generator) -> Floats:
    turn = rng.uniform(0, 2 * np.pi, count)
    away = radius_m * np.sqrt(rng.random(count))
    return np.stack([away * np.cos(turn), away * np.sin(turn)], 1)
