"""Home units and beacons: put up at an address for a person, and taken down again.

A device stands at one place at a time. From then on intake knows what its voice means (pairing.py);
the head of orders moves, so that the gateway looks within a second.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from waypost.access import audit, may
from waypost.access.values import Permission, Posted
from waypost.devices import inventory
from waypost.devices.lifecycle import Status
from waypost.devices.models import Device, Pairing
from waypost.devices.values import DeviceKind
from waypost.errors import Conflict, NoSuchThing, Refused
from waypost.orders.actions import bump_head
from waypost.orders.queries import case_of

PUT_UP = frozenset({DeviceKind.HOME_UNIT, DeviceKind.BEACON})
NO_SUCH_PAIRING = "There is no such home unit or beacon."
ADDRESS_MAX = 200
RADIUS_MIN_M, RADIUS_MAX_M = 1.0, 500.0  # of a radio in a home; beyond it, it tells no place


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a device is put up: WGS84 degrees; radius_m: how far its radio carries (an R95)."""

    lat: float
    lon: float
    radius_m: float
    address: str = ""


@transaction.atomic
def put_up(
    device: str, person_id: int, spot: Spot, *, at: datetime, by: Posted, now: datetime
) -> int:
    """Put a home unit or beacon (its serial or own id) up for a person; the pairing's number."""
    may.check(by, Permission.DEVICE_FIT, case_of(person_id, now=now))
    check_spot(spot)
    if at > now:
        raise Refused("The time lies ahead; enter when it was put up.")
    found = _locked(device)
    if DeviceKind(found.kind or DeviceKind.TAG) not in PUT_UP:
        raise Refused("This is neither a home unit nor a beacon; correct its kind, or fit it.")
    if found.pairings.filter(Q(to_at=None) | Q(to_at__gt=at)).exists():
        raise Refused("This device is put up somewhere already; take it down there first.")
    if found.status != Status.FITTED:  # it spoke before it was entered: then it is fitted already
        inventory.move(found, Status.FITTED, by=by, now=now, reason="put up")
    made = Pairing.objects.create(
        device=found, person_id=person_id, address=spot.address.strip()[:ADDRESS_MAX],
        lat=spot.lat, lon=spot.lon, radius_m=spot.radius_m, from_at=at, known_at=now,
        paired_by_id=by.officer_id,
    )  # fmt: skip
    bump_head()
    audit.record(
        "device:put_up", by=by, at=now, about=person_id,
        detail={"device": found.pk, "pairing": made.pk},
    )  # fmt: skip
    return int(made.pk)


@transaction.atomic
def take_down(
    pairing_id: int, reason: str, *, faulty: bool = False, by: Posted, now: datetime
) -> None:
    """Take it down now, saying why; it goes back to stock, or is faulty. Conflict if it is down."""
    may.check(by, Permission.DEVICE_FIT)
    pairing = Pairing.objects.select_related("device").filter(pk=pairing_id).first()
    if pairing is None:
        raise NoSuchThing(NO_SUCH_PAIRING)
    may.check(
        by, Permission.DEVICE_FIT, case_of(pairing.person_id, now=now), absent=NO_SUCH_PAIRING
    )
    if not Pairing.objects.filter(pk=pairing_id, to_at=None).update(to_at=now):
        raise Conflict("It has been taken down already; reload the page.")
    after = Status.FAULTY if faulty else Status.STOCK
    inventory.move(pairing.device, after, by=by, now=now, reason=reason)
    bump_head()
    audit.record(
        "device:taken_down", by=by, at=now, about=pairing.person_id,
        detail={"device": pairing.device_id, "pairing": pairing_id, "faulty": faulty},
    )  # fmt: skip


def check_spot(spot: Spot) -> None:
    """Refused unless the spot is a place on Earth, with a radio's reach."""
    numbers = (spot.lat, spot.lon, spot.radius_m)
    if not all(math.isfinite(number) for number in numbers):
        raise Refused("Give the place and the reach as numbers.")
    if not (-90 <= spot.lat <= 90 and -180 <= spot.lon <= 180):
        raise Refused("Latitude runs from -90 to 90 and longitude from -180 to 180.")
    if not RADIUS_MIN_M <= spot.radius_m <= RADIUS_MAX_M:
        raise Refused(
            f"The reach of its radio is {RADIUS_MIN_M:.0f} to {RADIUS_MAX_M:.0f} m; a wider one "
            "would tell no place."
        )


def _locked(name: str) -> Device:
    """The device, held until the transaction ends, so that two officers do not put it up twice."""
    found = inventory.find(name.strip())
    if found is None:
        raise NoSuchThing(inventory.NO_SUCH_DEVICE)
    return Device.objects.select_for_update().get(pk=found.pk)
