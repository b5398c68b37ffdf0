"""Two lists with clocks: "ordered, not fitted" and "tag on, no live order".

The database narrows the estate to the few persons who may stand in one (sets of orders, versions
and activations, never one person at a time); the pure rules of windows.py decide about those.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from waypost.access import audit, may
from waypost.access.values import Permission, Posted
from waypost.devices.models import Device, Visit
from waypost.devices.values import VisitOutcome, VisitPurpose
from waypost.fitting import windows
from waypost.fitting.windows import Attempt, ToFit, ToRemove, Visited
from waypost.orders.loading import MANY
from waypost.orders.models import Activation, Order, RequirementVersion
from waypost.orders.queries import case_of, fitting_orders, person_orders, visible_person_ids
from waypost.orders.timetable import Window
from waypost.orders.values import ActivationSpan, OrderKind, PersonOrders, Requirement
from waypost.orders.values import Order as OrderValue

Task = TypeVar("Task", ToFit, ToRemove)


@dataclass(frozen=True, slots=True)
class Tasks:
    """Both lists, overdue first, then by deadline. `serials`: labels of the tags to be removed."""

    to_fit: tuple[ToFit, ...]
    to_remove: tuple[ToRemove, ...]
    serials: Mapping[str, str]

    def overdue(self, now: datetime) -> int:
        late = [one.overdue(now) for one in self.to_fit]
        return sum([*late, *(one.overdue(now) for one in self.to_remove)])


@dataclass(frozen=True, slots=True)
class PersonFitting:
    """One person: the tag worn, what is to be done, the visits made, the court's window.

    asked     the order and requirement that set a window, live now
    windows   of all its hours, those not over, earliest first
    serial    the label of the tag worn; "" when it is not known
    """

    person: PersonOrders
    worn: ActivationSpan | None
    to_fit: ToFit | None
    to_remove: ToRemove | None
    order_live: bool
    attempts: tuple[Attempt, ...]
    asked: tuple[OrderValue, Requirement] | None
    windows: tuple[Window, ...]
    serial: str


def fitting_tasks(by: Posted, *, now: datetime) -> Tasks:
    """The tasks about persons whom the officer may see. Names and windows, no whereabouts.

    raises   Refused without the permission
    """
    may.check(by, Permission.DEVICE_READ)
    visible = visible_person_ids(by, Permission.DEVICE_READ, now=now)
    bare, idle = (_seen(ids, visible) for ids in (unfitted_ids(now), idle_ids(now)))
    persons = {one.number or 0: one for one in _orders_of(bare | idle)}
    visits = visits_of(persons)
    to_remove = _decided(idle, persons, visits, windows.to_remove, now)
    return Tasks(
        _decided(bare, persons, visits, windows.to_fit, now),
        to_remove,
        serials_of([str(one.span.device_id) for one in to_remove]),
    )


def task_counts(by: Posted, *, now: datetime) -> tuple[int, int]:
    """How many are to be fitted, and how many tags to be removed."""
    tasks = fitting_tasks(by, now=now)
    return len(tasks.to_fit), len(tasks.to_remove)


def fitting_of(person_id: int, *, by: Posted, now: datetime) -> PersonFitting:
    """One person's tag, what is to be done about it and every visit. Leaves fitting:viewed.

    raises   Refused, NoSuchThing
    """
    may.check(by, Permission.DEVICE_READ, case_of(person_id, now=now))
    person = person_orders([person_id])[0]
    visits = visits_of([person_id]).get(person_id, [])
    attempts = (
        windows.attempts_of(person, visits, purpose, windows.BEGINNING) for purpose in VisitPurpose
    )
    worn = windows.worn_now(person, now=now)
    found = PersonFitting(
        person=person,
        worn=worn,
        to_fit=windows.to_fit(person, visits, now=now),
        to_remove=windows.to_remove(person, visits, now=now),
        order_live=windows.order_live(person, now),
        attempts=tuple(sorted((one for some in attempts for one in some), key=lambda one: one.at)),
        asked=windows.fitting_requirement(person, at=now),
        windows=tuple(one for one in windows.fitting_windows(person) if one[1] > now),
        serial=serials_of([str(worn.device_id)]).get(worn.device_id, "") if worn else "",
    )
    with transaction.atomic():
        audit.record("fitting:viewed", by=by, at=now, about=person_id)
    return found


def unfitted_ids(now: datetime) -> set[int]:
    """Persons with a live order and without a tag: all who may be to be fitted, and some others."""
    worn = _worn(now).filter(person_id=OuterRef("person_id"))
    rows = _live_orders(now).filter(~Exists(worn)).exclude(kind=OrderKind.PROTECTION)
    return set(rows.values_list("person_id", flat=True))


def idle_ids(now: datetime) -> set[int]:
    """Persons with a tag of whom nothing is asked: all whose tag may be to come off, and some.

    Says no only where a requirement plainly binds; the few odd ones are left to windows.to_remove.
    """
    person = OuterRef("person_id")
    ordered = _live_orders(now).filter(person_id=person, reference=OuterRef("order_reference"))
    later = RequirementVersion.objects.filter(
        person_id=person,
        order_reference=OuterRef("order_reference"),
        reference=OuterRef("reference"),
        version__gt=OuterRef("version"),
    )
    asked = RequirementVersion.objects.filter(
        _not_ended("to_at", now),
        person_id=person,
        withdrawn=False,
        kind__in=sorted(windows.NEEDS_TAG),
    ).filter(Exists(ordered), ~Exists(later))
    return set(_worn(now).filter(~Exists(asked)).values_list("person_id", flat=True))


def serials_of(references: Sequence[str]) -> dict[str, str]:
    """The labels of these devices, where one is known, by the number that each reports."""
    found: dict[str, str] = {}
    for start in range(0, len(references), MANY):
        rows = Device.objects.filter(reference__in=references[start : start + MANY])
        found |= {
            name: serial for name, serial in rows.values_list("reference", "serial") if serial
        }
    return found


def visits_of(person_ids: Collection[int]) -> dict[int, list[Visited]]:
    """Every visit to these persons, earliest first."""
    found: dict[int, list[Visited]] = defaultdict(list)
    ids = sorted(person_ids)
    for start in range(0, len(ids), MANY):
        rows = Visit.objects.filter(person_id__in=ids[start : start + MANY]).order_by("at", "pk")
        for person_id, at, purpose, outcome, reason, name in rows.values_list(
            "person_id", "at", "purpose", "outcome", "reason", "officer_name"
        ):
            visit = Visited(at, VisitPurpose(purpose), VisitOutcome(outcome), reason, name)
            found[person_id].append(visit)
    return found


def _orders_of(person_ids: Collection[int]) -> Iterator[PersonOrders]:
    """In pages: more ids than orders.loading.MANY at once are read as a range of the estate."""
    ids = sorted(person_ids)
    for start in range(0, len(ids), MANY):
        yield from fitting_orders(ids[start : start + MANY])


def _decided(
    ids: Collection[int],
    persons: dict[int, PersonOrders],
    visits: dict[int, list[Visited]],
    decide: Callable[..., Task | None],
    now: datetime,
) -> tuple[Task, ...]:
    found = [decide(persons[one], visits.get(one, ()), now=now) for one in ids if one in persons]
    tasks = [one for one in found if one is not None]
    return tuple(sorted(tasks, key=lambda one: (one.deadline, one.since, one.person.person_id)))


def _worn(now: datetime) -> QuerySet[Activation]:
    live = Activation.objects.filter(_not_ended("to_at", now), from_at__lte=now)
    return live.filter(person__protected=False)


def _live_orders(now: datetime) -> QuerySet[Order]:
    """Orders that are live, in their current version."""
    newer = Order.objects.filter(
        person_id=OuterRef("person_id"),
        reference=OuterRef("reference"),
        version__gt=OuterRef("version"),
    )
    return Order.objects.filter(_not_ended("to_at", now), ~Exists(newer), from_at__lte=now)


def _not_ended(column: str, now: datetime) -> Q:
    return Q(**{column: None}) | Q(**{f"{column}__gt": now})


def _seen(ids: set[int], visible: frozenset[int] | None) -> set[int]:
    return ids if visible is None else ids & visible
