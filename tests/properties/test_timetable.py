"""Required windows: sorted, disjoint, inside every bound, and the same time as a slow twin says."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from waypost.orders.timetable import required_windows
from waypost.orders.values import (
    WEEKDAYS,
    Absence,
    Order,
    OrderKind,
    Requirement,
    RequirementKind,
    TimetableRow,
)
from waypost.units import OrderRef, RequirementRef

ZONES = ["Europe/London", "America/New_York", "Australia/Lord_Howe", "UTC", "Asia/Kathmandu"]
clocks = st.builds(
    lambda h, m: f"{h:02d}:{m:02d}", st.integers(0, 23), st.sampled_from([0, 15, 30, 59])
)
rows = st.builds(
    lambda days, start, end: TimetableRow(tuple(sorted(days)), start, end),
    st.sets(st.sampled_from(WEEKDAYS), min_size=1),
    clocks,
    clocks,
)
instants = st.datetimes(datetime(2026, 3, 20), datetime(2026, 4, 8)).map(
    lambda at: at.replace(second=0, microsecond=0, tzinfo=UTC)
) | st.datetimes(datetime(2026, 10, 18), datetime(2026, 11, 2)).map(
    lambda at: at.replace(second=0, microsecond=0, tzinfo=UTC)
)
absences = st.builds(
    lambda at, hours: Absence(at, at + timedelta(hours=hours), "work"), instants, st.integers(1, 40)
)
requirements = st.builds(
    lambda table, zone, away, start, end: Requirement(
        RequirementRef("R"), RequirementKind.CURFEW, timetable=table, timezone=zone,
        exceptions=tuple(away), from_at=start, to_at=end,
    ),
    st.none() | st.lists(rows, min_size=1, max_size=3).map(tuple),
    st.sampled_from(ZONES),
    st.lists(absences, max_size=3),
    st.none() | instants,
    st.none() | instants,
)  # fmt: skip
orders = st.builds(
    lambda start, end: Order(OrderRef("O"), OrderKind.LICENCE, start, end),
    instants,
    st.none() | instants,
)


@given(requirements, orders, instants, instants)
def test_windows_are_sorted_disjoint_and_inside_every_bound(requirement, order, from_at, to_at):
    windows = required_windows(requirement, order, from_at, to_at)
    starts = [from_at, order.from_at, requirement.from_at or from_at]
    ends = [to_at, order.to_at or to_at, requirement.to_at or to_at]
    for start, end in windows:
        assert max(starts) <= start < end <= min(ends)
        assert (start.tzinfo, end.tzinfo) == (UTC, UTC)
        assert not any(away.from_at < end and start < away.to_at for away in requirement.exceptions)
    assert all(end < start for (_, end), (start, _) in pairwise(windows))


@given(requirements, orders, instants, st.integers(1, 96), st.integers(0, 96 * 4))
def test_asking_for_part_of_the_time_gives_that_part(requirement, order, from_at, hours, offset):
    """The worker asks for short horizons, replay for long ones: they must agree."""
    to_at = from_at + timedelta(hours=hours)
    whole = required_windows(requirement, order, from_at - timedelta(days=9), to_at + timedelta(9))
    part = required_windows(requirement, order, from_at, to_at)
    instant = from_at + timedelta(minutes=15 * offset)
    if instant < to_at:
        assert holds(part, instant) == holds(whole, instant)


@given(requirements, orders, instants)
def test_an_instant_is_required_when_the_slow_twin_says_so(requirement, order, instant):
    windows = required_windows(requirement, order, instant - timedelta(1), instant + timedelta(1))
    assert holds(windows, instant) == required_at(requirement, order, instant)


def holds(windows, instant) -> bool:
    return any(start <= instant < end for start, end in windows)


def required_at(requirement: Requirement, order: Order, instant: datetime) -> bool:
    """Slow and obvious: look at every date nearby, and at every bound by itself."""
    bounds = [(order.from_at, order.to_at), (requirement.from_at or instant, requirement.to_at)]
    if any(instant < start or (end and instant >= end) for start, end in bounds):
        return False
    if any(away.from_at <= instant < away.to_at for away in requirement.exceptions):
        return False
    if requirement.timetable is None:
        return True
    here = instant.astimezone(ZoneInfo(requirement.timezone)).date()
    return any(
        started(row, here + timedelta(days=n), requirement.timezone, instant)
        for row in requirement.timetable
        for n in range(-3, 3)
    )


def started(row: TimetableRow, day, timezone: str, instant: datetime) -> bool:
    if WEEKDAYS[day.weekday()] not in row.days:
        return False
    next_day = day + timedelta(days=1) if row.end <= row.start else day
    zone = ZoneInfo(timezone)
    start = datetime.combine(day, time.fromisoformat(row.start), zone).astimezone(UTC)
    end = datetime.combine(next_day, time.fromisoformat(row.end), zone).astimezone(UTC)
    return start <= instant < end
