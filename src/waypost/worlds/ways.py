"""A way through London as one line in time, and how an outing becomes part of one.

Tape.add, Tape.path      corners as they are recorded, and the path they make
travel(home, outing)     one outing as corners: home, legs with bends, stops, and home again
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from waypost.geo import Metres
from waypost.worlds.hours import Seconds
from waypost.worlds.values import Outing, Place, Stop, Under


@dataclass(frozen=True, slots=True)
class Visit:
    """A stay somewhere away from home, with why: truth for offences and for reading."""

    why: str
    place: Place
    from_s: Seconds
    to_s: Seconds


@dataclass(frozen=True)
class Path:
    """The true way: corners in time order, straight between them; seconds since 1970 and metres.

    under   of the stretch that starts at the corner
    """

    at_s: npt.NDArray[np.float64]
    east_m: Metres
    north_m: Metres
    under: npt.NDArray[np.int8]
    visits: tuple[Visit, ...] = ()

    def where(self, at_s: npt.NDArray[np.float64]) -> tuple[Metres, Metres]:
        return np.interp(at_s, self.at_s, self.east_m), np.interp(at_s, self.at_s, self.north_m)

    def stretch(self, at_s: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
        """The number of the stretch under way at each instant."""
        found = np.searchsorted(self.at_s, at_s, side="right") - 1
        return np.clip(found, 0, len(self.at_s) - 1).astype(np.int64)


@dataclass
class Tape:
    """Corners as they are recorded."""

    corners: list[tuple[Seconds, float, float, int]] = field(default_factory=list)
    visits: list[Visit] = field(default_factory=list)

    def add(self, at_s: Seconds, place: Place, under: Under) -> None:
        self.corners.append((at_s, place[0], place[1], int(under)))

    def path(self) -> Path:
        table = np.array(self.corners, dtype=np.float64)
        under = table[:, 3].astype(np.int8)
        return Path(table[:, 0], table[:, 1], table[:, 2], under, tuple(self.visits))


def travel(home: Place, outing: Outing, rng: np.random.Generator) -> Tape:
    """One outing as corners: home, legs with bends, stops, and home again."""
    tape = Tape()
    here, now_s = home, outing.leave_s
    for stop in (*outing.stops, Stop(home)):
        if stop.speed_mps is None:
            now_s = _leg(tape, here, stop.place, now_s, rng)
        else:
            tape.add(now_s, here, Under.SKY)
            now_s += apart_m(here, stop.place) / stop.speed_mps
        tape.add(now_s, stop.place, stop.under)
        if stop.dwell_s > 0:
            dwell_s = max(stop.dwell_s, 60.0)
            tape.visits.append(Visit(stop.why or outing.why, stop.place, now_s, now_s + dwell_s))
            now_s += dwell_s
        here = stop.place
    return tape


def _leg(
    tape: Tape, start: Place, end: Place, leave_s: Seconds, rng: np.random.Generator
) -> Seconds:
    """Record the way from one place to another; returns the arrival.

    On foot below 1.2 km, by bus or car below 4 km, above that often underground in the middle.
    """
    away_m = apart_m(start, end)
    speed_mps = _speed_mps(away_m)
    tube = away_m >= 4000 and rng.random() < 0.4
    bends = int(np.clip(away_m // 350, 1, 14))
    share = np.linspace(0, 1, bends + 2)
    side = np.sin(share * np.pi)[:, None] * rng.normal(0, min(90.0, away_m / 8), (bends + 2, 2))
    corner = np.array(start) + share[:, None] * (np.array(end) - np.array(start)) + side
    step_m = np.hypot(*np.diff(corner, axis=0).T)
    at_s = leave_s + np.concatenate([[0.0], np.cumsum(step_m)]) / speed_mps
    for number in range(bends + 1):
        below = tube and 0.15 < share[number] < 0.8
        place = float(corner[number, 0]), float(corner[number, 1])
        tape.add(float(at_s[number]), place, Under.GROUND if below else Under.SKY)
    return float(at_s[-1])


def apart_m(start: Place, end: Place) -> float:
    return float(np.hypot(end[0] - start[0], end[1] - start[1]))


def travel_s(start: Place, end: Place) -> Seconds:
    """About how long the way takes; its bends make it a little longer."""
    away_m = apart_m(start, end)
    return away_m / _speed_mps(away_m)


def _speed_mps(away_m: float) -> float:
    return 1.4 if away_m < 1200 else 5.0 if away_m < 4000 else 9.0
