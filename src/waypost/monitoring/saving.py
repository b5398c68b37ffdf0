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
from typing import TypeVar

from waypost.jobs import due
from waypost.monitoring.fold import State
from waypost.monitoring.models import Checkpoint, Cursor, PersonState, Violation, ViolationVersion
from waypost.monitoring.news import News
from waypost.monitoring.plan import Plan
from waypost.monitoring.reconcile import Change, ChangeKind
from waypost.monitoring.values import JudgedViolation
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


@dataclass
class Judged:
    """One person judged: what to save, and the version of the state it was judged from."""

    person_id: int
    seen_version: int | None  # None: there was no state
    state: State
    changes: list[Change]
    next_due: datetime | None
    checkpoints: dict[date, bytes] = field(default_factory=dict)
    redone_since: date | None = None  # later checkpoints than this day were made without a fix
    activations: dict[datetime, int | None] = field(default_factory=dict)  # by a row's from_at


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
    return _save_changes(judged, revision_id, now)


def due_again(plan: Plan, next_due: datetime | None, as_of: datetime) -> datetime:
    """When to look at the person again: what projecting says, or when the plan runs out."""
    soonest = as_of + NOT_AGAIN_BEFORE
    return max(min(next_due or plan.must_watch, plan.must_watch), soonest)


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
    names = ["person_id", "version", "plan_digest", "folded_to", "state"]
    rows = [
        (
            one.person_id, (one.seen_version or 0) + 1, one.state.digest, one.state.folded_to,
            one.state.to_bytes(),
        )
        for one in judged
    ]  # fmt: skip
    Upsert(PersonState, unique=["person_id"], names=names, rows=rows).save()


def _save_due(judged: Sequence[Judged]) -> None:
    due.set_due(
        [
            due.DueRow(JUDGE_DUE, str(one.person_id), one.next_due)
            for one in judged
            if one.next_due is not None
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


def _save_changes(judged: Sequence[Judged], revision_id: int, now: datetime) -> list[News]:
    """New rows in one statement, changed ones each by compare-and-set, then their versions."""
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
        [_version(change, pk, version, now) for _, change, pk, version in saved], batch_size=100
    )
    return [News(change.kind, one.person_id, pk, change.row) for one, change, pk, _ in saved]


def _record(one: Judged, change: Change, revision_id: int, now: datetime) -> Violation:
    return Violation(person_id=one.person_id, version=1, **_columns(one, change, revision_id, now))


def _update(one: Judged, change: Change, revision_id: int, now: datetime) -> int:
    assert change.old is not None
    version = change.old.version + 1
    moved = Violation.objects.filter(pk=change.old.violation_id, version=change.old.version).update(
        version=version, **_columns(one, change, revision_id, now)
    )
    if not moved:
        raise Outrun
    return version


def _columns(one: Judged, change: Change, revision_id: int, now: datetime) -> dict[str, object]:
    row = change.row
    return {
        "requirement_reference": str(row.requirement_id),
        "kind": row.kind.value,
        **_standing_columns(row),
        "raised_at": row.raised_at,
        "withdrawn": row.withdrawn,
        "settled": change.settled,
        "known_at": now,
        "requirement_version_id": row.requirement_version_id,
        "parameter_revision_id": revision_id,
        "activation_id": one.activations.get(row.from_at),
    }


def _version(change: Change, pk: int, version: int, now: datetime) -> ViolationVersion:
    return ViolationVersion(
        violation_id=pk,
        version=version,
        change=change.kind.value,
        known_at=now,
        **_standing_columns(change.row),
    )


def _standing_columns(row: JudgedViolation) -> dict[str, object]:
    return {
        "from_at": row.from_at,
        "to_at": row.to_at,
        "certainty": row.certainty.value,
        "minutes": row.minutes,
        "reasons": list(row.reasons),
    }
