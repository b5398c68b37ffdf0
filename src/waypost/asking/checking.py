"""What a request to be away would touch, and what is said against it, in plain words. Pure.

    touched_by(person, from_at, to_at, now)   the requirements that ask something in that time
    notes_of(...)                             asked too late, clashes, nothing to ask for

It reads the order alone. Where the wearer is, or whether anybody else is near, is no part of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from waypost.asking.clocks import SHORT_NOTICE
from waypost.asking.values import HOURS_KINDS, WORDS_MAX, Asked, Notes, Touched, Why
from waypost.orders.own_words import own_asks
from waypost.orders.timetable import appointments_of, required_windows
from waypost.orders.values import Order, PersonOrders, Requirement, RequirementKind

LONGEST = timedelta(days=28)  # orders/absences.py: longer is a variation, which is the court's
AHEAD = timedelta(days=180)
BEHIND = timedelta(minutes=1)  # a form knows no smaller time
TOO_LATE = (
    "This has begun already, so we cannot agree to it before. Ring your officer and say what "
    "happened. Keep anything that shows it."
)
NOTHING_ASKED = (
    "You do not need to ask. Your order does not tell you to be anywhere at that time. Places "
    "where you must not go stay as they are."
)


def touched_by(person: PersonOrders, from_at: datetime, to_at: datetime) -> tuple[Touched, ...]:
    """Each requirement once, whatever versions of it hold in that time."""
    found: dict[tuple[str, str], Touched] = {}
    for order in person.orders:
        for one in order.requirements:
            if one.kind not in HOURS_KINDS:
                continue
            windows = tuple(_asked(one, order, from_at, to_at))
            if windows:
                key = (order.order_id, one.requirement_id)
                before = found[key].windows if key in found else ()
                found[key] = Touched(*key, one.kind, own_asks(one), (*before, *windows))
    return tuple(found.values())


def notes_of(
    asked: Asked,
    touched: Sequence[Touched],
    others: Iterable[tuple[datetime, datetime, bool]],
    *,
    now: datetime,
    zone: str,
) -> Notes:
    """others   requests that wait (True: granted already) as (from, to, granted)"""
    refusals = _refusals(asked, touched, list(others), now)
    warnings = []
    if any(one.kind is RequirementKind.ATTENDANCE for one in touched):
        warnings.append(f"You have an appointment in that time: {_first(touched, zone)}. If the "
                        "answer is yes, you need not go to it.")  # fmt: skip
    if asked.from_at - now < SHORT_NOTICE:
        warnings.append("This is soon. If you hear nothing in time, ring your officer.")
    return Notes(tuple(refusals), tuple(warnings))


def _refusals(
    asked: Asked,
    touched: Sequence[Touched],
    others: Sequence[tuple[datetime, datetime, bool]],
    now: datetime,
) -> list[str]:
    if not asked.from_at < asked.to_at:
        return ["The end is before the start. Choose a later end."]
    if asked.from_at < now - BEHIND:
        return [TOO_LATE]
    if asked.to_at - asked.from_at > LONGEST:
        return [f"That is more than {LONGEST.days} days. Only the court can agree to that. Ask "
                "your officer how."]  # fmt: skip
    if asked.from_at - now > AHEAD:
        return ["That is more than half a year away. Ask again nearer the time."]
    if asked.why is Why.OTHER and not asked.words.strip():
        return ["Tell us why, in a few words."]
    if len(asked.words) > WORDS_MAX or len(asked.evidence) > WORDS_MAX:
        return [f"Write at most {WORDS_MAX} letters in each box."]
    for from_at, to_at, granted in others:
        if from_at < asked.to_at and asked.from_at < to_at:
            return ["The answer is yes already for some of that time." if granted else
                    "You have asked for some of that time already. Take that back first, or wait "
                    "for the answer."]  # fmt: skip
    return [] if touched else [NOTHING_ASKED]


def _asked(
    one: Requirement, order: Order, from_at: datetime, to_at: datetime
) -> Iterable[tuple[datetime, datetime]]:
    if one.kind is not RequirementKind.ATTENDANCE:
        return required_windows(one, order, from_at, to_at)
    early = from_at - timedelta(days=1)  # one that began before may still last
    free = [(gone.from_at, gone.to_at) for gone in one.exceptions]
    return [
        (meeting.from_at, meeting.to_at)
        for meeting in appointments_of(one, order, early, to_at)
        if meeting.to_at > from_at
        and not any(start <= meeting.from_at and meeting.to_at <= end for start, end in free)
    ]


def _first(touched: Sequence[Touched], zone: str) -> str:
    starts = [
        start
        for one in touched
        if one.kind is RequirementKind.ATTENDANCE
        for start, _ in one.windows
    ]
    wall = min(starts).astimezone(ZoneInfo(zone))
    return f"{wall:%A} {wall.day} {wall:%B} at {wall:%H:%M}"
