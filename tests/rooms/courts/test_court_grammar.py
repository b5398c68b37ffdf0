"""The small grammar of courts' free words: what is read, and what is left to a person."""

from __future__ import annotations

from datetime import datetime

import pytest

from waypost.courts.grammar import (
    after,
    read_date,
    read_distance,
    read_hours,
    read_period,
    read_place,
    read_time,
)
from waypost.courts.values import Period
from waypost.orders.values import WEEKDAYS

ALL, WEEK = WEEKDAYS, WEEKDAYS[:5]


@pytest.mark.parametrize(
    ("words", "days", "start", "end"),
    [
        ("Between:22:00 And:06:00 Every day", ALL, "22:00", "06:00"),
        ("Between the hours of 7pm and 7am daily.", ALL, "19:00", "07:00"),
        ("7.30 pm to 6am each night", ALL, "19:30", "06:00"),
        ("2200 hrs until 0600 hrs nightly", ALL, "22:00", "06:00"),
        ("Mon -fri 7 AM -7 PM", WEEK, "07:00", "19:00"),
        ("Monday to Friday 7pm to 7am", WEEK, "19:00", "07:00"),
        ("noon to midnight on weekdays", WEEK, "12:00", "00:00"),
        ("9pm to 6am Mon, Wed and Fri", ("MO", "WE", "FR"), "21:00", "06:00"),
        ("Friday to Monday 20:00 - 23:00", ("MO", "FR", "SA", "SU"), "20:00", "23:00"),
        ("weekends 09:00 to 17:00", ("SA", "SU"), "09:00", "17:00"),
        ("12am to 12pm every day", ALL, "00:00", "12:00"),
        ("18:00 to 24:00 daily", ALL, "18:00", "00:00"),
    ],
)
def test_hours_are_read_where_every_word_has_a_meaning(words, days, start, end):
    (row,) = read_hours(words).rows
    assert (row.days, row.start, row.end) == (days, start, end)


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("", "No hours"),
        ("as the court ordered", "no time of day"),
        ("Between 22:00 and 06:00", "no days are named"),
        ("Between:18:00 And:19:00 2", "unclear: “2”"),
        ("daily 9pm to 6am except Sundays", "on both sides"),
        ("no curfew every day 9pm to 6am", "unclear: “no”"),
        ("from Monday 7pm to Friday 7am", "Days stand between"),
        ("every day 9pm to 6am and 1pm to 2pm", "4 times of day"),
        ("25:00 to 06:00 every day", "1 times of day"),
        ("weekends 22:00 to 06:00", "which nights"),
    ],
)
def test_hours_that_leave_a_choice_are_not_read(words, why):
    read = read_hours(words)
    assert read.rows is None
    assert why in read.why


def test_what_weekend_nights_may_be_is_offered_and_not_chosen():
    assert [rows[0].days for _, rows in read_hours("22:00 to 06:00 on weekends").readings] == [
        ("SA", "SU"), ("FR", "SA"), ("FR", "SA", "SU"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("words", "metres"),
    [
        ("5 miles radius of", 8046.72), ("2miles", 3218.688), ("300 m", 300.0), ("1.5km", 1500.0),
        ("a radius of half a mile", 804.672), ("200 yards", 182.88),
    ],
)  # fmt: skip
def test_a_distance_with_its_unit_is_read(words, metres):
    assert read_distance(words).metres == pytest.approx(metres)


def test_a_distance_without_its_unit_is_offered_in_each():
    read = read_distance("radius of 2")
    assert read.metres is None
    assert "without a unit" in read.why
    assert [words for words, _ in read.choices] == ["2 miles", "2 kilometres", "2 metres"]


def test_a_small_m_may_be_miles():
    assert [words for words, _ in read_distance("2m").choices] == ["2 miles", "2 metres"]


@pytest.mark.parametrize("words", ["", "far away", "2 miles or 3 miles", "2 miles by car"])
def test_no_distance_is_made_of_other_words(words):
    assert read_distance(words).metres is None


def test_a_postcode_in_an_address_is_the_place():
    read = read_place("48 Fir Street, London E8 3QW")
    assert read.found is not None
    assert (round(read.found.lat, 2), round(read.found.lon, 2)) == (51.54, -0.06)


@pytest.mark.parametrize(
    ("words", "why"),
    [("Croydon", "no place by that name"), ("E8 3QW or N1 1AA", "2 postcodes"),
     ("ZZ1 1ZZ", "not in the directory"), (" ", "No place")],
)  # fmt: skip
def test_a_place_that_is_not_one_place_is_not_read(words, why):
    read = read_place(words)
    assert read.found is None
    assert why in read.why


def test_periods_and_dates_are_strict():
    assert read_period("6 Months") == Period(6, "month")
    assert read_period("a while") is None
    assert read_period("0 days") is None
    assert after(datetime(2024, 8, 31), Period(6, "month")) == datetime(2025, 2, 28)
    assert after(datetime(9999, 12, 1), Period(1, "year")) is None
    assert read_date("31/02/2026") is None
    assert read_date("28/02/2026").isoformat() == "2026-02-28"
    assert read_time("24:00") is None
