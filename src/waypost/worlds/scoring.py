"""Alerts against the truth: which breaches were found, which alerts were false, and how sure.

Pure, over hand-made or seeded truth. An alert is of a breach when both are of the same requirement
and overlap in time, `SLACK_S` allowed at either end (a fix a minute cannot do better). One alert
may find several breaches, and a breach several alerts; no alert is counted twice.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from waypost.rules.values import RowKind
from waypost.worlds.hours import Seconds, Window

SLACK_S = 60.0
ONE_ROW_S = 300.0  # stretches less than 5 min apart are one: the contract of `waypost replay`
Z_95 = 1.959964
ENOUGH = 20  # below this many, a share says too little to be printed as one
DEPTHS_M = (0.0, 25.0, 50.0, 100.0, 250.0, math.inf)
LENGTHS_S = (0.0, 60.0, 300.0, 900.0, 3600.0, math.inf)


@dataclass(frozen=True, slots=True)
class TrueBreach:
    """A true breach: stretches of one requirement less than `ONE_ROW_S` apart.

    length_s     in violation, the breaks between left out
    deepest_m    furthest beyond the edge
    monitored    share of the length in which fixes were there to see it
    fixes        measured while it lasted
    how          its shape within the required time, as `rules.values.How`; "": not said
    """

    person_id: str
    requirement_id: str
    kind: RowKind
    from_s: Seconds
    to_s: Seconds
    length_s: Seconds
    deepest_m: float
    monitored: float = 1.0
    fixes: int = 1
    how: str = ""


@dataclass(frozen=True, slots=True)
class Alert:
    """What would have called somebody.

    from_s, to_s   the time it speaks of; still open: to the end of the world
    raised_s       when they would have been called
    withdrawn      later fixes took it back: it called, and it finds nothing
    """

    person_id: str
    requirement_id: str
    kind: RowKind
    from_s: Seconds
    to_s: Seconds
    raised_s: Seconds
    withdrawn: bool = False
    how: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """A breach and the first alert of it that stands; None: nobody was told."""

    breach: TrueBreach
    first: Alert | None

    @property
    def found(self) -> bool:
        return self.first is not None

    @property
    def in_time(self) -> bool:
        """Somebody was called while it lasted."""
        return self.first is not None and self.first.raised_s <= self.breach.to_s


@dataclass(frozen=True, slots=True)
class Scored:
    """breaches as they were given; false: alerts of nothing that was true."""

    breaches: list[Found]
    false: list[Alert]
    true: list[Alert]


@dataclass(frozen=True, slots=True)
class Share:
    """`hits` of `of`, with its 95 % interval (Wilson 1927); None where nothing was counted."""

    hits: int
    of: int

    @property
    def value(self) -> float | None:
        return self.hits / self.of if self.of else None

    @property
    def interval(self) -> tuple[float, float]:
        if not self.of:
            return 0.0, 1.0
        share, spread = self.hits / self.of, Z_95**2 / self.of
        middle = (share + spread / 2) / (1 + spread)
        half = Z_95 / (1 + spread) * math.sqrt(share * (1 - share) / self.of + spread / 4 / self.of)
        return max(0.0, middle - half), min(1.0, middle + half)

    def __str__(self) -> str:
        if self.of < ENOUGH:
            return f"{self.hits} of {self.of}: not enough data"
        low, high = self.interval
        return f"{self.hits} of {self.of}: {self.hits / self.of:.1%} ({low:.1%}-{high:.1%})"


def score(breaches: Sequence[TrueBreach], alerts: Sequence[Alert]) -> Scored:
    """Match the alerts to the breaches of the same person and requirement."""
    of: dict[tuple[str, str], list[TrueBreach]] = {}
    for breach in breaches:
        of.setdefault((breach.person_id, breach.requirement_id), []).append(breach)
    first: dict[TrueBreach, Alert] = {}
    true: list[Alert] = []
    false: list[Alert] = []
    for alert in alerts:
        same = [
            breach
            for breach in of.get((alert.person_id, alert.requirement_id), ())
            if alert.from_s <= breach.to_s + SLACK_S and breach.from_s - SLACK_S <= alert.to_s
        ]
        (true if same else false).append(alert)
        if alert.withdrawn:
            continue
        for breach in same:
            if breach not in first or alert.raised_s < first[breach].raised_s:
                first[breach] = alert
    return Scored([Found(breach, first.get(breach)) for breach in breaches], false, true)


def recall(found: Iterable[Found], *, least_s: Seconds = 0.0) -> Share:
    """Of the breaches of at least this length that could be monitored, those found."""
    counted = [one for one in found if one.breach.length_s >= least_s and monitorable(one.breach)]
    return Share(sum(one.found for one in counted), len(counted))


def monitorable(breach: TrueBreach) -> bool:
    """Whether fixes came during at least half of it."""
    return breach.monitored >= 0.5


def depth_class(deepest_m: float) -> int:
    """Which of the classes of DEPTHS_M, the lower bound inclusive."""
    return max(0, min(bisect_left(DEPTHS_M[1:], math.nextafter(deepest_m, math.inf)), 4))


def length_class(length_s: Seconds) -> int:
    return max(0, min(bisect_left(LENGTHS_S[1:], math.nextafter(length_s, math.inf)), 4))


def gathered(stretches: Sequence[Window], within_s: Seconds = ONE_ROW_S) -> list[list[Window]]:
    """Stretches in order, in groups whose members are less than `within_s` apart."""
    groups: list[list[Window]] = []
    for stretch in sorted(stretches):
        if groups and stretch[0] - groups[-1][-1][1] < within_s:
            groups[-1].append(stretch)
        else:
            groups.append([stretch])
    return groups


def merged(spans: Iterable[Window]) -> list[Window]:
    """The same time as sorted, disjoint spans."""
    found: list[Window] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = found[-1][0], max(found[-1][1], end)
        elif start < end:
            found.append((start, end))
    return found


def shared(first: Sequence[Window], second: Sequence[Window]) -> list[Window]:
    """The time that lies in both; each sorted and disjoint."""
    found, i, j = [], 0, 0
    while i < len(first) and j < len(second):
        start, end = max(first[i][0], second[j][0]), min(first[i][1], second[j][1])
        if start < end:
            found.append((start, end))
        if first[i][1] < second[j][1]:
            i += 1
        else:
            j += 1
    return found


def total_s(spans: Iterable[Window]) -> Seconds:
    return sum(end - start for start, end in spans)


def paired_difference(ours: Sequence[Found], theirs: Sequence[Found]) -> tuple[float, float, float]:
    """Recall of ours less theirs on the same breaches, with its 95 % interval.

    source   Agresti and Min 2005: Wald for paired shares, half a count added to each cell
    """
    gained = 0.5 + sum(a.found and not b.found for a, b in zip(ours, theirs, strict=True))
    lost = 0.5 + sum(b.found and not a.found for a, b in zip(ours, theirs, strict=True))
    count = len(ours) + 2.0
    middle = (gained - lost) / count
    half = Z_95 * math.sqrt(gained + lost - (gained - lost) ** 2 / count) / count
    return middle, middle - half, middle + half


def ratio_interval(ours: Sequence[int], theirs: Sequence[int]) -> tuple[float, float, float]:
    """Ours over theirs, one count a wearer, with its 95 % interval by resampling wearers.

    Alerts of one wearer hang together (a home with bad cells), so wearers are drawn, not alerts.
    """
    counts = np.array([ours, theirs], dtype=np.float64)
    total = counts.sum(axis=1)
    if total[1] == 0:
        return math.nan, 0.0, math.inf
    rng = np.random.default_rng(95)
    drawn = rng.integers(counts.shape[1], size=(2000, counts.shape[1]))
    sums = counts[:, drawn].sum(axis=2)
    ratios = sums[0] / np.maximum(sums[1], 1)
    low, high = np.quantile(ratios, [0.025, 0.975])
    return float(total[0] / total[1]), float(low), float(high)
