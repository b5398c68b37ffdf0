"""A protected person's device: carried by consent, so that a wearer can be kept away from them.

protect          person (limited access, named staff alone), arrangement, activation, record
end_protection   the device is given back, the arrangement ends, nothing more is taken in

They are no wearer: no order of a court binds them, no rule judges them, nobody matches them with
crimes (their arrangement is of a kind that none of these look at). What was kept stays as the
retention of a case says, and is shown to named staff alone.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from django.db import transaction
from django.db.models import Q, QuerySet

from waypost.access import audit, may
from waypost.access.models import Officer
from waypost.access.values import Permission, Posted
from waypost.devices import inventory
from waypost.devices.lifecycle import Status
from waypost.devices.models import Device, Protection
from waypost.devices.values import DeviceKind
from waypost.errors import Conflict, NoSuchThing, Refused
from waypost.orders.activations import begin_activation, end_activation
from waypost.orders.models import Activation, Caseload, Order, Person
from waypost.orders.queries import case_of
from waypost.orders.values import OrderKind

Rows = TypeVar("Rows", bound=QuerySet[Any, Any])
CARRIED = frozenset({"", DeviceKind.PROTECTED, DeviceKind.PHONE})  # "": not stated
NO_SUCH_PROTECTION = "There is no such protection."
TEXT_MAX = 200


@dataclass(frozen=True, slots=True)
class Protected:
    """Who is to be protected, and how they agreed.

    reference     the agency's for the protected person; not a wearer's
    named_staff   user names who may know of them, besides the officer who enters this
    """

    reference: str
    name: str
    consent_at: datetime
    consent_how: str
    named_staff: Collection[str] = ()


@transaction.atomic
def protect(wearer_id: int, device: str, said: Protected, *, by: Posted, now: datetime) -> int:
    """Give a device to somebody whom the wearer must keep away from; the protection's number.

    Refused without consent. A person protected already needs no second device: then `device` is
    the one they carry.
    """
    may.check(by, Permission.DEVICE_FIT, case_of(wearer_id, now=now))
    check_consent(said, now=now)
    person = _person(said, by=by, now=now)
    if person.pk == wearer_id:
        raise Refused("Nobody is protected from themselves; check the reference.")
    if _not_over(Protection.objects.filter(protected=person, wearer_id=wearer_id), now).exists():
        raise Conflict("They are protected from this wearer already; reload the page.")
    order = _arrangement(person, now=now)
    _hand_over(person, device, by=by, now=now)
    made = Protection.objects.create(
        protected=person, wearer_id=wearer_id, order_reference=order.reference, from_at=now,
        known_at=now, made_by_id=by.officer_id, consent_at=said.consent_at,
        consent_how=said.consent_how.strip()[:TEXT_MAX],
    )  # fmt: skip
    audit.record(
        "protection:begun", by=by, at=now, about=person.pk,
        detail={"protection": made.pk, "wearer": wearer_id},
    )  # fmt: skip
    return int(made.pk)


@transaction.atomic
def end_protection(protection_id: int, why: str, *, by: Posted, now: datetime) -> None:
    """End it, saying why. With the last one of a person their device is taken back too."""
    may.check(by, Permission.DEVICE_FIT)
    found = Protection.objects.filter(pk=protection_id).first()
    if found is None:
        raise NoSuchThing(NO_SUCH_PROTECTION)
    case = case_of(found.protected_id, now=now)
    may.check(by, Permission.DEVICE_FIT, case, absent=NO_SUCH_PROTECTION)
    if not why.strip():
        raise Refused("Say why the protection ends; whoever reads this later will want to know.")
    mine = Protection.objects.filter(pk=protection_id, to_at=None)
    if not mine.update(to_at=now, ended_why=why.strip()[:TEXT_MAX]):
        raise Conflict("It has ended already; reload the page.")
    last = not _not_over(Protection.objects.filter(protected_id=found.protected_id), now).exists()
    if last:
        _give_back(found.protected_id, found.order_reference, why, by=by, now=now)
    audit.record(
        "protection:ended", by=by, at=now, about=found.protected_id,
        detail={"protection": protection_id, "device_back": last},
    )  # fmt: skip


def check_consent(said: Protected, *, now: datetime) -> None:
    """Refused without consent: when it was given, and how."""
    if not said.reference.strip():
        raise Refused("Give the reference by which the protected person is known.")
    if not said.consent_how.strip():
        raise Refused("Say how they consented; without consent nobody is given a device.")
    if said.consent_at > now:
        raise Refused("The consent lies ahead; enter when it was given.")


def _person(said: Protected, *, by: Posted, now: datetime) -> Person:
    """The protected person's record, known to named staff alone."""
    reference = said.reference.strip()[:80]
    person = Person.objects.filter(reference=reference).first()
    if person is not None:
        may.check(by, Permission.DEVICE_FIT, case_of(person.pk, now=now))
        if not person.protected:
            raise Refused("This reference is a wearer's; a protected person has one of their own.")
        return person
    staff = _staff(said, by)
    person = Person.objects.create(
        reference=reference, full_name=said.name.strip()[:200], limited=True, protected=True,
        known_at=now,
    )  # fmt: skip
    Caseload.objects.bulk_create(
        Caseload(person=person, officer_id=officer, from_at=now, named=True) for officer in staff
    )
    return person


def _staff(said: Protected, by: Posted) -> list[int]:
    """Who may know: those named, and the officer who enters it."""
    names = {name.strip() for name in said.named_staff if name.strip()}
    known = dict(Officer.objects.filter(username__in=names).values_list("username", "pk"))
    if missing := sorted(names - set(known)):
        raise Refused(f"Nobody signs in by this name: {', '.join(missing)}.")
    staff = {*known.values(), *([by.officer_id] if by.officer_id is not None else [])}
    if not staff:
        raise Refused("Name at least one member of staff who may know of this person.")
    return sorted(staff)


def _arrangement(person: Person, *, now: datetime) -> Order:
    """Their live arrangement: the time in which intake may keep their places."""
    current = _current(Order.objects.filter(person=person, kind=OrderKind.PROTECTION))
    live = [one for one in current if one.to_at is None or one.to_at > now]
    if live:
        return live[0]
    return Order.objects.create(
        reference=f"protection-{person.pk}-{len(current) + 1}", person=person,
        kind=OrderKind.PROTECTION, from_at=now, known_at=now,
    )  # fmt: skip


def _hand_over(person: Person, name: str, *, by: Posted, now: datetime) -> None:
    """The device to the person, unless they carry it already."""
    device = inventory.find(name.strip())
    if device is None:
        raise NoSuchThing(inventory.NO_SUCH_DEVICE)
    device = Device.objects.select_for_update().get(pk=device.pk)
    carried = _not_over(Activation.objects.filter(person=person), now).first()
    if carried is not None and carried.device_reference == device.reference:
        return
    if carried is not None:
        raise Refused("They carry another device already; name that one, or end it first.")
    if device.kind not in CARRIED:
        raise Refused("This device is made for wearers; take one for protected persons.")
    activation = begin_activation(person.pk, device.reference, at=now, now=now)
    inventory.move(device, Status.FITTED, by=by, now=now, activation=activation)


def _give_back(
    person_id: int, order_reference: str, why: str, *, by: Posted, now: datetime
) -> None:
    """The activation and the arrangement end; the device is in stock again."""
    orders = _current(Order.objects.filter(person_id=person_id, reference=order_reference))
    for order in orders:
        Order.objects.create(
            reference=order.reference, person_id=person_id, kind=order.kind, from_at=order.from_at,
            to_at=now, known_at=now, version=order.version + 1,
        )  # fmt: skip
    for activation in _not_over(Activation.objects.filter(person_id=person_id), now):
        end_activation(activation, at=now, now=now)
        device = inventory.find(activation.device_reference)
        if device is not None and device.status == Status.FITTED:
            inventory.move(device, Status.STOCK, by=by, now=now, reason=why, activation=activation)


def _current(orders: QuerySet[Order]) -> list[Order]:
    """The highest version of each."""
    latest: dict[str, Order] = {}
    for order in orders.order_by("version"):
        latest[order.reference] = order
    return list(latest.values())


def _not_over(rows: Rows, now: datetime) -> Rows:
    return rows.filter(Q(to_at=None) | Q(to_at__gt=now))
