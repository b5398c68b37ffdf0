"""The nights the clocks change, and appointments that stay at their wall time."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from time import perf_counter

import pytest
from dateutil.rrule import rrulestr

from waypost.orders.appointments import occurrences, read_rule, walls
from waypost.orders.timetable import required_windows
from waypost.orders.values import (
    WEEKDAYS,
    Absence,
    Appointments,
    Order,
    OrderKind,
    Requirement,
    RequirementKind,
    TimetableRow,
)

FROM = datetime(2026, 1, 1, tzinfo=UTC)
ORDER = Order("O1", OrderKind.LICENCE, FROM, None)


def curfew(start, end, days=WEEKDAYS, **more):
    row = TimetableRow(tuple(days), start, end)
    return Requirement("R1", RequirementKind.CURFEW, timetable=(row,), **more)


def test_the_calendar_cases_of_the_clock_changes(shared):
    cases = json.loads((shared / "cases" / "calendar-cases.json").read_text())["uk_dst"]
    for case in cases:
        hours = case["rule"].split()[1].split("-")
        day = date.fromisoformat(case["starts_on"])
        asked = curfew(*hours, days=[WEEKDAYS[day.weekday()]], timezone=case["zone"])
        start = datetime.fromisoformat(case["start_utc"])
        end = datetime.fromisoformat(case["end_utc"])
        around = (start - timedelta(days=2), end + timedelta(days=2))
        assert required_windows(asked, ORDER, *around) == [(start, end)], case


def test_a_curfew_lasts_eleven_hours_on_the_march_night_and_thirteen_on_the_october_night():
    for day, hours in [(date(2026, 3, 28), 11), (date(2026, 10, 24), 13), (date(2026, 6, 1), 12)]:
        asked = curfew("19:00", "07:00", days=[WEEKDAYS[day.weekday()]])
        noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
        [(start, end)] = required_windows(asked, ORDER, noon, noon + timedelta(days=1))
        assert end - start == timedelta(hours=hours)


def test_equal_start_and_end_is_a_whole_day_and_whole_days_touch_into_one():
    asked = curfew("09:00", "09:00", days=["MO"])
    [(start, end)] = required_windows(asked, ORDER, FROM, FROM + timedelta(days=7))
    assert (start, end - start) == (datetime(2026, 1, 5, 9, tzinfo=UTC), timedelta(days=1))
    every_day = required_windows(curfew("09:00", "09:00"), ORDER, FROM, FROM + timedelta(days=400))
    assert every_day == [(FROM, FROM + timedelta(days=400))]


def test_an_exception_cuts_a_hole():
    away = Absence(datetime(2026, 1, 2, 20, tzinfo=UTC), datetime(2026, 1, 2, 22, tzinfo=UTC), "")
    asked = curfew("19:00", "07:00", days=["FR"], exceptions=(away,))
    assert required_windows(asked, ORDER, FROM, FROM + timedelta(days=7)) == [
        (datetime(2026, 1, 2, 19, tzinfo=UTC), away.from_at),
        (away.to_at, datetime(2026, 1, 3, 7, tzinfo=UTC)),
    ]


def weekly(rrule, hours=1):
    return Appointments(rrule, timedelta(hours=hours), timedelta(minutes=10))


def test_an_appointment_stays_at_ten_when_the_clocks_change():
    series = weekly("DTSTART;TZID=Europe/London:20260323T100000\nRRULE:FREQ=WEEKLY;COUNT=2")
    found = occurrences(series, FROM, FROM + timedelta(days=365))
    assert [one.from_at.hour for one in found] == [10, 9]  # GMT, then BST, in UTC
    assert found[0].to_at - found[0].from_at == timedelta(hours=1)


def test_until_exdate_and_rdate_are_kept():
    series = weekly(
        "DTSTART;TZID=Europe/London:20260302T100000\nRRULE:FREQ=WEEKLY;UNTIL=20260323T100000Z\n"
        "EXDATE;TZID=Europe/London:20260309T100000\nRDATE;TZID=Europe/London:20260311T100000"
    )
    found = occurrences(series, FROM, FROM + timedelta(days=365))
    assert [one.from_at.day for one in found] == [2, 11, 16, 23]


def test_a_rule_without_rrule_is_one_appointment_and_utc_is_taken_at_its_word():
    found = occurrences(weekly("DTSTART:20260601T100000Z"), FROM, FROM + timedelta(days=365))
    assert [one.from_at for one in found] == [datetime(2026, 6, 1, 10, tzinfo=UTC)]


def test_attendance_is_required_during_its_appointments_only():
    series = weekly("DTSTART;TZID=Europe/London:20260302T100000\nRRULE:FREQ=WEEKLY;COUNT=1")
    asked = Requirement("R4", RequirementKind.ATTENDANCE, appointments=(series,))
    windows = required_windows(asked, ORDER, FROM, FROM + timedelta(days=365))
    start = datetime(2026, 3, 2, 10, tzinfo=UTC)
    assert windows == [(start, start + timedelta(hours=1))]


@pytest.mark.parametrize(
    ("rule", "says"),
    [
        ("RRULE:FREQ=WEEKLY", "DTSTART"),
        ("DTSTART:20260302T100000\nRRULE:FREQ=SECONDLY", "day, week, month or year"),
        ("DTSTART:20260302T100000\nRRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", "no date"),
        ("DTSTART;TZID=Mars/Olympus:20260302T100000\nRRULE:FREQ=DAILY", "Mars"),
        ("DTSTART:2026-03-02\nRRULE:FREQ=DAILY", "RFC 5545"),
        ("hello", "not a line"),
    ],
)
def test_a_rule_that_is_none_is_refused_in_plain_words(rule, says):
    with pytest.raises(ValueError, match=says):
        read_rule(rule, "Europe/London")


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=DAILY;BYDAY=MO,TH;COUNT=5",
        "FREQ=DAILY;INTERVAL=3;BYMONTHDAY=-1,1,15;BYMONTH=3,4,5",
        "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,FR;BYMONTH=4,6",
        "FREQ=MONTHLY;BYDAY=FR;BYSETPOS=-1",
        "FREQ=MONTHLY;BYDAY=1MO;COUNT=4",
        "FREQ=YEARLY;BYMONTH=6;BYMONTHDAY=24",
        "FREQ=WEEKLY;BYDAY=MO;BYHOUR=14;BYMINUTE=30",
    ],
)
def test_rules_give_the_dates_that_plain_dateutil_gives(rule):
    """Counts and day filters are applied by us, for speed; the dates must not move."""
    start = datetime(2026, 3, 2, 10)
    last = start + timedelta(days=500)
    expected = list(rrulestr(rule, dtstart=start).between(start, last, inc=True))
    ours = read_rule(f"DTSTART;TZID=Europe/London:{start:%Y%m%dT%H%M%S}\nRRULE:{rule}", "UTC")
    assert walls(ours, start, last) == expected
    assert expected


def test_rules_that_never_occur_do_not_hold_up_a_file():
    began = perf_counter()
    for hour in range(24):
        rule = f"DTSTART:20260302T{hour:02d}0000\nRRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30"
        with pytest.raises(ValueError, match="no date"):
            read_rule(rule, "UTC")
    assert perf_counter() - began < 6  # one alone took 3 s
