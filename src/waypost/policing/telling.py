"""Who is told of a notification: the force's officers, or the officers who answer for it here.

Notices carry numbers, kinds and times alone; what happened stands behind the sign-in.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from waypost.alerts.duty import on_duty
from waypost.notices.outbox import enqueue
from waypost.notices.values import Weight
from waypost.orders.queries import case_of
from waypost.policing.clocks import Waiting
from waypost.policing.models import Notification
from waypost.policing.scope import officers_of
from waypost.policing.values import Side


def tell_force(notification: Notification, template: str, step: str, *, now: datetime) -> None:
    """Every officer who answers for the force now."""
    officers = officers_of(notification.force_id, now=now)
    _tell(notification, officers, template, step, now)


def tell_provider(
    notification: Notification, template: str, step: str, *, now: datetime, duty: bool = False
) -> None:
    """Whoever sent it and whose alert it is; with duty, those on duty who may know of it."""
    _tell(notification, provider_officers(notification, now=now, duty=duty), template, step, now)


def provider_officers(
    notification: Notification, *, now: datetime, duty: bool = False
) -> frozenset[int]:
    case = case_of(notification.person_id, now=now)
    found = {notification.sent_by_id, notification.alert.owner_id}
    if duty:
        found |= {one for officers in on_duty(now).values() for one in officers}
    named = {one for one in found if one is not None}
    return frozenset(named & case.named_officer_ids if case.limited else named)


def tell_overdue(notification: Notification, late: Waiting, *, now: datetime) -> None:
    """The clock ended: both sides know it, whoever is waited for."""
    step = f"late:{late.clock.value}:{late.by:%Y%m%dT%H%M%S}"
    if late.side is Side.FORCE:
        tell_force(notification, "notification_late", step, now=now)
    tell_provider(notification, "notification_late", step, now=now, duty=notification.grave)


def words_of_notice(notification: Notification) -> dict[str, object]:
    by = notification.receive_by or notification.answer_by or notification.supply_by
    return {
        "notification_id": notification.pk,
        "by": f"{by:%Y-%m-%d %H:%M:%S} UTC" if by else "as soon as you can",
        "answer": (notification.answer or "none").replace("_", " "),
        "status": notification.status.replace("_", " "),
    }


def _tell(
    notification: Notification,
    officer_ids: Collection[int],
    template: str,
    step: str,
    now: datetime,
) -> None:
    enqueue(
        about=f"notification:{notification.pk}",
        step=step,
        officer_ids=sorted(officer_ids),
        template=template,
        words=words_of_notice(notification),
        now=now,
        weight=Weight.NOW if notification.grave else Weight.SOON,
    )
