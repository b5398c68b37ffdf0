"""Compliance is not whereabouts: which fixes of a track bear on what the person's orders ask.

Pure. Where a trail is in force, all of them. Elsewhere a fix bears on an order

    while a requirement binds, on the wrong side of its zone or near its edge: deep inside a county
        that one must stay in, or far from a street that one must keep out of, nothing is shown
    within half an hour of a violation, of a tampered tag, of a call for help
    as the last place before the tag fell silent

and all others are kept, judged by the machine, and shown to nobody without an authorisation. Court
bail admits no trail (domain, section 2), so a trail written into one opens nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta

import numpy as np
import numpy.typing as npt

from waypost.clock import FOREVER_US, MICROSECOND, to_us
from waypost.orders.timetable import required_windows
from waypost.orders.values import OrderKind, PersonOrders, RequirementKind
from waypost.positions.order import Integers
from waypost.positions.tracks import TrackTable
from waypost.positions.values import EventKind
from waypost.rules.containment import INSIDE, OUTSIDE, judge_containment, project
from waypost.rules.plan import Plan, RequirementPlan, spans, within
from waypost.rules.values import Certainty, JudgedViolation, RowKind

AROUND = timedelta(minutes=30)  # on either side of a violation
MARGIN_M = 200.0  # how near a zone's edge a fix's circle must come to bear on it
NO_TRAIL = frozenset({OrderKind.COURT_BAIL, OrderKind.PROTECTION})
# States of the tag that an order asks nothing of; what was lost with them is asked for.
LOST = frozenset({RowKind.NO_CONTACT, RowKind.NO_LOCATION, RowKind.JAMMING})
VIOLATIONS = LOST | {
    RowKind.EXCLUSION, RowKind.MOVING_EXCLUSION, RowKind.INCLUSION, RowKind.RESTRICTION,
    RowKind.CURFEW, RowKind.ATTENDANCE, RowKind.TRAIL, RowKind.ALCOHOL, RowKind.ALCOHOL_TAMPER,
}  # fmt: skip
CALLS = frozenset({EventKind.SOS, EventKind.STRAP_TAMPER, EventKind.CASE_TAMPER})

Mask = npt.NDArray[np.bool_]


def bears(
    plan: Plan,
    track: TrackTable,
    violations: Iterable[JudgedViolation],
    opened_from: Sequence[tuple[int, int]] = (),
) -> Mask:
    """Of each fix of the track, whether it bears on what the orders ask.

    plan          compiled for the track's time and a day on either side
    violations    the person's that touch the track, or half an hour beside it
    opened_from   more stretches, microseconds: those of the record that the look is opened from
    """
    rows = [one for one in violations if _counts(one)]
    shown = within(_trail(plan.person, track), track.times)
    shown |= within(_around(rows, track, opened_from), track.times)
    if not shown.all():
        hidden = np.flatnonzero(~shown)
        shown[hidden] = _near(plan, track, hidden)
    return shown | _last_before(rows, track)


def _counts(row: JudgedViolation) -> bool:
    untold = row.certainty is Certainty.CANNOT_TELL and row.kind not in LOST
    return row.kind in VIOLATIONS and not row.withdrawn and not untold


def _trail(person: PersonOrders, track: TrackTable) -> tuple[Integers, Integers]:
    """When a trail was in force."""
    return spans([
        window
        for order in person.orders
        if order.kind not in NO_TRAIL
        for one in order.requirements
        if one.kind is RequirementKind.TRAIL
        for window in required_windows(one, order, track.from_at, track.to_at)
    ])  # fmt: skip


def _around(
    rows: Iterable[JudgedViolation],
    track: TrackTable,
    opened_from: Sequence[tuple[int, int]],
) -> tuple[Integers, Integers]:
    beside = AROUND // MICROSECOND
    stretches = [
        (to_us(row.from_at), FOREVER_US if row.to_at is None else to_us(row.to_at)) for row in rows
    ]
    calls = [to_us(one.measured_at) for one in track.events if one.kind in CALLS]
    stretches += [(at, at) for at in calls]
    table = sorted([(a - beside, b + beside + 1) for a, b in stretches] + list(opened_from))
    merged: list[list[int]] = []
    for start, end in table:
        if merged and start <= merged[-1][1]:
            merged[-1][1] = max(merged[-1][1], end)
        else:
            merged.append([start, end])
    both = np.array(merged, dtype=np.int64).reshape(-1, 2)
    return both[:, 0], both[:, 1]


def _near(plan: Plan, track: TrackTable, places: Integers) -> Mask:
    """Of the fixes at these places, which are near an edge or on the wrong side as one binds."""
    times = track.times[places]
    found = np.zeros(len(places), dtype=np.bool_)
    asked = [one for one in plan.requirements if not one.everywhere]
    binding = [(one, within((one.starts, one.ends), times)) for one in asked]
    if not any(bound.any() for _, bound in binding):
        return found
    lat, lon, accuracy_m = (
        track.numbers(name)[places] for name in ("lat", "lon", "accuracy_m")
    )  # fmt: skip
    x, y = project(plan.plane, lat, lon)
    for one, bound in binding:
        at = np.flatnonzero(bound & ~found)
        if at.size:
            found[at] = ~_far(one, x[at], y[at], accuracy_m[at])
    return found


def _far(
    one: RequirementPlan,
    x: npt.NDArray[np.float64],
    y: npt.NDArray[np.float64],
    accuracy_m: npt.NDArray[np.float64],
) -> Mask:
    """On the right side, the whole circle farther from the edge than the margin."""
    right = INSIDE if one.must_be_inside else OUTSIDE
    codes, _ = judge_containment(
        one.shape, x, y, accuracy_m, exact=one.must_be_inside,
        inside_by_m=MARGIN_M, outside_by_m=MARGIN_M,
    )  # fmt: skip
    return np.asarray(codes == right, dtype=np.bool_)


def _last_before(rows: Iterable[JudgedViolation], track: TrackTable) -> Mask:
    """The last used fix before each loss of the tag."""
    found = np.zeros(len(track.times), dtype=np.bool_)
    used = np.flatnonzero(track.used)
    for row in rows:
        if row.kind in LOST:
            before = int(np.searchsorted(track.times[used], to_us(row.from_at), side="right"))
            found[used[max(before - 1, 0) : before]] = True
    return found
