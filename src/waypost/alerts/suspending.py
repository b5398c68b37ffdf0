"""What is done to suspensions: agreed, ended early, ended by their time (the worker)."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from waypost.access import audit, may
from waypost.access.values import MACHINE, Permission, Posted
from waypost.alerts.calling import call_again
from waypost.alerts.inbox_version import raise_inbox_version
from waypost.alerts.models import Suspension
from waypost.alerts.suspended import (
    SUSPENSION_DUE,
    TEXT_MAX,
    check_period,
    suspended_until,
)
from waypost.errors import Conflict, NoSuchThing, Refused
from waypost.jobs import due
from waypost.orders.models import Person
from waypost.orders.queries import case_of

NO_SUCH_SUSPENSION = "There is no such suspension."


@transaction.atomic
def suspend(
    person_id: int, from_at: datetime, to_at: datetime, reason: str, *, by: Posted, now: datetime
) -> int:
    """Agree that alerts of the person call nobody in [from_at, to_at); the suspension's number.

    A time to begin that has just passed (the form was filled in meanwhile) means now.
    """
    may.check(by, Permission.ALERT_HANDLE, case_of(person_id, now=now))
    check_period(from_at, to_at, reason, now=now)
    from_at = max(from_at, now)
    Person.objects.select_for_update().get(pk=person_id)  # a button pressed twice makes one record
    others = Suspension.objects.filter(person_id=person_id, ended_at=None)
    if others.filter(from_at__lt=to_at, to_at__gt=from_at).exists():
        raise Refused("A suspension is agreed for some of that time already; end it first.")
    made = Suspension.objects.create(
        person_id=person_id,
        from_at=from_at,
        to_at=to_at,
        known_at=now,
        made_by_id=by.officer_id,
        reason=reason.strip()[:TEXT_MAX],
    )
    due.set_due([due.DueRow(SUSPENSION_DUE, str(made.pk), to_at)])
    raise_inbox_version(now)
    audit.record(
        "suspension:agreed", by=by, at=now, about=person_id, detail={"suspension": made.pk}
    )
    return int(made.pk)


@transaction.atomic
def end_suspension(suspension_id: int, *, by: Posted, now: datetime) -> int:
    """End it early, or call it off; how many alerts call from now on."""
    found = Suspension.objects.select_for_update().filter(pk=suspension_id).first()
    if found is None:
        raise NoSuchThing(NO_SUCH_SUSPENSION)
    case = case_of(found.person_id, now=now)
    may.check(by, Permission.ALERT_HANDLE, case, absent=NO_SUCH_SUSPENSION)
    if found.ended_at is not None or found.to_at <= now:
        raise Conflict("It has ended already; reload the page.")
    return _end(found, by, now)


def fire_suspensions(now: datetime, *, limit: int = 100) -> int:
    """End those whose time is over by now, even if nobody looks; how many rows fired."""
    rows = due.past(SUSPENSION_DUE, now=now, limit=limit)
    for row in rows:
        with transaction.atomic():
            found = Suspension.objects.select_for_update().filter(pk=int(row.subject)).first()
            if found is not None and found.ended_at is None:
                _end(found, MACHINE, now)
            due.clear(SUSPENSION_DUE, [row.subject])
    return len(rows)


def _end(found: Suspension, by: Posted, now: datetime) -> int:
    """In the caller's transaction. What waits calls again, unless another suspension holds now."""
    began = found.from_at <= now
    found.ended_at = min(now, found.to_at)
    found.save(update_fields=["ended_at"])
    due.clear(SUSPENSION_DUE, [str(found.pk)])
    hushed = found.person_id in suspended_until([found.person_id], now=now)
    called = call_again(found.person_id, found.from_at, now) if began and not hushed else 0
    raise_inbox_version(now)
    audit.record(
        "suspension:ended", by=by, at=now, about=found.person_id,
        detail={"suspension": found.pk, "alerts_calling": called},
    )  # fmt: skip
    return called
