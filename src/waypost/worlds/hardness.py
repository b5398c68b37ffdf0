"""Whether a world is as hard as the field: its figures against bounds, each with its source.

    figures(worlds) -> Figure per bound        off(figures) -> those that do not fit

Rules measured on an easy world look good for nothing. So a bench of the rules asks here first, and
refuses a world whose nights, jumps, lags, gaps or lies are not those of real tags.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from waypost.geo import BRITISH
from waypost.units import Mechanism
from waypost.worlds.hours import Seconds, dates, wall_s
from waypost.worlds.noise import Heard
from waypost.worlds.values import Under
from waypost.worlds.world import Life

# Where the bounds come from.
NIGHTS = "field nights of mixed GNSS and cell fixes: about 20 %, 3 to 4 exits, by circles none"
CELLS = "cells of the field: R95 10-1,200 m, jumps of about 170 m, two places and no drift"
GNSS = "GNSS of the field: R95 2-28 m, a fix a minute under the sky"
INDOORS = "the field indoors: a cell fix every 3-5 min, of a mostly-indoor wearer 1 in 17 GNSS"
UPLOADS = "tags in use: uploads every 5-15 min, hours of backlog at once, some newest first"
GAPS = "gaps over 5 min are missing data in the field; here those over 15"
LIES = "the field: some fixes claim 2 m and are 200 m wrong; copies"
R95 = "what a 95 % radius says"
BEYOND_M = 100.0
MOSTLY_INDOOR = 0.1  # share of indoor fixes that are GNSS: 1 in 17
NIGHT = (22 * 60, 30 * 60)  # minutes after midnight: 22:00-06:00
GAP_S, BACKLOG_S = 900.0, 3600.0
NIGHTS_LEAST = 60  # fewer show nothing of a usual night
Flags = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Figure:
    """One property of a world with the bounds of the field; value NaN: it could not be measured."""

    name: str
    value: float
    least: float
    most: float
    source: str

    @property
    def fits(self) -> bool:
        return bool(self.least <= self.value <= self.most)

    @property
    def bounds(self) -> str:
        if self.most == float("inf"):
            return f"at least {self.least:.3g}"
        return f"{self.least:.3g} to {self.most:.3g}"

    def __str__(self) -> str:
        said = "could not be measured" if self.value != self.value else f"{self.value:.3g}"
        return f"{self.name}: {said} (must be {self.bounds}: {self.source})"


@dataclass(frozen=True, slots=True)
class _Kept:
    """One wearer's sound fixes in order of measuring, beside the truth."""

    life: Life
    heard: Heard
    east_m: Floats
    north_m: Floats
    error_m: Floats
    at_home: Flags

    @property
    def from_home_m(self) -> Floats:
        home = self.life.wearer.home
        return np.hypot(self.east_m - home[0], self.north_m - home[1])


@dataclass(frozen=True, slots=True)
class _Night:
    """beyond: share of fixes beyond 100 m of home; exits: false ones, by centre and by circle."""

    beyond: float
    exits: int
    sure_exits: int


def off(found: Sequence[Figure]) -> list[Figure]:
    return [figure for figure in found if not figure.fits]


def figures(worlds: Sequence[tuple[Sequence[Life], Seconds]]) -> list[Figure]:
    """Of all these worlds together; with each, the second at which it ends."""
    kept = [_kept(life, end_s) for lives, end_s in worlds for life in lives if life.wearer.tag]
    kept = [one for one in kept if len(one.error_m) > 1]
    assert kept, "a world in which no tag said anything"
    return [*_of_nights(kept), *_of_circles(kept), *_of_time(kept), *_of_lies(kept)]


def sound(heard: Heard, until_s: Seconds) -> Flags:
    """Fixes that reached us and that intake would not set aside (0,0; clocks in the future)."""
    return np.asarray(
        (heard.received_s < until_s) & (heard.lat != 0) & (heard.measured_s < heard.received_s + 1)
    )


def _kept(life: Life, until_s: Seconds) -> _Kept:
    heard = life.heard.only(sound(life.heard, until_s))
    heard = heard.only(np.argsort(heard.measured_s, kind="stable"))
    east, north = BRITISH.project(heard.lat, heard.lon)
    true_east, true_north = life.path.where(heard.measured_s)
    home = life.wearer.home
    roof = life.path.under[life.path.stretch(heard.measured_s)] == Under.ROOF
    near = np.hypot(true_east - home[0], true_north - home[1]) < 1
    error = np.hypot(east - true_east, north - true_north)
    return _Kept(life, heard, east, north, error, roof & near)


def _of_nights(kept: Sequence[_Kept]) -> Iterator[Figure]:
    """A mostly-indoor wearer's nights at home, as a plain rule of 100 m sees them."""
    nights = [night for one in kept if _mostly_indoor(one) for night in _nights(one)]
    enough = len(nights) >= NIGHTS_LEAST

    def mean(values: Sequence[float]) -> float:
        return float(np.mean(values)) if enough else float("nan")

    yield Figure(
        "share of a mostly-indoor wearer's night fixes beyond 100 m of home",
        mean([night.beyond for night in nights]), 0.15, 0.25, NIGHTS,
    )  # fmt: skip
    yield Figure(
        "false exits a night, point-in-polygon at 100 m",
        mean([night.exits for night in nights]), 3.0, 4.0, NIGHTS,
    )  # fmt: skip
    yield Figure(
        "false exits a night, whole R95 circle beyond 100 m",
        mean([night.sure_exits for night in nights]), 0.0, 0.1, NIGHTS,
    )  # fmt: skip


def _mostly_indoor(one: _Kept) -> bool:
    tag = one.life.wearer.tag
    return tag is not None and tag.indoor_gnss < MOSTLY_INDOOR and not tag.home_beacon


def _nights(one: _Kept) -> Iterator[_Night]:
    """Only nights at home throughout: whatever leaves home then is false."""
    at, away = one.heard.measured_s, one.from_home_m
    for day in dates(float(at[0]), float(at[-1])):
        first, last = np.searchsorted(at, [wall_s(day, NIGHT[0]), wall_s(day, NIGHT[1])])
        if last - first < 60 or not one.at_home[first:last].all():
            continue
        beyond = away[first:last] > BEYOND_M
        surely = away[first:last] - one.heard.accuracy_m[first:last] > BEYOND_M
        yield _Night(float(beyond.mean()), _rises(beyond), _rises(surely))


def _rises(flags: Flags) -> int:
    return int(flags[0]) + int((flags[1:] & ~flags[:-1]).sum())


def _of_circles(kept: Sequence[_Kept]) -> Iterator[Figure]:
    mechanism = np.concatenate([one.heard.mechanism for one in kept])
    r95 = np.concatenate([one.heard.accuracy_m for one in kept])
    error = np.concatenate([one.error_m for one in kept])
    honest = ~((r95 <= 2) & (error > 100))
    gnss, cell = mechanism == Mechanism.GNSS, mechanism == Mechanism.CELL
    told = (gnss | cell) & honest
    yield Figure("least GNSS R95, m", _least(r95[gnss]), 2, 4, GNSS)
    yield Figure("greatest GNSS R95, m", _most(r95[gnss]), 20, 28, GNSS)
    yield Figure("least cell R95, m", _least(r95[cell]), 10, 40, CELLS)
    yield Figure("greatest cell R95, m", _most(r95[cell]), 800, 1200, CELLS)
    yield Figure(
        "share of fixes outside their R95",
        float((error[told] > r95[told]).mean()), 0.04, 0.065, R95,
    )  # fmt: skip
    jumps = np.concatenate([_jumps(one) for one in kept])
    far = jumps[jumps > 85]
    middle = float(np.median(far)) if len(far) else float("nan")
    between = ((jumps > 60) & (jumps < 130)).sum() / max((jumps > 130).sum(), 1)
    yield Figure("median jump between two cells at home, m", middle, 155, 185, CELLS)
    yield Figure("jumps of 60-130 m per jump beyond: bimodal", float(between), 0, 0.25, CELLS)


def _jumps(one: _Kept) -> Floats:
    """Distances between cell fixes that follow each other at home."""
    cell = (one.heard.mechanism == Mechanism.CELL) & one.at_home
    pair = cell[1:] & cell[:-1] & (np.diff(one.heard.measured_s) < GAP_S)
    apart = np.hypot(np.diff(one.east_m), np.diff(one.north_m))
    return np.asarray(apart[pair])


def _least(values: Floats) -> float:
    return float(values.min()) if len(values) else float("nan")


def _most(values: Floats) -> float:
    return float(values.max()) if len(values) else float("nan")


def _of_time(kept: Sequence[_Kept]) -> Iterator[Figure]:
    sky, roof, long_s, gap_s, worn_s = [], [], 0.0, 0.0, 0.0
    gnss = indoors = 0
    for one in kept:
        step = np.diff(one.heard.measured_s)
        under = one.life.path.under[one.life.path.stretch(one.heard.measured_s)]
        same = (under[1:] == under[:-1]) & (step > 0)
        sky.append(step[same & (under[1:] == Under.SKY) & (step < GAP_S)])
        roof.append(step[same & (under[1:] == Under.ROOF) & (step < GAP_S)])
        worn_s += float(one.heard.measured_s[-1] - one.heard.measured_s[0])
        gap_s += float(step[step > GAP_S].sum())
        if _mostly_indoor(one):
            below = under == Under.ROOF
            gnss += int((below & (one.heard.mechanism == Mechanism.GNSS)).sum())
            indoors += int(below.sum())
        lag = one.heard.received_s - one.heard.measured_s
        long_s += float((lag > BACKLOG_S).sum())
    total = sum(len(one.error_m) for one in kept)
    yield Figure("seconds between fixes under the sky", _median(sky), 50, 70, GNSS)
    yield Figure("seconds between fixes under a roof", _median(roof), 180, 300, INDOORS)
    yield Figure(
        "GNSS share of a mostly-indoor wearer's indoor fixes",
        gnss / indoors if indoors else float("nan"), 1 / 22, 1 / 13, INDOORS,
    )  # fmt: skip
    yield Figure("minutes between uploads of tags that gather", _upload(kept), 5, 15, UPLOADS)
    yield Figure("share of fixes that came over an hour late", long_s / total, 0.003, 0.08, UPLOADS)
    yield Figure("share of worn time in gaps over 15 min", gap_s / worn_s, 0.002, 0.05, GAPS)


def _median(parts: Sequence[Floats]) -> float:
    values = np.concatenate(parts)
    return float(np.median(values)) if len(values) else float("nan")


def _upload(kept: Sequence[_Kept]) -> float:
    """Minutes, the median over tags that gather fixes before they send."""
    found = []
    for one in kept:
        if one.life.wearer.tag and one.life.wearer.tag.upload_every_s:
            came = np.unique(np.round(one.heard.received_s))
            found.append(float(np.median(np.diff(came))) / 60)
    return float(np.median(found)) if found else float("nan")


def _of_lies(kept: Sequence[_Kept]) -> Iterator[Figure]:
    lies = same = again = total = 0
    for one in kept:
        lies += int(((one.heard.accuracy_m <= 2) & (one.error_m > 150)).sum())
        total += len(one.error_m)
        at, first = one.heard.measured_s, one.heard.received_s
        twin = (np.diff(at) == 0) & (np.diff(one.east_m) == 0) & (np.diff(one.north_m) == 0)
        again += int(twin.sum())
        backwards = np.diff(first) < 0
        same += int((backwards & (np.abs(np.diff(first)) < 1)).sum())
    each = 1000 / total
    yield Figure("fixes that claim 2 m and are 150 m wrong, per 1,000", each * lies, 0.05, 1, LIES)
    yield Figure("copies of a fix, per 1,000", each * again, 1, 20, LIES)
    yield Figure(
        "fixes of a backlog that came newest first, per 1,000", each * same, 1, 60, UPLOADS
    )
