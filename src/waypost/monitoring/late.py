"""The late lane: persons marked dirty are judged again, once each, from a daily checkpoint.

Computed outside the write transaction and saved only if the person's state version is unchanged;
the mark goes only if nobody marked again meanwhile. What it reads may be ahead of the live lane's
cursor: the live lane then finds those fixes already folded and marks the person once more, and
judging again changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial

from django.db import transaction
from django.db.models import Q

from waypost.monitoring.actions import FAILED, ORDERS, mark_persons
from waypost.monitoring.gathering import by_person
from waypost.monitoring.live import attempt, worn_at
from waypost.monitoring.models import Checkpoint, Dirty, PersonState, Violation
from waypost.monitoring.planbook import PlanBook
from waypost.monitoring.queries import stored
from waypost.monitoring.saving import Judged, Outrun, due_again, in_chunks, lock_cursor, save
from waypost.positions.queries import fixes_between
from waypost.rules.fold import FixArrays, State, initial_state
from waypost.rules.judging import judge, midnight, since
from waypost.rules.news import Follower
from waypost.rules.reconcile import StoredViolation
from waypost.rules.values import EVENT_KINDS

CHECKPOINTS_KEPT = timedelta(days=45)  # older late fixes are judged from an older start: slower
TRY_AGAIN = timedelta(minutes=1)
JOINABLE = timedelta(days=1)  # a row that ended so shortly before may go on in what is redone


@dataclass(frozen=True, slots=True)
class Case:
    """A dirty person ready to be judged: from which state, and where that begins."""

    mark: Dirty
    seen_version: int | None
    state: State | None  # None: from the orders' start
    from_at: datetime
    day: date | None  # of the checkpoint


def run_late(
    book: PlanBook,
    follow: Follower,
    *,
    revision_id: int,
    as_of: datetime,
    now: datetime,
    limit: int,
) -> int:
    """Judge up to `limit` dirty persons again, longest waiting first; how many were looked at.

    as_of   up to then everything received has been judged
    """
    resting = Q(reason=FAILED, marked_at__gt=now - TRY_AGAIN)
    marks = list(Dirty.objects.exclude(resting).order_by("marked_at", "person_id")[:limit])
    try:
        judge_again(marks, book, follow, revision_id=revision_id, as_of=as_of, now=now)
    except Outrun:  # one of them was judged meanwhile: the others need not wait for that one
        for mark in marks:
            with suppress(Outrun):  # the mark stays, the next round takes it up
                judge_again([mark], book, follow, revision_id=revision_id, as_of=as_of, now=now)
    return len(marks)


def judge_again(
    marks: Sequence[Dirty],
    book: PlanBook,
    follow: Follower,
    *,
    revision_id: int,
    as_of: datetime,
    now: datetime,
) -> None:
    """Judge persons again and save what came of it together with their marks' removal."""
    if not marks:
        return
    judged: list[Judged] = []
    failed: set[int] = set()
    for cases in _by_start(marks, book):
        for person_id, one in _judge(cases, book, as_of):
            if one is None:
                failed.add(person_id)
            else:
                judged.append(one)
    with transaction.atomic():
        lock_cursor(now=now)
        news = save(judged, revision_id=revision_id, now=now)
        for mark in sorted(marks, key=lambda mark: mark.person_id):  # as others lock them
            row = Dirty.objects.filter(person_id=mark.person_id, mark=mark.mark)
            if mark.person_id in failed:
                row.update(reason=FAILED, marked_at=now)
            else:
                row.delete()
        if news:
            follow(news, now=now)


def mark_changed_orders(book: PlanBook, changed: Iterable[int], *, now: datetime) -> int:
    """Mark those of the changed whose state belongs to other orders than the present ones, or who
    have none.

    They are judged again from their orders' start: what counts is what binds now, and when each
    version binds is in the orders themselves.
    """
    digests: dict[int, str] = {}
    for ids in in_chunks(changed):
        states = PersonState.objects.filter(person_id__in=ids)
        digests.update(states.values_list("person_id", "plan_digest"))
    earliest = {
        person_id: start
        for person_id in changed
        if (start := book.starts_at(person_id)) is not None
        and digests.get(person_id) != book.digest(person_id)
    }
    mark_persons(earliest, reason=ORDERS, now=now)
    return len(earliest)


def drop_old_checkpoints(*, now: datetime) -> int:
    return Checkpoint.objects.filter(day__lt=(now - CHECKPOINTS_KEPT).date()).delete()[0]


def _by_start(marks: Sequence[Dirty], book: PlanBook) -> list[list[Case]]:
    """Those who begin anew and those who go on from a checkpoint: their histories are read apart,
    since one may be half a year and the other half a day. Persons without orders are left out."""
    versions = dict(
        PersonState.objects.filter(person_id__in=[mark.person_id for mark in marks]).values_list(
            "person_id", "version"
        )
    )
    anew: list[Case] = []
    going_on: list[Case] = []
    for mark in marks:
        start = book.starts_at(mark.person_id)
        if start is None:
            continue
        version = versions.get(mark.person_id)
        day, state = _checkpoint(mark.person_id, mark.earliest_at, book.digest(mark.person_id))
        if day is None:
            anew.append(Case(mark, version, None, start, None))
        else:
            going_on.append(Case(mark, version, state, midnight(day), day))
    return [cases for cases in (anew, going_on) if cases]


def _judge(
    cases: Sequence[Case], book: PlanBook, as_of: datetime
) -> Iterator[tuple[int, Judged | None]]:
    """One read of history for all, then one after another; None: judging broke on that person."""
    activations = [n for case in cases for n in book.activations(case.mark.person_id)]
    earliest = min(case.from_at for case in cases)
    table = fixes_between(activations, earliest, as_of + timedelta(days=1), tail=book.fixes_tail)
    histories = by_person([table], book.person_of)
    for case in cases:
        person_id = case.mark.person_id
        judging = partial(_judge_one, case, book, histories.get(person_id), as_of)
        yield person_id, attempt(person_id, judging)


def _judge_one(case: Case, book: PlanBook, fixes: FixArrays | None, as_of: datetime) -> Judged:
    person_id = case.mark.person_id
    start = book.starts_at(person_id) or case.from_at
    redone_from = case.from_at if case.day else None
    plan = book.plan(person_id, from_at=start, to_at=max(as_of, start))
    verdict = judge(
        plan,
        case.state or initial_state(plan),
        since(fixes, case.from_at) if fixes else None,
        _old_rows(person_id, redone_from),
        as_of=max(as_of, start),
        late=True,
        redone_from=redone_from,
    )
    return Judged(
        person_id,
        case.seen_version,
        verdict.state,
        verdict.changes,
        due_again(plan, verdict.next_due, as_of),
        moving=verdict.moving,
        checkpoints=_recent(verdict.checkpoints, as_of),
        redone_since=case.day or date.min,
        activations=worn_at(book, person_id, verdict),
        silences=verdict.silences,
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


def _old_rows(person_id: int, redone_from: datetime | None) -> list[StoredViolation]:
    rows = Violation.objects.filter(person_id=person_id, withdrawn=False)
    rows = rows.exclude(kind__in=EVENT_KINDS)
    if redone_from is not None:
        rows = rows.filter(Q(to_at=None) | Q(to_at__gt=redone_from - JOINABLE) | Q(settled=False))
    return stored(rows)


def _recent(checkpoints: dict[date, bytes], now: datetime) -> dict[date, bytes]:
    oldest = (now - CHECKPOINTS_KEPT).date()
    return {day: state for day, state in checkpoints.items() if day >= oldest}
