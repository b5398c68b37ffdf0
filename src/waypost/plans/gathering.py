"""A period's facts, and what is known of plans when what is due is worked out."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Q

from waypost.access.values import Posted
from waypost.alerts.models import Alert, AlertViolation
from waypost.alerts.values import OPEN, Outcome, Status
from waypost.monitoring.appointments import kept_appointments
from waypost.monitoring.queries import is_of_tag
from waypost.monitoring.strip_queries import PersonStrips, person_strips
from waypost.orders.models import Activation, Order
from waypost.orders.values import OrderKind
from waypost.plans.deciding import days_of, share_of
from waypost.plans.models import Plan, PlanAction, PlannedVisit, SentenceEvent
from waypost.plans.values import (
    FACTS_DAYS_MAX,
    ActionStatus,
    Facts,
    LicenceEvent,
    LicenceKind,
    Owner,
    PersonFacts,
    PlanFacts,
    PlanKind,
    VisitStatus,
)
from waypost.rules.attendance import Outcome as Attended
from waypost.rules.values import Certainty, RowKind
from waypost.telling.models import WeekKept
from waypost.telling.praising import EXCUSED

UPHELD = (Outcome.BREACH, Outcome.WARNING_GIVEN)


def facts_for(plan: Plan, *, by: Posted, now: datetime) -> Facts:
    """Since the last review of this plan, or since it was made; at most so many days."""
    last = plan.reviews.order_by("-at").values_list("at", flat=True).first()
    return facts_of(plan.person_id, last or plan.made_at, by=by, now=now)


def facts_of(person_id: int, since: datetime, *, by: Posted, now: datetime) -> Facts:
    """From the day of `since` up to today, as the strips, alerts and kept weeks tell them."""
    zone = ZoneInfo(settings.WALL_ZONE)
    to_on = now.astimezone(zone).date()
    from_on = max(since.astimezone(zone).date(), to_on - timedelta(days=FACTS_DAYS_MAX - 1))
    from_at = datetime.combine(from_on, time(), zone)
    count = (to_on - from_on).days + 1
    strips = person_strips(person_id, by=by, now=now, last=to_on, count=count)
    alerts = Alert.objects.filter(person_id=person_id, from_at__gte=from_at, from_at__lte=now)
    excused = _excused(person_id)
    rows = [one.strip for one in strips.requirements]
    asked, kept, untold = days_of(rows, excused) if rows else (0, 0, 0)
    came = [
        one
        for one in kept_appointments(person_id, by=by, from_at=from_at, now=now)
        if one.outcome not in {Attended.TO_COME, Attended.UNDER_WAY}
    ]
    weeks = WeekKept.objects.filter(person_id=person_id, monday__gte=from_on - timedelta(days=6))
    return Facts(
        from_on, to_on, asked, kept, untold, share_of(rows),
        sum(one.outcome is Attended.ATTENDED for one in came), len(came),
        _missed(strips, excused),
        alerts.filter(Q(outcome__in=EXCUSED) | Q(status=Status.EXPLAINED)).count(),
        alerts.filter(Q(outcome__in=UPHELD) | Q(status=Status.UPHELD)).count(),
        alerts.filter(status__in=OPEN - {Status.EXPLAINED, Status.UPHELD}).count(),
        weeks.count(), weeks.exclude(said_at=None).count(),
    )  # fmt: skip


def as_json(facts: Facts) -> dict[str, Any]:
    """Facts as they are kept: days and instants in ISO 8601."""
    found = asdict(facts)
    found |= {"from_on": facts.from_on.isoformat(), "to_on": facts.to_on.isoformat()}
    found["missed"] = [[words, at.isoformat()] for words, at in facts.missed]
    return found


def person_facts(person_ids: Collection[int] | None, *, now: datetime) -> list[PersonFacts]:
    """Of each person with a live order; a few statements however many there are."""
    orders = Order.objects.filter(Q(to_at=None) | Q(to_at__gt=now), from_at__lte=now)
    orders = orders.exclude(kind=OrderKind.PROTECTION).filter(person__protected=False)
    if person_ids is not None:
        orders = orders.filter(person_id__in=list(person_ids))
    since: dict[int, datetime] = {}
    for person_id, from_at in orders.values_list("person_id", "from_at"):
        since[person_id] = max(from_at, since.get(person_id, from_at))
    worn = Activation.objects.filter(
        Q(to_at=None) | Q(to_at__gt=now), from_at__lte=now, person_id__in=list(since)
    )
    wears = set(worn.values_list("person_id", flat=True))
    plans, visits, events = _plans(since), _visits(since), _events(since)
    return [
        PersonFacts(one, since[one], one in wears, tuple(plans.get(one, ())),
                    tuple(visits.get(one, ())), tuple(events.get(one, ())))
        for one in sorted(since)
    ]  # fmt: skip


def events_of(person_id: int) -> list[LicenceEvent]:
    return _events([person_id]).get(person_id, [])


def _plans(ids: Collection[int]) -> dict[int, list[PlanFacts]]:
    actions: dict[int, list[date]] = {}
    open_ones = PlanAction.objects.filter(
        objective__plan__person_id__in=list(ids), status=ActionStatus.OPEN,
        owner=Owner.PRACTITIONER, objective__status="open",
    )  # fmt: skip
    for plan_id, due_on in open_ones.values_list("objective__plan_id", "due_on"):
        actions.setdefault(plan_id, []).append(due_on)
    found: dict[int, list[PlanFacts]] = {}
    for one in Plan.objects.filter(person_id__in=list(ids)).order_by("pk"):
        made = PlanFacts(
            PlanKind(one.kind), one.has_purpose, one.review_at, tuple(actions.get(one.pk, ()))
        )
        found.setdefault(one.person_id, []).append(made)
    return found


def _visits(ids: Collection[int]) -> dict[int, list[datetime]]:
    found: dict[int, list[datetime]] = {}
    rows = PlannedVisit.objects.filter(person_id__in=list(ids), status=VisitStatus.PLANNED)
    for person_id, at in rows.values_list("person_id", "at"):
        found.setdefault(person_id, []).append(at)
    return found


def _events(ids: Collection[int]) -> dict[int, list[LicenceEvent]]:
    found: dict[int, list[LicenceEvent]] = {}
    rows = SentenceEvent.objects.filter(person_id__in=list(ids), taken_back_at=None)
    for one in rows.order_by("on_day", "pk"):
        found.setdefault(one.person_id, []).append(LicenceEvent(LicenceKind(one.kind), one.on_day))
    return found


def _excused(person_id: int) -> set[int]:
    """Violations whose alerts were found excused, the equipment's, or late data."""
    found = Q(alert__outcome__in=EXCUSED) | Q(alert__status=Status.EXPLAINED)
    links = AlertViolation.objects.filter(found, alert__person_id=person_id)
    return set(links.values_list("violation_id", flat=True))


def _missed(strips: PersonStrips, excused: Collection[int]) -> tuple[tuple[str, datetime], ...]:
    """What stands against them in these days, newest first: its kind and when it began."""
    rows = [
        (str(one.row.kind), one.row.from_at)
        for one in strips.violations
        if not one.row.withdrawn
        and one.row.certainty != Certainty.CANNOT_TELL
        and one.row.kind is not RowKind.EXCLUSION_WARNING
        and not is_of_tag(one.row)
        and one.violation_id not in excused
    ]
    return tuple(sorted(rows, key=lambda row: row[1], reverse=True)[:20])
