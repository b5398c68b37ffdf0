"""Tags go on persons, come off and are changed; visits that came to nothing are written down.

fit     activation + fitting + the device's move + the visit, in one transaction, once
remove  the activation ends; what the tag sends afterwards belongs to nobody
swap    both at one instant: the person is never without, the two tags share no fix

Locked in one order, the person and then the devices by id; on SQLite writers queue anyway.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from waypost.access import audit, may
from waypost.access.values import Permission, Posted
from waypost.devices import inventory
from waypost.devices.lifecycle import Status
from waypost.devices.models import Device, Fitting
from waypost.devices.values import DeviceKind, VisitOutcome, VisitPurpose
from waypost.errors import NoSuchThing, Refused
from waypost.fitting import windows
from waypost.fitting.fitting_records import (
    NAME_MAX,
    last_end,
    live_activation,
    locked_device,
    locked_person,
    orders_of,
    write_visit,
)
from waypost.orders.activations import begin_activation, end_activation
from waypost.orders.models import Activation, Person
from waypost.orders.queries import case_of

WORN_KINDS = frozenset(
    {"", DeviceKind.TAG, DeviceKind.ALCOHOL_TAG, DeviceKind.PHONE}  # "": not stated
)
PROTECTED = "This is a protected person; their device is given and taken on their own page."
NO_SUCH_TAG = "There is no such fitting."
WHERE_MAX, SITE_MAX, WHY_MAX = 200, 40, 200
SENT_AGAIN = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class FittingSaid:
    """What the officer says of a fitting. `reason`: needed where no order is live."""

    at: datetime
    where: str = ""
    body_site: str = ""
    officer_name: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class RemovalSaid:
    """What the officer says of a removal. `faulty`: the device is not to be fitted again."""

    at: datetime
    why: str
    officer_name: str = ""
    faulty: bool = False


@dataclass(frozen=True, slots=True)
class Fitted:
    """The activation that stands now. `again`: it had been recorded before, nothing was done."""

    activation_id: int
    person_id: int
    device_reference: str
    again: bool = False


@transaction.atomic
def fit(person_id: int, device: str, said: FittingSaid, *, by: Posted, now: datetime) -> Fitted:
    """Put the device (its serial, or the number it reports) on the person.

    Sent twice it is done once. Refused in a sentence: unknown, on somebody else, faulty, no tag;
    the person wears one already; no order is live and no reason is given; the time is impossible.
    """
    may.check(by, Permission.DEVICE_FIT, case_of(person_id, now=now))
    person = locked_person(person_id)
    found = locked_device(device)
    worn = live_activation(now, person_id=person_id)
    if worn is not None and worn.device_reference == found.reference:
        return Fitted(worn.pk, person_id, found.reference, again=True)
    if worn is not None:
        raise Refused(
            "This person wears a tag already. Swap it: the old one comes off and the new one goes "
            "on in one act."
        )
    made = _put_on(person, found, said, by=by, now=now)
    audit.record(
        "device:fitted", by=by, at=now, about=person_id,
        detail={"activation": made.pk, "device": found.pk, "from": said.at.isoformat()},
    )  # fmt: skip
    return Fitted(made.pk, person_id, found.reference)


@transaction.atomic
def remove(activation_id: int, said: RemovalSaid, *, by: Posted, now: datetime) -> Fitted:
    """Take the tag off: the activation ends. Conflict when somebody recorded that first."""
    activation = _locked_activation(activation_id, by=by, now=now)
    if _same_removal(activation, said, by):
        return _ended(activation, again=True)
    device = _take_off(activation, said, by=by, now=now)
    audit.record(
        "device:removed", by=by, at=now, about=activation.person_id,
        detail={"activation": activation.pk, "device": device.pk, "to": said.at.isoformat(),
                "faulty": said.faulty},
    )  # fmt: skip
    return _ended(activation)


@transaction.atomic
def swap(
    activation_id: int,
    device: str,
    said: FittingSaid,
    *,
    why: str,
    faulty: bool = False,
    by: Posted,
    now: datetime,
) -> Fitted:
    """Take one tag off and put another on at the same instant. Sent twice it is done once."""
    activation = _locked_activation(activation_id, by=by, now=now)
    found = locked_device(device)
    worn = live_activation(now, person_id=activation.person_id)
    if worn is not None and worn.device_reference == found.reference:
        if worn.pk == activation.pk:
            raise Refused("This is the tag that the person wears; scan the new one.")
        return Fitted(worn.pk, activation.person_id, found.reference, again=True)
    off = RemovalSaid(said.at, why, said.officer_name, faulty)
    _take_off(activation, off, by=by, now=now)
    person = Person.objects.get(pk=activation.person_id)
    made = _put_on(person, found, said, by=by, now=now)
    audit.record(
        "device:swapped", by=by, at=now, about=activation.person_id,
        detail={"from_activation": activation.pk, "activation": made.pk, "device": found.pk,
                "at": said.at.isoformat(), "faulty": faulty},
    )  # fmt: skip
    return Fitted(made.pk, activation.person_id, found.reference)


def _put_on(
    person: Person, device: Device, said: FittingSaid, *, by: Posted, now: datetime
) -> Activation:
    orders = orders_of(person.pk)
    _check_device(device, now)
    windows.check_time(said.at, not_before=last_end(person, device), now=now, act="the fitting")
    if person.protected or windows.is_protected(orders):
        raise Refused(PROTECTED)
    if not windows.order_live(orders, said.at) and not said.reason.strip():
        raise Refused(
            "No order is live for this person then, so nothing the tag says could be used. Say why "
            "it is fitted all the same."
        )
    activation = begin_activation(person.pk, device.reference, at=said.at, now=now)
    Fitting.objects.create(
        activation=activation,
        device=device,
        fitted_by_id=by.officer_id,
        fitted_by_name=said.officer_name.strip()[:NAME_MAX],
        fitted_where=said.where.strip()[:WHERE_MAX],
        body_site=said.body_site.strip()[:SITE_MAX],
    )
    if device.status == Status.FITTED:  # it came off somebody by an import: back to stock first
        inventory.move(device, Status.STOCK, by=by, now=now, reason="it was on nobody any more")
    inventory.move(device, Status.FITTED, by=by, now=now, reason=said.reason, activation=activation)
    write_visit(
        orders, VisitPurpose.FIT, VisitOutcome.DONE, at=said.at, officer_name=said.officer_name,
        activation=activation, by=by, now=now,
    )  # fmt: skip
    return activation


def _take_off(activation: Activation, said: RemovalSaid, *, by: Posted, now: datetime) -> Device:
    if not said.why.strip():
        raise Refused("Say why the tag comes off; the person's record needs it.")
    windows.check_time(said.at, not_before=activation.from_at, now=now, act="the removal")
    if said.at == activation.from_at:
        raise Refused("The tag cannot come off at the instant it went on; enter when it was done.")
    end_activation(activation, at=said.at, now=now)
    device, _ = Device.objects.get_or_create(
        reference=activation.device_reference,
        defaults={"known_at": now, "status": Status.FITTED.value},
    )
    Fitting.objects.update_or_create(
        activation=activation,
        defaults={"removed_by_id": by.officer_id, "removed_why": said.why.strip()[:WHY_MAX]},
        create_defaults={
            "device": device,
            "removed_by_id": by.officer_id,
            "removed_why": said.why.strip()[:WHY_MAX],
        },
    )
    after = Status.FAULTY if said.faulty else Status.STOCK
    if device.status in {Status.FITTED, Status.STOCK} and device.status != after:
        inventory.move(device, after, by=by, now=now, reason=said.why, activation=activation)
    write_visit(
        orders_of(activation.person_id), VisitPurpose.REMOVE, VisitOutcome.DONE, at=said.at,
        officer_name=said.officer_name, activation=activation, by=by, now=now,
    )  # fmt: skip
    return device


def _check_device(device: Device, now: datetime) -> None:
    other = live_activation(now, device_reference=device.reference)
    if other is not None:
        raise Refused(
            "This device is on somebody else. If the label is right, record its removal there "
            "first."
        )
    if device.kind not in WORN_KINDS:
        words = device.kind.replace("_", " ")
        raise Refused(f"This device is a {words}, not a tag to be worn; scan another.")
    if device.status == Status.FITTED and inventory.in_use(device, now=now):
        raise Refused("This device is installed at an address; unpair it first.")


def _locked_activation(activation_id: int, *, by: Posted, now: datetime) -> Activation:
    """The activation, its person locked. The caller's "may I?" is asked here."""
    person_id = (
        Activation.objects.filter(pk=activation_id).values_list("person_id", flat=True).first()
    )
    if person_id is None:
        raise NoSuchThing(NO_SUCH_TAG)
    may.check(by, Permission.DEVICE_FIT, case_of(person_id, now=now), absent=NO_SUCH_TAG)
    if locked_person(person_id).protected:
        raise Refused(PROTECTED)
    return Activation.objects.get(pk=activation_id)


def _same_removal(activation: Activation, said: RemovalSaid, by: Posted) -> bool:
    """The same form sent twice: by that officer, for that reason, about that time ("now" moves on
    between two presses of a button)."""
    if activation.to_at is None or abs(activation.to_at - said.at) > SENT_AGAIN:
        return False
    done = Fitting.objects.filter(activation=activation, removed_by_id=by.officer_id)
    return done.filter(removed_why=said.why.strip()[:WHY_MAX]).exists()


def _ended(activation: Activation, *, again: bool = False) -> Fitted:
    return Fitted(activation.pk, activation.person_id, activation.device_reference, again=again)
