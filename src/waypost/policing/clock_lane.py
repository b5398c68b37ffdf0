"""The lane of the worker that says when a notification's clock has ended.

The due table brings it up; both sides are told once for each time a clock runs out, and the next
clock that still runs is wound.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.db import transaction

from waypost.access import audit
from waypost.access.values import MACHINE
from waypost.jobs import due
from waypost.policing.clocks import after, ended
from waypost.policing.models import Notification
from waypost.policing.moving import CLOCK_DUE, clocks_of
from waypost.policing.telling import tell_overdue
from waypost.policing.values import Status


class NotificationLane:
    def __init__(self, now: Callable[[], datetime]) -> None:
        self.now = now

    def round(self) -> bool:
        """What is due now; whether anything was."""
        return bool(fire_notifications(self.now()))


def fire_notifications(now: datetime) -> int:
    rows = due.past(CLOCK_DUE, now=now)
    if rows:
        _fire([int(row.subject) for row in rows], now)
    return len(rows)


@transaction.atomic
def _fire(ids: list[int], now: datetime) -> None:
    due.clear(CLOCK_DUE, [str(one) for one in ids])
    found = Notification.objects.select_for_update(of=("self",)).filter(pk__in=ids)
    late_ids = []
    for one in found.select_related("alert").order_by("pk"):
        clocks, status = clocks_of(one), Status(one.status)
        if (late := ended(clocks, status, now)) is not None:
            tell_overdue(one, late, now=now)
            late_ids.append(one.pk)
        if (again := after(clocks, status, now)) is not None:
            due.set_due([due.DueRow(CLOCK_DUE, str(one.pk), again)])
    if late_ids:
        audit.record("notification:late", by=MACHINE, at=now, detail={"notifications": late_ids})
