"""What may be done with an order: record it as made, vary, suspend, take up, transfer, end it.

Each act: load, may I?, decide by the table and by the law of its kind, save new versions with the
step and its line. A change binds from a moment that is not past: nobody is judged by what they
could not know.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from waypost.access import audit, may
from waypost.access.models import Team
from waypost.access.values import Permission, Posted, Role
from waypost.errors import NoSuchThing, Refused
from waypost.life import lifecycle, needs, varying
from waypost.life.models import OrderStep
from waypost.life.queries import order_value, stage_now
from waypost.life.values import NO_SUCH_ORDER, REFERENCE_MAX, WORDS_MAX, Act
from waypost.orders import changing
from waypost.orders.actions import bump_head
from waypost.orders.caseloads import hand_over
from waypost.orders.law import ALL_CHANGES, LAW, Authority, Change
from waypost.orders.models import Order, Person
from waypost.orders.queries import case_of
from waypost.orders.values import Order as OrderValue
from waypost.orders.values import OrderKind, Requirement
from waypost.units import RequirementRef


@dataclass(frozen=True, slots=True)
class Decision:
    """On whose decision something is done.

    reference  the decision's own, by which it can be looked up; consent: the wearer agreed
    words      why, for the next officer
    """

    authority: Authority
    words: str
    reference: str = ""
    consent: bool = False


@transaction.atomic
def impose(
    person_id: int, order: OrderValue, requirement: Requirement, words: str, *,
    by: Posted, now: datetime,
) -> None:  # fmt: skip
    """Record an order as made, with the first thing that it asks.

    raises   Refused when the person has an order of this reference, or its end is not after its
             start, or where the kind cannot carry the requirement
    """
    may.check(by, Permission.ORDER_WRITE, case_of(person_id, now=now))
    _check_new(person_id, order)
    row = Order.objects.create(
        person_id=person_id, reference=order.order_id, kind=order.kind.value,
        from_at=order.from_at, to_at=order.to_at, known_at=now, convicted_on=order.convicted_on,
        imposed_on=order.imposed_on, court=order.court, programme=order.programme,
    )  # fmt: skip
    _check_carries(order.kind, requirement)
    changing.put(row, requirement, valid_from=max(now, order.from_at), now=now)
    authority = LAW[order.kind].vary[0].authority
    _step(row, Act.IMPOSE, now, Decision(authority, _said(words)), by=by, at=order.from_at)


@transaction.atomic
def vary(
    person_id: int, reference: str, requirement: Requirement, decision: Decision, *,
    from_at: datetime, by: Posted, now: datetime,
) -> None:  # fmt: skip
    """The requirement asks this from `from_at` on: varied, or new in the order.

    raises   Refused by the law of its kind (varying.py), for a moment that is past, without why
    """
    order = _load(person_id, reference, by, now)
    _check_carries(OrderKind(order.kind), requirement)
    before = _asked(order, requirement.requirement_id)
    _vary(order, before, requirement, decision, from_at, by=by, now=now)


@transaction.atomic
def take_out(
    person_id: int, reference: str, requirement: str, decision: Decision, *,
    from_at: datetime, by: Posted, now: datetime,
) -> None:  # fmt: skip
    """The requirement asks nothing from `from_at` on."""
    order = _load(person_id, reference, by, now)
    before = _asked(order, requirement)
    if before is None:
        raise NoSuchThing(changing.NO_SUCH_REQUIREMENT)
    _vary(order, before, None, decision, from_at, by=by, now=now)


@transaction.atomic
def suspend(
    person_id: int, reference: str, decision: Decision, *,
    from_at: datetime, until: datetime, by: Posted, now: datetime,
) -> None:  # fmt: skip
    """Nothing of the order is asked in [from_at, until); then it goes on by itself."""
    order = _load(person_id, reference, by, now, Act.SUSPEND)
    _check_decision(order, decision)
    _check_not_past(from_at, now)
    if not from_at < until:
        raise Refused("The suspension ends before it begins; choose a later end.")
    if order.to_at is not None and until > order.to_at:
        raise Refused("The suspension lasts beyond the order; choose an end within it.")
    for version in changing.newest(order).values():
        if not version.withdrawn:
            changing.withdraw(order, version, valid_from=from_at, now=now)
            changing.restore(order, version, valid_from=until, now=now)
    _step(order, Act.SUSPEND, now, decision, by=by, at=from_at, until=until)


@transaction.atomic
def resume(
    person_id: int, reference: str, decision: Decision, *, by: Posted, now: datetime
) -> None:
    """The suspension ends now: everything is asked again that it would have been at its end."""
    order = _load(person_id, reference, by, now, Act.RESUME)
    _check_decision(order, decision)
    standing = OrderStep.objects.filter(
        person_id=person_id, order_reference=reference, act=Act.SUSPEND.value,
        at__lte=now, until__gt=now, resumed_at=None,
    )  # fmt: skip
    until = {row.until for row in standing}
    for version in changing.newest(order).values():
        if not version.withdrawn and version.valid_from in until:
            changing.restore(order, version, valid_from=now, now=now)
    standing.update(resumed_at=now)
    _step(order, Act.RESUME, now, decision, by=by, at=now)


@transaction.atomic
def transfer(
    person_id: int, reference: str, team_id: int, words: str, *, by: Posted, now: datetime
) -> None:
    """Another team is responsible from now on; who held the case holds it no more."""
    order = _load(person_id, reference, by, now, Act.TRANSFER)
    team = Team.objects.filter(pk=team_id).first()
    if team is None:
        raise Refused("Choose the team that takes the case.")
    if Person.objects.filter(pk=person_id, limited=True).exists():
        raise Refused("Access to this person is limited to named staff: name them in an orders "
                      "file, which says who they are from now on.")  # fmt: skip
    hand_over(person_id, team_id, now=now)
    decision = Decision(Authority.RESPONSIBLE_OFFICER, words)
    _step(order, Act.TRANSFER, now, decision, by=by, at=now, team_id=team_id)


@transaction.atomic
def revoke(
    person_id: int, reference: str, decision: Decision, *,
    at: datetime, by: Posted, now: datetime,
) -> None:  # fmt: skip
    """The order ends at `at`, early, by the decision of whoever may make all changes of it."""
    order = _load(person_id, reference, by, now, Act.REVOKE)
    _check_decision(order, decision)
    _end(order, Act.REVOKE, at, decision, by=by, now=now)


@transaction.atomic
def withdraw_consent(
    person_id: int, reference: str, words: str, *, by: Posted, now: datetime
) -> None:
    """What is worn by consent ends now, and with it what is collected; no reason is needed.

    The wearer may themselves; staff record that they were told.
    """
    case = case_of(person_id, now=now)
    own = by.own_person_id == person_id
    may.check(by, Permission.OWN_CONSENT if own else Permission.ORDER_VARY, case)
    order = _found(person_id, reference)
    lifecycle.check_can(Act.WITHDRAW_CONSENT, stage_now(order, now=now), OrderKind(order.kind))
    decision = Decision(Authority.WEARER, words.strip()[:WORDS_MAX], consent=False)
    _end(order, Act.WITHDRAW_CONSENT, now, decision, by=by, now=now)


@transaction.atomic
def accept(person_id: int, reference: str, words: str, *, by: Posted, now: datetime) -> None:
    """Say why an order outside its programme is right all the same: it is no question any more."""
    order = _load(person_id, reference, by, now, Act.ACCEPT)
    decision = Decision(Authority.RESPONSIBLE_OFFICER, words)
    _step(order, Act.ACCEPT, now, decision, by=by, at=now)


@transaction.atomic
def record_particulars(
    person_id: int, reference: str, order: OrderValue, words: str, *, by: Posted, now: datetime
) -> None:
    """How the order was made (day of conviction, court, programme), put right or added."""
    row = _load(person_id, reference, by, now)
    row.pk, row.version, row.known_at = None, row.version + 1, now
    row._state.adding = True
    row.convicted_on, row.imposed_on = order.convicted_on, order.imposed_on
    row.court, row.programme = order.court, order.programme
    row.save(force_insert=True)
    bump_head()
    said = Decision(Authority.RESPONSIBLE_OFFICER, words)
    _step(row, Act.PARTICULARS, now, said, by=by, at=now)


def _vary(
    order: Order, before: Requirement | None, after: Requirement | None, decision: Decision,
    from_at: datetime, *, by: Posted, now: datetime,
) -> None:  # fmt: skip
    stage = stage_now(order, now=now)
    lifecycle.check_can(Act.VARY, stage, OrderKind(order.kind))
    _check_not_past(from_at, now)
    changes = varying.changes_of(before, after)
    value = order_value(order)
    rule = varying.decide_variation(
        value, changes, decision.authority, consent=decision.consent, reference=decision.reference
    )
    _check_whose(decision.authority, by)
    if decision.authority is Authority.RESPONSIBLE_OFFICER and Change.ADDRESS in changes:
        _check_gates(order.person_id, now)
    named = after or before
    assert named is not None, "a variation is of something"
    if after is None:
        version = changing.newest(order)[named.requirement_id]
        changing.withdraw(order, version, valid_from=from_at, now=now)
    else:
        changing.put(order, after, valid_from=from_at, now=now)
    said = [named.requirement_id, *sorted(one.value for one in changes)]
    _step(order, Act.VARY, now, decision, by=by, at=from_at, law=rule.source, changes=[said])


def _end(
    order: Order, act: Act, at: datetime, decision: Decision, *, by: Posted, now: datetime
) -> None:
    _check_not_past(at, now)
    if order.to_at is not None and at > order.to_at:
        raise Refused("The order has ended by then; choose an earlier moment.")
    person_id, reference = order.person_id, order.reference
    changing.end(order, max(at, order.from_at), now=now)
    _step(changing.current_order(person_id, reference), act, now, decision, by=by, at=at)


def _load(
    person_id: int, reference: str, by: Posted, now: datetime, act: Act | None = None
) -> Order:
    """The order's record, of a person within reach, at a stage that allows the act."""
    may.check(by, Permission.ORDER_VARY, case_of(person_id, now=now))
    order = _found(person_id, reference)
    if act is not None:
        lifecycle.check_can(act, stage_now(order, now=now), OrderKind(order.kind))
    return order


def _found(person_id: int, reference: str) -> Order:
    try:
        order = changing.current_order(person_id, reference)
    except NoSuchThing:
        raise NoSuchThing(NO_SUCH_ORDER) from None
    if order.kind == OrderKind.PROTECTION:
        raise Refused("A protected person’s device is no order; it is ended on the page of their "
                      "protection.")  # fmt: skip
    return order


def _asked(order: Order, requirement: RequirementRef | str) -> Requirement | None:
    """What the newest version asks; None where it asks nothing, or there is none."""
    version = changing.newest(order).get(requirement)
    return None if version is None or version.withdrawn else changing.asked_by(version)


def _check_new(person_id: int, order: OrderValue) -> None:
    if order.to_at is not None and order.to_at <= order.from_at:
        raise Refused("The order ends before it begins; choose a later end.")
    if not order.order_id.strip() or len(order.order_id) > REFERENCE_MAX:
        raise Refused("Give the order’s reference, as the court’s paper has it.")
    if Order.objects.filter(person_id=person_id, reference=order.order_id).exists():
        raise Refused("This person has an order of that reference already; open it and vary it.")


def _check_carries(kind: OrderKind, requirement: Requirement) -> None:
    law = LAW[kind]
    if requirement.kind not in law.asks:
        raise Refused(f"{requirement.kind.value.capitalize()} is not available under this kind of "
                      f"order ({law.source}).")  # fmt: skip


def _check_decision(order: Order, decision: Decision) -> None:
    """Whether whoever decides may make every change of such an order."""
    varying.decide_variation(
        order_value(order), ALL_CHANGES, decision.authority,
        consent=decision.consent, reference=decision.reference,
    )  # fmt: skip


def _check_whose(authority: Authority, by: Posted) -> None:
    """A notice of the responsible officer is given by one, not written down for them."""
    from_officer = authority is Authority.RESPONSIBLE_OFFICER
    if from_officer and Role.PROBATION_PRACTITIONER not in by.roles:
        raise Refused("Only a responsible officer gives such a notice; ask theirs, or record a "
                      "decision of the court.")  # fmt: skip


def _check_gates(person_id: int, now: datetime) -> None:
    """An officer moves nobody's curfew to a home that nobody has asked about."""
    for gate in needs.ADDRESS_GATES:
        if why := gate(person_id, now):
            raise Refused(why)


def _check_not_past(at: datetime, now: datetime) -> None:
    if at < now.replace(second=0, microsecond=0):
        raise Refused("A change binds from now or later: nobody is judged by what they could not "
                      "know. Choose a moment that is not past.")  # fmt: skip


def _said(words: str) -> str:
    if not words.strip():
        raise Refused("Say why, in a sentence: the next officer will want to know.")
    return words.strip()[:WORDS_MAX]


def _step(
    order: Order, act: Act, now: datetime, decision: Decision, *, by: Posted, at: datetime,
    until: datetime | None = None, law: str = "", changes: list[list[str]] | None = None,
    team_id: int | None = None,
) -> None:  # fmt: skip
    words = decision.words if act is Act.WITHDRAW_CONSENT else _said(decision.words)
    made = OrderStep.objects.create(
        person_id=order.person_id, order_reference=order.reference, act=act.value, at=at,
        until=until, known_at=now, made_by_id=by.officer_id, authority=decision.authority.value,
        reference=decision.reference.strip()[:REFERENCE_MAX], law=law, consent=decision.consent,
        changes=changes or [], team_id=team_id, words=words,
    )  # fmt: skip
    audit.record(
        f"order:{STEP_KINDS[act]}", by=by, at=now, about=order.person_id,
        detail={"order": order.reference, "step": made.pk, "authority": decision.authority.value},
    )  # fmt: skip


STEP_KINDS: dict[Act, str] = {
    Act.IMPOSE: "imposed",
    Act.VARY: "varied",
    Act.SUSPEND: "suspended",
    Act.RESUME: "resumed",
    Act.TRANSFER: "transferred",
    Act.REVOKE: "revoked",
    Act.WITHDRAW_CONSENT: "consent_withdrawn",
    Act.ACCEPT: "accepted",
    Act.PARTICULARS: "particulars_recorded",
}
