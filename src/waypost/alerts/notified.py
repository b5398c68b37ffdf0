"""What of an alert began before the person was told: it counts towards nothing, unless decided.

    unnotified_alerts(ids)   alerts that count towards nothing: all they speak of began too early
    uncounted(links)         the violations among these that do
    notified_of(id)          how one alert is marked, for its page

Marks are worked out anew each time (necessity/marking.py); a decision (letting_count.py) covers
what the alert spoke of when it was made, and nothing that joined it later.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from waypost.access import may
from waypost.access.models import Officer
from waypost.access.values import Permission, Posted
from waypost.alerts.models import Alert, AlertReport, AlertViolation
from waypost.necessity.marking import marks_at, marks_of
from waypost.necessity.models import CountsAnyway
from waypost.necessity.values import Mark
from waypost.orders.queries import case_of


@dataclass(frozen=True, slots=True)
class NotifiedSeen:
    """How an alert is marked, for its page.

    early        violations of it that began before the person was told
    all_early    nothing it speaks of began later: it counts towards nothing, unless decided
    decided_at   when somebody let it count, who and why; None: nobody has
    may_decide   whoever reads it may; may_read: what the person was told
    """

    early: frozenset[int]
    all_early: bool
    decided_at: datetime | None
    decided_by: str
    words: str
    may_decide: bool
    may_read: bool


def unnotified_alerts(alert_ids: Collection[int]) -> frozenset[int]:
    """Of these alerts, those that count towards nothing because of when all they speak of began.

    An alert that speaks of nothing which was judged or reported (a limit reached) is never one.
    """
    links = list(AlertViolation.objects.filter(alert_id__in=alert_ids, withdrawn=False))
    reports = list(
        AlertReport.objects.filter(alert_id__in=alert_ids).values_list(
            "alert_id", "alert__person_id", "measured_at", "added_at"
        )
    )
    marks = marks_of([one.violation_id for one in links]) if links else {}
    moments = marks_at({(who, at) for _, who, at, _ in reports}) if reports else {}
    if Mark.NOT_YET not in {*marks.values(), *moments.values()}:
        return frozenset()
    decided = _decided(alert_ids)
    free: dict[int, list[bool]] = defaultdict(list)  # of each part: does it count?
    for one in links:
        early = marks.get(one.violation_id) is Mark.NOT_YET
        free[one.alert_id].append(not early or _covers(decided, one.alert_id, one.added_at))
    for alert_id, who, at, added_at in reports:
        early = moments[who, at] is Mark.NOT_YET
        free[alert_id].append(not early or _covers(decided, alert_id, added_at))
    return frozenset(alert_id for alert_id, counts in free.items() if not any(counts))


def uncounted(links: Iterable[AlertViolation]) -> frozenset[int]:
    """Of the violations of these links, those that count towards nothing."""
    rows = list(links)
    marks = marks_of([one.violation_id for one in rows])
    early = [one for one in rows if marks.get(one.violation_id) is Mark.NOT_YET]
    decided = _decided({one.alert_id for one in early}) if early else {}
    return frozenset(
        one.violation_id for one in early if not _covers(decided, one.alert_id, one.added_at)
    )


def notified_of(alert_id: int, by: Posted, *, now: datetime) -> NotifiedSeen | None:
    """How the alert is marked; None where nothing of it began too early. Asks no permission: the
    page has."""
    alert = Alert.objects.filter(pk=alert_id).first()
    if alert is None:
        return None
    links = list(AlertViolation.objects.filter(alert_id=alert_id))
    marks = marks_of([one.violation_id for one in links])
    early = frozenset(number for number, mark in marks.items() if mark is Mark.NOT_YET)
    reports = list(AlertReport.objects.filter(alert_id=alert_id))
    moments = marks_at({(alert.person_id, one.measured_at) for one in reports})
    if not early and Mark.NOT_YET not in moments.values():
        return None
    later = any(
        marks.get(one.violation_id) is not Mark.NOT_YET for one in links if not one.withdrawn
    ) or any(mark is not Mark.NOT_YET for mark in moments.values())
    row = CountsAnyway.objects.filter(alert_id=alert_id, ended_at=None).first()
    who = Officer.objects.filter(pk=row.officer_id or 0).first() if row else None
    case = case_of(alert.person_id, now=now)
    return NotifiedSeen(
        early, not later, row.decided_at if row else None, str(who) if who else "",
        row.words if row else "", may.decide(by, Permission.BREACH_DECIDE, case).allowed,
        may.decide(by, Permission.NECESSITY_READ, case).allowed,
    )  # fmt: skip


def _decided(alert_ids: Collection[int]) -> dict[int, datetime]:
    rows = CountsAnyway.objects.filter(alert_id__in=alert_ids, ended_at=None)
    return dict(rows.order_by("decided_at").values_list("alert_id", "decided_at"))


def _covers(decided: dict[int, datetime], alert_id: int, added_at: datetime) -> bool:
    return alert_id in decided and added_at <= decided[alert_id]
