"""From what the two machines of an attendance say to what is raised: appointment by appointment.

    rows finished + rows that stand -> seen -> decide -> rows of the requirement

Rows that a machine has finished are kept, in the person's state, until their appointment can no
longer change: what leaving means depends on when the person came. An appointment is settled once
both machines have passed its end, by as much as uploads take, and hold nothing from before it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
import numpy.typing as npt

from waypost.clock import FOREVER_US, MICROSECOND, to_us
from waypost.rules import kernel
from waypost.rules.attendance import Asked, Kept, Outcome, Seen, decide
from waypost.rules.plan import THERE_LEAD, AttendancePlan, Plan
from waypost.rules.rows import judged
from waypost.rules.timeline import ParameterTimeline
from waypost.rules.values import Certainty, JudgedViolation

Records = npt.NDArray[np.void]
Rows = Sequence[JudgedViolation]
# A finished row of the machine of this requirement, kept for its appointment.
KEPT = np.dtype([("requirement", np.int64), ("row", kernel.ROW)])


def kept_rows(index: int, rows: Records) -> Records:
    """Rows of the machine of the requirement with this index in the plan."""
    kept = np.zeros(len(rows), KEPT)
    kept["requirement"], kept["row"] = index, rows
    return kept


@dataclass(frozen=True, slots=True)
class Machines:
    """How far machines have come: a state's, by the plan's requirements."""

    machines: Records
    slots: Records

    def passed(self, attendance: AttendancePlan) -> Passed:
        both = [attendance.away, attendance.there]
        slots = self.slots[both]
        held = slots["from_at"][slots["status"] != kernel.EMPTY]
        return Passed(
            int(self.machines["passed_to"][both].min()), int(held.min(initial=FOREVER_US))
        )


@dataclass(frozen=True, slots=True)
class Passed:
    """How far the two machines of an attendance have come, in us.

    to     both have passed everything up to here
    holds  when the earliest row began that may still change
    """

    to: int
    holds: int

    def settles(self, asked: Asked, timeline: ParameterTimeline) -> bool:
        end = to_us(asked.to_at)
        uploads = timeline.at(asked.from_at).parameters.upload_allowance // MICROSECOND
        return self.to >= end + uploads and self.holds >= end


def settle(
    plan: Plan, before: Machines, after: Machines, kept: Records, known_at: datetime
) -> tuple[list[JudgedViolation], Records]:
    """The final rows of appointments that were not settled before and are now, and those of the
    finished rows that others still need.

    known_at   when the newest fix was received that settles them
    """
    rows: list[JudgedViolation] = []
    needed = np.zeros(len(kept), np.bool_)
    for attendance in plan.attendances:
        was, passed = before.passed(attendance), after.passed(attendance)
        away, there = _seen(plan, attendance, kept)
        waiting = None
        for asked in attendance.appointments:
            if not passed.settles(asked, plan.timeline):
                waiting = waiting or asked
            elif not was.settles(asked, plan.timeline):
                done = _decided(asked, away, there, plan, now=asked.to_at, settled=True)
                rows += [_known(row, max(known_at, asked.to_at)) for row in done.rows]
        if waiting is not None:
            own = np.isin(kept["requirement"], (attendance.away, attendance.there))
            needed |= own & (kept["row"]["to_at"] > to_us(waiting.from_at - THERE_LEAD))
    return rows, kept[needed]


def stand(
    plan: Plan, at: Machines, kept: Records, now: datetime
) -> tuple[list[JudgedViolation], datetime | None]:
    """What the appointments that are not settled say as of `now`, and when time alone may say
    something else.

    at     the machines as the last fix left them
    kept   finished rows, and those that stand as of now
    """
    rows: list[JudgedViolation] = []
    dues: list[datetime] = []
    for attendance in plan.attendances:
        passed = at.passed(attendance)
        away, there = _seen(plan, attendance, kept)
        for asked in attendance.appointments:
            if passed.settles(asked, plan.timeline):
                continue
            standing = _decided(asked, away, there, plan, now=now)
            rows += [_known(row, now) for row in standing.rows]
            if standing.next_due is not None:
                dues.append(standing.next_due)
            if standing.outcome is Outcome.TO_COME:
                break  # they are in order: the others are to come too
    return rows, min(dues, default=None)


def _seen(plan: Plan, attendance: AttendancePlan, kept: Records) -> tuple[Rows, Rows]:
    """The rows of being away and of being there."""
    away, there = (
        [
            judged(plan, plan.requirements[index], row)
            for row in kept["row"][kept["requirement"] == index]
        ]
        for index in (attendance.away, attendance.there)
    )
    return away, there


def _decided(
    asked: Asked, away: Rows, there: Rows, plan: Plan, *, now: datetime, settled: bool = False
) -> Kept:
    near = [row for row in away if _touches(row, asked.from_at, asked.to_at)]
    seen = Seen(
        there=[row for row in there if _touches(row, asked.from_at, asked.to_at)],
        away=[row for row in near if row.certainty is not Certainty.CANNOT_TELL],
        dark=[row for row in near if row.certainty is Certainty.CANNOT_TELL],
    )
    entry = plan.timeline.at(asked.from_at)
    kept = decide(asked, seen, entry.parameters, now=now, settled=settled)
    named = (replace(row, parameter_revision_id=entry.revision_id) for row in kept.rows)
    return replace(kept, rows=tuple(named))


def _touches(row: JudgedViolation, from_at: datetime, to_at: datetime) -> bool:
    if row.certainty is Certainty.POSSIBLE:  # nothing was observed
        return False
    return row.from_at < to_at and (row.to_at is None or row.to_at > from_at)


def _known(row: JudgedViolation, known_at: datetime) -> JudgedViolation:
    """No row is raised before it is known."""
    return replace(row, raised_at=max(row.raised_at, known_at))
