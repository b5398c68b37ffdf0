"""Which appointments are asked, and how each was kept: for the plan, for pages and for figures."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from waypost.orders.timetable import appointments_of, subtract
from waypost.orders.values import Order, Requirement
from waypost.rules.attendance import ZERO, Asked, Kept, Outcome
from waypost.rules.values import Certainty, How, JudgedViolation, Parameters, RowKind

# An appointment's outcome by the shape of its rows, the gravest first. Rows that say less (time
# that could not be told beside a visit that was seen, a lateness that is only possible) decide
# nothing.
BY_SHAPE: tuple[tuple[How, Outcome], ...] = (
    (How.MISSED, Outcome.MISSED),
    (How.LEFT_EARLY, Outcome.LEFT_EARLY),
    (How.OUT_DURING, Outcome.LEFT_EARLY),
    (How.LATE, Outcome.LATE),
    (How.NOT_MONITORED, Outcome.NOT_MONITORED),
)


def appointments_asked(
    requirement: Requirement, order: Order, from_at: datetime, to_at: datetime
) -> list[Asked]:
    """The appointments of a requirement that touch [from_at, to_at), whole, earliest first.

    One that began before its order, or before this version of the requirement, is not asked. An
    authorised absence takes its time out; who may come later has the same grace from then.
    """
    ends = min((at for at in (order.to_at, requirement.to_at) if at is not None), default=None)
    longest = max((series.duration for series in requirement.appointments), default=ZERO)
    found: list[Asked] = []
    for one in appointments_of(requirement, order, from_at - longest, to_at):
        last = one.to_at if ends is None else min(one.to_at, ends)
        left = subtract([(one.from_at, last)], requirement.exceptions)
        if one.to_at > from_at and left:
            start, end = left[0]
            found.append(
                Asked(
                    requirement.requirement_id,
                    start,
                    end,
                    min(start + one.grace, end),
                    min(one.minimum_stay or ZERO, end - start),
                    requirement.version_id,
                )
            )
    return sorted(found, key=lambda asked: (asked.from_at, asked.to_at))


def appointments_kept(
    requirement: Requirement,
    order: Order,
    rows: Iterable[JudgedViolation],
    from_at: datetime,
    to_at: datetime,
    *,
    judged_to: datetime,
    parameters: Parameters,
) -> list[Kept]:
    """Each appointment that touches [from_at, to_at) with its outcome, from the rows that stand.

    rows        violations, as stored or as replayed; withdrawn ones and those of others are left
                out here
    judged_to   up to then everything received has been judged
    parameters  the numbers now in force: uploads have so long before silence is told
    """
    standing = [
        row
        for row in rows
        if row.kind is RowKind.ATTENDANCE
        and row.requirement_id == requirement.requirement_id
        and not row.withdrawn
    ]
    asked = appointments_asked(requirement, order, from_at, to_at)
    told_at = judged_to - parameters.upload_allowance
    return [_kept(one, standing, judged_to, told_at) for one in asked]


def _kept(
    asked: Asked, standing: Iterable[JudgedViolation], judged_to: datetime, told_at: datetime
) -> Kept:
    rows = tuple(row for row in standing if asked.from_at <= row.from_at < asked.to_at)
    for how, outcome in BY_SHAPE:
        telling = [
            row for row in rows if row.how is how and row.certainty is not Certainty.POSSIBLE
        ]
        if telling:
            return Kept(asked, outcome, telling[0].certainty, rows)
    if judged_to < asked.from_at:
        return Kept(asked, Outcome.TO_COME, Certainty.CERTAIN, rows)
    if told_at < asked.to_at:
        return Kept(asked, Outcome.UNDER_WAY, Certainty.CANNOT_TELL, rows)
    # No row says otherwise; where part of it could not be told, a row says that.
    return Kept(asked, Outcome.ATTENDED, Certainty.PROBABLE if rows else Certainty.CERTAIN, rows)
