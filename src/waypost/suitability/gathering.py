"""Facts for the pure decisions, read from the records. The callers asked "may I?"."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings

from waypost.access.models import Officer
from waypost.necessity.values import CheckKind
from waypost.orders.fields import Desk
from waypost.orders.lint import lint
from waypost.orders.programmes import enrolled_person_ids
from waypost.orders.read import read_requirement
from waypost.orders.values import Order, OrderKind, PersonOrders, Requirement, RequirementKind
from waypost.suitability import scope
from waypost.suitability.commitments import Clash, Commitment, clashes
from waypost.suitability.eligibility import PROGRAMMES, Answered, EligibilityFacts, eligibility
from waypost.suitability.gating import CheckFact, GateFacts, LeaveFact
from waypost.suitability.models import Assessment, Check, Home, HomeFinding, Leave
from waypost.suitability.values import (
    Answer,
    AssessmentKind,
    CheckStatus,
    CommitmentKind,
    Consent,
    GateAct,
    LeaveStatus,
    Missing,
    Signal,
    Status,
    Suitable,
)
from waypost.units import OrderRef, PersonRef

PROPOSED_FOR = timedelta(days=182)  # how long a proposed order is looked at by lint: our assumption


def gate_act_of(found: Assessment) -> GateAct:
    """What the assessment leads to: its proposal, a release on home detention curfew, or a change
    of the curfew's address."""
    if found.kind == AssessmentKind.NEW_ADDRESS.value:
        return GateAct.CHANGE_ADDRESS
    is_hdc = found.order_kind == OrderKind.HDC.value
    release = found.kind == AssessmentKind.PRE_RELEASE.value and is_hdc
    return GateAct.RELEASE_HDC if release else GateAct.PROPOSE


def gate_facts(found: Assessment, act: GateAct) -> GateFacts:
    """What is known of the address of this assessment that counts now."""
    home = scope.home_of(found)
    asked = requirements_of(found)
    has_home = not asked or any(one.kind is RequirementKind.CURFEW for one in asked)
    return GateFacts(
        checks=tuple(check_fact(one) for one in found.checks.filter(home=home)) if home else (),
        has_home=has_home or act is not GateAct.PROPOSE,
        address=suitable_of(home),
        consents=tuple(consents_of(home)),
        leaves=leaves_of(found.person_id),
    )


def person_gate_facts(person_id: int, act: GateAct) -> GateFacts:
    """Of the newest assessment of the person that was not withdrawn; nothing known where none is.

    A change of address is about a new one: an assessment whose outcome is recorded spoke of the
    old, so that one which is open counts alone.
    """
    rows = Assessment.objects.filter(person_id=person_id).exclude(status=Status.WITHDRAWN.value)
    if act is GateAct.CHANGE_ADDRESS:
        rows = rows.exclude(status=Status.DECIDED.value)
    elif act is GateAct.RELEASE_HDC:
        rows = rows.filter(order_kind=OrderKind.HDC.value)
    newest = rows.order_by("-pk").first()
    if newest is None:
        return GateFacts(leaves=leaves_of(person_id))
    return gate_facts(newest, act)


def check_fact(one: Check) -> CheckFact:
    return CheckFact(
        CheckKind(one.kind), CheckStatus(one.status), one.requested_at,
        Answer(one.answer) if one.answer else None, one.answered_at, one.valid_until,
    )  # fmt: skip


def suitable_of(home: Home | None) -> Suitable | None:
    last = finding_of(home)
    return Suitable(last.suitable) if last is not None else None


def finding_of(home: Home | None) -> HomeFinding | None:
    return home.findings.order_by("-pk").first() if home is not None else None


def consents_of(home: Home | None) -> list[Consent]:
    """What each who lives there says now."""
    if home is None:
        return []
    found = []
    for one in home.householders.order_by("pk"):
        last = one.answers.order_by("-asked_at", "-pk").first()
        found.append(Consent(last.consent) if last is not None else Consent.NOT_ASKED)
    return found


def leaves_of(person_id: int) -> tuple[LeaveFact, ...]:
    """Reasons to go on that were granted and have not ended."""
    rows = list(Leave.objects.filter(person_id=person_id, status=LeaveStatus.GRANTED.value))
    names = names_of([one.decided_by_id for one in rows])
    return tuple(
        LeaveFact(
            one.pk, GateAct(one.act), names.get(one.decided_by_id or 0, ""), one.decided_at,
            one.until, frozenset(Missing(name) for name in one.missing), one.decided_words,
        )
        for one in rows
        if one.decided_at is not None and one.until is not None
    )  # fmt: skip


def requirements_of(found: Assessment) -> tuple[Requirement, ...]:
    """What is proposed now, as values."""
    rows = found.asked.filter(ended_at=None).order_by("pk")
    read = [read_asked(one.data, f"P{number}") for number, one in enumerate(rows, 1)]
    return tuple(one for one in read if one is not None)


def read_asked(data: object, reference: str) -> Requirement | None:
    kept = data if isinstance(data, dict) else {}
    return read_requirement(Desk(), "asked", {**kept, "requirement_id": reference})


def order_proposed(found: Assessment) -> Order:
    """The proposal as an order from the day of the decision, to be looked at by lint."""
    zone = ZoneInfo(settings.WALL_ZONE)
    from_at = datetime.combine(found.decision_on, time(0), zone).astimezone(UTC)
    return Order(
        OrderRef("proposed"), OrderKind(found.order_kind), from_at, from_at + PROPOSED_FOR,
        requirements_of(found),
    )  # fmt: skip


def odd_things(found: Assessment) -> tuple[str, ...]:
    """What lint finds odd about what is proposed."""
    order = order_proposed(found)
    if not order.requirements:
        return ()
    person = PersonOrders(PersonRef(found.person.reference), (order,))
    return tuple(dict.fromkeys(one.message for one in lint(person)))


def commitments_of(found: Assessment) -> tuple[Commitment, ...]:
    return tuple(
        Commitment(CommitmentKind(one.kind), one.words, tuple(one.days.split()), one.start, one.end)
        for one in found.commitments.filter(ended_at=None).order_by("pk")
    )


def clashes_of(found: Assessment) -> tuple[Clash, ...]:
    """Where a proposed curfew falls on hours that the person must be elsewhere."""
    mine = commitments_of(found)
    return tuple(
        clash
        for one in requirements_of(found)
        if one.kind in {RequirementKind.CURFEW, RequirementKind.RESTRICTION}
        for clash in clashes(one.timetable, mine, what=one.kind.value.capitalize())
    )


def eligibility_of(found: Assessment, *, now: datetime) -> tuple[Answered, ...]:
    """Each question with its answer; who belongs to a programme of that name is of its cohort."""
    title = PROGRAMMES[found.programme].title
    in_cohort, source = found.in_cohort, found.cohort_source
    if in_cohort is None and found.person_id in enrolled_person_ids([title], now=now):
        in_cohort, source = True, "an orders file says that they belong to it"
    return eligibility(
        EligibilityFacts(
            found.programme, OrderKind(found.order_kind), found.decision_on, found.person.born_on,
            found.court_area, found.person.area, in_cohort, source,
        )
    )  # fmt: skip


def names_of(ids: Sequence[int | None]) -> dict[int, str]:
    wanted = {one for one in ids if one is not None}
    return {one.pk: str(one) for one in Officer.objects.filter(pk__in=wanted)}


def signal_of(last: HomeFinding | None) -> Signal:
    return Signal(last.signal) if last is not None else Signal.NOT_TESTED
