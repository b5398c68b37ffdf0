"""Making and ending the tokens of devices. `actions.py` offers these to pages and commands."""

from __future__ import annotations

import secrets
from datetime import datetime

from django.db import transaction

from waypost.access import audit, may
from waypost.access.values import Permission, Posted
from waypost.devices import inventory
from waypost.devices.models import Device, DeviceToken
from waypost.devices.tokens import TOKEN_BYTES, digest_of
from waypost.errors import Conflict, NoSuchThing
from waypost.orders.models import Activation


@transaction.atomic
def make_device_token(device: str, *, by: Posted, now: datetime) -> str:
    """A token for the device of that id or serial, shown this once; only its digest is kept.

    From now on the device must show one that holds. Tokens made before hold until they are ended,
    so that a phone can be given a new one without a gap.
    """
    may.check(by, Permission.DEVICE_STOCK)
    known = _device(device, now)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    kept = DeviceToken.objects.create(
        device=known, digest=digest_of(token), made_at=now, made_by_id=by.officer_id
    )
    detail = {"device": known.pk, "token": kept.pk}
    audit.record("device_token:made", by=by, at=now, detail=detail)
    return token


@transaction.atomic
def end_device_token(token_id: int, *, by: Posted, now: datetime) -> None:
    """The token holds no longer, within a second. Conflict where it had ended."""
    may.check(by, Permission.DEVICE_STOCK)
    ended = DeviceToken.objects.filter(pk=token_id, ended_at=None).update(ended_at=now)
    if not ended:
        raise Conflict("This token has ended already, or there is none.")
    audit.record("device_token:ended", by=by, at=now, detail={"token": token_id})


def _device(name: str, now: datetime) -> Device:
    """The device of the inventory; one that was fitted and never entered there is entered now."""
    known = inventory.find(name)
    if known is not None:
        return known
    if not Activation.objects.filter(device_reference=name).exists():
        raise NoSuchThing(inventory.NO_SUCH_DEVICE)
    return Device.objects.create(reference=name, known_at=now, status="fitted")
