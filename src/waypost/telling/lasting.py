"""How long a tag's battery may last, told from what it said of itself; None: it said too little.

The level of the last hours since it was charged falls along a line; the median of the slopes
between its words (Theil and Sen) is not moved by one false word. Nobody is promised more than
a day.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import combinations
from statistics import median

WORDS_MIN = 3
SPAN_MIN = timedelta(hours=1)
LONGEST = timedelta(hours=24)
WORDS_MAX = 60  # of the latest: pairs grow with their square
EMPTY_PERCENT = 2.0  # tags switch off before they are empty


def lasts(levels: Sequence[tuple[datetime, float]], now: datetime) -> timedelta | None:
    """levels   (when, percent full) in order of time, of one discharge"""
    since = _discharge(levels)[-WORDS_MAX:]
    if len(since) < WORDS_MIN or since[-1][0] - since[0][0] < SPAN_MIN:
        return None
    slopes = [
        (later[1] - earlier[1]) / ((later[0] - earlier[0]) / timedelta(hours=1))
        for earlier, later in combinations(since, 2)
        if later[0] > earlier[0]
    ]
    falls = -median(slopes) if slopes else 0.0
    if falls <= 0:
        return None
    at, percent = since[-1]
    left = timedelta(hours=max(percent - EMPTY_PERCENT, 0.0) / falls) - (now - at)
    return min(max(left, timedelta(0)), LONGEST)


def _discharge(levels: Sequence[tuple[datetime, float]]) -> list[tuple[datetime, float]]:
    """The words since the last rise of more than the gauge's noise."""
    found: list[tuple[datetime, float]] = []
    for word in levels:
        if found and word[1] > found[-1][1] + 5.0:  # devices/charging.py: RISE_PERCENT
            found = []
        found.append(word)
    return found
