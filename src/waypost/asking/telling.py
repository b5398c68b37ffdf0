"""Who is told of a request to be away, in the transaction that made it true. Ids and times only.

The wearer is told at once where it is about today; otherwise as soon as their quiet hours end.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from django.conf import settings

from waypost.access.models import Officer
from waypost.asking import wording
from waypost.asking.clocks import is_working
from waypost.asking.models import AbsenceRequest
from waypost.asking.values import Status
from waypost.necessity.needs import on_duty
from waypost.notices.values import Weight
from waypost.notices.writing import call_off, enqueue

SOON = timedelta(hours=12)
NOT_ASKED = "the wearer asks no more"


def about(request_id: int) -> str:
    return f"absence:{request_id}"


def tell_asked(found: AbsenceRequest, officer_ids: Collection[int], *, now: datetime) -> None:
    """Whoever is responsible; and who is on duty, where it cannot wait for them."""
    _tell_staff(found, "asked", officer_ids, now)
    closed = not is_working(now, settings.WALL_ZONE)
    if not officer_ids or (found.urgent and closed):
        tell_stand_in(found, now=now)
        AbsenceRequest.objects.filter(pk=found.pk).update(stand_in_at=now)
        found.stand_in_at = now


def tell_stand_in(found: AbsenceRequest, *, now: datetime) -> None:
    """Who is on duty in the monitoring centre now."""
    active = Officer.objects.filter(pk__in=on_duty(now), is_active=True)
    _tell_staff(found, "stand_in", active.values_list("pk", flat=True), now)


def tell_answered(found: AbsenceRequest, *, now: datetime) -> None:
    granted = found.status == Status.GRANTED
    call_off_asked(found)
    from_at = found.granted_from if granted and found.granted_from else found.from_at
    to_at = found.granted_to if granted and found.granted_to else found.to_at
    _tell_wearer(found, "absence_granted" if granted else "absence_refused", from_at, to_at, now)


def tell_unanswered(found: AbsenceRequest, *, now: datetime) -> None:
    _tell_wearer(found, "absence_unanswered", found.from_at, found.to_at, now)


def call_off_asked(found: AbsenceRequest) -> None:
    """Notices to staff that have not left; the wearer's have a subject of their own."""
    why = NOT_ASKED if found.status == Status.WITHDRAWN else "it is answered"
    call_off([about(found.pk)], why)


def _tell_wearer(
    found: AbsenceRequest, template: str, from_at: datetime, to_at: datetime, now: datetime
) -> None:
    enqueue(
        about=f"{about(found.pk)}:{found.version}", step=template, person_ids=[found.person_id],
        template=template, words=wording.of_hours(from_at, to_at, settings.WALL_ZONE),
        weight=Weight.NOW if from_at - now < SOON else Weight.SOON, now=now,
    )  # fmt: skip


def _tell_staff(
    found: AbsenceRequest, step: str, officer_ids: Collection[int], now: datetime
) -> None:
    enqueue(
        about=about(found.pk), step=step, officer_ids=list(officer_ids),
        template=f"absence_{step}",
        words={"request_id": found.pk, "due_by": wording.utc(found.answer_by)},
        weight=Weight.NOW if found.urgent or step == "stand_in" else Weight.SOON, now=now,
    )  # fmt: skip
