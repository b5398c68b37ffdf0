"""How the grounds of statements stand now: violations as judged, decisions on alerts as made."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from waypost.alerts.contesting import contested, decided
from waypost.alerts.contests import BLAMES
from waypost.alerts.models import Alert, AlertViolation
from waypost.alerts.values import Outcome, Status
from waypost.corrections.values import Stands
from waypost.monitoring.queries import standing

# Closed so, nobody found that it was not so: the police may still have been right to come.
NO_FALL = BLAMES | {Outcome.NO_ACTION}


@dataclass(frozen=True, slots=True)
class Seen:
    """A ground as it is now, and the version of the record that says so."""

    stands: Stands
    version: int


def grounds_now(alert_ids: Collection[int]) -> dict[tuple[int, int | None], Seen]:
    """By alert and violation: each violation that the alerts speak of; each alert's decision."""
    alerts = Alert.objects.filter(pk__in=alert_ids).prefetch_related("contests")
    found: dict[tuple[int, int | None], Seen] = {
        (one.pk, None): Seen(Stands(one.pk, None, not _fell(one)), one.version) for one in alerts
    }
    links = AlertViolation.objects.filter(alert_id__in=alert_ids)
    spoken = list(links.values_list("alert_id", "violation_id"))
    rows = standing([violation_id for _, violation_id in spoken])
    for alert_id, violation_id in spoken:
        one = rows.get(violation_id)
        if one is not None:
            row = one.row
            found[alert_id, violation_id] = Seen(
                Stands(
                    alert_id, violation_id, not row.withdrawn, row.certainty.value, row.from_at,
                    row.to_at, row.minutes,
                ),
                one.version,
            )  # fmt: skip
    return found


def _fell(alert: Alert) -> bool:
    """Whether what was decided, or may yet be, has turned out otherwise: explained, excused, the
    equipment's fault, taken back by later fixes, or fallen in a review of a contest."""
    status = Status(alert.status)
    if status in {Status.EXPLAINED, Status.WITHDRAWN}:
        return True
    if status is Status.CLOSED and alert.outcome not in NO_FALL:
        return True
    upheld_at = decided(alert).upheld_at
    last = contested(alert.contests.all())[-1:]
    return any(
        one.stands is False and (upheld_at is None or (one.decided_at or upheld_at) >= upheld_at)
        for one in last
    )
