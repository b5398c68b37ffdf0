"""By when a request to be away is answered, and who answers it. Pure.

    answer_by(...)       before it begins, and in any case by the end of the next working day
    is_working(now)      whether the offices are open
    may_stand_in(...)    whether the monitoring centre answers in place of who is responsible

The hours of offices and the lead are this project's own figures; no paper states them.
"""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from waypost.orders.bank_holidays import is_bank_holiday
from waypost.orders.values import BankHolidayDivision

OPENS, CLOSES = time(9), time(17)
LEAD = timedelta(hours=2)  # an answer that comes later is of little use to somebody who must leave
SOONEST = timedelta(minutes=15)  # nobody can be asked to answer sooner
SHORT_NOTICE = timedelta(hours=24)
SATURDAY = 5
DIVISION = BankHolidayDivision.ENGLAND_AND_WALES


def is_working(at: datetime, zone: str) -> bool:
    wall = at.astimezone(ZoneInfo(zone))
    if wall.weekday() >= SATURDAY or is_bank_holiday(wall.date(), DIVISION):
        return False
    return OPENS <= wall.time() < CLOSES


def answer_by(asked_at: datetime, from_at: datetime, zone: str) -> datetime:
    """The end of the next working day, or LEAD before it begins where that is sooner; never within
    SOONEST of the asking, and never after it began."""
    usual = _end_of_next_working_day(asked_at, zone)
    wanted = max(min(usual, from_at - LEAD), asked_at + SOONEST)
    return min(wanted, from_at)


def may_stand_in(
    *, urgent: bool, due_at: datetime, now: datetime, zone: str, has_officer: bool
) -> bool:
    """The monitoring centre answers what is late, what nobody is responsible for, and what is
    urgent while the offices are closed."""
    return now >= due_at or not has_officer or (urgent and not is_working(now, zone))


def _end_of_next_working_day(at: datetime, zone: str) -> datetime:
    place = ZoneInfo(zone)
    day = at.astimezone(place).date()
    while True:
        day += timedelta(days=1)
        if day.weekday() < SATURDAY and not is_bank_holiday(day, DIVISION):
            return datetime.combine(day, CLOSES, place).astimezone(UTC)
