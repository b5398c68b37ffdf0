"""A track: one person's fixes in order, each used or set aside and why, with the gaps between.

Pure. Nothing is drawn that was not observed: a gap is a gap, and the ends are where data ends. A
year is half a million fixes: `TrackTable` keeps them as columns and makes rows of those asked for;
`Track` is the same with every row made.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from waypost.clock import FOREVER_US, MICROSECOND, from_us, to_us
from waypost.geo import plane_for
from waypost.positions.order import Integers, integers
from waypost.positions.quality import SPEED_MAX_MPS, new_speed_state, speed_gate
from waypost.positions.schema import SET_ASIDE_WORDS, SetAside
from waypost.units import Mechanism

GAP = timedelta(minutes=5)  # longer without a usable fix is missing data (domain, section 3)
# What a track is made of; the rest of schema.FIXES need not be read for it.
TRACK_COLUMNS = (
    "activation", "measured_at", "received_at", "lat", "lon", "accuracy_m", "accuracy_stated",
    "mechanism", "speed_mps", "course_deg", "set_aside", "content_key",
)  # fmt: skip
Spans = Mapping[int, Sequence[tuple[datetime, datetime]]]
Speeds = Sequence[tuple[int, float]]  # (from, microseconds UTC; fastest possible, m/s), by time
ALWAYS: Speeds = ((-FOREVER_US, SPEED_MAX_MPS),)


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
    """A stretch without a usable fix, or without a shown one; open-ended at the window's ends."""

    from_at: datetime
    to_at: datetime
    held_back: bool = False  # there are fixes, which bear on no order and are not shown

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
    """What is known of where in [from_at, to_at): rows by time, gaps longer than GAP, events.

    held_back   fixes that are not shown (rules/bearing.py)
    """

    from_at: datetime
    to_at: datetime
    rows: tuple[TrackRow, ...]
    gaps: tuple[Gap, ...]
    events: tuple[TrackEvent, ...]
    held_back: int = 0


@dataclass(frozen=True, slots=True)
class Gaps:
    """Every gap of a track as columns: when, and the fixes beside it (-1: the window's edge, or a
    fix that is not shown).

    held_back   not a gap in what is known, but in what is shown
    """

    from_us: Integers
    to_us: Integers
    before: Integers
    after: Integers
    held_back: npt.NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.from_us)

    def listed(self, places: Sequence[int] | None = None) -> list[Gap]:
        """All of them, or those at these places."""
        wanted = range(len(self)) if places is None else places
        return [
            Gap(from_us(self.from_us[n]), from_us(self.to_us[n]), bool(self.held_back[n]))
            for n in wanted
        ]

    @property
    def silent(self) -> int:
        """How many are true gaps: nothing is known."""
        return int(np.count_nonzero(~self.held_back))

    @property
    def silence(self) -> timedelta:
        """Those together."""
        return timedelta(microseconds=int((self.to_us - self.from_us)[~self.held_back].sum()))


@dataclass(frozen=True, slots=True)
class TrackTable:
    """A track whose fixes are columns, by time, impossible speeds marked; a fix is its place here.

    fixes   TRACK_COLUMNS at least
    times   measured_at, microseconds
    used    which of them are judged
    held_back   how many others there are, which are not shown
    """

    from_at: datetime
    to_at: datetime
    fixes: pa.Table
    times: Integers
    used: npt.NDArray[np.bool_]
    gaps: Gaps
    events: tuple[TrackEvent, ...]
    held_back: int = 0

    def __len__(self) -> int:
        return int(self.fixes.num_rows)

    def numbers(self, name: str) -> npt.NDArray[np.float64]:
        """A column of measures."""
        column = self.fixes[name].cast(pa.float64())
        return np.asarray(column.to_numpy(), dtype=np.float64)

    def rows(self, places: Sequence[int] | None = None) -> list[TrackRow]:
        """The fixes at these places as rows; all of them without."""
        if places is None:
            return _rows(self.fixes)
        return _rows(self.fixes.take(pa.array(places, pa.int64())))

    def only(self, shown: npt.NDArray[np.bool_]) -> TrackTable:
        """The track with these fixes alone; where others are is a stretch held back, and silence
        is silence still, as far as it lasted."""
        if bool(shown.all()):
            return self
        gaps = _gaps(self.times, self.used, to_us(self.from_at), to_us(self.to_at), shown)
        return TrackTable(
            self.from_at, self.to_at, self.fixes.filter(pa.array(shown)), self.times[shown],
            self.used[shown], gaps, self.events, int(np.count_nonzero(~shown)),
        )  # fmt: skip

    def track(self) -> Track:
        """The same with every row made."""
        gaps = tuple(self.gaps.listed())
        return Track(
            self.from_at, self.to_at, tuple(self.rows()), gaps, self.events, self.held_back
        )


def track_of(
    fixes: pa.Table,
    events: pa.Table,
    from_at: datetime,
    to_at: datetime,
    speeds: Speeds = ALWAYS,
) -> Track:
    """The track of one person's fixes and events (schema.FIXES, schema.EVENTS), in any order.

    speeds   the fastest possible that judging goes by, from when
    """
    return table_of(fixes, events, from_at, to_at, speeds).track()


def table_of(
    fixes: pa.Table,
    events: pa.Table,
    from_at: datetime,
    to_at: datetime,
    speeds: Speeds = ALWAYS,
) -> TrackTable:
    """The same, with the fixes left as columns."""
    fixes = with_speed_judged(_by_time(fixes), speeds)
    times = integers(fixes, "measured_at")
    used = np.asarray(integers(fixes, "set_aside") == SetAside.USABLE, dtype=np.bool_)
    gaps = _gaps(times, used, to_us(from_at), to_us(to_at))
    return TrackTable(from_at, to_at, fixes, times, used, gaps, tuple(_events(_by_time(events))))


def with_speed_judged(fixes: pa.Table, speeds: Speeds = ALWAYS) -> pa.Table:
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
        cuts = np.searchsorted(times, [from_us for from_us, _ in speeds[1:]])
        state, begin = new_speed_state(), 0
        rejected = np.zeros(usable.size, dtype=np.uint8)
        for end, (_, speed_mps) in zip((*cuts, usable.size), speeds, strict=True):
            part = slice(begin, end)
            rejected[part] = speed_gate(
                state, times[part], x[part], y[part], accuracy[part], speed_mps
            )
            begin = end
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
    times = integers(table, "measured_at")
    if bool(np.all(times[1:] > times[:-1])):  # of one activation they come so
        return table
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


def _gaps(
    times: Integers,
    used: npt.NDArray[np.bool_],
    from_us: int,
    to_us: int,
    shown: npt.NDArray[np.bool_] | None = None,
) -> Gaps:
    """Stretches longer than GAP between usable fixes, the window's edges counted in; and, however
    short, those between two shown fixes where others are not shown.

    shown   of each fix; None: all are
    """
    judged = np.flatnonzero(used)
    seen = np.ones(len(judged), np.bool_) if shown is None else shown[judged]
    edges = np.concatenate([[from_us], times[judged], [to_us]]).astype(np.int64)
    numbers = np.where(seen, np.cumsum(seen) - 1, -1)  # among the shown and used
    places = np.flatnonzero(used if shown is None else used[shown])
    beside = np.concatenate([[-1], np.where(seen, np.append(places, -1)[numbers], -1), [-1]])
    is_silent = np.diff(edges) > GAP // MICROSECOND
    hidden = np.concatenate([[False], ~seen, [False]])
    is_held = ~is_silent & (hidden[:-1] | hidden[1:])
    # One stretch of held-back steps is one entry; each silence is one of its own.
    begins = np.flatnonzero(is_silent | (is_held & ~np.concatenate([[False], is_held[:-1]])))
    ends = np.flatnonzero(is_silent | (is_held & ~np.concatenate([is_held[1:], [False]])))
    return Gaps(
        edges[begins], edges[ends + 1], beside[begins].astype(np.int64),
        beside[ends + 1].astype(np.int64), is_held[begins],
    )  # fmt: skip
