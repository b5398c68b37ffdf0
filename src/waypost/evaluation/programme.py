"""A month of the programme in numbers: orders, violations, alerts, by kind, as `cells` tells them.

Everybody under an order counts, people of limited access too: that they are there is no more than
one among at least five, and a figure without them would be wrong. Canaries do not, and protected
people are under no order. Who asks leaves a line.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar

from django.conf import settings
from django.db import transaction

from waypost.access import audit, may
from waypost.access.values import Permission, Posted
from waypost.alerts.canaries import PREFIX
from waypost.alerts.figure_queries import raised_between
from waypost.alerts.figures import Fate
from waypost.errors import Refused
from waypost.evaluation.cells import Cell, cell
from waypost.monitoring.models import Violation
from waypost.orders.models import Person
from waypost.orders.queries import light_orders
from waypost.orders.values import Order, OrderKind
from waypost.oversight.reviewing import month_before, span_of
from waypost.plans.queries import purposes_at
from waypost.plans.values import PlanKind
from waypost.rules.values import Certainty

ALL = "all"  # the row of a table for all kinds together


@dataclass(frozen=True, slots=True)
class OrdersRow:
    """People under orders of a kind in the month, and those whose order began or ended in it."""

    kind: str
    live: Cell
    began: Cell
    ended: Cell


@dataclass(frozen=True, slots=True)
class ViolationsRow:
    """What began in the month and stands: observed, and time of which nothing can be told."""

    kind: str
    observed: Cell
    cannot_tell: Cell


@dataclass(frozen=True, slots=True)
class AlertsRow:
    """What was raised in the month, and what became of it by now."""

    kind: str
    raised: Cell
    upheld: Cell
    explained: Cell
    withdrawn: Cell


@dataclass(frozen=True, slots=True)
class PlansRow:
    """At the month's end: people who wore a tag, and those whose plan said what it is for."""

    kind: str
    wore: Cell
    purpose: Cell


@dataclass(frozen=True, slots=True)
class Programme:
    month: date
    orders: tuple[OrdersRow, ...]
    violations: tuple[ViolationsRow, ...]
    alerts: tuple[AlertsRow, ...]
    plans: tuple[PlansRow, ...]


Counted = Iterable[tuple[str, int]]  # (kind, person id) of each thing
Row = TypeVar("Row")


def programme(month: date, *, by: Posted, now: datetime) -> Programme:
    """Of a whole month that is over. Refused for one that is not, or for who may not count."""
    may.check(by, Permission.AGGREGATE_READ)
    month = month.replace(day=1)
    if month > month_before(now, settings.WALL_ZONE):
        raise Refused("That month is not over; choose one before this month.")
    begins, ends = span_of(month, settings.WALL_ZONE)
    found = Programme(
        month,
        _orders(begins, ends),
        _violations(begins, ends),
        _alerts(begins, ends, now),
        _plans(ends),
    )
    with transaction.atomic():
        audit.record("programme:counted", by=by, at=now, detail={"month": month.isoformat()})
    return found


def _orders(begins: datetime, ends: datetime) -> tuple[OrdersRow, ...]:
    held = [
        (order, person.number)
        for person in light_orders()
        if person.number is not None and not person.person_id.startswith(PREFIX)
        for order in person.orders
        if order.kind is not OrderKind.PROTECTION
    ]

    def those(wanted: Callable[[Order], bool]) -> Counted:
        return ((order.kind.value, number) for order, number in held if wanted(order))

    return _table(
        OrdersRow,
        those(lambda one: one.from_at < ends and (one.to_at is None or one.to_at > begins)),
        those(lambda one: begins <= one.from_at < ends),
        those(lambda one: one.to_at is not None and begins <= one.to_at < ends),
        people_only=True,
    )


def _violations(begins: datetime, ends: datetime) -> tuple[ViolationsRow, ...]:
    rows = Violation.objects.filter(from_at__gte=begins, from_at__lt=ends, withdrawn=False)
    rows = rows.exclude(person__reference__startswith=PREFIX)
    seen = list(rows.values_list("kind", "person_id", "certainty"))
    unknown = Certainty.CANNOT_TELL.value
    return _table(
        ViolationsRow,
        ((kind, number) for kind, number, certainty in seen if certainty != unknown),
        ((kind, number) for kind, number, certainty in seen if certainty == unknown),
    )


def _alerts(begins: datetime, ends: datetime, now: datetime) -> tuple[AlertsRow, ...]:
    raised = list(raised_between(begins, ends, now=now))

    def those(*fates: Fate) -> Counted:
        return ((one.kind.value, number) for number, one in raised if one.fate in fates)

    return _table(
        AlertsRow,
        those(*Fate),
        those(Fate.UPHELD),
        those(Fate.EXPLAINED),
        those(Fate.WITHDRAWN),
    )


def _plans(ends: datetime) -> tuple[PlansRow, ...]:
    """Somebody whose plan of one kind says it counts once for that kind, and once in all."""
    wore, says = purposes_at(ends)
    canaries = set(Person.objects.filter(reference__startswith=PREFIX).values_list("pk", flat=True))
    return _table(
        PlansRow,
        ((kind.value, number) for kind in PlanKind for number in wore - canaries),
        ((kind.value, number) for kind in PlanKind for number in says[kind] - canaries),
        people_only=True,
    )


def _table(
    make: Callable[..., Row], *columns: Counted, people_only: bool = False
) -> tuple[Row, ...]:
    """A row for each kind that stands in the first columns, in order, and one for all together."""
    tallies = []
    for column in columns:
        tally: dict[str, list[int]] = defaultdict(list)
        for kind, number in column:
            tally[kind].append(number)
            tally[ALL].append(number)
        tallies.append(tally)
    kinds = sorted({kind for tally in tallies for kind in tally} - {ALL})
    return tuple(
        make(kind, *(_cell(tally.get(kind, []), people_only) for tally in tallies))
        for kind in [*kinds, ALL]
    )


def _cell(numbers: list[int], people_only: bool) -> Cell:
    people = len(set(numbers))
    return cell(people, people if people_only else len(numbers))
