"""By when a complaint is answered. Pure. The days are this project's own; an agency's policy may
ask for fewer."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from waypost.orders.bank_holidays import is_bank_holiday
from waypost.orders.values import BankHolidayDivision

ANSWER_DAYS = 10  # working days, for the first answer
AGAIN_DAYS = 20  # for the second
CLOSES = time(17)
SATURDAY = 5


def answer_by(at: datetime, zone: str, *, again: bool = False) -> datetime:
    """The end of the last working day, UTC; the day it came on is not counted."""
    place = ZoneInfo(zone)
    day = at.astimezone(place).date()
    left = AGAIN_DAYS if again else ANSWER_DAYS
    while left:
        day += timedelta(days=1)
        working = day.weekday() < SATURDAY and not is_bank_holiday(
            day, BankHolidayDivision.ENGLAND_AND_WALES
        )
        left -= working
    return datetime.combine(day, CLOSES, place).astimezone(UTC)
