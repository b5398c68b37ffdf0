"""Who was truly within 100 m of a recorded place, when, and whether their tag said anything then.

    offences, true instants, culprits, paths -> a row for each pair that was truly present

Exact on the true way: each stretch is a straight line, of which the part inside the circle is
solved for, never sampled. Compiled, since offences times wearers times stretches is a hundred
million.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numba as nb
import numpy as np
import pyarrow as pa

from waypost.clock import to_us
from waypost.geo import BRITISH
from waypost.offences.values import Offence
from waypost.worlds.scene_values import (
    PADDING_S,
    R95_USEFUL_M,
    RADIUS_M,
    THERE_S,
    TRUTH,
    Floats,
    Integers,
    Paths,
)


def truth_of(
    offences: Sequence[Offence],
    instants_s: Floats,
    culprits: Integers,
    paths: Paths,
    fixes: pa.Table,
) -> pa.Table:
    """scene_values.TRUTH by offence and person.

    instants_s   when each truly happened
    culprits     wearer, or -1
    """
    east, north = BRITISH.project([each.lat for each in offences], [each.lon for each in offences])
    from_s = np.array([to_us(each.from_at) for each in offences]) / 1e6 - PADDING_S
    to_s = np.array([to_us(each.to_at) for each in offences]) / 1e6 + PADDING_S
    way = (paths.begins, paths.at_s, paths.east_m, paths.north_m)
    seconds = seconds_within(*way, east, north, from_s, to_s)
    then = seconds_within(*way, east, north, instants_s - THERE_S, instants_s + THERE_S)
    offence, person = np.nonzero(seconds > 0)
    heard = heard_within(
        *way,
        east[offence],
        north[offence],
        from_s[offence],
        to_s[offence],
        person,
        *_fixes_by_person(fixes, len(paths.begins) - 1),
    )
    return pa.table(
        {
            "offence": offence,
            "person": person,
            "present": np.ones(offence.size, dtype=np.bool_),
            "was_there": then[offence, person] > 0,
            "did_it": culprits[offence] == person,
            "seconds": seconds[offence, person],
            "heard": heard,
        },
        schema=TRUTH,
    )


def _fixes_by_person(fixes: pa.Table, wearers: int) -> tuple[Integers, Floats, Floats]:
    """Where each person's fixes begin, their seconds and their R95, in the table's own order."""
    person = fixes["person"].to_numpy()
    begins = np.searchsorted(person, np.arange(wearers + 1)).astype(np.int64)
    return begins, fixes["us"].to_numpy() / 1e6, fixes["r95_m"].to_numpy()


@nb.njit(cache=True)
def inside_from_to(
    t0: float, x0: float, y0: float, t1: float, x1: float, y1: float, from_s: float, to_s: float
) -> tuple[float, float]:
    """When one stretch lies in the circle about 0,0 within [from_s, to_s]; from > to: never."""
    start, end = max(t0, from_s), min(t1, to_s)
    if start > end:
        return 1.0, 0.0
    span = t1 - t0
    vx, vy = (0.0, 0.0) if span <= 0 else ((x1 - x0) / span, (y1 - y0) / span)
    a = vx * vx + vy * vy
    c = x0 * x0 + y0 * y0 - RADIUS_M * RADIUS_M
    if a < 1e-12:
        return (start, end) if c <= 0 else (1.0, 0.0)
    b = x0 * vx + y0 * vy
    root = b * b - a * c
    if root < 0:
        return 1.0, 0.0
    root = math.sqrt(root)
    return max(start, t0 + (-b - root) / a), min(end, t0 + (-b + root) / a)


@nb.njit(cache=True)
def seconds_within(
    begins: Integers,
    at_s: Floats,
    path_east: Floats,
    path_north: Floats,
    east: Floats,
    north: Floats,
    from_s: Floats,
    to_s: Floats,
) -> Floats:
    """Seconds of each offence's span (row) that each wearer (column) was within 100 m of it."""
    found = np.zeros((east.shape[0], begins.shape[0] - 1))
    for wearer in range(begins.shape[0] - 1):
        first, last = begins[wearer], begins[wearer + 1]
        own = at_s[first:last]
        for offence in range(east.shape[0]):
            place = first + max(0, np.searchsorted(own, from_s[offence], side="right") - 1)
            total = 0.0
            while place + 1 < last and at_s[place] <= to_s[offence]:
                start, end = inside_from_to(
                    at_s[place],
                    path_east[place] - east[offence],
                    path_north[place] - north[offence],
                    at_s[place + 1],
                    path_east[place + 1] - east[offence],
                    path_north[place + 1] - north[offence],
                    from_s[offence],
                    to_s[offence],
                )
                if end > start:
                    total += end - start
                place += 1
            found[offence, wearer] = total
    return found


@nb.njit(cache=True)
def heard_within(
    begins: Integers,
    at_s: Floats,
    path_east: Floats,
    path_north: Floats,
    east: Floats,
    north: Floats,
    from_s: Floats,
    to_s: Floats,
    person: Integers,
    fix_begins: Integers,
    fix_s: Floats,
    fix_r95: Floats,
) -> Integers:
    """Useful fixes of each pair that were measured while the person truly was in the circle."""
    found = np.zeros(person.shape[0], dtype=np.int64)
    for pair in range(person.shape[0]):
        who = person[pair]
        first, last = begins[who], begins[who + 1]
        start, end = fix_begins[who], fix_begins[who + 1]
        place = start + np.searchsorted(fix_s[start:end], from_s[pair])
        while place < end and fix_s[place] <= to_s[pair]:
            if fix_r95[place] <= R95_USEFUL_M:
                at = fix_s[place]
                x = np.interp(at, at_s[first:last], path_east[first:last]) - east[pair]
                y = np.interp(at, at_s[first:last], path_north[first:last]) - north[pair]
                if x * x + y * y <= RADIUS_M * RADIUS_M:
                    found[pair] += 1
            place += 1
    return found
