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
import shapely

from waypost.orders.values import RequirementKind
from waypost.worlds.hours import Seconds, dates, wall_s, windows
from waypost.worlds.routines import Path
from waypost.worlds.sentences import instant_text
from waypost.worlds.values import Ask, Shape, Wearer

GRAIN_S = 10.0  # the path is looked at so often; edges are right to this
APPOINTMENT_MINUTE, APPOINTMENT_LENGTH_S = 600, 3600
Flags = npt.NDArray[np.bool_]
INSIDE_IS_WRONG = {RequirementKind.EXCLUSION}
OUTSIDE_IS_WRONG = {RequirementKind.CURFEW, RequirementKind.INCLUSION, RequirementKind.RESTRICTION}


@dataclass(frozen=True, slots=True)
class TrueViolation:
    """deepest_m   furthest beyond the edge of the zone, on the wrong side"""

    person_id: str
    requirement_id: str
    kind: RequirementKind
    from_s: Seconds
    to_s: Seconds
    deepest_m: float

    def as_json(self) -> dict[str, Any]:
        return {
            "person_id": self.person_id,
            "requirement_id": self.requirement_id,
            "kind": self.kind.value,
            "from": instant_text(self.from_s),
            "to": instant_text(self.to_s),
            "minutes": round((self.to_s - self.from_s) / 60, 2),
            "deepest_m": round(self.deepest_m, 1),
        }


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
        depth_m = _depth(ask.shape, east, north)
        if ask.kind is RequirementKind.ATTENDANCE:
            found += _missed(wearer, ask, at_s, depth_m > 0, from_s, to_s)
            continue
        wrong_m = depth_m if ask.kind in INSIDE_IS_WRONG else -depth_m
        for start, end in windows(ask.timetable, from_s, to_s):
            first, last = np.searchsorted(at_s, [start, end])
            found += _stretches(wearer, ask, at_s[first:last], wrong_m[first:last])
    return sorted(found, key=lambda one: (one.from_s, one.requirement_id))


def _depth(
    shape: Shape, east: npt.NDArray[np.float64], north: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Metres inside the edge; negative outside."""
    centre_m = np.hypot(east - shape.centre[0], north - shape.centre[1])
    if not shape.corners:
        return np.asarray(shape.radius_m - centre_m)
    depth = shape.radius_m - centre_m  # a bound: the ring lies within this circle
    near = np.flatnonzero(centre_m < shape.radius_m + 1)
    if len(near):
        ring, points = shapely.Polygon(shape.corners), shapely.points(east[near], north[near])
        edge_m = shapely.distance(ring.exterior, points)
        depth[near] = np.where(shapely.contains(ring, points), edge_m, -edge_m)
    return np.asarray(depth)


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


def _missed(
    wearer: Wearer,
    ask: Ask,
    at_s: npt.NDArray[np.float64],
    there: Flags,
    from_s: Seconds,
    to_s: Seconds,
) -> list[TrueViolation]:
    """Appointments whose hour passed without the person."""
    found = []
    for day in dates(from_s, to_s):
        start = wall_s(day, APPOINTMENT_MINUTE)
        end = start + APPOINTMENT_LENGTH_S
        if day.weekday() != ask.weekday or start < from_s or end > to_s:
            continue
        first, last = np.searchsorted(at_s, [start, end])
        if not there[first:last].any():
            found.append(
                TrueViolation(wearer.person_id, ask.requirement_id, ask.kind, start, end, 0.0)
            )
    return found
