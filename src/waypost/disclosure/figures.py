"""The figures of the programme paper: requests made, granted, refused, time taken. Pure.

    figures(asked)   of all, and by kind; each share with what it is a share of

A share has its Wilson interval of 95 % (alerts/figures.py); the median its distribution-free one,
by order statistics. Below `ENOUGH` a figure says that there is not enough data.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from waypost.alerts.figures import Figure, wilson
from waypost.disclosure.values import Kind

ENOUGH = 20  # fewer than this say little of a share
MEDIAN_FROM = 6  # the least of which two order statistics enclose the median with 95 %
QUARTILES_FROM = 8


@dataclass(frozen=True, slots=True)
class Asked:
    """One request of the time asked about. granted, refused: as decided, whatever came after
    decided_at   of a grant or a refusal; None: not decided"""

    kind: Kind
    made_at: datetime
    decided_at: datetime | None
    due_at: datetime | None
    granted: bool
    refused: bool
    withdrawn: bool


@dataclass(frozen=True, slots=True)
class Taken:
    """Time from request to answer. None where too few were answered to say.

    low, high   95 % interval of the median
    """

    answered: int
    median: timedelta | None
    low: timedelta | None
    high: timedelta | None
    first_quartile: timedelta | None
    third_quartile: timedelta | None


@dataclass(frozen=True, slots=True)
class Group:
    """kind   None: all. made = granted + refused + withdrawn + waiting
    granted, refused   of those decided;  in_time: answered by their clock, of those answered"""

    kind: Kind | None
    made: int
    waiting: int
    withdrawn: int
    granted: Figure
    refused: Figure
    in_time: Figure
    taken: Taken


def figures(asked: Iterable[Asked]) -> tuple[Group, ...]:
    """All first, then each kind of which there were any."""
    rows = list(asked)
    kinds = [kind for kind in Kind if any(one.kind is kind for one in rows)]
    return (
        _group(None, rows),
        *(_group(kind, [one for one in rows if one.kind is kind]) for kind in kinds),
    )


def taken(spans: Sequence[timedelta]) -> Taken:
    """Median and quartiles of the times, as nearest ranks, with the median's interval."""
    rows = sorted(spans)
    count = len(rows)
    bounds = median_ranks(count)
    return Taken(
        count,
        _rank(rows, 0.5) if bounds else None,
        rows[bounds[0]] if bounds else None,
        rows[bounds[1]] if bounds else None,
        _rank(rows, 0.25) if count >= QUARTILES_FROM else None,
        _rank(rows, 0.75) if count >= QUARTILES_FROM else None,
    )


def median_ranks(count: int) -> tuple[int, int] | None:
    """Places (from 0) of the two order statistics that enclose the median with 95 % or more.

    source   David and Nagaraja, Order Statistics, 3rd ed., 7.1
    """
    if count < MEDIAN_FROM:
        return None
    below, beyond, some = 0, 0, 1  # some: count over k; in whole numbers, of which none overflows
    for k in range(count // 2):
        beyond += some
        if 40 * beyond > 2**count:  # more than 2.5 % lie so far out
            break
        below, some = k, some * (count - k) // (k + 1)
    return below, count - 1 - below


def _group(kind: Kind | None, rows: Sequence[Asked]) -> Group:
    granted = sum(one.granted for one in rows)
    refused = sum(one.refused for one in rows)
    decided = [one for one in rows if one.granted or one.refused]
    clocked = [one for one in decided if one.decided_at is not None and one.due_at is not None]
    in_time = sum(
        one.decided_at <= one.due_at  # type: ignore[operator]
        for one in clocked
    )
    withdrawn = sum(one.withdrawn for one in rows)
    return Group(
        kind, len(rows), len(rows) - len(decided) - withdrawn, withdrawn,
        _share(granted, len(decided)), _share(refused, len(decided)),
        _share(in_time, len(clocked)),
        taken([one.decided_at - one.made_at for one in decided if one.decided_at is not None]),
    )  # fmt: skip


def _share(hits: int, of: int) -> Figure:
    return Figure(hits, of, *wilson(hits, of), enough=of >= ENOUGH)


def _rank(rows: Sequence[timedelta], share: float) -> timedelta:
    return rows[math.ceil(share * len(rows)) - 1]
