"""Staggered hours, rotas, bank holidays and the day of release: each in wall time, on the nights
the clocks change and on any other. Told as stories: the hours, then every window in local time."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from waypost.orders.timetable import appointments_of, required_windows
from waypost.orders.values import (
    WEEKDAYS,
    Absence,
    Appointments,
    BankHolidayDivision,
    BankHolidays,
    Order,
    OrderKind,
    ReleaseDay,
    Requirement,
    RequirementKind,
    TimetableRow,
)

LONDON = ZoneInfo("Europe/London")
NOT, ONLY = BankHolidays.NOT, BankHolidays.ONLY
ORDER = Order("O1", OrderKind.LICENCE, datetime(2026, 1, 1, tzinfo=UTC), None)
WEEKDAYS_ONLY = WEEKDAYS[:5]


def nightly(start="19:00", end="07:00", days=WEEKDAYS, **more) -> TimetableRow:
    return TimetableRow(tuple(days), start, end, **more)


def curfew(*rows, **more) -> Requirement:
    return Requirement("R1", RequirementKind.CURFEW, timetable=rows or None, **more)


def windows(asked: Requirement, first: str, last: str, order: Order = ORDER) -> list[str]:
    """Every window between two local midnights: local start, local end, and how long it lasts."""
    start, end = (datetime.fromisoformat(day).replace(tzinfo=LONDON) for day in (first, last))
    return [said(*window) for window in required_windows(asked, order, start, end)]


def said(start: datetime, end: datetime) -> str:
    local = [at.astimezone(LONDON) for at in (start, end)]
    hours = (end - start) / timedelta(hours=1)
    return f"{local[0]:%a %d %b %H:%M} to {local[1]:%a %d %b %H:%M}, {hours:g} h"


MARCH = ("2026-03-27", "2026-03-31")  # the clocks go on at 01:00 on Sunday 29 March
OCTOBER = ("2026-10-23", "2026-10-27")  # and back at 02:00 on Sunday 25 October


def test_without_any_of_it_a_night_keeps_its_wall_time_when_the_clocks_change():
    assert windows(curfew(nightly(days=["SA"])), *MARCH) == [
        "Sat 28 Mar 19:00 to Sun 29 Mar 07:00, 11 h"
    ]
    assert windows(curfew(nightly(days=["SA"])), *OCTOBER) == [
        "Sat 24 Oct 19:00 to Sun 25 Oct 07:00, 13 h"
    ]


@pytest.mark.parametrize(
    ("days", "change", "expect"),
    [
        (MARCH, date(2026, 3, 28), [
            "Fri 27 Mar 00:00 to Fri 27 Mar 07:00, 7 h",
            "Fri 27 Mar 19:00 to Sat 28 Mar 07:00, 12 h",
            "Sat 28 Mar 21:00 to Sun 29 Mar 06:00, 8 h",  # new hours, a short night
            "Sun 29 Mar 21:00 to Mon 30 Mar 06:00, 9 h",
            "Mon 30 Mar 21:00 to Tue 31 Mar 00:00, 3 h",
        ]),
        (OCTOBER, date(2026, 10, 25), [
            "Fri 23 Oct 00:00 to Fri 23 Oct 07:00, 7 h",
            "Fri 23 Oct 19:00 to Sat 24 Oct 07:00, 12 h",
            "Sat 24 Oct 19:00 to Sun 25 Oct 07:00, 13 h",  # the last of the old, a long night
            "Sun 25 Oct 21:00 to Mon 26 Oct 06:00, 9 h",
            "Mon 26 Oct 21:00 to Tue 27 Oct 00:00, 3 h",
        ]),
    ],
)  # fmt: skip
def test_staggered_hours_change_by_the_date_on_which_they_start(days, change, expect):
    """The night that began under the old hours ends as it began."""
    before = nightly(to_date=change - timedelta(days=1))
    after = nightly("21:00", "06:00", from_date=change)
    assert windows(curfew(before, after), *days) == expect


def test_a_rota_binds_every_second_week_from_the_monday_of_its_anchor():
    weekend = nightly(days=["SA", "SU"], every_weeks=2, anchor_date=date(2026, 3, 26))
    assert windows(curfew(weekend), "2026-03-23", "2026-04-20") == [
        "Sat 28 Mar 19:00 to Sun 29 Mar 07:00, 11 h",
        "Sun 29 Mar 19:00 to Mon 30 Mar 07:00, 12 h",
        "Sat 11 Apr 19:00 to Sun 12 Apr 07:00, 12 h",
        "Sun 12 Apr 19:00 to Mon 13 Apr 07:00, 12 h",
    ]


def test_a_rota_keeps_its_weeks_before_its_anchor_over_the_new_year_and_the_long_night():
    row = nightly(days=["SA"], every_weeks=3, anchor_date=date(2026, 10, 19))
    found = windows(curfew(row), "2026-09-25", "2027-01-11")
    assert [one[:10] for one in found] == [
        "Sat 03 Oct", "Sat 24 Oct", "Sat 14 Nov", "Sat 05 Dec", "Sat 26 Dec",
    ]  # fmt: skip
    assert found[1].endswith("Sun 25 Oct 07:00, 13 h")


def test_a_rota_without_an_anchor_counts_from_its_first_date_else_from_the_orders_start():
    order = Order("O1", OrderKind.LICENCE, datetime(2026, 3, 11, 23, 30, tzinfo=UTC), None)
    row = nightly(days=["MO"], every_weeks=2)
    assert [one[:10] for one in windows(curfew(row), "2026-03-09", "2026-04-21", order)] == [
        "Mon 23 Mar", "Mon 06 Apr", "Mon 20 Apr",  # Mon 9 Mar is before the order
    ]  # fmt: skip
    row = nightly(days=["MO"], every_weeks=2, from_date=date(2026, 3, 20))
    assert [one[:10] for one in windows(curfew(row), "2026-03-09", "2026-04-21", order)] == [
        "Mon 30 Mar", "Mon 13 Apr",
    ]  # fmt: skip


def test_two_rotas_against_each_other_leave_no_night_out_and_take_none_twice():
    """Shift work: early weeks and late weeks."""
    early = nightly("21:00", "05:00", every_weeks=2, anchor_date=date(2026, 3, 23))
    late = nightly("23:30", "08:00", every_weeks=2, anchor_date=date(2026, 3, 30))
    found = windows(curfew(early, late), "2026-03-28", "2026-04-01")
    assert found == [
        "Sat 28 Mar 00:00 to Sat 28 Mar 05:00, 5 h",
        "Sat 28 Mar 21:00 to Sun 29 Mar 05:00, 7 h",
        "Sun 29 Mar 21:00 to Mon 30 Mar 05:00, 8 h",
        "Mon 30 Mar 23:30 to Tue 31 Mar 08:00, 8.5 h",
        "Tue 31 Mar 23:30 to Wed 01 Apr 00:00, 0.5 h",
    ]


def test_hours_that_stop_on_bank_holidays_do_not_start_on_one_and_run_into_one():
    """Easter 2026: Good Friday 3 April, Easter Monday 6 April, a bank holiday in England alone."""
    row = nightly(days=["TH", "FR", "MO", "TU"], bank_holidays=NOT)
    assert windows(curfew(row), "2026-04-02", "2026-04-08") == [
        "Thu 02 Apr 19:00 to Fri 03 Apr 07:00, 12 h",
        "Tue 07 Apr 19:00 to Wed 08 Apr 00:00, 5 h",
    ]
    scotland = BankHolidayDivision.SCOTLAND
    assert windows(curfew(row, bank_holiday_division=scotland), "2026-04-02", "2026-04-08") == [
        "Thu 02 Apr 19:00 to Fri 03 Apr 07:00, 12 h",
        "Mon 06 Apr 19:00 to Tue 07 Apr 07:00, 12 h",
        "Tue 07 Apr 19:00 to Wed 08 Apr 00:00, 5 h",
    ]


def test_longer_hours_on_bank_holidays_take_the_place_of_the_usual_ones():
    usual = nightly(days=WEEKDAYS_ONLY, bank_holidays=NOT)
    longer = nightly("17:00", "09:00", bank_holidays=ONLY)
    assert windows(curfew(usual, longer), "2026-05-01", "2026-05-06") == [
        "Fri 01 May 00:00 to Fri 01 May 07:00, 7 h",
        "Fri 01 May 19:00 to Sat 02 May 07:00, 12 h",
        "Mon 04 May 17:00 to Tue 05 May 09:00, 16 h",
        "Tue 05 May 19:00 to Wed 06 May 00:00, 5 h",
    ]


@pytest.mark.parametrize(
    ("year", "friday", "monday"),
    [
        (2024, "Fri 29 Mar 19:00 to Sat 30 Mar 07:00", "Mon 01 Apr 19:00 to Tue 02 Apr 07:00"),
        (2027, "Fri 26 Mar 19:00 to Sat 27 Mar 07:00", "Mon 29 Mar 19:00 to Tue 30 Mar 07:00"),
    ],
)
def test_an_easter_around_the_clock_change_keeps_its_bank_holidays(year, friday, monday):
    """In 2024 and 2027 the clocks change on Easter Sunday, between the two bank holidays."""
    order = Order("O1", OrderKind.LICENCE, datetime(2023, 1, 1, tzinfo=UTC), None)
    found = windows(curfew(nightly(bank_holidays=ONLY)), f"{year}-03-20", f"{year}-04-10", order)
    assert found == [f"{friday}, 12 h", f"{monday}, 12 h"]


RELEASE = ReleaseDay(date(2026, 3, 28), "15:00", "23:59")


def test_on_the_day_of_release_its_own_hours_stand_in_place_of_what_starts_on_it():
    """The row of that evening, too; and the night before, begun in prison, does not bind."""
    asked = curfew(nightly(), nightly("12:00", "13:00"), release_day=RELEASE)
    assert windows(asked, "2026-03-26", "2026-03-31") == [
        "Sat 28 Mar 15:00 to Sat 28 Mar 23:59, 8.98333 h",
        "Sun 29 Mar 12:00 to Sun 29 Mar 13:00, 1 h",
        "Sun 29 Mar 19:00 to Mon 30 Mar 07:00, 12 h",
        "Mon 30 Mar 12:00 to Mon 30 Mar 13:00, 1 h",
        "Mon 30 Mar 19:00 to Tue 31 Mar 00:00, 5 h",
    ]


@pytest.mark.parametrize(
    ("on_date", "days", "expect"),
    [
        (date(2026, 3, 28), MARCH, ["Sat 28 Mar 15:00 to Sun 29 Mar 07:00, 15 h",
                                    "Sun 29 Mar 19:00 to Mon 30 Mar 07:00, 12 h",
                                    "Mon 30 Mar 19:00 to Tue 31 Mar 00:00, 5 h"]),
        (date(2026, 10, 24), OCTOBER, ["Sat 24 Oct 15:00 to Sun 25 Oct 07:00, 17 h",
                                       "Sun 25 Oct 19:00 to Mon 26 Oct 07:00, 12 h",
                                       "Mon 26 Oct 19:00 to Tue 27 Oct 00:00, 5 h"]),
    ],
)  # fmt: skip
def test_a_first_night_runs_past_midnight_in_wall_time_on_both_nights(on_date, days, expect):
    release = ReleaseDay(on_date, "15:00", "07:00")
    assert windows(curfew(nightly(), release_day=release), *days) == expect


def test_a_curfew_at_all_times_begins_with_its_release_and_goes_on_at_midnight():
    assert windows(curfew(release_day=RELEASE), "2026-03-26", "2026-03-31") == [
        "Sat 28 Mar 15:00 to Sat 28 Mar 23:59, 8.98333 h",
        "Sun 29 Mar 00:00 to Tue 31 Mar 00:00, 47 h",
    ]


def test_a_day_of_release_moves_a_curfew_and_nothing_else():
    place = Requirement(
        "R1", RequirementKind.INCLUSION, timetable=(nightly(),), release_day=RELEASE
    )
    plain = Requirement("R1", RequirementKind.INCLUSION, timetable=(nightly(),))
    assert windows(place, *MARCH) == windows(plain, *MARCH)


def test_an_exception_cuts_the_day_of_release_and_the_order_bounds_it():
    away = Absence(
        datetime(2026, 3, 28, 16, tzinfo=UTC), datetime(2026, 3, 28, 17, 30, tzinfo=UTC), ""
    )
    order = Order("O", OrderKind.HDC, datetime(2026, 3, 28, 15, 20, tzinfo=UTC), None)
    asked = curfew(nightly(), release_day=RELEASE, exceptions=(away,))
    assert windows(asked, "2026-03-26", "2026-03-29", order) == [
        "Sat 28 Mar 15:20 to Sat 28 Mar 16:00, 0.666667 h",
        "Sat 28 Mar 17:30 to Sat 28 Mar 23:59, 6.48333 h",
    ]


def test_all_of_it_together_on_the_short_night():
    """Released on Easter Saturday 2024, the clocks change in the first night, a rota, longer hours
    on bank holidays that end with April."""
    order = Order("O1", OrderKind.HDC, datetime(2024, 3, 30, 9, tzinfo=UTC), None)
    asked = curfew(
        nightly("21:00", "06:00", days=WEEKDAYS_ONLY, every_weeks=2, bank_holidays=NOT),
        nightly("19:00", "07:00", bank_holidays=ONLY, to_date=date(2024, 4, 30)),
        release_day=ReleaseDay(date(2024, 3, 30), "15:00", "01:30"),
    )
    assert windows(asked, "2024-03-29", "2024-04-10", order) == [
        "Sat 30 Mar 15:00 to Sun 31 Mar 02:30, 10.5 h",  # 01:30 is skipped: an hour on
        "Mon 01 Apr 19:00 to Tue 02 Apr 07:00, 12 h",  # bank holiday; no rota in this week
        "Mon 08 Apr 21:00 to Tue 09 Apr 06:00, 9 h",
        "Tue 09 Apr 21:00 to Wed 10 Apr 00:00, 3 h",
    ]


WEEKLY = "DTSTART;TZID=Europe/London:20260316T100000\nRRULE:FREQ=WEEKLY;BYDAY=MO;COUNT=6"


def test_appointments_that_stop_on_bank_holidays_leave_easter_monday_out():
    hour = timedelta(hours=1)
    for holidays, days in [
        (BankHolidays.AS_USUAL, [16, 23, 30, 6, 13, 20]),
        (NOT, [16, 23, 30, 13, 20]),
    ]:
        series = Appointments(WEEKLY, hour, bank_holidays=holidays)
        asked = Requirement("R4", RequirementKind.ATTENDANCE, appointments=(series,))
        found = required_windows(asked, ORDER, ORDER.from_at, ORDER.from_at + timedelta(days=200))
        assert [start.astimezone(LONDON).day for start, _ in found] == days
        assert {start.astimezone(LONDON).hour for start, _ in found} == {10}


def test_appointments_come_with_their_stay_in_order_and_within_the_order_alone():
    long = Appointments(WEEKLY, timedelta(hours=1), timedelta(minutes=5))
    short = Appointments(
        WEEKLY.replace("T100000", "T090000"),
        timedelta(minutes=30),
        minimum_stay=timedelta(minutes=20),
    )
    asked = Requirement(
        "R4",
        RequirementKind.ATTENDANCE,
        appointments=(long, short),
        minimum_stay=timedelta(minutes=45),
        from_at=datetime(2026, 3, 16, 9, 30, tzinfo=UTC),
        to_at=datetime(2026, 3, 30, 9, tzinfo=UTC),
    )
    found = appointments_of(asked, ORDER, ORDER.from_at, ORDER.from_at + timedelta(days=200))
    minutes = timedelta(minutes=1)
    assert [
        (said(one.from_at, one.to_at), one.grace / minutes, one.minimum_stay / minutes)
        for one in found
    ] == [
        ("Mon 16 Mar 10:00 to Mon 16 Mar 11:00, 1 h", 5, 45),
        ("Mon 23 Mar 09:00 to Mon 23 Mar 09:30, 0.5 h", 0, 20),
        ("Mon 23 Mar 10:00 to Mon 23 Mar 11:00, 1 h", 5, 45),
        ("Mon 30 Mar 09:00 to Mon 30 Mar 09:30, 0.5 h", 0, 20),  # 08:00 UTC; 10:00 BST is too late
    ]
