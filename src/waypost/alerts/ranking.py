"""Alerts are ranked from what the store knows: the facts are loaded once for many of them.

    rank_anew(ids, ...)         urgency and its reasons, saved where they changed
    rank_persons(ids, ...)      the same of every open alert of these persons
    spoken_of(ids)              the violations that alerts speak of, as they stand

The decision is harm.py's; who a person is is never asked here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Q

from waypost.alerts.harm import UPHELD_LOOK_BACK, Facts, rank
from waypost.alerts.models import Alert, AlertMove, AlertViolation, Contest, RiskMarker
from waypost.alerts.notified import unnotified_alerts
from waypost.alerts.values import AlertKind, Outcome, RiskKind, Status
from waypost.devices.protection_queries import protecting_wearers
from waypost.monitoring.queries import standing
from waypost.rules.values import JudgedViolation

Spoken = Mapping[int, Collection[JudgedViolation]]  # alert -> what it speaks of
NOTHING = timedelta(0)
# What ended otherwise after it was upheld (equipment, late data, an excuse) was not the person.
STILL_UPHELD = frozenset({"", Outcome.BREACH, Outcome.WARNING_GIVEN, Outcome.NO_ACTION})
DECISIVE = ("upheld", "explained", "reopened", "withdrawn")  # moves; the last of them counts


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of one person beside their alerts."""

    risks: frozenset[RiskKind] = frozenset()
    protects: bool = False
    upheld: Mapping[int, datetime] = field(default_factory=dict)  # alert -> when

    def beside(self, alert_id: int) -> tuple[datetime, ...]:
        """When other alerts were upheld: one does not weigh upon itself."""
        return tuple(sorted(at for one, at in self.upheld.items() if one != alert_id))


def rank_anew(
    alert_ids: Collection[int],
    *,
    now: datetime,
    spoken: Spoken | None = None,
    held: Iterable[Alert] = (),
) -> int:
    """Rank these alerts; how many stand elsewhere now. In the caller's transaction.

    held   records of some of them in the caller's hands: they are told as well
    """
    found = list(Alert.objects.filter(pk__in=alert_ids).order_by("pk"))
    if not found:
        return 0
    spoken = spoken_of(alert_ids) if spoken is None else spoken
    known = known_of({alert.person_id for alert in found}, now=now)
    changed = [
        alert
        for alert in found
        if _rank(alert, spoken.get(alert.pk, ()), known[alert.person_id], now)
    ]
    Alert.objects.bulk_update(changed, ["urgency", "because"], batch_size=200)
    new = {alert.pk: alert for alert in found}
    for alert in held:
        alert.urgency, alert.because = new[alert.pk].urgency, new[alert.pk].because
    return len(changed)


def rank_persons(person_ids: Collection[int], *, now: datetime) -> int:
    """Rank every open alert of these persons, as something else is known of them now."""
    found = Alert.objects.filter(person_id__in=person_ids).exclude(status=Status.CLOSED)
    return rank_anew(list(found.values_list("pk", flat=True)), now=now)


def spoken_of(alert_ids: Collection[int]) -> Spoken:
    """What the alerts speak of and later fixes have not taken back."""
    links = AlertViolation.objects.filter(alert_id__in=alert_ids, withdrawn=False)
    pairs = list(links.values_list("alert_id", "violation_id"))
    rows = standing([violation_id for _, violation_id in pairs]) if pairs else {}
    spoken: dict[int, list[JudgedViolation]] = defaultdict(list)
    for alert_id, violation_id in pairs:
        if violation_id in rows:
            spoken[alert_id].append(rows[violation_id].row)
    return spoken


def known_of(person_ids: Collection[int], *, now: datetime) -> dict[int, Known]:
    """Four questions, however many persons."""
    risks: dict[int, set[RiskKind]] = defaultdict(set)
    live = RiskMarker.objects.filter(person_id__in=person_ids, from_at__lte=now)
    live = live.filter(Q(to_at__isnull=True) | Q(to_at__gt=now))
    for person_id, kind in live.values_list("person_id", "kind"):
        risks[person_id].add(RiskKind(kind))
    protecting = protecting_wearers(person_ids, now=now)
    upheld = _upheld(person_ids, now)
    return {
        one: Known(frozenset(risks[one]), one in protecting, upheld.get(one, {}))
        for one in person_ids
    }


def _rank(alert: Alert, rows: Collection[JudgedViolation], known: Known, now: datetime) -> bool:
    """Rank it in memory; whether that changed anything."""
    found = rank(_facts(alert, rows, known, now), now)
    before = (alert.urgency, alert.because)
    alert.urgency, alert.because = found.urgency, list(found.reasons)
    return (alert.urgency, alert.because) != before


def _facts(alert: Alert, rows: Collection[JudgedViolation], known: Known, now: datetime) -> Facts:
    return Facts(
        kind=AlertKind(alert.kind),
        certainty=alert.certainty,
        depth_m=max((row.depth_m for row in rows), default=0.0),
        lasted=max(((row.to_at or now) - row.from_at for row in rows), default=NOTHING),
        shapes=frozenset(row.how for row in rows),
        risks=known.risks,
        protects=known.protects,
        upheld=known.beside(alert.pk),
    )


def _upheld(person_ids: Collection[int], now: datetime) -> dict[int, dict[int, datetime]]:
    """Person -> alert -> when it was upheld: those that stand so still. One that is contested
    waits until somebody else has decided, unless risk was recorded (Contest.counts_meanwhile); what
    began before the person was told is left out, unless somebody let it count."""
    moves = AlertMove.objects.filter(
        alert__person_id__in=person_ids, what__in=DECISIVE, at__gte=now - UPHELD_LOOK_BACK
    ).order_by("at", "pk")
    last = {
        alert_id: (person_id, what, at, status, outcome)
        for alert_id, person_id, what, at, status, outcome in moves.values_list(
            "alert_id", "alert__person_id", "what", "at", "alert__status", "alert__outcome"
        )
    }
    waits = Q(decided_at__isnull=True, counts_meanwhile=False) | Q(stands=False)
    contested = set(
        Contest.objects.filter(waits, alert__person_id__in=person_ids).values_list(
            "alert_id", flat=True
        )
    )
    early = unnotified_alerts([one for one, row in last.items() if row[1] == "upheld"])
    upheld: dict[int, dict[int, datetime]] = defaultdict(dict)
    for alert_id, (person_id, what, at, status, outcome) in last.items():
        stands = status in {Status.UPHELD, Status.CLOSED} and outcome in STILL_UPHELD
        if what == "upheld" and stands and alert_id not in contested | early:
            upheld[person_id][alert_id] = at
    return upheld
