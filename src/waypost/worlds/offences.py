"""Crimes of the seeded London, as the police report them, and who truly did them.

    crimes(town, trips, seed, count, from_s, until_s) -> list[Crime]
    police_csv(crimes, batch) -> the 13-column file

Nearly all are by nobody on a tag: drawn at postcode points, denser where postcodes are, at hours
that each kind of crime keeps. The wearers' own come from their true paths ("scene" visits).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import numpy as np

from waypost.clock import EPOCH
from waypost.worlds.hours import Seconds, local_date, wall_s
from waypost.worlds.places import Town
from waypost.worlds.values import Place
from waypost.worlds.ways import Visit


@dataclass(frozen=True, slots=True)
class Sort:
    """A kind of crime: its share, the local hour around which it happens, how surely timed it is.

    window_min, window_max   minutes between the reported from and to
    """

    words: str
    share: float
    hour: float
    hour_spread: float
    window_min: float
    window_max: float


SORTS: dict[str, Sort] = {
    "RB": Sort("Robbery", 0.22, 22, 4, 0, 12),
    "BIAD": Sort("Burglary in a dwelling", 0.2, 15, 5, 20, 600),
    "AB": Sort("Aggravated burglary", 0.02, 23, 4, 2, 25),
    "BOTD": Sort("Burglary other than dwelling", 0.1, 2, 4, 60, 700),
    "TOMV": Sort("Theft of motor vehicle", 0.18, 2, 4, 120, 690),
    "TFP": Sort("Theft from the person", 0.16, 20, 4, 0, 30),
    "TFMV": Sort("Theft from motor vehicle", 0.12, 1, 4, 90, 700),
}
OWN_SORTS = ("RB", "BIAD", "TFP", "TFMV")
WINDOW_MAX_S = 12 * 3600
PLACE_ERROR_M = 15.0


@dataclass(frozen=True, slots=True)
class Crime:
    reference: str
    sort: str
    from_s: Seconds
    to_s: Seconds
    place: Place
    by: str | None = None  # person_id of the wearer who truly did it


def crimes(
    town: Town,
    visits: Sequence[tuple[str, Visit]],
    *,
    seed: int,
    count: int,
    from_s: Seconds,
    until_s: Seconds,
) -> list[Crime]:
    """`count` crimes by nobody we know, and one for each "scene" visit, mixed and numbered."""
    rng = np.random.default_rng([seed, 3])
    drawn = [_stranger(town, rng, from_s, until_s) for _ in range(count)]
    drawn += [
        _own(person_id, visit, rng)
        for person_id, visit in visits
        if visit.why == "scene" and from_s <= visit.from_s and visit.to_s < until_s
    ]
    drawn = [crime for crime in drawn if from_s <= crime.from_s and crime.to_s < until_s]
    drawn.sort(key=lambda crime: (crime.from_s, crime.place))
    return [
        Crime(
            f"01/{700_000 + number * 3:06d}/26",
            *(crime.sort, crime.from_s, crime.to_s),
            crime.place,
            crime.by,
        )
        for number, crime in enumerate(drawn)
    ]


def _stranger(town: Town, rng: np.random.Generator, from_s: Seconds, until_s: Seconds) -> Crime:
    sort = _pick(list(SORTS), rng)
    kind = SORTS[sort]
    day = local_date(float(rng.uniform(from_s, until_s)))
    minute = (rng.normal(kind.hour, kind.hour_spread) % 24) * 60
    length = float(rng.uniform(kind.window_min, kind.window_max)) * 60
    start = float(wall_s(day, int(minute)) // 60 * 60)
    place = town.any_of(np.arange(len(town.east_m)), rng)
    return Crime("", sort, start, start + min(length // 60 * 60, WINDOW_MAX_S), _beside(place, rng))


def _own(person_id: str, visit: Visit, rng: np.random.Generator) -> Crime:
    """What a wearer did, reported with the looseness of its kind around the true time."""
    sort = _pick(list(OWN_SORTS), rng)
    kind = SORTS[sort]
    spare = max(float(rng.uniform(kind.window_min, kind.window_max)) * 60 - 60, 120.0)
    start = visit.from_s - spare * float(rng.uniform(0.05, 0.6))
    end = min(start + spare + (visit.to_s - visit.from_s), start + WINDOW_MAX_S)
    return Crime("", sort, start // 60 * 60, end // 60 * 60, _beside(visit.place, rng), person_id)


def _pick(sorts: list[str], rng: np.random.Generator) -> str:
    shares = np.array([SORTS[sort].share for sort in sorts])
    return sorts[int(rng.choice(len(sorts), p=shares / shares.sum()))]


def _beside(place: Place, rng: np.random.Generator) -> Place:
    east, north = rng.normal(0, PLACE_ERROR_M / 2, 2)
    return place[0] + float(east), place[1] + float(north)


def police_csv(reported: Sequence[Crime], day: date) -> bytes:
    """The 13-column file as the Metropolitan Police sends it, in one batch of that day."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    for crime in reported:
        writer.writerow(
            [
                "Metropolitan",
                crime.sort,
                SORTS[crime.sort].words,
                f"MPS{day:%Y%m%d}",
                crime.reference,
                _stamp(crime.from_s),
                _stamp(crime.to_s),
                f"{crime.place[0]:.0f}",
                f"{crime.place[1]:.0f}",
                "",
                "",
                "OSGB36",
                f"{SORTS[crime.sort].words}; invented for a seeded world",
            ]
        )
    return out.getvalue().encode()


def _stamp(at_s: Seconds) -> str:
    moment: datetime = (EPOCH + timedelta(seconds=at_s)).astimezone(UTC)
    return f"{moment:%Y%m%d%H%M%S}"
