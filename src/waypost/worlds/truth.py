"""What a perfect observer would say: violations from the true paths, to the second.

    broken(wearer, path, from_s, to_s) -> list[TrueViolation]

Nothing here knows of fixes, error circles or the rules' parameters. Recall and false alerts are
measured against it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from waypost.orders.values import RequirementKind
from waypost.rules.values import How
from waypost.worlds.hours import Seconds, Window, dates, wall_s
from waypost.worlds.sentences import instant_text
from waypost.worlds.shapes import depth_m
from waypost.worlds.values import APPOINTMENT_MINUTE, APPOINTMENT_S, GRACE_S, STAY_S, Ask, Wearer
from waypost.worlds.ways import Path

GRAIN_S = 10.0  # the path is looked at so often; edges are right to this
Flags = npt.NDArray[np.bool_]
INSIDE_IS_WRONG = (RequirementKind.EXCLUSION,)


@dataclass(frozen=True, slots=True)
class TrueViolation:
    """deepest_m   furthest beyond the edge of the zone, on the wrong side
    how         of appointments: missed, late, left early
    """

    person_id: str
    requirement_id: str
    kind: RequirementKind
    from_s: Seconds
    to_s: Seconds
    deepest_m: float
    how: How = How.NONE

    def as_json(self) -> dict[str, Any]:
        said = {
            "person_id": self.person_id,
            "requirement_id": self.requirement_id,
            "kind": self.kind.value,
            "from": instant_text(self.from_s),
            "to": instant_text(self.to_s),
            "minutes": round((self.to_s - self.from_s) / 60, 2),
            "deepest_m": round(self.deepest_m, 1),
        }
        return said | ({"how": self.how.value} if self.how else {})


@dataclass(frozen=True, slots=True)
class TrueAppointment:
    """One appointment as it was kept: how is NONE when they came in time and stayed."""

    from_s: Seconds
    to_s: Seconds
    how: How
    broken_s: Window | None = None  # in which they should have been there


def broken(wearer: Wearer, path: Path, from_s: Seconds, to_s: Seconds) -> list[TrueViolation]:
    """All true violations of one wearer within [from_s, to_s)."""
    if from_s >= to_s:
        return []
    at_s = np.arange(from_s, to_s, GRAIN_S)
    east, north = path.where(at_s)
    found: list[TrueViolation] = []
    for ask in wearer.asks:
        if ask.shape is None:
            continue
        inside_m = depth_m(ask.shape, east, north)
        for address in ask.also:
            inside_m = np.maximum(inside_m, depth_m(address, east, north))
        if ask.kind is RequirementKind.ATTENDANCE:
            found += [
                TrueViolation(
                    wearer.person_id, ask.requirement_id, ask.kind, *one.broken_s, 0.0, one.how
                )
                for one in appointments(ask, at_s, inside_m > 0, from_s, to_s)
                if one.broken_s
            ]  # fmt: skip
            continue
        wrong_m = inside_m if ask.kind in INSIDE_IS_WRONG else -inside_m
        for start, end in ask.required(from_s, to_s):
            first, last = np.searchsorted(at_s, [start, end])
            found += _stretches(wearer, ask, at_s[first:last], wrong_m[first:last])
    return sorted(found, key=lambda one: (one.from_s, one.requirement_id))


def ring_entered(
    wearer: Wearer, ask: Ask, path: Path, from_s: Seconds, to_s: Seconds
) -> list[TrueViolation]:
    """When somebody was in the warning ring of a zone, or in the zone: no violation by itself."""
    assert ask.shape is not None
    assert ask.warning_m is not None
    at_s = np.arange(from_s, to_s, GRAIN_S)
    inside_m = depth_m(ask.shape, *path.where(at_s)) + ask.warning_m
    found: list[TrueViolation] = []
    for start, end in ask.required(from_s, to_s):
        first, last = np.searchsorted(at_s, [start, end])
        found += _stretches(wearer, ask, at_s[first:last], inside_m[first:last])
    return found


def _stretches(
    wearer: Wearer, ask: Ask, at_s: npt.NDArray[np.float64], wrong_m: npt.NDArray[np.float64]
) -> list[TrueViolation]:
    wrong = np.concatenate([[False], wrong_m > 0, [False]])
    edges = np.flatnonzero(np.diff(wrong.astype(np.int8)))
    return [
        TrueViolation(
            wearer.person_id,
            ask.requirement_id,
            ask.kind,
            float(at_s[first]),
            float(at_s[last - 1]) + GRAIN_S,
            float(wrong_m[first:last].max()),
        )
        for first, last in edges.reshape(-1, 2)
    ]


def appointments(
    ask: Ask, at_s: npt.NDArray[np.float64], there: Flags, from_s: Seconds, to_s: Seconds
) -> list[TrueAppointment]:
    """Each appointment that lies in [from_s, to_s): came too late, left too early, never came.

    Who leaves before the minimum stay is over left early, however late they came.
    """
    found = []
    for day in dates(from_s, to_s):
        start = wall_s(day, APPOINTMENT_MINUTE)
        end = start + APPOINTMENT_S
        if day.weekday() != ask.weekday or start < from_s or end > to_s:
            continue
        first, last = np.searchsorted(at_s, [start, end])
        came = np.flatnonzero(there[first:last])
        if not len(came):
            found.append(TrueAppointment(start, end, How.MISSED, (start, end)))
            continue
        arrival_s = float(at_s[first + came[0]])
        left_s = float(at_s[first + came[-1]]) + GRAIN_S
        if left_s < end - GRAIN_S and len(came) * GRAIN_S < STAY_S:
            found.append(TrueAppointment(start, end, How.LEFT_EARLY, (left_s, end)))
        elif arrival_s > start + GRACE_S:
            found.append(TrueAppointment(start, end, How.LATE, (start, arrival_s)))
        else:
            found.append(TrueAppointment(start, end, How.NONE))
    return found
