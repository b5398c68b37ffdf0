"""Plain point-in-polygon, as today's open trackers judge: what our rules are measured against.

    opened(measured_s, received_s, wrong, required) -> what it would open for one requirement

A fix's centre on the wrong side opens a violation, one on the right side closes it; no accuracy, no
possible speed, nothing for missing data. `PLAIN` takes fixes in the order in which they arrive. To
give the rule its best chance it is also run in the order of measuring, with `need` fixes in a row
asked for before it opens, and without fixes of wide circles: what careful users of such products
set up by hand.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from waypost.worlds.hours import Seconds, Window

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Variant:
    """How the plain rule is set up.

    need         fixes in a row on the wrong side before it opens
    measured     fixes in the order of measuring, not of arrival
    r95_most_m   wider circles are thrown away before it looks
    """

    need: int = 1
    measured: bool = False
    r95_most_m: float = np.inf

    def __str__(self) -> str:
        order = "measured order" if self.measured else "as received"
        some = "" if self.r95_most_m == np.inf else f", R95 up to {self.r95_most_m:g} m only"
        return f"{self.need} fix{'es' if self.need > 1 else ''}, {order}{some}"


PLAIN = Variant()
DEBOUNCED = tuple(Variant(need, measured=True) for need in (1, 2, 3, 4, 5, 8))
FILTERED = tuple(Variant(need, measured=True, r95_most_m=50.0) for need in (1, 2, 3))
VARIANTS = (PLAIN, *DEBOUNCED, *FILTERED)


@dataclass(frozen=True, slots=True)
class Opened:
    """from_s and to_s: of the fixes that opened and closed it; raised_s: receipt of the opener."""

    from_s: Seconds
    to_s: Seconds
    raised_s: Seconds


def opened(
    measured_s: Floats,
    received_s: Floats,
    wrong: npt.NDArray[np.bool_],
    required: Sequence[Window],
    variant: Variant = PLAIN,
) -> list[Opened]:
    """Every violation that the plain rule opens, in the order it sees the fixes.

    wrong      per fix: its centre is on the wrong side of the edge
    required   windows, sorted and disjoint; a violation ends with its window
    """
    order = np.argsort(measured_s if variant.measured else received_s, kind="stable")
    at, came, bad = measured_s[order], received_s[order], wrong[order]
    starts = np.array([start for start, _ in required])
    ends = np.array([end for _, end in required])
    if not len(at) or not len(starts):
        return []
    window = np.searchsorted(starts, at, side="right") - 1
    within = (window >= 0) & (at < ends[np.maximum(window, 0)])
    bad = bad & within
    new = np.ones(len(at), dtype=np.bool_)
    new[1:] = (bad[1:] != bad[:-1]) | (window[1:] != window[:-1])
    first = np.flatnonzero(new)
    after = np.append(first[1:], len(at))
    found = []
    for start, end in zip(first, after, strict=True):
        if not bad[start] or end - start < variant.need:
            continue
        last_s = float(ends[window[start]])
        to_s = min(float(at[end]), last_s) if end < len(at) else last_s
        span = sorted((float(at[start]), to_s))  # backlogs come newest first
        found.append(Opened(span[0], span[1], float(came[start + variant.need - 1])))
    return found
