"""What may be asked about the tokens of devices: that there are some, never what they are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from waypost.access import may
from waypost.access.values import Permission, Posted
from waypost.devices import inventory
from waypost.devices.models import DeviceToken


@dataclass(frozen=True, slots=True)
class HeldToken:
    """One token that holds."""

    number: int
    made_at: datetime


def device_tokens(device: str, *, by: Posted) -> tuple[HeldToken, ...]:
    """The tokens that hold of the device with that id or serial, oldest first.

    raises  Refused without the permission
    """
    may.check(by, Permission.DEVICE_STOCK)
    known = inventory.find(device)
    if known is None:
        return ()
    rows = DeviceToken.objects.filter(device=known, ended_at=None).order_by("pk")
    return tuple(HeldToken(row.pk, row.made_at) for row in rows)
