"""What may be asked of enforcement: what waits for whom, one case, a person's warnings."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import F, prefetch_related_objects

from waypost.access import audit, may
from waypost.access.models import Officer
from waypost.access.values import Case, Permission, Posted
from waypost.alerts.models import Alert
from waypost.corrections.queries import CorrectionSeen, corrections_of
from waypost.documents.queries import Listed, documents_about
from waypost.enforcement.allowing import may_take
from waypost.enforcement.clocks import warned_until
from waypost.enforcement.drawing import ABOUT
from waypost.enforcement.models import BreachCase, StepTaken
from waypost.enforcement.routes import route_of
from waypost.enforcement.values import (
    NO_SUCH_CASE,
    Ground,
    Proposal,
    Route,
    Rule,
    Step,
    Warning,
)
from waypost.enforcement.weighing import grounds_of, proposal_of, proposals_of, warnings_of
from waypost.errors import NoSuchThing
from waypost.orders.queries import NUMBER_MAX, case_of, cases_of, visible_person_ids

PAGE = 100
ENDINGS = frozenset({Step.WITHDRAWN, Step.CLOSED})  # open to an officer, but nothing to wait for


@dataclass(frozen=True, slots=True)
class CaseLine:
    """A case in a list. mine: the asker may take a next step. person: the name where the asker may
    read it, else the reference."""

    case_id: int
    person_id: int
    person: str
    order_kind: str
    order_reference: str
    step: Step
    step_at: datetime
    due_at: datetime | None
    overdue: bool
    proposed: Step | None
    mine: bool
    closed: bool


@dataclass(frozen=True, slots=True)
class CaseList:
    """One page of the cases, and how many there are of all."""

    rows: tuple[CaseLine, ...]
    count: int
    page: int
    pages: int


@dataclass(frozen=True, slots=True)
class GroundSeen:
    ground: Ground
    headline: str


@dataclass(frozen=True, slots=True)
class StepSeen:
    """A step taken, with what was put on paper and what was corrected of it since."""

    step_id: int
    step: Step
    at: datetime
    recorded_at: datetime
    officer: str  # "Waypost" for the machine
    decided_by: str
    outcome: str
    words: str
    reference: str
    hearing_at: datetime | None
    was_due_at: datetime | None
    documents: tuple[Listed, ...]
    corrections: tuple[CorrectionSeen, ...]


@dataclass(frozen=True, slots=True)
class WarningSeen:
    """stands: not all that it was given for has fallen. counts: towards a referral, at present."""

    warning: Warning
    case_id: int
    until: datetime
    counts: bool
    papers: tuple[Listed, ...]


@dataclass(frozen=True, slots=True)
class CasePage:
    """choices: rules of the steps that may come next and are the asker's to take; others: those
    that are not."""

    line: CaseLine
    route: Route
    version: int
    due_source: str
    hearing_at: datetime | None
    proposal: Proposal
    grounds: tuple[GroundSeen, ...]
    steps: tuple[StepSeen, ...]
    warnings: tuple[WarningSeen, ...]
    choices: tuple[Rule, ...]
    others: tuple[Rule, ...]
    fell: bool


def cases(by: Posted, *, now: datetime, closed: bool = False, page: int = 1) -> CaseList:
    """The cases within reach, the soonest due first; those that are open, or those that are not."""
    may.check(by, Permission.BREACH_READ)
    reach = visible_person_ids(by, Permission.BREACH_READ, now=now)
    rows = BreachCase.objects.filter(closed_at__isnull=not closed)
    if reach is not None:
        rows = rows.filter(person_id__in=reach)
    count = rows.count()
    pages = max(1, -(-count // PAGE))
    number = max(1, min(page, pages))
    order = F("closed_at").desc() if closed else F("due_at").asc(nulls_last=True)
    found = rows.order_by(order, "pk")[(number - 1) * PAGE : number * PAGE]
    return CaseList(tuple(_lines(found, by, now)), count, number, pages)


def cases_of_person(person_id: int, by: Posted, *, now: datetime) -> tuple[CaseLine, ...]:
    """A person's cases, the newest first; the person's page has asked whether they may be seen."""
    if not may.decide(by, Permission.BREACH_READ, case_of(person_id, now=now)).allowed:
        return ()
    rows = BreachCase.objects.filter(person_id=person_id).order_by("-opened_at", "-pk")
    return tuple(_lines(rows, by, now))


def cases_about(alert_id: int, by: Posted, *, now: datetime) -> tuple[CaseLine, ...]:
    """The cases that rest on an alert, for its page."""
    found = list(BreachCase.objects.filter(grounds__alert_id=alert_id).order_by("pk"))
    if not found:
        return ()
    person = case_of(found[0].person_id, now=now)
    allowed = may.decide(by, Permission.BREACH_READ, person).allowed
    return tuple(_lines(found, by, now)) if allowed else ()


def warnings_about(person_id: int, by: Posted, *, now: datetime) -> tuple[WarningSeen, ...]:
    """Every warning given to a person, under any order; for who may read their cases, and for the
    wearer of their own."""
    person = case_of(person_id, now=now)
    own = by.own_person_id == person_id and may.decide(
        by, Permission.OWN_DATA_READ, person
    ).allowed  # fmt: skip
    if not own and not may.decide(by, Permission.BREACH_READ, person).allowed:
        return ()
    orders = BreachCase.objects.filter(person_id=person_id).values_list(
        "order_reference", flat=True
    )
    return tuple(
        one
        for reference in sorted(set(orders))
        for one in _warnings_seen(person_id, reference, now)
    )


@transaction.atomic
def case_page(case_id: int, by: Posted, *, now: datetime) -> CasePage:
    """One case with all that a decision needs; opening it leaves the line breach:viewed."""
    rows = BreachCase.objects.filter(pk=min(case_id, NUMBER_MAX)).select_related("person")
    case = rows.first()
    if case is None:
        raise NoSuchThing(NO_SUCH_CASE)
    person = case_of(case.person_id, now=now)
    may.check(by, Permission.BREACH_READ, person, absent=NO_SUCH_CASE)
    page = _page(case, by, now)
    audit.record("breach:viewed", by=by, at=now, about=case.person_id, detail={"case": case.pk})
    return page


def check_may_open(number: int, *, by: Posted, now: datetime) -> None:
    """Whether they may open a paper of a step: the person it was given to, and who reads cases."""
    step = StepTaken.objects.filter(pk=min(number, NUMBER_MAX)).select_related("case").first()
    if step is None:
        raise NoSuchThing(NO_SUCH_CASE)
    theirs = step.step == Step.WARNING_GIVEN and by.own_person_id == step.case.person_id
    person = case_of(step.case.person_id, now=now)
    permission = Permission.OWN_DATA_READ if theirs else Permission.BREACH_READ
    may.check(by, permission, person, absent=NO_SUCH_CASE)


def _page(case: BreachCase, by: Posted, now: datetime) -> CasePage:
    rules, person = _following(case), case_of(case.person_id, now=now)
    mine = [one for one in rules if may_take(case, one, person, by=by)]
    grounds = grounds_of(list(case.grounds.order_by("failed_at", "pk")), now=now)
    heads = dict(
        Alert.objects.filter(pk__in=[one.alert_id for one in grounds]).values_list("pk", "headline")
    )
    proposal = proposal_of(case, now=now)
    return CasePage(
        line=_line(case, person, proposal, by, now),
        route=route_of(case.order_kind),
        version=case.version,
        due_source=case.due_source,
        hearing_at=case.hearing_at,
        proposal=proposal,
        grounds=tuple(GroundSeen(one, heads.get(one.alert_id, "")) for one in grounds),
        steps=_steps(case, by, now),
        warnings=tuple(_warnings_seen(case.person_id, case.order_reference, now)),
        choices=tuple(_first(mine, proposal.step)),
        others=tuple(one for one in rules if one not in mine),
        fell=case.fell_told and case.closed_at is None,
    )


def _first(rules: Sequence[Rule], proposed: Step | None) -> list[Rule]:
    """What is proposed stands in front."""
    return sorted(rules, key=lambda one: one.step is not proposed)


def _steps(case: BreachCase, by: Posted, now: datetime) -> tuple[StepSeen, ...]:
    rows = list(StepTaken.objects.filter(case=case).order_by("pk"))
    names = _names(one.officer_id for one in rows)
    return tuple(
        StepSeen(
            one.pk, Step(one.step), one.at, one.recorded_at,
            names.get(one.officer_id or 0, "Waypost"), one.decided_by, one.outcome, one.words,
            one.reference, one.hearing_at, one.was_due_at,
            tuple(documents_about(f"{ABOUT}:{one.pk}")),
            corrections_of(f"{one.step}:{one.pk}", by=by, now=now),
        )
        for one in rows
    )  # fmt: skip


def _lines(rows: Iterable[BreachCase], by: Posted, now: datetime) -> list[CaseLine]:
    """A few statements for any number of cases."""
    found = list(rows)
    prefetch_related_objects(found, "person")
    people = cases_of({one.person_id for one in found}, now=now)
    proposals = proposals_of([one for one in found if one.step == Step.PROPOSED], now=now)
    return [_line(one, people[one.person_id], proposals.get(one.pk), by, now) for one in found]


def _line(
    case: BreachCase, person: Case, proposal: Proposal | None, by: Posted, now: datetime
) -> CaseLine:
    named = may.decide(by, Permission.PERSON_READ, person).allowed
    mine = case.closed_at is None and any(
        one.step not in ENDINGS and may_take(case, one, person, by=by)
        for one in _following(case)
    )  # fmt: skip
    return CaseLine(
        case.pk, case.person_id,
        (case.person.full_name if named else "") or case.person.reference,
        case.order_kind, case.order_reference, Step(case.step), case.step_at, case.due_at,
        case.due_at is not None and case.due_at < now, proposal.step if proposal else None, mine,
        case.closed_at is not None,
    )  # fmt: skip


def _following(case: BreachCase) -> list[Rule]:
    """The rules of the steps that may come next."""
    route = route_of(case.order_kind)
    last = route.rule(Step(case.step))
    found = [route.rule(one) for one in (last.then if last else ())]
    return [one for one in found if one is not None]


def _warnings_seen(person_id: int, order_reference: str, now: datetime) -> list[WarningSeen]:
    cases_by_step = dict(
        StepTaken.objects.filter(case__person_id=person_id, step=Step.WARNING_GIVEN).values_list(
            "pk", "case_id"
        )
    )
    found = []
    for one in warnings_of(person_id, order_reference, now=now):
        until = warned_until(one.given_at, zone=settings.WALL_ZONE)
        counts = one.counts and now < until
        papers = tuple(documents_about(f"{ABOUT}:{one.step_id}"))
        found.append(WarningSeen(one, cases_by_step[one.step_id], until, counts, papers))
    return found


def _names(ids: Iterable[int | None]) -> dict[int, str]:
    wanted = {one for one in ids if one is not None}
    return {one.pk: str(one) for one in Officer.objects.filter(pk__in=wanted)}
