"""The hours a timetable takes: what lint counts is what is required, by the windows themselves."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

import timetable_words
from waypost.orders.hours import hours_by_day, load_of, narrowed
from waypost.orders.timetable import clip, required_windows
from waypost.orders.values import (
    Order,
    OrderKind,
    Requirement,
    RequirementKind,
    TimetableRow,
)
from waypost.units import OrderRef, RequirementRef

# A Monday, in UTC all year round, with a bank holiday in the third week.
START = datetime(2026, 5, 4, tzinfo=UTC)
DAYS = 35
HOUR = timedelta(hours=1)
clocks = timetable_words.clocks([0, 30])
dates = st.dates(START.date(), START.date() + timedelta(days=DAYS))
tables = timetable_words.tables(timetable_words.rows(clocks, dates))
releases = timetable_words.releases(clocks, dates)


def hours_of_each_day(requirement: Requirement, order: Order) -> list[float]:
    windows = required_windows(requirement, order, START, START + timedelta(days=DAYS))
    midnights = [START + timedelta(days=n) for n in range(DAYS)]
    return [
        sum((end - start) / HOUR for start, end in clip(windows, at, at + timedelta(days=1)))
        for at in midnights
    ]


@given(tables, releases)
def test_the_load_is_what_the_windows_take(table, release):
    requirement = Requirement(
        RequirementRef("R"), RequirementKind.CURFEW, timetable=table, timezone="UTC",
        release_day=release,
    )  # fmt: skip
    order = Order(OrderRef("O"), OrderKind.HDC, START - timedelta(days=21), None)
    days = hours_of_each_day(requirement, order)
    load = load_of(requirement, order, START, START + timedelta(days=DAYS - 1))
    weeks = [sum(days[n : n + 7]) for n in range(0, DAYS, 7)]
    assert load.day_max == pytest.approx(max(days))
    assert load.week_max == pytest.approx(max(weeks))
    if narrowed(requirement):  # else a common week has no first and last day
        assert load.day_min == pytest.approx(min(days[1:-1]))


@given(tables)
def test_a_common_week_has_the_hours_of_a_week_of_windows(table):
    plain = tuple(TimetableRow(row.days, row.start, row.end) for row in table)
    asked = Requirement(
        RequirementRef("R"), RequirementKind.CURFEW, timetable=plain, timezone="UTC"
    )
    order = Order(OrderRef("O"), OrderKind.HDC, START - timedelta(days=21), None)
    assert hours_by_day(plain) == hours_of_each_day(asked, order)[:7]
    always = replace(asked, timetable=None)
    assert hours_by_day(None) == hours_of_each_day(always, order)[:7] == [24.0] * 7
