"""Instants kept as runs: stretches in which none is further than `apart_us` from the next.

A tag is heard once a minute and what matters is when it was not: runs keep that exactly, in a few
numbers a day. They are sets: in which order instants come, and how often, changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

Times = npt.NDArray[np.int64]
Run = tuple[int, int]  # first and last instant, microseconds UTC; both belong to it
Runs = tuple[Run, ...]  # sorted, more than `apart_us` between them
NONE: Runs = ()


def runs_of(times: Times | Sequence[int], apart_us: int) -> Runs:
    """The runs of these instants, given in any order."""
    at = np.unique(np.asarray(times, dtype=np.int64))
    if not at.size:
        return NONE
    cuts = np.flatnonzero(np.diff(at) > apart_us)
    starts = at[np.concatenate(([0], cuts + 1))]
    ends = at[np.concatenate((cuts, [at.size - 1]))]
    return tuple(zip(starts.tolist(), ends.tolist(), strict=True))


def joined(one: Runs, other: Runs, apart_us: int) -> Runs:
    """The runs of the instants of both. With a wider `apart_us` than they were made with: coarser
    runs; a finer one cannot be had from them."""
    found: list[Run] = []
    for first, last in sorted((*one, *other)):
        if found and first - found[-1][1] <= apart_us:
            found[-1] = (found[-1][0], max(found[-1][1], last))
        else:
            found.append((first, last))
    return tuple(found)


def since(runs: Runs, from_us: int) -> Runs:
    """What lies at or after the instant; a run that spans it begins there."""
    return tuple((max(first, from_us), last) for first, last in runs if last >= from_us)


def kept_since(runs: Runs, from_us: int) -> Runs:
    """As `since`, with the last run before it, so that a gap over the instant keeps its start."""
    later = since(runs, from_us)
    if later and later[0][0] == from_us:
        return later
    before = [run for run in runs if run[1] < from_us]
    return (*before[-1:], *later)


def gaps(runs: Runs, from_us: int, to_us: int) -> list[Run]:
    """The stretches of [from_us, to_us) that no run covers, in order."""
    found: list[Run] = []
    at = from_us
    for first, last in runs:
        if first > at and at < to_us:
            found.append((at, min(first, to_us)))
        at = max(at, last)
    if at < to_us:
        found.append((at, to_us))
    return [gap for gap in found if gap[0] < gap[1]]


def without(stretch: Run, taken: Iterable[Run]) -> list[Run]:
    """What is left of a stretch once these, sorted, are taken out."""
    return gaps(tuple(taken), *stretch)


def within(stretch: Run, runs: Runs) -> list[Run]:
    """The parts of the stretch that lie in runs."""
    start, end = stretch
    parts = [(max(start, first), min(end, last)) for first, last in runs]
    return [part for part in parts if part[0] < part[1]]


def holding(runs: Runs, at_us: int) -> Run | None:
    """The run that the instant lies in."""
    return next((run for run in runs if run[0] <= at_us <= run[1]), None)
