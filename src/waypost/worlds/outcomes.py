"""Appointments and trails of a trial: how each was truly kept, and what our rules said of it.

The plain rule has no word for either. What the rules may say of an appointment that they could not
see is that it could not be monitored, never that it was kept or missed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from waypost.clock import EPOCH
from waypost.orders.values import Order, PersonOrders, Requirement, RequirementKind
from waypost.rules.appointments import appointments_kept
from waypost.rules.attendance import Outcome
from waypost.rules.values import Certainty, How, JudgedViolation, Parameters, RowKind
from waypost.worlds.hours import Seconds, Window, without
from waypost.worlds.scoring import shared, total_s
from waypost.worlds.shapes import depth_m
from waypost.worlds.truth import GRAIN_S, TrueAppointment, appointments
from waypost.worlds.values import Ask
from waypost.worlds.world import Life

TRUE_OUTCOME = {
    How.NONE: Outcome.ATTENDED,
    How.LATE: Outcome.LATE,
    How.LEFT_EARLY: Outcome.LEFT_EARLY,
    How.MISSED: Outcome.MISSED,
}
GAP_S = 900.0  # between two fixes: what lies in a longer gap could not be monitored (the contract)
Rows = Sequence[tuple[str, JudgedViolation]]


@dataclass(frozen=True, slots=True)
class Appointment:
    """monitored: share of its time in which fixes came less than 15 minutes apart."""

    requirement_id: str
    from_s: Seconds
    true: Outcome
    said: Outcome
    monitored: float


@dataclass(frozen=True, slots=True)
class Trail:
    """Seconds of a trail: required, truly without fixes, and said to be without."""

    requirement_id: str
    required_s: Seconds
    dark_s: Seconds
    said_dark_s: Seconds


def appointments_of(
    lives: Sequence[Life], persons: Sequence[PersonOrders], rows: Rows,
    spans: Mapping[str, Window], seen: Mapping[str, list[Window]], until: datetime,
    parameters: Parameters,
) -> list[Appointment]:  # fmt: skip
    """Those that lie wholly in the time the tag was worn and that are over."""
    asked = {
        str(requirement.requirement_id): (order, requirement)
        for person in persons
        for order in person.orders
        for requirement in order.requirements
        if requirement.kind is RequirementKind.ATTENDANCE
    }
    found = []
    for life in lives:
        person_id = life.wearer.person_id
        own = [row for owner, row in rows if owner == person_id]
        for ask in life.wearer.asks:
            if ask.kind is RequirementKind.ATTENDANCE:
                said = _said(*asked[ask.requirement_id], own, spans[person_id], until, parameters)
                found += [
                    Appointment(
                        ask.requirement_id, one.from_s, TRUE_OUTCOME[one.how], said[one.from_s],
                        total_s(shared([(one.from_s, one.to_s)], seen[person_id]))
                        / (one.to_s - one.from_s),
                    )
                    for one in _true(life, ask, spans[person_id])
                    if one.from_s in said
                ]  # fmt: skip
    return found


def trails_of(
    lives: Sequence[Life], rows: Rows, spans: Mapping[str, Window],
    seen: Mapping[str, list[Window]],
) -> list[Trail]:  # fmt: skip
    """What of each trail nobody could follow."""
    found = []
    for life in lives:
        start, end = spans[life.wearer.person_id]
        for ask in life.wearer.asks:
            if ask.kind is not RequirementKind.TRAIL or start >= end:
                continue
            said = [
                row
                for _, row in rows
                if row.requirement_id == ask.requirement_id
                and row.kind is RowKind.TRAIL
                and row.certainty is Certainty.CANNOT_TELL
                and not row.withdrawn
            ]
            dark = without([(start, end)], seen[life.wearer.person_id])
            dark_s = sum(last - first for first, last in dark if last - first >= GAP_S)
            said_s = sum(_seconds(row, start, end) for row in said)
            found.append(Trail(ask.requirement_id, end - start, dark_s, said_s))
    return found


def _true(life: Life, ask: Ask, span: Window) -> list[TrueAppointment]:
    assert ask.shape is not None
    at_s = np.arange(*span, GRAIN_S)
    there = depth_m(ask.shape, *life.path.where(at_s)) > 0
    return appointments(ask, at_s, there, *span)


def _said(
    order: Order, requirement: Requirement, rows: Sequence[JudgedViolation], span: Window,
    until: datetime, parameters: Parameters,
) -> dict[Seconds, Outcome]:  # fmt: skip
    start, end = (EPOCH + timedelta(seconds=at_s) for at_s in span)
    kept = appointments_kept(
        requirement, order, rows, start, end, judged_to=until, parameters=parameters
    )
    over = (one for one in kept if one.outcome not in (Outcome.TO_COME, Outcome.UNDER_WAY))
    return {one.asked.from_at.timestamp(): one.outcome for one in over}


def _seconds(row: JudgedViolation, start: Seconds, end: Seconds) -> Seconds:
    to_s = end if row.to_at is None else min(row.to_at.timestamp(), end)
    return max(0.0, to_s - max(row.from_at.timestamp(), start))
