"""The compiled half of `legs.py`: how tags came to places and left them, over arrays."""

from __future__ import annotations

import math
from typing import Any

import numba as nb
import numpy as np
import numpy.typing as npt

from waypost.matching import evidence_spots, legs
from waypost.matching.chance_kernel import within
from waypost.matching.evidence_kernel import PADDING_US, away_m2, sigma_of, turn_deg

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

_PRECISE_R95_M, _OBSERVED_FROM = evidence_spots.PRECISE_R95_M, evidence_spots.OBSERVED_FROM
_LEG_US_MAX = legs.LEG_US_MAX


@nb.njit(cache=True)
def came_and_went(
    offence: Integers,
    person: Integers,
    seen: Floats,
    spot_begins: Integers,
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
    table: Floats,
) -> Any:
    """Per pair: speed and course of entry, speed and course of exit (NaN: not observed).

    seen          0 where no fix is at the place: then there is neither
    spot_begins   first spot of each offence, and the spot after the last; o_* are of spots
    """
    pairs = offence.shape[0]
    found = np.full((pairs, 4), np.nan)
    fixes, spots = (lat, lon, r95_m), (o_lat, o_lon, across, along, radius_m)
    for pair in range(pairs):
        if seen[pair] == 0:
            continue
        one, beyond = spot_begins[offence[pair]], spot_begins[offence[pair] + 1]
        first, last = begins[person[pair]], begins[person[pair] + 1]
        low = first + np.searchsorted(us[first:last], from_us[one] - PADDING_US)
        high = first + np.searchsorted(us[first:last], to_us[one] + PADDING_US, side="right")
        begun, ended = -1, -1
        for i in range(low, high):
            if _at_place(fixes, i, spots, one, beyond, table):
                begun = i if begun < 0 else begun
                ended = i
        if begun < 0:
            continue
        before, after = begun - 1, ended + 1
        while before >= first and r95_m[before] > _PRECISE_R95_M:
            before -= 1
        while after < last and r95_m[after] > _PRECISE_R95_M:
            after += 1
        if before >= first and not _at_place(fixes, before, spots, one, beyond, table):
            found[pair, 0], found[pair, 1] = _leg(fixes, us, before, begun, spots, one)
        if after < last and not _at_place(fixes, after, spots, one, beyond, table):
            found[pair, 2], found[pair, 3] = _leg(fixes, us, ended, after, spots, one)
    return found


@nb.njit(cache=True)
def _at_place(fixes: Any, i: int, spots: Any, one: int, beyond: int, table: Floats) -> bool:
    """By a precise fix, more likely than not within the radius of any of the spots."""
    lat, lon, r95_m = fixes
    if r95_m[i] > _PRECISE_R95_M:
        return False
    o_lat, o_lon, across, along, radius_m = spots
    for spot in range(one, beyond):
        where = (o_lat[spot], o_lon[spot], across[spot], along[spot], radius_m[spot])
        away = math.sqrt(away_m2(where, lat[i], lon[i]))
        if within(table, away, sigma_of(r95_m[i]), radius_m[spot]) >= _OBSERVED_FROM:
            return True
    return False


@nb.njit(cache=True)
def _leg(fixes: Any, us: Integers, i: int, j: int, spots: Any, one: int) -> Any:
    """Speed and course on the plane of the first spot; NaN each where not observed."""
    gap = us[j] - us[i]
    if gap <= 0 or gap > _LEG_US_MAX:
        return np.nan, np.nan
    lat, lon, r95_m = fixes
    east, north = turn_deg(lon[j], lon[i]) * spots[2][one], (lat[j] - lat[i]) * spots[3][one]
    way = math.hypot(east, north)
    course = math.degrees(math.atan2(east, north)) % 360.0
    return way / (gap / 1e6), course if way > math.hypot(r95_m[i], r95_m[j]) else np.nan
