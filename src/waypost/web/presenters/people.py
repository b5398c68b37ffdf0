"""A person as pages show one: each requirement in plain words, what comes next, the tag."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from waypost.orders.appointments import occurrences
from waypost.orders.own_words import own_asks, own_conditions
from waypost.orders.timetable import required_windows
from waypost.orders.values import (
    Order,
    PersonOrders,
    Requirement,
    RequirementKind,
)
from waypost.orders.words import asks_words, conditions_words
from waypost.web.templatetags.waypost import when_words

AHEAD = timedelta(days=14)
BE_THERE = {RequirementKind.CURFEW, RequirementKind.INCLUSION, RequirementKind.FITTING}


@dataclass(frozen=True, slots=True)
class RequirementShown:
    reference: str
    kind: str
    asks: str
    own_words: str
    when: tuple[str, ...]
    own_when: tuple[str, ...]  # the same for the wearer
    exceptions: tuple[tuple[datetime, datetime, str], ...]
    now_required: bool
    next_change: datetime | None


@dataclass(frozen=True, slots=True)
class OrderShown:
    reference: str
    kind: str
    from_at: datetime
    to_at: datetime | None
    live: bool
    requirements: tuple[RequirementShown, ...]
    number: int | None = None  # of the page about it, where the reader may open one


@dataclass(frozen=True, slots=True)
class NextThing:
    """Something the person must do, soonest first."""

    at: datetime
    until: datetime
    words: str


def orders_of(person: PersonOrders, *, now: datetime) -> list[OrderShown]:
    """The orders, live ones first, each requirement in words."""
    shown = [
        OrderShown(
            order.order_id,
            order.kind.value,
            order.from_at,
            order.to_at,
            _live(order, now),
            tuple(_requirement(one, order, now) for one in order.requirements if _binds(one, now)),
        )
        for order in person.orders
    ]
    return sorted(shown, key=lambda order: (not order.live, order.from_at))


def next_things(person: PersonOrders, *, now: datetime, limit: int = 6) -> list[NextThing]:
    """Appointments and curfews of the coming fortnight, soonest first."""
    found: list[NextThing] = []
    for order in person.orders:
        for one in order.requirements:
            found += _appointments(one, now) if _live(order, now) else []
            done = one.kind is RequirementKind.FITTING and _wears_one(person, now)
            if one.kind in BE_THERE and one.timetable and not done:
                windows = required_windows(one, order, now, now + AHEAD)
                found += [
                    NextThing(start, end, own_asks(one))
                    for start, end in windows[:4]
                    if start > now
                ]
    return sorted(found, key=lambda thing: thing.at)[:limit]


def _requirement(one: Requirement, order: Order, now: datetime) -> RequirementShown:
    placed = one.zones or one.around
    windows = required_windows(one, order, now, now + AHEAD) if placed else []
    required = bool(windows) and windows[0][0] <= now
    change = (windows[0][1] if required else windows[0][0]) if windows else None
    return RequirementShown(
        one.requirement_id,
        one.kind.value,
        asks_words(one),
        own_asks(one),
        (*conditions_words(one, order), *_until(one)),
        (*own_conditions(one, order), *_until(one)),
        tuple(
            (gone.from_at, gone.to_at, gone.reason) for gone in one.exceptions if gone.to_at > now
        ),
        required,
        change if change is not None and change < now + AHEAD else None,
    )


def _until(one: Requirement) -> tuple[str, ...]:
    """A fitting window is short: its last day is part of what is asked."""
    if one.kind is not RequirementKind.FITTING or one.to_at is None:
        return ()
    return (f"Until {when_words(one.to_at)}, or until the tag is on",)


def _appointments(one: Requirement, now: datetime) -> list[NextThing]:
    return [
        NextThing(meeting.from_at, meeting.to_at, "Appointment")
        for series in one.appointments
        for meeting in occurrences(
            series, now, now + AHEAD, timezone=one.timezone, division=one.bank_holiday_division
        )
    ]


def _wears_one(person: PersonOrders, now: datetime) -> bool:
    return any(span.to_at is None or now < span.to_at for span in person.activations)


def _live(order: Order, now: datetime) -> bool:
    return order.from_at <= now and (order.to_at is None or now < order.to_at)


def _binds(one: Requirement, now: datetime) -> bool:
    """Not a version whose time is over (a varied requirement stands once per version)."""
    return one.to_at is None or one.to_at > now
