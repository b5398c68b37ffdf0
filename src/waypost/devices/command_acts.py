"""Asking a tag to do something, and taking it back. `actions.py` offers these to pages.

The command waits for the tag's next contact (command_watch.py) and is of the person who wears the
tag now: whoever may command it must reach that person's case.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from waypost.access import audit, may
from waypost.access.values import Permission, Posted
from waypost.devices import inventory
from waypost.devices.command_words import command_bytes
from waypost.devices.commanding import (
    HOLDS_FOR,
    WAITING,
    CommandStatus,
    check_can_move,
    next_serial,
)
from waypost.devices.models import Device, DeviceCommand
from waypost.errors import Conflict, NoSuchThing, Refused
from waypost.orders.models import Activation
from waypost.orders.queries import case_of
from waypost.protocols.values import CommandKind

NO_SUCH_COMMAND = "There is no such command."


@transaction.atomic
def queue_command(
    device: str,
    kind: CommandKind,
    *,
    interval_s: int | None = None,
    reason: str,
    by: Posted,
    now: datetime,
) -> int:
    """Ask the tag with that id or serial; the number of the command.

    One that waits of the same kind is superseded. interval_s: of an INTERVAL, whole seconds.
    raises  Refused without a reason, or when the tag cannot be asked for that; NoSuchThing for a
            tag unknown, or on somebody the officer may not know of
    """
    known = _device_to_command(device, by, now)
    if not reason.strip():
        raise Refused("Say why the tag is asked; the next officer will want to know.")
    if kind is CommandKind.INTERVAL and interval_s is None:
        raise Refused("Say how often the tag is to report, in seconds.")
    last = DeviceCommand.objects.filter(device=known).order_by("-pk").first()
    serial = next_serial(last.serial if last else None)
    command_bytes(known.protocol, known.model, kind, serial=serial, interval_s=interval_s)
    worn = _worn(known, now)
    waiting = DeviceCommand.objects.filter(device=known, kind=kind, status__in=WAITING)
    replaced = waiting.update(status=CommandStatus.SUPERSEDED)
    command = DeviceCommand.objects.create(
        device=known,
        activation=worn,
        kind=kind,
        interval_s=interval_s if kind is CommandKind.INTERVAL else None,
        serial=serial,
        reason=reason.strip(),
        queued_at=now,
        queued_by_id=by.officer_id,
        status=CommandStatus.QUEUED,
        expires_at=now + HOLDS_FOR,
    )
    audit.record(
        "device_command:queued",
        by=by,
        at=now,
        about=worn.person_id if worn else None,
        detail={"command": command.pk, "device": known.pk, "kind": kind, "replaced": replaced},
    )
    return int(command.pk)


@transaction.atomic
def cancel_command(command_id: int, *, reason: str, by: Posted, now: datetime) -> None:
    """Take back a command that waits; one already sent may still be obeyed.

    raises  Refused without a reason, or where it is done with; Conflict when it moved meanwhile
    """
    command = DeviceCommand.objects.select_related("device", "activation").filter(pk=command_id)
    found = command.first()
    if found is None:
        raise NoSuchThing(NO_SUCH_COMMAND)
    person = found.activation.person_id if found.activation else None
    _check_may(by, person, now, absent=NO_SUCH_COMMAND)
    if not reason.strip():
        raise Refused("Say why the command is taken back; the next officer will want to know.")
    status = CommandStatus(found.status)
    check_can_move(status, CommandStatus.CANCELLED)
    moved = DeviceCommand.objects.filter(pk=found.pk, status=status).update(
        status=CommandStatus.CANCELLED
    )
    if not moved:
        raise Conflict("The command has moved on already; reload the page.")
    detail = {"command": found.pk, "device": found.device_id, "was": status}
    detail["why"] = reason.strip()[:200]
    audit.record("device_command:cancelled", by=by, at=now, about=person, detail=detail)


def _device_to_command(name: str, by: Posted, now: datetime) -> Device:
    """The device, locked, if they may command whoever wears it."""
    may.check(by, Permission.DEVICE_COMMAND)
    known = inventory.find(name)
    if known is None:
        raise NoSuchThing(inventory.NO_SUCH_DEVICE)
    worn = _worn(known, now)
    _check_may(by, worn.person_id if worn else None, now, absent=inventory.NO_SUCH_DEVICE)
    return Device.objects.select_for_update().get(pk=known.pk)


def _check_may(by: Posted, person: int | None, now: datetime, *, absent: str) -> None:
    """A tag that nobody wears is the inventory's."""
    may.check(by, Permission.DEVICE_COMMAND)
    if person is None:
        may.check(by, Permission.DEVICE_STOCK)
    else:
        may.check(by, Permission.DEVICE_COMMAND, case_of(person, now=now), absent=absent)


def _worn(device: Device, now: datetime) -> Activation | None:
    live = Q(to_at=None) | Q(to_at__gt=now)
    found = Activation.objects.filter(live, device_reference=device.reference, from_at__lte=now)
    return found.order_by("-from_at").first()
