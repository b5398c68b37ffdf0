"""The figures of a control room: how many alerts, how soon attended, what became of them. Pure.

    figures(raised, wearer_days, oldest)   of all, and by kind; each with what it is a share of

A share has its Wilson interval, a rate its exact Poisson interval (Garwood), both of 95 %. Below
`ENOUGH` of what it is a share of, a figure says that there is not enough data. Alerts of one person
come in bunches, so that the true spread of a rate is wider than Poisson's; the page says so.
The same function is used for a real estate and for a made-up one.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from waypost.alerts.clocks import TARGETS
from waypost.alerts.values import AlertKind

Z95 = 1.959963984540054  # two-sided 95 % of the normal curve
TAIL = 0.025
ENOUGH = 20  # fewer than this say little of a share
WEARER_DAYS_ENOUGH = 20.0
TARGET_RATE = 0.3  # actionable alerts a wearer-day at most (the alerts issue)


class Fate(StrEnum):
    """What an alert has come to by now."""

    OPEN = "open"  # nobody has decided it
    EXPLAINED = "explained"
    UPHELD = "upheld"
    WITHDRAWN = "withdrawn"  # by later fixes, whatever was decided before or after
    OTHER = "other"  # closed as equipment, or without action


@dataclass(frozen=True, slots=True)
class Raised:
    """One alert that was raised in the time asked about.

    called     somebody was called: not one recorded while the person was suspended
    attended   how long after it was raised the first person attended it; None: nobody has
    waited     how long it has been there
    """

    kind: AlertKind
    called: bool
    fate: Fate
    attended: timedelta | None
    waited: timedelta


@dataclass(frozen=True, slots=True)
class Figure:
    """A share or a rate with its interval. enough: whether it says anything."""

    numerator: int
    denominator: float
    low: float
    high: float
    enough: bool

    @property
    def value(self) -> float:
        return self.numerator / self.denominator if self.denominator else math.nan


@dataclass(frozen=True, slots=True)
class Group:
    """Of one kind, or of all (None).

    rate        actionable alerts a wearer-day
    withdrawn   of those raised: by later fixes
    explained, upheld   of those decided
    in_time     attended within the target, of those attended or past it
    median, slow   time to first attendance: half of those attended were sooner, nine in ten
    """

    kind: AlertKind | None
    raised: int
    decided: int
    rate: Figure
    withdrawn: Figure
    explained: Figure
    upheld: Figure
    in_time: Figure
    median: timedelta | None
    slow: timedelta | None
    target: timedelta | None


@dataclass(frozen=True, slots=True)
class Figures:
    """oldest: how long the oldest alert waits that nobody has attended, of whatever time."""

    overall: Group
    kinds: tuple[Group, ...]
    wearer_days: float
    oldest: timedelta | None

    @property
    def meets_rate(self) -> bool | None:
        """Whether the rate is at most the target; None: not enough data."""
        rate = self.overall.rate
        return rate.value <= TARGET_RATE if rate.enough else None


def figures(raised: Iterable[Raised], wearer_days: float, oldest: timedelta | None) -> Figures:
    """Of everything raised in the time, whose wearers' days are counted with it."""
    rows = list(raised)
    kinds = sorted({one.kind for one in rows}, key=lambda kind: kind.value)
    return Figures(
        _group(None, rows, wearer_days),
        tuple(
            _group(kind, [one for one in rows if one.kind is kind], wearer_days) for kind in kinds
        ),
        wearer_days,
        oldest,
    )


def wilson(hits: int, of: int) -> tuple[float, float]:
    """The 95 % interval of a share. source: Wilson 1927; (0, 1) where there is nothing."""
    if of == 0:
        return 0.0, 1.0
    share, z2 = hits / of, Z95 * Z95
    middle = (share + z2 / (2 * of)) / (1 + z2 / of)
    reach = Z95 * math.sqrt(share * (1 - share) / of + z2 / (4 * of * of)) / (1 + z2 / of)
    return max(0.0, middle - reach), min(1.0, middle + reach)


def poisson(count: int) -> tuple[float, float]:
    """The exact 95 % interval of what is expected where so many were counted. source: Garwood
    1936."""
    low = 0.0 if count == 0 else _solved(lambda mean: 1 - _at_most(count - 1, mean), TAIL, count)
    return low, _solved(lambda mean: 1 - _at_most(count, mean), 1 - TAIL, count)


def _at_most(count: int, mean: float) -> float:
    """The chance of so many or fewer where `mean` are expected."""
    if mean <= 0:
        return 1.0
    logs = [k * math.log(mean) - mean - math.lgamma(k + 1) for k in range(count + 1)]
    most = max(logs)
    return min(1.0, math.exp(most) * math.fsum(math.exp(one - most) for one in logs))


def _solved(chance: Callable[[float], float], wanted: float, count: int) -> float:
    """Where a chance that grows with the mean is as wanted."""
    low, high = 0.0, count + 12 * math.sqrt(count + 1) + 12
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if chance(middle) < wanted else (low, middle)
    return (low + high) / 2


def _group(kind: AlertKind | None, rows: Sequence[Raised], wearer_days: float) -> Group:
    called = [one for one in rows if one.called]
    decided = [one for one in rows if one.fate is not Fate.OPEN]
    waits = sorted(one.attended for one in called if one.attended is not None)
    due = [one for one in called if one.attended is not None or one.waited > _target(one)]
    in_time = sum(one.attended is not None and one.attended <= _target(one) for one in due)
    return Group(
        kind=kind,
        raised=len(rows),
        decided=len(decided),
        rate=_rate(len(called), wearer_days),
        withdrawn=_share(sum(one.fate is Fate.WITHDRAWN for one in rows), len(rows)),
        explained=_share(sum(one.fate is Fate.EXPLAINED for one in decided), len(decided)),
        upheld=_share(sum(one.fate is Fate.UPHELD for one in decided), len(decided)),
        in_time=_share(in_time, len(due)),
        median=_nth(waits, 0.5),
        slow=_nth(waits, 0.9),
        target=TARGETS[kind].within if kind else None,
    )


def _target(one: Raised) -> timedelta:
    return TARGETS[one.kind].within


def _share(hits: int, of: int) -> Figure:
    return Figure(hits, of, *wilson(hits, of), enough=of >= ENOUGH)


def _rate(count: int, wearer_days: float) -> Figure:
    if wearer_days <= 0:
        return Figure(count, 0.0, math.nan, math.nan, enough=False)
    low, high = poisson(count)
    enough = wearer_days >= WEARER_DAYS_ENOUGH
    return Figure(count, wearer_days, low / wearer_days, high / wearer_days, enough=enough)


def _nth(waits: Sequence[timedelta], share: float) -> timedelta | None:
    """The wait that this share did not exceed; None where too few were attended."""
    if len(waits) < ENOUGH:
        return None
    return waits[math.ceil(share * len(waits)) - 1]
