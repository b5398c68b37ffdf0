"""Required windows: sorted, disjoint, inside every bound, and the same time as a slow twin says."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

import timetable_words
from waypost.orders.bank_holidays import bank_holidays, is_bank_holiday
from waypost.orders.timetable import appointments_of, required_windows
from waypost.orders.values import (
    WEEKDAYS,
    Absence,
    Appointments,
    BankHolidayDivision,
    BankHolidays,
    Order,
    OrderKind,
    Requirement,
    RequirementKind,
    TimetableRow,
)
from waypost.units import OrderRef, RequirementRef

ZONES = ["Europe/London", "America/New_York", "Australia/Lord_Howe", "UTC", "Asia/Kathmandu"]
clocks = timetable_words.clocks([0, 15, 30, 59])
# Around Easter and the March change, and around the October change, as the instants below.
dates = st.dates(date(2026, 3, 20), date(2026, 4, 8)) | st.dates(
    date(2026, 10, 18), date(2026, 11, 2)
)
rows = timetable_words.rows(clocks, dates)
instants = st.datetimes(datetime(2026, 3, 20), datetime(2026, 4, 8)).map(
    lambda at: at.replace(second=0, microsecond=0, tzinfo=UTC)
) | st.datetimes(datetime(2026, 10, 18), datetime(2026, 11, 2)).map(
    lambda at: at.replace(second=0, microsecond=0, tzinfo=UTC)
)
absences = st.builds(
    lambda at, hours: Absence(at, at + timedelta(hours=hours), "work"), instants, st.integers(1, 40)
)
requirements = st.builds(
    lambda kind, table, zone, away, start, end, release, division: Requirement(
        RequirementRef("R"), kind, timetable=table, timezone=zone,
        exceptions=tuple(away), from_at=start, to_at=end, release_day=release,
        bank_holiday_division=division,
    ),
    st.sampled_from([RequirementKind.CURFEW, RequirementKind.CURFEW, RequirementKind.EXCLUSION]),
    st.none() | timetable_words.tables(rows),
    st.sampled_from(ZONES),
    st.lists(absences, max_size=3),
    st.none() | instants,
    st.none() | instants,
    timetable_words.releases(clocks, dates),
    st.sampled_from(BankHolidayDivision),
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
    here = instant.astimezone(ZoneInfo(requirement.timezone)).date()
    nearby = [here + timedelta(days=n) for n in range(-3, 3)]
    release = requirement.release_day if requirement.kind is RequirementKind.CURFEW else None
    if release is not None:
        if lasts(release.on_date, release.start, release.end, requirement.timezone, instant):
            return True
        nearby = [day for day in nearby if day > release.on_date]
    if requirement.timetable is None:
        return here in nearby
    return any(
        started(row, day, requirement, order, instant)
        for row in requirement.timetable
        for day in nearby
    )


def started(row: TimetableRow, day, requirement: Requirement, order: Order, instant) -> bool:
    if WEEKDAYS[day.weekday()] not in row.days:
        return False
    if (row.from_date and day < row.from_date) or (row.to_date and day > row.to_date):
        return False
    zone = ZoneInfo(requirement.timezone)
    anchor = row.anchor_date or row.from_date or order.from_at.astimezone(zone).date()
    weeks = {monday_of(anchor) + timedelta(weeks=n * row.every_weeks) for n in range(-60, 60)}
    if monday_of(day) not in weeks:
        return False
    holiday = is_bank_holiday(day, requirement.bank_holiday_division)
    if row.bank_holidays is not BankHolidays.AS_USUAL and holiday != (row.bank_holidays == "only"):
        return False
    return lasts(day, row.start, row.end, requirement.timezone, instant)


def monday_of(day: date) -> date:
    year, week, _ = day.isocalendar()
    return date.fromisocalendar(year, week, 1)


def lasts(day: date, start_clock: str, end_clock: str, timezone: str, instant) -> bool:
    next_day = day + timedelta(days=1) if end_clock <= start_clock else day
    zone = ZoneInfo(timezone)
    start = datetime.combine(day, time.fromisoformat(start_clock), zone).astimezone(UTC)
    end = datetime.combine(next_day, time.fromisoformat(end_clock), zone).astimezone(UTC)
    return start <= instant < end


@given(requirements, orders, instants)
def test_narrowing_a_row_never_asks_for_more(requirement, order, instant):
    """Dates, rotas and bank holidays only ever take time away from the row as it stands alone."""
    plain = replace(
        requirement,
        timetable=requirement.timetable
        and tuple(TimetableRow(row.days, row.start, row.end) for row in requirement.timetable),
    )
    span = (instant - timedelta(days=2), instant + timedelta(days=2))
    widest = required_windows(plain, order, *span)
    for start, end in required_windows(requirement, order, *span):
        assert any(one[0] <= start and end <= one[1] for one in widest)


@given(rows, orders, instants)
def test_a_row_and_its_complement_on_bank_holidays_are_the_row_as_usual(row, order, instant):
    asked = Requirement(RequirementRef("R"), RequirementKind.CURFEW)
    span = (instant - timedelta(days=5), instant + timedelta(days=5))
    usual = replace(row, bank_holidays=BankHolidays.AS_USUAL)
    split = tuple(replace(row, bank_holidays=one) for one in (BankHolidays.NOT, BankHolidays.ONLY))
    assert required_windows(replace(asked, timetable=split), order, *span) == required_windows(
        replace(asked, timetable=(usual,)), order, *span
    )


@given(rows, orders, instants, st.sampled_from([2, 3, 4]))
def test_the_weeks_of_a_rota_share_the_time_out_and_leave_none_over(row, order, instant, weeks):
    """n rotas of n weeks, each a week later, are the row in every week."""
    anchor = row.anchor_date or date(2026, 3, 23)
    shares = tuple(
        replace(row, every_weeks=weeks, anchor_date=anchor + timedelta(weeks=n))
        for n in range(weeks)
    )
    asked = Requirement(RequirementRef("R"), RequirementKind.CURFEW)
    span = (instant - timedelta(days=9), instant + timedelta(days=9))
    whole = replace(asked, timetable=(replace(row, every_weeks=1),))
    assert required_windows(replace(asked, timetable=shares), order, *span) == required_windows(
        whole, order, *span
    )


series = st.builds(
    lambda day, hour, rule, minutes, holidays: Appointments(
        f"DTSTART;TZID=Europe/London:{day:%Y%m%d}T{hour:02d}0000\nRRULE:FREQ={rule}",
        timedelta(minutes=minutes), bank_holidays=holidays,
    ),
    st.dates(date(2026, 1, 1), date(2026, 3, 30)),
    st.integers(0, 23),
    st.sampled_from(["DAILY", "WEEKLY", "WEEKLY;INTERVAL=2", "DAILY;BYDAY=MO,FR"]),
    st.sampled_from([15, 60, 600]),
    st.sampled_from([BankHolidays.AS_USUAL, BankHolidays.NOT]),
)  # fmt: skip


@given(st.lists(series, min_size=1, max_size=3), orders, instants)
def test_appointments_are_the_required_time_and_none_begins_on_a_bank_holiday_it_stops_on(
    asked_series, order, instant
):
    asked = Requirement(
        RequirementRef("R"), RequirementKind.ATTENDANCE, appointments=tuple(asked_series)
    )
    span = (instant - timedelta(days=5), instant + timedelta(days=5))
    found = appointments_of(asked, order, *span)
    assert found == sorted(found, key=lambda one: (one.from_at, one.to_at))
    windows = required_windows(asked, order, *span)
    inside = [one for one in found if one.to_at <= min(order.to_at or span[1], span[1])]
    assert all(any(a <= one.from_at and one.to_at <= b for a, b in windows) for one in inside)
    if all(one.bank_holidays is BankHolidays.NOT for one in asked_series):
        days = {one.from_at.astimezone(ZoneInfo("Europe/London")).date() for one in found}
        assert not days & bank_holidays(BankHolidayDivision.ENGLAND_AND_WALES, 2026)
