"""What fitting, removing and visiting read and write together, within the caller's transaction."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q

from waypost.access.values import Posted
from waypost.devices import inventory
from waypost.devices.models import Device, Visit
from waypost.devices.values import VisitOutcome, VisitPurpose
from waypost.errors import Refused
from waypost.fitting import windows
from waypost.orders.models import Activation, Person
from waypost.orders.queries import person_orders
from waypost.orders.values import PersonOrders

UNKNOWN_DEVICE = (
    "No device of this serial or number is in the inventory. Check the label, or add it to stock."
)
NAME_MAX = 120


def live_activation(now: datetime, **whose: int | str) -> Activation | None:
    """The one that has not ended; of several the last to begin."""
    rows = Activation.objects.filter(Q(to_at=None) | Q(to_at__gt=now), **whose)
    return rows.order_by("-from_at", "-pk").first()


def orders_of(person_id: int) -> PersonOrders:
    return person_orders([person_id])[0]


def last_end(person: Person, device: Device) -> datetime | None:
    """When the person's, or the device's, last activation ended: nothing may begin before."""
    mine = Q(person_id=person.pk) | Q(device_reference=device.reference)
    ends = Activation.objects.filter(mine, to_at__isnull=False).values_list("to_at", flat=True)
    return max((end for end in ends if end is not None), default=None)


def locked_person(person_id: int) -> Person:
    return Person.objects.select_for_update().get(pk=person_id)


def find_device(name: str) -> Device | None:
    """The device that a label names, by its serial or the number it reports."""
    return inventory.find(name.strip()) if name.strip() else None


def locked_device(name: str) -> Device:
    found = find_device(name)
    if found is None:
        raise Refused(UNKNOWN_DEVICE)
    return Device.objects.select_for_update().get(pk=found.pk)


def write_visit(
    person: PersonOrders,
    purpose: VisitPurpose,
    outcome: VisitOutcome,
    *,
    at: datetime,
    reason: str = "",
    officer_name: str = "",
    activation: Activation | None = None,
    by: Posted,
    now: datetime,
) -> Visit:
    asked = windows.fitting_requirement(person, at=at) if purpose is VisitPurpose.FIT else None
    return Visit.objects.create(
        person_id=person.number or 0,
        purpose=purpose.value,
        order_reference=asked[0].order_id if asked else "",
        requirement_reference=asked[1].requirement_id if asked else "",
        activation=activation,
        at=at,
        outcome=outcome.value,
        reason=reason.strip(),
        officer_name=officer_name.strip()[:NAME_MAX],
        recorded_at=now,
        recorded_by_id=by.officer_id,
    )
