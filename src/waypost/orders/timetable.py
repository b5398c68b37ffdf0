"""When a requirement binds: wall-clock timetables as half-open UTC windows.

A row's day is the local date on which it starts; an end at or before its start is on the next day
(equal: the same wall time a day later, which is 23 or 25 hours on the nights the clocks change).
A wall time that the spring change skips is read an hour later, one that the autumn change doubles
is its first: both are what zoneinfo's fold 0 gives. Windows come from dates, never from adding 24
hours, so a 19:00-07:00 curfew lasts 11 h on the March night and 13 h on the October night.

Everything that narrows a row (bank holidays, first and last date, weeks of a rota) asks the date on
which it starts. A curfew's day of release replaces what starts on that date, and nothing that
starts on an earlier one binds: until then the person was in custody.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from waypost.orders.appointments import Appointment, occurrences
from waypost.orders.bank_holidays import is_bank_holiday
from waypost.orders.defaults import minimum_stay_of
from waypost.orders.values import (
    WEEKDAYS,
    Absence,
    Appointments,
    BankHolidayDivision,
    BankHolidays,
    Order,
    ReleaseDay,
    Requirement,
    RequirementKind,
    TimetableRow,
)
from waypost.orders.walltime import wall_instant

Window = tuple[datetime, datetime]
DAY = timedelta(days=1)
WEEK_DAYS = 7
MIDNIGHT = "00:00"
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
    windows = merge(clip(_asked(requirement, order, from_at, to_at), from_at, to_at))
    return subtract(windows, requirement.exceptions)


def appointments_of(
    requirement: Requirement, order: Order, from_at: datetime, to_at: datetime
) -> list[Appointment]:
    """The appointments that begin within [from_at, to_at) while the requirement lasts, in order.

    Bank holidays are taken out as the series says, and `minimum_stay` is filled in. Exceptions are
    not looked at: an appointment that one of them touches is the rule's business.
    """
    from_at, to_at = _bounds(requirement, order, from_at, to_at)
    found = [
        replace(meeting, minimum_stay=minimum_stay_of(requirement, series))
        for series in requirement.appointments
        for meeting in _meetings(requirement, series, from_at, to_at)
        if from_at <= meeting.from_at < to_at
    ]
    return sorted(found, key=lambda meeting: (meeting.from_at, meeting.to_at))


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


def starts_on(
    row: TimetableRow,
    day: date,
    *,
    division: BankHolidayDivision = BankHolidayDivision.ENGLAND_AND_WALES,
    order_date: date,
) -> bool:
    """Whether the row binds from this local date on: day of the week, dates, rota, bank holiday.

    order_date   the first local date of the order, from which a rota without an anchor counts
    """
    return (
        WEEKDAYS[day.weekday()] in row.days
        and (row.from_date is None or row.from_date <= day)
        and (row.to_date is None or day <= row.to_date)
        and _in_rota(row, day, order_date)
        and _on_such_a_day(row.bank_holidays, day, division)
    )


def local_date(instant: datetime, timezone: str) -> date:
    """The local date, kept off the ends of the calendar: senders write 9999-12-31 for no end."""
    return min(max(instant, CALENDAR[0]), CALENDAR[1]).astimezone(ZoneInfo(timezone)).date()


def _asked(
    requirement: Requirement, order: Order, from_at: datetime, to_at: datetime
) -> Iterable[Window]:
    release = requirement.release_day
    if release is None or requirement.kind is not RequirementKind.CURFEW:
        return _usual(requirement, order, from_at, to_at)
    return _from_release(requirement, release, order, from_at, to_at)


def _usual(
    requirement: Requirement,
    order: Order,
    from_at: datetime,
    to_at: datetime,
    *,
    first: date | None = None,
) -> Iterator[Window]:
    """What is asked by hours that start on the local date `first` or later, unclipped."""
    timezone = requirement.timezone
    if requirement.timetable is not None:
        # A row that began yesterday may still run.
        day, last = local_date(from_at, timezone) - 2 * DAY, local_date(to_at, timezone)
        day = day if first is None else max(day, first)
        order_date = local_date(order.from_at, timezone)
        for row in requirement.timetable:
            anchor = order_date if row.every_weeks > 1 else day  # a key of the cache
            yield from row_windows(
                row, timezone, requirement.bank_holiday_division, anchor, day, last
            )
    elif requirement.kind is RequirementKind.ATTENDANCE or requirement.appointments:
        for series in requirement.appointments:
            for meeting in _meetings(requirement, series, from_at, to_at):
                if first is None or local_date(meeting.from_at, timezone) >= first:
                    yield meeting.from_at, meeting.to_at
    elif first is None:
        yield from_at, to_at
    else:
        yield max(from_at, wall_instant(first, MIDNIGHT, timezone)), to_at


def _from_release(
    requirement: Requirement,
    release: ReleaseDay,
    order: Order,
    from_at: datetime,
    to_at: datetime,
) -> Iterator[Window]:
    yield _on_day(release.on_date, release.start, release.end, requirement.timezone)
    yield from _usual(requirement, order, from_at, to_at, first=release.on_date + DAY)


@lru_cache(maxsize=10_000)  # hours are few where persons are many
def row_windows(
    row: TimetableRow,
    timezone: str,
    division: BankHolidayDivision,
    order_date: date,
    first: date,
    last: date,
) -> tuple[Window, ...]:
    """The windows of one row that start on a local date in [first, last], unclipped."""
    days = (first + n * DAY for n in range((last - first).days + 1))
    windows = (
        _on_day(day, row.start, row.end, timezone)
        for day in days
        if starts_on(row, day, division=division, order_date=order_date)
    )
    return tuple(window for window in windows if window[0] < window[1])


def _in_rota(row: TimetableRow, day: date, order_date: date) -> bool:
    if row.every_weeks == 1:
        return True
    anchor = row.anchor_date or row.from_date or order_date
    return (_monday(day) - _monday(anchor)) // WEEK_DAYS % row.every_weeks == 0


def _on_such_a_day(rule: BankHolidays, day: date, division: BankHolidayDivision) -> bool:
    if rule is BankHolidays.AS_USUAL:
        return True
    return is_bank_holiday(day, division) is (rule is BankHolidays.ONLY)


def _meetings(
    requirement: Requirement, series: Appointments, from_at: datetime, to_at: datetime
) -> list[Appointment]:
    return occurrences(
        series,
        from_at,
        to_at,
        timezone=requirement.timezone,
        division=requirement.bank_holiday_division,
    )


def _bounds(requirement: Requirement, order: Order, from_at: datetime, to_at: datetime) -> Window:
    starts = [from_at, order.from_at, requirement.from_at]
    ends = [to_at, order.to_at, requirement.to_at]
    return (
        max(start for start in starts if start is not None).astimezone(UTC),
        min(end for end in ends if end is not None).astimezone(UTC),
    )


def _monday(day: date) -> int:
    """The day's week, as the number of its Monday."""
    return day.toordinal() - day.weekday()


@lru_cache(maxsize=100_000)  # many persons share the same hours; a window costs 4 us without
def _on_day(day: date, start: str, end: str, timezone: str) -> Window:
    end_day = day if end > start else day + DAY
    return wall_instant(day, start, timezone), wall_instant(end_day, end, timezone)
