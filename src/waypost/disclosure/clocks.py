"""By when a request is answered, a paper form is in, a review is done, an outcome is told. Pure.

Hours are hours that pass, whatever the clocks do; days end with the local day, so that a due date
is a date: both clock-change nights move neither.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from waypost.disclosure import kinds
from waypost.disclosure.kinds import LEFT_AT_LEAST, Clock, Within, answer_within
from waypost.disclosure.values import Kind, Status, Urgency


class Runs(StrEnum):
    """Which clock runs."""

    ANSWER = "answer"
    PAPER = "paper"
    REVIEW = "review"
    OUTCOME = "outcome"


RUNS_WORDS: dict[Runs, str] = {
    Runs.ANSWER: "to be answered",
    Runs.PAPER: "paper form to come in",
    Runs.REVIEW: "to be reviewed",
    Runs.OUTCOME: "outcome to be told",
}


@dataclass(frozen=True, slots=True)
class Clocks:
    """by   when each is due; None: it does not run. left: of the answer's, while it stands"""

    answer_by: datetime | None = None
    paper_by: datetime | None = None
    review_by: datetime | None = None
    outcome_by: datetime | None = None
    left: timedelta | None = None


def due(within: Within, start: datetime, zone: str) -> datetime:
    """When a time that began at `start` is over, UTC."""
    if within.clock is Clock.HOURS:
        return start + timedelta(hours=within.number)
    local = start.astimezone(ZoneInfo(zone)).date()
    if within.clock is Clock.DAYS:
        last = local + timedelta(days=within.number)
    else:
        last = _months_on(local, within.number)
    return end_of_day(last, zone)


def end_of_day(day: date, zone: str) -> datetime:
    """The local midnight after the day, UTC."""
    after = day + timedelta(days=1)
    return datetime(after.year, after.month, after.day, tzinfo=ZoneInfo(zone)).astimezone(UTC)


def submitted(kind: Kind, urgency: Urgency, now: datetime, zone: str) -> Clocks:
    return Clocks(answer_by=due(answer_within(kind, urgency), now, zone))


def returned(clocks: Clocks, now: datetime) -> Clocks:
    """The answer's clock stands while the requester is asked."""
    left = clocks.answer_by - now if clocks.answer_by else timedelta(0)
    return Clocks(left=left)


def resubmitted(clocks: Clocks, now: datetime) -> Clocks:
    return Clocks(answer_by=now + max(clocks.left or timedelta(0), LEFT_AT_LEAST))


def granted(now: datetime, zone: str) -> Clocks:
    return Clocks(outcome_by=due(kinds.OUTCOME, now, zone))


def told(now: datetime, zone: str) -> Clocks:
    return Clocks(paper_by=due(kinds.PAPER, now, zone), review_by=due(kinds.REVIEW, now, zone))


def call_refused(now: datetime, zone: str) -> Clocks:
    return Clocks(review_by=due(kinds.REVIEW, now, zone))


def chased(now: datetime, zone: str) -> datetime:
    """When an outcome that has not come is asked for again."""
    return due(kinds.OUTCOME_AGAIN, now, zone)


def running(clocks: Clocks, status: Status) -> list[tuple[datetime, Runs]]:
    """The clocks that run in this status, soonest first."""
    found: dict[Status, tuple[tuple[Runs, datetime | None], ...]] = {
        Status.SUBMITTED: ((Runs.ANSWER, clocks.answer_by),),
        Status.CHECKED: ((Runs.ANSWER, clocks.answer_by),),
        Status.CALLED: ((Runs.ANSWER, clocks.answer_by),),
        Status.CALLED_BACK: ((Runs.ANSWER, clocks.answer_by),),
        Status.TOLD: ((Runs.PAPER, clocks.paper_by), (Runs.REVIEW, clocks.review_by)),
        Status.PAPERED: ((Runs.REVIEW, clocks.review_by),),
        Status.CALL_REFUSED: ((Runs.REVIEW, clocks.review_by),),
        Status.GRANTED: ((Runs.OUTCOME, clocks.outcome_by),),
    }
    return sorted((by, clock) for clock, by in found.get(status, ()) if by is not None)


def ended(clocks: Clocks, status: Status, now: datetime) -> tuple[datetime, Runs] | None:
    """The clock of this status that ended last; None while all run."""
    return max((one for one in running(clocks, status) if one[0] <= now), default=None)


def after(clocks: Clocks, status: Status, now: datetime) -> datetime | None:
    """When the next clock that has not ended yet does."""
    return min((by for by, _ in running(clocks, status) if by > now), default=None)


def _months_on(day: date, months: int) -> date:
    """The corresponding date so many months on; of a month that has none, its last.

    source   Data Protection Act 2018 s.54(2), and the corresponding-date rule (Dodds v Walker 1981)
    """
    count = day.month - 1 + months
    year, month = day.year + count // 12, count % 12 + 1
    first_of_next = date(year + month // 12, month % 12 + 1, 1)
    return min(
        date(year, month, 1) + timedelta(days=day.day - 1), first_of_next - timedelta(days=1)
    )
