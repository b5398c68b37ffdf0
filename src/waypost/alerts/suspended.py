"""Suspensions of a person for an agreed period (hospital, funeral): entered, ended, asked for.

Alerts are raised and recorded meanwhile and call nobody; a call for help always does. It ends by
itself (`fire_suspensions`), or earlier by hand; what waits then calls from that moment on.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Max, Q, QuerySet

from waypost.access.models import Officer
from waypost.alerts.models import Suspension
from waypost.errors import Refused

SUSPENSION_DUE = "suspension"  # kind of due row; its subject is the suspension's id
LENGTH_MAX = timedelta(days=14)  # a longer one is agreed anew, by somebody who looks again
TEXT_MAX = 300


@dataclass(frozen=True, slots=True)
class SuspensionSeen:
    """One of a person's, for those who may read their alerts. holds: it is in force now."""

    suspension_id: int
    from_at: datetime
    to_at: datetime
    ended_at: datetime | None
    reason: str
    made_by: str
    holds: bool
    lies_ahead: bool


def suspended_until(person_ids: Collection[int], *, now: datetime) -> dict[int, datetime]:
    """Until when each of these is suspended, for those who are. Checks no permission."""
    rows = holding(now).filter(person_id__in=person_ids).values("person_id")
    return {row["person_id"]: row["until"] for row in rows.annotate(until=Max("to_at"))}


def everybody_suspended(now: datetime) -> dict[int, datetime]:
    """As `suspended_until`, of all persons: they are few."""
    rows = holding(now).values("person_id").annotate(until=Max("to_at"))
    return {row["person_id"]: row["until"] for row in rows}


def suspension_windows(
    person_ids: Collection[int], *, since: datetime
) -> dict[int, list[tuple[datetime, datetime]]]:
    """When each of these is, or will be, suspended: what ends after `since`, half-open. Checks no
    permission."""
    rows = Suspension.objects.filter(person_id__in=person_ids, to_at__gt=since)
    found: dict[int, list[tuple[datetime, datetime]]] = {}
    for row in rows.order_by("from_at"):
        end = min(row.to_at, row.ended_at or row.to_at)
        found.setdefault(row.person_id, []).append((row.from_at, end))
    return found


def holding(now: datetime) -> QuerySet[Suspension]:
    unended = Q(ended_at=None) | Q(ended_at__gt=now)
    return Suspension.objects.filter(unended, from_at__lte=now, to_at__gt=now)


def suspensions_of(person_id: int, *, now: datetime, since: datetime) -> list[SuspensionSeen]:
    """The person's that lasted past `since`, newest first; the page has asked "may I?"."""
    rows = Suspension.objects.filter(person_id=person_id, to_at__gt=since).order_by(
        "-from_at", "-pk"
    )
    names = {
        one.pk: str(one) for one in Officer.objects.filter(pk__in=[row.made_by_id for row in rows])
    }
    return [
        SuspensionSeen(
            row.pk,
            row.from_at,
            row.to_at,
            row.ended_at,
            row.reason,
            names.get(row.made_by_id or 0, ""),
            row.ended_at is None and row.from_at <= now < row.to_at,
            row.ended_at is None and row.from_at > now,
        )
        for row in rows
    ]


def check_period(from_at: datetime, to_at: datetime, reason: str, *, now: datetime) -> None:
    """Refused without a reason, or for a time that is over, endless, or begins in the past."""
    if not reason.strip():
        raise Refused("Say what was agreed, with whom, and why.")
    if to_at <= from_at:
        raise Refused("The suspension ends before it begins; mend the times.")
    if from_at < now - timedelta(hours=1):
        raise Refused("A suspension is agreed beforehand: it cannot begin in the past.")
    if to_at <= now:
        raise Refused("That time is over already.")
    if to_at - from_at > LENGTH_MAX:
        raise Refused("A suspension lasts at most 14 days; agree on the rest when it comes.")
