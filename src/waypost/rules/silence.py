"""When a tag gave no usable fix: time of which nothing can be told, whatever was asked.

Rows of judging say so for requirements that ask to be somewhere; an exclusion zone makes no such
row. What share of any requirement's time could be monitored is told from these stretches instead.
"""

from __future__ import annotations

from datetime import datetime

import numpy as np
import numpy.typing as npt

from waypost.clock import MICROSECOND, from_us
from waypost.rules.plan import Plan
from waypost.rules.timeline import ParameterTimeline

Silent = tuple[datetime, datetime]  # between two usable fixes, or an order's start and the first


def silences_between(
    plan: Plan, seen_to_us: int | None, usable_us: npt.NDArray[np.int64]
) -> list[Silent]:
    """The stretches that these fixes end, of the least `gap_min` of any revision or longer.

    seen_to_us   the usable fix before them; None: there was none since the first order began
    """
    if not usable_us.size:
        return []
    least = least_gap_us(plan.timeline)
    if usable_us.size == 1 and seen_to_us is not None and usable_us[0] - seen_to_us < least:
        return []  # a live fix in time: what this is asked of nearly always
    began = plan.live[0][:1] if seen_to_us is None else np.array([seen_to_us], dtype=np.int64)
    times = np.concatenate((began, usable_us))
    long = np.flatnonzero(np.diff(times) >= least)
    return [(from_us(times[one]), from_us(times[one + 1])) for one in long]


def least_gap_us(timeline: ParameterTimeline) -> int:
    """The shortest time without a usable fix that is a silence by any revision, microseconds."""
    return min(entry.parameters.gap_min for entry in timeline.entries) // MICROSECOND
