"""Flags raised while messages are taken in: one open flag a device and kind, which then grows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import datetime

from django.db.models import F

from waypost.devices.models import Device, DeviceFlag
from waypost.devices.values import FlagKind


def raise_flags(
    found: Iterable[tuple[str, FlagKind]], is_worn: Callable[[str], object], *, now: datetime
) -> None:
    """Count each (device, kind) on its open flag, made if there is none. A device that is neither
    worn nor in the inventory gets none: anybody can invent one. Inside the caller's transaction,
    by name against deadlocks."""
    counts = Counter(found)
    names = {device for device, _ in counts}
    known = set(Device.objects.filter(reference__in=names).values_list("reference", flat=True))
    known |= {name for name in names if is_worn(name)}
    for (device, kind), count in sorted(counts.items()):
        if device not in known:
            continue
        grown = DeviceFlag.objects.filter(
            device_reference=device, kind=kind, settled_at=None
        ).update(count=F("count") + count, last_at=now)
        if not grown:
            DeviceFlag.objects.get_or_create(
                device_reference=device,
                kind=kind,
                settled_at=None,
                defaults={"first_at": now, "last_at": now, "count": count},
            )
