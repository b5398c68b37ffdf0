"""When the next step of a case is due: pure, by working days, hours, or the 24 hours of bail."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from dateutil.easter import easter

from waypost.alerts.contests import review_by
from waypost.enforcement.values import Clock, Within
from waypost.orders.values import BankHolidayDivision

SUNDAY = 6
BAIL_HOURS = timedelta(hours=24)  # Bail Act 1976 s.7(4)
MONTHS = 12  # for which a warning counts: Sentencing Act 2020 Sch. 10 and 16 para. 6(4)(c)


def due_by(
    within: Within | None, at: datetime, *, zone: str,
    division: BankHolidayDivision = BankHolidayDivision.ENGLAND_AND_WALES,
) -> datetime | None:  # fmt: skip
    """By when, UTC; None where there is no clock."""
    if within is None:
        return None
    if within.clock is Clock.BAIL:
        return bail_court_by(at, zone=zone)
    if within.clock is Clock.WORKING_DAYS:
        return review_by(at, zone=zone, division=division, working_days=within.number)
    return at + timedelta(hours=within.number)


def bail_court_by(arrested_at: datetime, *, zone: str) -> datetime:
    """The end of the 24 hours in which who is arrested is brought before a justice: Christmas Day,
    Good Friday and Sundays count for nothing (Bail Act 1976 s.7(4) and (7))."""
    place, at, left = ZoneInfo(zone), arrested_at, BAIL_HOURS
    while True:
        day = at.astimezone(place).date()
        tomorrow = datetime.combine(day + timedelta(days=1), time(), place).astimezone(UTC)
        if not counts_for_nothing(day):
            if at + left <= tomorrow:
                return at + left
            left -= tomorrow - at
        at = tomorrow


def counts_for_nothing(day: date) -> bool:
    """Whether the 24 hours of bail stand still on this day."""
    good_friday = easter(day.year) - timedelta(days=2)
    return day.weekday() == SUNDAY or (day.month, day.day) == (12, 25) or day == good_friday


def warned_until(given_at: datetime, *, zone: str) -> datetime:
    """The first instant at which the warning no longer counts: the period is twelve months that
    begin with the local date on which it was given. From 29 February it ends with 28 February."""
    given = given_at.astimezone(ZoneInfo(zone)).date()
    try:
        ends = given.replace(year=given.year + 1)
    except ValueError:  # no such day in the year after: to the end of the month
        ends = date(given.year + 1, 3, 1)
    return datetime.combine(ends, time(), ZoneInfo(zone)).astimezone(UTC)
