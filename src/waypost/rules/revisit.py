"""Appointments of a whole history: what stands, and what live would have raised on the way.

    around each appointment: fixes as they were received, and the clock -> fold, project -> rows

Replay's kernel knows raises of single rows; an appointment's rows depend on each other, so here the
live path itself is gone through, receipt by receipt, but only where something can have been raised.
One thing is simpler than live: what was measured before an appointment's time counts as received
before it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np
import numpy.typing as npt

from waypost.clock import FOREVER_US, MICROSECOND, from_us, to_us
from waypost.rules import kernel
from waypost.rules.attendance import Asked
from waypost.rules.fold import (
    Projected,
    State,
    Usable,
    answer,
    fold_usable,
    initial_state,
    project,
    records_of,
)
from waypost.rules.plan import THERE_LEAD, AttendancePlan, Plan, RequirementPlan
from waypost.rules.reconcile import overlap
from waypost.rules.values import Certainty, JudgedViolation

BEFORE = THERE_LEAD + timedelta(hours=1)  # no machine remembers for longer what was before it
AFTER = timedelta(hours=1)  # an appointment is settled by the clock sooner
Times = npt.NDArray[np.int64]


@dataclass
class Live:
    """A row as the live system raised it."""

    row: JudgedViolation
    raised_at: datetime
    stands: bool = False


def replay_visits(
    plan: Plan, attendance: AttendancePlan, usable: Usable, now_us: int
) -> list[JudgedViolation]:
    """All rows of one attendance, withdrawn ones too. `usable` in order, received by `now_us`."""
    rows: list[JudgedViolation] = []
    for asked in _together(attendance.appointments):
        if to_us(asked[0].from_at) <= now_us:
            rows += _Revisit(_only(plan, attendance, asked), asked, usable, now_us).rows()
    return rows


def _together(appointments: tuple[Asked, ...]) -> Iterator[tuple[Asked, ...]]:
    """Appointments so near to each other that one machine's memory reaches over both."""
    group: list[Asked] = []
    for asked in appointments:
        if group and asked.from_at - BEFORE > max(one.to_at for one in group):
            yield tuple(group)
            group = []
        group.append(asked)
    if group:
        yield tuple(group)


def _only(plan: Plan, attendance: AttendancePlan, asked: tuple[Asked, ...]) -> Plan:
    """The plan of these appointments alone."""
    from_us_, to_us_ = to_us(asked[0].from_at - BEFORE), to_us(max(one.to_at for one in asked))
    both = tuple(
        _between(plan.requirements[index], from_us_, to_us_)
        for index in (attendance.away, attendance.there)
    )
    return replace(plan, requirements=both, attendances=(AttendancePlan(0, 1, asked),))


def _between(planned: RequirementPlan, from_us_: int, to_us_: int) -> RequirementPlan:
    part = slice(
        int(np.searchsorted(planned.starts, from_us_)),
        int(np.searchsorted(planned.starts, to_us_)),
    )
    return replace(planned, starts=planned.starts[part], ends=planned.ends[part])


class _Revisit:
    def __init__(self, plan: Plan, asked: tuple[Asked, ...], usable: Usable, now_us: int) -> None:
        self.plan, self.asked = plan, asked
        self.begins = asked[0].from_at
        self.ends = max(one.to_at for one in asked)
        self.now = from_us(now_us)
        first, last = np.searchsorted(
            usable.at, [to_us(self.begins - BEFORE), to_us(self.ends + AFTER)]
        )
        self.near = usable.take(np.arange(first, last))
        self.lives: list[Live] = []

    def rows(self) -> list[JudgedViolation]:
        state, final = self._folded(self.near)
        final = final + project(self.plan, state, self.now).rows
        if final or self._may_have_been_raised():
            self._live_through()
        return [self._standing(row) for row in final] + [
            _withdrawn(live) for live in self.lives if not live.stands
        ]

    def _may_have_been_raised(self) -> bool:
        """Whether a row can have stood on the way, though none stands now.

        It takes a fix away after somebody should have come, or an end that came before anything
        showed the person there.
        """
        codes = self._codes()
        arrive_by = to_us(min(one.arrive_by for one in self.asked))
        away = (codes == kernel.BAD) & (self.near.at >= arrive_by)
        if (away & (self.near.at < to_us(self.ends))).any():
            return True
        good = codes == kernel.GOOD
        for one in self.asked:
            there = good & (self.near.at < to_us(one.to_at))
            if not (there & (self.near.received <= to_us(one.to_at))).any():
                return True
        return False

    def _codes(self) -> npt.NDArray[np.int64]:
        """What each fix says of being away."""
        records = records_of(self.near)
        answer(self.plan, self.plan.requirements[0], self.near, records)
        return np.asarray(records["code"])

    def _live_through(self) -> None:
        """Every receipt since the first of them began, and every instant that time alone brings."""
        received = np.unique(np.maximum(self.near.received, to_us(self.begins)))
        state, final = self._folded(self.near.take(np.zeros(0, np.int64)))
        before_us = -FOREVER_US
        at = self.begins
        for instant_us in received:
            instant = from_us(int(instant_us))
            self._let_pass(state, at, instant - MICROSECOND)
            came = np.maximum(self.near.received, to_us(self.begins))
            new = np.flatnonzero((came > before_us) & (came <= instant_us))
            if state.folded_to_us is None or self.near.at[new[0]] > state.folded_to_us:
                folded = self._fold(state, self.near.take(new))
                state, final = folded[0], final + folded[1]
            else:
                state, final = self._folded(self.near.take(np.flatnonzero(came <= instant_us)))
            self._look(final, project(self.plan, state, instant), instant)
            before_us, at = int(instant_us), instant
        self._let_pass(state, at, self.now)

    def _let_pass(self, state: State, at: datetime, until: datetime) -> None:
        """No fix comes until then."""
        due = project(self.plan, state, at).next_due
        while due is not None and due <= until:
            projected = project(self.plan, state, due)
            self._look([], projected, due)
            due = projected.next_due

    def _look(self, final: list[JudgedViolation], projected: Projected, at: datetime) -> None:
        for row in [*final, *projected.rows]:
            same = next((live for live in self.lives if _same(live.row, row)), None)
            if same is None:
                self.lives.append(Live(row, max(row.raised_at, at)))
            else:
                ends = None if row.to_at is None else max(row.to_at, same.row.to_at or row.to_at)
                same.row = replace(row, from_at=min(row.from_at, same.row.from_at), to_at=ends)

    def _standing(self, row: JudgedViolation) -> JudgedViolation:
        raised = [row.raised_at]
        for live in self.lives:
            if _same(live.row, row):
                live.stands = True
                raised.append(live.raised_at)
        return replace(row, raised_at=max(row.from_at, min(raised)))

    def _folded(self, usable: Usable) -> tuple[State, list[JudgedViolation]]:
        return self._fold(initial_state(self.plan), usable)

    def _fold(self, state: State, usable: Usable) -> tuple[State, list[JudgedViolation]]:
        if not usable.at.size:
            return state, []
        folded = fold_usable(
            self.plan, state, state.copy(), usable, int(usable.received.max()), int(usable.at[-1])
        )
        return folded.state, folded.rows


def _same(one: JudgedViolation, other: JudgedViolation) -> bool:
    """Whether two rows are of one nature and share time: one goes on from the other."""
    natures = [row.certainty is Certainty.CANNOT_TELL for row in (one, other)]
    return natures[0] == natures[1] and overlap(one, other)


def _withdrawn(live: Live) -> JudgedViolation:
    said = f"Raised at {live.raised_at:%Y-%m-%d %H:%M:%S} UTC"
    return replace(
        live.row,
        to_at=live.row.to_at or max(live.row.from_at, live.row.last_fix_at or live.row.from_at),
        minutes=0.0,
        raised_at=live.raised_at,
        reasons=(f"{said}; fixes received later take it back.",),
        withdrawn=True,
    )
