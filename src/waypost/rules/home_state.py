"""At home, not at home, or unknown: a state without a place, by the machine that judges curfews.

    a curfew's addresses asked at all times + fixes of all mechanisms -> machine -> spells

It is the same machine over the same zones, so a page cannot say "home" where a violation says away:
a spell away is what it holds probable or certain, a beacon's word outweighs the others' as it does
there, and what it cannot tell is unknown. So is time before any fix showed the person at home.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from waypost.clock import from_us, to_us
from waypost.orders.values import Order, PersonOrders, Requirement
from waypost.rules import kernel
from waypost.rules.fold import (
    FixArrays,
    Usable,
    answer,
    fold,
    in_order,
    initial_state,
    project,
    records_of,
    usable_fixes,
)
from waypost.rules.plan import Plan, compile_plan
from waypost.rules.timeline import ParameterTimeline
from waypost.rules.values import Certainty, JudgedViolation
from waypost.units import Mechanism

AHEAD = timedelta(days=1)


class HomeState(StrEnum):
    HOME = "home"
    NOT_HOME = "not_home"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Spell:
    """One state, half-open; to_at None: it goes on.

    certainty   of being away; CANNOT_TELL where the state is unknown
    told_at     the last fix in it that could tell, and how it was measured; None: none could
    """

    from_at: datetime
    to_at: datetime | None
    state: HomeState
    certainty: Certainty
    told_at: datetime | None = None
    told_by: Mechanism | None = None


def home_spells(
    person: PersonOrders,
    order: Order,
    curfew: Requirement,
    fixes: FixArrays,
    numbers: ParameterTimeline,
    *,
    from_at: datetime,
    now: datetime,
) -> list[Spell]:
    """The states from `from_at` to now, earliest first; they fill the time between.

    fixes   the person's, measured since from_at
    """
    plan = _at_all_times(person, order, curfew, numbers, from_at, now)
    state = initial_state(plan)
    usable = usable_fixes(plan, in_order(fixes), state.copy())
    folded = fold(plan, state, fixes)
    rows = [*folded.rows, *project(plan, folded.state, now).rows]
    return _spells(rows, plan, usable, from_at, now)


def _at_all_times(
    person: PersonOrders,
    order: Order,
    curfew: Requirement,
    numbers: ParameterTimeline,
    from_at: datetime,
    now: datetime,
) -> Plan:
    always = replace(
        curfew, timetable=None, exceptions=(), release_day=None, from_at=None, to_at=None
    )
    asked = replace(order, from_at=from_at, to_at=None, requirements=(always,))
    alone = replace(person, orders=(asked,))
    return compile_plan(alone, numbers, from_at=from_at, to_at=now + AHEAD)


def _spells(
    rows: list[JudgedViolation], plan: Plan, usable: Usable, from_at: datetime, now: datetime
) -> list[Spell]:
    records = records_of(usable)
    answer(plan, plan.requirements[0], usable, records)
    told = _Told(usable, records["code"])
    found: list[Spell] = []
    at = from_at
    for row in sorted(rows, key=lambda row: (row.from_at, row.certainty)):
        if row.from_at > at:
            found += told.home(at, row.from_at)
        start, end = max(at, row.from_at), row.to_at or now
        if start < end or row.to_at is None:
            found.append(told.spell(start, end, _state_of(row), row.certainty))
            at = max(at, end)
    if at < now or not found:
        found += told.home(at, now)
    return _joined(found, now)


def _state_of(row: JudgedViolation) -> HomeState:
    shown = row.certainty in {Certainty.CERTAIN, Certainty.PROBABLE}
    return HomeState.NOT_HOME if shown else HomeState.UNKNOWN


@dataclass(frozen=True, slots=True)
class _Told:
    """What fixes could tell, and when."""

    usable: Usable
    codes: npt.NDArray[np.int64]

    def home(self, start: datetime, end: datetime) -> list[Spell]:
        """Nothing against it from start to end: at home from the first fix that shows it."""
        shown = self._between(start, end, kernel.GOOD)
        if not shown.size:
            return [self.spell(start, end, HomeState.UNKNOWN, Certainty.CANNOT_TELL)]
        first = from_us(int(self.usable.at[shown[0]]))
        spells = [self.spell(first, end, HomeState.HOME, Certainty.CERTAIN)]
        if first > start:
            spells.insert(0, self.spell(start, first, HomeState.UNKNOWN, Certainty.CANNOT_TELL))
        return spells

    def spell(self, start: datetime, end: datetime, state: HomeState, sure: Certainty) -> Spell:
        code = {HomeState.HOME: kernel.GOOD, HomeState.NOT_HOME: kernel.BAD}.get(state)
        shown = np.zeros(0, np.int64) if code is None else self._between(start, end, code)
        if not shown.size:
            return Spell(start, end, state, sure)
        last = int(shown[-1])
        by = Mechanism(int(self.usable.mechanism[last]))
        return Spell(start, end, state, sure, from_us(int(self.usable.at[last])), by)

    def _between(self, start: datetime, end: datetime, code: int) -> npt.NDArray[np.int64]:
        at = self.usable.at
        within = (at >= to_us(start)) & (at <= to_us(end)) & (self.codes == code)
        return np.flatnonzero(within)


def _joined(spells: list[Spell], now: datetime) -> list[Spell]:
    """Neighbours of one state are one; the last goes on."""
    joined: list[Spell] = []
    for one in spells:
        last = joined[-1] if joined else None
        if last is not None and last.state is one.state:
            told_at, told_by = (
                (one.told_at, one.told_by) if one.told_at else (last.told_at, last.told_by)
            )
            joined[-1] = Spell(last.from_at, one.to_at, one.state, one.certainty, told_at, told_by)
        elif one.to_at is None or one.from_at < one.to_at or one.from_at == now:
            joined.append(one)
    if joined:
        joined[-1] = replace(joined[-1], to_at=None)
    return joined
