"""A week of required time as people read it: each day's hours as a strip and in words.

What is drawn is what will be judged: the windows come from `orders.timetable.required_windows`,
the same that the rules are compiled from, and a day is as long as it is (23 or 25 hours when the
clocks change).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from waypost.orders.bank_holidays import is_bank_holiday
from waypost.orders.timetable import Window, clip
from waypost.orders.values import BankHolidayDivision
from waypost.orders.walltime import wall_instant

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
USUAL_DAY = timedelta(hours=24)
TICKS = ("06:00", "12:00", "18:00")


@dataclass(frozen=True, slots=True)
class Block:
    """A stretch on a day's strip, in minutes since its midnight."""

    at: int
    minutes: int
    words: str


@dataclass(frozen=True, slots=True)
class WeekDay:
    """One local day: how long it is, what of it is required.

    ticks   minutes since midnight of 06:00, 12:00 and 18:00, which the clock change moves
    note    what is out of the ordinary: a bank holiday, the clocks change
    """

    day: date
    minutes: int
    blocks: tuple[Block, ...]
    ticks: tuple[int, ...]
    note: str
    required: timedelta

    @property
    def hours(self) -> float:
        return self.required / HOUR

    @property
    def words(self) -> str:
        """The required hours of the day: "00:00 to 07:00, 19:00 to 24:00"."""
        return ", ".join(block.words for block in self.blocks) or "nothing required"


@dataclass(frozen=True, slots=True)
class Week:
    """Monday to Sunday, with the stretches that begin or run in it."""

    monday: date
    days: tuple[WeekDay, ...]
    windows: tuple[Window, ...]
    required: timedelta

    @property
    def hours(self) -> float:
        return self.required / HOUR

    @property
    def sunday(self) -> date:
        return self.monday + 6 * DAY

    @property
    def before(self) -> date:
        return self.monday - 7 * DAY

    @property
    def after(self) -> date:
        return self.monday + 7 * DAY


def monday_of(day: date) -> date:
    return day - day.weekday() * DAY


def bounds_of(monday: date, timezone: str) -> Window:
    """The week as instants: local midnight of its Monday to that of the next."""
    return (
        wall_instant(monday, "00:00", timezone),
        wall_instant(monday + 7 * DAY, "00:00", timezone),
    )


def week_of(
    monday: date,
    windows: Sequence[Window],
    timezone: str,
    division: BankHolidayDivision = BankHolidayDivision.ENGLAND_AND_WALES,
) -> Week:
    """The week that starts on this Monday; `windows` as required_windows gives them."""
    days = tuple(_day(monday + n * DAY, windows, timezone, division) for n in range(7))
    start, end = bounds_of(monday, timezone)
    return Week(
        monday,
        days,
        tuple((a, b) for a, b in windows if a < end and start < b),
        sum((day.required for day in days), timedelta()),
    )


def _day(
    day: date, windows: Sequence[Window], timezone: str, division: BankHolidayDivision
) -> WeekDay:
    start, end = wall_instant(day, "00:00", timezone), wall_instant(day + DAY, "00:00", timezone)
    mine = clip(windows, start, end)
    blocks = tuple(
        Block((a - start) // MINUTE, max((b - a) // MINUTE, 1), _block_words(a, b, end, timezone))
        for a, b in mine
    )
    ticks = tuple((wall_instant(day, clock, timezone) - start) // MINUTE for clock in TICKS)
    required = sum((b - a for a, b in mine), timedelta())
    note = _note(end - start, is_bank_holiday(day, division))
    return WeekDay(day, (end - start) // MINUTE, blocks, ticks, note, required)


def _note(length: timedelta, holiday: bool) -> str:
    notes = ["bank holiday"] if holiday else []
    if length != USUAL_DAY:
        way = "forward" if length < USUAL_DAY else "back"
        notes.append(f"clocks go {way}: {length / HOUR:g} hours")
    return "; ".join(notes)


def _block_words(start: datetime, end: datetime, midnight: datetime, timezone: str) -> str:
    return f"{_clock(start, timezone)} to {'24:00' if end == midnight else _clock(end, timezone)}"


def _clock(at: datetime, timezone: str) -> str:
    return f"{at.astimezone(ZoneInfo(timezone)):%H:%M}"
