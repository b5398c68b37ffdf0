"""The timetable editor as a field: rows as typed, hours as orders have them, the week they bind."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from waypost.orders.fields import Desk
from waypost.orders.read import read_requirement
from waypost.orders.timetable import required_windows
from waypost.orders.values import (
    WEEKDAYS,
    Absence,
    BankHolidays,
    Order,
    OrderKind,
    Requirement,
    RequirementKind,
    TimetableRow,
)
from waypost.units import OrderRef, RequirementRef
from waypost.web.presenters.timetable_field import (
    ROWS_MAX,
    TimetableField,
    read_clock,
    read_timetable_field,
    timetable_field,
)
from waypost.web.presenters.week import bounds_of, week_of

NOW = datetime(2026, 3, 24, 12, tzinfo=UTC)
CURFEW = RequirementKind.CURFEW
DATES = ("from_date", "to_date", "anchor_date")


def sent(text: str, *, order: OrderKind = OrderKind.COMMUNITY_ORDER) -> TimetableField:
    return read_timetable_field(QueryDict(text), "h", kind=CURFEW, order_kind=order, now=NOW)


def row(n: int, days: str, start: str, end: str) -> str:
    chosen = "".join(f"&h-{n}-days={day}" for day in days.split())
    return f"&h-{n}-start={start}&h-{n}-end={end}{chosen}"


def posted_again(field: TimetableField) -> TimetableField:
    """What a browser would send of the field as shown, read."""
    query = QueryDict(mutable=True)
    query["h-rows"], query["h-exceptions"] = str(len(field.rows)), str(len(field.sent_exceptions))
    if field.always:
        query["h-always"] = "yes"
    for n, one in enumerate(field.rows):
        query.setlist(f"h-{n}-days", list(one.days))
        for name in ("start", "end", "bank_holidays", "every_weeks", *DATES):
            query[f"h-{n}-{name}"] = getattr(one, name)
    for n, one in enumerate(field.sent_exceptions):
        query[f"h-exception-{n}-from"], query[f"h-exception-{n}-to"] = one.start, one.end
        query[f"h-exception-{n}-reason"] = one.reason
    return read_timetable_field(query, "h", kind=CURFEW, now=NOW)


@pytest.mark.parametrize(
    ("typed", "clock"),
    [("19:00", "19:00"), ("1900", "19:00"), ("7pm", "19:00"), ("7 PM", "19:00"), ("12am", "00:00"),
     ("12pm", "12:00"), ("730", "07:30"), ("19.30", "19:30"), ("7", "07:00"), ("24:00", "24:00"),
     ("noon", "noon"), ("13pm", "13pm"), ("", "")],
)  # fmt: skip
def test_a_time_of_day_is_read_as_people_type_it(typed, clock):
    assert read_clock(typed) == clock


def test_rows_become_the_orders_file_s_timetable():
    field = sent("h-rows=2" + row(0, "MO TU", "7pm", "07:00") + row(1, "SU", "22:00", "24:00"))
    assert field.problems == ()
    assert field.timetable_data == [
        {"days": ["MO", "TU"], "start": "19:00", "end": "07:00"},
        {"days": ["SU"], "start": "22:00", "end": "00:00"},
    ]
    desk = Desk()
    data = {"requirement_id": "R", "kind": "trail", "timetable": field.timetable_data}
    requirement = read_requirement(desk, "", data)
    assert requirement is not None
    assert requirement.timetable == field.timetable


def test_a_row_past_midnight_says_so():
    field = sent("h-rows=2" + row(0, "MO", "19:00", "07:00") + row(1, "MO", "09:00", "17:00"))
    assert [one.note for one in field.rows] == [
        "12 hours, past midnight to 07:00 the next day",
        "8 hours",
    ]


def test_at_all_times_is_no_timetable_whatever_the_rows_hold():
    field = sent("h-always=yes&h-rows=1" + row(0, "", "wrong", ""))
    assert field.timetable is None
    assert field.timetable_data is None
    assert field.problems == ()
    assert field.week is not None
    assert field.week.hours == 167, "the clocks go forward on its Sunday"


def test_what_is_wrong_stands_at_its_row_and_leads_to_its_box():
    field = sent("h-rows=2" + row(0, "MO", "19:00", "07:00") + row(1, "", "25:00", "x"))
    assert [where for where, _ in field.trouble] == ["h-1-days-MO", "h-1-start", "h-1-end"]
    assert field.rows[0].trouble == ""
    assert field.rows[1].trouble == (
        "Choose at least one day. Enter a time of day, like 19:00 or 7pm"
    )
    assert field.timetable is None
    assert field.week is None


def test_no_hours_at_all_are_a_problem_only_when_the_form_is_sent():
    assert sent("h-rows=1").problems
    assert sent("h-rows=1&h-show=yes").problems == ()
    assert sent("h-rows=1&h-show=yes").again


def test_adding_and_deleting_rows_keeps_the_others():
    both = "h-rows=2" + row(0, "MO", "19:00", "07:00") + row(1, "SU", "10:00", "12:00")
    more = sent(both + "&h-add=yes")
    assert more.again
    assert [one.start for one in more.rows] == ["19:00", "10:00", ""]
    less = sent(both + "&h-remove=0")
    assert [one.start for one in less.rows] == ["10:00"]
    assert [one.start for one in sent("h-rows=1&h-remove=0").rows] == [""], (
        "one row is always there"
    )


def test_no_more_rows_than_a_form_can_hold_are_read():
    field = sent(f"h-rows=9999&h-add=yes{row(0, 'MO', '19:00', '07:00')}")
    assert len(field.rows) == ROWS_MAX
    assert sent("h-rows=1e9").rows


def test_an_exception_takes_time_out_of_the_week_and_is_kept_as_instants():
    text = (
        "h-rows=1&h-exceptions=1&h-exception-0-from=2026-03-29T19:00"
        "&h-exception-0-to=2026-03-29T23:00&h-exception-0-reason=Work"
    )
    field = sent(text + row(0, "SU", "19:00", "24:00"))
    assert field.exceptions == (
        Absence(
            datetime(2026, 3, 29, 18, tzinfo=UTC), datetime(2026, 3, 29, 22, tzinfo=UTC), "Work"
        ),
    )
    assert field.week is not None
    assert field.week.days[6].words == "23:00 to 24:00"
    assert field.exceptions_data[0]["from"] == "2026-03-29T18:00:00Z"


@pytest.mark.parametrize(
    "dates", ["from=2026-03-29T19:00", "from=x&h-exception-0-to=2026-03-29T19:00",
              "from=2026-03-29T19:00&h-exception-0-to=2026-03-29T18:00"],
)  # fmt: skip
def test_an_exception_without_a_beginning_or_an_end_is_a_problem(dates):
    field = sent(f"h-rows=1&h-exceptions=1&h-exception-0-{dates}" + row(0, "SU", "19:00", "24:00"))
    assert len(field.problems) == 1
    assert field.sent_exceptions[0].trouble


def test_more_than_the_law_allows_is_said_and_not_refused():
    field = sent("h-rows=1" + row(0, " ".join(WEEKDAYS), "12:00", "09:00"))
    assert field.problems == ()
    assert [one.kind for one in field.findings] == [
        "curfew_over_day_maximum",
        "curfew_over_week_maximum",
    ]
    assert sent("h-rows=1" + row(0, " ".join(WEEKDAYS), "12:00", "09:00"),
                order=OrderKind.LICENCE).odd == ["21 hours in a day"]  # fmt: skip


@pytest.mark.parametrize(
    ("asked", "monday"),
    [("h-week=2026-10-25", "2026-10-19"), ("h-week=2026-10-25&h-week-to=2026-11-02", "2026-11-02"),
     ("h-week=soon", "2026-03-23"), ("", "2026-03-23"), ("h-week=0001-01-01", "2026-03-23")],
)  # fmt: skip
def test_the_week_shown_is_the_one_asked_for_else_this_one(asked, monday):
    field = sent(f"h-rows=1&{asked}" + row(0, "SU", "19:00", "07:00"))
    assert field.week is not None
    assert field.week.monday == date.fromisoformat(monday)


def test_the_day_on_which_the_clocks_go_back_is_drawn_25_hours_long():
    field = sent("h-rows=1&h-week=2026-10-25" + row(0, "SA", "19:00", "07:00"))
    assert field.week is not None
    sunday = field.week.days[6]
    assert sunday.minutes == 25 * 60
    assert sunday.note == "clocks go back: 25 hours"
    assert sunday.words == "00:00 to 07:00"
    assert sunday.hours == 8, "the night lasts an hour longer"
    assert sunday.ticks == (420, 780, 1140), "six o'clock comes seven hours after midnight"


days_or_none = st.none() | st.dates(date(2025, 1, 1), date(2027, 12, 31))


@st.composite
def hours(draw) -> TimetableRow:
    """Any row that can be read: a rota says from which week it counts."""
    start, end = draw(st.integers(0, 1439)), draw(st.integers(0, 1439))
    first, last, anchor = draw(days_or_none), draw(days_or_none), draw(days_or_none)
    chosen = draw(st.sets(st.sampled_from(WEEKDAYS), min_size=1))
    return TimetableRow(
        tuple(day for day in WEEKDAYS if day in chosen),
        f"{start // 60:02d}:{start % 60:02d}",
        f"{end // 60:02d}:{end % 60:02d}",
        draw(st.sampled_from(BankHolidays)),
        first,
        last if first is None or last is None or last >= first else first,
        draw(st.integers(1, 4)) if anchor or first else 1,
        anchor,
    )


weeks = st.dates(date(2024, 1, 1), date(2028, 12, 31))


@given(st.lists(hours(), min_size=1, max_size=4), weeks)
def test_the_week_shows_exactly_what_will_bind(rows, day):
    """The strips added up are the required time of the rules, to the minute, in every week."""
    field = timetable_field("h", rows, kind=CURFEW, now=NOW, monday=day)
    assert field.week is not None
    start, end = bounds_of(field.week.monday, "Europe/London")
    requirement = Requirement(RequirementRef("R"), CURFEW, timetable=tuple(rows))
    order = Order(OrderRef("O"), OrderKind.LICENCE, start - timedelta(days=99), None)
    windows = required_windows(requirement, order, start, end)
    assert field.week.required == sum((b - a for a, b in windows), timedelta())
    drawn = [
        (start + sum((timedelta(minutes=d.minutes) for d in field.week.days[:n]), timedelta())
         + timedelta(minutes=block.at), block.minutes)
        for n, one in enumerate(field.week.days)
        for block in one.blocks
    ]  # fmt: skip
    for at, minutes in drawn:
        middle = at + timedelta(minutes=minutes) / 2
        assert any(a <= middle < b for a, b in windows)


@given(
    st.one_of(st.none(), st.lists(hours(), min_size=1, max_size=5)),
    st.lists(st.tuples(weeks, st.integers(0, 1439), st.integers(1, 5000)), max_size=2),
)
def test_a_field_shown_and_sent_back_is_the_same_hours(rows, absences):
    exceptions = tuple(
        Absence(at, at + timedelta(minutes=length), "Work")
        for day, minute, length in absences
        if 1 < (at := datetime(day.year, day.month, day.day, tzinfo=UTC)
                + timedelta(minutes=minute)).month < 3  # a doubled hour would be its first
    )  # fmt: skip
    shown = timetable_field("h", rows, kind=CURFEW, now=NOW, exceptions=exceptions)
    back = posted_again(shown)
    assert back.problems == ()
    assert back.timetable == (None if rows is None else tuple(rows))
    assert back.exceptions == exceptions


def test_what_narrows_a_row_is_read_and_the_week_shows_what_is_left():
    """Good Friday is 3 April 2026, Easter Monday the 6th."""
    rows = (
        "h-rows=2&h-0-bank_holidays=not&h-1-bank_holidays=only&h-week=2026-04-06"
        + row(0, "MO TU", "19:00", "22:00") + row(1, "MO", "10:00", "12:00")
    )  # fmt: skip
    field = sent(rows)
    assert field.week is not None
    monday, tuesday = field.week.days[:2]
    assert (monday.words, monday.note) == ("10:00 to 12:00", "bank holiday")
    assert tuesday.words == "19:00 to 22:00"
    assert field.usual_hours is None, "there is no common week"
    assert field.timetable_data[0]["bank_holidays"] == "not"


def test_a_fortnight_says_from_which_week_it_counts():
    fortnight = "h-rows=1&h-0-every_weeks=2&h-week=2026-03-24" + row(0, "MO", "19:00", "22:00")
    assert sent(fortnight).trouble == [
        ("h-0-anchor_date", "Enter the date of a week in which it binds")
    ]
    odd, even = (sent(f"{fortnight}&h-0-anchor_date={day}") for day in ("2026-03-23", "2026-03-30"))
    assert odd.week is not None
    assert even.week is not None
    assert (odd.week.hours, even.week.hours) == (3, 0)


def test_hours_bind_only_while_the_order_lasts():
    field = timetable_field(
        "h", None, kind=CURFEW, now=NOW, order_from=datetime(2026, 3, 25, tzinfo=UTC),
        order_to=datetime(2026, 3, 25, 6, tzinfo=UTC),
    )  # fmt: skip
    assert field.week is not None
    assert field.week.hours == 6


@pytest.mark.parametrize("weeks", ["0", "99", "two", "-1"])
def test_a_rota_of_no_such_number_of_weeks_is_a_problem(weeks):
    field = sent(f"h-rows=1&h-0-every_weeks={weeks}" + row(0, "MO", "19:00", "22:00"))
    assert [where for where, _ in field.trouble] == ["h-0-every_weeks"]


def test_a_week_names_those_before_and_after_it():
    week = week_of(date(2026, 3, 23), [], "Europe/London")
    assert (week.before, week.sunday, week.after) == (
        date(2026, 3, 16), date(2026, 3, 29), date(2026, 3, 30),
    )  # fmt: skip
    assert {one.words for one in week.days} == {"nothing required"}
