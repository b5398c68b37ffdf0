"""Fixes that contradict their neighbours: the two around agree with each other, and not with it.

Some fixes claim 2 m and are 200 m wrong, at a speed that is possible. Such a fix is known when the
next one comes: that one carries the time of the fix it belies (`doubts`), and the kernel then takes
back what the belied one alone had done. Looked at in order of time with a memory that goes on from
call to call, like the speed gate; `Neighbours` is the plain twin.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import timedelta

import numba as nb
import numpy as np
import numpy.typing as npt

from waypost.clock import MICROSECOND
from waypost.positions.quality import Spot
from waypost.rules.kernel import NEVER
from waypost.rules.timeline import ParameterTimeline
from waypost.rules.values import Parameters

Floats = npt.NDArray[np.float64]
Times = npt.NDArray[np.int64]

# The last two usable fixes, and how many there are.
DOUBT_STATE = np.dtype(
    [(f"{which}_{what}", kind) for which in ("before", "last") for what, kind in
     (("us", np.int64), ("x", np.float64), ("y", np.float64), ("r95_m", np.float64))]
    + [("seen", np.int64)]
)  # fmt: skip


def new_doubt_state() -> npt.NDArray[np.void]:
    """Before any fix: an array of one DOUBT_STATE record, changed in place."""
    return np.zeros(1, dtype=DOUBT_STATE)


def doubted(
    state: npt.NDArray[np.void],
    at: Times,
    x: Floats,
    y: Floats,
    r95: Floats,
    timeline: ParameterTimeline,
) -> Times:
    """For each fix the time of the one before it, when it is not to be trusted; else NEVER.

    at, x, y, r95   a person's usable fixes in order, metres; the numbers are those in force when
                    the later neighbour was measured
    """
    found = [
        _doubts(
            state, at[part], x[part], y[part], r95[part],
            entry.parameters.distrust_within // MICROSECOND, entry.parameters.walking_mps,
        )
        for part, entry in timeline.parts(at)
    ]  # fmt: skip
    return found[0] if len(found) == 1 else np.concatenate(found)


@nb.njit(cache=True, nogil=True)
def _apart(
    us: int, x: float, y: float, r95: float,
    later_us: int, later_x: float, later_y: float, later_r95: float, walking_mps: float,
) -> bool:  # fmt: skip
    """Whether two fixes lie further from each other than both circles and walking allow."""
    walked_m = walking_mps * ((later_us - us) / 1e6)
    return math.hypot(later_x - x, later_y - y) - r95 - later_r95 > walked_m


@nb.njit(cache=True, nogil=True)
def _doubts(
    state: npt.NDArray[np.void], at: Times, x: Floats, y: Floats, r95: Floats,
    within: int, walking_mps: float,
) -> Times:  # fmt: skip
    found = np.full(at.shape[0], NEVER, np.int64)
    s = state[0]
    for i in range(at.shape[0]):
        near = at[i] - s.last_us <= within and s.last_us - s.before_us <= within
        if (
            s.seen >= 2
            and near
            and _apart(
                s.before_us, s.before_x, s.before_y, s.before_r95_m,
                s.last_us, s.last_x, s.last_y, s.last_r95_m, walking_mps,
            )
            and _apart(
                s.last_us, s.last_x, s.last_y, s.last_r95_m, at[i], x[i], y[i], r95[i], walking_mps
            )
            and not _apart(
                s.before_us, s.before_x, s.before_y, s.before_r95_m,
                at[i], x[i], y[i], r95[i], walking_mps,
            )
        ):  # fmt: skip
            found[i] = s.last_us
        s.before_us, s.before_x, s.before_y = s.last_us, s.last_x, s.last_y
        s.before_r95_m = s.last_r95_m
        s.last_us, s.last_x, s.last_y, s.last_r95_m = at[i], x[i], y[i], r95[i]
        s.seen = min(s.seen + 1, 2)
    return found


@nb.njit(cache=True, nogil=True)
def doubted_each(
    states: npt.NDArray[np.void], starts: Times, at: Times, x: Floats, y: Floats, r95: Floats,
    within: int, walking_mps: float,
) -> Times:  # fmt: skip
    """`doubted` for many persons by the same numbers: states[n] for fixes starts[n]:starts[n+1]."""
    found = np.empty(at.shape[0], np.int64)
    for n in range(states.shape[0]):
        a, b = starts[n], starts[n + 1]
        found[a:b] = _doubts(
            states[n : n + 1], at[a:b], x[a:b], y[a:b], r95[a:b], within, walking_mps
        )
    return found


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The plain twin of `doubted`: slow, obvious, used to check it and to explain."""

    before: Spot | None = None
    last: Spot | None = None

    def step(self, spot: Spot, numbers: Parameters) -> tuple[Neighbours, bool]:
        """The neighbours after this fix, and whether it belies the last one."""
        return Neighbours(self.last, spot), self._belied_by(spot, numbers)

    def _belied_by(self, spot: Spot, numbers: Parameters) -> bool:
        if self.before is None or self.last is None:
            return False
        times = (self.last.us - self.before.us, spot.us - self.last.us)
        if any(timedelta(microseconds=us) > numbers.distrust_within for us in times):
            return False
        walk = numbers.walking_mps
        return (
            self.before.apart(self.last, walk)
            and self.last.apart(spot, walk)
            and not self.before.apart(spot, walk)
        )
