"""Odd things in orders that read well: said before they hurt somebody, never refused.

Each check takes one person (or all of them) and gives findings; `CHECKS` is the list. A finding is
a question to a human: the court may have meant it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import timedelta
from itertools import pairwise

from waypost.orders import lint_asked, lint_hours, lint_law, lint_ways, lint_zones
from waypost.orders.finding import (
    NO_END,
    Finding,
    Said,
    asked_of,
    finding_of,
    later,
    span_looked_at,
)
from waypost.orders.lint_zones import MUST_BE_INSIDE
from waypost.orders.shapes import covers
from waypost.orders.timetable import Window, required_windows
from waypost.orders.values import Order, OrderKind, PersonOrders, Requirement, RequirementKind

__all__ = ["CHECKS", "MUST_BE_INSIDE", "Finding", "lint", "lint_all", "shared_devices"]

TOGETHER = timedelta(days=56)  # how far two timetables are compared


def lint(person: PersonOrders) -> list[Finding]:
    """What is odd about one person's orders and tags."""
    said = (one for check in CHECKS for one in check(person))
    return [finding_of(person.person_id, one) for one in said]


def lint_all(persons: Sequence[PersonOrders]) -> list[Finding]:
    """What is odd about each person, then what is odd between them."""
    found = [finding for person in persons for finding in lint(person)]
    found += shared_devices(persons)
    if any(person.activations for person in persons):
        found += [
            Finding(person.person_id, None, "order_without_activation",
                    "the person has orders and no tag")
            for person in persons if person.orders and not person.activations
        ]  # fmt: skip
    return found


def shared_devices(persons: Sequence[PersonOrders]) -> Iterator[Finding]:
    """One tag on two persons, or twice, at the same time."""
    worn = sorted(
        (span.device_id, span.from_at, span.to_at or NO_END, span.activation_id, person.person_id)
        for person in persons
        for span in person.activations
    )
    for one, other in pairwise(worn):
        if one[0] == other[0] and other[1] < one[2]:
            message = f"device {one[0]} is in activation {other[3]} while activation {one[3]} lasts"
            yield Finding(other[4], None, "device_activations_overlap", message)


def _dates(person: PersonOrders) -> Iterator[Said]:
    for order in person.orders:
        if order.to_at is not None and order.to_at <= order.from_at:
            yield None, "order_ends_before_start", f"order {order.order_id} ends before it starts"
        elif not order.requirements:
            yield None, "order_without_requirements", f"order {order.order_id} asks nothing"
        if order.kind is OrderKind.OTHER:
            yield (None, "order_kind_unknown",
                   f"order {order.order_id} is of a kind whose rules are not checked")  # fmt: skip


def _never_required(person: PersonOrders) -> Iterator[Said]:
    for order, requirement in asked_of(person):
        start, end = span_looked_at(order, requirement)  # the sentinel 9999 is far away
        live = order.to_at is None or order.to_at > order.from_at
        if live and not required_windows(requirement, order, start, end):
            yield (requirement.requirement_id, "never_required",
                   "nothing is ever required while the order lasts")  # fmt: skip


def _duplicates(person: PersonOrders) -> Iterator[Said]:
    seen: set[str] = set()
    for _, requirement in asked_of(person):
        if requirement.requirement_id in seen:
            yield requirement.requirement_id, "duplicate_requirement", "this id stands twice"
        seen.add(requirement.requirement_id)
    orders = [order.order_id for order in person.orders]
    for order_id in sorted({one for one in orders if orders.count(one) > 1}):
        yield None, "duplicate_order", f"order {order_id} stands twice"


def _cut_off(person: PersonOrders) -> Iterator[Said]:
    """A place where the person must be that lies in a zone where they must not, at that time."""
    pairs = list(asked_of(person))
    for order, exclusion in pairs:
        if exclusion.kind is not RequirementKind.EXCLUSION:
            continue
        for other_order, place in pairs:
            if place.kind not in MUST_BE_INSIDE or not _meet(order, exclusion, other_order, place):
                continue
            spots = [(zone, spot) for zone in exclusion.zones for spot in place.zones]
            if any(covers(zone, spot) for zone, spot in spots):
                kind = "home_cut_off" if place.kind is RequirementKind.CURFEW else "place_cut_off"
                yield (exclusion.requirement_id, kind,
                       f"the zone covers where {place.requirement_id} ({place.kind}) "
                       "asks the person to be")  # fmt: skip
            elif (ring_m := exclusion.warning_m) and any(
                covers(zone, spot, ring_m=ring_m) for zone, spot in spots
            ):
                yield (exclusion.requirement_id, "place_in_warning_ring",
                       f"its warning ring covers where {place.requirement_id} ({place.kind}) "
                       "asks the person to be: it would warn each time")  # fmt: skip


def _tags(person: PersonOrders) -> Iterator[Said]:
    spans = sorted(person.activations, key=lambda span: (span.from_at, span.activation_id))
    for one, other in pairwise(spans):
        if other.from_at < (one.to_at or NO_END) and one.device_id != other.device_id:
            yield (None, "activations_overlap",
                   f"activations {one.activation_id} and {other.activation_id} "
                   "are on the person at once")  # fmt: skip
    for order in person.orders if spans else ():
        end = order.to_at or NO_END
        if not any(span.from_at < end and order.from_at < (span.to_at or NO_END) for span in spans):
            yield (None, "order_without_activation",
                   f"no tag is worn while order {order.order_id} lasts")  # fmt: skip


def _fitting(person: PersonOrders) -> Iterator[Said]:
    """A window to fit the tag that no visit could be planned by, or that has nothing to fit."""
    for order, requirement in asked_of(person):
        if requirement.kind is not RequirementKind.FITTING:
            continue
        reference, end = requirement.requirement_id, requirement.to_at
        if requirement.timetable is None:
            yield reference, "fitting_without_hours", "nothing says at which hours to be in"
        if end is None:
            yield (reference, "fitting_without_end",
                   "nothing says until when the tag is to be fitted")  # fmt: skip
        elif end > (order.to_at or NO_END) or (requirement.from_at or end) < order.from_at:
            yield (reference, "fitting_beyond_order",
                   f"part of the window lies outside order {order.order_id}")  # fmt: skip
        if all(one.kind is RequirementKind.FITTING for one in order.requirements):
            yield reference, "fitting_without_tag", "the order asks nothing that needs a tag"


CHECKS: tuple[Callable[[PersonOrders], Iterable[Said]], ...] = (
    _dates, _duplicates, _never_required, lint_hours.rows, lint_hours.staggered,
    lint_hours.bank_holidays, lint_hours.release_day, lint_zones.zones, lint_asked.misplaced,
    lint_asked.stays, lint_asked.alcohol, lint_asked.moving, *lint_law.CHECKS, _cut_off,
    *lint_ways.CHECKS, _fitting, _tags,
)  # fmt: skip


def _meet(one_order: Order, one: Requirement, other_order: Order, other: Requirement) -> bool:
    """Whether the two are ever required at once, in the first weeks of their common time."""
    start = max(one_order.from_at, other_order.from_at)
    end = later(start, TOGETHER)
    mine = required_windows(one, one_order, start, end)
    return _overlap(mine, required_windows(other, other_order, start, end))


def _overlap(some: list[Window], others: list[Window]) -> bool:
    return any(a < d and c < b for a, b in some for c, d in others)
