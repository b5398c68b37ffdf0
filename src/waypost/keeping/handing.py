"""A request, and its bundle, in one go: for the command, at a desk with the person's letter."""

from __future__ import annotations

from datetime import datetime

from waypost.access import may
from waypost.access.values import Permission, Posted
from waypost.keeping import asking
from waypost.keeping.bundling import Made, prepare
from waypost.keeping.models import SubjectRequest
from waypost.keeping.values import OPEN, Status
from waypost.orders.queries import case_of


def hand_over(person_id: int, identity: str, *, by: Posted, now: datetime) -> Made:
    """The bundle of the open request, or of one entered now. `identity` is asked for where nobody
    has said yet how it is known that it is them."""
    may.check(by, Permission.SUBJECT_ACCESS_HANDLE, case_of(person_id, now=now))
    waiting = SubjectRequest.objects.filter(
        person_id=person_id, status__in=[one.value for one in OPEN]
    ).first()
    number = waiting.pk if waiting is not None else asking.enter(person_id, now, by=by, now=now)
    held = SubjectRequest.objects.get(pk=number)
    if held.status == Status.ASKED.value:
        asking.identify(number, identity, expected_version=held.version, by=by, now=now)
        held.refresh_from_db()
    return prepare(number, expected_version=held.version, by=by, now=now)
