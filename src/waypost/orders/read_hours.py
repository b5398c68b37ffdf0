"""Reading when something is asked: rows of hours, exceptions, appointments, the day of release."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from waypost.orders.appointments import read_rule
from waypost.orders.fields import Desk, Fields
from waypost.orders.read_asked import read_span
from waypost.orders.values import (
    WEEKDAYS,
    Absence,
    Appointments,
    BankHolidays,
    ReleaseDay,
    TimetableRow,
)

DURATION_MAX = timedelta(days=31)
WEEKS_MAX = 52
YEAR_MIN, YEAR_MAX = 1900, 2200  # an order from the year 1 would be judged from there on
_CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d")


def read_absence(desk: Desk, path: str, data: Any) -> Absence | None:
    fields = Fields.of(desk, path, data)
    if fields is None:
        return None
    from_at, to_at = fields.instant("from", required=True), fields.instant("to", required=True)
    if from_at is None or to_at is None:
        return None
    if to_at <= from_at:
        fields.bad("to", "ENDS_BEFORE_START", "the exception ends before it starts",
                   "send a to after from")  # fmt: skip
    return Absence(from_at, to_at, fields.text("reason"))


def read_row(desk: Desk, path: str, data: Any) -> TimetableRow | None:
    fields = Fields.of(desk, path, data)
    if fields is None:
        return None
    days = fields.data.get("days")
    if not isinstance(days, list) or not days or any(day not in WEEKDAYS for day in days):
        fields.bad("days", "INVALID_DAYS", "these are not days of the week",
                   f"send a list of {', '.join(WEEKDAYS)}")  # fmt: skip
        days = []
    start, end = _clock(fields, "start"), _clock(fields, "end")
    from_date, to_date = fields.day("from_date"), fields.day("to_date")
    if from_date and to_date and to_date < from_date:
        fields.bad("to_date", "ENDS_BEFORE_START", "to_date is before from_date",
                   "send the first and the last date on which the row may start")  # fmt: skip
    return TimetableRow(
        tuple(day for day in WEEKDAYS if day in days),
        start,
        end,
        fields.choice("bank_holidays", BankHolidays.AS_USUAL),
        from_date,
        to_date,
        fields.whole("every_weeks", 1, least=1, most=WEEKS_MAX),
        fields.day("anchor_date"),
    )


def read_release_day(desk: Desk, path: str, data: Any) -> ReleaseDay | None:
    fields = Fields.of(desk, path, data)
    if fields is None:
        return None
    start, end = _clock(fields, "start"), _clock(fields, "end")
    on_date = fields.day("date", required=True)
    if on_date is None:
        return None
    if not YEAR_MIN <= on_date.year <= YEAR_MAX:
        fields.bad("date", "INVALID_DATE", "nobody is released then",
                   f"send a date from {YEAR_MIN} to {YEAR_MAX}")  # fmt: skip
    return ReleaseDay(on_date, start, end)


def read_appointments(desk: Desk, path: str, data: Any) -> Appointments | None:
    fields = Fields.of(desk, path, data)
    if fields is None:
        return None
    rule = fields.text("rrule")
    duration = fields.duration("duration")
    grace = fields.duration("grace", timedelta(0))
    if duration is not None and not timedelta(0) < duration <= DURATION_MAX:
        fields.bad("duration", "INVALID_DURATION", "an appointment takes at most a month",
                   "send like PT1H")  # fmt: skip
    try:
        read_rule(rule, "Europe/London")
    except (ValueError, TypeError, OverflowError) as error:
        fields.bad("rrule", "INVALID_RRULE", f"the rule cannot be read: {error}",
                   "write RFC 5545 lines: DTSTART;TZID=Europe/London:… and RRULE:…")  # fmt: skip
    holidays = fields.choice("bank_holidays", BankHolidays.AS_USUAL)
    if holidays is BankHolidays.ONLY:
        fields.bad("bank_holidays", "INVALID_BANK_HOLIDAYS",
                   "appointments on bank holidays alone cannot be said by a series",
                   "send as_usual or not, and single appointments for the days")  # fmt: skip
    return Appointments(
        rule,
        duration or timedelta(0),
        grace or timedelta(0),
        read_span(fields, "minimum_stay"),
        holidays,
    )


def _clock(fields: Fields, name: str) -> str:
    text = fields.text(name)
    if name == "end" and text == "24:00":
        return "00:00"  # midnight at the end of the day is the next day's 00:00
    if not _CLOCK.fullmatch(text):
        fields.bad(name, "INVALID_CLOCK", f"{name} is not a wall time", "write HH:MM, like 19:00")
    return text
