"""What may be done about messages in quarantine: release one to its activation, or dismiss it.

waiting -> released    the tag has since been given to somebody: read again and put in the log
        -> dismissed   with a reason; the bytes stay until their retention ends
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from waypost.access import audit, may
from waypost.access.values import Permission, Posted
from waypost.devices import correcting, quarantine
from waypost.devices.after_fitting import confirm_first_fix, give_notice
from waypost.devices.batch import BadField, read_row
from waypost.devices.clock_queries import open_doubt
from waypost.devices.command_acts import cancel_command, queue_command
from waypost.devices.fitter import fit, remove, swap
from waypost.devices.flag_acts import settle_flag
from waypost.devices.group import Group, save_group, take_routed
from waypost.devices.models import ClockCorrection, QuarantinedMessage
from waypost.devices.protecting import end_protection, protect
from waypost.devices.protocols import HTTP, STREAMS
from waypost.devices.putting_up import put_up, take_down
from waypost.devices.reading import read_json
from waypost.devices.routing import Fate, Routed, intake_row, place, route
from waypost.devices.stock_keeping import add_device, describe_device, import_devices, move_device
from waypost.devices.token_acts import end_device_token, make_device_token
from waypost.devices.values import HttpMessage, Unreadable
from waypost.devices.visiting import record_visit
from waypost.errors import Conflict, NoSuchThing, Refused
from waypost.orders.directory import ActivationDirectory
from waypost.orders.queries import activation_directory, case_of

__all__ = [
    "add_device",
    "cancel_command",
    "confirm_first_fix",
    "describe_device",
    "end_device_token",
    "end_protection",
    "fit",
    "give_notice",
    "import_devices",
    "make_device_token",
    "move_device",
    "protect",
    "put_up",
    "queue_command",
    "record_visit",
    "remove",
    "settle_flag",
    "swap",
    "take_down",
]
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


@transaction.atomic
def accept_clock_doubt(
    doubt_id: int, reason: str, *, ongoing: bool, by: Posted, now: datetime
) -> int:
    """Judge what the tag sent meanwhile by its time mended; returns how many rows that is.

    ongoing   also what still comes, until the clock is right again or an officer ends it
    raises    Refused without an offset, or over a time mended before; Conflict if settled
    """
    doubt = open_doubt(doubt_id, by=by, now=now)
    if not reason.strip():
        raise Refused("Say how you know that the clock is wrong; a court may ask.")
    correction = correcting.correction_of(doubt, ongoing=ongoing, by=by, now=now, reason=reason)
    correcting.settle(doubt, reason, accepted=True, by=by, now=now)
    rows = correcting.apply_correction(correction, now=now)
    audit.record(
        "clock:corrected", by=by, at=now, about=doubt.activation.person_id,
        detail={"correction": correction.pk, "offset_s": correction.offset_s, "rows": rows,
                "ongoing": ongoing},
    )  # fmt: skip
    return rows


@transaction.atomic
def refuse_clock_doubt(doubt_id: int, reason: str, *, by: Posted, now: datetime) -> None:
    """Leave the rows set aside, or judged, as they are. Refused without a reason."""
    doubt = open_doubt(doubt_id, by=by, now=now)
    if not reason.strip():
        raise Refused("Say why the offset is refused; the next officer will want to know.")
    correcting.settle(doubt, reason, accepted=False, by=by, now=now)
    audit.record(
        "clock:refused", by=by, at=now, about=doubt.activation.person_id,
        detail={"doubt": doubt.pk},
    )  # fmt: skip


@transaction.atomic
def end_clock_correction(correction_id: int, *, by: Posted, now: datetime) -> None:
    """Judge what comes from now on as the tag sends it. Conflict when it has ended."""
    row = ClockCorrection.objects.select_related("activation").filter(pk=correction_id).first()
    person_id = row.activation.person_id if row else None
    case = None if person_id is None else case_of(person_id, now=now)
    may.check(by, Permission.CLOCK_CORRECT, case, absent="There is no such correction.")
    if row is None:
        raise NoSuchThing("There is no such correction.")
    if not ClockCorrection.objects.filter(pk=row.pk, received_to=None).update(received_to=now):
        raise Conflict("The correction has ended already; reload the page.")
    audit.record(
        "clock:correction_ended", by=by, at=now, about=person_id, detail={"correction": row.pk}
    )
