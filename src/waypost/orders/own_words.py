"""What a requirement asks, as its wearer reads it: short sentences, everyday words, age 9 to 11.

It says what to do and when. Of a moving exclusion it gives no distance and no name: both would
tell where somebody is.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from waypost.orders.defaults import alcohol_of, atv_limit_of
from waypost.orders.values import (
    AlcoholMode,
    Appointments,
    BankHolidays,
    Order,
    Requirement,
    RequirementKind,
    TimetableRow,
)
from waypost.orders.words import (
    DIVISION_WORDS,
    HOME_TIMEZONE,
    MINUTE,
    OWN_WORDS,
    asks_of_bank_holidays,
    end_words,
    hours_words,
)

HOUR = timedelta(hours=1)
NUMBERS = ("", "", "second", "third", "fourth", "fifth", "sixth")


def own_asks(requirement: Requirement) -> str:
    """What to do, in one line without its hours."""
    rule = alcohol_of(requirement)
    if rule is not None and rule.mode is AlcoholMode.LEVEL:
        return "Drink only a little alcohol"
    if requirement.around is not None:
        return "Stay away from the person you must not meet"
    return OWN_WORDS[requirement.kind]


def own_conditions(requirement: Requirement, order: Order) -> tuple[str, ...]:
    """When, and what else to know, a line each."""
    return (*own_hours(requirement), *own_notes(requirement, order))


def own_hours(requirement: Requirement) -> tuple[str, ...]:
    """The hours, a line a row; none of an attendance that has only appointments."""
    if requirement.timetable is not None:
        return tuple(_row(row) for row in requirement.timetable)
    return () if requirement.kind is RequirementKind.ATTENDANCE else ("All the time",)


def own_notes(requirement: Requirement, order: Order) -> tuple[str, ...]:
    """What else to know, in whole sentences."""
    return tuple(_notes(requirement, order))


def _notes(requirement: Requirement, order: Order) -> Iterator[str]:
    if requirement.excepted:
        yield f"Not when: {requirement.excepted}. Tell your officer before."
    if requirement.kind is RequirementKind.ATTENDANCE:
        yield from (_series(requirement, series) for series in requirement.appointments)
    if requirement.kind is RequirementKind.CURFEW:
        yield from _curfew(requirement, order)
    if requirement.around is not None:
        yield "We may ask you to leave where you are. If we do, go at once."
    elif requirement.warning_m is not None and requirement.kind is RequirementKind.EXCLUSION:
        yield (f"We get a warning when you come within {_metres(requirement.warning_m)} of it. "
               "Turn round and go back.")  # fmt: skip
    rule = alcohol_of(requirement)
    if rule is not None and rule.mode is AlcoholMode.LEVEL:
        yield f"Your tag must never show more than {rule.level_g_per_dl or 0:.3f} %."
    if asks_of_bank_holidays(requirement):
        where = DIVISION_WORDS[requirement.bank_holiday_division]
        yield f"We go by the bank holidays of {where}."
    if requirement.timezone != HOME_TIMEZONE:
        yield f"The times are those of {requirement.timezone}."


def _row(row: TimetableRow) -> str:
    more = " ".join(_narrowed(row))
    return f"{hours_words(row)}. {more}" if more else hours_words(row)


def _narrowed(row: TimetableRow) -> Iterator[str]:
    if row.bank_holidays is BankHolidays.NOT:
        yield "Not on bank holidays."
    if row.bank_holidays is BankHolidays.ONLY:
        yield "On bank holidays only."
    if row.every_weeks > 1:
        yield f"{_every(row.every_weeks)}."
        anchor = row.anchor_date or row.from_date
        if anchor is not None:
            yield f"The week of {_day(anchor)} is one of them."
    if row.from_date is not None:
        yield f"It starts on {_day(row.from_date)}."
    if row.to_date is not None:
        yield f"The last time is on {_day(row.to_date)}."


def _curfew(requirement: Requirement, order: Order) -> Iterator[str]:
    if (release := requirement.release_day) is not None:
        until = end_words(release.start, release.end)
        yield (f"On the day you come out, {_day(release.on_date)}, be at home from "
               f"{release.start} to {until}.")  # fmt: skip
    if (limit := atv_limit_of(order, requirement)) is not None:
        yield (f"If you are away with no good reason, we add up the time. {_span(limit)} in all "
               "breaks the rule.")  # fmt: skip


def _series(requirement: Requirement, series: Appointments) -> str:
    said = [f"Each one takes {series.duration / MINUTE:g} minutes."]
    if series.grace:
        said.append(f"You may be up to {series.grace / MINUTE:g} minutes late.")
    stay = series.minimum_stay or requirement.minimum_stay
    if stay is not None and stay < series.duration:
        said.append(f"Stay for at least {stay / MINUTE:g} minutes.")
    if series.bank_holidays is BankHolidays.NOT:
        said.append("There are none on bank holidays.")
    return " ".join(said)


def _every(weeks: int) -> str:
    if weeks == 2:
        return "Every other week"
    return f"Every {NUMBERS[weeks]} week" if weeks < len(NUMBERS) else f"Once in {weeks} weeks"


def _day(day: date) -> str:
    return f"{day:%A} {day.day} {day:%B %Y}"


def _span(span: timedelta) -> str:
    if span % HOUR:
        return f"{span / MINUTE:g} minutes"
    return "One hour" if span == HOUR else f"{span // HOUR} hours"


def _metres(metres: float) -> str:
    return f"{metres:g} metres"
