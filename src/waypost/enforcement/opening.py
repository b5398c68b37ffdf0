"""The machine's part: cases for what is upheld, proposals taken back, and clocks that ran out.

    open_cases     an upheld alert joins the order's open proposal, or begins one
    follow_falls   a proposal of which nothing stands is withdrawn; where people have acted, they
                   are told and decide
    fire_clocks    whoever is to take the next step is told that it is due, and each day again

It looks at the records and keeps no list, so that a crash costs nothing; it decides nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from waypost.access import audit
from waypost.access.values import MACHINE
from waypost.alerts.contests import BLAMES
from waypost.alerts.models import Alert, AlertMove, AlertReport, AlertViolation, Contest
from waypost.alerts.notified import unnotified_alerts
from waypost.alerts.values import Status
from waypost.enforcement.clocks import due_by
from waypost.enforcement.models import BreachCase, CaseGround, StepTaken
from waypost.enforcement.routes import has_route, route_of
from waypost.enforcement.values import Step, Weighs
from waypost.enforcement.weighing import grounds_of
from waypost.monitoring.models import Violation
from waypost.notices.writing import enqueue
from waypost.orders.models import RequirementVersion
from waypost.orders.queries import cases_of, person_orders
from waypost.orders.values import Order, PersonOrders
from waypost.units import RequirementRef

AT_ONCE = 50
OLD = timedelta(days=365)  # what was upheld longer ago was dealt with before there were cases
AGAIN_EVERY = timedelta(hours=24)
LONG_AGO = datetime.min.replace(year=2000, tzinfo=UTC)  # before any notification
BLAMED = [one.value for one in BLAMES]


def open_cases(now: datetime) -> int:
    """Cases for alerts that were upheld and are in none; how many alerts were taken in."""
    waiting = list(_without_case(now).order_by("pk").values_list("pk", flat=True))
    early = unnotified_alerts(waiting) if waiting else frozenset()
    found = [one for one in waiting if one not in early]  # the others wait for proof, or a decision
    return _take_in(found[:AT_ONCE], now) if found else 0


@transaction.atomic
def _take_in(alert_ids: list[int], now: datetime) -> int:
    alerts = list(_without_case(now).select_for_update(of=("self",)).filter(pk__in=alert_ids))
    people = {one.number: one for one in person_orders({one.person_id for one in alerts})}
    opened: set[int] = set()
    for alert in alerts:
        person = people[alert.person_id]
        for order in _orders_of(alert, person):
            opened.add(_ground(alert, order, now))
    if opened:
        audit.record("breach:proposed", by=MACHINE, at=now, detail={"cases": sorted(opened)})
    return len(alerts)


def _ground(alert: Alert, order: Order, now: datetime) -> int:
    """Put the alert into the order's open proposal; a new one where there is none."""
    key = f"{alert.person_id}:{order.order_id}"
    case = BreachCase.objects.select_for_update().filter(proposal_key=key).first()
    if case is None:
        case = _open(alert.person_id, order, key, now)
    CaseGround.objects.update_or_create(
        case=case,
        alert_id=alert.pk,
        defaults={
            "failed_at": alert.from_at, "upheld_at": _upheld_at(alert), "added_at": now,
            "requirement_reference": alert.requirement_reference,
        },
    )  # fmt: skip
    BreachCase.objects.filter(pk=case.pk).update(version=F("version") + 1)
    return int(case.pk)


def _open(person_id: int, order: Order, key: str, now: datetime) -> BreachCase:
    rule = route_of(order.kind).rule(Step.PROPOSED)
    assert rule is not None, "every route begins with a proposal"
    made = BreachCase.objects.create(
        person_id=person_id, order_reference=order.order_id, order_kind=order.kind.value,
        opened_at=now, step=Step.PROPOSED, step_at=now, proposal_key=key, seen_police_at=LONG_AGO,
        due_at=due_by(rule.within, now, zone=settings.WALL_ZONE),
        due_source=rule.within.source if rule.within else "",
    )  # fmt: skip
    StepTaken.objects.create(case=made, step=Step.PROPOSED, at=now, recorded_at=now)
    _tell(made, "breach_proposed", "proposed", now)
    return made


def _without_case(now: datetime) -> QuerySet[Alert]:
    """Alerts decided against the wearer that no case has as they were last upheld."""
    upheld = Alert.objects.filter(status=Status.UPHELD)
    closed = Alert.objects.filter(status=Status.CLOSED, outcome__in=BLAMED)
    last = AlertMove.objects.filter(alert=OuterRef("pk"), what="upheld").order_by("-at", "-pk")
    known = CaseGround.objects.filter(alert_id=OuterRef("pk"), upheld_at__gte=OuterRef("upheld"))
    return (
        (upheld | closed)
        .annotate(upheld=last.values("at")[:1])
        .filter(upheld__gte=now - OLD, person__protected=False)
        .exclude(Exists(known))
    )


def _orders_of(alert: Alert, person: PersonOrders) -> list[Order]:
    """The order whose requirement was not kept; of a tag's own state, every order that was in force
    and can be enforced, since each asks that the tag be worn."""
    live = [
        one for one in person.orders
        if has_route(one.kind.value) and one.from_at <= alert.from_at
        and (one.to_at is None or alert.from_at < one.to_at)
    ]  # fmt: skip
    if not alert.requirement_reference:
        return live
    judged = _judged_order(alert)
    if judged:
        return [one for one in person.orders if one.order_id == judged and has_route(one.kind)]
    wanted = RequirementRef(alert.requirement_reference)
    return [one for one in live if any(r.requirement_id == wanted for r in one.requirements)][:1]


def _judged_order(alert: Alert) -> str:
    rows = Violation.objects.filter(pk=alert.violation_id or 0)
    version = rows.values_list("requirement_version_id", flat=True).first()
    known = RequirementVersion.objects.filter(pk=version or 0)
    return known.values_list("order_reference", flat=True).first() or ""


def _upheld_at(alert: Alert) -> datetime:
    found: datetime = alert.upheld  # type: ignore[attr-defined]  # of _without_case
    return found


def follow_falls(now: datetime) -> int:
    """Cases of which no ground stands any more; how many were withdrawn or told of."""
    doubtful = _without_plain_ground().order_by("pk").prefetch_related("grounds")
    fallen = [one.pk for one in doubtful if _has_fallen(one, now)]
    return _fall(fallen[:AT_ONCE], now) if fallen else 0


def _without_plain_ground() -> QuerySet[BreachCase]:
    """Open cases without an alert that plainly stands: few, so that each can be weighed, however
    many cases are open."""
    contests = Contest.objects.filter(alert_id=OuterRef("pk"), stands=False)
    spoken = AlertViolation.objects.filter(alert_id=OuterRef("pk"), withdrawn=False)
    reported = AlertReport.objects.filter(alert_id=OuterRef("pk"))
    upheld = Q(status=Status.UPHELD) | Q(status=Status.CLOSED, outcome__in=BLAMED)
    plain = Alert.objects.filter(upheld, Exists(spoken) | Exists(reported), ~Exists(contests))
    grounds = CaseGround.objects.filter(case=OuterRef("pk"), alert_id__in=plain.values("pk"))
    return BreachCase.objects.filter(~Exists(grounds), closed_at=None, fell_told=False)


def _has_fallen(case: BreachCase, now: datetime) -> bool:
    grounds = grounds_of(list(case.grounds.all()), now=now)
    return bool(grounds) and all(one.weighs is Weighs.FELL for one in grounds)


@transaction.atomic
def _fall(case_ids: Collection[int], now: datetime) -> int:
    cases = list(
        BreachCase.objects.select_for_update(of=("self",))
        .filter(pk__in=case_ids, closed_at=None, fell_told=False)
        .order_by("pk")
    )
    withdrawn = [one for one in cases if one.step == Step.PROPOSED]
    for case in withdrawn:
        _withdraw(case, now)
    for case in cases:
        if case not in withdrawn:
            BreachCase.objects.filter(pk=case.pk).update(fell_told=True, version=F("version") + 1)
            _tell(case, "breach_fell", "fell", now)
    if cases:
        ids = [one.pk for one in cases]
        audit.record("breach:fell", by=MACHINE, at=now, detail={"cases": ids})
    return len(cases)


def _withdraw(case: BreachCase, now: datetime) -> None:
    """Nobody has decided anything yet: the machine takes its own proposal back."""
    StepTaken.objects.create(
        case=case, step=Step.WITHDRAWN, at=now, recorded_at=now,
        words="Nothing that it was proposed for stands any more.",
    )  # fmt: skip
    BreachCase.objects.filter(pk=case.pk).update(
        step=Step.WITHDRAWN, step_at=now, due_at=None, due_source="", closed_at=now,
        proposal_key=None, fell_told=True, version=F("version") + 1,
    )  # fmt: skip


def fire_clocks(now: datetime) -> int:
    """Say of each step that is overdue that it is, and each day again; how many."""
    overdue = BreachCase.objects.filter(closed_at=None, due_at__lte=now).order_by("due_at", "pk")
    ids = [one.pk for one in overdue if _is_to_be_told(one, now)]
    return _fire(ids[:AT_ONCE], now) if ids else 0


@transaction.atomic
def _fire(case_ids: Collection[int], now: datetime) -> int:
    cases = list(
        BreachCase.objects.select_for_update(of=("self",)).filter(pk__in=case_ids).order_by("pk")
    )
    told = [one for one in cases if one.closed_at is None and _is_to_be_told(one, now)]
    for case in told:
        assert case.due_at is not None, "only what is due is told"
        days = (now - case.due_at) // AGAIN_EVERY + 1  # one notice however long no worker ran
        _tell(case, "breach_overdue", f"overdue:{case.version}:{days}", now)
        BreachCase.objects.filter(pk=case.pk).update(chased=days)
    if told:
        ids = [one.pk for one in told]
        audit.record("breach:overdue", by=MACHINE, at=now, detail={"cases": ids})
    return len(told)


def _is_to_be_told(case: BreachCase, now: datetime) -> bool:
    """At the time itself, then once in each day that it waits. What is contested waits for that."""
    if case.due_at is None or now < case.due_at + case.chased * AGAIN_EVERY:
        return False
    grounds = grounds_of(list(case.grounds.all()), now=now)
    return any(one.weighs is Weighs.COUNTS for one in grounds)


def _tell(case: BreachCase, template: str, step: str, now: datetime) -> None:
    """The responsible officers, and whoever took the last step."""
    responsible: Iterable[int] = ()
    found = cases_of([case.person_id], now=now).get(case.person_id)
    if found is not None:
        responsible = found.officer_ids
    acted = StepTaken.objects.filter(case=case, officer_id__isnull=False).order_by("-pk")
    last = acted.values_list("officer_id", flat=True).first()
    enqueue(
        about=f"breach:{case.pk}",
        step=step[:40],
        officer_ids={*responsible, *([last] if last is not None else [])},
        template=template,
        words={
            "case_id": case.pk,
            "step": str(Step(case.step).value).replace("_", " "),
            "due_by": f"{case.due_at:%Y-%m-%d %H:%M} UTC" if case.due_at else "no set time",
        },
        now=now,
    )
