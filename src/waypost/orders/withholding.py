"""Addresses of protected persons that a wearer must not learn: kept, ended, asked for by checks.

They are the protected person's data, and named staff of that person alone enter them. A check asks
`withheld_from` and answers yes or no; named staff are told of each by `addresses_of`: from whom,
since when, which requirements show it, and where only to the square of a kilometre.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from waypost.access import audit, may
from waypost.access.values import Permission, Posted
from waypost.errors import Conflict, NoSuchThing, Refused
from waypost.orders.loading import orders_by_person
from waypost.orders.models import Person, WithheldAddress
from waypost.orders.placing import grid_square
from waypost.orders.queries import case_of, cases_of
from waypost.orders.values import Order
from waypost.orders.withheld import Place, centred_on_withheld
from waypost.orders.words import asks_words
from waypost.units import OrderRef, RequirementRef

NO_SUCH_ADDRESS = "There is no such address."
NOT_PROTECTED = "Only a protected person's address is withheld."


@dataclass(frozen=True, slots=True)
class ShownBy:
    """A requirement with a zone that is centred on a withheld address; asks: it in words."""

    order_id: OrderRef
    requirement_id: RequirementRef
    asks: str


@dataclass(frozen=True, slots=True)
class AddressSeen:
    """What named staff are told of a withheld address.

    number    its place among those of the protected person, the oldest 1; it stays when others end
    area      the square of 1 km that holds it; empty once ended
    shown_by  what shows it to the wearer now or will: to be varied
    """

    # Where it is, named staff know, and whoever looks over their shoulder, or finds the page on
    # paper, must not. They need to tell two addresses apart and to see a slip of degrees; a square
    # of a kilometre does both, and holds some thousand homes in a town. The words that they typed
    # are not kept: a postcode beside a name is the address.
    address_id: int
    number: int
    wearer_id: int
    wearer: str
    reference: str
    area: str
    from_at: datetime
    to_at: datetime | None
    shown_by: tuple[ShownBy, ...]


@transaction.atomic
def withhold_address(
    protected_id: int, wearer_id: int, place: Place, *, by: Posted, now: datetime
) -> tuple[RequirementRef, ...]:
    """Keep an address from a wearer from now on: no zone of theirs may be centred on it.

    Gives the wearer's requirements that are centred on it already: they are to be varied, since
    they show it to the wearer now.
    """
    may.check(by, Permission.DEVICE_FIT, case_of(protected_id, now=now))
    may.check(by, Permission.DEVICE_FIT, case_of(wearer_id, now=now))
    # Locked, so that a button pressed twice makes one record.
    if not Person.objects.select_for_update().filter(pk=protected_id, protected=True).first():
        raise Refused(NOT_PROTECTED)
    lat, lon = place
    whose = {"person_id": protected_id, "kept_from_id": wearer_id}
    known = WithheldAddress.objects.filter(**whose, to_at=None).values_list("lat", "lon")
    if (lat, lon) in set(known):  # places may be sealed: they are compared here
        raise Refused("This address is withheld from that wearer already; it stands in the list.")
    made = WithheldAddress.objects.create(**whose, lat=lat, lon=lon, from_at=now, known_at=now)
    orders = orders_by_person({wearer_id}, None).get(wearer_id, ())
    shown = tuple(one.requirement_id for one in _shown_by(orders, place, now))
    audit.record(
        "address:withheld", by=by, at=now, about=protected_id,
        detail={"address": made.pk, "wearer": wearer_id, "zones_at_it": len(shown)},
    )  # fmt: skip
    return shown


@transaction.atomic
def end_withholding(address_id: int, *, by: Posted, now: datetime) -> None:
    """The address need not be kept from the wearer any more; the record of it stays."""
    found = WithheldAddress.objects.filter(pk=address_id).first()
    if found is None:
        raise NoSuchThing(NO_SUCH_ADDRESS)
    may.check(by, Permission.DEVICE_FIT, case_of(found.person_id, now=now), absent=NO_SUCH_ADDRESS)
    if not WithheldAddress.objects.filter(pk=address_id, to_at=None).update(to_at=now):
        raise Conflict("It has ended already; reload the page.")
    audit.record(
        "address:released", by=by, at=now, about=found.person_id,
        detail={"address": address_id, "wearer": found.kept_from_id},
    )  # fmt: skip


@transaction.atomic
def addresses_of(protected_id: int, by: Posted, *, now: datetime) -> tuple[AddressSeen, ...]:
    """The protected person's withheld addresses, those that stand first. Leaves a line.

    One kept from a wearer whom the asker may not know of is left out, as that wearer is everywhere.
    """
    may.check(by, Permission.DEVICE_FIT, case_of(protected_id, now=now))
    if not Person.objects.filter(pk=protected_id, protected=True).exists():
        raise Refused(NOT_PROTECTED)
    rows = list(
        WithheldAddress.objects.filter(person_id=protected_id)
        .select_related("kept_from")
        .order_by("pk")
    )
    cases = cases_of({row.kept_from_id for row in rows}, now=now)
    known = {
        wearer_id
        for wearer_id, case in cases.items()
        if may.decide(by, Permission.DEVICE_FIT, case).allowed
    }
    orders = orders_by_person(known, None) if known else {}
    shown = (row for row in rows if row.kept_from_id in known)
    seen = [
        _seen(row, number, orders.get(row.kept_from_id, ()), now)
        for number, row in enumerate(shown, 1)  # a gap in the numbers would tell of another
    ]
    audit.record("address:viewed", by=by, at=now, about=protected_id, detail={"shown": len(seen)})
    return tuple(sorted(seen, key=lambda one: one.to_at is not None))


def withheld_from(wearer_ids: Collection[int], *, now: datetime) -> dict[int, list[Place]]:
    """The addresses kept from each of the wearers now, for checks; never to be shown."""
    found: dict[int, list[Place]] = defaultdict(list)
    rows = WithheldAddress.objects.filter(
        Q(to_at=None) | Q(to_at__gt=now), kept_from_id__in=list(wearer_ids)
    )
    for wearer_id, lat, lon in rows.values_list("kept_from_id", "lat", "lon"):
        found[wearer_id].append((lat, lon))
    return found


def _seen(row: WithheldAddress, number: int, orders: Iterable[Order], now: datetime) -> AddressSeen:
    place, stands = (row.lat, row.lon), row.to_at is None
    return AddressSeen(
        address_id=row.pk,
        number=number,
        wearer_id=row.kept_from_id,
        wearer=row.kept_from.full_name or row.kept_from.reference,
        reference=row.kept_from.reference,
        area=grid_square(*place) if stands else "",
        from_at=row.from_at,
        to_at=row.to_at,
        shown_by=tuple(_shown_by(orders, place, now)) if stands else (),
    )


def _shown_by(orders: Iterable[Order], place: Place, now: datetime) -> Iterator[ShownBy]:
    """The requirements in force or to come with a zone centred there, each once."""
    for order in orders:
        if order.to_at is not None and order.to_at <= now:
            continue
        told: set[RequirementRef] = set()  # the same may stand there by the next version too
        for requirement in order.requirements:
            ref = requirement.requirement_id
            over = requirement.to_at is not None and requirement.to_at <= now
            if over or ref in told or not centred_on_withheld(requirement.zones, [place]):
                continue
            told.add(ref)
            yield ShownBy(order.order_id, ref, asks_words(requirement))
