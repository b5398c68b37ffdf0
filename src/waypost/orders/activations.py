"""A tag goes on a person and comes off again: the records of it, within the caller's transaction.

The caller has asked "may I?" and leaves the audit line. The head of orders moves, so that the
gateway knows the tag within a second and the worker judges the person anew.
"""

from __future__ import annotations

from datetime import datetime

from waypost.errors import Conflict
from waypost.orders.actions import bump_head
from waypost.orders.importing import change_activation
from waypost.orders.models import Activation
from waypost.orders.values import ActivationSpan
from waypost.units import ActivationRef, DeviceRef


def begin_activation(
    person_id: int, device_reference: str, *, at: datetime, now: datetime
) -> Activation:
    """This device on this person from `at`. Its reference says whose how many-th tag it is."""
    number = Activation.objects.filter(person_id=person_id).count() + 1
    while Activation.objects.filter(reference=(reference := f"fit-{person_id}-{number}")).exists():
        number += 1
    made = Activation.objects.create(
        reference=reference,
        person_id=person_id,
        device_reference=device_reference,
        from_at=at,
        known_at=now,
    )
    bump_head()
    return made


def end_activation(activation: Activation, *, at: datetime, now: datetime) -> None:
    """It came off at `at`; what the record said before is kept. Conflict if it had ended."""
    if activation.to_at is not None and activation.to_at <= now:
        raise Conflict("Somebody has recorded already that this tag came off; reload the page.")
    span = ActivationSpan(
        ActivationRef(activation.reference),
        DeviceRef(activation.device_reference),
        activation.from_at,
        at,
    )
    change_activation(activation, span, now)
    bump_head()
