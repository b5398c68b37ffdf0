"""Says when a request for one's own data nears its day, and when the day has passed."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from waypost.access import audit
from waypost.access.values import MACHINE
from waypost.jobs import due
from waypost.keeping import clocks, scope
from waypost.keeping.asking import CLOCK_DUE, words_of_notice
from waypost.keeping.models import SubjectRequest
from waypost.keeping.values import OPEN
from waypost.notices.outbox import enqueue
from waypost.notices.values import Weight


def fire_requests(now: datetime) -> int:
    """What is due now; how many requests were looked at."""
    rows = due.past(CLOCK_DUE, now=now)
    if rows:
        _fire([int(row.subject) for row in rows], now)
    return len(rows)


@transaction.atomic
def _fire(ids: list[int], now: datetime) -> None:
    due.clear(CLOCK_DUE, [str(one) for one in ids])
    late_ids = []
    open_ones = SubjectRequest.objects.filter(pk__in=ids, status__in=[one.value for one in OPEN])
    for held in open_ones.select_for_update().order_by("pk"):
        is_late = now >= held.due_at
        step, template = ("late", "subject_access_late") if is_late else (
            "near", "subject_access_near"
        )  # fmt: skip
        enqueue(
            about=f"subject_access:{held.pk}", step=f"{step}:{held.due_at:%Y%m%d}",
            officer_ids=scope.officers_for(held.person_id, now=now), template=template,
            words=words_of_notice(held), now=now, weight=Weight.SOON,
        )  # fmt: skip
        if is_late:
            SubjectRequest.objects.filter(pk=held.pk).update(late_told=True)
            late_ids.append(held.pk)
        elif (again := clocks.next_look(held.due_at, now=now)) is not None:
            due.set_due([due.DueRow(CLOCK_DUE, str(held.pk), again)])
    if late_ids:
        audit.record("subject_access:late", by=MACHINE, at=now, detail={"requests": late_ids})
