"""Stories of one requirement of any kind: a day in lines, judged by replay, live and late alike.

    09:58  there  12 m                   a fix in the middle of the zone, its R95; received at once
    10:12  away   12 m received 10:30    2 km off; uploaded late
    10:20  out 40 20 m                   40 m outside the zone's edge (`in 40`: inside it)
    10:30  tick                          the clock moves; nobody does

Times are local; one that is earlier than the line before is on the next day. Rows are shown as
"10:00-10:31 late, certain, 31.0 min, raised 10:12": the shape, or the kind where it has none.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa

from waypost.clock import to_us
from waypost.geo import BRITISH
from waypost.orders.values import (
    Appointments,
    Order,
    OrderKind,
    PersonOrders,
    Requirement,
    RequirementKind,
    TimetableRow,
    Zone,
)
from waypost.positions.quality import content_keys
from waypost.rules.fold import FixArrays, fold, initial_state, project
from waypost.rules.plan import compile_plan
from waypost.rules.replay import replay
from waypost.rules.values import Certainty, Parameters

LONDON = ZoneInfo("Europe/London")
PLACE = (51.55, -0.06)
RADIUS_M = 60.0
DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
LINE = re.compile(
    r"(?P<at>\d\d:\d\d(:\d\d)?)\s+(?P<place>tick|there|away|(in|out) \d+)"
    r"(\s+(?P<r95>\d+) m)?(\s+received (?P<received>\d\d:\d\d(:\d\d)?))?$"
)


@dataclass(frozen=True)
class Line:
    at: datetime
    received_at: datetime
    d_m: float | None  # signed distance to the zone's edge; None: a tick
    r95_m: float


def tell(
    requirement: Requirement,
    day: str,
    expect: list[str],
    *,
    until: str = "",
    starts_on: str = "2026-03-02",
    order_from: str = "00:00",
    parameters: Parameters | None = None,
) -> None:
    """Tell a story of one requirement: the rows that must come of the day, whoever judges it.

    until   as of when (default: the last receipt)
    """
    numbers = parameters or Parameters()
    first = date.fromisoformat(starts_on)
    lines, end = read_day(day, first, until)
    order_at = datetime.combine(first, time.fromisoformat(order_from), LONDON).astimezone(UTC)
    person = a_person(requirement, order_at)
    rows = by_replay(person, lines, end, numbers)
    shown = [show(row) for row in rows if not row.withdrawn]
    shown += ["withdrawn " + show(row) for row in rows if row.withdrawn]
    assert len(shown) == len(expect), shown
    for seen, hoped in zip(shown, expect, strict=True):
        assert seen.startswith(hoped), shown
    standing = [bare(row) for row in rows if not row.withdrawn]
    assert standing == [bare(row) for row in in_order(person, lines, end, numbers)], "live differs"
    assert standing == [bare(row) for row in at_once(person, lines, end, numbers)], "late differs"


def appointment(
    at: str = "10:00",
    *,
    minutes: int = 60,
    grace: int = 10,
    stay: int | None = None,
    days: str = "MO",
    starts_on: str = "20260302",
) -> Requirement:
    series = Appointments(
        f"DTSTART;TZID=Europe/London:{starts_on}T{at.replace(':', '')}00\n"
        f"RRULE:FREQ=WEEKLY;BYDAY={days}",
        timedelta(minutes=minutes),
        timedelta(minutes=grace),
        None if stay is None else timedelta(minutes=stay),
    )
    return Requirement("R", RequirementKind.ATTENDANCE, (a_zone(),), appointments=(series,))


def requirement(kind: RequirementKind, hours: str = "", **more) -> Requirement:
    timetable = None
    if hours:
        timetable = tuple(TimetableRow(DAYS, *one.strip().split("-")) for one in hours.split(","))
    zones = () if kind is RequirementKind.TRAIL else (a_zone(),)
    return replace(Requirement("R", kind, zones, timetable), **more)


def a_zone(radius_m: float = RADIUS_M) -> Zone:
    return Zone({"type": "Point", "coordinates": [PLACE[1], PLACE[0]]}, radius_m=radius_m)


def a_person(one: Requirement, order_at: datetime) -> PersonOrders:
    order = Order("O", OrderKind.COMMUNITY_ORDER, order_at, None, (one,))
    return PersonOrders("P", (order,))


def read_day(text: str, first: date, until: str) -> tuple[list[Line], datetime]:
    lines: list[Line] = []
    day, last = first, time(0)
    for raw in text.strip().splitlines():
        match = LINE.match(raw.strip())
        assert match, f"not a line of a story: {raw!r}"
        wall = time.fromisoformat(match["at"])
        day, last = day + timedelta(days=wall < last), wall
        at = datetime.combine(day, wall, LONDON).astimezone(UTC)
        received_at = at
        if match["received"]:
            received = time.fromisoformat(match["received"])
            late = day + timedelta(days=received < wall)
            received_at = datetime.combine(late, received, LONDON).astimezone(UTC)
        lines.append(Line(at, received_at, distance(match["place"]), float(match["r95"] or 0)))
    end = max((line.received_at for line in lines), default=datetime.combine(day, last, LONDON))
    if until:
        wall = time.fromisoformat(until)
        end = datetime.combine(day + timedelta(days=wall < last), wall, LONDON).astimezone(UTC)
    return lines, end


def distance(place: str) -> float | None:
    if place == "tick":
        return None
    if place == "there":
        return -RADIUS_M
    if place == "away":
        return 2000.0
    side, metres = place.split()
    return float(metres) * (1 if side == "out" else -1)


def fixes_of(lines: list[Line]) -> FixArrays:
    fixes = [line for line in lines if line.d_m is not None]
    (east,), (north,) = BRITISH.project(*PLACE)
    along = np.array([RADIUS_M + line.d_m for line in fixes])
    lat, lon = BRITISH.unproject(np.full(len(fixes), east), north + along)
    r95 = np.array([line.r95_m for line in fixes], dtype=np.float64)
    gnss = np.ones(len(fixes), dtype=np.int8)
    return FixArrays(
        measured_us=np.array([to_us(line.at) for line in fixes], dtype=np.int64),
        received_us=np.array([to_us(line.received_at) for line in fixes], dtype=np.int64),
        lat=lat,
        lon=lon,
        accuracy_m=r95,
        mechanism=gnss,
        content_key=content_keys(lat, lon, r95.astype(np.float32), gnss),
        set_aside=np.zeros(len(fixes), dtype=np.int8),
    )


def table_of(fixes: FixArrays) -> pa.Table:
    stamp = pa.timestamp("us", tz="UTC")
    return pa.table(
        {
            "person": pa.array(["P"] * len(fixes.measured_us), pa.string()),
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


def in_order(person, lines, end, numbers):
    """As the live lane: one fix after another, the state written and read between them."""
    plan = plan_of(person, end, numbers)
    state, rows = initial_state(plan), []
    for line in sorted(lines, key=lambda line: line.at):
        if line.received_at > end:
            continue
        if line.d_m is None:
            project(plan, state, line.at)
            continue
        folded = fold(plan, type(state).from_bytes(state.to_bytes()), fixes_of([line]))
        state, rows = folded.state, rows + folded.rows
    return ordered([*rows, *project(plan, state, end, count_to_now=True).rows])


def at_once(person, lines, end, numbers):
    """As the late lane: the whole history in one fold."""
    plan = plan_of(person, end, numbers)
    known = [line for line in lines if line.received_at <= end]
    folded = fold(plan, initial_state(plan), fixes_of(known))
    return ordered([*folded.rows, *project(plan, folded.state, end, count_to_now=True).rows])


def plan_of(person, end, numbers):
    return compile_plan(
        person, numbers, from_at=person.orders[0].from_at, to_at=end + timedelta(days=2)
    )


def ordered(rows):
    return sorted(rows, key=lambda row: (row.from_at, row.requirement_id, row.certainty))


def bare(row):
    return row.from_at, row.to_at, row.kind, row.how, row.certainty, round(row.minutes, 3)


def show(row) -> str:
    words = row.how.replace("_", " ") or row.kind.replace("_", " ")
    if row.certainty is Certainty.CANNOT_TELL and row.how in ("", "no_fix", "aged"):
        words = "cannot tell"
    to = clock(row.to_at) if row.to_at else "now"
    return (
        f"{clock(row.from_at)}-{to} {words}, {row.certainty}, {row.minutes:.1f} min, "
        f"raised {clock(row.raised_at)}"
    )


def clock(at: datetime) -> str:
    wall = at.astimezone(LONDON)
    return f"{wall:%H:%M}" if not wall.second else f"{wall:%H:%M:%S}"
