"""What may be asked of orders: what binds whom, which tag is on whom, who is in whose scope.

Everything is a handful of statements however many persons are asked for: the worker and the
gateway load the whole estate at start and again when `orders_version` has moved.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from waypost.access import may
from waypost.access.values import Case, Permission, Posted, Reach
from waypost.errors import NoSuchThing
from waypost.orders.directory import ActivationDirectory
from waypost.orders.exceptions import conflicts_of, exceptions_of, live_emergencies
from waypost.orders.loading import (
    activations_by_person,
    orders_by_person,
    stored_requirement,
    within,
)
from waypost.orders.models import (
    AuthorisedAbsence,
    Caseload,
    Order,
    OrdersHead,
    Person,
    RequirementVersion,
)
from waypost.orders.programmes import enrolled_person_ids, with_programmes
from waypost.orders.values import (
    Absence,
    OrderKind,
    PersonOrders,
    Requirement,
    RequirementKind,
)
from waypost.orders.values import Order as OrderValue
from waypost.units import OrderRef, PersonRef

NUMBER_MAX = 2**63 - 1  # what a column of numbers holds; addresses may say more


def person_orders(
    person_ids: Collection[int] | None = None, *, known_at: datetime | None = None
) -> list[PersonOrders]:
    """What binds the persons (all of them: None), as known now or at an earlier instant.

    A requirement that was varied stands once per version that binds for some time, each clipped to
    its time, so that the past is judged by what was ordered then; ids and versions are filled in.
    """
    return _persons(person_ids, known_at, with_requirements=True)


def fitting_orders(person_ids: Collection[int]) -> list[PersonOrders]:
    """As `person_orders`, but only a fitting window comes with its hours, other requirements with
    their dates alone: enough to know who needs a tag, at four fifths of the time."""
    return _persons(
        person_ids, None, with_requirements=True, whole=frozenset({RequirementKind.FITTING})
    )


def person_by_reference(reference: str) -> Person:
    """The person's record. NoSuchThing when there is none; the caller asks "may I?" next."""
    known = Person.objects.filter(reference=reference.replace("\x00", "\ufffd"))
    person = known.first()  # PostgreSQL keeps no null character and would stop at one
    if person is None:
        raise NoSuchThing(may.NO_SUCH_PERSON)
    return person


def case_of(person_id: int, *, now: datetime) -> Case:
    """What access must know of one person. NoSuchThing when there is none."""
    cases = cases_of([person_id] if person_id <= NUMBER_MAX else [], now=now)
    if person_id not in cases:
        raise NoSuchThing(may.NO_SUCH_PERSON)
    return cases[person_id]


def cases_of(ids: Collection[int], *, now: datetime) -> dict[int, Case]:
    """The cases of those of the persons that exist."""
    wanted = frozenset(ids)
    persons: dict[int, tuple[bool, str]] = {}
    programmes: dict[int, set[str]] = defaultdict(set)
    rows = within(with_programmes(Person.objects.all(), now), "id", wanted)
    for person_id, is_limited, area, programme in rows.values_list(  # type: ignore[misc]  # joined
        "id", "limited", "area", "enrolled__programme"
    ):
        persons[person_id] = is_limited, area
        if programme is not None:
            programmes[person_id].add(programme)
    officers: dict[int, set[int]] = defaultdict(set)
    named: dict[int, set[int]] = defaultdict(set)
    teams: dict[int, set[int]] = defaultdict(set)
    holders = within(live_caseloads(now), "person_id", wanted)
    for person_id, officer_id, team_id, is_named in holders.values_list(
        "person_id", "officer_id", "team_id", "named"
    ):
        if officer_id is not None:
            officers[person_id].add(officer_id)
        if officer_id is not None and is_named:
            named[person_id].add(officer_id)
        if team_id is not None:
            teams[person_id].add(team_id)
    conflicted, opened, wider = exceptions_of(wanted, now=now)
    return {
        person_id: Case(
            person_id,
            frozenset(officers[person_id]),
            frozenset(teams[person_id]),
            is_limited,
            frozenset(named[person_id]),
            area,
            frozenset(conflicted[person_id]),
            frozenset(opened[person_id]),
            frozenset(wider[person_id]),
            frozenset(programmes[person_id]),
        )
        for person_id, (is_limited, area) in persons.items()
        if person_id in wanted
    }


def visible_person_ids(
    by: Posted, permission: Permission, *, now: datetime
) -> frozenset[int] | None:
    """Whom the officer may see with this permission; None means everybody.

    Says the same as `may.decide` for each person (a test compares them), in few statements.
    """
    reach = may.reach(by, permission)
    all_of_them = reach is Reach.ALL and not Person.objects.filter(limited=True).exists()
    if by.is_machine or (all_of_them and not conflicts_of(by)):
        return None
    if reach is Reach.NOBODY:
        return frozenset()
    cases = cases_of(_candidates(by, reach, now), now=now)
    return frozenset(
        person_id for person_id, case in cases.items() if may.decide(by, permission, case).allowed
    )


def hidden_person_ids(by: Posted, permission: Permission, *, now: datetime) -> frozenset[int]:
    """Whom an officer whose permission carries to everybody may nevertheless not see: those of
    limited access who are not theirs, and those with whom they have a conflict of interest. With
    everybody else, it says what `visible_person_ids` does.
    """
    return frozenset(
        person_id
        for person_id, case in doubtful_cases(by, now=now).items()
        if not may.decide(by, permission, case).allowed
    )


def doubtful_cases(by: Posted, *, now: datetime) -> dict[int, Case]:
    """Cases of those under limited access, and of those with whom the officer has a conflict of
    interest; none for the machine."""
    if by.is_machine:
        return {}
    limited = frozenset(Person.objects.filter(limited=True).values_list("pk", flat=True))
    doubtful = limited | conflicts_of(by)
    return cases_of(doubtful, now=now) if doubtful else {}


def atv_persons(ids: Collection[int]) -> frozenset[int]:
    """Which of these have a curfew whose absences may add up to a limit (defaults.atv_limit_of)."""
    hdc = Order.objects.filter(person_id__in=ids, kind=OrderKind.HDC)
    stated = RequirementVersion.objects.filter(person_id__in=ids, atv_limit__isnull=False)
    return frozenset(hdc.values_list("person_id", flat=True)) | frozenset(
        stated.values_list("person_id", flat=True)
    )


def named_person_ids(by: Posted, *, now: datetime) -> frozenset[int]:
    """The persons of whom the officer is named staff."""
    if by.officer_id is None:
        return frozenset()
    named = live_caseloads(now).filter(officer_id=by.officer_id, named=True)
    return frozenset(named.values_list("person_id", flat=True))


def known_person_ids(
    ids: Collection[int], by: Posted, permission: Permission, *, now: datetime
) -> frozenset[int]:
    """Which of these exist for the officer: those of nobody, and limited ones, are left out."""
    return frozenset(
        person_id
        for person_id, case in cases_of(ids, now=now).items()
        if not may.decide(by, permission, case).hidden
    )


def orders_version() -> int:
    """A number that rises whenever what is asked, or who wears what, has changed."""
    return OrdersHead.objects.values_list("version", flat=True).first() or 0


def activation_directory() -> ActivationDirectory:
    """Every activation and when an order was live over it, in memory."""
    return ActivationDirectory(light_orders())


def light_orders(person_ids: Collection[int] | None = None) -> list[PersonOrders]:
    """Orders and activations without what the orders ask: all that a directory needs."""
    return _persons(person_ids, None, with_requirements=False)


def _persons(
    ids: Collection[int] | None,
    known_at: datetime | None,
    *,
    with_requirements: bool,
    whole: Collection[RequirementKind] | None = None,
) -> list[PersonOrders]:
    wanted = None if ids is None else frozenset(ids)
    persons = within(Person.objects.order_by("id"), "id", wanted)
    orders = orders_by_person(wanted, known_at, with_requirements=with_requirements, whole=whole)
    activations = activations_by_person(wanted, known_at)
    return [
        PersonOrders(
            PersonRef(person.reference),
            tuple(orders.get(person.pk, ())),
            tuple(activations.get(person.pk, ())),
            number=person.pk,
            details=_details(person),
        )
        for person in persons
        if (wanted is None or person.pk in wanted)
        and (known_at is None or person.known_at <= known_at)
    ]


def _candidates(by: Posted, reach: Reach, now: datetime) -> set[int]:
    """Persons who may be within the reach; `may` decides about each."""
    if reach is Reach.ALL:
        return set(Person.objects.values_list("id", flat=True))
    live = live_caseloads(now).filter(Q(officer_id=by.officer_id) | Q(team_id__in=by.team_ids))
    found = set(live.values_list("person_id", flat=True))
    if by.areas:
        found.update(Person.objects.filter(area__in=by.areas).values_list("pk", flat=True))
    if by.programmes:
        found |= enrolled_person_ids(by.programmes, now=now)
    opened = live_emergencies(now).filter(officer_id=by.officer_id or 0)
    found.update(opened.values_list("person_id", flat=True))
    return found | ({by.own_person_id} if by.own_person_id is not None else set())


def live_caseloads(now: datetime) -> QuerySet[Caseload]:
    return Caseload.objects.filter(Q(to_at=None) | Q(to_at__gt=now), from_at__lte=now)


def _details(person: Person) -> dict[str, Any]:
    said = {
        "name": person.full_name,
        "area": person.area,
        "born": person.born_on,
        "limited": person.limited,
        "protected": person.protected,
    }
    return {name: value for name, value in said.items() if value}


def requirement_as_written(version_id: int) -> Requirement:
    """What one version of a requirement says itself, without the absences granted beside it."""
    rows = AuthorisedAbsence.objects.filter(requirement_id=version_id, known_at=None)
    own = tuple(Absence(one.from_at, one.to_at, one.reason) for one in rows.order_by("pk"))
    return replace(stored_requirement(version_id), exceptions=own, version_id=None)


def order_as_written(person_id: int, reference: str) -> OrderValue | None:
    """The order as its newest record and the newest versions of what it asks say it, each with the
    moment from which it binds; what was withdrawn is left out. None when there is no such order."""
    row = (
        Order.objects.filter(person_id=person_id, reference=reference).order_by("-version").first()
    )
    if row is None:
        return None
    newest: dict[str, RequirementVersion] = {}
    for one in RequirementVersion.objects.filter(
        person_id=person_id, order_reference=reference
    ).order_by("version", "pk"):
        newest[one.reference] = one
    asked = tuple(
        replace(requirement_as_written(one.pk), valid_from=one.valid_from)
        for one in newest.values() if not one.withdrawn
    )  # fmt: skip
    return OrderValue(
        OrderRef(row.reference), OrderKind(row.kind), row.from_at, row.to_at, asked, True,
        row.convicted_on, row.imposed_on, row.court, row.programme,
    )  # fmt: skip
