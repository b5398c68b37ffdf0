"""What may be done with the inventory: enter devices, mend what it says of them, move them.

No person is named here: who wears a device is the business of fitter.py. Each act leaves its line.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from waypost.access import audit, may
from waypost.access.values import Permission, Posted
from waypost.devices import inventory
from waypost.devices.lifecycle import Status
from waypost.devices.models import Device
from waypost.devices.stock_file import StockRow
from waypost.devices.stocktaking import StockTaken, take_stock
from waypost.errors import Conflict, Refused


@transaction.atomic
def import_devices(rows: Sequence[StockRow], *, by: Posted, now: datetime) -> StockTaken:
    """Bring a stock list in; rows that contradict the inventory are problems, the rest goes in."""
    may.check(by, Permission.DEVICE_STOCK)
    taken = take_stock(rows, by=by, now=now)
    audit.record(
        "device:imported", by=by, at=now,
        detail={"received": taken.received, "made": taken.made, "changed": taken.changed,
                "problems": len(taken.problems)},
    )  # fmt: skip
    return taken


@transaction.atomic
def add_device(row: StockRow, *, by: Posted, now: datetime) -> int:
    """Enter one device in stock; its number. Conflict when the inventory knows it already."""
    may.check(by, Permission.DEVICE_STOCK)
    if Device.objects.filter(reference=row.device_id).exists():
        raise Conflict("The inventory knows this device already; look it up by its id.")
    taken = take_stock([row], by=by, now=now)
    _refuse_problems(taken)
    device_id = int(Device.objects.values_list("pk", flat=True).get(reference=row.device_id))
    audit.record("device:added", by=by, at=now, detail={"device": device_id})
    return device_id


@transaction.atomic
def describe_device(device_id: int, row: StockRow, *, by: Posted, now: datetime) -> None:
    """Mend what the inventory says of a device: serial, kind, model, firmware, SIM."""
    may.check(by, Permission.DEVICE_STOCK)
    device = inventory.get(device_id)
    if row.device_id != device.reference or row.status is not None:
        raise Refused("A device keeps the id it reports, and moves by a form of its own.")
    _refuse_problems(take_stock([row], by=by, now=now))
    audit.record("device:described", by=by, at=now, detail={"device": device_id})


@transaction.atomic
def move_device(device_id: int, to: Status, reason: str, *, by: Posted, now: datetime) -> None:
    """Move a device between states, saying why. Refused where the table forbids it.

    Fitting, and removing from somebody, are acts of their own: they say who and where.
    """
    may.check(by, Permission.DEVICE_STOCK)
    if to is Status.FITTED:
        raise Refused("A device is fitted on somebody, or put up for somebody: start there.")
    device = inventory.get(device_id)
    before = device.status
    inventory.move(device, to, by=by, now=now, reason=reason)
    audit.record(
        "device:moved", by=by, at=now, detail={"device": device_id, "from": before, "to": to}
    )


def _refuse_problems(taken: StockTaken) -> None:
    if taken.problems:
        problem = taken.problems[0]
        raise Refused(f"{problem.field}: {problem.message}; {problem.action}.")
