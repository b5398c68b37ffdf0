"""What of a person's equipment can be asked or looked at now: for pages that offer to. Neither
checks a permission: the pages and acts that they lead to do."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q

from waypost.devices.command_words import command_bytes
from waypost.devices.models import Device, Pairing
from waypost.errors import Refused
from waypost.orders.models import Activation
from waypost.protocols.values import CommandKind


def tag_to_ask(person_id: int, kind: CommandKind, *, now: datetime) -> str | None:
    """The reference of the tag that the person wears, if its protocol and model can be asked for
    that; else None."""
    live = Q(to_at=None) | Q(to_at__gt=now)
    worn = Activation.objects.filter(live, person_id=person_id, from_at__lte=now)
    activation = worn.order_by("-from_at").first()
    if activation is None:
        return None
    device = Device.objects.filter(reference=activation.device_reference).first()
    if device is None:
        return None
    try:
        command_bytes(device.protocol, device.model, kind, serial=1, interval_s=None)
    except Refused:
        return None
    return str(device.reference)


def home_put_up(person_id: int, *, now: datetime) -> bool:
    """Whether a home unit or a beacon is put up for the person now."""
    live = Q(to_at=None) | Q(to_at__gt=now)
    return Pairing.objects.filter(live, person_id=person_id, from_at__lte=now).exists()
