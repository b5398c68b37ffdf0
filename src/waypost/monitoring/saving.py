"""Writes what was judged: the one place where state, violations, due rows and checkpoints change.

    with transaction.atomic():
        lock_cursor(...)        live: also moves the cursor, by compare-and-set
        news = save(judged)     refuses (Outrun) when a person was judged by somebody else meanwhile

Every judging transaction takes the cursor's row first, so judgements are saved one after another
on PostgreSQL too, where transactions otherwise overlap. Judging itself happens outside.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Protocol, TypeVar

from django.db.models import F

from waypost.jobs import due
from waypost.monitoring.models import (
    Checkpoint,
    Cursor,
    PersonState,
    Silence,
    Violation,
    ViolationVersion,
)
from waypost.rules.fold import Packed, State
from waypost.rules.judging import midnight
from waypost.rules.news import News
from waypost.rules.plan import Plan
from waypost.rules.reconcile import Change, ChangeKind
from waypost.rules.silence import Silent
from waypost.rules.values import RULES_VERSION, JudgedViolation
from waypost.upsert import Upsert

THE_CURSOR = 1
JUDGE_DUE = "judge"  # kind of due row; its subject is the person's id
AT_ONCE = 500  # ids in one statement
NOT_AGAIN_BEFORE = timedelta(seconds=1)

Item = TypeVar("Item")


class Outrun(Exception):
    """The cursor or a person's state moved since it was read. Nothing was saved."""


@dataclass(frozen=True, slots=True)
class At:
    """Where the cursor stands: log position, and up to when everything received is judged."""

    position: int
    judged_to: datetime | None


class Rows(Protocol):
    """Changes of one person's rows. activations: which tag each was judged from, by its start."""

    person_id: int
    changes: list[Change]
    activations: dict[datetime, int | None]


@dataclass
class Judged:
    """One person judged: what to save, and the version of the state it was judged from."""

    person_id: int
    seen_version: int | None  # None: there was no state
    state: State | Packed
    changes: list[Change]
    next_due: datetime | None
    checkpoints: dict[date, bytes] = field(default_factory=dict)
    redone_since: date | None = None  # later checkpoints than this day were made without a fix
    activations: dict[datetime, int | None] = field(default_factory=dict)  # by a row's from_at
    silences: list[Silent] = field(default_factory=list)
    seen_due: datetime | None = None  # what the due table had for the person; None: unknown
    moving: bool = True  # rows stand that are not settled


def take_lock() -> None:
    """Take the judges' lock without a sign of life of theirs. In a transaction."""
    Cursor.objects.filter(pk=THE_CURSOR).update(position=F("position"))


def lock_cursor(*, now: datetime) -> None:
    """Take the judges' lock. In a transaction."""
    Cursor.objects.filter(pk=THE_CURSOR).update(beat_at=now)


def move_cursor(old: int, new: int, *, judged_to: datetime, now: datetime) -> None:
    """Take the judges' lock and move on, or Outrun when another worker has. In a transaction."""
    moved = Cursor.objects.filter(pk=THE_CURSOR, position=old).update(
        position=new, judged_to=judged_to, beat_at=now
    )
    if not moved:
        raise Outrun


def beat(position: int, *, judged_to: datetime, now: datetime) -> None:
    """Say that everything up to `judged_to` is judged, if the cursor still stands there."""
    Cursor.objects.filter(pk=THE_CURSOR, position=position).update(judged_to=judged_to, beat_at=now)


def read_cursor() -> At:
    """Where the live lane stands. The row is made when there is none."""
    row = Cursor.objects.filter(pk=THE_CURSOR).first()
    if row is None:
        Cursor.objects.bulk_create([Cursor(pk=THE_CURSOR)], ignore_conflicts=True)
        return At(0, None)
    return At(row.position, row.judged_to)


def save(judged: Sequence[Judged], *, revision_id: int, now: datetime) -> list[News]:
    """Write it all; what changed, for alerts. Outrun when a state was not the one judged from."""
    _check_versions(judged)
    _save_states(judged)
    _save_due(judged)
    _save_checkpoints(judged)
    _save_silences(judged)
    return save_changes(judged, revision_id, now)


def due_again(
    plan: Plan, next_due: datetime | None, as_of: datetime, *, set_for: datetime | None = None
) -> datetime:
    """When to look at the person again: what projecting says, or when the plan runs out.

    set_for   what the due table says already: to look a little too early costs less than to put the
              row off with every fix
    """
    soonest = as_of + NOT_AGAIN_BEFORE
    due_at = max(min(next_due or plan.must_watch, plan.must_watch), soonest)
    return set_for if set_for is not None and as_of < set_for <= due_at else due_at


def in_chunks(items: Iterable[Item], size: int = AT_ONCE) -> Iterator[list[Item]]:
    whole = list(items)
    return (whole[start : start + size] for start in range(0, len(whole), size))


def _check_versions(judged: Sequence[Judged]) -> None:
    versions: dict[int, int] = {}
    for ids in in_chunks(one.person_id for one in judged):
        states = PersonState.objects.filter(person_id__in=ids)
        versions.update(states.values_list("person_id", "version"))
    for one in judged:
        if versions.get(one.person_id) != one.seen_version:
            raise Outrun


def _save_states(judged: Sequence[Judged]) -> None:
    names = ["person_id", "version", "plan_digest", "folded_to", "due_at", "moving", "state"]
    rows = [
        (
            one.person_id, (one.seen_version or 0) + 1, one.state.digest, one.state.folded_to,
            one.next_due, one.moving, one.state.to_bytes(),
        )
        for one in judged
    ]  # fmt: skip
    Upsert(PersonState, unique=["person_id"], names=names, rows=rows).save()


def _save_due(judged: Sequence[Judged]) -> None:
    due.set_due(
        [
            due.DueRow(JUDGE_DUE, str(one.person_id), one.next_due)
            for one in judged
            if one.next_due is not None and one.next_due != one.seen_due
        ]
    )
    due.clear(JUDGE_DUE, [str(one.person_id) for one in judged if one.next_due is None])


def _save_checkpoints(judged: Sequence[Judged]) -> None:
    for one in judged:
        if one.redone_since is not None:
            Checkpoint.objects.filter(person_id=one.person_id, day__gt=one.redone_since).delete()
    Checkpoint.objects.bulk_create(
        [
            Checkpoint(person_id=one.person_id, day=day, plan_digest=one.state.digest, state=state)
            for one in judged
            for day, state in one.checkpoints.items()
        ],
        batch_size=AT_ONCE,
        update_conflicts=True,
        update_fields=["plan_digest", "state"],
        unique_fields=["person", "day"],
    )


def _save_silences(judged: Sequence[Judged]) -> None:
    """What fixes ended: judging again says anew all that ended since it began."""
    for one in judged:
        if one.redone_since is not None:
            old = Silence.objects.filter(person_id=one.person_id)
            if one.redone_since > date.min:
                old = old.filter(to_at__gte=midnight(one.redone_since))
            old.delete()
    Silence.objects.bulk_create(
        [
            Silence(person_id=one.person_id, from_at=from_at, to_at=to_at)
            for one in judged
            for from_at, to_at in one.silences
        ],
        batch_size=AT_ONCE,
    )


def save_changes(judged: Sequence[Rows], revision_id: int, now: datetime) -> list[News]:
    """Write changes of rows alone; what changed, for alerts.

    New rows in one statement, changed ones each by compare-and-set, then their versions.
    """
    pairs = [(one, change) for one in judged for change in one.changes]
    settled = [c.old.violation_id for _, c in pairs if c.old and c.kind is ChangeKind.SETTLED]
    for ids in in_chunks(settled):
        Violation.objects.filter(pk__in=ids).update(settled=True)
    told = [(one, change) for one, change in pairs if change.kind is not ChangeKind.SETTLED]
    new = [(one, change) for one, change in told if change.old is None]
    made = Violation.objects.bulk_create(
        [_record(one, change, revision_id, now) for one, change in new], batch_size=100
    )
    saved = [(one, c, record.pk, 1) for (one, c), record in zip(new, made, strict=True)]
    for one, change in told:
        if change.old is not None:
            version = _update(one, change, revision_id, now)
            saved.append((one, change, change.old.violation_id, version))
    ViolationVersion.objects.bulk_create(
        [_version(change, pk, version, revision_id, now) for _, change, pk, version in saved],
        batch_size=100,
    )
    return [News(change.kind, one.person_id, pk, change.row) for one, change, pk, _ in saved]


def _record(one: Rows, change: Change, revision_id: int, now: datetime) -> Violation:
    return Violation(person_id=one.person_id, version=1, **_columns(one, change, revision_id, now))


def _update(one: Rows, change: Change, revision_id: int, now: datetime) -> int:
    assert change.old is not None
    version = change.old.version + 1
    moved = Violation.objects.filter(pk=change.old.violation_id, version=change.old.version).update(
        version=version, **_columns(one, change, revision_id, now)
    )
    if not moved:
        raise Outrun
    return version


def _columns(one: Rows, change: Change, revision_id: int, now: datetime) -> dict[str, object]:
    row = change.row
    return {
        "requirement_reference": str(row.requirement_id),
        "kind": row.kind.value,
        **_standing_columns(row, revision_id),
        "raised_at": row.raised_at,
        "withdrawn": row.withdrawn,
        "settled": change.settled,
        "known_at": now,
        "requirement_version_id": row.requirement_version_id,
        "activation_id": one.activations.get(row.from_at),
        "first_fix_at": row.first_fix_at,
        "last_fix_at": row.last_fix_at,
    }


def _version(
    change: Change, pk: int, version: int, revision_id: int, now: datetime
) -> ViolationVersion:
    return ViolationVersion(
        violation_id=pk,
        version=version,
        change=change.kind.value,
        known_at=now,
        **_standing_columns(change.row, revision_id),
    )


def _standing_columns(row: JudgedViolation, revision_id: int) -> dict[str, object]:
    revision = revision_id if row.parameter_revision_id is None else row.parameter_revision_id
    return {
        "how": row.how.value,
        "chance": row.chance,
        "depth_m": row.depth_m,
        "fix_count": row.fix_count,
        "rules_version": RULES_VERSION,
        "parameter_revision_id": revision,
        "from_at": row.from_at,
        "to_at": row.to_at,
        "certainty": row.certainty.value,
        "minutes": row.minutes,
        "reasons": list(row.reasons),
    }
