"""Who must stay away from whose device: the pairs that moving exclusions judge, from the records.

A pair is a wearer's requirement with `around`, and the protection, by consent, of the person it
names. Without a protection there is nobody whose device may be read: the requirement is judged by
nobody then, and `pairs` does not give it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from waypost.devices.models import Protection
from waypost.orders.models import Activation, Person, RequirementVersion
from waypost.orders.queries import person_orders
from waypost.orders.values import Order, Requirement


@dataclass(frozen=True, slots=True)
class Pair:
    """One wearer's requirement and one protection, while it lasts: [from_at, to_at)."""

    wearer_id: int
    protected_id: int
    protection_id: int
    order: Order
    requirement: Requirement
    from_at: datetime
    to_at: datetime | None
    wearer_tags: tuple[int, ...]
    protected_tags: tuple[int, ...]

    @property
    def radius_m(self) -> float:
        return self.requirement.around_radius_m or 0.0

    @property
    def name(self) -> str:
        """By which the pair's grid is found again."""
        return f"{self.wearer_id}:{self.protection_id}"


def pairs() -> list[Pair]:
    """All pairs, ended ones too: their last hours may yet come in late."""
    asked = RequirementVersion.objects.exclude(around="").values_list("person_id", "around")
    around = {(int(person_id), str(reference)) for person_id, reference in asked}
    if not around:
        return []
    wearer_ids = {person_id for person_id, _ in around}
    named = Person.objects.filter(protected=True, reference__in={one for _, one in around})
    reference_of = dict(named.values_list("pk", "reference"))
    rows = Protection.objects.filter(wearer_id__in=wearer_ids, protected_id__in=reference_of)
    protections = [row for row in rows if (row.wearer_id, reference_of[row.protected_id]) in around]
    tags = _tags({*wearer_ids, *reference_of})
    orders = {one.number: one for one in person_orders(wearer_ids)}
    return [
        Pair(
            row.wearer_id, row.protected_id, row.pk, order, requirement, row.from_at, row.to_at,
            tags.get(row.wearer_id, ()), tags.get(row.protected_id, ()),
        )
        for row in protections
        if row.wearer_id in orders
        for order in orders[row.wearer_id].orders
        for requirement in order.requirements
        if requirement.around == reference_of[row.protected_id]
    ]  # fmt: skip


def _tags(person_ids: Collection[int]) -> dict[int, tuple[int, ...]]:
    found: dict[int, tuple[int, ...]] = {}
    rows = Activation.objects.filter(person_id__in=person_ids).order_by("pk")
    for person_id, number in rows.values_list("person_id", "pk"):
        found[person_id] = (*found.get(person_id, ()), int(number))
    return found
