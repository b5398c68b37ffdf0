"""The late lane: persons marked dirty are judged again, once each, from a daily checkpoint.

Computed outside the write transaction and saved only if the person's state version is unchanged;
the mark goes only if nobody marked again meanwhile. What it reads may be ahead of the live lane's
cursor: the live lane then finds those fixes already folded and marks the person once more, and
judging again changes nothing.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from django.db import transaction
from django.db.models import Q

from waypost.monitoring.actions import mark_persons
from waypost.monitoring.fold import FixArrays, State, initial_state
from waypost.monitoring.judging import judge, midnight, since, usable
from waypost.monitoring.live import worn_at
from waypost.monitoring.models import Checkpoint, Dirty, PersonState, Violation
from waypost.monitoring.news import Follower
from waypost.monitoring.planbook import PlanBook
from waypost.monitoring.queries import stored
from waypost.monitoring.reconcile import StoredViolation
from waypost.monitoring.saving import Judged, Outrun, due_again, lock_cursor, save
from waypost.positions.queries import fixes_between

CHECKPOINTS_KEPT = timedelta(days=45)  # older late fixes are judged from an older start: slower
JOINABLE = timedelta(days=1)  # a row that ended so shortly before may go on in what is redone


def run_late(
    book: PlanBook, follow: Follower, *, revision_id: int, now: datetime, limit: int
) -> int:
    """Judge up to `limit` dirty persons again, longest waiting first; how many were looked at."""
    marks = list(Dirty.objects.order_by("marked_at", "person_id")[:limit])
    for mark in marks:
        try:
            judge_again(mark, book, follow, revision_id=revision_id, now=now)
        except Outrun:
            continue  # judged meanwhile: the mark stays, the next round takes it up
    return len(marks)


def judge_again(
    mark: Dirty, book: PlanBook, follow: Follower, *, revision_id: int, now: datetime
) -> None:
    """Judge one person again and save what came of it with the mark's removal."""
    judged = _judge(mark, book, now)
    with transaction.atomic():
        lock_cursor(now=now)
        news = save([judged] if judged else [], revision_id=revision_id, now=now)
        Dirty.objects.filter(person_id=mark.person_id, mark=mark.mark).delete()
        if news:
            follow(news, now=now)


def mark_changed_orders(book: PlanBook, *, now: datetime) -> int:
    """Mark every person whose state belongs to other orders than the present ones, or who has none.

    They are judged again from their orders' start: what counts is what binds now, and when each
    version binds is in the orders themselves.
    """
    digests = dict(PersonState.objects.values_list("person_id", "plan_digest"))
    earliest = {
        person_id: start
        for person_id in book.persons
        if (start := book.starts_at(person_id)) is not None
        and digests.get(person_id) != book.digest(person_id)
    }
    mark_persons(earliest, reason="orders", now=now)
    return len(earliest)


def drop_old_checkpoints(*, now: datetime) -> int:
    return Checkpoint.objects.filter(day__lt=(now - CHECKPOINTS_KEPT).date()).delete()[0]


def _judge(mark: Dirty, book: PlanBook, now: datetime) -> Judged | None:
    """None for a person who has no orders: there is nothing to judge."""
    person_id = mark.person_id
    start = book.starts_at(person_id)
    if start is None:
        return None
    version = (
        PersonState.objects.filter(person_id=person_id).values_list("version", flat=True).first()
    )
    day, state = _checkpoint(person_id, mark.earliest_at, book.digest(person_id))
    redone_from = midnight(day) if day else None
    plan = book.plan(person_id, from_at=start, to_at=max(now, start))
    fixes = _history(book, person_id, redone_from or start, now)
    verdict = judge(
        plan,
        state or initial_state(plan),
        fixes,
        _old_rows(person_id, redone_from),
        as_of=max(now, start),
        late=True,
        redone_from=redone_from,
    )
    return Judged(
        person_id,
        version,
        verdict.state,
        verdict.changes,
        due_again(plan, verdict.next_due, now),
        checkpoints=_recent(verdict.checkpoints, now),
        redone_since=day or date.min,
        activations=worn_at(book, person_id, verdict),
    )


def _checkpoint(
    person_id: int, earliest_at: datetime, digest: str
) -> tuple[date | None, State | None]:
    """The newest usable state from before the change; (None, None): from the orders' start."""
    rows = Checkpoint.objects.filter(
        person_id=person_id, plan_digest=digest, day__lte=earliest_at.astimezone(UTC).date()
    )
    for row in rows.order_by("-day"):
        try:
            return row.day, State.from_bytes(bytes(row.state))
        except ValueError:
            continue  # written by another version of Waypost
    return None, None


def _history(book: PlanBook, person_id: int, from_at: datetime, now: datetime) -> FixArrays:
    """Every usable fix from there on; those from beyond `now` were set aside at intake."""
    table = fixes_between(book.activations(person_id), from_at, now + timedelta(days=1))
    return since(usable(FixArrays.from_table(table)), from_at)


def _old_rows(person_id: int, redone_from: datetime | None) -> list[StoredViolation]:
    rows = Violation.objects.filter(person_id=person_id, withdrawn=False)
    if redone_from is not None:
        rows = rows.filter(Q(to_at=None) | Q(to_at__gt=redone_from - JOINABLE) | Q(settled=False))
    return stored(rows)


def _recent(checkpoints: dict[date, bytes], now: datetime) -> dict[date, bytes]:
    oldest = (now - CHECKPOINTS_KEPT).date()
    return {day: state for day, state in checkpoints.items() if day >= oldest}
