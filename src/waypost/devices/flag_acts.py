"""Settling what was flagged about a device. `actions.py` offers it to pages."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from waypost.access import audit, may
from waypost.access.values import Permission, Posted
from waypost.devices.models import DeviceFlag
from waypost.errors import Conflict, NoSuchThing, Refused

HOW_LENGTH_MAX = 200


@transaction.atomic
def settle_flag(flag_id: int, how: str, *, by: Posted, now: datetime) -> None:
    """Take the flag off the list, saying what it was. If it goes on, there is a new one.

    raises  Refused without words; NoSuchThing; Conflict when somebody settled it first
    """
    may.check(by, Permission.DEVICE_STOCK)
    if not how.strip():
        raise Refused("Say what it was; the next officer will want to know.")
    flag = DeviceFlag.objects.filter(pk=flag_id).first()
    if flag is None:
        raise NoSuchThing("There is no such flag.")
    settled = DeviceFlag.objects.filter(pk=flag_id, settled_at=None).update(
        settled_at=now, settled_by_id=by.officer_id, settled_how=how.strip()[:HOW_LENGTH_MAX]
    )
    if not settled:
        raise Conflict("Somebody has settled this flag already; reload the list.")
    detail = {"flag": flag_id, "kind": flag.kind, "count": flag.count}
    audit.record("device_flag:settled", by=by, at=now, detail=detail)
