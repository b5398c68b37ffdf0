"""Odd hours: rows that never bind or add nothing, rotas, dates that leave a gap, days of release.

A row is compared by what it does in the requirement's own time (of an open end, the first year).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from itertools import pairwise

from waypost.orders.finding import DAY, Said, asked_of, span_looked_at
from waypost.orders.timetable import local_date, required_windows, row_windows
from waypost.orders.values import (
    WEEKDAYS,
    BankHolidays,
    Order,
    PersonOrders,
    Requirement,
    RequirementKind,
    TimetableRow,
)

WEEKEND = {"SA", "SU"}


def rows(person: PersonOrders) -> Iterator[Said]:
    """Rows that never bind, that add nothing, or that say what has no effect."""
    for order, requirement in asked_of(person):
        table = requirement.timetable or ()
        for n, row in enumerate(table):
            name = f"row {n + 1} of the timetable"
            for kind, message in (
                *_without_effect(row),
                *_does_nothing(requirement, order, row, table),
            ):
                yield requirement.requirement_id, kind, f"{name}: {message}"


def staggered(person: PersonOrders) -> Iterator[Said]:
    """Dated rows that overlap by some days, or leave some out."""
    for _, requirement in asked_of(person):
        dated = [row for row in requirement.timetable or () if row.from_date or row.to_date]
        for n, one in enumerate(dated):
            for other in dated[n + 1 :]:
                if both := _overlap(one, other):
                    yield (requirement.requirement_id, "staggered_rows_overlap",
                           f"two sets of hours both start {_days(*both)}; the first and the last "
                           "date both count")  # fmt: skip
        if len(dated) == len(requirement.timetable or ()):
            for gap in _gaps(dated):
                yield (requirement.requirement_id, "staggered_rows_gap",
                       f"no hours start {_days(*gap)}")  # fmt: skip


def bank_holidays(person: PersonOrders) -> Iterator[Said]:
    """Hours of bank holidays beside usual hours that do not stop on them."""
    for _, requirement in asked_of(person):
        table = requirement.timetable or ()
        added = any(
            set(usual.days) & set(only.days) - WEEKEND
            for only in table
            if only.bank_holidays is BankHolidays.ONLY
            for usual in table
            if usual.bank_holidays is BankHolidays.AS_USUAL
        )
        if added:
            yield (requirement.requirement_id, "bank_holiday_hours_add_up",
                   "on a bank holiday these hours bind beside the usual ones, which do not stop; "
                   "to replace them, send not with the usual rows")  # fmt: skip


def release_day(person: PersonOrders) -> Iterator[Said]:
    """A day of release outside the order, after days with nothing asked, or with an open night."""
    for order, requirement in asked_of(person):
        release = requirement.release_day
        if release is None or requirement.kind is not RequirementKind.CURFEW:
            continue
        timezone = requirement.timezone
        start, end = requirement.from_at or order.from_at, requirement.to_at or order.to_at
        first = local_date(max(start, order.from_at), timezone)
        if release.on_date < first or (end and release.on_date > local_date(end, timezone)):
            message = f"the day of release, {release.on_date}, is not in the time of the curfew"
            yield requirement.requirement_id, "release_day_outside_order", message
        elif release.on_date > first:
            yield (requirement.requirement_id, "release_day_late",
                   f"nothing is asked before the day of release, {release.on_date}; the curfew "
                   f"begins on {first}")  # fmt: skip
        if open_from := _open_night(requirement, order):
            yield (requirement.requirement_id, "release_night_open",
                   f"nothing is asked from {open_from} on the day of release, though the usual "
                   "hours of that night run longer")  # fmt: skip


def _without_effect(row: TimetableRow) -> Iterator[tuple[str, str]]:
    if row.anchor_date is not None and row.every_weeks == 1:
        yield "anchor_without_rota", "an anchor_date counts weeks only beside every_weeks"
    if row.bank_holidays is BankHolidays.NOT and set(row.days) <= WEEKEND:
        yield ("bank_holidays_without_effect",
               "no bank holiday is on a Saturday or Sunday; another weekday stands in")  # fmt: skip


def _does_nothing(
    requirement: Requirement, order: Order, row: TimetableRow, table: Sequence[TimetableRow]
) -> Iterator[tuple[str, str]]:
    bare = replace(requirement, exceptions=(), release_day=None)
    span = span_looked_at(order, requirement)
    narrowed = row != TimetableRow(row.days, row.start, row.end)
    if not (narrowed or len(table) > 1) or span[0] >= span[1]:
        return  # that nothing is ever required is said of the whole
    if not required_windows(replace(bare, timetable=(row,)), order, *span):
        yield _never(row)
        return
    others = list(table)
    others.remove(row)  # of two alike, one adds nothing
    if others and required_windows(
        replace(bare, timetable=tuple(others)), order, *span
    ) == required_windows(bare, order, *span):
        yield "row_adds_nothing", "the other rows ask for this time already"


def _never(row: TimetableRow) -> tuple[str, str]:
    if row.bank_holidays is BankHolidays.ONLY:
        return ("bank_holiday_row_never_binds",
                "none of its days is a bank holiday while the order lasts")  # fmt: skip
    if row.every_weeks > 1:
        return "rota_never_binds", "none of its weeks falls in the time of the order"
    return "row_never_binds", "none of its days falls in the time of the order"


def _overlap(one: TimetableRow, other: TimetableRow) -> tuple[date, date] | None:
    """The dates on which both may start, where neither lasts through all of the other's: a slip of
    a date, rather than longer hours for some weeks."""
    a, b, c, d = *_span(one), *_span(other)
    first, last = max(a, c), min(b, d)
    within = (a <= c and d <= b) or (c <= a and b <= d)
    alike = one.bank_holidays is other.bank_holidays and one.every_weeks == other.every_weeks == 1
    together = alike and set(one.days) & set(other.days)
    return (first, last) if together and first <= last and not within else None


def _gaps(dated: Sequence[TimetableRow]) -> Iterator[tuple[date, date]]:
    """Dates between the first and the last of the rows that belong to none of them."""
    reached = date.min
    spans = sorted(_span(row) for row in dated)
    for (_, end), (start, _) in pairwise(spans):
        reached = max(reached, end)
        if reached < date.max and start > reached + DAY:
            yield reached + DAY, start - DAY


def _span(row: TimetableRow) -> tuple[date, date]:
    return row.from_date or date.min, row.to_date or date.max


def _days(first: date, last: date) -> str:
    return f"on {first}" if first == last else f"from {first} to {last}"


def _open_night(requirement: Requirement, order: Order) -> str | None:
    """Until when the day of release asks, where its usual hours would ask for longer."""
    release, timezone = requirement.release_day, requirement.timezone
    if release is None:
        return None
    order_date = local_date(order.from_at, timezone)

    def ends(row: TimetableRow) -> list[datetime]:
        on_that_day = row_windows(row, timezone, requirement.bank_holiday_division, order_date,
                                  release.on_date, release.on_date)  # fmt: skip
        return [end for _, end in on_that_day]

    usual = [end for row in requirement.timetable or () for end in ends(row)]
    asked = ends(TimetableRow(WEEKDAYS, release.start, release.end))
    return release.end if usual and asked and max(asked) < max(usual) else None
