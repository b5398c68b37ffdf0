"""Two officers on one alert see each other: who has it open now, and who is writing.

    here(alert, doing, ...)    a page says so every few seconds; a row each officer and alert
    gone(alert, ...)           it was left
    others(alerts, ...)        who else is at each, in words

A row counts for twenty seconds, so that whoever closed a lid is gone soon. What is written down
says nothing of work done: it has no audit line, counts for nothing, is deleted within minutes. Only
an arrival, a leaving or a change of what is done raises the number that open pages hear; saying the
same again does not, and never does it raise the inbox's version.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime, timedelta
from enum import StrEnum

from django.db import transaction
from django.db.models import F

from waypost.access import may
from waypost.access.models import Officer
from waypost.access.values import Permission, Posted
from waypost.alerts import reaching
from waypost.alerts.inbox_version import THE_ROW
from waypost.alerts.models import Alert, AlertPresence, InboxVersion
from waypost.alerts.values import NO_SUCH_ALERT
from waypost.errors import NoSuchThing
from waypost.orders.queries import NUMBER_MAX

LASTS = timedelta(seconds=20)
KEPT = timedelta(minutes=5)


class Doing(StrEnum):
    LOOKING = "looking"
    WRITING = "writing"


WORDS: dict[Doing, str] = {
    Doing.LOOKING: "is looking at this alert",
    Doing.WRITING: "is writing a note",
}


@transaction.atomic
def here(alert_id: int, doing: Doing, *, by: Posted, now: datetime) -> None:
    """The officer has the alert open. NoSuchThing or Refused as opening it is."""
    alert = Alert.objects.filter(pk=min(alert_id, NUMBER_MAX)).first()
    if alert is None or by.officer_id is None:
        raise NoSuchThing(NO_SUCH_ALERT)
    reaching.check(by, Permission.ALERT_READ, alert, now=now)
    mine = AlertPresence.objects.filter(alert=alert, officer_id=by.officer_id)
    if mine.filter(doing=doing, seen_at__gt=now - LASTS).update(seen_at=now):
        return
    if not mine.update(doing=doing, seen_at=now):
        AlertPresence.objects.bulk_create(
            [AlertPresence(alert=alert, officer_id=by.officer_id, doing=doing, seen_at=now)],
            ignore_conflicts=True,  # two pages of one officer at once
        )
    AlertPresence.objects.filter(seen_at__lt=now - KEPT).delete()
    _tell()


@transaction.atomic
def gone(alert_id: int, *, by: Posted) -> None:
    """It was left; leaving what one never had open changes nothing."""
    mine = AlertPresence.objects.filter(
        alert_id=min(alert_id, NUMBER_MAX), officer_id=by.officer_id or 0
    )
    if mine.delete()[0]:
        _tell()


def others(
    by: Posted, *, now: datetime, alert_ids: Collection[int] | None = None
) -> dict[int, str]:
    """Alert -> who else is at it, as sentences; of alerts within reach, those named or all."""
    may.check(by, Permission.ALERT_READ)
    rows = AlertPresence.objects.filter(seen_at__gt=now - LASTS).exclude(
        officer_id=by.officer_id or 0
    )
    if alert_ids is not None:
        rows = rows.filter(alert_id__in=alert_ids)
    found = list(
        rows.order_by("alert_id", "officer_id").values_list("alert_id", "officer_id", "doing")
    )
    if not found:
        return {}
    reach = reaching.within(by, now=now)
    within = Alert.objects.filter(reaching.as_filter(reach), pk__in={one for one, _, _ in found})
    known = set(within.values_list("pk", flat=True))
    who = Officer.objects.in_bulk({officer for _, officer, _ in found})
    said: dict[int, list[str]] = defaultdict(list)
    for alert_id, officer_id, doing in found:
        if alert_id in known and officer_id in who:
            said[alert_id].append(f"{who[officer_id]} {WORDS[Doing(doing)]}")
    return {alert_id: "; ".join(words) for alert_id, words in said.items()}


def _tell() -> None:
    row = InboxVersion.objects.filter(pk=THE_ROW)
    if not row.update(presence=F("presence") + 1):
        InboxVersion.objects.bulk_create([InboxVersion(pk=THE_ROW)], ignore_conflicts=True)
        row.update(presence=F("presence") + 1)
