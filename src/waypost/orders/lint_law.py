"""What the law of an order's kind (law.py) does not allow: said, never refused, since the order is
the court's. Limits of a curfew turn on the day of conviction, where the order says it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta

from waypost.orders.finding import Said, asked_of, longer_than, span_looked_at
from waypost.orders.hours import hours_by_day, load_of
from waypost.orders.law import LAW, CurfewLimits, age_on, allows, curfew_limits
from waypost.orders.values import (
    WEEKDAYS,
    Order,
    OrderKind,
    PersonOrders,
    Requirement,
    RequirementKind,
    TimetableRow,
)
from waypost.orders.words import order_words

CURFEW_HOURS_NOTABLE = 16
NO_YEAR = 9999  # how files write that there is no end
LONDON = ZoneInfo("Europe/London")


def available(person: PersonOrders) -> Iterator[Said]:
    """Requirements that this kind of order cannot carry."""
    for order, requirement in asked_of(person):
        if allows(order.kind, requirement.kind):
            continue
        if requirement.kind is RequirementKind.TRAIL and order.kind is OrderKind.COURT_BAIL:
            yield (requirement.requirement_id, "trail_on_bail",
                   "whereabouts monitoring is not available on court bail")  # fmt: skip
        else:
            yield (requirement.requirement_id, "requirement_not_available",
                   f"{requirement.kind} is not available on this order "
                   f"({LAW[order.kind].source})")  # fmt: skip


def ages(person: PersonOrders) -> Iterator[Said]:
    """Wearers too young or too old for the order when it was made, where their birth is known."""
    born_on = person.details.get("born")
    if not isinstance(born_on, date):
        return
    for order in person.orders:
        law = LAW[order.kind]
        age = age_on(born_on, order.imposed_on or order.from_at.astimezone(LONDON).date())
        if law.age_min is not None and age < law.age_min:
            yield (None, "person_too_young",
                   f"the wearer was {age} when order {order.order_id} was made; "
                   f"{order_words(order.kind)} is for those of {law.age_min} and over "
                   f"({law.source})")  # fmt: skip
        elif law.age_max is not None and age > law.age_max:
            yield (None, "person_too_old",
                   f"the wearer was {age} when order {order.order_id} was made; "
                   f"{order_words(order.kind)} is for those of {law.age_max} and under "
                   f"({law.source})")  # fmt: skip


def lengths(person: PersonOrders) -> Iterator[Said]:
    """Orders and requirements that last longer than the law lets them."""
    for order in person.orders:
        months = LAW[order.kind].months_max
        if months is not None and _ends_beyond(order.from_at, [order.to_at], months):
            yield (None, "order_longer_than_allowed",
                   f"order {order.order_id} lasts longer than the {months} months that the law "
                   f"allows ({LAW[order.kind].source})")  # fmt: skip
    for order, requirement in asked_of(person):
        law = LAW[order.kind]
        days = law.days_max.get(requirement.kind)
        alcohol = requirement.kind is RequirementKind.ALCOHOL  # which has a finding of its own
        counted = days is not None and not alcohol and _has_end(order, requirement)
        if days is not None and counted and longer_than(days, order, requirement):
            yield _too_long(requirement, f"{days} days", law.source)
        months = law.months_max_by.get(requirement.kind)
        if months is not None and _lasts_beyond(order, requirement, months):
            yield _too_long(requirement, f"{months} months", law.source)


def curfews(person: PersonOrders) -> Iterator[Said]:
    """Hours of a curfew against the limits of its order, and curfews without a place."""
    for order, requirement in asked_of(person):
        if requirement.kind is not RequirementKind.CURFEW:
            continue
        if not requirement.zones:
            yield (requirement.requirement_id, "fixed_address_missing",
                   "no place is named: somebody of no fixed address cannot be held to "
                   "a curfew")  # fmt: skip
        start, end = span_looked_at(order, requirement)
        if start < end:
            limits = curfew_limits(order.kind, order.convicted_on)
            yield from _hours(order, requirement, limits, start, end)


def _hours(
    order: Order, requirement: Requirement, limits: CurfewLimits | None,
    start: datetime, end: datetime,
) -> Iterator[Said]:  # fmt: skip
    load = load_of(requirement, order, start, end)
    day, week = load.day_max, load.week_max
    day_max = limits.day_hours_max if limits else None
    week_max = limits.week_hours_max if limits else None
    months = limits.months_max if limits else None
    if limits and limits.day_hours_min:
        yield from _too_few(order, requirement, limits.day_hours_min, load.day_min)
    if day_max is not None and day > day_max:
        yield (requirement.requirement_id, "curfew_over_day_maximum",
               f"{day:g} hours in a day; the law allows {day_max:g}")  # fmt: skip
    elif day > CURFEW_HOURS_NOTABLE:
        yield requirement.requirement_id, "curfew_long", f"{day:g} hours in a day"
    if week_max is not None and week > week_max:
        yield (requirement.requirement_id, "curfew_over_week_maximum",
               f"{week:g} hours in a week; the law allows {week_max:g}")  # fmt: skip
    if limits and months is not None and _lasts_beyond(order, requirement, months):
        yield _too_long(requirement, f"{months} months", limits.source)


def _too_few(
    order: Order, requirement: Requirement, least: float, day_min: float
) -> Iterator[Said]:
    """Home detention asks for its hours every day; a sentence's curfew for some on its own days."""
    if order.kind is OrderKind.HDC:
        if day_min < least:
            yield (requirement.requirement_id, "curfew_under_hdc_minimum",
                   f"{day_min:g} hours on some day; the law asks for at least "
                   f"{least:g}")  # fmt: skip
        return
    of_days = [one for one in _hours_begun(requirement) if one]
    if of_days and min(of_days) < least:
        yield (requirement.requirement_id, "curfew_under_day_minimum",
               f"{min(of_days):g} hours on some day; the law asks for at least "
               f"{least:g}")  # fmt: skip


def _hours_begun(requirement: Requirement) -> list[float]:
    """By day of the week the hours that begin on it: a night counts whole where it starts."""
    found = dict.fromkeys(WEEKDAYS, 0.0)
    for row in requirement.timetable or ():
        length = sum(hours_by_day([TimetableRow(("MO",), row.start, row.end)]))
        for day in row.days:
            found[day] += length
    return list(found.values())


def _too_long(requirement: Requirement, allowed: str, source: str) -> Said:
    return (requirement.requirement_id, "requirement_longer_than_allowed",
            f"{requirement.kind} may be asked for {allowed} on this order ({source}); "
            "send when it ends")  # fmt: skip


def _lasts_beyond(order: Order, requirement: Requirement, months: int) -> bool:
    start = max(order.from_at, requirement.from_at or order.from_at)
    return _ends_beyond(start, [order.to_at, requirement.to_at], months)


def _ends_beyond(start: datetime, ends: list[datetime | None], months: int) -> bool:
    """Whether the earliest end is later; without one nothing is said, since none may be known."""
    known = [end for end in ends if end is not None and end.year < NO_YEAR]
    return bool(known) and min(known) > start + relativedelta(months=months, days=1)


def _has_end(order: Order, requirement: Requirement) -> bool:
    ends = (order.to_at, requirement.to_at)
    return any(end is not None and end.year < NO_YEAR for end in ends)


CHECKS: tuple[Callable[[PersonOrders], Iterable[Said]], ...] = (available, ages, lengths, curfews)
