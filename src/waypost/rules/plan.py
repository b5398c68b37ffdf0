"""What judging needs of one person, compiled: windows as arrays, zones as shapes, one plane.

One requirement may become several plans, each for one machine: an exclusion zone and its warning
ring; an attendance as being away and as being there (`visits.py` puts the two together again). A
trail has no place: any usable fix keeps it.

A plan is made for a horizon, [from_at, to_at): the windows in it are expanded once. Its digest says
which orders and numbers it stands for and does not depend on the horizon, so that a state goes on
when the same orders are compiled for the next days.

The numbers are a time line of revisions, to which later ones are only ever added: what was folded
before a revision takes effect does not depend on it, so the digest holds the first alone and nobody
is judged again when one is published.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from waypost.clock import FOREVER_US, MICROSECOND, to_us
from waypost.geo import BRITISH, Plane, plane_for
from waypost.orders.timetable import Window, merge, required_windows
from waypost.orders.values import Order, PersonOrders, Requirement, RequirementKind
from waypost.rules.appointments import appointments_asked
from waypost.rules.attendance import Asked
from waypost.rules.containment import Shape, first_place, grown, shape_of
from waypost.rules.kernel import RULE
from waypost.rules.timeline import ParameterTimeline, always
from waypost.rules.values import Parameters, RowKind
from waypost.units import RequirementRef

Times = npt.NDArray[np.int64]

# Which side of the zone is the wrong one.
MUST_BE_INSIDE: dict[RequirementKind, bool] = {
    RequirementKind.EXCLUSION: False,
    RequirementKind.CURFEW: True,
    RequirementKind.INCLUSION: True,
    RequirementKind.RESTRICTION: True,
    RequirementKind.ATTENDANCE: True,
    RequirementKind.TRAIL: True,
}
# What the wearer's own fixes do not show (is_judged), and what does.
JUDGED_ELSEWHERE: dict[RequirementKind, str] = {
    RequirementKind.ALCOHOL: "is judged from an alcohol tag's readings",
    RequirementKind.FITTING: "is kept by the visit that fits the tag",
    RequirementKind.EXCLUSION: "around a protected person is judged from both devices",
}
DURATIONS = (
    "gap_min", "upload_allowance", "uncertain_ages_after", "merge_within", "stale_after",
    "confirm_within", "decorrelate", "beacon_holds",
)  # fmt: skip
WATCH_AHEAD = timedelta(days=1)  # compile anew when less than this of the horizon is left
# Who was seen there so long before an appointment, and not away since, is taken to be there.
THERE_LEAD = timedelta(hours=1)
COMPILER = 2  # raise it when the same orders compile to other plans: states are made anew


class Watch(Enum):
    """What becomes of the rows of a machine."""

    RULE = "rule"  # they are the requirement's
    AWAY = "away"  # they are put together with THERE's, appointment by appointment
    THERE = "there"


@dataclass(frozen=True, slots=True, eq=False)
class RequirementPlan:
    """One requirement, or a part of it, ready for the kernel.

    starts, ends   windows: half-open, sorted, disjoint, in us
    row_kind       what its rows are about: the requirement's kind, or EXCLUSION_WARNING
    timed          it binds at times, so a violation has a shape within its window
    everywhere     no place is asked: every usable fix is good
    """

    requirement_id: RequirementRef
    kind: RequirementKind
    row_kind: RowKind
    version_id: int | None
    must_be_inside: bool
    starts: Times
    ends: Times
    shape: Shape
    rule: npt.NDArray[np.void]  # RULE records, one for each revision of the numbers, by from_at
    timed: bool = False
    everywhere: bool = False
    watch: Watch = Watch.RULE


@dataclass(frozen=True, slots=True, eq=False)
class AttendancePlan:
    """A requirement to come to appointments: which two machines watch, and what is asked."""

    away: int  # indexes into Plan.requirements
    there: int
    appointments: tuple[Asked, ...]  # that touch the horizon, whole, earliest first


@dataclass(frozen=True, eq=False)
class Plan:
    """One person's requirements, and when fixes may be judged at all.

    person     the orders it was compiled from
    live       spans in which an order is live; a fix outside is never judged
    worn       spans of activations; None: the orders list none, every fix is the person's
    unjudged   requirements judged elsewhere (is_judged, JUDGED_ELSEWHERE), to be said aloud
    timeline   the numbers, by when each revision came into force
    """

    person: PersonOrders
    plane: Plane
    requirements: tuple[RequirementPlan, ...]
    attendances: tuple[AttendancePlan, ...]
    live: tuple[Times, Times]
    worn: tuple[Times, Times] | None
    unjudged: tuple[tuple[RequirementRef, RequirementKind], ...]
    timeline: ParameterTimeline
    horizon_from: datetime
    horizon_to: datetime

    @cached_property  # for who keeps states: it costs a third of compiling, and a replay keeps none
    def digest(self) -> str:
        return digest_of(self.person, self.timeline)

    @property
    def must_watch(self) -> datetime:
        """From this instant on the plan should be compiled anew with a later horizon."""
        return max(self.horizon_from, self.horizon_to - WATCH_AHEAD)


def compile_plan(
    person: PersonOrders,
    parameters: Parameters | ParameterTimeline,
    *,
    from_at: datetime,
    to_at: datetime,
) -> Plan:
    """The person's plan for fixes and ticks in [from_at, to_at).

    A first fold must start where the orders do (`first_order_at`), since time without fixes counts
    from there; a state may go on under any horizon that begins before what it has passed.
    """
    timeline = always(parameters)
    judged = [
        (order, requirement)
        for order, requirement in _requirements(person)
        if is_judged(requirement)
    ]
    place = first_place(zone for _, requirement in judged for zone in requirement.zones)
    plane = plane_for(*place) if place else BRITISH
    requirements: list[RequirementPlan] = []
    attendances: list[AttendancePlan] = []
    for order, requirement in judged:
        compiler = _Compiler(requirement, order, plane, timeline, from_at, to_at)
        if requirement.kind is RequirementKind.ATTENDANCE:
            appointments = tuple(appointments_asked(requirement, order, from_at, to_at))
            attendances.append(
                AttendancePlan(len(requirements), len(requirements) + 1, appointments)
            )
            requirements += compiler.attendance(appointments)
        else:
            requirements += compiler.plans()
    return Plan(
        person=person,
        plane=plane,
        requirements=tuple(requirements),
        attendances=tuple(attendances),
        live=spans([(order.from_at, order.to_at) for order in person.orders]),
        worn=spans([(span.from_at, span.to_at) for span in person.activations])
        if person.activations
        else None,
        unjudged=tuple(
            (requirement.requirement_id, requirement.kind)
            for _, requirement in _requirements(person)
            if not is_judged(requirement)
        ),
        timeline=timeline,
        horizon_from=from_at,
        horizon_to=to_at,
    )


def is_judged(requirement: Requirement) -> bool:
    """Whether the wearer's own fixes show it: of a kind they can, at places that stand still."""
    return requirement.kind in MUST_BE_INSIDE and requirement.around is None


def first_order_at(person: PersonOrders) -> datetime | None:
    """When the person's first order begins; None without orders."""
    return min((order.from_at for order in person.orders), default=None)


def digest_of(person: PersonOrders, parameters: Parameters | ParameterTimeline) -> str:
    """A hash of what the judging of this person depends on: orders, activations, the numbers with
    which judging began. A later revision changes nothing before it takes effect, and so no state
    and no checkpoint from before: it is no part of the hash."""
    numbers = always(parameters).entries[0].parameters
    facts = [COMPILER, person.person_id, person.orders, person.activations, numbers]
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


@lru_cache(maxsize=64)  # everybody's exclusions go by the same numbers
def rule_record(
    kind: RequirementKind, parameters: Parameters | ParameterTimeline, *, passages: bool = True
) -> npt.NDArray[np.void]:
    """The numbers of one requirement for the kernel: an array of RULE, one for each revision.
    Not to be written to.

    passages   of an exclusion zone: whether the way between two fixes is told
    """
    entries = always(parameters).entries
    inside = MUST_BE_INSIDE[kind]
    rule = np.zeros(len(entries), RULE)
    rule["must_be_inside"] = inside
    for one, entry in zip(rule, entries, strict=True):
        numbers = entry.parameters
        one["from_at"] = entry.from_us
        for name in DURATIONS:
            one[name] = getattr(numbers, name) // MICROSECOND
        dwell_min = numbers.inside_dwell_min if inside else numbers.exclusion_dwell_min
        one["dwell_min"] = dwell_min // MICROSECOND
        if kind is RequirementKind.EXCLUSION and passages:
            one["passage_within"] = numbers.passage_within // MICROSECOND
        one["probable"] = math.log(numbers.probable_odds)
        one["certain"] = math.log(numbers.certain_odds)
        one["most"] = math.log(numbers.fix_odds_max)
        one["deep_m"] = numbers.curfew_deep_m if inside else numbers.exclusion_deep_m
    return rule


def _requirements(person: PersonOrders) -> Iterator[tuple[Order, Requirement]]:
    return ((order, requirement) for order in person.orders for requirement in order.requirements)


@dataclass(frozen=True, slots=True)
class _Compiler:
    """One requirement on its way to being plans."""

    requirement: Requirement
    order: Order
    plane: Plane
    timeline: ParameterTimeline
    from_at: datetime
    to_at: datetime

    def plans(self) -> list[RequirementPlan]:
        one = self.requirement
        windows = required_windows(one, self.order, self.from_at, self.to_at)
        everywhere = one.kind is RequirementKind.TRAIL
        shape = shape_of(() if everywhere else one.zones, self.plane)
        plan = self._plan(one.kind, RowKind(one.kind), windows, shape, everywhere=everywhere)
        if one.kind is not RequirementKind.EXCLUSION or not one.warning_m:
            return [plan]
        ring = grown(shape, one.warning_m)
        return [plan, self._plan(one.kind, RowKind.EXCLUSION_WARNING, windows, ring)]

    def attendance(self, appointments: Sequence[Asked]) -> list[RequirementPlan]:
        """The machine that watches for being away, and the one that watches for being there."""
        shape = shape_of(self.requirement.zones, self.plane)
        asked = merge((one.from_at, one.to_at) for one in appointments)
        lead = merge((one.from_at - THERE_LEAD, one.to_at) for one in appointments)
        kind = RequirementKind.ATTENDANCE
        return [
            self._plan(kind, RowKind.ATTENDANCE, asked, shape, watch=Watch.AWAY),
            self._plan(
                RequirementKind.EXCLUSION, RowKind.ATTENDANCE, lead, shape, watch=Watch.THERE
            ),
        ]

    def _plan(
        self,
        like: RequirementKind,
        row_kind: RowKind,
        windows: Sequence[Window],
        shape: Shape,
        *,
        everywhere: bool = False,
        watch: Watch = Watch.RULE,
    ) -> RequirementPlan:
        """like   the kind whose wrong side and numbers the machine takes"""
        return RequirementPlan(
            requirement_id=self.requirement.requirement_id,
            kind=self.requirement.kind,
            row_kind=row_kind,
            version_id=self.requirement.version_id,
            must_be_inside=MUST_BE_INSIDE[like],
            starts=np.array([to_us(start) for start, _ in windows], dtype=np.int64),
            ends=np.array([to_us(end) for _, end in windows], dtype=np.int64),
            shape=shape,
            rule=rule_record(like, self.timeline, passages=row_kind is RowKind.EXCLUSION),
            timed=self.requirement.timetable is not None,
            everywhere=everywhere,
            watch=watch,
        )


def _plainly(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {name.name: getattr(value, name.name) for name in dataclasses.fields(value)}
    return str(value)
