"""What judging needs of one person, compiled: windows as arrays, zones as shapes, one plane.

A plan is made for a horizon, [from_at, to_at): the windows in it are expanded once. Its digest says
which orders and numbers it stands for and does not depend on the horizon, so that a state goes on
when the same orders are compiled for the next days.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt

from waypost.clock import FOREVER_US, MICROSECOND, to_us
from waypost.geo import BRITISH, Plane, plane_for
from waypost.monitoring.containment import Shape, first_place, shape_of
from waypost.monitoring.kernel import RULE
from waypost.monitoring.values import Parameters
from waypost.orders.timetable import required_windows
from waypost.orders.values import Order, PersonOrders, Requirement, RequirementKind
from waypost.units import PersonRef, RequirementRef

Times = npt.NDArray[np.int64]

# Which side of the zone is the wrong one. Kinds that are not here are not judged yet.
MUST_BE_INSIDE: dict[RequirementKind, bool] = {
    RequirementKind.EXCLUSION: False,
    RequirementKind.CURFEW: True,
    RequirementKind.INCLUSION: True,
    RequirementKind.RESTRICTION: True,
}
WATCH_AHEAD = timedelta(days=1)  # compile anew when less than this of the horizon is left


@dataclass(frozen=True, slots=True, eq=False)
class RequirementPlan:
    """One requirement, ready for the kernel. Windows are half-open, sorted, disjoint, in us."""

    requirement_id: RequirementRef
    kind: RequirementKind
    version_id: int | None
    must_be_inside: bool
    starts: Times
    ends: Times
    shape: Shape
    rule: npt.NDArray[np.void]  # one RULE record


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """One person's requirements, and when fixes may be judged at all.

    live       spans in which an order is live; a fix outside is never judged
    worn       spans of activations; None: the orders list none, every fix is the person's
    unjudged   requirements of kinds that are not judged yet, to be said aloud
    """

    person_id: PersonRef
    number: int | None
    plane: Plane
    requirements: tuple[RequirementPlan, ...]
    live: tuple[Times, Times]
    worn: tuple[Times, Times] | None
    unjudged: tuple[tuple[RequirementRef, RequirementKind], ...]
    parameters: Parameters
    horizon_from: datetime
    horizon_to: datetime
    digest: str

    @property
    def must_watch(self) -> datetime:
        """From this instant on the plan should be compiled anew with a later horizon."""
        return max(self.horizon_from, self.horizon_to - WATCH_AHEAD)


def compile_plan(
    person: PersonOrders, parameters: Parameters, *, from_at: datetime, to_at: datetime
) -> Plan:
    """The person's plan for fixes and ticks in [from_at, to_at).

    A first fold must start where the orders do (`first_order_at`), since time without fixes counts
    from there; a state may go on under any horizon that begins before what it has passed.
    """
    judged = [
        (order, requirement)
        for order, requirement in _requirements(person)
        if requirement.kind in MUST_BE_INSIDE
    ]
    place = first_place(zone for _, requirement in judged for zone in requirement.zones)
    plane = plane_for(*place) if place else BRITISH
    return Plan(
        person_id=person.person_id,
        number=person.number,
        plane=plane,
        requirements=tuple(
            _compile(requirement, order, plane, parameters, from_at, to_at)
            for order, requirement in judged
        ),
        live=spans([(order.from_at, order.to_at) for order in person.orders]),
        worn=spans([(span.from_at, span.to_at) for span in person.activations])
        if person.activations
        else None,
        unjudged=tuple(
            (requirement.requirement_id, requirement.kind)
            for _, requirement in _requirements(person)
            if requirement.kind not in MUST_BE_INSIDE
        ),
        parameters=parameters,
        horizon_from=from_at,
        horizon_to=to_at,
        digest=digest_of(person, parameters),
    )


def first_order_at(person: PersonOrders) -> datetime | None:
    """When the person's first order begins; None without orders."""
    return min((order.from_at for order in person.orders), default=None)


def digest_of(person: PersonOrders, parameters: Parameters) -> str:
    """A hash of what the judging of this person depends on: orders, activations, numbers."""
    facts = [person.person_id, person.orders, person.activations, parameters]
    text = json.dumps(facts, default=_plainly, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def spans(pairs: list[tuple[datetime, datetime | None]]) -> tuple[Times, Times]:
    """Spans of time as sorted, disjoint arrays of starts and ends; no end is FOREVER_US."""
    merged: list[list[int]] = []
    for start, end in sorted((to_us(a), FOREVER_US if b is None else to_us(b)) for a, b in pairs):
        if merged and start <= merged[-1][1]:
            merged[-1][1] = max(merged[-1][1], end)
        elif start < end:
            merged.append([start, end])
    table = np.array(merged, dtype=np.int64).reshape(-1, 2)
    return np.ascontiguousarray(table[:, 0]), np.ascontiguousarray(table[:, 1])


def within(table: tuple[Times, Times], at: Times) -> npt.NDArray[np.bool_]:
    """Whether each time lies in one of the spans."""
    starts, ends = table
    if not starts.size:
        return np.zeros(at.shape, np.bool_)
    index = np.searchsorted(starts, at, side="right") - 1
    return np.asarray((index >= 0) & (at < ends[np.maximum(index, 0)]), dtype=np.bool_)


def rule_record(kind: RequirementKind, parameters: Parameters) -> npt.NDArray[np.void]:
    """The numbers of one requirement for the kernel: an array of one RULE."""
    inside = MUST_BE_INSIDE[kind]
    rule = np.zeros(1, RULE)
    rule["must_be_inside"] = inside
    for name in ("gap_min", "upload_allowance", "merge_within", "confirm_within", "stale_after"):
        rule[name] = getattr(parameters, name) // MICROSECOND
    rule["deep_m"] = parameters.curfew_deep_m if inside else parameters.exclusion_deep_m
    return rule


def _requirements(person: PersonOrders) -> Iterator[tuple[Order, Requirement]]:
    return ((order, requirement) for order in person.orders for requirement in order.requirements)


def _compile(
    requirement: Requirement,
    order: Order,
    plane: Plane,
    parameters: Parameters,
    from_at: datetime,
    to_at: datetime,
) -> RequirementPlan:
    windows = required_windows(requirement, order, from_at, to_at)
    return RequirementPlan(
        requirement_id=requirement.requirement_id,
        kind=requirement.kind,
        version_id=requirement.version_id,
        must_be_inside=MUST_BE_INSIDE[requirement.kind],
        starts=np.array([to_us(start) for start, _ in windows], dtype=np.int64),
        ends=np.array([to_us(end) for _, end in windows], dtype=np.int64),
        shape=shape_of(requirement.zones, plane),
        rule=rule_record(requirement.kind, parameters),
    )


def _plainly(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {name.name: getattr(value, name.name) for name in dataclasses.fields(value)}
    return str(value)
