"""What may be done about devices: stock, tokens, commands, flags, home units, clocks."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from waypost.access import audit, may
from waypost.access.values import Permission, Posted
from waypost.devices import correcting
from waypost.devices.clinical import end_removal, record_removal
from waypost.devices.clock_queries import open_doubt
from waypost.devices.command_acts import cancel_command, queue_command
from waypost.devices.flag_acts import settle_flag
from waypost.devices.models import ClockCorrection
from waypost.devices.protecting import end_protection, protect
from waypost.devices.putting_up import put_up, take_down
from waypost.devices.stock_keeping import add_device, describe_device, import_devices, move_device
from waypost.devices.token_acts import end_device_token, make_device_token
from waypost.errors import Conflict, NoSuchThing, Refused
from waypost.orders.queries import case_of

__all__ = [
    "add_device",
    "cancel_command",
    "describe_device",
    "end_device_token",
    "end_protection",
    "end_removal",
    "import_devices",
    "make_device_token",
    "move_device",
    "protect",
    "put_up",
    "queue_command",
    "record_removal",
    "settle_flag",
    "take_down",
]


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
