"""What an alcohol tag reads on the ankles of people who drink, spray and cover it: a seeded world.

    ankles_of(seed, wearers, days, until) -> Ankle per wearer: the truth, and what reached us

Readings every half hour with noise, drift and a floor; sprays and gels, alcohol in the air; covers,
of which some hide drinking; hours without readings; one upload a day, some missed; and the words of
the maker's review, about a day later. Whatever has no source beside it is our assumption.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from waypost.worlds.drinking import (
    HOUR_S,
    Body,
    Floats,
    Occasion,
    alcohol,
    body_of,
    followed,
    occasions_of,
)
from waypost.worlds.hours import Seconds, Window, dates, wall_s

READ_EVERY_S = 1800.0  # tags in use: every half hour
NOISE_G_PER_DL, NOISE_SHARE = 0.0015, 0.04
DRIFT_G_PER_DL = 0.004  # at most, of a sensor that ages; most drift less
# Of tags that take in water, as the field study's did, more is lost the longer they are worn
# (Marques and McKnight 2007): such tags, and what they still read at the end of the world.
WET_SHARE, WET_READS = 0.5, (0.0, 0.3)
SITS = 0.5  # of what it would read, the least by how it sits on the skin, which changes by the day
# Four in ten who drank one beer gave no reading above 0, of two one in twenty (Roache et al. 2015).
FLOOR_G_PER_DL = 0.004  # under it a tag says 0
SPRAYS_A_DAY = 0.1
SPRAY_G_PER_DL = (0.08, 0.8)  # median at the moment it is sprayed, and spread (log)
SPRAY_DRIES_H = (0.25, 0.75)  # to a third
AIR_SHARE, AIR_A_DAY = 0.1, 0.1  # of people who work beside alcohol, and their shifts with it
AIR_G_PER_DL, AIR_H, AIR_CLEARS_H = (0.012, 0.05), (3.0, 8.0), (0.5, 1.5)
LONG_A_DAY, LONG_H, HIDES_DRINK = 0.045, (8.0, 14.0), 0.5
GAPS_A_DAY, GAP_H = 0.06, (3.0, 0.7)  # median and spread (log)
LOST_SHARE = 0.015  # of single readings
MISSED_UPLOADS = 0.07
# The maker's review. Large: the highest reading; from so many readings on it looks at all.
LARGE_G_PER_DL, LOOKED_AT_FROM = 0.05, 3
CONFIRMS_LARGE, CONFIRMS_SMALL, CONFIRMS_FALSE = 0.93, 0.6, 0.02
TELLS_UNCONFIRMED = 0.5
REVIEW_H = (24.0, 0.35)
EVENT_G_PER_DL = 0.02  # AMS's criterion: a reading of so much begins an event
SKIN_C = 32.0


class Over(StrEnum):
    """What lay over the sensor, or that it was off the skin."""

    BATH = "bath"
    BOOT = "boot"
    COLD = "cold"  # skin that is bare on a cold night: nothing covers it
    OBSTRUCTION = "obstruction"
    OFF = "off"


# A day, hours, infrared (1: as fitted), °C and the share of alcohol that still gets through.
SHORT: dict[Over, tuple[float, Window, Window, Window, float]] = {
    Over.BATH: (0.5, (0.25, 0.7), (0.7, 1.1), (35.0, 39.0), 0.4),
    Over.BOOT: (0.12, (0.5, 3.0), (0.7, 1.0), (31.0, 35.0), 0.6),
    Over.COLD: (0.02, (1.0, 9.0), (0.95, 1.05), (22.0, 28.0), 0.7),
}
LONG: dict[Over, tuple[Window, Window, float]] = {
    Over.OBSTRUCTION: ((0.2, 0.92), (28.0, 33.0), 0.1),
    Over.OFF: ((0.05, 0.6), (18.0, 24.0), 0.03),
}


@dataclass(frozen=True, slots=True)
class Cover:
    """Readings meanwhile: infrared, skin_c; passes: the share of alcohol that still gets through"""

    from_s: Seconds
    to_s: Seconds
    what: Over
    infrared: float
    skin_c: float
    passes: float

    @property
    def meant(self) -> bool:
        return self.what in LONG


@dataclass(frozen=True, slots=True)
class Review:
    """One word of the maker's review on [from_s, to_s), and when it was said."""

    at_s: Seconds
    from_s: Seconds
    to_s: Seconds
    peak_g_per_dl: float
    confirmed: bool


@dataclass(frozen=True, slots=True, eq=False)
class Ankle:
    """One wearer: what was drunk and what else there was; and, per reading that was taken, what it
    said and when it reached us.

    sprays, air   true alcohol that nobody drank
    gaps          the tag took no reading
    """

    person_id: str
    span: Window
    body: Body
    occasions: list[Occasion]
    sprays: list[Window]
    air: list[Window]
    covers: list[Cover]
    gaps: list[Window]
    at_s: Floats
    g_per_dl: Floats
    skin_c: Floats
    infrared: Floats
    received_s: Floats
    reviews: list[Review]


def ankles_of(seed: int, *, wearers: int, days: float, until: datetime) -> list[Ankle]:
    """The same arguments give the same world."""
    until_s = until.timestamp()
    span = until_s - days * 86_400, until_s
    return [_ankle(seed, number, span) for number in range(wearers)]


def _ankle(seed: int, number: int, span: Window) -> Ankle:
    rng = np.random.default_rng([seed, number, 11])
    body = body_of(rng)
    covers = _covers(span, rng)
    hidden = [(one.from_s, one.to_s) for one in covers if one.meant and rng.random() < HIDES_DRINK]
    drunk = occasions_of(body, span, hidden, rng)
    told = alcohol(body, drunk, span)
    at_s = np.arange(span[0], span[1], READ_EVERY_S) + float(rng.uniform(0, READ_EVERY_S))
    gaps = _gaps(span, rng)
    at_s = at_s[~_within(at_s, gaps) & (rng.random(len(at_s)) >= LOST_SHARE)]
    sprays, sprayed = _sprays(at_s, span, rng)
    air, in_air = _air(at_s, span, rng)
    passes, infrared, skin_c = _over(at_s, covers, rng)
    level = passes * (told.skin_at(at_s) + sprayed + in_air)
    read = _read(level, rng)
    received_s = _received(at_s, span, rng)
    occasions = followed(drunk, told)
    reviews = list(_reviews(at_s, read, received_s, occasions, rng))
    return Ankle(
        f"D{number:03}", span, body, occasions, sprays, air, covers, gaps, at_s, read, skin_c,
        infrared, received_s, reviews,
    )  # fmt: skip


def _times(a_day: float, span: Window, rng: np.random.Generator) -> Floats:
    count = int(rng.poisson(a_day * (span[1] - span[0]) / 86_400))
    return np.sort(rng.uniform(*span, count))


def _covers(span: Window, rng: np.random.Generator) -> list[Cover]:
    """None shares time with another: a long one is meant, and goes first."""
    found: list[Cover] = []

    def add(start: Seconds, hours: Window, what: Over, light: Window, skin: Window, passes: float,
            ) -> None:  # fmt: skip
        end = min(start + float(rng.uniform(*hours)) * HOUR_S, span[1])
        if all(end <= one.from_s or one.to_s <= start for one in found):
            found.append(
                Cover(
                    start, end, what, float(rng.uniform(*light)), float(rng.uniform(*skin)), passes
                )
            )

    for start in _times(LONG_A_DAY, span, rng):
        what = list(LONG)[int(rng.random() < 0.4)]
        add(float(start), LONG_H, what, *LONG[what])
    for what, (a_day, hours, light, skin, passes) in SHORT.items():
        for start in _times(a_day, span, rng):
            add(float(start), hours, what, light, skin, passes)
    return sorted(found, key=lambda one: one.from_s)


def _gaps(span: Window, rng: np.random.Generator) -> list[Window]:
    median_h, spread = GAP_H
    return [
        (float(start), float(start) + min(median_h * float(rng.lognormal(0, spread)), 30) * HOUR_S)
        for start in _times(GAPS_A_DAY, span, rng)
    ]


def _within(at_s: Floats, spans: Sequence[Window]) -> npt.NDArray[np.bool_]:
    inside = np.zeros(len(at_s), dtype=np.bool_)
    for start, end in spans:
        inside |= (start <= at_s) & (at_s < end)
    return inside


def _sprays(at_s: Floats, span: Window, rng: np.random.Generator) -> tuple[list[Window], Floats]:
    """Aftershave, a gel for the hands: at once, and dried within an hour or two."""
    median, spread = SPRAY_G_PER_DL
    found, level = [], np.zeros(len(at_s))
    for start in _times(SPRAYS_A_DAY, span, rng):
        most = median * float(rng.lognormal(0, spread))
        dries_s = float(rng.uniform(*SPRAY_DRIES_H)) * HOUR_S
        past_s = at_s - start
        level += np.where(past_s >= 0, most * np.exp(-np.maximum(past_s, 0) / dries_s), 0.0)
        lasts_s = dries_s * max(float(np.log(most / FLOOR_G_PER_DL)), 0.1)
        found.append((float(start), float(start) + lasts_s))
    return found, level


def _air(at_s: Floats, span: Window, rng: np.random.Generator) -> tuple[list[Window], Floats]:
    """A painter's or a kitchen's shift: it rises within an hour and clears as slowly."""
    found: list[Window] = []
    level = np.zeros(len(at_s))
    if rng.random() >= AIR_SHARE:
        return found, level
    for day in dates(*span):
        if day.weekday() > 5 or rng.random() >= 7 / 6 * AIR_A_DAY:
            continue
        start = wall_s(day, 0) + float(rng.uniform(7, 14)) * HOUR_S
        end = start + float(rng.uniform(*AIR_H)) * HOUR_S
        most = float(rng.uniform(*AIR_G_PER_DL))
        clears_s = float(rng.uniform(*AIR_CLEARS_H)) * HOUR_S
        rises = most * (1 - np.exp(-np.maximum(np.minimum(at_s, end) - start, 0) / clears_s))
        waves = 1 + 0.25 * np.sin((at_s - start) / HOUR_S * 2.1)
        level += rises * waves * np.exp(-np.maximum(at_s - end, 0) / clears_s)
        if span[0] <= start:
            found.append((start, end + 2 * clears_s))
    return found, level


def _over(
    at_s: Floats, covers: Sequence[Cover], rng: np.random.Generator
) -> tuple[Floats, Floats, Floats]:
    """How much gets through, infrared, and skin temperature in °C, per reading."""
    passes, infrared = np.ones(len(at_s)), 1 + rng.normal(0, 0.03, len(at_s))
    skin_c = SKIN_C + rng.normal(0, 0.6, len(at_s))
    for one in covers:
        first, last = np.searchsorted(at_s, [one.from_s, one.to_s])
        passes[first:last] = one.passes
        infrared[first:last] += one.infrared - 1
        skin_c[first:last] += one.skin_c - SKIN_C
    return passes, np.maximum(infrared, 0).round(3), skin_c.round(1)


def _read(level: Floats, rng: np.random.Generator) -> Floats:
    """As the tag says it: water in some, noise, a zero that drifts, nothing under its floor."""
    count = len(level)
    reads = float(rng.uniform(*WET_READS)) if rng.random() < WET_SHARE else 1.0
    sits = rng.uniform(SITS, 1.0, count // 48 + 2)
    level = level * np.linspace(1, reads, count)
    level = level * np.interp(np.arange(count) / 48, np.arange(len(sits)), sits)
    drift = DRIFT_G_PER_DL * float(rng.beta(1, 3)) * np.linspace(0, 1, count)
    noisy = level * (1 + rng.normal(0, NOISE_SHARE, count)) + drift
    noisy += rng.normal(0, NOISE_G_PER_DL, count)
    return np.asarray(np.where(noisy < FLOOR_G_PER_DL, 0.0, noisy).round(3), dtype=np.float64)


def _received(at_s: Floats, span: Window, rng: np.random.Generator) -> Floats:
    """Each at the next upload, which is once a day at about the person's hour."""
    hour = float(rng.uniform(0, 24))
    days = np.arange(span[0] // 86_400, span[1] // 86_400 + 4) * 86_400
    uploads = np.sort(days + hour * HOUR_S + rng.normal(0, 1800, len(days)))
    kept = uploads[rng.random(len(uploads)) >= MISSED_UPLOADS]
    return np.asarray(kept[np.searchsorted(kept, at_s)])


def _reviews(
    at_s: Floats, read: Floats, received_s: Floats, occasions: Sequence[Occasion],
    rng: np.random.Generator,
) -> Iterator[Review]:  # fmt: skip
    """Of readings of an event in a row: what is large is looked at and mostly confirmed. The
    review knows what was drunk as little as we do; here its mistakes are drawn."""
    median_h, spread = REVIEW_H
    high = np.concatenate([[False], read >= EVENT_G_PER_DL, [False]]).astype(np.int8)
    for first, after in np.flatnonzero(np.diff(high)).reshape(-1, 2):
        chance, tells, wait = rng.random(), rng.random(), rng.lognormal(0, spread)
        start, end = float(at_s[first]), float(at_s[after - 1]) + READ_EVERY_S
        peak = float(read[first:after].max())
        true = any(one.from_s <= end and start <= one.gone_s for one in occasions)
        right = CONFIRMS_LARGE if peak >= LARGE_G_PER_DL else CONFIRMS_SMALL
        confirmed = chance < (right if true else CONFIRMS_FALSE)
        if after - first < LOOKED_AT_FROM or not (confirmed or tells < TELLS_UNCONFIRMED):
            continue
        said_s = float(received_s[after - 1]) + median_h * HOUR_S * float(wait)
        yield Review(said_s, start, end, peak, bool(confirmed))
