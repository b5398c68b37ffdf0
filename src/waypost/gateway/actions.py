"""What may be done about messages in quarantine: release one to its activation, or dismiss it.

waiting -> released    the tag has since been given to somebody: read again and put in the log
        -> dismissed   with a reason; the bytes stay until their retention ends
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from waypost.access import audit, may
from waypost.access.values import Permission, Posted
from waypost.devices.models import QuarantinedMessage
from waypost.errors import Conflict, NoSuchThing, Refused
from waypost.gateway import quarantine
from waypost.gateway.group import Group, save_group, take_routed
from waypost.gateway.routing import Fate, Routed, intake_row, place, route
from waypost.orders.directory import ActivationDirectory
from waypost.orders.queries import activation_directory
from waypost.protocols.batch import BadField, read_row
from waypost.protocols.reading import read_json
from waypost.protocols.spoken import HTTP, STREAMS
from waypost.protocols.values import HttpMessage, Unreadable

HOW_LENGTH_MAX = 200


@transaction.atomic
def release(message_id: int, *, by: Posted, now: datetime) -> int:
    """Put the message where it belongs now; returns how many fixes and events it gave.

    It counts as received when it was received. Refused when the tag is still nobody's, or the
    message cannot be read; Conflict when somebody settled it first.
    """
    may.check(by, Permission.QUARANTINE_READ)
    message = _waiting(message_id)
    directory = activation_directory()
    payload = quarantine.opened(message)
    routed = _routed(message, payload, directory)
    if routed.reason is not None or not (routed.logged or routed.sealed):
        raise Refused(
            f"Message {message_id} cannot be released: {routed.reason or 'there is nothing in it'}."
        )
    group = Group()
    take_routed(routed, message.protocol, payload, group)
    _settle(message, "released", by=by, now=now)
    save_group(group, source="quarantine", now=now)
    count = sum(len(row.fixes) + len(row.events) for row in (*routed.logged, *routed.sealed))
    audit.record(
        "quarantine:released",
        by=by,
        at=now,
        about=_owner(routed, directory),
        detail={"message": message_id, "rows": count, "sealed": bool(routed.sealed)},
    )
    return count


@transaction.atomic
def dismiss(message_id: int, reason: str, *, by: Posted, now: datetime) -> None:
    """Take the message off the list, saying why. Refused without a reason; Conflict if settled."""
    may.check(by, Permission.QUARANTINE_READ)
    if not reason.strip():
        raise Refused("Say why the message is dismissed; the next officer will want to know.")
    message = _waiting(message_id)
    _settle(message, f"dismissed: {reason.strip()}", by=by, now=now)
    audit.record("quarantine:dismissed", by=by, at=now, detail={"message": message_id})


def _waiting(message_id: int) -> QuarantinedMessage:
    message = QuarantinedMessage.objects.filter(pk=message_id).first()
    if message is None:
        raise NoSuchThing("There is no such message in quarantine.")
    if message.settled_at is not None:
        raise Conflict("Somebody has settled this message already; reload the list.")
    return message


def _settle(message: QuarantinedMessage, how: str, *, by: Posted, now: datetime) -> None:
    """Mark it settled, if nobody did in the meantime."""
    moved = QuarantinedMessage.objects.filter(pk=message.pk, settled_at=None).update(
        settled_at=now, settled_by_id=by.officer_id, settled_how=how[:HOW_LENGTH_MAX]
    )
    if not moved:
        raise Conflict("Somebody has settled this message already; reload the list.")


def _routed(message: QuarantinedMessage, payload: bytes, directory: ActivationDirectory) -> Routed:
    if message.protocol in HTTP:
        decoded = HTTP[message.protocol].decode(HttpMessage.from_bytes(payload))
    elif message.protocol in STREAMS:
        connected = message.device_reference or None  # whom its connection had named
        decoded = STREAMS[message.protocol].decode(payload, connected)
    else:
        return _routed_row(message, payload, directory)
    if decoded.error is not None or decoded.device_id is None:
        return Routed(reason=decoded.error or "it names no device")
    return route(directory, decoded, message.received_at)


def _routed_row(
    message: QuarantinedMessage, payload: bytes, directory: ActivationDirectory
) -> Routed:
    """A row of a batch, kept alone."""
    try:
        row = read_row(read_json(payload), number=1)
    except (Unreadable, BadField) as trouble:
        return Routed(reason=str(trouble))
    seen = row.fix or row.event
    measured_at = seen.measured_at if seen else None
    placed = place(directory, row.sender, measured_at, message.received_at)
    if placed.span is None or seen is None:
        return Routed(reason=placed.reason)
    rows = (intake_row(placed.span, message.received_at, [seen]),)
    return Routed(sealed=rows) if placed.fate is Fate.SEALED else Routed(logged=rows)


def _owner(routed: Routed, directory: ActivationDirectory) -> int | None:
    """The person the rows went to, when it is one."""
    worn = [directory.worn(row.activation) for row in (*routed.logged, *routed.sealed)]
    numbers = {one.person_number for one in worn if one}
    return numbers.pop() if len(numbers) == 1 else None
