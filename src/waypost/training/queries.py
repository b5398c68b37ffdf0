"""What may be asked of training: one's own record, what is due for everybody, whether one may."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from waypost.access import may
from waypost.access.queries import everybody_posted
from waypost.access.values import Permission, Posted, Role
from waypost.errors import Conflict, NoSuchThing, Refused
from waypost.training.exercises import of_role
from waypost.training.gathering import done_in
from waypost.training.models import Attempt, TrainingResult
from waypost.training.passing import due_of, why_not
from waypost.training.scoring import score
from waypost.training.values import ATTEMPTS_MAX, PASSED, Due, Exercise, Pass, Policy, Score


@dataclass(frozen=True, slots=True)
class Record:
    """Somebody's training: what is due by their roles, and every result, newest first."""

    officer_id: int
    name: str
    due: tuple[Due, ...]
    passes: tuple[Pass, ...]


@dataclass(frozen=True, slots=True)
class ExerciseSeen:
    """An exercise as whoever practises sees it. attempts: used so far; open: begun, not finished"""

    exercise: Exercise
    attempts: int
    open: bool
    best: tuple[int, int, bool] | None  # points, of, passed


@dataclass(frozen=True, slots=True)
class AttemptSeen:
    number: int
    links: tuple[tuple[str, str], ...]
    score: Score | None  # None: it is not finished


def own_record(by: Posted, *, now: datetime) -> Record:
    may.check(by, Permission.SIGNED_IN)
    assert by.officer_id is not None, "a page is opened by somebody"
    passes = _passes([by.officer_id]).get(by.officer_id, ())
    return Record(by.officer_id, by.name, tuple(due_of(by.roles, passes, now=now)), passes)


def everybody(by: Posted, *, now: datetime) -> list[Record]:
    """Officers whose roles have a course, those with something due first. No case data is in it."""
    may.check(by, Permission.OFFICER_WRITE)
    posted = [one for one in everybody_posted(now=now) if one.officer_id is not None]
    passes = _passes([one.officer_id for one in posted if one.officer_id is not None])
    found = []
    for one in posted:
        assert one.officer_id is not None
        mine = passes.get(one.officer_id, ())
        due = tuple(due_of(one.roles, mine, now=now))
        if due:
            found.append(Record(one.officer_id, one.name, due, mine))
    return sorted(found, key=lambda one: (all(d.standing in PASSED for d in one.due), one.name))


def why_untrained(by: Posted, permission: Permission, *, now: datetime) -> str:
    """Why the officer may not approve yet, in words; "": they may. Page and action ask this."""
    policy = Policy(settings.TRAINING)
    if policy is not Policy.REQUIRED or by.officer_id is None:
        return ""
    passes = _passes([by.officer_id]).get(by.officer_id, ())
    return why_not(by, permission, passes, policy, now=now)


def check_trained(by: Posted, permission: Permission, *, now: datetime) -> None:
    """Refused, in words, where the act asks for a pass that they have not."""
    why = why_untrained(by, permission, now=now)
    if why:
        raise Refused(why)


def exercises_seen(role: Role, by: Posted) -> list[ExerciseSeen]:
    """The exercises of a practice, with how far the officer is."""
    rows = list(Attempt.objects.filter(officer_id=officer_of(by), role=role.value))
    return [_exercise_seen(one, [row for row in rows if row.exercise == one.key])
            for one in of_role(role)]  # fmt: skip


def _exercise_seen(exercise: Exercise, rows: list[Attempt]) -> ExerciseSeen:
    ended = [one for one in rows if one.ended_at is not None]
    best = max(ended, key=lambda one: (one.passed, one.points), default=None)
    return ExerciseSeen(
        exercise, len(rows), len(ended) < len(rows),
        (best.points, best.of, best.passed) if best else None,
    )  # fmt: skip


def check_may_begin(exercise: str, role: Role, *, by: Posted) -> int:
    """The number that the next attempt has. Refused where none is left."""
    if exercise not in {one.key for one in of_role(role)}:
        raise NoSuchThing("There is no such exercise for this role.")
    mine = Attempt.objects.filter(officer_id=officer_of(by), role=role.value, exercise=exercise)
    if mine.filter(ended_at=None).exists():
        raise Conflict("You have begun this exercise; finish it first.")
    if mine.count() >= ATTEMPTS_MAX:
        raise Refused(f"All {ATTEMPTS_MAX} attempts are used; talk it over with your supervisor.")
    return mine.count() + 1


def last_attempt(exercise: Exercise, role: Role, by: Posted) -> AttemptSeen | None:
    """The newest attempt: its pages, and once it is finished what was right and why."""
    row = (
        Attempt.objects.filter(officer_id=officer_of(by), role=role.value, exercise=exercise.key)
        .order_by("-number")
        .first()
    )
    if row is None:
        return None
    scored = score(exercise, role, row.answers, done_in(row)) if row.ended_at else None
    return AttemptSeen(row.number, tuple((words, path) for words, path in row.links), scored)


def officer_of(by: Posted) -> int:
    """Who practises: somebody with a name; a machine has no training."""
    assert by.officer_id is not None, "a machine practises nothing"
    return by.officer_id


def _passes(officer_ids: list[int]) -> dict[int, tuple[Pass, ...]]:
    found: dict[int, list[Pass]] = {}
    rows = TrainingResult.objects.filter(officer_id__in=officer_ids).order_by("-ended_at", "-pk")
    for one in rows:
        made = Pass(
            Role(one.role), one.ended_at, one.passed, one.points, one.of, one.set_version,
            one.valid_until,
        )  # fmt: skip
        found.setdefault(one.officer_id, []).append(made)
    return {officer_id: tuple(rows) for officer_id, rows in found.items()}
