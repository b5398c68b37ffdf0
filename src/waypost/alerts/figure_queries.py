"""The figures of alerts on the store, of the persons within the asker's reach. Counts alone leave
this module: no person, no place, no alert's number.

A wearer-day is a day in which a tag was on somebody whose order was live; two tags on one person
count once. Canaries are of limited access and within nobody's reach, so that they count nowhere.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from django.db.models import Min

from waypost.access import may
from waypost.access.values import Permission, Posted
from waypost.alerts import reaching
from waypost.alerts.canaries import PREFIX
from waypost.alerts.contests import BLAMES
from waypost.alerts.figures import Fate, Figures, Raised, figures
from waypost.alerts.models import Alert, AlertMove
from waypost.alerts.values import UNATTENDED, AlertKind, Outcome, Status
from waypost.orders.directory import ActivationDirectory
from waypost.orders.models import Activation
from waypost.orders.queries import light_orders

AGREED = frozenset({AlertKind.CLINICAL_REMOVAL})  # known of beforehand: recorded, asks nothing new
DAY = timedelta(days=1)


def figures_of(by: Posted, *, span: timedelta, now: datetime) -> Figures:
    """Of what was raised in the last `span`, as it stands by now."""
    may.check(by, Permission.ALERT_READ)
    reach = reaching.within(by, now=now)
    within = Alert.objects.filter(reaching.as_filter(reach))
    within = within.exclude(person__reference__startswith=PREFIX)
    alerts = within.filter(raised_at__gt=now - span, raised_at__lte=now)
    waiting = within.filter(status__in=sorted(UNATTENDED)).order_by("raised_at")
    since = waiting.values_list("raised_at", flat=True).first()
    persons = reach.person_ids
    return figures(
        _raised(list(alerts.order_by("pk")), now),
        wearer_days(
            None if persons is None else set(persons), set(reach.hidden_ids), now - span, now
        ),
        now - since if since else None,
    )


def raised_between(
    from_at: datetime, to_at: datetime, *, now: datetime
) -> Iterator[tuple[int, Raised]]:
    """(person id, alert) of all alerts raised in [from_at, to_at), as they stand by now: for who
    counts, and shows nobody."""
    alerts = Alert.objects.filter(raised_at__gte=from_at, raised_at__lt=to_at)
    found = list(alerts.exclude(person__reference__startswith=PREFIX).order_by("pk"))
    return zip((one.person_id for one in found), _raised(found, now), strict=True)


def wearer_days(
    persons: set[int] | None, hidden: set[int], from_at: datetime, to_at: datetime
) -> float:
    """Days in [from_at, to_at) in which these (None: all but the hidden) wore a tag under a live
    order."""
    worn = Activation.objects.filter(from_at__lt=to_at).exclude(person_id__in=hidden)
    worn = worn.exclude(person__reference__startswith=PREFIX).exclude(to_at__lte=from_at)
    if persons is not None:
        worn = worn.filter(person_id__in=persons)
    of = dict(worn.values_list("pk", "person_id"))
    directory = ActivationDirectory(light_orders(set(of.values())))
    spans: dict[int, list[tuple[datetime, datetime]]] = defaultdict(list)
    for number, person_id in of.items():
        spans[person_id] += [
            (max(start, from_at), min(end, to_at))
            for start, end in directory.spans(number)
            if start < to_at and end > from_at
        ]
    return sum((_covered(one) for one in spans.values()), timedelta(0)) / DAY


def _covered(spans: Iterable[tuple[datetime, datetime]]) -> timedelta:
    """The time that they cover together."""
    total, last = timedelta(0), None
    for start, end in sorted(spans):
        begin = start if last is None or start > last else last
        total += max(end - begin, timedelta(0))
        last = end if last is None else max(last, end)
    return total


def _raised(alerts: list[Alert], now: datetime) -> list[Raised]:
    moves = AlertMove.objects.filter(alert_id__in=[one.pk for one in alerts])
    attended = moves.filter(officer_id__isnull=False).values("alert_id").annotate(first=Min("at"))
    first = dict(attended.values_list("alert_id", "first"))
    silent = set(moves.filter(what="called_nobody").values_list("alert_id", flat=True))
    withdrawn = set(moves.filter(to_status=Status.WITHDRAWN).values_list("alert_id", flat=True))
    return [
        Raised(
            kind=AlertKind(one.kind),
            called=one.pk not in silent and one.kind not in AGREED,
            fate=_fate(one, one.pk in withdrawn),
            attended=max(first[one.pk] - one.raised_at, timedelta(0)) if one.pk in first else None,
            waited=now - one.raised_at,
        )
        for one in alerts
    ]


def _fate(alert: Alert, withdrawn: bool) -> Fate:
    """What was decided; what later fixes took back, and nothing after gave again, comes first."""
    if alert.status == Status.WITHDRAWN or alert.outcome == Outcome.LATE_DATA:
        return Fate.WITHDRAWN
    if withdrawn and alert.status == Status.CLOSED and alert.outcome not in BLAMES:
        return Fate.WITHDRAWN
    if alert.status == Status.EXPLAINED or alert.outcome == Outcome.REASONABLE_EXCUSE:
        return Fate.EXPLAINED
    if alert.status == Status.UPHELD or alert.outcome in BLAMES:
        return Fate.UPHELD
    return Fate.OTHER if alert.status == Status.CLOSED else Fate.OPEN
