"""The compiled half of the compatible rule: overlaps, runs and coverage over sorted arrays.

The plain twin of each part stands in `compatible.py` under the same words.
"""

from __future__ import annotations

import math
from typing import Any

import numba as nb
import numpy as np
import numpy.typing as npt

from waypost.matching.compatible import OVERLAP_MIN, RADIUS_M, ROUNDING

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

_RADIUS_M = RADIUS_M
_COUNTS_FROM = OVERLAP_MIN - ROUNDING


@nb.njit(cache=True)
def overlap(distance_m: float, r95_m: float) -> float:
    if math.isnan(distance_m):
        return 0.0
    if not r95_m > 0:
        return 1.0 if distance_m <= _RADIUS_M else 0.0
    d, r, c = distance_m, r95_m, _RADIUS_M
    circle = math.pi * r * r
    if d >= r + c:
        return 0.0
    if d <= abs(r - c):
        return math.pi * min(r, c) ** 2 / circle
    first = math.acos(min(1.0, max(-1.0, (d * d + r * r - c * c) / (2 * d * r))))
    second = math.acos(min(1.0, max(-1.0, (d * d + c * c - r * r) / (2 * d * c))))
    kite = max(0.0, (r + c - d) * (d + r - c) * (d - r + c) * (d + r + c))
    return (r * r * first + c * c * second - math.sqrt(kite) / 2) / circle


@nb.njit(cache=True)
def counting(distance_m: Floats, r95_m: Floats) -> npt.NDArray[np.bool_]:
    """Whether each fix counts."""
    counts = np.zeros(distance_m.shape[0], dtype=np.bool_)
    for i in range(distance_m.shape[0]):
        counts[i] = overlap(distance_m[i], r95_m[i]) >= _COUNTS_FROM
    return counts


@nb.njit(cache=True)
def judge(
    begins: Integers,
    us: Integers,
    key: Integers,
    distance_m: Floats,
    r95_m: Floats,
    from_us: Integers,
    to_us: Integers,
    padding_us: int,
    reach_us: int,
) -> Any:
    """Judges pairs whose rows stand together, by (time, key).

    begins      first row of each pair, and the row after the last
    from_us     per pair, the unpadded window; rows before its padding serve as prior position
    returns     per pair: score, nearest_m, row of that fix (-1: none), inside_us, covered share,
                prior row (-1: none); per row: number of its run (0: does not count), place in
                the run, overlap
    """
    pairs = from_us.shape[0]
    score, nearest = np.zeros(pairs), np.full(pairs, np.inf)
    nearest_row = np.full(pairs, -1, dtype=np.int64)
    inside, covered = np.zeros(pairs, dtype=np.int64), np.zeros(pairs)
    prior = np.full(pairs, -1, dtype=np.int64)
    run_of = np.zeros(us.shape[0], dtype=np.int64)
    place_of = np.zeros(us.shape[0], dtype=np.int64)
    shares = np.zeros(us.shape[0])
    for pair in range(pairs):
        run, place, began, done_to, total = 0, 0, 0, from_us[pair], 0
        for i in range(begins[pair], begins[pair + 1]):
            if i > begins[pair] and us[i] == us[i - 1] and key[i] == key[i - 1]:
                continue
            if us[i] < from_us[pair] - padding_us:
                prior[pair] = i
                continue
            begin, end = max(us[i] - reach_us, done_to), min(us[i] + reach_us, to_us[pair])
            if end > begin:
                total += end - begin
                done_to = end
            elif from_us[pair] == to_us[pair] and abs(us[i] - from_us[pair]) <= reach_us:
                total = 1
            if distance_m[i] < nearest[pair]:
                nearest[pair], nearest_row[pair] = distance_m[i], i
            share = overlap(distance_m[i], r95_m[i])
            if share < _COUNTS_FROM:
                place = 0
                continue
            if place == 0:
                run, began = run + 1, us[i]
            else:
                inside[pair] += us[i] - began
                began = us[i]
            place += 1
            run_of[i], place_of[i], shares[i] = run, place, share
            score[pair] = max(score[pair], share)
        covered[pair] = total / max(to_us[pair] - from_us[pair], 1)
    return score, nearest, nearest_row, inside, covered, prior, run_of, place_of, shares
