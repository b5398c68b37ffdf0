"""An agency's own periods, in force once a second officer approved them; and the recorded decision
that what is due is deleted.

Until that decision (or the setting) Waypost shows what would go and deletes nothing.
"""

from __future__ import annotations

from datetime import date, datetime

from django.conf import settings
from django.db import transaction

from waypost.access import audit, may
from waypost.access.values import Permission, Posted
from waypost.columns import Retention
from waypost.errors import Conflict, NoSuchThing, Refused
from waypost.keeping.facts import period_versions
from waypost.keeping.models import PeriodRevision, Switch
from waypost.keeping.schedules import NO_ORDER, PERIOD_MAX_MONTHS, SETTABLE, local_day, period_of
from waypost.orders.queries import NUMBER_MAX
from waypost.orders.values import OrderKind

SENTENCE_MIN = 10
DAYS_MAX = 3_660


@transaction.atomic
def propose_period(
    retention: Retention,
    kind: str,
    months: int,
    days: int,
    from_on: date,
    reason: str,
    *,
    by: Posted,
    now: datetime,
) -> int:
    """Another period for a class, for one kind of order or ("") all, from a day that is to come."""
    may.check(by, Permission.RETENTION_WRITE)
    if retention not in SETTABLE:
        raise Refused("Choose a class that a schedule deletes.")
    if kind not in {"", NO_ORDER, *(one.value for one in OrderKind)}:
        raise Refused("Choose a kind of order, or every kind.")
    if not 0 <= months <= PERIOD_MAX_MONTHS or not 0 <= days <= DAYS_MAX or not months + days:
        raise Refused("Enter months and days, such as 24 and 0; at least a day, at most a century.")
    if from_on < local_day(now):
        raise Refused("Choose from which day it holds: today or later.")
    if len(reason.strip()) < SENTENCE_MIN:
        raise Refused("Say why, with its legal source, in a sentence.")
    made = PeriodRevision.objects.create(
        retention=retention.value, kind=kind, months=months, days=days, from_on=from_on,
        reason=reason.strip()[:2_000], made_at=now, made_by_id=by.officer_id,
    )  # fmt: skip
    audit.record(
        "retention:proposed", by=by, at=now,
        detail={"revision": made.pk, "class": retention.value, "kind": kind, "months": months,
                "days": days, "from": from_on.isoformat()},
    )  # fmt: skip
    return int(made.pk)


@transaction.atomic
def settle_period(revision_id: int, *, approve: bool, by: Posted, now: datetime) -> None:
    """Approve or refuse somebody else's proposal."""
    may.check(by, Permission.RETENTION_WRITE)
    rows = PeriodRevision.objects.select_for_update()
    held = rows.filter(pk=min(revision_id, NUMBER_MAX)).first()
    if held is None:
        raise NoSuchThing("There is no such proposal.")
    if approve and held.made_by_id == by.officer_id:
        raise Refused("You wrote it; a second officer approves it.")
    if approve and held.from_on < local_day(now):
        raise Refused("Its day has passed; propose it again from a day that is to come.")
    waiting = PeriodRevision.objects.filter(pk=held.pk, approved_at=None, refused_at=None)
    said = {"approved_at": now, "approved_by_id": by.officer_id} if approve else {"refused_at": now}
    if not waiting.update(**said):
        raise Conflict("It has been settled already.")
    audit.record(
        "retention:approved" if approve else "retention:not_approved", by=by, at=now,
        detail={"revision": held.pk},
    )  # fmt: skip


@transaction.atomic
def switch(is_on: bool, reason: str, *, by: Posted, now: datetime) -> None:
    """Have what is due deleted from now on, or only shown. Refused where the setting decides."""
    may.check(by, Permission.RETENTION_WRITE)
    may.check(by, Permission.RETENTION_READ)
    if str(getattr(settings, "RETENTION", "")):
        raise Refused("The setting WAYPOST_RETENTION decides here; ask the administrator.")
    if len(reason.strip()) < SENTENCE_MIN:
        raise Refused("Say why, in a sentence.")
    Switch.objects.create(
        at=now, is_on=is_on, reason=reason.strip()[:2_000], made_by_id=by.officer_id
    )
    audit.record("retention:turned_on" if is_on else "retention:turned_off", by=by, at=now)


def told_periods(order_kind: str, now: datetime) -> tuple[str, ...]:
    """How long what is held of an order of this kind is kept, in sentences for the person."""
    versions, day = period_versions(), local_day(now)
    where = period_of(Retention.WHEREABOUTS, order_kind, versions, day).words
    file = period_of(Retention.CASE, order_kind, versions, day).words
    unordered = period_of(Retention.QUARANTINE, "", versions, day).words
    return (
        f"Where the tag was: {where} from the end of your last order.",
        f"Your file, with what was decided about you: {file} from the end of your last order.",
        f"What the tag records while no order is in force is locked away, seen by nobody, and "
        f"deleted after {unordered}.",
        "Then it is deleted, and the deletion is proved. A court or a complaint can make it stay "
        "longer.",
    )
