"""What may be done with plans: write, set objectives and actions, move them, review.

write_plan      a new version of the sentence or risk plan, with what the tag is for
add_objective, add_action, move_objective, move_action
review_plan     with the period's facts as they were shown, kept beside what was found
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from waypost.access import audit
from waypost.access.values import Permission, Posted, Purpose
from waypost.errors import Conflict, NoSuchThing, Refused
from waypost.orders.queries import NUMBER_MAX
from waypost.plans.deciding import check_moves
from waypost.plans.gathering import as_json, facts_for
from waypost.plans.models import Objective, Plan, PlanAction, PlanReview, PlanVersion
from waypost.plans.scope import check_review, checked, line, lock, plan_of, said, today
from waypost.plans.values import (
    NO_SUCH_PLAN,
    STARTS,
    ActionStatus,
    Cycle,
    ObjectiveStatus,
    Owner,
    PlanKind,
    ReviewFound,
)

MOVED_FIRST = "Somebody moved this first; look at it again before you act."


@dataclass(frozen=True, slots=True)
class Written:
    """What a form gives for a plan. why: what changed, asked for from the second version on."""

    purpose: str
    words: str
    why: str
    review_at: datetime


@transaction.atomic
def write_plan(
    person_id: int, kind: PlanKind, written: Written, *, expected_version: int, by: Posted,
    now: datetime,
) -> int:  # fmt: skip
    """Write the plan as the version after the one that was read (0: none); its number.

    A plan without a purpose of the tag is kept, and is told as such: somebody may have no tag yet.
    """
    checked(person_id, Permission.PLAN_WRITE, by=by, now=now)
    check_review(written.review_at, now)
    words = said(written.words, "Say what the plan is, in a sentence or more.")
    purpose = said(written.purpose, "Say less about the purpose.", least=0, limit=300)
    lock(person_id)
    plan = Plan.objects.filter(person_id=person_id, kind=kind.value).first()
    if (plan.version if plan else 0) != expected_version:
        raise Conflict("Somebody wrote this plan meanwhile; read it before you write over it.")
    why = line(written.why, "Say what changed since the last version.") if plan else ""
    if plan is None:
        plan = Plan.objects.create(
            person_id=person_id, kind=kind.value, version=1, review_at=written.review_at,
            has_purpose=bool(purpose), made_at=now, made_by_id=by.officer_id,
        )  # fmt: skip
    elif not Plan.objects.filter(pk=plan.pk, version=expected_version).update(
        version=expected_version + 1, review_at=written.review_at, has_purpose=bool(purpose)
    ):
        raise Conflict(MOVED_FIRST)
    PlanVersion.objects.create(
        plan=plan, version=expected_version + 1, purpose=purpose, words=words, why=why, made_at=now,
        made_by_id=by.officer_id,
    )  # fmt: skip
    _record("plan:written", plan, by, now, version=expected_version + 1, purpose=bool(purpose))
    return expected_version + 1


@transaction.atomic
def add_objective(plan_id: int, words: str, own_words: str, *, by: Posted, now: datetime) -> int:
    """own_words: in plain words for the person, who reads them; only of a sentence plan."""
    plan = plan_of(plan_id, Permission.PLAN_WRITE, by=by, now=now)
    if own_words.strip() and plan.kind == PlanKind.RISK:
        raise Refused("Objectives of a risk plan are not shown to the person; leave that empty.")
    made = Objective.objects.create(
        plan=plan, words=line(words, "Say what is to be reached."),
        own_words=line(own_words, "Say less.", least=0), status=STARTS[Cycle.OBJECTIVE],
        made_at=now, made_by_id=by.officer_id,
    )  # fmt: skip
    _record("plan:objective_set", plan, by, now, objective=made.pk)
    return int(made.pk)


@transaction.atomic
def add_action(
    objective_id: int, words: str, owner: Owner, due_on: date, *, by: Posted, now: datetime
) -> int:
    objective = _objective(objective_id, by, now)
    if objective.status != ObjectiveStatus.OPEN:
        raise Refused("This objective is not open; open it again, or choose another.")
    if due_on < today(now):
        raise Refused("Name the day by which it is done: today or later.")
    made = PlanAction.objects.create(
        objective=objective, words=line(words, "Say what is to be done."), owner=owner.value,
        due_on=due_on, status=STARTS[Cycle.ACTION], made_at=now, made_by_id=by.officer_id,
    )  # fmt: skip
    _record("plan:action_set", objective.plan, by, now, action=made.pk)
    return int(made.pk)


@transaction.atomic
def move_objective(
    objective_id: int, after: ObjectiveStatus, why: str, *, by: Posted, now: datetime
) -> None:
    found = _objective(objective_id, by, now)
    check_moves(Cycle.OBJECTIVE, found.status, after)
    _move(Objective, found.pk, found.status, after, why, by, now)
    _record("plan:objective_moved", found.plan, by, now, objective=found.pk, to=after.value)


@transaction.atomic
def move_action(
    action_id: int, after: ActionStatus, why: str, *, by: Posted, now: datetime
) -> None:
    rows = PlanAction.objects.select_related("objective__plan")
    found = rows.filter(pk=min(action_id, NUMBER_MAX)).first()
    if found is None:
        raise NoSuchThing(NO_SUCH_PLAN)
    plan = plan_of(found.objective.plan_id, Permission.PLAN_WRITE, by=by, now=now)
    check_moves(Cycle.ACTION, found.status, after)
    _move(PlanAction, found.pk, found.status, after, why, by, now)
    _record("plan:action_moved", plan, by, now, action=found.pk, to=after.value)


@transaction.atomic
def review_plan(
    plan_id: int, outcome: ReviewFound, words: str, next_at: datetime, *, version: int, by: Posted,
    now: datetime,
) -> None:  # fmt: skip
    """Write the review down beside the facts it opened with. Conflict where a newer one stands."""
    plan = plan_of(plan_id, Permission.PLAN_WRITE, by=by, now=now)
    lock(plan.person_id)
    check_review(next_at, now)
    facts = facts_for(plan, by=by, now=now)
    if not Plan.objects.filter(pk=plan.pk, version=version).update(review_at=next_at):
        raise Conflict("A newer version of this plan stands; review that one.")
    made = PlanReview.objects.create(
        plan=plan, version=version, at=now, officer_id=by.officer_id, outcome=outcome.value,
        facts=as_json(facts), words=said(words, "Say what you found, and what follows from it."),
        next_at=next_at,
    )  # fmt: skip
    _record("plan:reviewed", plan, by, now, review=made.pk, outcome=outcome.value)


def _objective(objective_id: int, by: Posted, now: datetime) -> Objective:
    rows = Objective.objects.select_related("plan")
    found = rows.filter(pk=min(objective_id, NUMBER_MAX)).first()
    if found is None:
        raise NoSuchThing(NO_SUCH_PLAN)
    plan_of(found.plan_id, Permission.PLAN_WRITE, by=by, now=now)
    return found


def _move(
    model: type[Objective] | type[PlanAction], pk: int, before: str, after: str, why: str,
    by: Posted, now: datetime,
) -> None:  # fmt: skip
    saved = model.objects.filter(pk=pk, status=before).update(
        status=after, moved_at=now, moved_by_id=by.officer_id,
        moved_why=line(why, "Say in a few words why."),
    )  # fmt: skip
    if not saved:
        raise Conflict(MOVED_FIRST)


def _record(kind: str, plan: Plan, by: Posted, now: datetime, **detail: Any) -> None:
    audit.record(
        kind, by=by, at=now, about=plan.person_id, purpose=Purpose.SUPERVISION,
        detail={"plan": plan.pk, **detail},
    )  # fmt: skip
