"""Facts of members, a handful of statements however many there are; each only as far as the asker
may read of it: what they may not read of is None, never 0."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings

from waypost.access.values import Permission, Posted
from waypost.alerts.models import Alert, AlertViolation
from waypost.alerts.values import OPEN, Outcome
from waypost.enforcement.models import BreachCase, StepTaken
from waypost.enforcement.values import Weighs
from waypost.enforcement.weighing import weigh
from waypost.iom.drifting import LOOKED_AT, DriftFacts
from waypost.iom.models import Action, Offer
from waypost.iom.stages import Met
from waypost.iom.values import ActionStatus, OfferStatus, Stage
from waypost.monitoring.models import Violation
from waypost.monitoring.queries import last_fix_at
from waypost.necessity.tasks import early_violations
from waypost.orders.models import Activation, Order
from waypost.orders.queries import visible_person_ids
from waypost.orders.values import OrderKind
from waypost.policing.models import Notification
from waypost.policing.values import Answer
from waypost.rules.values import Certainty, RowKind
from waypost.telling.models import WeekKept

EXCUSED = (Outcome.REASONABLE_EXCUSE, Outcome.EQUIPMENT, Outcome.LATE_DATA)
RELEASED = (OrderKind.LICENCE, OrderKind.HDC, OrderKind.PAROLE)


@dataclass(frozen=True, slots=True)
class Days:
    """Local days with something certain or probable against a requirement, and days with something
    that could not be told."""

    broken: frozenset[date] = frozenset()
    untold: frozenset[date] = frozenset()


def readable(
    ids: Collection[int], permission: Permission, by: Posted, now: datetime
) -> frozenset[int]:
    """Those of these persons of whom the officer may read such things."""
    seen = visible_person_ids(by, permission, now=now)
    return frozenset(ids) if seen is None else frozenset(ids) & seen


def drift_facts(ids: Collection[int], by: Posted, now: datetime) -> dict[int, DriftFacts]:
    """What drifting.py goes by, for each of these members."""
    since = now - LOOKED_AT
    of_alerts = readable(ids, Permission.ALERT_READ, by, now)
    of_breaches = readable(ids, Permission.BREACH_READ, by, now)
    of_orders = readable(ids, Permission.PERSON_READ, by, now)
    upheld, oldest = upheld_since(of_alerts, since, now), _oldest_open(of_alerts, now)
    breach = set(
        BreachCase.objects.filter(person_id__in=of_breaches, closed_at=None).values_list(
            "person_id", flat=True
        )
    )
    days, weeks, late = days_of(of_orders, since, now), _weeks(of_orders, since), late_of(ids, now)
    worn, heard = _wearing(of_orders, now), last_fix_at(of_orders)
    declined = Counter(
        Offer.objects.filter(
            person_id__in=ids, status=OfferStatus.DECLINED, moves__at__gte=since,
            moves__to_status=OfferStatus.DECLINED,
        ).distinct().values_list("person_id", flat=True)
    )  # fmt: skip
    return {
        one: DriftFacts(
            upheld=upheld[one] if one in of_alerts else None,
            oldest_open=oldest.get(one),
            breach_open=one in breach if one in of_breaches else None,
            days_broken=len(days[one].broken) if one in of_orders else None,
            days_untold=len(days[one].untold) if one in of_orders else None,
            weeks_kept=weeks[one],
            actions_late=late[one][0],
            offers_late=late[one][1],
            declined=declined[one],
            monitored=one in worn,
            silent=now - heard[one] if one in heard else None,
        )
        for one in ids
    }


def upheld_since(ids: Collection[int], since: datetime, now: datetime) -> Counter[int]:
    """Alerts of failures since then that count against the person now (enforcement/weighing.py)."""
    rows = dict(
        Alert.objects.filter(person_id__in=ids, from_at__gte=since).values_list("pk", "person_id")
    )
    weights = weigh(rows.keys(), now=now) if rows else {}
    return Counter(
        rows[number] for number, (weighs, _) in weights.items() if weighs is Weighs.COUNTS
    )


def open_alerts(ids: Collection[int]) -> Counter[int]:
    rows = Alert.objects.filter(person_id__in=ids, status__in=OPEN)
    return Counter(rows.values_list("person_id", flat=True))


def _oldest_open(ids: Collection[int], now: datetime) -> dict[int, timedelta]:
    found: dict[int, timedelta] = {}
    rows = Alert.objects.filter(person_id__in=ids, status__in=OPEN).order_by("-raised_at")
    for person_id, raised_at in rows.values_list("person_id", "raised_at"):
        found[person_id] = now - raised_at
    return found


def days_of(ids: Collection[int], since: datetime, now: datetime) -> defaultdict[int, Days]:
    """Days by person. What was excused, or began before the person was told, is not against them;
    what the tag itself was, and coming close to a zone, is no violation."""
    rows = list(
        Violation.objects.filter(person_id__in=ids, withdrawn=False, from_at__lt=now)
        .exclude(to_at__lte=since)
        .exclude(requirement_reference__startswith="tag:")
        .exclude(kind=RowKind.EXCLUSION_WARNING)
        .values_list("pk", "person_id", "certainty", "from_at", "to_at")
    )
    excused = set(
        AlertViolation.objects.filter(
            violation_id__in=[row[0] for row in rows], alert__outcome__in=EXCUSED
        ).values_list("violation_id", flat=True)
    )
    excused |= early_violations([row[0] for row in rows])
    broken: dict[int, set[date]] = defaultdict(set)
    untold: dict[int, set[date]] = defaultdict(set)
    for number, person_id, certainty, from_at, to_at in rows:
        touched = _days(max(from_at, since), min(to_at or now, now))
        if certainty == Certainty.CANNOT_TELL:
            untold[person_id] |= touched
        elif certainty != Certainty.POSSIBLE and number not in excused:
            broken[person_id] |= touched
    found: defaultdict[int, Days] = defaultdict(Days)
    for person_id in {*broken, *untold}:
        found[person_id] = Days(frozenset(broken[person_id]), frozenset(untold[person_id]))
    return found


def _days(from_at: datetime, to_at: datetime) -> set[date]:
    zone = ZoneInfo(settings.WALL_ZONE)
    first, last = from_at.astimezone(zone).date(), to_at.astimezone(zone).date()
    return {first + timedelta(days=n) for n in range((last - first).days + 1)}


def _weeks(ids: Collection[int], since: datetime) -> Counter[int]:
    rows = WeekKept.objects.filter(person_id__in=ids, monday__gte=since.date())
    return Counter(rows.values_list("person_id", flat=True))


def _wearing(ids: Collection[int], now: datetime) -> set[int]:
    rows = Activation.objects.filter(person_id__in=ids, from_at__lte=now).exclude(to_at__lte=now)
    return set(rows.values_list("person_id", flat=True))


def late_of(ids: Collection[int], now: datetime) -> dict[int, tuple[int, int]]:
    """Actions and offers that are over their time, by person."""
    actions = Counter(
        Action.objects.filter(
            person_id__in=ids, status=ActionStatus.OPEN, due_at__lt=now
        ).values_list("person_id", flat=True)
    )
    offers = Counter(
        Offer.objects.filter(
            person_id__in=ids, status=OfferStatus.OWED, due_at__lt=now
        ).values_list("person_id", flat=True)
    )
    return {one: (actions[one], offers[one]) for one in ids}


def stages_met(since: Mapping[int, datetime], by: Posted, now: datetime) -> dict[int, list[Met]]:
    """Stages that members came to since they were selected, as the records show them.

    since   by person, when they were selected
    """
    found: dict[int, list[Met]] = defaultdict(list)
    for person_id, at in since.items():
        found[person_id].append(Met(Stage.SELECTION, at))
    orders = readable(since, Permission.ORDER_READ, by, now)
    cases = readable(since, Permission.BREACH_READ, by, now)
    rows = Order.objects.filter(person_id__in=orders, from_at__lte=now)
    newest = {
        (person_id, reference): (kind, from_at)
        for person_id, reference, kind, from_at in rows.exclude(kind=OrderKind.PROTECTION)
        .order_by("version", "pk")
        .values_list("person_id", "reference", "kind", "from_at")
    }
    for (person_id, _), (kind, from_at) in newest.items():
        stage = Stage.RELEASE if kind in RELEASED else Stage.COMMUNITY
        found[person_id].append(Met(stage, from_at))
    arrests = Notification.objects.filter(person_id__in=cases, answer=Answer.ARREST)
    heard = StepTaken.objects.filter(case__person_id__in=cases, hearing_at__lte=now)
    for stage, moments in (
        (Stage.ARREST, arrests.values_list("person_id", "sent_at")),
        (Stage.COURT, heard.values_list("case__person_id", "hearing_at").distinct()),
    ):
        for person_id, moment in moments:
            if moment is not None:
                found[person_id].append(Met(stage, moment))
    return {
        person_id: [one for one in met if one.at >= since[person_id]]
        for person_id, met in found.items()
    }
