"""What may be asked of plans: a person's page, a review's opening, what is due, one's own."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from waypost.access import audit, may
from waypost.access.models import Officer
from waypost.access.values import Permission, Posted, Purpose
from waypost.orders.models import Activation, Person
from waypost.orders.queries import case_of, visible_person_ids
from waypost.plans.deciding import due_of, effect_of
from waypost.plans.gathering import events_of, facts_for, person_facts
from waypost.plans.models import (
    Around,
    Marker,
    Objective,
    Plan,
    PlannedVisit,
    PlanVersion,
    SentenceEvent,
)
from waypost.plans.scope import checked, plan_of
from waypost.plans.values import (
    Due,
    Effect,
    Facts,
    Owner,
    PlanKind,
    ReviewFound,
)

SHOWN_MAX = 200
WAYPOST = "Waypost"


@dataclass(frozen=True, slots=True)
class VersionSeen:
    version: int
    purpose: str
    words: str
    why: str
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class ActionSeen:
    number: int
    words: str
    owner: Owner
    due_on: date
    status: str
    moved_why: str


@dataclass(frozen=True, slots=True)
class ObjectiveSeen:
    number: int
    words: str
    own_words: str
    status: str
    moved_why: str
    actions: tuple[ActionSeen, ...]


@dataclass(frozen=True, slots=True)
class ReviewSeen:
    at: datetime
    by: str
    outcome: ReviewFound
    words: str
    version: int
    facts: dict[str, Any]
    next_at: datetime


@dataclass(frozen=True, slots=True)
class PlanSeen:
    number: int
    kind: PlanKind
    review_at: datetime
    newest: VersionSeen
    older: tuple[VersionSeen, ...]
    objectives: tuple[ObjectiveSeen, ...]
    reviews: tuple[ReviewSeen, ...]


@dataclass(frozen=True, slots=True)
class MoveSeen:
    on_day: date
    status: str
    level: int | None
    words: str
    by: str


@dataclass(frozen=True, slots=True)
class MarkerSeen:
    number: int
    scheme: str
    status: str
    category: int | None
    level: int | None
    lead: str
    words: str
    from_on: date
    next_on: date | None
    moves: tuple[MoveSeen, ...]


@dataclass(frozen=True, slots=True)
class PersonPlans:
    """Everything of one person. markers: None for who may not know whether there are any."""

    person_id: int
    reference: str
    name: str
    plans: tuple[PlanSeen, ...]
    due: tuple[Due, ...]
    effect: Effect
    contacts: tuple[Around, ...]
    visits: tuple[PlannedVisit, ...]
    events: tuple[SentenceEvent, ...]
    markers: tuple[MarkerSeen, ...] | None
    may_write: bool


@dataclass(frozen=True, slots=True)
class Summary:
    """The short section of a person's page. purposes: kind of plan -> what the tag is for"""

    purposes: tuple[tuple[PlanKind, str], ...]
    missing: bool  # a tag is worn, and no plan says what it is for
    due: tuple[Due, ...]
    effect: Effect
    markers: tuple[MarkerSeen, ...]


@dataclass(frozen=True, slots=True)
class DueSeen:
    due: Due
    person: str
    overdue: bool


@transaction.atomic
def plans_page(person_id: int, by: Posted, *, now: datetime) -> PersonPlans:
    """All of one person's; opening it leaves the line plan:viewed."""
    case = checked(person_id, Permission.PLAN_READ, by=by, now=now)
    person = Person.objects.get(pk=person_id)
    marked = may.decide(by, Permission.MARKER_READ, case).allowed
    facts = person_facts([person_id], now=now)
    found = PersonPlans(
        person_id, person.reference, person.full_name, tuple(_plans(person_id)),
        tuple(due for one in facts for due in due_of(one, now=now)),
        effect_of(events_of(person_id), now=now),
        tuple(Around.objects.filter(person_id=person_id, to_at=None).order_by("kind", "pk")),
        tuple(PlannedVisit.objects.filter(person_id=person_id).order_by("-at", "-pk")[:30]),
        tuple(SentenceEvent.objects.filter(person_id=person_id).order_by("-on_day", "-pk")),
        tuple(_markers(person_id)) if marked else None,
        may.decide(by, Permission.PLAN_WRITE, case).allowed,
    )  # fmt: skip
    told = {"markers": len(found.markers)} if found.markers else None
    audit.record(
        "plan:viewed", by=by, at=now, about=person_id, purpose=Purpose.SUPERVISION, detail=told
    )
    return found


@transaction.atomic
def review_opening(plan_id: int, by: Posted, *, now: datetime) -> tuple[PlanSeen, Facts, int]:
    """The plan as it stands and the period's facts; the person's number. Leaves its line."""
    plan = plan_of(plan_id, Permission.PLAN_WRITE, by=by, now=now)
    seen = next(one for one in _plans(plan.person_id) if one.number == plan.pk)
    facts = facts_for(plan, by=by, now=now)
    audit.record(
        "plan:review_opened", by=by, at=now, about=plan.person_id, purpose=Purpose.SUPERVISION,
        detail={"plan": plan.pk},
    )  # fmt: skip
    return seen, facts, plan.person_id


def summary_of(person_id: int, by: Posted, *, now: datetime) -> Summary | None:
    """For the person's page; None for who may not read plans."""
    case = case_of(person_id, now=now)
    if not may.decide(by, Permission.PLAN_READ, case).allowed:
        return None
    marked = may.decide(by, Permission.MARKER_READ, case).allowed
    plans = _plans(person_id)
    purposes = tuple((one.kind, one.newest.purpose) for one in plans if one.newest.purpose)
    due = [due for one in person_facts([person_id], now=now) for due in due_of(one, now=now)]
    return Summary(
        purposes, _wears(person_id, now) and not purposes, tuple(due),
        effect_of(events_of(person_id), now=now),
        tuple(_markers(person_id, open_only=True)) if marked else (),
    )  # fmt: skip


def due_list(by: Posted, *, now: datetime) -> list[DueSeen]:
    """What is due of plans for the people that the officer is responsible for, earliest first."""
    if not may.decide(by, Permission.PLAN_WRITE).allowed:
        return []
    visible = visible_person_ids(by, Permission.PLAN_WRITE, now=now)
    found = [due for one in person_facts(visible, now=now) for due in due_of(one, now=now)]
    found = sorted(found, key=lambda one: (one.due_at, one.person_id))[:SHOWN_MAX]
    names = {
        pk: full_name or reference
        for pk, full_name, reference in Person.objects.filter(
            pk__in={one.person_id for one in found}
        ).values_list("pk", "full_name", "reference")
    }
    return [DueSeen(one, names[one.person_id], one.is_overdue(now)) for one in found]


def due_count(by: Posted, *, now: datetime) -> int:
    return len(due_list(by, now=now))


def own_objectives(by: Posted, *, now: datetime) -> list[str]:
    """A wearer's own open objectives, in the plain words written for them. No risk plan."""
    own = by.own_person_id
    if own is None or not may.decide(by, Permission.OWN_DATA_READ, case_of(own, now=now)).allowed:
        return []
    rows = Objective.objects.filter(
        plan__person_id=own, plan__kind=PlanKind.SENTENCE, status="open"
    )
    return list(rows.exclude(own_words="").order_by("pk").values_list("own_words", flat=True))


def purposes_at(at: datetime) -> tuple[frozenset[int], dict[PlanKind, frozenset[int]]]:
    """For evaluation: the people who wore a tag under a live order at an instant, and of these, by
    kind of plan, those whose plan said then what the tag is for. The caller asked "may I?"."""
    wore = frozenset(one.person_id for one in person_facts(None, now=at) if one.wears)
    newest: dict[tuple[int, str], str] = {}
    rows = PlanVersion.objects.filter(made_at__lte=at).order_by("version")
    for person_id, kind, purpose in rows.values_list("plan__person_id", "plan__kind", "purpose"):
        newest[person_id, kind] = purpose
    return wore, {
        kind: frozenset(
            person_id
            for (person_id, of), purpose in newest.items()
            if of == kind and purpose and person_id in wore
        )
        for kind in PlanKind
    }


def _wears(person_id: int, now: datetime) -> bool:
    worn = Activation.objects.filter(person_id=person_id, from_at__lte=now)
    return any(one.to_at is None or one.to_at > now for one in worn)


def _plans(person_id: int) -> list[PlanSeen]:
    rows = Plan.objects.filter(person_id=person_id).prefetch_related(
        "versions", "objectives__actions", "reviews"
    )
    return [
        _plan(one) for one in sorted(rows, key=lambda one: list(PlanKind).index(PlanKind(one.kind)))
    ]


def _plan(row: Plan) -> PlanSeen:
    versions = sorted(row.versions.all(), key=lambda one: -one.version)
    reviews = sorted(row.reviews.all(), key=lambda one: one.at, reverse=True)
    names = _names([*(one.made_by_id for one in versions), *(one.officer_id for one in reviews)])
    seen = [
        VersionSeen(one.version, one.purpose, one.words, one.why, one.made_at,
                    names.get(one.made_by_id or 0, WAYPOST))
        for one in versions
    ]  # fmt: skip
    return PlanSeen(
        row.pk, PlanKind(row.kind), row.review_at, seen[0], tuple(seen[1:]),
        tuple(_objective(one) for one in sorted(row.objectives.all(), key=lambda one: one.pk)),
        tuple(
            ReviewSeen(one.at, names.get(one.officer_id or 0, WAYPOST), ReviewFound(one.outcome),
                       one.words, one.version, one.facts, one.next_at)
            for one in reviews
        ),
    )  # fmt: skip


def _objective(row: Objective) -> ObjectiveSeen:
    actions = sorted(row.actions.all(), key=lambda one: (one.due_on, one.pk))
    return ObjectiveSeen(
        row.pk, row.words, row.own_words, row.status, row.moved_why,
        tuple(
            ActionSeen(one.pk, one.words, Owner(one.owner), one.due_on, one.status, one.moved_why)
            for one in actions
        ),
    )  # fmt: skip


def _markers(person_id: int, *, open_only: bool = False) -> list[MarkerSeen]:
    rows = Marker.objects.filter(person_id=person_id).prefetch_related("moves").order_by("-pk")
    if open_only:
        rows = rows.exclude(status__in=["ended", "closed", "not_taken"])
    found = list(rows)
    names = _names(move.officer_id for one in found for move in one.moves.all())
    return [
        MarkerSeen(
            one.pk, one.scheme, one.status, one.category, one.level, one.lead, one.words,
            one.from_on, one.next_on,
            tuple(
                MoveSeen(move.on_day, move.to_status, move.level, move.words,
                         names.get(move.officer_id or 0, WAYPOST))
                for move in sorted(one.moves.all(), key=lambda move: move.pk)
            ),
        )
        for one in found
    ]  # fmt: skip


def _names(ids: Iterable[int | None]) -> dict[int, str]:
    wanted: Collection[int] = {one for one in ids if one is not None}
    return {one.pk: str(one) for one in Officer.objects.filter(pk__in=wanted)}
