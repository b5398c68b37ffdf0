"""What a row of a list is marked with, asked for many alerts at once."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from waypost.alerts.models import Alert, AlertReport, AlertViolation
from waypost.alerts.notified import unnotified_alerts
from waypost.alerts.values import AlertKind
from waypost.monitoring.queries import found_late
from waypost.orders.models import Activation

# A report that came later than tags' usual uploads (5-15 min): whoever acts must know.
LATE_AFTER = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Marks:
    """Alerts by number: unfitted and late, as below; untold: all they speak of began before the
    person was told, and nobody let it count."""

    unfitted: Collection[int]
    late: Collection[int]
    untold: Collection[int]


def marks_of(alerts: Sequence[Alert], now: datetime) -> Marks:
    return Marks(
        unfitted(alerts, now), late(alerts), unnotified_alerts([alert.pk for alert in alerts])
    )


def late(alerts: Sequence[Alert]) -> set[int]:
    """Alerts on what was so before it could be known: by later fixes, or a late report."""
    ids = [alert.pk for alert in alerts]
    links = AlertViolation.objects.filter(alert_id__in=ids, withdrawn=False)
    of = dict(links.values_list("violation_id", "alert_id"))
    found = {of[one] for one in found_late(of)}
    reports = AlertReport.objects.filter(alert_id__in=ids)
    return found | {
        alert_id
        for alert_id, measured_at, added_at in reports.values_list(
            "alert_id", "measured_at", "added_at"
        )
        if added_at - measured_at > LATE_AFTER
    }


def unfitted(alerts: Sequence[Alert], now: datetime) -> set[int]:
    """Alerts on time that could not be monitored, of persons who wore no tag when it began and
    wear none now."""
    dark = [one for one in alerts if one.kind == AlertKind.UNMONITORED]
    worn: dict[int, list[tuple[datetime, datetime | None]]] = {}
    spans = Activation.objects.filter(person_id__in={one.person_id for one in dark})
    rows = spans.values_list("person_id", "from_at", "to_at") if dark else ()
    for person_id, began_at, ended_at in rows:
        worn.setdefault(person_id, []).append((began_at, ended_at))
    return {
        one.pk
        for one in dark
        if not any(
            from_at <= at and (to_at is None or to_at > at)
            for from_at, to_at in worn.get(one.person_id, ())
            for at in (one.from_at, now)
        )
    }
