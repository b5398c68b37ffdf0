"""Flags raised while messages are taken in: one open flag a device and kind, which then grows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from django.db.models import F

from waypost.devices.models import Device, DeviceFlag
from waypost.devices.values import FlagKind


def raise_flags(found: Iterable[tuple[str, FlagKind]], *, now: datetime) -> None:
    """Count each (device, kind) on its open flag, made if there is none. Devices we do not know
    get none: anybody can invent one. Inside the caller's transaction, by name against deadlocks."""
    counts = Counter(found)
    names = {device for device, _ in counts}
    known = set(Device.objects.filter(reference__in=names).values_list("reference", flat=True))
    for (device, kind), count in sorted(counts.items()):
        if device not in known:
            continue
        grown = DeviceFlag.objects.filter(
            device_reference=device, kind=kind, settled_at=None
        ).update(count=F("count") + count, last_at=now)
        if not grown:
            DeviceFlag.objects.create(
                device_reference=device, kind=kind, first_at=now, last_at=now, count=count
            )
