"""A track: one person's fixes in order, each used or set aside and why, with the gaps between.

Pure. Nothing is drawn that was not observed: a gap is a gap, and the ends are where data ends.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa

from waypost.clock import to_us
from waypost.geo import plane_for
from waypost.positions.order import integers
from waypost.positions.quality import SPEED_MAX_MPS, new_speed_state, speed_gate
from waypost.positions.schema import SET_ASIDE_WORDS, SetAside
from waypost.units import Mechanism

GAP = timedelta(minutes=5)  # longer without a usable fix is missing data (domain, section 3)
Spans = Mapping[int, Sequence[tuple[datetime, datetime]]]


@dataclass(frozen=True, slots=True)
class TrackRow:
    """One fix as people are shown it: R95 in metres, why it is not judged (None: it is)."""

    measured_at: datetime
    received_at: datetime
    lat: float
    lon: float
    accuracy_m: float
    accuracy_stated: bool
    mechanism: Mechanism
    speed_mps: float | None
    course_deg: float | None
    set_aside: SetAside
    words: str  # "used", or why not
    activation: int

    @property
    def used(self) -> bool:
        return self.set_aside is SetAside.USABLE


@dataclass(frozen=True, slots=True)
class Gap:
    """A stretch without a usable fix; open-ended at the ends of the window."""

    from_at: datetime
    to_at: datetime

    @property
    def length(self) -> timedelta:
        return self.to_at - self.from_at


@dataclass(frozen=True, slots=True)
class TrackEvent:
    measured_at: datetime
    received_at: datetime
    kind: str
    attributes: Mapping[str, Any]
    words: str
    activation: int


@dataclass(frozen=True, slots=True)
class Track:
    """What is known of where in [from_at, to_at): rows by time, gaps longer than GAP, events."""

    from_at: datetime
    to_at: datetime
    rows: tuple[TrackRow, ...]
    gaps: tuple[Gap, ...]
    events: tuple[TrackEvent, ...]


def track_of(fixes: pa.Table, events: pa.Table, from_at: datetime, to_at: datetime) -> Track:
    """The track of one person's fixes and events (schema.FIXES, schema.EVENTS), in any order."""
    fixes, events = (_by_time(table) for table in (fixes, events))
    rows = tuple(_rows(with_speed_judged(fixes)))
    return Track(from_at, to_at, rows, _gaps(rows, from_at, to_at), tuple(_events(events)))


def with_speed_judged(fixes: pa.Table, speed_max_mps: float = SPEED_MAX_MPS) -> pa.Table:
    """One person's fixes by time, those at an impossible speed marked among the usable ones."""
    marks = np.array(integers(fixes, "set_aside"), dtype=np.int8)
    usable = np.flatnonzero(marks == SetAside.USABLE)
    if usable.size:
        lat, lon, accuracy = (
            fixes[name].cast(pa.float64()).to_numpy()[usable]
            for name in ("lat", "lon", "accuracy_m")
        )
        x, y = plane_for(float(lat[0]), float(lon[0])).project(lat, lon)
        times = integers(fixes, "measured_at")[usable]
        rejected = speed_gate(new_speed_state(), times, x, y, accuracy, speed_max_mps)
        marks[usable[rejected == 1]] = SetAside.IMPOSSIBLE_SPEED
    place = fixes.schema.get_field_index("set_aside")
    return fixes.set_column(place, fixes.schema.field(place), pa.array(marks))


def only_live(table: pa.Table, spans: Spans) -> pa.Table:
    """The rows measured while an order was live; `spans` is half-open times per activation."""
    activation, measured = integers(table, "activation"), integers(table, "measured_at")
    live = np.zeros(table.num_rows, dtype=np.bool_)
    for number, several in spans.items():
        mine = activation == number
        for start, end in several:
            live |= mine & (measured >= to_us(start)) & (measured < to_us(end))
    return table.filter(pa.array(live))


def _by_time(table: pa.Table) -> pa.Table:
    return table.sort_by([("measured_at", "ascending"), ("content_key", "ascending")])


def _rows(fixes: pa.Table) -> list[TrackRow]:
    return [
        TrackRow(
            row["measured_at"], row["received_at"], row["lat"], row["lon"], row["accuracy_m"],
            row["accuracy_stated"], Mechanism(row["mechanism"]), row["speed_mps"],
            row["course_deg"], SetAside(row["set_aside"]),
            SET_ASIDE_WORDS[SetAside(row["set_aside"])], row["activation"],
        )
        for row in fixes.to_pylist()
    ]  # fmt: skip


def _events(events: pa.Table) -> list[TrackEvent]:
    return [
        TrackEvent(
            row["measured_at"], row["received_at"], row["kind"], json.loads(row["attributes"]),
            SET_ASIDE_WORDS[SetAside(row["set_aside"])], row["activation"],
        )
        for row in events.to_pylist()
    ]  # fmt: skip


def _gaps(rows: Sequence[TrackRow], from_at: datetime, to_at: datetime) -> tuple[Gap, ...]:
    """Stretches longer than GAP between usable fixes, the window's edges counted in."""
    times = [from_at, *(row.measured_at for row in rows if row.used), to_at]
    return tuple(Gap(start, end) for start, end in pairwise(times) if end - start > GAP)
