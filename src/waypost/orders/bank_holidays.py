"""Which dates are bank holidays, by division of the United Kingdom, as GOV.UK lists them.

The dates come from the library `holidays` (MIT), offline. It gives both a holiday that falls on a
weekend and the weekday that stands in for it; GOV.UK's list, and so the law that this software
follows, has the weekday alone, and no weekend day ever. Beyond what has been proclaimed the dates
are what the standing rules give: a one-off holiday is not known before somebody adds it.
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from waypost.orders.values import BankHolidayDivision

SATURDAY = 5
_SUBDIVISIONS = {
    BankHolidayDivision.ENGLAND_AND_WALES: "ENG",  # Wales has the same days
    BankHolidayDivision.SCOTLAND: "SCT",
    BankHolidayDivision.NORTHERN_IRELAND: "NIR",
}
# Proclaimed after the library's pinned version was made; a later version may say the same.
PROCLAIMED = {
    BankHolidayDivision.SCOTLAND: frozenset({date(2026, 6, 15)}),  # World Cup; GOV.UK's list
}


def is_bank_holiday(day: date, division: BankHolidayDivision) -> bool:
    """Whether the local date is a bank holiday there."""
    return day in bank_holidays(division, day.year)


@lru_cache(maxsize=1000)
def bank_holidays(division: BankHolidayDivision, year: int) -> frozenset[date]:
    """The bank holidays of one year."""
    # Only where somebody's hours ask for them: the library takes 0.3 s to import.
    from holidays.countries.united_kingdom import UnitedKingdom

    listed = UnitedKingdom(subdiv=_SUBDIVISIONS[division], years=year)
    proclaimed = PROCLAIMED.get(division, frozenset())
    return frozenset(day for day in listed if day.weekday() < SATURDAY) | frozenset(
        day for day in proclaimed if day.year == year
    )
