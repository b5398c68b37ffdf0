"""The compiled half of evidence: who could matter to an offence, and how strongly tracks speak.

Rows stand by person and time, each once. The plain twin of each part is in `evidence.py` under the
same words; the chance of being within a circle comes from a table of its exact integral.
"""

from __future__ import annotations

import math
from datetime import timedelta
from typing import Any

import numba as nb
import numpy as np
import numpy.typing as npt

from waypost.matching import chance, evidence_spots
from waypost.matching import evidence as plain
from waypost.matching.chance_kernel import at_spot, far_chance, within
from waypost.matching.compatible import COVERED_BY, PADDING

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

_US = timedelta(microseconds=1)
PADDING_US = PADDING // _US
_COVERED_US = COVERED_BY // _US
_R95_SIGMAS, _R95_M_MIN = chance.R95_SIGMAS, chance.R95_M_MIN
_LIE_SIGMA_M = chance.LIE_SIGMA_M
_STRAIGHT_M2_S, _STRAIGHT_OF_WAY = plain.STRAIGHT_M2_S, plain.STRAIGHT_OF_WAY
_DETOUR_M2_S, _DETOUR_OF_WAY = plain.DETOUR_M2_S, plain.DETOUR_OF_WAY
_DETOUR_AFTER_S = plain.DETOUR_AFTER_S
_WINDOW_US_MIN, _SLIP_WEIGHT = plain.WINDOW_S_MIN * 1e6, plain.SLIP_WEIGHT
_PASSING_MPS, _PASSING_WEIGHT_MIN = plain.PASSING_MPS, plain.PASSING_WEIGHT_MIN
_AROUND_US, _SAME_TIME_US = int(plain.AROUND_S * 1e6), plain.SAME_TIME_S * 1e6
_STAY_S, _STAY_AROUND_US = plain.STAY_S, int(plain.STAY_AROUND_S * 1e6)
_HABIT_US, _STEP_US_MAX = plain.HABIT_S * 1e6, plain.STEP_US_MAX
_DENSITY_MIN, _DAY_US = plain.DENSITY_MIN, plain.DAY_US
_TOLERANCE_R95S, _TOLERANCE_M_MIN = plain.TOLERANCE_R95S, plain.TOLERANCE_M_MIN
_OBSERVED_FROM, _BEYOND_US = evidence_spots.OBSERVED_FROM, plain.BEYOND_US
_QUADRATURE_US, _STEPS_MAX = plain.QUADRATURE_S * 1e6, plain.STEPS_MAX
_FAR_SIGMAS, _PRECISE_R95_M = chance.FAR_SIGMAS, evidence_spots.PRECISE_R95_M
_EVERYBODY_M = plain.EVERYBODY_M

# A coarse fix speaks for nobody by itself while a precise one of the same tag stands this near.
SHADOW_US = 180_000_000
COARSE_REACH_M = 1_300.0
COARSE_CHANCE_MIN = 0.005
LONG_US, LOST_US = 120_000_000, 7_200_000_000  # gaps in which somebody may have come and gone
POINTS_MAX = 30


@nb.njit(cache=True)
def sigma_of(r95_m: float) -> float:
    return max(r95_m, _R95_M_MIN) / _R95_SIGMAS


@nb.njit(cache=True)
def turn_deg(lon: float, of_lon: float) -> float:
    turn = lon - of_lon
    if turn > 180.0:
        return turn - 360.0
    return turn + 360.0 if turn < -180.0 else turn


@nb.njit(cache=True)
def candidates(
    begins: Integers,
    us: Integers,
    lat: Floats,
    lon: Floats,
    r95_m: Floats,
    o_lat: Floats,
    o_lon: Floats,
    across: Floats,
    along: Floats,
    radius_m: Floats,
    from_us: Integers,
    to_us: Integers,
    fine: Any,
    coarse: Any,
) -> Any:
    """Which (offence, person) could matter, and how long all tags were at each place.

    begins           first row of each person, and the row after the last
    across, along    metres a degree east and north at each offence
    fine, coarse     cells of the two grids: (lat of corner, lon of corner, cells a degree, rows,
                     columns, first entry of each cell, offences)
    returns          offence and person of each pair, by person, then as met; microseconds at each
                     place by precise fixes, and of all of them
    """
    places = o_lat.shape[0]
    met = np.full(places, -1, dtype=np.int64)
    there_us, all_us = np.zeros(places), 0.0
    offence, person = [np.int64(0) for _ in range(0)], [np.int64(0) for _ in range(0)]
    for who in range(begins.shape[0] - 1):
        first, last = begins[who], begins[who + 1]
        precise_before = np.int64(-(2**60))
        for i in range(first, last):
            after = us[i + 1] if i + 1 < last else us[i]
            is_precise = r95_m[i] <= _PRECISE_R95_M
            if is_precise:
                stands = min(after - us[i], _STEP_US_MAX)
                all_us += stands
                precise_before = us[i]
                low, high = _entries(fine, lat[i], lon[i])
                for n in range(low, high):
                    o = fine[6][n]
                    x = turn_deg(lon[i], o_lon[o]) * across[o]
                    y = (lat[i] - o_lat[o]) * along[o]
                    squared = x * x + y * y
                    if squared <= (radius_m[o] + _EVERYBODY_M) ** 2:
                        there_us[o] += stands
                    early, late = from_us[o] - PADDING_US, to_us[o] + PADDING_US
                    close = squared <= (radius_m[o] + r95_m[i]) ** 2
                    if met[o] != who and close and early <= us[i] <= late:
                        met[o] = who
                        offence.append(np.int64(o))
                        person.append(np.int64(who))
            elif us[i] - precise_before > SHADOW_US and not _soon(us, r95_m, i, last):
                _meet(who, us[i], lat[i], lon[i], sigma_of(r95_m[i]), COARSE_REACH_M, o_lat, o_lon,
                      across, along, radius_m, from_us, to_us, coarse, met, offence,
                      person)  # fmt: skip
            gap = after - us[i]
            if LONG_US < gap <= LOST_US:
                points = min(POINTS_MAX, gap // 60_000_000)
                for point in range(1, points):
                    part = point / points
                    seconds = gap / 1e6 * part * (1 - part)
                    spread = math.sqrt(_DETOUR_M2_S * seconds) + sigma_of(
                        max(r95_m[i], r95_m[i + 1])
                    )
                    _meet(who, us[i] + np.int64(gap * part), lat[i] + (lat[i + 1] - lat[i]) * part,
                          lon[i] + turn_deg(lon[i + 1], lon[i]) * part, spread, COARSE_REACH_M,
                          o_lat, o_lon, across, along, radius_m, from_us, to_us, coarse, met,
                          offence, person)  # fmt: skip
    return np.array(offence), np.array(person), there_us, all_us


@nb.njit(cache=True)
def _soon(us: Integers, r95_m: Floats, i: int, last: int) -> bool:
    """Whether a precise fix of the same tag follows soon."""
    for n in range(i + 1, last):
        if us[n] - us[i] > SHADOW_US:
            return False
        if r95_m[n] <= _PRECISE_R95_M:
            return True
    return False


@nb.njit(cache=True)
def _entries(grid: Any, lat: float, lon: float) -> Any:
    row = math.floor((lat - grid[0]) * grid[2])
    column = math.floor((lon - grid[1]) * grid[2])
    if row < 0 or column < 0 or row >= grid[3] or column >= grid[4]:
        return 0, 0
    cell = row * grid[4] + column
    return grid[5][cell], grid[5][cell + 1]


@nb.njit(cache=True)
def _meet(
    who: int, at_us: int, lat: float, lon: float, sigma_m: float, reach_max_m: float,
    o_lat: Floats, o_lon: Floats, across: Floats, along: Floats, radius_m: Floats,
    from_us: Integers, to_us: Integers, coarse: Any, met: Integers, offence: Any, person: Any,
) -> None:  # fmt: skip
    low, high = _entries(coarse, lat, lon)
    for n in range(low, high):
        o = coarse[6][n]
        if met[o] == who or at_us < from_us[o] - PADDING_US or at_us > to_us[o] + PADDING_US:
            continue
        x, y = turn_deg(lon, o_lon[o]) * across[o], (lat - o_lat[o]) * along[o]
        away = max(0.0, math.hypot(x, y) - radius_m[o])
        if away > reach_max_m or far_chance(away, sigma_m, radius_m[o]) < COARSE_CHANCE_MIN:
            continue
        met[o] = who
        offence.append(np.int64(o))
        person.append(np.int64(who))


@nb.njit(cache=True)
def weigh_pairs(
    offence: Integers,
    person: Integers,
    begins: Integers,
    us: Integers,
    lat: Floats,
    lon: Floats,
    r95_m: Floats,
    o_lat: Floats,
    o_lon: Floats,
    across: Floats,
    along: Floats,
    radius_m: Floats,
    from_us: Integers,
    to_us: Integers,
    everybody: Floats,
    unsound_begins: Integers,
    unsound_from: Integers,
    unsound_to: Integers,
    table: Floats,
) -> Any:
    """Per pair: seen (0 or 1), presence, density, base rate, nearest_m, seconds inside, coverage,
    needed_mps, row of what was unsound (-1: nothing), longest stay, R95 of the nearest fix (NaN:
    none); as `evidence.weigh` says of one.

    unsound_*   times of unsound tags, by person and in order; first row of each person, and the row
                after the last
    """
    pairs = offence.shape[0]
    found = np.zeros((pairs, 11))
    for pair in range(pairs):
        o, first, last = offence[pair], begins[person[pair]], begins[person[pair] + 1]
        where = (o_lat[o], o_lon[o], across[o], along[o], radius_m[o])
        begin, end = from_us[o] - PADDING_US, to_us[o] + PADDING_US
        low = first + np.searchsorted(us[first:last], begin)
        high = first + np.searchsorted(us[first:last], end, side="right")
        _observed(found[pair], where, us, lat, lon, r95_m, low, high, from_us[o], to_us[o], table)
        _over_window(found[pair], where, us, lat, lon, r95_m, first, last, from_us[o], to_us[o],
                     table)  # fmt: skip
        found[pair, 3] = _base_rate(where, us, lat, lon, r95_m, first, last, from_us[o], to_us[o],
                                    everybody[o])  # fmt: skip
        found[pair, 7] = _needed(where, us, lat, lon, r95_m, first, last, low, high)
        begin = min(begin, us[max(low - 2, first)])
        end = max(end, us[min(high + 1, last - 1)])
        found[pair, 8] = _touching(
            unsound_begins[person[pair]], unsound_begins[person[pair] + 1], unsound_from,
            unsound_to, begin, end,
        )  # fmt: skip
        found[pair, 9] = _longest_stay(where, us, lat, lon, r95_m, first, last, from_us[o],
                                       to_us[o])  # fmt: skip
    return found


@nb.njit(cache=True)
def _longest_stay(
    where: Any, us: Integers, lat: Floats, lon: Floats, r95_m: Floats, first: int, last: int,
    from_us: int, to_us: int,
) -> float:  # fmt: skip
    begin = from_us - PADDING_US - _STAY_AROUND_US
    end = to_us + PADDING_US + _STAY_AROUND_US
    longest, since, open_run = 0, 0, False
    for i in range(first + np.searchsorted(us[first:last], begin), last):
        if us[i] > end:
            break
        if r95_m[i] > _PRECISE_R95_M:
            continue
        if math.sqrt(away_m2(where, lat[i], lon[i])) > where[4] + r95_m[i]:
            open_run = False
            continue
        if not open_run:
            since, open_run = us[i], True
        longest = max(longest, us[i] - since)
    return longest / 1e6


@nb.njit(cache=True)
def _touching(
    first: int, last: int, from_us: Integers, to_us: Integers, begin: int, end: int
) -> int:
    for row in range(first, last):
        if from_us[row] <= end and to_us[row] >= begin:
            return row
    return -1


@nb.njit(cache=True)
def away_m2(where: Any, lat: float, lon: float) -> float:
    x, y = turn_deg(lon, where[1]) * where[2], (lat - where[0]) * where[3]
    return float(x * x + y * y)


@nb.njit(cache=True)
def _observed(
    row: Floats, where: Any, us: Integers, lat: Floats, lon: Floats, r95_m: Floats, low: int,
    high: int, from_us: int, to_us: int, table: Floats,
) -> None:  # fmt: skip
    """Seen, nearest_m with the R95 of that fix, and coverage, of the padded window."""
    nearest, nearest_r95, total, done_to = np.inf, np.nan, 0, from_us
    for i in range(low, high):
        away = math.sqrt(away_m2(where, lat[i], lon[i]))
        if away < nearest:
            nearest, nearest_r95 = away, r95_m[i]
        if row[0] == 0 and within(table, away, sigma_of(r95_m[i]), where[4]) >= _OBSERVED_FROM:
            row[0] = 1.0
        begin, end = max(us[i] - _COVERED_US, done_to), min(us[i] + _COVERED_US, to_us)
        if end > begin:
            total += end - begin
            done_to = end
        elif from_us == to_us and abs(us[i] - from_us) <= _COVERED_US:
            total = 1
    row[4], row[6] = nearest, total / max(to_us - from_us, 1)
    row[10] = nearest_r95


@nb.njit(cache=True)
def _over_window(
    row: Floats, where: Any, us: Integers, lat: Floats, lon: Floats, r95_m: Floats, first: int,
    last: int, from_us: int, to_us: int, table: Floats,
) -> None:  # fmt: skip
    """Presence, density and seconds inside."""
    inner, outer = from_us - PADDING_US, to_us + PADDING_US
    begin, end = inner - _STAY_AROUND_US, outer + _STAY_AROUND_US
    low = first + int(np.searchsorted(us[first:last], begin))
    high = first + int(np.searchsorted(us[first:last], end, side="right"))
    stay, stay_density = 0.0, 0.0
    for n in range(max(low - 1, first - 1), min(high, last)):
        i, j = max(n, first), min(n + 1, last - 1)
        start = us[first] - _BEYOND_US if n < first else us[i]
        stop = us[last - 1] + _BEYOND_US if n + 1 >= last else us[j]
        clipped_low, clipped_high = max(start, begin), min(stop, end)
        gap = (stop - start) / 1e6
        if clipped_high <= clipped_low or gap <= 0:
            continue
        x1, y1 = turn_deg(lon[i], where[1]) * where[2], (lat[i] - where[0]) * where[3]
        x2, y2 = turn_deg(lon[j], where[1]) * where[2], (lat[j] - where[0]) * where[3]
        one, other = sigma_of(r95_m[i]), sigma_of(r95_m[j])
        way = math.hypot(x2 - x1, y2 - y1)
        detours = _DETOUR_M2_S * gap + (_DETOUR_OF_WAY * way) ** 2
        straights = _STRAIGHT_M2_S * gap + (_STRAIGHT_OF_WAY * way) ** 2
        wide_most = math.sqrt(max(one, other) ** 2 + 0.25 * detours)
        reach_most = where[4] + _FAR_SIGMAS * max(wide_most, _LIE_SIGMA_M)
        if min(math.hypot(x1, y1), math.hypot(x2, y2)) - way > reach_most:
            row[2] += stay_density * _stay_weight(stay)
            stay, stay_density = 0.0, 0.0
            continue
        passing = max(_PASSING_WEIGHT_MIN, 1 / (1 + (way / gap / _PASSING_MPS) ** 2))
        detour = 1 - math.exp(-gap / _DETOUR_AFTER_S)
        span = (clipped_high - clipped_low) / 1e6
        steps = min(_STEPS_MAX, max(1, math.ceil(span * 1e6 / _QUADRATURE_US)))
        for step in range(steps):
            at = clipped_low + (clipped_high - clipped_low) * (step + 0.5) / steps
            part = (at - start) / 1e6 / gap
            rest = part * (1 - part)
            errors = ((1 - part) * one) ** 2 + (part * other) ** 2
            straight, wide = errors + rest * straights, errors + rest * detours
            x, y = x1 + part * (x2 - x1), y1 + part * (y2 - y1)
            away = math.hypot(x, y)
            chance, there = 0.0, 0.0
            if away <= where[4] + _FAR_SIGMAS * max(math.sqrt(wide), _LIE_SIGMA_M):
                chance = (1 - detour) * within(table, away, math.sqrt(straight), where[4])
                chance += detour * within(table, away, math.sqrt(wide), where[4])
                there = passing * at_spot(away * away, straight, wide, detour, where[4])
            if inner <= at <= outer:
                row[1] = max(row[1], chance)
                if chance >= _OBSERVED_FROM:
                    row[5] += span / steps
            counted = there * when(from_us, to_us, at) * span / steps
            if chance >= _OBSERVED_FROM:
                stay, stay_density = stay + span / steps, stay_density + counted
            else:
                row[2] += counted + stay_density * _stay_weight(stay)
                stay, stay_density = 0.0, 0.0
    row[2] += stay_density * _stay_weight(stay)


@nb.njit(cache=True)
def _stay_weight(stay_s: float) -> float:
    return 1 / (1 + (stay_s / _STAY_S) ** 2)


@nb.njit(cache=True)
def when(from_us: int, to_us: int, at: float) -> float:
    short = max(0.0, _WINDOW_US_MIN - (to_us - from_us)) / 2
    low, high = from_us - short, to_us + short
    wide_low, wide_high = from_us - PADDING_US, to_us + PADDING_US
    found = 0.0
    if wide_low <= at <= wide_high:
        found = _SLIP_WEIGHT / ((wide_high - wide_low) / 1e6)
    if low <= at <= high:
        found += (1 - _SLIP_WEIGHT) / ((high - low) / 1e6)
    return found


@nb.njit(cache=True)
def _base_rate(
    where: Any, us: Integers, lat: Floats, lon: Floats, r95_m: Floats, first: int, last: int,
    from_us: int, to_us: int, everybody: float,
) -> float:  # fmt: skip
    all_us, all_there, same_us, same_there = 0.0, 0.0, 0.0, 0.0
    half = (to_us - from_us) // 2
    middle, same_most = from_us + half, half + _SAME_TIME_US
    for i in range(first, last):
        if from_us - _AROUND_US <= us[i] <= to_us + _AROUND_US:
            continue
        after = us[i + 1] if i + 1 < last else us[i]
        stands = min(after - us[i], _STEP_US_MAX)
        apart = (us[i] - middle) % _DAY_US
        same = min(apart, _DAY_US - apart) <= same_most
        all_us += stands
        if same:
            same_us += stands
        squared, sigma = away_m2(where, lat[i], lon[i]), sigma_of(r95_m[i])
        if squared > (where[4] + _FAR_SIGMAS * max(sigma, _LIE_SIGMA_M)) ** 2:
            continue
        there = stands * at_spot(squared, sigma * sigma, sigma * sigma, 0.0, where[4])
        all_there += there
        if same:
            same_there += there
    own = (all_there + _HABIT_US * everybody) / (all_us + _HABIT_US)
    then = (same_there + _HABIT_US / 4 * everybody) / (same_us + _HABIT_US / 4)
    return max(0.5 * own + 0.5 * then, _DENSITY_MIN)


@nb.njit(cache=True)
def _needed(
    where: Any, us: Integers, lat: Floats, lon: Floats, r95_m: Floats, first: int, last: int,
    low: int, high: int,
) -> float:  # fmt: skip
    slowest = np.inf
    for n in range(low - 1, high):
        if n < first + 1 or n > last - 3:
            return 0.0
        slowest = min(slowest, _speed(where, us, lat, lon, r95_m, n - 1, n + 1))
        slowest = min(slowest, _speed(where, us, lat, lon, r95_m, n, n + 2))
    return slowest


@nb.njit(cache=True)
def _speed(
    where: Any, us: Integers, lat: Floats, lon: Floats, r95_m: Floats, i: int, j: int
) -> float:
    way = _beyond(where, lat[i], lon[i], r95_m[i]) + _beyond(where, lat[j], lon[j], r95_m[j])
    return float(way / max((us[j] - us[i]) / 1e6, 1.0))


@nb.njit(cache=True)
def _beyond(where: Any, lat: float, lon: float, r95_m: float) -> float:
    tolerance = max(_TOLERANCE_R95S * r95_m, _TOLERANCE_M_MIN)
    return float(max(0.0, math.sqrt(away_m2(where, lat, lon)) - where[4] - tolerance))


@nb.njit(cache=True)
def inside_each(
    lat: Floats, lon: Floats, r95_m: Floats, o_lat: float, o_lon: float, across: float,
    along: float, radius_m: float, table: Floats,
) -> Floats:  # fmt: skip
    """For each fix alone, the chance that it was within the place."""
    found = np.zeros(lat.shape[0])
    for i in range(lat.shape[0]):
        away = math.sqrt(away_m2((o_lat, o_lon, across, along), lat[i], lon[i]))
        found[i] = within(table, away, sigma_of(r95_m[i]), radius_m)
    return found
