"""What may be asked of devices: messages nobody is known to have sent, and silent tags."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from waypost.access import audit, may
from waypost.access.values import Permission, Posted
from waypost.devices.models import Device, QuarantinedMessage
from waypost.orders.models import Activation
from waypost.orders.queries import visible_person_ids


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


@dataclass(frozen=True, slots=True)
class TagHealth:
    """A tag worn now. silent_for is None when it was never heard."""

    device_id: str
    activation_number: int
    person_id: int
    protocol: str
    last_heard_at: datetime | None
    silent_for: timedelta | None


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


def tag_health(by: Posted, *, now: datetime) -> list[TagHealth]:
    """The tags worn now by persons the officer may see, the longest silent first.

    raises  Refused without the permission
    """
    may.check(by, Permission.DEVICE_READ)
    visible = visible_person_ids(by, Permission.DEVICE_READ, now=now)
    worn = Activation.objects.filter(Q(to_at=None) | Q(to_at__gt=now), from_at__lte=now)
    heard = {row.reference: row for row in Device.objects.all()}
    found = [
        _health(row, heard.get(row.device_reference), now)
        for row in worn
        if visible is None or row.person_id in visible
    ]
    return sorted(
        found, key=lambda tag: (tag.silent_for is not None, -_seconds(tag), tag.device_id)
    )


def _health(activation: Activation, device: Device | None, now: datetime) -> TagHealth:
    heard_at = device.last_heard_at if device else None
    return TagHealth(
        device_id=activation.device_reference,
        activation_number=activation.pk,
        person_id=activation.person_id,
        protocol=device.protocol if device else "",
        last_heard_at=heard_at,
        silent_for=max(now - heard_at, timedelta(0)) if heard_at else None,
    )


def _seconds(tag: TagHealth) -> float:
    return tag.silent_for.total_seconds() if tag.silent_for else 0.0


def signs() -> dict[str, tuple[float, str]]:
    """How the tags stand, for those who watch over the machine: name -> (value, what it is)."""
    return {
        "quarantine_waiting": (
            QuarantinedMessage.objects.filter(settled_at=None).count(),
            "Messages from unknown tags, not settled",
        ),
        "devices": (Device.objects.count(), "Tags known"),
    }
