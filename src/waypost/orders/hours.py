"""How many hours a timetable takes of each day: of a common week, or of the days it truly binds.

Hours here are wall-clock hours, as a law that limits a curfew counts them: the night of a clock
change has as many as any other.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache

from waypost.orders.timetable import local_date, starts_on
from waypost.orders.values import (
    WEEKDAYS,
    Order,
    Requirement,
    RequirementKind,
    TimetableRow,
)

DAY_MINUTES = 24 * 60
WEEK_MINUTES = 7 * DAY_MINUTES
DAY = timedelta(days=1)
TAKEN = b"\x01"


@dataclass(frozen=True, slots=True)
class Load:
    """The most and the least hours of a day, and the most of a week counted from the first day.

    day_min   leaves out the first and the last day, which may be short
    """

    day_max: float
    day_min: float
    week_max: float


def hours_by_day(timetable: Sequence[TimetableRow] | None) -> list[float]:
    """Hours of Monday to Sunday, midnight to midnight; rows that overlap count once."""
    if timetable is None:
        return [24.0] * 7
    return list(_of_common_week(tuple(timetable)))


@lru_cache(maxsize=10_000)
def _of_common_week(timetable: tuple[TimetableRow, ...]) -> tuple[float, ...]:
    taken = bytearray(WEEK_MINUTES + DAY_MINUTES)  # Sunday night runs into the Monday
    for row in timetable:
        begin, length = _stretch(row.start, row.end)
        for day in row.days:
            first = WEEKDAYS.index(day) * DAY_MINUTES + begin
            taken[first : first + length] = TAKEN * length
    for minute in range(DAY_MINUTES):
        taken[minute] |= taken[WEEK_MINUTES + minute]
    return tuple(
        taken.count(TAKEN, day * DAY_MINUTES, (day + 1) * DAY_MINUTES) / 60
        for day in range(len(WEEKDAYS))
    )


def load_of(requirement: Requirement, order: Order, from_at: datetime, to_at: datetime) -> Load:
    """What the requirement takes in [from_at, to_at): rows with dates, rotas and bank holidays as
    they fall, and a curfew's day of release; exceptions are not taken out."""
    table = requirement.timetable
    if not narrowed(requirement):
        hours = hours_by_day(table)
        return Load(max(hours), min(hours), sum(hours))
    first, last = (local_date(at, requirement.timezone) for at in (from_at, to_at))
    days = [minutes.count(TAKEN) / 60 for minutes in _taken(requirement, order, first, last)]
    weeks = [sum(days[start : start + 7]) for start in range(0, len(days), 7)]
    return Load(max(days), min(days[1:-1], default=24.0), max(weeks))


def narrowed(requirement: Requirement) -> bool:
    """Whether its days are not simply those of a week that comes again and again."""
    rows = requirement.timetable or ()
    released = requirement.release_day and requirement.kind is RequirementKind.CURFEW
    return bool(released) or any(row != TimetableRow(row.days, row.start, row.end) for row in rows)


def _taken(requirement: Requirement, order: Order, first: date, last: date) -> Iterator[bytearray]:
    """For each day from first to last, which of its minutes are taken."""
    order_date = local_date(order.from_at, requirement.timezone)
    rows = requirement.timetable
    if rows is None:
        rows = (TimetableRow(WEEKDAYS, "00:00", "00:00"),)
    released = requirement.release_day if requirement.kind is RequirementKind.CURFEW else None
    after = bytearray(DAY_MINUTES)  # what the days before still take of the next
    for n in range(-1, (last - first).days + 1):
        day = first + n * DAY
        minutes = bytearray(2 * DAY_MINUTES)
        minutes[:DAY_MINUTES] = after
        spans = [
            (row.start, row.end)
            for row in rows
            if (released is None or day > released.on_date)
            and starts_on(row, day, division=requirement.bank_holiday_division,
                          order_date=order_date)
        ]  # fmt: skip
        if released is not None and day == released.on_date:
            spans.append((released.start, released.end))
        for start, end in spans:
            begin, length = _stretch(start, end)
            minutes[begin : begin + length] = TAKEN * length
        after = minutes[DAY_MINUTES:]
        if n >= 0:
            yield minutes[:DAY_MINUTES]


def _stretch(start: str, end: str) -> tuple[int, int]:
    """From which minute of its day, and for how many."""
    begin = minutes_of(start)
    return begin, (minutes_of(end) - begin) % DAY_MINUTES or DAY_MINUTES


def minutes_of(clock: str) -> int:
    """Minutes since midnight of "HH:MM"."""
    return int(clock[:2]) * 60 + int(clock[3:])
