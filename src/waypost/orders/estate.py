"""Every person's orders in memory, kept up to date: only who changed is loaded again.

With 20,000 persons a whole load takes seconds, during which a worker judges nobody and a gateway
answers no tag; an order is varied many times a day. Records of orders are only ever added to, or
carry a version, so that a few counts per person tell who changed, whatever order commits came in.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.db.models import Count, Max, Model, Sum

from waypost.orders.models import (
    Activation,
    AuthorisedAbsence,
    Order,
    Person,
    RequirementVersion,
)
from waypost.orders.queries import light_orders, orders_version, person_orders
from waypost.orders.values import PersonOrders

Prints = dict[int, tuple[Any, ...]]  # person id -> what changes whenever the person's orders do


class Estate:
    """For one thread.

    wearers_only   leaves protected persons, of whom nothing is asked and nothing judged, out of
                   `persons`: they stand in `protected`, so that a call for help is known as theirs
    """

    def __init__(self, *, with_requirements: bool = True, wearers_only: bool = False) -> None:
        self.version = -1
        self.persons: dict[int, PersonOrders] = {}
        self.protected: dict[int, PersonOrders] = {}
        self._with_requirements, self._wearers_only = with_requirements, wearers_only
        self._prints: Prints = {}

    def refresh(self) -> frozenset[int]:
        """Load who changed since the last time, and drop who is gone; their ids."""
        version = orders_version()  # before the rest: a change in between is looked for again
        if version == self.version:
            return frozenset()
        prints = self._read_prints()
        changed = {one for one, mark in prints.items() if self._prints.get(one) != mark}
        gone = self._prints.keys() - prints.keys()
        everybody = len(changed) == len(prints)
        load = person_orders if self._with_requirements else light_orders
        for person_id in gone:
            self.persons.pop(person_id, None)
            self.protected.pop(person_id, None)
        for person in load(None if everybody else changed) if changed else ():
            if person.number is not None:
                left_out = self._wearers_only and person.details.get("protected")
                (self.protected if left_out else self.persons)[person.number] = person
        self._prints, self.version = prints, version
        return frozenset(changed | gone)

    def _read_prints(self) -> Prints:
        parts: dict[int, list[Any]] = defaultdict(list)
        for row in Person.objects.values_list("pk", "reference"):
            parts[row[0]].append(row[1:])
        for table, name in self._tables():
            counts = {"rows": Count("pk"), "last": Max("pk"), "versions": Sum("version")}
            for row in table._default_manager.values_list("person_id").annotate(**counts):
                parts[row[0]].append((name, *row[1:]))
        if self._with_requirements:
            granted = AuthorisedAbsence.objects.exclude(known_at=None)
            of_whom = granted.values_list("requirement__person_id")
            for person_id, rows, last in of_whom.annotate(rows=Count("pk"), last=Max("pk")):
                parts[person_id].append(("absence", rows, last))
        return {person_id: tuple(part) for person_id, part in parts.items()}

    def _tables(self) -> list[tuple[type[Model], str]]:
        tables: list[tuple[type[Model], str]] = [(Order, "order"), (Activation, "activation")]
        return [*tables, (RequirementVersion, "asked")] if self._with_requirements else tables
