"""What a draft would have meant for many: counts of persons, and nothing of one.

A group smaller than SMALL is not told of; nor is one whose rest is smaller, which would tell as
much. Figures are kept without names, sorted, so that their order tells nothing either.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterable
from dataclasses import dataclass, field
from statistics import median, quantiles
from typing import Any

from waypost.positions.stops import PlaceKind
from waypost.whatif.values import SMALL, Tried


@dataclass
class Cohort:
    """Persons tried so far.

    persons       all; enough: those with data enough to conclude anything
    alerts        alerts of each of those with enough, sorted
    by_hour       168 hours of the week: minutes in violation, and by_hour_persons: of how many
    home_cut, work_cut, ways_cut   of those with enough, whom the draft cuts off there
    home_known, work_known, ways_known   of whom that can be told
    """

    persons: int = 0
    enough: int = 0
    failed: int = 0
    alerts: list[int] = field(default_factory=list)
    uncertain: int = 0
    minutes: float = 0.0
    required_h: float = 0.0
    told_h: float = 0.0
    by_hour: list[float] = field(default_factory=lambda: [0.0] * 168)
    by_hour_persons: list[int] = field(default_factory=lambda: [0] * 168)
    home_known: int = 0
    home_cut: int = 0
    work_known: int = 0
    work_cut: int = 0
    ways_known: int = 0
    ways_cut: int = 0

    def add(self, tried: Tried) -> None:
        """One more person."""
        self.persons += 1
        if not tried.enough:
            return
        self.enough += 1
        insort(self.alerts, tried.alerts)
        self.uncertain += tried.uncertain
        self.minutes += tried.minutes
        self.required_h += tried.required_h
        self.told_h += tried.told_h
        self.by_hour = [a + b for a, b in zip(self.by_hour, tried.by_hour, strict=True)]
        self.by_hour_persons = [
            seen + (minutes > 0)
            for seen, minutes in zip(self.by_hour_persons, tried.by_hour, strict=True)
        ]
        home, work = tried.usual(PlaceKind.HOME), tried.usual(PlaceKind.WORK)
        self.home_known += home is not None
        self.home_cut += bool(home and home.cut_hours > 0)
        self.work_known += work is not None
        self.work_cut += bool(work and work.cut_hours > 0)
        self.ways_known += tried.ways.known > 0
        self.ways_cut += tried.ways.cut > 0

    @property
    def alerted(self) -> int:
        """Of those with enough, the persons who would have had an alert."""
        return sum(count > 0 for count in self.alerts)

    def hours_told(self) -> tuple[float | None, ...]:
        """Minutes by hour of the week; None where they are those of a small group."""
        return tuple(
            None if 0 < persons < SMALL else minutes
            for minutes, persons in zip(self.by_hour, self.by_hour_persons, strict=True)
        )

    def as_json(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__dataclass_fields__}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Cohort:
        return cls(**data)


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many; `hidden`: too few to be told."""

    count: int
    of: int
    hidden: bool


def share(count: int, of: int) -> Share:
    """A count of persons, hidden where it or its rest is small: less the count, the rest is told
    too. None and all of at least SMALL single nobody out."""
    small = of < SMALL or 0 < count < SMALL or 0 < of - count < SMALL
    return Share(count, of, small)


def spread(alerts: Iterable[int]) -> tuple[float, float, float] | None:
    """Lower quartile, median and upper quartile; None for fewer than 4 x SMALL persons, where a
    quartile would rest on a small group."""
    figures = sorted(alerts)
    if len(figures) < 4 * SMALL:
        return None
    low, _, high = quantiles(figures, n=4, method="inclusive")
    return low, median(figures), high
