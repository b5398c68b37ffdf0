"""Canaries: made-up wearers, one a protocol, whose breach every five minutes must reach the inbox
and the test channel, so that silence is noticed.

    set_up(devices, places, now) persons, orders and tags in the store; idempotent
    settle(now)                  close what the last breach raised, so that the next raises anew
    retire(protocols, now)       their tags come off: nobody waits for them any more

A canary is an ordinary person in every table, or it would prove nothing of the ordinary way. What
keeps it out of lists, counts and matching is what keeps anybody out: limited access, with one named
officer who is an account of the machine and cannot sign in; a zone at sea, where no offence is and
no wearer goes; and a reference that begins with `CANARY-`, which no import of orders should use.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from waypost.access import audit
from waypost.access.actions import make_officer
from waypost.access.queries import find_officer
from waypost.access.values import MACHINE, Role
from waypost.alerts.inbox_version import raise_inbox_version
from waypost.alerts.models import Alert, AlertMove
from waypost.alerts.values import Outcome, Status
from waypost.notices.actions import add_contact
from waypost.notices.contacts import live
from waypost.notices.values import TEST, Contact
from waypost.orders.actions import import_orders
from waypost.orders.activations import end_activation
from waypost.orders.models import Activation
from waypost.orders.values import (
    ActivationSpan,
    Order,
    OrderKind,
    PersonOrders,
    Requirement,
    RequirementKind,
    Zone,
)
from waypost.units import ActivationRef, DeviceRef, OrderRef, PersonRef, RequirementRef

Places = Sequence[tuple[float, float]]  # lat, lon
# By it the machine finds its own; whether somebody may see them is asked of limited access alone.
PREFIX = "CANARY-"
KEEPER = "canary"  # the named officer's account
RADIUS_M = 500.0
# A tag's clock may lag ours, and what it measured before it was put on is nobody's. A minute covers
# that, and is less than the pause between two breaches.
WORN_BEFORE = timedelta(minutes=1)


def set_up(devices: Mapping[str, str], places: Places, *, now: datetime) -> int:
    """How many canaries were put on: each protocol's, with its device and its zones at `places`
    (lat, lon), and the contact of their keeper.

    Once set up, a canary stays as it is; one that was retired gets its tag again.
    """
    keeper = find_officer(KEEPER) or make_officer(
        KEEPER, "Canary", None, Role.PROBATION_PRACTITIONER, now=now
    )
    if not live(now).filter(officer_id=keeper.pk).exists():
        add_contact(Contact(TEST, KEEPER), by=MACHINE, now=now, officer_id=keeper.pk)
    worn = set(_worn().values_list("person__reference", flat=True))
    new = {
        protocol: device
        for protocol, device in devices.items()
        if reference_of(protocol) not in worn
    }
    if new:
        persons = [_canary(protocol, device, places, now) for protocol, device in new.items()]
        import_orders(persons, by=MACHINE, now=now)
    return len(new)


def reference_of(protocol: str) -> str:
    return f"{PREFIX}{protocol.upper()}"


def _canary(protocol: str, device: str, places: Places, now: datetime) -> PersonOrders:
    """Its orders. The tag goes on a little earlier than now, so that its first fixes count, but not
    before it came off the last time."""
    reference = reference_of(protocol)
    before = Activation.objects.filter(person__reference=reference).order_by("from_at")
    from_at = max([now - WORN_BEFORE, *(one.to_at for one in before if one.to_at)])
    asked = tuple(
        Requirement(
            RequirementRef(f"{reference}-R{number}"),
            RequirementKind.EXCLUSION,
            (Zone({"type": "Point", "coordinates": [lon, lat]}, radius_m=RADIUS_M),),
        )
        for number, (lat, lon) in enumerate(places, start=1)
    )
    since = before[0].from_at if before else from_at
    order = Order(OrderRef(f"{reference}-O"), OrderKind.OTHER, since, None, asked)
    worn = ActivationSpan(
        ActivationRef(f"{reference}-{len(before) + 1}"), DeviceRef(device), from_at, None
    )
    details = {"limited": True, "officers": [KEEPER]}
    return PersonOrders(PersonRef(reference), (order,), (worn,), details=details)


@transaction.atomic
def settle(*, now: datetime) -> int:
    """Close every open alert of a canary; how many. One audit line for all of them."""
    opened = list(
        Alert.objects.select_for_update()
        .filter(person__reference__startswith=PREFIX)
        .exclude(status=Status.CLOSED)
    )
    for alert in opened:
        before = alert.status
        alert.status, alert.outcome, alert.closed_at = Status.CLOSED, Outcome.NO_ACTION, now
        alert.open_subject, alert.touched_at, alert.version = None, now, alert.version + 1
        alert.save()
        AlertMove.objects.create(
            alert=alert, at=now, what="closed", from_status=before, to_status=alert.status,
            note="A canary: it has told what it was for.",
        )  # fmt: skip
    if opened:
        raise_inbox_version(now)
        audit.record("canary:settled", by=MACHINE, at=now, detail={"alerts": len(opened)})
    return len(opened)


@transaction.atomic
def retire(keep: Collection[str] = (), *, now: datetime) -> int:
    """Canaries of other protocols than these lose their tag; how many."""
    kept = {reference_of(protocol) for protocol in keep}
    over = [one for one in _worn().select_related("person") if one.person.reference not in kept]
    for activation in over:
        end_activation(activation, at=now, now=now)
    if over:
        audit.record("canary:retired", by=MACHINE, at=now, detail={"canaries": len(over)})
    return len(over)


def _worn() -> QuerySet[Activation]:
    return Activation.objects.filter(person__reference__startswith=PREFIX, to_at=None)
