"""What the clock does with a request to be away: the machine, from the worker's lane."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from waypost.access import audit
from waypost.access.values import MACHINE
from waypost.asking import telling
from waypost.asking.models import AbsenceRequest
from waypost.asking.moving import line, move
from waypost.asking.values import ANSWER_DUE, BEGINS_DUE, Act, Status
from waypost.jobs import due


@transaction.atomic
def leave_unanswered(request_id: int, *, now: datetime) -> bool:
    """The clock: its time began and nobody answered. The wearer is told that nothing has changed;
    whether there was anything to do."""
    due.clear(BEGINS_DUE, [str(request_id)])
    due.clear(ANSWER_DUE, [str(request_id)])
    found = AbsenceRequest.objects.filter(pk=request_id, status=Status.WAITING).first()
    if found is None:
        return False
    move(found, Act.BEGIN, "", by=MACHINE, now=now, decided=False)
    telling.tell_unanswered(found, now=now)
    line(found, Act.BEGIN, MACHINE, now)
    return True


@transaction.atomic
def call_stand_in(request_id: int, *, now: datetime) -> bool:
    """The clock: an answer is late. Who is on duty in the monitoring centre is told, once."""
    due.clear(ANSWER_DUE, [str(request_id)])
    waiting = AbsenceRequest.objects.filter(pk=request_id, status=Status.WAITING, stand_in_at=None)
    if not waiting.update(stand_in_at=now):
        return False
    found = AbsenceRequest.objects.get(pk=request_id)
    telling.tell_stand_in(found, now=now)
    audit.record(
        "absence:late", by=MACHINE, at=now, about=found.person_id, detail={"request": found.pk}
    )
    return True
