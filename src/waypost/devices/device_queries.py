"""What may be asked of one device of the inventory: what it is, where it has been among states.

The inventory names no person; who wore the device is shown only of persons whose devices the asker
may read about, and so are the words that go with putting it on and taking it off.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from waypost.access import audit, may
from waypost.access.models import Officer
from waypost.access.values import Permission, Posted
from waypost.devices import inventory, lifecycle
from waypost.devices.lifecycle import Status
from waypost.devices.models import Device, DeviceMove, Pairing
from waypost.devices.tag_queries import ActivationSeen, activations_seen
from waypost.orders.models import Activation
from waypost.orders.queries import case_of, cases_of

MACHINE_NAME = "Waypost"


@dataclass(frozen=True, slots=True)
class MoveSeen:
    """reason: "" where it goes with a person whom the asker may not know of."""

    at: datetime
    from_status: str
    to_status: str
    by: str
    reason: str


@dataclass(frozen=True, slots=True)
class TokenSeen:
    token_id: int
    made_at: datetime
    made_by: str
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class PairingSeen:
    """A home unit or beacon at an address."""

    pairing_id: int
    person_id: int
    person: str
    device: str
    serial: str
    kind: str
    address: str
    lat: float
    lon: float
    radius_m: float
    from_at: datetime
    to_at: datetime | None
    moved_at: datetime | None
    heard_at: datetime | None


@dataclass(frozen=True, slots=True)
class DeviceSeen:
    """One device. in_use: on somebody or put up for somebody, whoever may know that.

    allowed   states it may be moved to by hand
    unseen    activations and pairings of persons whom the asker may not know of
    """

    device_id: int
    reference: str
    serial: str
    kind: str
    model: str
    firmware: str
    sim: str
    protocol: str
    status: Status
    known_at: datetime
    heard_at: datetime | None
    in_use: bool
    allowed: tuple[Status, ...]
    moves: tuple[MoveSeen, ...]
    activations: tuple[ActivationSeen, ...]
    pairings: tuple[PairingSeen, ...]
    tokens: tuple[TokenSeen, ...]
    unseen: int


@transaction.atomic
def device_seen(device_id: int, by: Posted, *, now: datetime) -> DeviceSeen:
    """One device of the inventory; NoSuchThing when there is none. Leaves a line."""
    may.check(by, Permission.DEVICE_STOCK)
    device = inventory.get(device_id)
    worn = list(
        Activation.objects.filter(device_reference=device.reference)
        .select_related("person", "fitting")
        .order_by("-from_at", "-pk")
    )
    paired = list(device.pairings.select_related("person").order_by("-from_at", "-pk"))
    wearers = {one.person_id for one in worn} | {one.person_id for one in paired}
    known = readable_person_ids(wearers, by, now=now)
    visible = [one for one in worn if one.person_id in known]
    pairings = pairings_seen([one for one in paired if one.person_id in known])
    in_use = inventory.in_use(device, now=now)
    status = Status(device.status)
    shown = DeviceSeen(
        device_id=device.pk,
        reference=device.reference,
        serial=device.serial or "",
        kind=device.kind,
        model=device.model,
        firmware=device.firmware,
        sim=device.sim,
        protocol=device.protocol,
        status=status,
        known_at=device.known_at,
        heard_at=device.last_heard_at,
        in_use=in_use,
        allowed=lifecycle.allowed_by_hand(status, in_use=in_use),
        moves=_moves(device, {one.pk for one in visible}, by),
        activations=activations_seen(visible),
        pairings=pairings,
        tokens=_tokens(device),
        unseen=len(worn) + len(paired) - len(visible) - len(pairings),
    )
    audit.record("device:seen", by=by, at=now, detail={"device": device_id, "unseen": shown.unseen})
    return shown


@transaction.atomic
def homes_of(person_id: int, by: Posted, *, now: datetime) -> tuple[PairingSeen, ...]:
    """The home units and beacons put up for a person, those that stand first. Leaves a line: an
    address is a place of theirs."""
    may.check(by, Permission.DEVICE_FIT, case_of(person_id, now=now))
    rows = Pairing.objects.filter(person_id=person_id).select_related("person", "device")
    shown = pairings_seen(rows.order_by("-from_at", "-pk"))
    audit.record("home_units:viewed", by=by, at=now, about=person_id, detail={"rows": len(shown)})
    return tuple(sorted(shown, key=lambda one: one.to_at is not None))


def readable_person_ids(ids: Collection[int], by: Posted, *, now: datetime) -> frozenset[int]:
    """Of these persons, those whose devices the asker may read about."""
    return frozenset(
        person_id
        for person_id, case in cases_of(ids, now=now).items()
        if may.decide(by, Permission.DEVICE_READ, case).allowed
    )


def pairings_seen(rows: Iterable[Pairing]) -> tuple[PairingSeen, ...]:
    """With their persons and devices; the caller has asked whether each may be seen."""
    return tuple(
        PairingSeen(
            row.pk, row.person_id, row.person.full_name or row.person.reference,
            row.device.reference, row.device.serial or "", row.device.kind, row.address,
            row.lat, row.lon, row.radius_m, row.from_at, row.to_at, row.moved_at,
            row.device.last_heard_at,
        )
        for row in rows
    )  # fmt: skip


def _moves(device: Device, visible: Collection[int], by: Posted) -> tuple[MoveSeen, ...]:
    rows = list(DeviceMove.objects.filter(device=device).order_by("-at", "-pk"))
    fits = may.decide(by, Permission.DEVICE_FIT).allowed
    names = _names(row.by_id for row in rows)
    return tuple(
        MoveSeen(
            row.at, row.from_status, row.to_status,
            names.get(row.by_id or 0, MACHINE_NAME),
            row.reason if _may_read(row, visible, fits=fits) else "",
        )
        for row in rows
    )  # fmt: skip


def _may_read(move: DeviceMove, visible: Collection[int], *, fits: bool) -> bool:
    """Why a device came off somebody says something of them; why it left a shelf does not."""
    if move.activation_id is not None:
        return move.activation_id in visible
    return fits or Status.FITTED not in (move.from_status, move.to_status)


def _tokens(device: Device) -> tuple[TokenSeen, ...]:
    rows = list(device.tokens.order_by("-made_at", "-pk"))
    names = _names(row.made_by_id for row in rows)
    return tuple(
        TokenSeen(row.pk, row.made_at, names.get(row.made_by_id or 0, MACHINE_NAME), row.ended_at)
        for row in rows
    )


def _names(ids: Iterable[int | None]) -> dict[int, str]:
    wanted = {one for one in ids if one is not None}
    return {officer.pk: str(officer) for officer in Officer.objects.filter(pk__in=wanted)}
