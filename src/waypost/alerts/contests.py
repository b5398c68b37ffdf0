"""An upheld alert that the wearer disputes: until when it is reviewed, by whom not, what it counts.

review_by(at, ...)         the clock: five working days
counts(alert, contests, now)   whether it counts towards a warning now
check_can_review(...)      nobody reviews what they decided themselves
acts_after(status, ...)    the lifecycle acts to which the review's decision leads
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from waypost.alerts.values import Act, Outcome, Status
from waypost.errors import Refused
from waypost.orders.bank_holidays import is_bank_holiday
from waypost.orders.values import BankHolidayDivision

REVIEW_WORKING_DAYS = 5  # this project's own: soon enough to matter, long enough to hear somebody
REVIEW_ENDS = time(17)  # of the last of them, local time
BLAMES = frozenset({Outcome.BREACH, Outcome.WARNING_GIVEN})
SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Decided:
    """An alert as far as it counts. upheld_at: when it was last upheld; None: it never was."""

    status: Status
    outcome: str = ""
    upheld_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Contested:
    """One contest. stands: what the review decided. counts_meanwhile: a risk was recorded."""

    at: datetime
    decided_at: datetime | None = None
    stands: bool | None = None
    counts_meanwhile: bool = False


def is_upheld(status: Status, outcome: str) -> bool:
    """Whether it was decided against the wearer: upheld, or closed as such."""
    return status is Status.UPHELD or (status is Status.CLOSED and outcome in BLAMES)


def counts(alert: Decided, contests: Iterable[Contested], now: datetime) -> bool:
    """Whether the alert counts towards a warning at `now`.

    Only what is upheld does; not while a contest of it is open, unless a risk was recorded; and not
    once a review found that it does not stand. What was decided before it was upheld anew says
    nothing of that.
    """
    if not is_upheld(alert.status, alert.outcome):
        return False
    for one in contests:
        if one.at > now:
            continue
        if one.decided_at is None or one.decided_at > now:
            if not one.counts_meanwhile:
                return False
        elif one.stands is False and not _is_of_earlier(one, alert):
            return False
    return True


def review_by(
    at: datetime,
    *,
    zone: str,
    division: BankHolidayDivision = BankHolidayDivision.ENGLAND_AND_WALES,
    working_days: int = REVIEW_WORKING_DAYS,
) -> datetime:
    """When a contest of `at` must be reviewed: the end of the last working day, UTC. The day it
    came on is not counted."""
    place = ZoneInfo(zone)
    day = at.astimezone(place).date()
    left = working_days
    while left:
        day += timedelta(days=1)
        left -= is_working_day(day, division)
    return datetime.combine(day, REVIEW_ENDS, place).astimezone(UTC)


def is_working_day(day: date, division: BankHolidayDivision) -> bool:
    return day.weekday() < SATURDAY and not is_bank_holiday(day, division)


def can_contest(alert: Decided, contests: Iterable[Contested]) -> bool:
    try:
        check_can_contest(alert, contests)
    except Refused:
        return False
    return True


def check_can_contest(alert: Decided, contests: Iterable[Contested]) -> None:
    """Refused unless it is upheld and no contest of it waits or was decided since."""
    if not is_upheld(alert.status, alert.outcome):
        raise Refused("Only an alert that was upheld can be contested; this one is not.")
    for one in contests:
        if one.decided_at is None:
            raise Refused("This alert is contested already; the review waits.")
        if not _is_of_earlier(one, alert):
            raise Refused("A review has decided this already; it can be taken to a court.")


def check_can_review(officer_id: int | None, deciders: Collection[int | None]) -> None:
    """Refused for whoever decided what is contested, and for the machine."""
    if officer_id is None:
        raise Refused("A contest is decided by a person.")
    if officer_id in deciders:
        raise Refused("You decided what is contested here; somebody else reviews it.")


def acts_after(status: Status, *, stands: bool, subject_taken: bool = False) -> tuple[Act, ...]:
    """The acts to which the decision leads, as the table of moves allows them.

    subject_taken   another alert is open on the same matter: a closed one stays closed, and what
                    was decided stands in its contest
    """
    if stands:
        return (Act.NOTE,)
    if status is Status.UPHELD:
        return (Act.TAKE_IN_HAND, Act.EXPLAIN)
    if status is Status.CLOSED and not subject_taken:
        return (Act.REOPEN, Act.ACKNOWLEDGE, Act.EXPLAIN)
    # Withdrawn, or in hand again because more has joined it: that is decided on its own.
    return (Act.NOTE,)


def _is_of_earlier(one: Contested, alert: Decided) -> bool:
    """Whether the review was done before the alert was upheld anew."""
    return bool(one.decided_at and alert.upheld_at and one.decided_at < alert.upheld_at)
