"""Devices entered in the inventory, one by one or as a list: made, filled in, moved.

    taken = take_stock(rows, by, now)    inside the caller's transaction, which leaves the line

Idempotent: what the inventory says already is left alone. A device that spoke before it was entered
is there already, fitted; the list fills in what its messages did not say.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import IntegrityError, transaction

from waypost.access.values import Posted
from waypost.devices import inventory, lifecycle
from waypost.devices.estate_signs import in_chunks
from waypost.devices.lifecycle import Status
from waypost.devices.models import Device, DeviceMove
from waypost.devices.stock_file import StockRow
from waypost.devices.values import DeviceKind
from waypost.errors import Conflict, Problem, Refused

FACTS = ("serial", "kind", "model", "firmware", "sim")
ENTERED = "entered in the inventory"
LISTED = "as the stock list says"


@dataclass
class StockTaken:
    """What became of a list. accepted + refused = received, each refused row a problem."""

    received: int = 0
    made: int = 0
    changed: int = 0
    unchanged: int = 0
    problems: list[Problem] = field(default_factory=list)

    @property
    def refused(self) -> int:
        return self.received - self.made - self.changed - self.unchanged


def take_stock(rows: Sequence[StockRow], *, by: Posted, now: datetime) -> StockTaken:
    """Enter the rows; of each that cannot be, a problem."""
    taken = StockTaken(received=len(rows))
    for place in range(0, len(rows), 400):
        _take_some(rows[place : place + 400], taken, by=by, now=now)
    return taken


def _take_some(rows: Sequence[StockRow], taken: StockTaken, *, by: Posted, now: datetime) -> None:
    known = _known(row.device_id for row in rows)
    owners = _owners(row.serial for row in rows if row.serial)
    fresh: list[tuple[Device, StockRow]] = []
    for row in rows:
        owner = owners.setdefault(row.serial, row.device_id) if row.serial else row.device_id
        device = known.get(row.device_id)
        if owner != row.device_id:
            taken.problems.append(
                Problem(row.line, "SERIAL_TAKEN", "serial", row.serial,
                        "another device has this serial", "check the label")
            )  # fmt: skip
        elif device is None and row.status not in (None, *lifecycle.STARTS_AS):
            taken.problems.append(_refused_start(row))
        elif device is None:
            fresh.append((_made(row, now), row))
        else:
            _change(device, row, taken, by=by, now=now)
    _enter(fresh, by=by, now=now)
    taken.made += len(fresh)


def _known(ids: Iterable[str]) -> dict[str, Device]:
    return {
        device.reference: device
        for some in in_chunks(sorted(ids))
        for device in Device.objects.filter(reference__in=some)
    }


def _owners(serials: Iterable[str]) -> dict[str | None, str]:
    """Who has these serials already."""
    return {
        serial: reference
        for some in in_chunks(sorted(serials))
        for serial, reference in Device.objects.filter(serial__in=some).values_list(
            "serial", "reference"
        )
    }


def _made(row: StockRow, now: datetime) -> Device:
    return Device(
        reference=row.device_id,
        serial=row.serial,
        kind=row.kind or DeviceKind.TAG,
        model=row.model or "",
        firmware=row.firmware or "",
        sim=row.sim or "",
        status=row.status or Status.STOCK,
        known_at=now,
    )


def _enter(fresh: Sequence[tuple[Device, StockRow]], *, by: Posted, now: datetime) -> None:
    try:
        with transaction.atomic():
            devices = Device.objects.bulk_create([device for device, _ in fresh])
    except IntegrityError:  # the gateway heard one of them for the first time just now
        raise Conflict("A device of the list was entered just now; send the list again.") from None
    DeviceMove.objects.bulk_create(
        DeviceMove(
            device=device, at=now, to_status=device.status, by_id=by.officer_id, reason=ENTERED
        )
        for device in devices
    )


def _change(device: Device, row: StockRow, taken: StockTaken, *, by: Posted, now: datetime) -> None:
    """Bring a device to what the row says. Its state first: a refused move leaves it as it is."""
    said = {name: getattr(row, name) for name in FACTS if getattr(row, name) is not None}
    changed = {name: value for name, value in said.items() if getattr(device, name) != value}
    moves = row.status is not None and row.status != device.status
    try:
        if moves and row.status is not None:
            inventory.move(device, row.status, by=by, now=now, reason=LISTED)
    except Refused as error:
        taken.problems.append(
            Problem(row.line, "MOVE_REFUSED", "status", row.status, str(error),
                    "move it on its page, or correct the list")
        )  # fmt: skip
        return
    for name, value in changed.items():
        setattr(device, name, value)
    if changed:
        device.save(update_fields=sorted(changed))
    if changed or moves:
        taken.changed += 1
    else:
        taken.unchanged += 1


def _refused_start(row: StockRow) -> Problem:
    starts = ", ".join(sorted(lifecycle.STARTS_AS))
    return Problem(
        row.line, "MOVE_REFUSED", "status", row.status,
        "the inventory does not know this device, so it cannot be that", f"one of: {starts}",
    )  # fmt: skip
