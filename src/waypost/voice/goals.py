"""Goals in the wearer's own words: they write and change them, their officer reads them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from waypost.access import audit, may
from waypost.access.values import Permission, Posted
from waypost.errors import Conflict, NoSuchThing, Refused
from waypost.orders.models import Person
from waypost.orders.queries import case_of
from waypost.voice.models import Goal
from waypost.voice.values import GOAL_MAX, GOALS_MAX, GoalState

CHANGED_FIRST = "this goal was changed meanwhile; look at it again"


@dataclass(frozen=True, slots=True)
class GoalSeen:
    number: int
    version: int
    words: str
    state: GoalState
    made_at: datetime


@dataclass(frozen=True, slots=True)
class GoalWritten:
    """number 0: a new one. expected_version: the one that was read."""

    words: str
    state: GoalState = GoalState.OPEN
    number: int = 0
    expected_version: int = 0


@transaction.atomic
def write_goal(written: GoalWritten, *, by: Posted, now: datetime) -> int:
    """The goal's number. What stood before stays as its version before."""
    person_id = _own(by, now)
    said = " ".join(written.words.split())
    if not said:
        raise Refused("Write what you want to do.")
    if len(said) > GOAL_MAX:
        raise Refused(f"Write at most {GOAL_MAX} letters.")
    Person.objects.select_for_update().get(pk=person_id)
    standing = {one.number: one for one in goals_of(person_id)}
    number = written.number or max(standing, default=0) + 1
    before = standing.get(number)
    if written.number and before is None:
        raise NoSuchThing("There is no such goal.")
    if (before.version if before else 0) != written.expected_version:
        raise Conflict(CHANGED_FIRST)
    if before is None and len(standing) >= GOALS_MAX:
        raise Refused(f"You have {GOALS_MAX} goals. Finish or change one of them.")
    made = Goal.objects.create(
        person_id=person_id, number=number, version=written.expected_version + 1, words=said,
        state=written.state.value, made_at=now,
    )  # fmt: skip
    audit.record(
        "goal:written", by=by, at=now, about=person_id,
        detail={"goal": number, "version": made.version},
    )  # fmt: skip
    return number


def own_goals(by: Posted, *, now: datetime) -> list[GoalSeen]:
    return goals_of(_own(by, now))


def goals_of(person_id: int) -> list[GoalSeen]:
    """The newest version of each; the caller has asked who may read."""
    newest: dict[int, Goal] = {}
    for row in Goal.objects.filter(person_id=person_id).order_by("number", "version"):
        newest[row.number] = row
    return [
        GoalSeen(one.number, one.version, one.words, GoalState(one.state), one.made_at)
        for one in newest.values()
    ]


def _own(by: Posted, now: datetime) -> int:
    if by.own_person_id is None:
        raise NoSuchThing("this sign-in is not joined to a person; ask the administrator")
    may.check(by, Permission.OWN_VOICE, case_of(by.own_person_id, now=now))
    return by.own_person_id
