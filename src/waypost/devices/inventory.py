"""Devices as the inventory writes them down: each move between states leaves a `DeviceMove`.

move(device, after, ...)   within the caller's transaction, which leaves the audit line
find, get                  a device by its own id or by the serial on its case
"""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q

from waypost.access.values import Posted
from waypost.devices import lifecycle
from waypost.devices.lifecycle import Status
from waypost.devices.models import Device, DeviceMove
from waypost.errors import Conflict, NoSuchThing
from waypost.orders.models import Activation

NO_SUCH_DEVICE = "There is no such device in the inventory."


def find(name: str) -> Device | None:
    """The device whose own id (an IMEI) or whose serial this is; its own id goes first."""
    both = Device.objects.filter(Q(reference=name) | Q(serial=name))
    return next(iter(sorted(both, key=lambda device: device.reference != name)), None)


def get(device_id: int) -> Device:
    """NoSuchThing when there is none."""
    device = Device.objects.filter(pk=device_id).first()
    if device is None:
        raise NoSuchThing(NO_SUCH_DEVICE)
    return device


def move(
    device: Device,
    after: Status,
    *,
    by: Posted,
    now: datetime,
    reason: str = "",
    activation: Activation | None = None,
) -> DeviceMove:
    """Move the device and write it down, in the caller's transaction.

    activation   the one that this move begins or ends, where it is a fitting or a removal: end the
                 activation first, then move
    raises       Refused where the table forbids it; Conflict where somebody moved it first
    """
    before = Status(device.status)
    lifecycle.decide(before, after, reason=reason, in_use=in_use(device, now=now))
    moved = Device.objects.filter(pk=device.pk, status=before).update(status=after)
    if not moved:
        raise Conflict("Somebody has moved this device already; reload the page.")
    device.status = after
    return DeviceMove.objects.create(
        device=device,
        at=now,
        from_status=before,
        to_status=after,
        by_id=by.officer_id,
        activation=activation,
        reason=reason.strip(),
    )


def in_use(device: Device, *, now: datetime) -> bool:
    """Whether it is on somebody now, or installed for somebody."""
    not_over = Q(to_at=None) | Q(to_at__gt=now)
    worn = Activation.objects.filter(not_over, device_reference=device.reference)
    return worn.exists() or device.pairings.filter(not_over).exists()
