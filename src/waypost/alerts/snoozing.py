"""Putting an alert off: only for a reason and until a time, and never what is gravest.

It stays on the list with until when, and comes back by itself (calling.fire_clocks).
"""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import F

from waypost.access import audit
from waypost.access.values import Permission, Posted
from waypost.alerts import clocks, reaching
from waypost.alerts.calling import keep
from waypost.alerts.clocks import Clock
from waypost.alerts.inbox_version import raise_inbox_version
from waypost.alerts.models import Alert, AlertMove
from waypost.alerts.values import NO_SUCH_ALERT, AlertKind, Status
from waypost.errors import Conflict, NoSuchThing

MOVED_FIRST = "somebody moved this alert first; look at it again before you act"


@transaction.atomic
def snooze(
    alert_id: int,
    until: datetime,
    why: str,
    *,
    by: Posted,
    now: datetime,
    expected_version: int | None = None,
) -> Alert:
    """Put the alert off until then; its clock stands meanwhile, or runs on where it is grave."""
    alert = Alert.objects.select_for_update().filter(pk=alert_id).first()
    if alert is None:
        raise NoSuchThing(NO_SUCH_ALERT)
    reaching.check(by, Permission.ALERT_HANDLE, alert, now=now)
    if expected_version is not None and expected_version != alert.version:
        raise Conflict(MOVED_FIRST)
    kind = AlertKind(alert.kind)
    clocks.check_snooze(kind, Status(alert.status), until, why, now=now)
    mine = Alert.objects.filter(pk=alert.pk, version=alert.version)
    if not mine.update(version=F("version") + 1, touched_at=now):
        raise Conflict(MOVED_FIRST)
    clock = Clock(alert.attend_by, alert.escalated, alert.snoozed_until)
    keep([(alert, clocks.after_snooze(clock, kind, until))])
    said = clocks.said_at(until, settings.WALL_ZONE)
    AlertMove.objects.create(
        alert=alert, at=now, what="snoozed", from_status=alert.status, to_status=alert.status,
        officer_id=by.officer_id, note=f"Until {said}: {why.strip()}",
    )  # fmt: skip
    raise_inbox_version(now)
    audit.record("alert:snoozed", by=by, at=now, about=alert.person_id, detail={"alert": alert.pk})
    alert.refresh_from_db()
    return alert


def may_snooze(kind: str, status: str) -> bool:
    """Whether the page offers it: the act asks the same."""
    can = clocks.TARGETS[AlertKind(kind)].snooze is not clocks.Snooze.NEVER
    return can and Status(status) in clocks.MAY_SNOOZE
