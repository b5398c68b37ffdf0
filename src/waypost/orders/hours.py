"""How many hours a timetable takes of each day of a common week (no clock change in it)."""

from __future__ import annotations

from collections.abc import Sequence

from waypost.orders.values import WEEKDAYS, TimetableRow

DAY_MINUTES = 24 * 60
WEEK_MINUTES = 7 * DAY_MINUTES


def hours_by_day(timetable: Sequence[TimetableRow] | None) -> list[float]:
    """Hours of Monday to Sunday, midnight to midnight; rows that overlap count once."""
    if timetable is None:
        return [24.0] * 7
    taken = bytearray(WEEK_MINUTES)
    for row in timetable:
        start, end = minutes_of(row.start), minutes_of(row.end)
        length = end - start if end > start else end - start + DAY_MINUTES
        for day in row.days:
            first = WEEKDAYS.index(day) * DAY_MINUTES + start
            for minute in range(first, first + length):
                taken[minute % WEEK_MINUTES] = 1
    return [
        sum(taken[day * DAY_MINUTES : (day + 1) * DAY_MINUTES]) / 60 for day in range(len(WEEKDAYS))
    ]


def minutes_of(clock: str) -> int:
    """Minutes since midnight of "HH:MM"."""
    return int(clock[:2]) * 60 + int(clock[3:])
