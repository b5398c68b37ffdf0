"""When a requirement binds: wall-clock timetables as half-open UTC windows.

A row's day is the local date on which it starts; an end at or before its start is on the next day
(equal: the same wall time a day later, which is 23 or 25 hours on the nights the clocks change).
A wall time that the spring change skips is read an hour later, one that the autumn change doubles
is its first: both are what zoneinfo's fold 0 gives. Windows come from dates, never from adding 24
hours, so a 19:00-07:00 curfew lasts 11 h on the March night and 13 h on the October night.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from waypost.orders.appointments import occurrences
from waypost.orders.values import (
    WEEKDAYS,
    Absence,
    Order,
    Requirement,
    RequirementKind,
    TimetableRow,
)
from waypost.orders.walltime import wall_instant

Window = tuple[datetime, datetime]
DAY = timedelta(days=1)
CALENDAR = (datetime(1, 1, 9, tzinfo=UTC), datetime(9999, 12, 20, tzinfo=UTC))


def required_windows(
    requirement: Requirement, order: Order, from_at: datetime, to_at: datetime
) -> list[Window]:
    """When the requirement binds within [from_at, to_at): sorted, disjoint, never empty windows.

    Clipped to the order's and the requirement's own from and to; exceptions taken out; windows that
    touch or overlap are one. No timetable means always, but an attendance binds only during its
    appointments (without the grace, which is the rule's business).
    """
    from_at, to_at = _bounds(requirement, order, from_at, to_at)
    if from_at >= to_at:
        return []
    windows = merge(clip(_asked(requirement, from_at, to_at), from_at, to_at))
    return subtract(windows, requirement.exceptions)


def merge(windows: Iterable[Window]) -> list[Window]:
    """The same time as sorted, disjoint windows that do not touch."""
    merged: list[Window] = []
    for start, end in sorted(windows):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return merged


def clip(windows: Iterable[Window], from_at: datetime, to_at: datetime) -> list[Window]:
    """What of the windows lies in [from_at, to_at)."""
    clipped = ((max(start, from_at), min(end, to_at)) for start, end in windows)
    return [(start, end) for start, end in clipped if start < end]


def subtract(windows: list[Window], exceptions: Sequence[Absence]) -> list[Window]:
    """The windows without the time of the exceptions; sorted and disjoint if they came so."""
    for absence in exceptions:
        if absence.from_at < absence.to_at:
            windows = [
                piece
                for start, end in windows
                for piece in (
                    (start, min(end, absence.from_at)),
                    (max(start, absence.to_at), end),
                )
                if piece[0] < piece[1]
            ]
    return windows


def row_windows(
    row: TimetableRow, timezone: str, from_at: datetime, to_at: datetime
) -> list[Window]:
    """Every window of one row that may touch [from_at, to_at), unclipped, by local date."""
    zone = ZoneInfo(timezone)
    first = _local_date(from_at, zone) - 2 * DAY  # a row that began yesterday may still run
    last = _local_date(to_at, zone)
    wanted = {WEEKDAYS.index(day) for day in row.days}
    days = (first + n * DAY for n in range((last - first).days + 1))
    windows = (
        _on_day(day, row.start, row.end, timezone) for day in days if day.weekday() in wanted
    )
    return [(start, end) for start, end in windows if start < end]


def _asked(requirement: Requirement, from_at: datetime, to_at: datetime) -> list[Window]:
    if requirement.timetable is not None:
        return [
            window
            for row in requirement.timetable
            for window in row_windows(row, requirement.timezone, from_at, to_at)
        ]
    if requirement.kind is RequirementKind.ATTENDANCE or requirement.appointments:
        return [
            (appointment.from_at, appointment.to_at)
            for series in requirement.appointments
            for appointment in occurrences(series, from_at, to_at, timezone=requirement.timezone)
        ]
    return [(from_at, to_at)]


def _bounds(requirement: Requirement, order: Order, from_at: datetime, to_at: datetime) -> Window:
    starts = [from_at, order.from_at, requirement.from_at]
    ends = [to_at, order.to_at, requirement.to_at]
    return (
        max(start for start in starts if start is not None).astimezone(UTC),
        min(end for end in ends if end is not None).astimezone(UTC),
    )


def _local_date(instant: datetime, zone: ZoneInfo) -> date:
    """The local date, kept off the ends of the calendar: senders write 9999-12-31 for no end."""
    return min(max(instant, CALENDAR[0]), CALENDAR[1]).astimezone(zone).date()


@lru_cache(maxsize=100_000)  # many persons share the same hours; a window costs 4 us without
def _on_day(day: date, start: str, end: str, timezone: str) -> Window:
    end_day = day if end > start else day + DAY
    return wall_instant(day, start, timezone), wall_instant(end_day, end, timezone)
