"""A draft requirement set against one person's last weeks, by the rules as they stand.

    orders of the draft alone + fixes -> replay -> rows -> Tried

The draft is judged as live judging would have judged it: the same machine, the same numbers, and of
its rows those count as alerts that would have called somebody. Beside that stands what no rule
asks: whether it cuts off home, work or the way between. What a person did before an order is no
sign that they would have broken it; it says whom the order would have met, and where from.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from waypost.alerts.trying import would_call
from waypost.clock import from_us, to_us
from waypost.orders.timetable import Window, clip, merge, required_windows, subtract
from waypost.orders.values import (
    Absence,
    Appointments,
    Order,
    OrderKind,
    PersonOrders,
    Requirement,
    RequirementKind,
)
from waypost.positions.stops import Place, PlaceKind, places_of, stops_of, trips_of
from waypost.rules.containment import INSIDE, OUTSIDE, judge_containment
from waypost.rules.fold import FixArrays, Usable, in_order, initial_state, usable_fixes
from waypost.rules.plan import MUST_BE_INSIDE, Plan, RequirementPlan, compile_plan
from waypost.rules.replay import replay_person
from waypost.rules.timeline import ParameterTimeline
from waypost.rules.values import Certainty, JudgedViolation, RowKind
from waypost.units import OrderRef, PersonRef, RequirementRef
from waypost.whatif.values import DayCount, Tried, Usual, Ways

Floats = npt.NDArray[np.float64]
DRAFT = RequirementRef("draft")
NOBODY = PersonRef("draft")
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
AHEAD = DAY
TELLING = frozenset({Certainty.CERTAIN, Certainty.PROBABLE})
KINDS = tuple(
    kind
    for kind in (
        RequirementKind.EXCLUSION, RequirementKind.INCLUSION, RequirementKind.RESTRICTION,
        RequirementKind.CURFEW, RequirementKind.ATTENDANCE,
    )
    if kind in MUST_BE_INSIDE
)  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Setting:
    """What a draft is tried in: its order, its plan, and the usable fixes of the person."""

    order: Order
    requirement: Requirement
    plan: Plan
    usable: Usable


def try_draft(
    draft: Requirement,
    fixes: FixArrays | None,
    *,
    order_kind: OrderKind,
    from_at: datetime,
    to_at: datetime,
    timeline: ParameterTimeline,
) -> Tried:
    """What the draft would have meant in [from_at, to_at).

    draft   of KINDS; its own from and to do not count: it is tried on the whole window
    fixes   the person's, measured in the window, in any order; None: there are none
    """
    days = round((to_at - from_at) / DAY)
    if fixes is None or not fixes.measured_us.size:
        return Tried(from_at, to_at, days, 0)
    setting = _setting(draft, fixes, order_kind, from_at, to_at, timeline)
    planned = _own_plan(setting.plan)
    rows = [
        row
        for row in replay_person(setting.plan, setting.usable, to_us(to_at))
        if not row.withdrawn and row.kind is not RowKind.EXCLUSION_WARNING
    ]
    required = required_windows(setting.requirement, setting.order, from_at, to_at)
    told = _told(setting.usable, planned, timeline.at(to_at).parameters.gap_min, required)
    places = places_of(
        stops_of(
            setting.usable.at, setting.usable.x, setting.usable.y, setting.usable.r95
        ),
        zone=draft.timezone,
    )  # fmt: skip
    return replace(
        _counted(rows, required, told, from_at, to_at, ZoneInfo(draft.timezone)),
        days=days,
        days_seen=_days_seen(setting.usable, from_at),
        places=tuple(_usual(place, planned, required) for place in places if _is_usual(place)),
        ways=_ways(places, planned, setting.usable, required),
    )


def _setting(
    draft: Requirement,
    fixes: FixArrays,
    order_kind: OrderKind,
    from_at: datetime,
    to_at: datetime,
    timeline: ParameterTimeline,
) -> Setting:
    requirement = replace(draft, requirement_id=DRAFT, from_at=None, to_at=None, version_id=None)
    order = Order(OrderRef("draft"), order_kind, from_at, to_at, (requirement,))
    if draft.kind is RequirementKind.ATTENDANCE and not draft.appointments:
        requirement = _by_appointments(requirement, order)
        order = replace(order, requirements=(requirement,))
    person = PersonOrders(NOBODY, (order,))
    plan = compile_plan(person, timeline, from_at=from_at, to_at=to_at + AHEAD)
    usable = usable_fixes(plan, in_order(fixes), initial_state(plan))
    return Setting(order, requirement, plan, usable)


def _by_appointments(requirement: Requirement, order: Order) -> Requirement:
    """With each stretch of its hours as an appointment: appointments are what the rules judge."""
    assert order.to_at is not None
    windows = required_windows(requirement, order, order.from_at, order.to_at)
    local = ZoneInfo(requirement.timezone)
    return replace(
        requirement,
        timetable=None,
        appointments=tuple(
            Appointments(
                f"DTSTART;TZID={requirement.timezone}:{start.astimezone(local):%Y%m%dT%H%M%S}\n"
                "RRULE:FREQ=DAILY;COUNT=1",
                end - start,
            )
            for start, end in windows
        ),
    )


def _own_plan(plan: Plan) -> RequirementPlan:
    """That of the requirement itself, not of the ring around it, nor of being there in time."""
    return plan.requirements[0]


def _counted(
    rows: Sequence[JudgedViolation],
    required: Sequence[Window],
    told: Sequence[Window],
    from_at: datetime,
    to_at: datetime,
    local: ZoneInfo,
) -> Tried:
    sure = [row for row in rows if row.certainty in TELLING]
    calling = [row for row in rows if would_call(row, to_at)]
    untold = [
        Absence(row.from_at, row.to_at or to_at, "cannot tell")
        for row in rows
        if row.certainty is Certainty.CANNOT_TELL
    ]
    return Tried(
        from_at,
        to_at,
        0,
        0,
        required_h=_hours(required),
        told_h=_hours(subtract(list(told), untold)),
        alerts=len(calling),
        uncertain=sum(row.certainty is not Certainty.CERTAIN for row in calling),
        rows={
            certainty.value: sum(row.certainty is certainty for row in rows)
            for certainty in Certainty
            if any(row.certainty is certainty for row in rows)
        },
        minutes=sum(row.minutes for row in sure),
        by_hour=tuple(_by_hour(sure, to_at, local)),
        by_day=tuple(_by_day(sure, calling, local)),
    )


def _told(
    usable: Usable, planned: RequirementPlan, gap_min: timedelta, required: Sequence[Window]
) -> list[Window]:
    """Required time between fixes that tell a side and are no further apart than a silence is long
    enough to be one. An exclusion zone makes no row of silence: this says it all the same."""
    sides = _sides(planned, usable.x, usable.y, usable.r95)
    at = usable.at[(sides == INSIDE) | (sides == OUTSIDE)]
    near = np.flatnonzero(np.diff(at) < gap_min // timedelta(microseconds=1))
    seen = merge([(from_us(int(at[n])), from_us(int(at[n + 1]))) for n in near])
    return [piece for start, end in required for piece in clip(seen, start, end)]


def _by_hour(rows: Sequence[JudgedViolation], to_at: datetime, local: ZoneInfo) -> list[float]:
    """Minutes between the ends of violations, by hour of the local week."""
    found = [0.0] * 168
    for row in rows:
        for start, end in _cut_hourly((row.from_at, row.to_at or to_at)):
            there = start.astimezone(local)
            found[there.weekday() * 24 + there.hour] += (end - start) / timedelta(minutes=1)
    return found


def _by_day(
    told: Sequence[JudgedViolation], calling: Sequence[JudgedViolation], local: ZoneInfo
) -> Iterator[DayCount]:
    """Local days, by the start of the violation, on which there would have been something."""
    days = sorted({row.from_at.astimezone(local).date() for row in (*told, *calling)})
    for day in days:
        yield DayCount(
            day,
            sum(row.from_at.astimezone(local).date() == day for row in calling),
            sum(row.minutes for row in told if row.from_at.astimezone(local).date() == day),
        )


def _is_usual(place: Place) -> bool:
    return place.kind is not PlaceKind.OTHER


def _usual(place: Place, planned: RequirementPlan, required: Sequence[Window]) -> Usual:
    """How much of the time at the place the draft would have forbidden."""
    held = bool(_sides(planned, np.array([place.x]), np.array([place.y]))[0] == INSIDE)
    wrong = held != planned.must_be_inside
    cut = sum(_hours(clip(required, stop.from_at, stop.to_at)) for stop in place.stops)
    return Usual(place.kind, place.hours, cut if wrong else 0.0, held)


def _ways(
    places: Sequence[Place], planned: RequirementPlan, usable: Usable, required: Sequence[Window]
) -> Ways:
    """Of the known ways between home and work, those with a fix wholly on the wrong side while the
    draft bound. What lies between the fixes is not known, and not guessed."""
    ends = {PlaceKind.HOME, PlaceKind.WORK}
    trips = [trip for trip in trips_of(places, usable.at) if {trip.start, trip.end} == ends]
    if not trips:
        return Ways(0, 0)
    wrong = _sides(planned, usable.x, usable.y, usable.r95) == (
        OUTSIDE if planned.must_be_inside else INSIDE
    )
    binding = np.zeros(usable.at.size, dtype=np.bool_)
    for start, end in required:
        binding |= (usable.at >= to_us(start)) & (usable.at < to_us(end))
    bad = wrong & binding
    return Ways(len(trips), sum(bool(bad[one.first_fix : one.last_fix].any()) for one in trips))


def _sides(
    planned: RequirementPlan, x: Floats, y: Floats, r95: Floats | None = None
) -> npt.NDArray[np.int8]:
    """INSIDE, OUTSIDE or UNCERTAIN for each place; without circles, for points."""
    circles = np.zeros(x.shape) if r95 is None else r95
    return judge_containment(planned.shape, x, y, circles)[0]


def _days_seen(usable: Usable, from_at: datetime) -> int:
    """Of the window's days, counted from its start, those with a usable fix."""
    return int(np.unique((usable.at - to_us(from_at)) // (DAY // timedelta(microseconds=1))).size)


def _hours(windows: Sequence[Window]) -> float:
    return sum((end - start) / HOUR for start, end in windows)


def _cut_hourly(window: Window) -> Iterator[Window]:
    start, end = window
    while start < end:
        full = start.replace(minute=0, second=0, microsecond=0) + HOUR
        yield start, min(full, end)
        start = full
