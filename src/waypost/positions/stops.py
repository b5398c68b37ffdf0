"""Stops and places: where somebody stayed, and which of those are home, work or otherwise usual.

    fixes -> stops_of -> Stop ...      a stay: fixes that do not leave a circle for long enough
    stops -> places_of -> Place ...    stops near one another; home and work told from their hours
    stops -> trips_of -> Trip ...      what lies between two stops at different places

The ladder is that of movement science (positionfix, staypoint, location, trip: Martin et al. 2023,
trackintel), with two differences: a fix whose circle is wide moves nobody, and a silence ends
nothing and begins nothing: a stay whose two sides agree goes on over it, for as long as
`silence_max`; beyond that it is not known. Pure; metres on one plane.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from waypost.clock import from_us, to_us

Floats = npt.NDArray[np.float64]
Times = npt.NDArray[np.int64]

STOP_RADIUS_M = 100.0  # Li et al. 2008 take 200 m for people in town; tags stand closer together
STOP_MIN = timedelta(minutes=10)
SILENCE_MAX = timedelta(hours=3)  # indoors a tag may be silent so long and be where it was
TRUSTED_R95_M = 100.0  # wider circles say nothing of leaving a stop
PLACE_RADIUS_M = 150.0
NIGHT_HOURS = frozenset({0, 1, 2, 3, 4, 5})
DAY_HOURS = frozenset(range(9, 17))
HOME_SHARE_MIN = 0.5  # of the nights' known hours
WORK_DAYS_MIN = 4  # weekdays with a stay there
WORK_HOURS_MIN = 2.0  # on such a day


class PlaceKind(StrEnum):
    HOME = "home"
    WORK = "work"  # where weekdays are spent: work, school, a day centre
    USUAL = "usual"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Stop:
    """A stay at (x, y) in metres on the plane, in [from_at, to_at); `fixes` show it."""

    from_at: datetime
    to_at: datetime
    x: float
    y: float
    fixes: int

    @property
    def length(self) -> timedelta:
        return self.to_at - self.from_at


@dataclass(frozen=True, slots=True)
class Place:
    """Stops near one another. `days`: local dates on which somebody stayed there."""

    kind: PlaceKind
    x: float
    y: float
    hours: float
    days: int
    stops: tuple[Stop, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Trip:
    """Between two stops at different places; its fixes by their numbers in the arrays given."""

    from_at: datetime
    to_at: datetime
    start: PlaceKind
    end: PlaceKind
    first_fix: int
    last_fix: int  # exclusive


def stops_of(at: Times, x: Floats, y: Floats, r95_m: Floats) -> list[Stop]:
    """Stays of at least STOP_MIN.

    at, x, y, r95_m   usable fixes in order of time: microseconds UTC, metres on one plane
    """
    found: list[Stop] = []
    trusted = np.flatnonzero((r95_m <= TRUSTED_R95_M) & np.isfinite(x) & np.isfinite(y))
    members: list[int] = []
    for index in trusted.tolist():
        if members and not _goes_on(members, index, at, x, y):
            found += _stop(members, at, x, y)
            members = []
        members.append(index)
    return found + _stop(members, at, x, y)


def places_of(stops: Sequence[Stop], *, zone: str = "Europe/London") -> list[Place]:
    """The places of these stops, most hours first; at most one home and one work."""
    groups: list[list[Stop]] = []
    for stop in sorted(stops, key=lambda one: one.length, reverse=True):
        group = next((one for one in groups if _apart_m(one[0], stop) <= PLACE_RADIUS_M), None)
        if group is None:
            groups.append([stop])
        else:
            group.append(stop)
    local = ZoneInfo(zone)
    nights = [_hours(group, local, NIGHT_HOURS) for group in groups]
    home = _home(nights)
    work = _work(groups, home, local)
    places = [
        _place(group, _kind(number, home, work, group, local), local)
        for number, group in enumerate(groups)
    ]
    return sorted(places, key=lambda place: place.hours, reverse=True)


def trips_of(places: Sequence[Place], at: Times) -> list[Trip]:
    """Ways from one place to another, of which at least one fix is known.

    at   the times of all usable fixes, in order: `first_fix` and `last_fix` count in them
    """
    stays = sorted(
        ((stop, place) for place in places for stop in place.stops), key=lambda one: one[0].from_at
    )
    found = []
    for (left, start), (reached, end) in pairwise(stays):
        if start is end:
            continue
        first = int(np.searchsorted(at, to_us(left.to_at), side="right"))  # after the stay's last
        last = int(np.searchsorted(at, to_us(reached.from_at), side="left"))
        if first < last:
            found.append(Trip(left.to_at, reached.from_at, start.kind, end.kind, first, last))
    return found


def _goes_on(members: Sequence[int], index: int, at: Times, x: Floats, y: Floats) -> bool:
    """Whether the fix is of the stay: near its first fix, and not after too long a silence."""
    anchor, last = members[0], members[-1]
    near = float(np.hypot(x[index] - x[anchor], y[index] - y[anchor])) <= STOP_RADIUS_M
    return near and from_us(int(at[index])) - from_us(int(at[last])) <= SILENCE_MAX


def _stop(members: Sequence[int], at: Times, x: Floats, y: Floats) -> list[Stop]:
    if not members:
        return []
    start, end = from_us(int(at[members[0]])), from_us(int(at[members[-1]]))
    if end - start < STOP_MIN:
        return []
    where = np.array(members)
    return [Stop(start, end, float(np.median(x[where])), float(np.median(y[where])), len(members))]


def _apart_m(one: Stop, other: Stop) -> float:
    return float(np.hypot(one.x - other.x, one.y - other.y))


def _hours(stops: Sequence[Stop], local: ZoneInfo, wanted: frozenset[int]) -> float:
    """Hours of these stops that lie in hours of the local day."""
    return sum(
        (end - start) / timedelta(hours=1)
        for stop in stops
        for start, end in _local_hours(stop)
        if start.astimezone(local).hour in wanted
    )


def _local_hours(stop: Stop) -> list[tuple[datetime, datetime]]:
    """The stop cut at full hours (local hours begin with UTC's wherever clocks differ by hours)."""
    cuts = [stop.from_at]
    full = stop.from_at.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    while full < stop.to_at:
        cuts.append(full)
        full += timedelta(hours=1)
    return list(pairwise([*cuts, stop.to_at]))


def _home(nights: Sequence[float]) -> int | None:
    """Where most of the known nights were spent; None where no place holds half of them."""
    total = sum(nights)
    if not total:
        return None
    best = max(range(len(nights)), key=lambda number: nights[number])
    return best if nights[best] >= HOME_SHARE_MIN * total else None


def _work(groups: Sequence[Sequence[Stop]], home: int | None, local: ZoneInfo) -> int | None:
    """Where most weekday hours away from home were spent, on days enough."""
    best: tuple[float, int] | None = None
    for number, group in enumerate(groups):
        hours = _weekday_hours(group, local)
        days = [day for day, spent in hours.items() if spent >= WORK_HOURS_MIN]
        if number != home and len(days) >= WORK_DAYS_MIN:
            total = sum(hours.values())
            best = max(best or (0.0, -1), (total, number))
    return best[1] if best else None


def _weekday_hours(stops: Sequence[Stop], local: ZoneInfo) -> dict[object, float]:
    found: dict[object, float] = {}
    for stop in stops:
        for start, end in _local_hours(stop):
            there = start.astimezone(local)
            if there.weekday() < 5 and there.hour in DAY_HOURS:
                day = there.date()
                found[day] = found.get(day, 0.0) + (end - start) / timedelta(hours=1)
    return found


def _kind(
    number: int, home: int | None, work: int | None, group: Sequence[Stop], local: ZoneInfo
) -> PlaceKind:
    if number == home:
        return PlaceKind.HOME
    if number == work:
        return PlaceKind.WORK
    return PlaceKind.USUAL if len(_days(group, local)) >= WORK_DAYS_MIN else PlaceKind.OTHER


def _days(stops: Sequence[Stop], local: ZoneInfo) -> set[object]:
    return {stop.from_at.astimezone(local).date() for stop in stops}


def _place(group: Sequence[Stop], kind: PlaceKind, local: ZoneInfo) -> Place:
    weights = np.array([stop.length.total_seconds() for stop in group])
    return Place(
        kind,
        float(np.average([stop.x for stop in group], weights=weights)),
        float(np.average([stop.y for stop in group], weights=weights)),
        float(weights.sum() / 3600),
        len(_days(group, local)),
        tuple(sorted(group, key=lambda stop: stop.from_at)),
    )
