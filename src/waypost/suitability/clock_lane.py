"""The lane of the worker that says when an answer is late, and again every other day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.db import transaction

from waypost.access import audit
from waypost.access.values import MACHINE
from waypost.jobs import due
from waypost.notices.values import Weight
from waypost.notices.writing import enqueue
from waypost.suitability import clocks
from waypost.suitability.models import Check
from waypost.suitability.values import CHECK_DUE, WAITING


class CheckLane:
    def __init__(self, now: Callable[[], datetime]) -> None:
        self.now = now

    def round(self) -> bool:
        """What is due now; whether anything was."""
        return bool(fire_checks(self.now()))


def fire_checks(now: datetime) -> int:
    rows = due.past(CHECK_DUE, now=now)
    if rows:
        _fire([int(row.subject) for row in rows], now)
    return len(rows)


@transaction.atomic
def _fire(ids: list[int], now: datetime) -> None:
    due.clear(CHECK_DUE, [str(one) for one in ids])
    late = []
    waiting = Check.objects.select_related("assessment").filter(
        pk__in=ids, status__in=[one.value for one in WAITING]
    )
    for one in waiting.order_by("pk"):
        officers = [n for n in (one.assessment.officer_id, one.requested_by_id) if n is not None]
        enqueue(
            about=f"suitability_check:{one.pk}", step=f"late:{now:%Y%m%d}",
            officer_ids=sorted(set(officers)), template="check_late", now=now, weight=Weight.SOON,
            words={"check_id": one.pk, "assessment_id": one.assessment_id},
        )  # fmt: skip
        due.set_due([due.DueRow(CHECK_DUE, str(one.pk), clocks.next_look(one.due_at, now=now))])
        late.append(one.pk)
    if late:
        audit.record("check:late", by=MACHINE, at=now, detail={"checks": late})
