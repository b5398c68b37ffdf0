"""What a requirement asks and when, in plain words for staff: pages, alerts, papers.

What a wearer reads of the same is in own_words.py. Nothing here says whose device a moving
exclusion goes with: a protected person is known to named staff alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta

from waypost.orders.defaults import alcohol_of, atv_limit_of
from waypost.orders.values import (
    WEEKDAYS,
    AlcoholMode,
    Appointments,
    BankHolidayDivision,
    BankHolidays,
    Order,
    OrderKind,
    Requirement,
    RequirementKind,
    TimetableRow,
)

DAY_WORDS = dict(zip(WEEKDAYS, ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"), strict=True))
ASKS: dict[RequirementKind, str] = {
    RequirementKind.EXCLUSION: "Must not enter this place",
    RequirementKind.INCLUSION: "Must be inside this place",
    RequirementKind.RESTRICTION: "Must not leave this place",
    RequirementKind.CURFEW: "Must be at the curfew address",
    RequirementKind.ATTENDANCE: "Must come to appointments",
    RequirementKind.TRAIL: "Whereabouts are recorded",
    RequirementKind.ALCOHOL: "Must not drink alcohol",
    RequirementKind.FITTING: "Must be at this address, to have the tag fitted",
}
OWN_WORDS: dict[RequirementKind, str] = {
    RequirementKind.EXCLUSION: "Stay out of this place",
    RequirementKind.INCLUSION: "Be in this place",
    RequirementKind.RESTRICTION: "Stay in this place",
    RequirementKind.CURFEW: "Be at home",
    RequirementKind.ATTENDANCE: "Go to your appointments",
    RequirementKind.TRAIL: "Your tag records where you go",
    RequirementKind.ALCOHOL: "Do not drink alcohol",
    RequirementKind.FITTING: "Be at home, so that your tag can be fitted",
}
DIVISION_WORDS = {
    BankHolidayDivision.ENGLAND_AND_WALES: "England and Wales",
    BankHolidayDivision.SCOTLAND: "Scotland",
    BankHolidayDivision.NORTHERN_IRELAND: "Northern Ireland",
}
MINUTE = timedelta(minutes=1)
HOME_TIMEZONE = "Europe/London"  # another is said

_LETTERS = {
    OrderKind.HDC: "HDC",
    OrderKind.DAPO: "DAPO",
    OrderKind.YOUTH: "Youth rehabilitation order",
    OrderKind.CIVIL: "Civil order",
    OrderKind.VOLUNTARY: "Voluntary, by consent",
}
_HOLIDAY_WORDS = {
    BankHolidays.AS_USUAL: "",
    BankHolidays.NOT: "not on bank holidays",
    BankHolidays.ONLY: "on bank holidays only",
}


def order_words(kind: OrderKind) -> str:
    """The kind of an order as it is said: "Community order", "HDC"."""
    return _LETTERS.get(kind) or kind.value.replace("_", " ").capitalize()


def asks_words(requirement: Requirement) -> str:
    """What is asked, in one line without its hours."""
    rule = alcohol_of(requirement)
    if rule is not None and rule.mode is AlcoholMode.LEVEL:
        return f"Must stay at or under {level_words(rule.level_g_per_dl)} of alcohol"
    if requirement.around is not None:
        radius = metres_words(requirement.around_radius_m or 0.0)
        return f"Must stay {radius} away from a protected person’s device, wherever it is"
    return ASKS[requirement.kind]


def conditions_words(requirement: Requirement, order: Order) -> tuple[str, ...]:
    """When it is asked and under which conditions, a line each, as staff read it."""
    return tuple(_conditions(requirement, order))


def timetable_words(rows: Sequence[TimetableRow] | None) -> tuple[str, ...]:
    """`Mon to Fri 19:00 to 07:00 the next day`, one line a row; always when there is none."""
    if rows is None:
        return ("At all times",)
    return tuple("; ".join(filter(None, _row(row))) for row in rows)


def hours_words(row: TimetableRow) -> str:
    """The days and the hours of a row, without what narrows it."""
    return f"{_days(row.days)} {row.start} to {end_words(row.start, row.end)}"


def end_words(start: str, end: str) -> str:
    """An end as it is said after its start: midnight, or the next day."""
    if end == "00:00" != start:
        return "midnight"
    return f"{end} the next day" if end <= start else end


def day_words(day: date) -> str:
    """A local date: Mon 2 Mar 2026."""
    return f"{day:%a} {day.day} {day:%b %Y}"


def level_words(level_g_per_dl: float | None) -> str:
    """A transdermal level in both ways it is written: 0.02 g/dl (0.020 % on the tag)."""
    level = level_g_per_dl or 0.0
    return f"{level:g} g/dl ({level:.3f} % on the tag)"


def metres_words(metres: float) -> str:
    """A length as a person says it: 250 m, 1.5 km."""
    return f"{metres:g} m" if metres < 1000 else f"{metres / 1000:g} km"


def _conditions(requirement: Requirement, order: Order) -> Iterator[str]:
    if requirement.kind is RequirementKind.ATTENDANCE:
        yield from (_series(requirement, series) for series in requirement.appointments)
    if requirement.kind is not RequirementKind.ATTENDANCE or requirement.timetable is not None:
        yield from timetable_words(requirement.timetable)
    if requirement.kind is RequirementKind.CURFEW:
        yield from _curfew(requirement, order)
    if requirement.warning_m is not None and requirement.kind is RequirementKind.EXCLUSION:
        yield f"A warning within {metres_words(requirement.warning_m)} of it, which is no breach"
    if asks_of_bank_holidays(requirement):
        yield f"Bank holidays are those of {DIVISION_WORDS[requirement.bank_holiday_division]}"
    if requirement.excepted:
        yield f"Excepted, which no tag can see: {requirement.excepted}"
    if requirement.timezone != HOME_TIMEZONE:
        yield f"Times are those of {requirement.timezone}"


def _curfew(requirement: Requirement, order: Order) -> Iterator[str]:
    if (release := requirement.release_day) is not None:
        yield (f"On the day of release, {day_words(release.on_date)}: {release.start} to "
               f"{end_words(release.start, release.end)} instead, and nothing before")  # fmt: skip
    if (limit := atv_limit_of(order, requirement)) is not None:
        yield (f"Absences without good reason add up; {limit / MINUTE:g} minutes in all are a "
               "breach")  # fmt: skip


def _series(requirement: Requirement, series: Appointments) -> str:
    stay = series.minimum_stay or requirement.minimum_stay
    said = [f"A series of appointments of {series.duration / MINUTE:g} minutes"]
    said.append(f"{series.grace / MINUTE:g} minutes’ grace")
    if stay is not None and stay < series.duration:
        said.append(f"{stay / MINUTE:g} minutes must be stayed")
    if series.bank_holidays is not BankHolidays.AS_USUAL:
        said.append("none on bank holidays")
    return "; ".join(said)


def asks_of_bank_holidays(requirement: Requirement) -> bool:
    """Whether anything in it turns on a bank holiday."""
    rules = {row.bank_holidays for row in requirement.timetable or ()}
    rules |= {series.bank_holidays for series in requirement.appointments}
    return bool(rules - {BankHolidays.AS_USUAL})


def _row(row: TimetableRow) -> Iterator[str]:
    yield hours_words(row)
    yield _HOLIDAY_WORDS[row.bank_holidays]
    if row.every_weeks > 1:
        anchor = row.anchor_date or row.from_date
        from_when = f", counted from the week of {day_words(anchor)}" if anchor else ""
        yield f"every {_ordinal(row.every_weeks)} week{from_when}"
    if row.from_date is not None:
        yield f"from {day_words(row.from_date)}"
    if row.to_date is not None:
        yield f"last on {day_words(row.to_date)}"


def _ordinal(number: int) -> str:
    ending = "th" if 10 < number % 100 < 14 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def _days(days: Iterable[str]) -> str:
    places = sorted(WEEKDAYS.index(day) for day in days)
    if len(places) == 7:
        return "Every day"
    runs: list[list[int]] = []
    for place in places:
        if runs and place == runs[-1][-1] + 1:
            runs[-1].append(place)
        else:
            runs.append([place])
    return ", ".join(_run([DAY_WORDS[WEEKDAYS[place]] for place in run]) for run in runs)


def _run(days: list[str]) -> str:
    return f"{days[0]} to {days[-1]}" if len(days) > 2 else ", ".join(days)
