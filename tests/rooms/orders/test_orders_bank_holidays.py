"""Bank holidays by division: GOV.UK's list, the specials of 2022 among them, offline."""

from __future__ import annotations

import json
import socket
from datetime import date

import pytest

from waypost.orders.bank_holidays import bank_holidays, is_bank_holiday
from waypost.orders.values import BankHolidayDivision

ENGLAND = BankHolidayDivision.ENGLAND_AND_WALES
SCOTLAND = BankHolidayDivision.SCOTLAND
ULSTER = BankHolidayDivision.NORTHERN_IRELAND


@pytest.mark.parametrize("division", list(BankHolidayDivision))
def test_the_dates_are_those_of_the_published_list(shared, division):
    """Every year of the list, from 2019 to 2028: no date more and none less."""
    path = shared / "data" / "bank-holidays.json"
    if not path.is_file():
        pytest.skip("GOV.UK's list is not beside this checkout (../shared/data)")
    listed = {
        date.fromisoformat(event["date"])
        for event in json.loads(path.read_text())[division]["events"]
    }
    assert len(listed) > 80
    years = range(min(listed).year, max(listed).year + 1)
    assert {day for year in years for day in bank_holidays(division, year)} == listed


@pytest.mark.parametrize(
    ("day", "divisions"),
    [
        (date(2022, 6, 2), {ENGLAND, SCOTLAND, ULSTER}),  # spring, moved for the jubilee
        (date(2022, 5, 30), set()),  # where it would have been
        (date(2022, 6, 3), {ENGLAND, SCOTLAND, ULSTER}),  # the jubilee itself
        (date(2022, 9, 19), {ENGLAND, SCOTLAND, ULSTER}),  # the state funeral
        (date(2023, 5, 8), {ENGLAND, SCOTLAND, ULSTER}),  # the coronation
        (date(2020, 5, 8), {ENGLAND, SCOTLAND, ULSTER}),  # VE day, moved from the Monday
        (date(2020, 5, 4), set()),
        (date(2026, 4, 6), {ENGLAND, ULSTER}),  # Easter Monday
        (date(2026, 1, 2), {SCOTLAND}),
        (date(2026, 3, 17), {ULSTER}),
        (date(2026, 7, 13), {ULSTER}),  # the 12th is a Sunday
        (date(2026, 6, 15), {SCOTLAND}),  # proclaimed after the pinned library was made
        (date(2026, 8, 3), {SCOTLAND}),
        (date(2026, 8, 31), {ENGLAND, ULSTER}),
        (date(2026, 11, 30), {SCOTLAND}),
        (date(2021, 12, 25), set()),  # a Saturday: Monday and Tuesday stand in
        (date(2021, 12, 27), {ENGLAND, SCOTLAND, ULSTER}),
        (date(2021, 12, 28), {ENGLAND, SCOTLAND, ULSTER}),
        (date(2030, 4, 19), {ENGLAND, SCOTLAND, ULSTER}),  # beyond the list, by the standing rules
        (date(2030, 8, 26), {ENGLAND, ULSTER}),
    ],
)
def test_a_date_is_a_bank_holiday_where_it_is_one(day, divisions):
    assert {one for one in BankHolidayDivision if is_bank_holiday(day, one)} == divisions


def test_no_weekend_day_is_ever_a_bank_holiday():
    days = [day for one in BankHolidayDivision for year in range(2019, 2031)
            for day in bank_holidays(one, year)]  # fmt: skip
    assert all(day.weekday() < 5 for day in days)
    assert min(len(bank_holidays(one, 2030)) for one in BankHolidayDivision) >= 8


def test_a_year_beyond_the_library_has_none_and_is_no_error():
    """Senders write 9999-12-31 for no end."""
    assert bank_holidays(ENGLAND, 9999) == frozenset()
    assert bank_holidays(ENGLAND, 1) == frozenset()


def test_nothing_is_asked_of_the_network(monkeypatch):
    bank_holidays.cache_clear()
    monkeypatch.setattr(socket, "socket", lambda *_, **__: pytest.fail("the network was asked"))
    assert len(bank_holidays(ENGLAND, 2026)) == 8
