"""What the tag says of a true path: fixes with the errors, gaps and lags of real ones.

Figures are those of the field (`hardness` measures a world against them): GNSS about once a minute
under the sky, R95 2-28 m; under a roof mostly cell fixes every 3-5 minutes, R95 10-1,200 m, jumping
between two cells some 170 m apart rather than drifting; uploads at once or every 5-15 minutes;
outages whose backlog arrives newest first; duplicates; and now and then a fix that lies (2 m
claimed, 200 m wrong, sometimes two or three running), one at 0,0, one from a clock in the future.
R95 means what it says: the true place is inside 95 times in 100; who is outside may be far outside.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import numpy.typing as npt

from waypost.geo import BRITISH
from waypost.units import SIGMA_PER_R95, Mechanism
from waypost.worlds.hours import Seconds, Window
from waypost.worlds.values import Place, Tag, Under
from waypost.worlds.ways import Path

Floats = npt.NDArray[np.float64]
TICK_S = 60.0
CELLS_APART_M = 170.0
# How cells lie about a spot. Chosen so that a mostly-indoor wearer's night has about 20 % of fixes
# beyond 100 m of home in 3 to 4 spells: most spots have a near cell that serves four fifths of the
# time; one in fifty has none within 100 m and is "out" whenever no satellite is seen.
HOP_S = 2400.0  # so long the tag stays with a cell, at least
SECOND_CELL_SHARES = (0.10, 0.27)  # of the time, least and most of any spot
NO_NEAR_CELL = 1 / 50
WIDE_CELLS = 0.15  # of spots have only wide cells, R95 of hundreds of metres
INDOOR_R95_M, OUTDOOR_R95_M = 14.0, 7.0  # GNSS, medians; NIJ asks for 30 m and 10 m
LIES_PER_FIX = 1 / 5000
LIES_IN_A_ROW = 3  # at most; they agree with each other to some metres
NULL_ISLANDS_PER_FIX = 1 / 20_000
FUTURES_PER_FIX = 1 / 30_000
DUPLICATES_PER_FIX = 1 / 150
CLOCK_AHEAD_S = 2 * 86_400.0
OUTAGES_PER_DAY = 0.06
BATTERY_DEATHS_PER_DAY = 0.008
SILENCES_PER_DAY = 0.15  # cellars, shielded rooms: nothing is measured for ten minutes to two hours


@dataclass(frozen=True)
class Heard:
    """Fixes of one tag, arrays of one length, in no promised order; NaN: not stated."""

    measured_s: Floats
    received_s: Floats
    lat: Floats
    lon: Floats
    accuracy_m: Floats
    mechanism: npt.NDArray[np.int8]
    speed_mps: Floats
    course_deg: Floats

    def only(self, keep: npt.NDArray[Any]) -> Heard:
        """The fixes chosen by a mask or by numbers."""
        return Heard(**{one.name: getattr(self, one.name)[keep] for one in fields(self)})


@dataclass(frozen=True)
class Lost:
    """When nothing was measured: the battery was dead, or no signal came through."""

    dead: list[Window]
    silent: list[Window]


def hear(
    path: Path,
    tag: Tag,
    home: Place,
    from_s: Seconds,
    to_s: Seconds,
    rng: np.random.Generator,
) -> tuple[Heard, Lost]:
    """Fixes measured in [from_s, to_s), and when nothing was."""
    measured, mechanism, stretch = _moments(path, tag, home, from_s, to_s, rng)
    dead = _spells(BATTERY_DEATHS_PER_DAY, 3600, 9 * 3600, from_s, to_s, rng)
    silent = _spells(SILENCES_PER_DAY, 600, 7200, from_s, to_s, rng)
    alive = ~_within(measured, dead) & ~_within(measured, silent)
    measured, mechanism, stretch = measured[alive], mechanism[alive], stretch[alive]
    east, north = path.where(measured)
    speed, course = _motion(path, measured)
    roofed = path.under[stretch] == Under.ROOF
    error_east, error_north, accuracy = _errors(measured, mechanism, roofed, (east, north), rng)
    lat, lon = BRITISH.unproject(east + error_east, north + error_north)
    outside = mechanism == Mechanism.GNSS
    heard = Heard(
        measured_s=np.floor(measured),
        received_s=_received(measured, tag, from_s, to_s, rng),
        lat=np.round(lat, 6),
        lon=np.round(lon, 6),
        accuracy_m=np.round(accuracy, 1),
        mechanism=mechanism,
        speed_mps=np.where(outside, np.round(speed, 1), np.nan),
        course_deg=np.where(outside & (speed > 0.5), np.round(course, 0), np.nan),
    )
    return _spoil(heard, rng), Lost(dead, silent)


def _moments(
    path: Path, tag: Tag, home: Place, from_s: Seconds, to_s: Seconds, rng: np.random.Generator
) -> tuple[Floats, npt.NDArray[np.int8], npt.NDArray[np.int64]]:
    """When the tag measures, how, and on which stretch of the path."""
    ticks = np.arange(from_s, to_s, TICK_S)
    ticks = np.clip(ticks + rng.uniform(-4, 4, len(ticks)), from_s, to_s - 1)
    stretch = path.stretch(ticks)
    under = path.under[stretch]
    roof = under == Under.ROOF
    indoors = np.zeros(len(ticks), dtype=np.bool_)  # every third to fifth tick
    indoors[np.minimum(np.cumsum(rng.integers(3, 6, len(ticks) // 3 + 1)), len(ticks) - 1)] = True
    keeps = (~roof | indoors) & (under != Under.GROUND)
    ticks, stretch, roof = ticks[keeps], stretch[keeps], roof[keeps]
    mechanism = np.full(len(ticks), Mechanism.GNSS, dtype=np.int8)
    indoors_cell = roof & (rng.random(len(ticks)) > tag.indoor_gnss)
    mechanism[indoors_cell] = Mechanism.CELL
    if tag.home_beacon:
        at_home = np.hypot(path.east_m[stretch] - home[0], path.north_m[stretch] - home[1]) < 1
        mechanism[roof & at_home & (rng.random(len(ticks)) < 0.6)] = Mechanism.BEACON
    return ticks, mechanism, stretch


def _errors(
    measured: Floats,
    mechanism: npt.NDArray[np.int8],
    roofed: npt.NDArray[np.bool_],
    place: tuple[Floats, Floats],
    rng: np.random.Generator,
) -> tuple[Floats, Floats, Floats]:
    """Error east and north in metres, and the R95 the tag states."""
    count = len(measured)
    median_m = np.where(roofed, INDOOR_R95_M, OUTDOOR_R95_M)
    accuracy = np.clip(rng.lognormal(np.log(median_m), 0.55), 2.0, 28.0)
    sigma = accuracy * SIGMA_PER_R95
    # Half of the error is fresh, half wanders over ten minutes: its variance stays sigma squared.
    east = sigma * (0.8 * rng.normal(size=count) + 0.6 * _wander(measured, rng))
    north = sigma * (0.8 * rng.normal(size=count) + 0.6 * _wander(measured, rng))
    beacon = mechanism == Mechanism.BEACON
    accuracy[beacon], east[beacon], north[beacon] = 30.0, 0.0, 0.0
    cell = np.flatnonzero(mechanism == Mechanism.CELL)
    if len(cell):
        east[cell], north[cell], accuracy[cell] = _cells(
            measured[cell], (place[0][cell], place[1][cell]), rng
        )
    return east, north, accuracy


def _wander(measured: Floats, rng: np.random.Generator) -> Floats:
    """A slow standard normal: knots every ten minutes, straight between (scaled to variance 1)."""
    if not len(measured):
        return np.empty(0)
    knots = np.arange(measured.min() - 600, measured.max() + 1200, 600.0)
    return np.interp(measured, knots, rng.normal(size=len(knots)) * 1.2247)


def _cells(
    measured: Floats, place: tuple[Floats, Floats], rng: np.random.Generator
) -> tuple[Floats, Floats, Floats]:
    """Cell fixes: each spot has two cells some 170 m apart, and the tag hops between them.

    The cells of a spot hang on the spot alone, so that home looks the same every night. One fix in
    twenty states a circle that does not reach the true place, by a little or by two
    thirds.
    """
    spot = (place[0] // 50).astype(np.uint64) * np.uint64(2**31) + (place[1] // 50).astype(
        np.uint64
    )
    near_m, far_m = 12 + 70 * _chance(spot, 1), 110 + 120 * _chance(spot, 1)
    first_m = np.where(_chance(spot, 6) < NO_NEAR_CELL, far_m, near_m)
    turn = 2 * np.pi * _chance(spot, 2)
    across = turn + np.pi * (0.5 + _chance(spot, 3))
    block = ((measured + HOP_S * _chance(spot, 7)) // HOP_S).astype(np.uint64)
    least, most = SECOND_CELL_SHARES
    share = least + (most - least) * _chance(spot, 8)
    second = _chance(spot * np.uint64(31) + block, 4) < share
    east = first_m * np.cos(turn) + second * CELLS_APART_M * np.cos(across)
    north = first_m * np.sin(turn) + second * CELLS_APART_M * np.sin(across)
    short = rng.random(len(spot)) < 0.05
    claim = np.where(short, rng.uniform(0.6, 0.95, len(spot)), 1.15 + 1.6 * _chance(spot, 5))
    accuracy = np.hypot(east, north) * claim + np.where(short, 0.0, 18.0)
    wide_m = 250 + 950 * _chance(spot * np.uint64(17) + second, 9)
    accuracy = np.where((_chance(spot, 10) < WIDE_CELLS) & ~short, wide_m, accuracy)
    scatter = rng.normal(0, 9, (2, len(spot)))
    return east + scatter[0], north + scatter[1], np.clip(accuracy, 10, 1200)


def _chance(key: npt.NDArray[np.uint64], salt: int) -> Floats:
    """A number in [0, 1) that hangs on the key alone (splitmix64, Steele et al. 2014)."""
    mixed = key + np.uint64(salt * 0x9E3779B97F4A7C15 % 2**64)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return (mixed ^ (mixed >> np.uint64(31))).astype(np.float64) / 2**64


def _motion(path: Path, measured: Floats) -> tuple[Floats, Floats]:
    """Speed in m/s and course in degrees at each instant."""
    now, soon = path.where(measured), path.where(measured + 5)
    east, north = soon[0] - now[0], soon[1] - now[1]
    return np.hypot(east, north) / 5, np.degrees(np.arctan2(east, north)) % 360


def _received(
    measured: Floats, tag: Tag, from_s: Seconds, to_s: Seconds, rng: np.random.Generator
) -> Floats:
    """When each fix reaches us: at once, with the next upload, or after an outage newest first."""
    if tag.upload_every_s:
        every, phase = tag.upload_every_s, float(rng.uniform(0, tag.upload_every_s))
        received = np.ceil((measured - phase) / every) * every + phase + 3
    else:
        received = measured + rng.uniform(1.5, 20, len(measured))
    for start, end in _spells(OUTAGES_PER_DAY, 1200, 20 * 3600, from_s, to_s, rng):
        held = np.flatnonzero((received >= start) & (received < end))
        newest_first = held[np.argsort(-measured[held], kind="stable")]
        received[newest_first] = end + np.arange(len(held)) * 0.05
    return received


def _spells(
    per_day: float,
    least_s: float,
    most_s: float,
    from_s: Seconds,
    to_s: Seconds,
    rng: np.random.Generator,
) -> list[Window]:
    """Spells that do not meet, short ones more often than long ones."""
    count = int(rng.poisson(per_day * (to_s - from_s) / 86_400))
    starts = np.sort(rng.uniform(from_s, to_s, count))
    found: list[Window] = []
    for start in starts:
        length = float(np.exp(rng.uniform(np.log(least_s), np.log(most_s))))
        if not found or start > found[-1][1]:
            found.append((float(start), float(start) + length))
    return found


def _within(at_s: Floats, spells: list[Window]) -> npt.NDArray[np.bool_]:
    inside = np.zeros(len(at_s), dtype=np.bool_)
    for start, end in spells:
        inside |= (at_s >= start) & (at_s < end)
    return inside


def _spoil(heard: Heard, rng: np.random.Generator) -> Heard:
    """Duplicates, lies, places at 0,0 and clocks in the future, each rarely."""
    count = len(heard.measured_s)
    again = np.flatnonzero(rng.random(count) < DUPLICATES_PER_FIX)
    spoilt = heard.only(np.concatenate([np.arange(count), again]))
    spoilt.received_s[count:] += rng.uniform(1, 300, len(again))
    first = np.arange(count)  # copies stay as they are, or they would not be copies
    gnss = first[heard.mechanism == Mechanism.GNSS]
    for start in np.flatnonzero(rng.random(len(gnss)) < LIES_PER_FIX):
        lies = gnss[start : start + int(rng.integers(1, LIES_IN_A_ROW + 1))]
        turn, away_m = rng.uniform(0, 2 * np.pi), rng.normal(200, 6, len(lies))
        spoilt.lat[lies] = np.round(spoilt.lat[lies] + away_m * np.cos(turn) / 111_250, 6)
        spoilt.lon[lies] = np.round(spoilt.lon[lies] + away_m * np.sin(turn) / 69_300, 6)
        spoilt.accuracy_m[lies] = 2.0
    nowhere = first[rng.random(count) < NULL_ISLANDS_PER_FIX]
    spoilt.lat[nowhere] = spoilt.lon[nowhere] = 0.0
    ahead = first[rng.random(count) < FUTURES_PER_FIX]
    spoilt.measured_s[ahead] += CLOCK_AHEAD_S
    return spoilt
