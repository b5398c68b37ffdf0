"""What may be asked of orders: what binds whom, which tag is on whom, who is in whose scope.

Everything is a handful of statements however many persons are asked for: the worker and the
gateway load the whole estate at start and again when `orders_version` has moved.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from django.db.models import Prefetch, Q, QuerySet

from waypost.access import may
from waypost.access.values import Case, Permission, Posted, Reach
from waypost.errors import NoSuchThing
from waypost.orders.directory import ActivationDirectory
from waypost.orders.models import (
    Activation,
    ActivationVersion,
    AppointmentSeries,
    AuthorisedAbsence,
    Caseload,
    Order,
    OrdersHead,
    Person,
    RequirementVersion,
    TimetableEntry,
    ZoneVersion,
)
from waypost.orders.values import (
    Absence,
    ActivationSpan,
    Appointments,
    OrderKind,
    PersonOrders,
    Requirement,
    RequirementKind,
    TimetableRow,
    Zone,
)
from waypost.orders.values import Order as OrderValue
from waypost.orders.versions import Version, effective
from waypost.units import (
    ActivationNumber,
    ActivationRef,
    DeviceRef,
    OrderRef,
    PersonRef,
    RequirementRef,
)

MANY = 500  # more ids than this are asked for by range, within what SQLite takes in one statement


def person_orders(
    person_ids: Collection[int] | None = None, *, known_at: datetime | None = None
) -> list[PersonOrders]:
    """What binds the persons (all of them: None), as known now or at an earlier instant.

    A requirement that was varied stands once per version that binds for some time, each clipped to
    its time, so that the past is judged by what was ordered then; ids and versions are filled in.
    """
    persons = _of(Person.objects.order_by("id"), "id", person_ids)
    orders = _orders_by_person(person_ids, known_at)
    activations = _activations_by_person(person_ids, known_at)
    return [
        PersonOrders(
            PersonRef(person.reference),
            tuple(orders[person.pk]),
            tuple(activations[person.pk]),
            number=person.pk,
            details=_details(person),
        )
        for person in persons
        if known_at is None or person.known_at <= known_at
    ]


def person_by_reference(reference: str) -> Person:
    """The person's record. NoSuchThing when there is none; the caller asks "may I?" next."""
    person = Person.objects.filter(reference=reference).first()
    if person is None:
        raise NoSuchThing(may.NO_SUCH_PERSON)
    return person


def case_of(person_id: int, *, now: datetime) -> Case:
    """What access must know of one person. NoSuchThing when there is none."""
    cases = cases_of([person_id], now=now)
    if person_id not in cases:
        raise NoSuchThing(may.NO_SUCH_PERSON)
    return cases[person_id]


def cases_of(ids: Collection[int], *, now: datetime) -> dict[int, Case]:
    """The cases of those of the persons that exist."""
    limited = dict(_of(Person.objects.all(), "id", ids).values_list("id", "limited"))
    officers: dict[int, set[int]] = defaultdict(set)
    named: dict[int, set[int]] = defaultdict(set)
    teams: dict[int, set[int]] = defaultdict(set)
    rows = _of(_live_caseloads(now), "person_id", ids)
    for person_id, officer_id, team_id, is_named in rows.values_list(
        "person_id", "officer_id", "team_id", "named"
    ):
        if officer_id is not None:
            officers[person_id].add(officer_id)
        if officer_id is not None and is_named:
            named[person_id].add(officer_id)
        if team_id is not None:
            teams[person_id].add(team_id)
    return {
        person_id: Case(
            person_id,
            frozenset(officers[person_id]),
            frozenset(teams[person_id]),
            is_limited,
            frozenset(named[person_id]),
        )
        for person_id, is_limited in limited.items()
    }


def visible_person_ids(
    by: Posted, permission: Permission, *, now: datetime
) -> frozenset[int] | None:
    """Whom the officer may see with this permission; None means everybody.

    Says the same as `may.decide` for each person (a test compares them), in few statements.
    """
    reach = may.reach(by, permission)
    if by.is_machine or (reach is Reach.ALL and not Person.objects.filter(limited=True).exists()):
        return None
    if reach is Reach.NOBODY:
        return frozenset()
    cases = cases_of(_candidates(by, reach, now), now=now)
    return frozenset(
        person_id for person_id, case in cases.items() if may.decide(by, permission, case).allowed
    )


def orders_version() -> int:
    """A number that rises whenever what is asked, or who wears what, has changed."""
    return OrdersHead.objects.values_list("version", flat=True).first() or 0


def activation_directory() -> ActivationDirectory:
    """Every activation and when an order was live over it, in memory."""
    return ActivationDirectory(person_orders())


def _candidates(by: Posted, reach: Reach, now: datetime) -> set[int]:
    """Persons who may be within the reach; `may` decides about each."""
    if reach is Reach.ALL:
        return set(Person.objects.values_list("id", flat=True))
    live = _live_caseloads(now).filter(Q(officer_id=by.officer_id) | Q(team_id__in=by.team_ids))
    own = {by.own_person_id} - {None}
    return set(live.values_list("person_id", flat=True)) | {one for one in own if one is not None}


def _live_caseloads(now: datetime) -> QuerySet[Caseload]:
    return Caseload.objects.filter(Q(to_at=None) | Q(to_at__gt=now), from_at__lte=now)


def _of(rows: QuerySet[Any], name: str, ids: Collection[int] | None) -> QuerySet[Any]:
    """The rows of these persons. Many ids become a range: what lies between is read and dropped."""
    if ids is None:
        return rows
    if len(ids) <= MANY:
        return rows.filter(**{f"{name}__in": list(ids)})
    return rows.filter(**{f"{name}__gte": min(ids), f"{name}__lte": max(ids)})


def _orders_by_person(
    person_ids: Collection[int] | None, known_at: datetime | None
) -> dict[int, list[OrderValue]]:
    requirements = _requirements_by_order(person_ids, known_at)
    rows = _known(_of(Order.objects.order_by("person_id", "id"), "person_id", person_ids), known_at)
    current: dict[tuple[int, str], Order] = {}
    for row in rows:
        key = (row.person_id, row.reference)
        if key not in current or current[key].version < row.version:
            current[key] = row
    found: dict[int, list[OrderValue]] = defaultdict(list)
    for (person_id, reference), row in current.items():
        order = OrderValue(OrderRef(reference), OrderKind(row.kind), row.from_at, row.to_at)
        bound = effective(requirements[person_id, reference], order)
        found[person_id].append(
            OrderValue(order.order_id, order.kind, order.from_at, order.to_at, tuple(bound))
        )
    return found


def _requirements_by_order(
    person_ids: Collection[int] | None, known_at: datetime | None
) -> dict[tuple[int, str], list[Version]]:
    rows = requirement_versions().order_by("person_id", "id")
    found: dict[tuple[int, str], list[Version]] = defaultdict(list)
    for row in _known(_of(rows, "person_id", person_ids), known_at).iterator(2000):
        found[row.person_id, row.order_reference].append(
            Version(row.version, row.valid_from, row.withdrawn, requirement_value(row))
        )
    return found


def _known(rows: QuerySet[Any], known_at: datetime | None) -> QuerySet[Any]:
    return rows if known_at is None else rows.filter(known_at__lte=known_at)


def requirement_versions() -> QuerySet[RequirementVersion]:
    """Versions with their parts, for `requirement_value`."""
    return RequirementVersion.objects.prefetch_related(
        Prefetch("zones", ZoneVersion.objects.order_by("place", "id")),
        Prefetch("timetable", TimetableEntry.objects.order_by("id")),
        Prefetch("appointments", AppointmentSeries.objects.order_by("id")),
        Prefetch("exceptions", AuthorisedAbsence.objects.order_by("id")),
    )


def requirement_value(row: RequirementVersion) -> Requirement:
    """A stored version as the value it came from, with its number and the time it binds from."""
    timetable = [TimetableRow(tuple(one.days.split()), one.start, one.end)
                 for one in row.timetable.all()]  # fmt: skip
    return Requirement(
        RequirementRef(row.reference),
        RequirementKind(row.kind),
        tuple(Zone(one.geometry, one.radius_m, one.width_m, one.pk) for one in row.zones.all()),
        tuple(timetable) or None,  # an empty timetable is refused when read
        row.timezone,
        tuple(Absence(one.from_at, one.to_at, one.reason) for one in row.exceptions.all()),
        tuple(Appointments(one.rrule, one.duration, one.grace) for one in row.appointments.all()),
        row.from_at,
        row.to_at,
        row.pk,
        row.valid_from,
    )


def _activations_by_person(
    person_ids: Collection[int] | None, known_at: datetime | None
) -> dict[int, list[ActivationSpan]]:
    rows: Iterable[Any] = _of(Activation.objects.order_by("from_at", "id"), "person_id", person_ids)
    if known_at is not None:
        rows = _activations_as_known(rows, person_ids, known_at)
    found: dict[int, list[ActivationSpan]] = defaultdict(list)
    for row in rows:
        found[row.person_id].append(
            ActivationSpan(
                ActivationRef(row.reference),
                DeviceRef(row.device_reference),
                row.from_at,
                row.to_at,
                ActivationNumber(row.pk),
            )
        )
    return found


def _activations_as_known(
    rows: Iterable[Activation], person_ids: Collection[int] | None, known_at: datetime
) -> list[Activation]:
    """The activations with what was then known of them; those not yet known are left out."""
    old: dict[int, ActivationVersion] = {}
    versions = ActivationVersion.objects.filter(known_at__lte=known_at).order_by("version")
    for version in _of(versions, "activation__person_id", person_ids):
        old[version.activation_id] = version
    found = []
    for row in rows:
        if row.known_at > known_at:
            before = old.get(row.pk)
            if before is None:
                continue
            row.device_reference = before.device_reference
            row.from_at, row.to_at = before.from_at, before.to_at
        found.append(row)
    return found


def _details(person: Person) -> dict[str, Any]:
    said = {
        "name": person.full_name,
        "area": person.area,
        "born": person.born_on,
        "limited": person.limited,
    }
    return {name: value for name, value in said.items() if value}
