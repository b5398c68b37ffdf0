"""Stories about rules: a day in a few lines, the rows expected, judged three ways that must agree.

    18:50  away  12 m                    a fix, its R95; received at once
    19:02  out 30  8 m  received 19:20   30 m outside the zone's edge, uploaded late
    19:03  out 30  90 m cell             measured by cells; wifi and beacon are others, else GNSS
    19:00  tick                          the clock moves; nobody does

Places: `home` and `inside` are the middle of the zone, `away` and `outside` 2 km from it, `in N`
and `out N` lie N metres on that side of its edge, `across N` out on the far side of it. Times are
local; one that is earlier than the line before is on the next day. Each story goes through the
compiled replay, through fold and project as the live worker calls them, and through the plain twin.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pytest

from explained import check_explained
from waypost.clock import to_us
from waypost.geo import BRITISH
from waypost.orders.timetable import required_windows
from waypost.orders.values import (
    Order,
    OrderKind,
    PersonOrders,
    ReleaseDay,
    Requirement,
    RequirementKind,
    TimetableRow,
    Zone,
)
from waypost.positions.quality import SpeedGate, Spot, content_keys
from waypost.rules import step as plain
from waypost.rules.distrust import Neighbours
from waypost.rules.fold import FixArrays, fold, initial_state, project
from waypost.rules.plan import compile_plan
from waypost.rules.replay import replay
from waypost.rules.timeline import ParameterTimeline
from waypost.rules.values import Certainty, How, Parameters
from waypost.units import Mechanism

HOME = (51.55, -0.06)
RADIUS_M = 60.0
DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
WORDS = {
    RequirementKind.CURFEW: "away from curfew address",
    RequirementKind.EXCLUSION: "inside exclusion zone",
    RequirementKind.INCLUSION: "outside inclusion zone",
    RequirementKind.RESTRICTION: "outside restriction zone",
}
LINE = re.compile(
    r"(?P<at>\d\d:\d\d(:\d\d)?)\s+(?P<place>tick|home|away|inside|outside|(in|out|across) \d+)"
    r"(\s+(?P<r95>\d+) m)?(\s+(?P<how>wifi|cell|beacon))?"
    r"(\s+received (?P<received>\d\d:\d\d(:\d\d)?))?$"
)


@dataclass(frozen=True)
class Line:
    at: datetime
    received_at: datetime
    d_m: float | None  # signed distance to the zone's edge; None: a tick
    r95_m: float
    mechanism: Mechanism = Mechanism.GNSS
    across: bool = False  # on the far side of the zone

    @property
    def north_m(self) -> float:
        """North of the zone's middle."""
        return (RADIUS_M + self.d_m) * (-1 if self.across else 1)


@pytest.fixture
def rule_story():
    """Tell a story: one requirement, a day, and the rows that must come out of it.

    curfew, exclusion, inclusion, restriction   "19:00-07:00" with any words after it, or "always"
    expect   rows as "19:00-19:25 away from curfew address"; further facts may be added, in this
             order: ", certain", ", 25.0 min", ", raised 19:10", ", passage" (its shape)
    says     what the rows' sentences must say, each in one of them
    until    as of when (default: the last receipt)
    order_from   when the order begins (default: a minute before the first line)
    release  the day of release and its hours, of a curfew: "2026-03-03 19:00-23:00"
    """
    return tell


def tell(
    *,
    day: str,
    expect: list[str],
    curfew: str = "",
    exclusion: str = "",
    inclusion: str = "",
    restriction: str = "",
    says: Sequence[str] = (),
    starts_on: str = "2026-03-02",
    until: str = "",
    order_from: str = "",
    release: str = "",
    parameters: Parameters | ParameterTimeline | None = None,
) -> None:
    numbers = parameters or Parameters()
    zone = ZoneInfo("Europe/London")
    kind, words = next(
        (kind, text)
        for kind, text in (
            (RequirementKind.CURFEW, curfew),
            (RequirementKind.EXCLUSION, exclusion),
            (RequirementKind.INCLUSION, inclusion),
            (RequirementKind.RESTRICTION, restriction),
        )
        if text
    )
    first = date.fromisoformat(starts_on)
    lines, end = read_day(day, first, zone, until)
    order_at = lines[0].at - timedelta(minutes=1)
    if order_from:
        order_at = datetime.combine(first, time.fromisoformat(order_from), zone).astimezone(UTC)
    person = a_person(kind, words, order_at, release)
    outcomes = {
        "replay": by_replay(person, lines, end, numbers),
        "live": by_live(person, lines, end, numbers),
        "plain": by_twin(person, lines, end, numbers),
    }
    shown = [show(row, kind, zone) for row in outcomes["replay"] if not row.withdrawn]
    withdrawn = [
        "withdrawn " + show(row, kind, zone) for row in outcomes["replay"] if row.withdrawn
    ]
    shown += withdrawn
    assert len(shown) == len(expect), shown
    for seen, hoped in zip(shown, expect, strict=True):
        assert seen.startswith(hoped), shown
    sentences = [reason for row in outcomes["replay"] for reason in row.reasons]
    for hoped in says:
        assert any(hoped in sentence for sentence in sentences), sentences
    standing = [bare(row) for row in outcomes["replay"] if not row.withdrawn]
    assert standing == [bare(row) for row in outcomes["live"]], "live differs from replay"
    assert standing == [bare(row) for row in outcomes["plain"]], "the twin differs from replay"
    check_explained(person, fixes_of(lines), outcomes["replay"], end, numbers)


def read_day(text: str, first: date, zone: ZoneInfo, until: str) -> tuple[list[Line], datetime]:
    lines: list[Line] = []
    day, last = first, time(0)
    for raw in text.strip().splitlines():
        match = LINE.match(raw.strip())
        assert match, f"not a line of a story: {raw!r}"
        wall = time.fromisoformat(match["at"])
        if wall < last:
            day += timedelta(days=1)
        last = wall
        at = datetime.combine(day, wall, zone).astimezone(UTC)
        received_at = at
        if match["received"]:
            received = time.fromisoformat(match["received"])
            received_day = day + timedelta(days=1) if received < wall else day
            received_at = datetime.combine(received_day, received, zone).astimezone(UTC)
        how = Mechanism[match["how"].upper()] if match["how"] else Mechanism.GNSS
        place, r95_m = match["place"], float(match["r95"] or 0)
        across = place.startswith("across")
        lines.append(Line(at, received_at, distance(place), r95_m, how, across))
    end = max((line.received_at for line in lines), default=datetime.combine(day, last, zone))
    if until:
        wall = time.fromisoformat(until)
        day = day + timedelta(days=1) if wall < last else day
        end = datetime.combine(day, wall, zone).astimezone(UTC)
    return lines, end


def distance(place: str) -> float | None:
    if place == "tick":
        return None
    if place in ("home", "inside"):
        return -RADIUS_M
    if place in ("away", "outside"):
        return 2000.0
    side, metres = place.split()
    return -float(metres) if side == "in" else float(metres)


def a_person(
    kind: RequirementKind, words: str, order_at: datetime, release: str = ""
) -> PersonOrders:
    timetable = None
    if not words.startswith("always"):
        start, end = words.split()[0].rstrip(",").split("-")
        timetable = (TimetableRow(DAYS, start, end),)
    zone = Zone({"type": "Point", "coordinates": [HOME[1], HOME[0]]}, radius_m=RADIUS_M)
    released = None
    if release:
        day, hours = release.split()
        released = ReleaseDay(date.fromisoformat(day), *hours.split("-"))
    requirement = Requirement("R", kind, (zone,), timetable, release_day=released)
    order = Order("O", OrderKind.COMMUNITY_ORDER, order_at, None, (requirement,))
    return PersonOrders("P", (order,))


def fixes_of(lines: list[Line]) -> FixArrays:
    fixes = [line for line in lines if line.d_m is not None]
    (east,), (north,) = BRITISH.project(*HOME)
    along = np.array([line.north_m for line in fixes])
    lat, lon = BRITISH.unproject(np.full(len(fixes), east), north + along)
    r95 = np.array([line.r95_m for line in fixes], dtype=np.float64)
    mechanism = np.array([line.mechanism for line in fixes], dtype=np.int8)
    return FixArrays(
        measured_us=np.array([to_us(line.at) for line in fixes], dtype=np.int64),
        received_us=np.array([to_us(line.received_at) for line in fixes], dtype=np.int64),
        lat=lat,
        lon=lon,
        accuracy_m=r95,
        mechanism=mechanism,
        content_key=content_keys(lat, lon, r95.astype(np.float32), mechanism),
        set_aside=np.zeros(len(fixes), dtype=np.int8),
    )


def table_of(fixes: FixArrays, person: str = "P") -> pa.Table:
    """The same fixes as a file's table, as far as replay reads it."""
    stamp = pa.timestamp("us", tz="UTC")
    return pa.table(
        {
            "person": pa.array([person] * len(fixes.measured_us), pa.string()),
            "measured_at": pa.array(fixes.measured_us).cast(stamp),
            "received_at": pa.array(fixes.received_us).cast(stamp),
            "lat": fixes.lat,
            "lon": fixes.lon,
            "accuracy_m": fixes.accuracy_m.astype(np.float32),
            "mechanism": fixes.mechanism,
            "set_aside": fixes.set_aside,
            "content_key": fixes.content_key,
        }
    )


def by_replay(person, lines, end, numbers):
    rows = replay([person], table_of(fixes_of(lines)), now=end, parameters=numbers)
    return [row for _, row in rows]


def by_live(person, lines, end, numbers):
    """As the worker does: fold what is next in time, look at ticks, never let a tick change."""
    plan = compile_plan(
        person, numbers, from_at=person.orders[0].from_at, to_at=end + timedelta(days=2)
    )
    state, rows = initial_state(plan), []
    for line in sorted(lines, key=lambda line: line.at):
        if line.d_m is None:
            project(plan, state, line.at)
            continue
        folded = fold(plan, type(state).from_bytes(state.to_bytes()), fixes_of([line]))
        state, rows = folded.state, rows + folded.rows
    rows += project(plan, state, end, count_to_now=True).rows
    return sorted(rows, key=lambda row: (row.from_at, row.certainty))


def by_twin(person, lines, end, numbers):
    order = person.orders[0]
    (requirement,) = order.requirements
    windows = required_windows(requirement, order, order.from_at, end + timedelta(days=2))
    inside = requirement.kind is not RequirementKind.EXCLUSION
    rule = plain.Rule(inside, tuple(windows), numbers, None if inside else crosses)
    fixes: list[plain.Seen] = []
    gate, neighbours = SpeedGate(), Neighbours()
    for line in sorted(lines, key=lambda line: line.at):
        if line.d_m is None:
            continue
        spot = Spot(to_us(line.at), 0.0, line.north_m, line.r95_m)
        gate, rejected = gate.step(spot, rule.numbers(line.at).speed_max_mps)
        if rejected:
            continue
        neighbours, belied = neighbours.step(spot, rule.numbers(line.at))
        doubts = fixes[-1].at if belied else None
        fixes.append(
            plain.Seen(
                line.at, line.received_at, line.d_m, line.r95_m, line.mechanism,
                0.0, line.north_m, doubts,
            )
        )  # fmt: skip
    state, rows = plain.fold(rule, fixes)
    rows += plain.tick(state, rule, end, count_to_now=True)
    return sorted(rows, key=lambda row: (row.from_at, row.certainty))


def crosses(one: plain.Seen, other: plain.Seen) -> bool:
    """Whether the way on the line north through the zone's middle meets the zone."""
    return min(one.y_m, other.y_m) <= RADIUS_M and max(one.y_m, other.y_m) >= -RADIUS_M


def bare(row):
    minutes = row.counted / timedelta(minutes=1) if isinstance(row, plain.Row) else row.minutes
    return row.from_at, row.to_at, row.certainty, round(minutes, 3), shape(row)


def shape(row) -> How:
    """As the machine alone tells it: within required time, see outcomes."""
    return row.how if row.how in (How.PASSAGE, How.NO_FIX, How.AGED) else How.NONE


def show(row, kind: RequirementKind, zone: ZoneInfo) -> str:
    words = "cannot tell" if row.certainty is Certainty.CANNOT_TELL else WORDS[kind]
    to = clock(row.to_at, zone) if row.to_at else "now"
    return (
        f"{clock(row.from_at, zone)}-{to} {words}, {row.certainty}, {row.minutes:.1f} min, "
        f"raised {clock(row.raised_at, zone)}, {shape(row)}"
    )


def clock(at: datetime, zone: ZoneInfo) -> str:
    wall = at.astimezone(zone)
    return f"{wall:%H:%M}" if not wall.second else f"{wall:%H:%M:%S}"
