"""How a tag was charged: sessions, and days without one, from what it said of its battery. Pure.

sessions_of(said, now)          charging started .. ended; where a tag reports neither, the
                                times in which its level rose
days_of(sessions, said, ...)    one `Day` each local date: charged, not charged, cannot tell
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from itertools import pairwise
from zoneinfo import ZoneInfo

from waypost.positions.values import EventKind

FULL_PERCENT = 95.0  # a session that ends below was broken off
FULL_AFTER = timedelta(hours=1)  # the same where no level is known: tags take about two hours
RISE_PERCENT = 5.0  # less is noise of the gauge
LEVEL_AGE = timedelta(hours=1)  # how far from an end a level may lie and still be its level


@dataclass(frozen=True, slots=True)
class Said:
    """One word of the tag on its battery: kind BATTERY_LEVEL, CHARGING_STARTED or _ENDED."""

    at: datetime
    kind: EventKind
    percent: float | None = None


@dataclass(frozen=True, slots=True)
class Session:
    """to_at None: its end was not reported; `running`: it lasts still.

    rising   no charging was reported: told from the level alone
    """

    from_at: datetime
    to_at: datetime | None
    from_percent: float | None
    to_percent: float | None
    running: bool = False
    rising: bool = False

    @property
    def interrupted(self) -> bool:
        """Broken off before the battery was full, as far as can be told."""
        if self.running or self.to_at is None:
            return False
        if self.to_percent is not None:
            return self.to_percent < FULL_PERCENT
        return self.to_at - self.from_at < FULL_AFTER


class Charged(Enum):
    YES = "charged"
    NO = "not charged"
    NOT_YET = "not yet charged"  # and the day is not over
    CANNOT_TELL = "nothing heard"  # of its battery: no word is not "not charged"


@dataclass(frozen=True, slots=True)
class Day:
    day: date
    from_at: datetime
    to_at: datetime
    charged: Charged


def sessions_of(said: Sequence[Said], *, now: datetime) -> list[Session]:
    """The sessions, oldest first. A start without an end ends unknown at the next start."""
    words = sorted(said, key=lambda one: one.at)
    edges = [one for one in words if one.kind is not EventKind.BATTERY_LEVEL]
    levels = [(one.at, one.percent) for one in words if one.percent is not None]
    if not edges:
        return _rises(levels)
    found: list[Session] = []
    for one in edges:
        is_open = bool(found) and found[-1].running
        if one.kind is EventKind.CHARGING_STARTED:
            if is_open:
                found[-1] = replace(found[-1], running=False)
            found.append(Session(one.at, None, _near(levels, one.at), None, running=True))
        elif is_open:
            found[-1] = replace(
                found[-1], to_at=one.at, to_percent=_near(levels, one.at), running=False
            )
    if found and found[-1].running:
        found[-1] = replace(found[-1], to_percent=_near(levels, now))
    return found


def days_of(
    sessions: Sequence[Session],
    said: Sequence[Said],
    from_at: datetime,
    to_at: datetime,
    *,
    zone: str,
) -> list[Day]:
    """Each local date that touches [from_at, to_at), oldest first."""
    there = ZoneInfo(zone)
    days: list[Day] = []
    day = from_at.astimezone(there).date()
    while _midnight(day, there) < to_at:
        start, end = _midnight(day, there), _midnight(day + timedelta(days=1), there)
        days.append(Day(day, start, end, _charged(sessions, said, start, end, to_at)))
        day += timedelta(days=1)
    return days


def _charged(
    sessions: Sequence[Session],
    said: Sequence[Said],
    start: datetime,
    end: datetime,
    now: datetime,
) -> Charged:
    for one in sessions:
        until = one.to_at or (now if one.running else one.from_at)
        if one.from_at < end and until >= start:
            return Charged.YES
    if not any(start <= one.at < end for one in said):
        return Charged.CANNOT_TELL
    return Charged.NO if end <= now else Charged.NOT_YET


def _rises(levels: Sequence[tuple[datetime, float]]) -> list[Session]:
    """Runs of levels that rose, by RISE_PERCENT or more from first to last."""
    found: list[Session] = []
    run: list[tuple[datetime, float]] = []
    for before, after in pairwise(levels):
        if after[1] > before[1]:
            run = [*(run or [before]), after]
            continue
        found += _risen(run)
        run = []
    return found + _risen(run)


def _risen(run: Sequence[tuple[datetime, float]]) -> list[Session]:
    if not run or run[-1][1] - run[0][1] < RISE_PERCENT:
        return []
    (from_at, low), (to_at, high) = run[0], run[-1]
    return [Session(from_at, to_at, low, high, rising=True)]


def _near(levels: Sequence[tuple[datetime, float]], at: datetime) -> float | None:
    """The level stated nearest to the instant, if near enough."""
    near = min(levels, key=lambda level: abs(level[0] - at), default=None)
    return near[1] if near and abs(near[0] - at) <= LEVEL_AGE else None


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    """In UTC: two times of one zone subtract by the wall clock, 24 h on every night."""
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)
