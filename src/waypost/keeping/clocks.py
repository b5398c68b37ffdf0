"""By when a person must have what is held about them. Pure.

One month from the day it was asked for; two more where it is complex and they are told why within
the first. The last day is a working day: what falls on another goes on to the next one. We count
from the day it came even where the law would let us wait for proof of identity: never later.

source   Data Protection Act 2018 s.54 (law enforcement: one month; as amended by the Data (Use and
         Access) Act 2025, two more); UK GDPR Art. 12(3); working days as the ICO's guidance counts.
         Our reading: have your adviser confirm it
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta

from waypost.orders.bank_holidays import is_bank_holiday
from waypost.orders.values import BankHolidayDivision

HOME = ZoneInfo("Europe/London")
MONTHS, EXTENDED_MONTHS = 1, 3
CHASED_BEFORE = timedelta(days=7)
SATURDAY = 5


def due_at(asked_at: datetime, *, is_extended: bool = False) -> datetime:
    """The end of the last day, UTC."""
    day = asked_at.astimezone(HOME).date()
    last = day + relativedelta(months=EXTENDED_MONTHS if is_extended else MONTHS)
    while not is_working_day(last):
        last += timedelta(days=1)
    return datetime.combine(last + timedelta(days=1), time(0), HOME).astimezone(UTC)


def last_day(due: datetime) -> date:
    """The day whose end it is, as people say it."""
    return (due - timedelta(seconds=1)).astimezone(HOME).date()


def may_extend(asked_at: datetime, *, now: datetime) -> bool:
    """Whether they can still be told of it in time: within the first month."""
    return now < due_at(asked_at)


def next_look(due: datetime, *, now: datetime) -> datetime | None:
    """When the officers are told next: a week before, then at its end; None: no more."""
    return next((one for one in (due - CHASED_BEFORE, due) if one > now), None)


def is_working_day(day: date) -> bool:
    england = BankHolidayDivision.ENGLAND_AND_WALES
    return day.weekday() < SATURDAY and not is_bank_holiday(day, england)
