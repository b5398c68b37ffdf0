"""What may be asked about devices that do not seem to be who they say."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from waypost.access import may
from waypost.access.values import Permission, Posted
from waypost.devices.models import Device, DeviceFlag
from waypost.devices.values import FlagKind

KIND_WORDS = {
    FlagKind.NEW_PLACE: "spoke from a network never seen of it, a moment after its own",
    FlagKind.TWO_AT_ONCE: "spoke from two networks in turn, or from two places at once",
    FlagKind.OTHER_PROTOCOL: "spoke a protocol never heard of it before",
    FlagKind.OTHER_CERTIFICATE: "was claimed under the certificate of another device",
}


@dataclass(frozen=True, slots=True)
class Flag:
    """One flag. device_id: of the inventory's page; None where the inventory does not know it."""

    flag_id: int
    device: str
    device_id: int | None
    kind: FlagKind
    words: str
    first_at: datetime
    last_at: datetime
    count: int
    settled_at: datetime | None
    settled_how: str


def flags(
    by: Posted, *, device: str | None = None, settled: bool = False, limit: int = 200
) -> tuple[Flag, ...]:
    """The flags that wait for an officer, or those settled, the latest first; of one device if
    named. They name no person.

    raises  Refused without the permission
    """
    may.check(by, Permission.DEVICE_STOCK)
    rows = DeviceFlag.objects.filter(settled_at__isnull=not settled)
    if device is not None:
        rows = rows.filter(device_reference=device)
    found = list(rows.order_by("-last_at", "-pk")[:limit])
    names = {row.device_reference for row in found}
    known = dict(Device.objects.filter(reference__in=names).values_list("reference", "pk"))
    return tuple(
        Flag(
            row.pk,
            row.device_reference,
            known.get(row.device_reference),
            FlagKind(row.kind),
            KIND_WORDS[FlagKind(row.kind)],
            row.first_at,
            row.last_at,
            row.count,
            row.settled_at,
            row.settled_how,
        )
        for row in found
    )
