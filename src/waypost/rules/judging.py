"""Judging one person: fold what is new, ask what stands, say what changed. No database.

Live, ticks and the late lane all come through here, so they cannot come to differ.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from datetime import time as wall_time

import numpy as np

from waypost.clock import from_us, to_us
from waypost.orders.values import (
    Order,
    OrderKind,
    PersonOrders,
    Requirement,
    RequirementKind,
    Zone,
)
from waypost.rules.fold import FixArrays, Packed, State, fold, initial_state, project
from waypost.rules.plan import Plan, compile_plan
from waypost.rules.reconcile import Change, StoredViolation, reconcile
from waypost.rules.silence import Silent, silences_between
from waypost.rules.together import Case, fold_together
from waypost.rules.values import JudgedViolation, Parameters
from waypost.units import OrderRef, PersonRef, RequirementRef

DAY = timedelta(days=1)
DAY_US = DAY // timedelta(microseconds=1)
MINUTE_US = 60_000_000


@dataclass(frozen=True, slots=True)
class Verdict:
    """What judging gave.

    checkpoints   the state at the start of each day that began meanwhile
    silences      stretches without a usable fix that the fixes ended
    moving        rows stand that may still change by themselves
    """

    state: State
    changes: list[Change]
    next_due: datetime | None
    checkpoints: dict[date, bytes]
    silences: list[Silent] = field(default_factory=list)
    moving: bool = True


def judge(
    plan: Plan,
    state: State,
    fixes: FixArrays | None,
    old: Sequence[StoredViolation],
    *,
    as_of: datetime,
    late: bool = False,
    redone_from: datetime | None = None,
) -> Verdict:
    """Fold the fixes, none older than the state, and compare what stands as of `as_of` with `old`.

    fixes        None for a tick: only time has passed
    late         rows not seen before were found late
    redone_from  late: where folding began again, None for the orders' start
    """
    final: list[JudgedViolation] = []
    checkpoints: dict[date, bytes] = {}
    silent: list[Silent] = []
    for day, part in () if fixes is None else by_day(fixes):
        if state.folded_to is None or state.folded_to < midnight(day):
            checkpoints[day] = state.to_bytes()
        folded = fold(plan, state, part)
        silent += silences_between(plan, state.seen_to_us, folded.usable_us)
        state, final = folded.state, final + folded.rows
    projected = project(plan, state, as_of)
    changes = reconcile(old, final, projected.rows, late=late, redone_from=redone_from)
    moving = bool(projected.rows)
    return Verdict(state, changes, projected.next_due, checkpoints, silent, moving)


def warm_up() -> None:
    """Have the kernels compiled before the first fix comes, not at the cost of its alert."""
    start = datetime(2026, 1, 1, tzinfo=UTC)
    place = {"type": "Point", "coordinates": [-0.1, 51.5]}
    requirements = tuple(
        Requirement(RequirementRef(kind.value), kind, (Zone(place, radius_m=50.0),))
        for kind in (RequirementKind.EXCLUSION, RequirementKind.CURFEW)
    )
    order = Order(OrderRef("O"), OrderKind.OTHER, start, None, requirements)
    person = PersonOrders(PersonRef("nobody"), (order,))
    plan = compile_plan(person, Parameters(), from_at=start, to_at=start + DAY)
    at = np.array([to_us(start)], dtype=np.int64)
    fixes = FixArrays(
        measured_us=at,
        received_us=at,
        lat=np.array([51.5]),
        lon=np.array([-0.1]),
        accuracy_m=np.array([10.0]),
        mechanism=np.array([1], dtype=np.int8),
        content_key=at,
        set_aside=np.array([0], dtype=np.int8),
    )
    judged = judge(plan, initial_state(plan), fixes, [], as_of=start)
    later = replace(fixes, measured_us=at + MINUTE_US, received_us=at + MINUTE_US)
    case = Case(plan, Packed.of(judged.state.to_bytes()), 0, 1)
    fold_together([case], later, as_of=start + timedelta(minutes=1))


def by_day(fixes: FixArrays) -> Iterator[tuple[date, FixArrays]]:
    """The fixes of each UTC day that has some, in order."""
    times = fixes.measured_us
    if times.size and times.min() // DAY_US == times.max() // DAY_US:  # nearly all there are, live
        yield from_us(int(times[0])).date(), fixes
        return
    days = times // DAY_US
    for day in np.unique(days):
        index = np.flatnonzero(days == day)
        yield from_us(int(times[index[0]])).date(), fixes.take(index)


def midnight(day: date) -> datetime:
    return datetime.combine(day, wall_time(0), tzinfo=UTC)


def in_time(fixes: FixArrays, state: State | Packed) -> tuple[FixArrays, int | None]:
    """Fixes newer than the state, and the time of the earliest that is not (None: all are).

    What was measured at the very time of the last fix folded counts as late: it may be the same fix
    sent twice, and only a fold over the whole history can tell.
    """
    if state.folded_to_us is None or not fixes.measured_us.size:
        return fixes, None
    newer = fixes.measured_us > state.folded_to_us
    if newer.all():
        return fixes, None
    return fixes.take(np.flatnonzero(newer)), int(fixes.measured_us[~newer].min())


def since(fixes: FixArrays, from_at: datetime) -> FixArrays:
    return fixes.take(np.flatnonzero(fixes.measured_us >= to_us(from_at)))
