"""By when a notification must be received, answered and given a result. Pure.

    WITHIN                        the table: what, how grave, within how long, from where
    sent / asked_more / ...       what becomes of the clocks with each act
    waiting(clocks, status)       who is waited for now, and until when
    ended / after                 which clock has run out, and when the next one does

The force's clock for its answer stands while more is wanted: what was left of it when it asked is
what it has when it has been given that, and never less than `LEFT_AT_LEAST`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from waypost.policing.values import Side, Status

OURS = "our assumption"
GRAVE_FROM = 80  # urgency of the alert, as notices of weight NOW have it
LEFT_AT_LEAST = timedelta(hours=1)


class Clock(StrEnum):
    RECEIVE = "receive"
    ANSWER = "answer"
    SUPPLY = "supply"
    RESULT = "result"


@dataclass(frozen=True, slots=True)
class Within:
    grave: timedelta
    other: timedelta
    whose: Side
    source: str = OURS


WITHIN: dict[Clock, Within] = {
    Clock.RECEIVE: Within(timedelta(minutes=15), timedelta(hours=4), Side.FORCE),
    Clock.ANSWER: Within(
        timedelta(hours=24), timedelta(hours=24), Side.FORCE,
        "our assumption, after Bail Act 1976 s.7: before a court within 24 hours of arrest",
    ),
    Clock.SUPPLY: Within(timedelta(hours=1), timedelta(hours=4), Side.PROVIDER),
    Clock.RESULT: Within(timedelta(days=7), timedelta(days=7), Side.FORCE),
}  # fmt: skip
CLOCK_WORDS: dict[Clock, str] = {
    Clock.RECEIVE: "to be acknowledged",
    Clock.ANSWER: "to be answered",
    Clock.SUPPLY: "more to be supplied",
    Clock.RESULT: "result to be recorded",
}


@dataclass(frozen=True, slots=True)
class Clocks:
    """by   when each is due; None: it does not run. left: of the answer's, while it stands"""

    receive_by: datetime | None = None
    answer_by: datetime | None = None
    supply_by: datetime | None = None
    result_by: datetime | None = None
    left: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """What is waited for, of whom, until when."""

    clock: Clock
    side: Side
    by: datetime

    def is_overdue(self, now: datetime) -> bool:
        return now >= self.by


def within(clock: Clock, *, grave: bool) -> timedelta:
    return WITHIN[clock].grave if grave else WITHIN[clock].other


def sent(now: datetime, *, grave: bool) -> Clocks:
    return Clocks(
        receive_by=now + within(Clock.RECEIVE, grave=grave),
        answer_by=now + within(Clock.ANSWER, grave=grave),
    )


def received(clocks: Clocks) -> Clocks:
    return replace(clocks, receive_by=None)


def asked_more(clocks: Clocks, now: datetime, *, grave: bool) -> Clocks:
    left = clocks.answer_by - now if clocks.answer_by else timedelta(0)
    supply_by = now + within(Clock.SUPPLY, grave=grave)
    return replace(clocks, receive_by=None, answer_by=None, supply_by=supply_by, left=left)


def supplied(clocks: Clocks, now: datetime) -> Clocks:
    left = max(clocks.left or timedelta(0), LEFT_AT_LEAST)
    return replace(clocks, answer_by=now + left, supply_by=None, left=None)


def answered(now: datetime, *, grave: bool, with_result: bool) -> Clocks:
    """with_result: something is to come of it; no action has no result."""
    return Clocks(result_by=now + within(Clock.RESULT, grave=grave) if with_result else None)


def waiting(clocks: Clocks, status: Status) -> Waiting | None:
    """The clock that runs in this status, of several the one that ends first."""
    found = _running(clocks, status)
    if not found:
        return None
    by, clock = min(found)
    return Waiting(clock, WITHIN[clock].whose, by)


def ended(clocks: Clocks, status: Status, now: datetime) -> Waiting | None:
    """The clock of this status that ended last; None while all run."""
    found = [(by, clock) for by, clock in _running(clocks, status) if by <= now]
    if not found:
        return None
    by, clock = max(found)
    return Waiting(clock, WITHIN[clock].whose, by)


def after(clocks: Clocks, status: Status, now: datetime) -> datetime | None:
    """When the next clock that has not ended yet does; None when none runs."""
    return min((by for by, _ in _running(clocks, status) if by > now), default=None)


def _running(clocks: Clocks, status: Status) -> list[tuple[datetime, Clock]]:
    found: dict[Status, tuple[tuple[Clock, datetime | None], ...]] = {
        Status.SENT: ((Clock.RECEIVE, clocks.receive_by), (Clock.ANSWER, clocks.answer_by)),
        Status.RECEIVED: ((Clock.ANSWER, clocks.answer_by),),
        Status.ASSESSING: ((Clock.ANSWER, clocks.answer_by),),
        Status.MORE_WANTED: ((Clock.SUPPLY, clocks.supply_by),),
        Status.ANSWERED: ((Clock.RESULT, clocks.result_by),),
    }
    return [(by, clock) for clock, by in found.get(status, ()) if by is not None]
