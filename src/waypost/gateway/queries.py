"""What may be asked of the gateway: messages nobody is known to have sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from waypost.access import audit, may
from waypost.access.values import Permission, Posted
from waypost.devices.models import QuarantinedMessage


@dataclass(frozen=True, slots=True)
class Quarantined:
    """One message on the officers' list; what it says stays sealed."""

    message_id: int
    device_id: str  # "" when it names none
    protocol: str
    received_at: datetime
    reason: str
    settled_at: datetime | None
    settled_how: str


@dataclass(frozen=True, slots=True)
class QuarantineList:
    """rows newest first, at most the limit asked for; waiting: all that nobody has settled."""

    rows: tuple[Quarantined, ...]
    waiting: int


def unknown_tags(by: Posted) -> int:
    """How many ids have a message that waits; 0 for who may not see them."""
    if not may.decide(by, Permission.QUARANTINE_READ).allowed:
        return 0
    waiting = QuarantinedMessage.objects.filter(settled_at=None)
    return waiting.values("device_reference").distinct().count()


@transaction.atomic
def quarantine_list(
    by: Posted, *, now: datetime, settled: bool = False, limit: int = 200
) -> QuarantineList:
    """The messages that wait for an officer, or those already settled. Leaves an audit line.

    raises  Refused without the permission
    """
    may.check(by, Permission.QUARANTINE_READ)
    every = QuarantinedMessage.objects.filter(settled_at__isnull=not settled)
    rows = tuple(
        Quarantined(
            row.pk, row.device_reference, row.protocol, row.received_at, row.reason,
            row.settled_at, row.settled_how,
        )
        for row in every.defer("payload").order_by("-received_at", "-id")[:limit]
    )  # fmt: skip
    waiting = QuarantinedMessage.objects.filter(settled_at=None).count()
    audit.record("quarantine:listed", by=by, at=now, detail={"rows": len(rows), "settled": settled})
    return QuarantineList(rows, waiting)
