"""How fast a history is replayed, beside a bare distance pass over the same fixes and zones.

The baseline projects nothing, sorts nothing and judges nothing: one vectorised numpy pass that
gives each fix its distance to the same four zones. The ratio says what judging costs on top.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Sized
from datetime import UTC, datetime

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from waypost.clock import to_us
from waypost.geo import BRITISH
from waypost.orders.values import (
    WEEKDAYS,
    Order,
    OrderKind,
    PersonOrders,
    Requirement,
    RequirementKind,
    TimetableRow,
    Zone,
)
from waypost.rules.replay import replay
from waypost.units import Mechanism, OrderRef, PersonRef, RequirementRef

Floats = npt.NDArray[np.float64]

FIXES = 2_000_000
FIXES_EACH = 4_000  # a fix a minute for nearly three days
START = datetime(2026, 3, 2, tzinfo=UTC)
MIDDLE = (530_000.0, 184_000.0)  # Camden, on the National Grid
CORNERS = 20
CIRCLE_M = 300.0
HOME_M = 60.0


def bench(arguments: argparse.Namespace) -> int:
    """`waypost bench rules`."""
    print(bench_rules((arguments.rows or FIXES) / FIXES))
    return 0


def bench_rules(scale: float = 1.0) -> str:
    """Replay against the bare pass, as text. scale 1.0 is 2 M fixes of 500 persons."""
    count = max(1, round(FIXES / FIXES_EACH * scale))
    places = homes(count)
    persons = [bench_person(index, places[index]) for index in range(count)]
    table, east, north = bench_fixes(places)
    replay(persons[:1], table.slice(0, 10))  # compile, or load what was compiled
    bare_s, _ = _timed(lambda: _bare(east, north, places))
    replay_s, rows = _timed(lambda: replay(persons, table))
    fixes = table.num_rows
    return (
        f"rules: {fixes:,} fixes, {count} persons, 4 requirements each, {rows:,} rows\n"
        f"  replay         {replay_s:6.2f} s  {fixes / replay_s:12,.0f} fixes/s\n"
        f"  bare distances {bare_s:6.2f} s  {fixes / bare_s:12,.0f} fixes/s\n"
        f"  ratio          {replay_s / bare_s:6.2f}"
    )


def _timed(work: Callable[[], Sized | None]) -> tuple[float, int]:
    begun = time.perf_counter()
    found = work()
    return time.perf_counter() - begun, len(found or ())


def homes(count: int) -> Floats:
    """Where so many live, metres on the National Grid."""
    chance = np.random.default_rng(2)
    return np.array(MIDDLE) + chance.uniform(-6_000, 6_000, (count, 2))


def _polygon() -> Floats:
    """A ring of 20 corners about the middle, open, in metres."""
    turn = np.linspace(0, 2 * np.pi, CORNERS, endpoint=False)
    reach = 800 + 200 * np.sin(5 * turn)
    return np.column_stack([MIDDLE[0] + reach * np.cos(turn), MIDDLE[1] + reach * np.sin(turn)])


def _degrees(places: Floats) -> list[list[float]]:
    lat, lon = BRITISH.unproject(places[:, 0], places[:, 1])
    return [[float(x), float(y)] for x, y in zip(lon, lat, strict=True)]


def _disc(place: Floats, radius_m: float) -> Zone:
    (point,) = _degrees(place.reshape(1, 2))
    return Zone({"type": "Point", "coordinates": point}, radius_m=radius_m)


def bench_person(index: int, home: Floats) -> PersonOrders:
    """Of whom four things are asked."""
    ring = _degrees(_polygon())
    polygon = Zone({"type": "Polygon", "coordinates": [[*ring, ring[0]]]})
    middle = np.array(MIDDLE)
    night, school = (
        (TimetableRow(WEEKDAYS, start, end),)
        for start, end in (("19:00", "07:00"), ("08:00", "16:00"))
    )
    asked = (
        _asked("polygon", RequirementKind.EXCLUSION, polygon, None),
        _asked("circle", RequirementKind.EXCLUSION, _disc(middle + 3_000, CIRCLE_M), None),
        _asked("curfew", RequirementKind.CURFEW, _disc(home, HOME_M), night),
        _asked("timed", RequirementKind.EXCLUSION, _disc(middle - 3_000, CIRCLE_M), school),
    )
    order = Order(OrderRef("O"), OrderKind.COMMUNITY_ORDER, START, None, asked)
    return PersonOrders(PersonRef(f"P{index}"), (order,))


def _asked(
    name: str, kind: RequirementKind, zone: Zone, hours: tuple[TimetableRow, ...] | None
) -> Requirement:
    return Requirement(RequirementRef(name), kind, (zone,), hours)


def bench_fixes(homes: Floats) -> tuple[pa.Table, Floats, Floats]:
    """Everybody wanders about home, a fix a minute, by time as a day's file is; metres beside."""
    chance = np.random.default_rng(1)
    count = len(homes)
    wander = np.cumsum(chance.normal(0, 30, (FIXES_EACH, count, 2)), axis=0)
    places = homes[None] + wander * (np.sin(np.arange(FIXES_EACH) / 230) > 0)[:, None, None]
    east, north = places[..., 0].ravel(), places[..., 1].ravel()
    lat, lon = BRITISH.unproject(east, north)
    total = lat.size
    measured = to_us(START) + np.repeat(np.arange(FIXES_EACH) * 60_000_000, count)
    owner = np.tile(np.arange(count, dtype=np.int32), FIXES_EACH)
    stamp = pa.timestamp("us", tz="UTC")
    accuracy = chance.choice(np.array([4, 8, 15, 30, 250], dtype=np.float32), total)
    table = pa.table(
        {
            "person": pa.DictionaryArray.from_arrays(owner, [f"P{n}" for n in range(count)]),
            "measured_at": pa.array(measured).cast(stamp),
            "received_at": pa.array(measured + 2_000_000).cast(stamp),
            "lat": lat,
            "lon": lon,
            "accuracy_m": accuracy,
            "mechanism": np.full(total, Mechanism.GNSS, dtype=np.int8),
            "set_aside": np.zeros(total, dtype=np.int8),
            "content_key": np.arange(total),
        }
    )
    return table, east, north


def _bare(east: Floats, north: Floats, homes: Floats) -> None:
    """The distance of each fix to the four zones, and nothing else."""
    ring = _polygon()
    nearest = np.full(east.size, np.inf)
    for (x1, y1), (x2, y2) in zip(ring, np.roll(ring, -1, axis=0), strict=True):
        dx, dy = x2 - x1, y2 - y1
        along = ((east - x1) * dx + (north - y1) * dy) / (dx * dx + dy * dy)
        along = np.clip(along, 0, 1)
        nearest = np.minimum(nearest, np.hypot(east - x1 - along * dx, north - y1 - along * dy))
    for x, y in (np.array(MIDDLE) + 3_000, np.array(MIDDLE) - 3_000):
        nearest = np.hypot(east - x, north - y) - CIRCLE_M
    centres = np.tile(homes, (FIXES_EACH, 1))
    nearest = np.hypot(east - centres[:, 0], north - centres[:, 1]) - HOME_M
    assert nearest.size == east.size
