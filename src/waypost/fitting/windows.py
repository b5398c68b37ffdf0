"""Who is to be fitted with a tag, whose tag is to come off, and by when. Pure.

A tag is needed from an order's start to the end of its last requirement that is monitored (need):
    needed now and none worn     -> "ordered, not fitted": to be done by the end of the window that
                                    the court set, else within FIT_WITHIN
    worn and not needed now      -> "tag on, no live order": to come off within REMOVE_WITHIN
A protected person's device is no tag of a wearer and stands in neither list.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from waypost.devices.values import VisitOutcome, VisitPurpose
from waypost.errors import Refused
from waypost.orders.timetable import Window, merge, required_windows
from waypost.orders.values import (
    ActivationSpan,
    Order,
    OrderKind,
    PersonOrders,
    Requirement,
    RequirementKind,
)

NO_END = datetime.max.replace(tzinfo=UTC)
BEGINNING = datetime.min.replace(tzinfo=UTC)
# What needs a tag: all but the window in which it is fitted.
NEEDS_TAG = frozenset(RequirementKind) - {RequirementKind.FITTING}
# Ours, where the court set no window: the usual window runs to the second day.
FIT_WITHIN = timedelta(days=2)
# Ours: the person has no duty left, so a visit is owed by the next day.
REMOVE_WITHIN = timedelta(hours=24)
WINDOW_LONGEST = timedelta(days=60)  # an unending window is looked at no further


@dataclass(frozen=True, slots=True)
class Attempt:
    """A visit made. `in_window`: within the hours that the court set; None where it set none."""

    at: datetime
    purpose: VisitPurpose
    outcome: VisitOutcome
    reason: str
    officer_name: str
    in_window: bool | None


@dataclass(frozen=True, slots=True)
class Visited:
    """A visit as it was recorded."""

    at: datetime
    purpose: VisitPurpose
    outcome: VisitOutcome
    reason: str = ""
    officer_name: str = ""


@dataclass(frozen=True, slots=True)
class ToFit:
    """Somebody who should wear a tag and does not.

    since         from when it was needed and none was worn
    deadline      end of the court's window (`window_set`), else FIT_WITHIN after `since`
    window        the window that is open now, else the next one; None: none is left
    """

    person: PersonOrders
    order: Order
    since: datetime
    deadline: datetime
    window_set: bool
    window: Window | None
    attempts: tuple[Attempt, ...]

    def overdue(self, now: datetime) -> bool:
        return self.deadline <= now

    def open_now(self, now: datetime) -> bool:
        return self.window is not None and self.window[0] <= now


@dataclass(frozen=True, slots=True)
class ToRemove:
    """A tag on somebody of whom nothing is asked that needs one.

    since        the end of the last requirement, or the fitting where there was none
    next_order   when another order begins, if one is known: the tag may be needed again
    """

    person: PersonOrders
    span: ActivationSpan
    since: datetime
    deadline: datetime
    next_order: datetime | None
    attempts: tuple[Attempt, ...]

    def overdue(self, now: datetime) -> bool:
        return self.deadline <= now


def need(person: PersonOrders) -> list[Window]:
    """When the person needs a tag: sorted, disjoint; NO_END stands for no end.

    From an order's start, though its first requirement may begin later: the tag is on before it.
    """
    found: list[Window] = []
    for order in person.orders:
        if order.kind is OrderKind.PROTECTION:
            continue
        ends = [_end(one, order) for one in order.requirements if one.kind in NEEDS_TAG]
        found += [(order.from_at, max(ends))] if ends and max(ends) > order.from_at else []
    return merge(found)


def to_fit(person: PersonOrders, visits: Sequence[Visited], *, now: datetime) -> ToFit | None:
    """What is to be done to fit the person, or None: nothing asked now, or a tag is on."""
    live = next((one for one in need(person) if one[0] <= now < one[1]), None)
    if live is None or worn_now(person, now=now) is not None:
        return None
    ended = [span.to_at for span in person.activations if span.to_at and span.to_at <= now]
    since = max([live[0], *(at for at in ended if at > live[0])])
    windows = [one for one in fitting_windows(person) if one[1] > since]
    return ToFit(
        person,
        _order_now(person, now),
        since,
        windows[-1][1] if windows else since + FIT_WITHIN,
        bool(windows),
        next((one for one in windows if one[1] > now), None),
        attempts_of(person, visits, VisitPurpose.FIT, since),
    )


def to_remove(person: PersonOrders, visits: Sequence[Visited], *, now: datetime) -> ToRemove | None:
    """The tag that is to come off the person, or None: it is needed, or there is none."""
    span = worn_now(person, now=now)
    if span is None or is_protected(person):
        return None
    since = not_needed_since(person, span, now=now)
    if since is None:
        return None
    coming = [order.from_at for order in person.orders if order.from_at > now]
    return ToRemove(
        person,
        span,
        since,
        since + REMOVE_WITHIN,
        min(coming, default=None),
        attempts_of(person, visits, VisitPurpose.REMOVE, since),
    )


def not_needed_since(
    person: PersonOrders, span: ActivationSpan, *, now: datetime
) -> datetime | None:
    """From when the tag worn is not needed; None while it is."""
    spans = need(person)
    if any(start <= now < end for start, end in spans):
        return None
    ends = [end for _, end in spans if span.from_at < end <= now]
    return max([span.from_at, *ends])


def removal_due_at(
    person: PersonOrders, *, now: datetime
) -> tuple[ActivationSpan, datetime] | None:
    """The tag worn now and when its removal falls due (past or to come); None: not foreseen."""
    span = worn_now(person, now=now)
    if span is None or is_protected(person):
        return None
    since = not_needed_since(person, span, now=now)
    if since is not None:
        return span, since
    end = next(end for start, end in need(person) if start <= now < end)
    return None if end == NO_END else (span, end)


def fitting_windows(person: PersonOrders) -> list[Window]:
    """The hours in which the person must be in to be fitted, of every order; sorted, disjoint."""
    found: list[Window] = []
    for order in person.orders:
        for one in order.requirements:
            if one.kind is RequirementKind.FITTING:
                start = max(order.from_at, one.from_at or order.from_at)
                end = min(_end(one, order), min(start, NO_END - WINDOW_LONGEST) + WINDOW_LONGEST)
                found += required_windows(one, order, start, end)
    return merge(found)


def fitting_requirement(person: PersonOrders, *, at: datetime) -> tuple[Order, Requirement] | None:
    """The window that the court set, of an order live at the instant; the latest of several."""
    found = [
        (order, one)
        for order in person.orders
        for one in order.requirements
        if one.kind is RequirementKind.FITTING and _live(order, at)
    ]
    return found[-1] if found else None


def in_window(person: PersonOrders, at: datetime) -> bool | None:
    """Whether the court asked the person to be in at the instant; None: it set no window."""
    windows = fitting_windows(person)
    return any(start <= at < end for start, end in windows) if windows else None


def attempts_of(
    person: PersonOrders, visits: Iterable[Visited], purpose: VisitPurpose, since: datetime
) -> tuple[Attempt, ...]:
    """The visits of this purpose since then, earliest first."""
    mine = sorted(
        (one for one in visits if one.purpose is purpose and one.at >= since),
        key=lambda one: one.at,
    )
    timed = purpose is VisitPurpose.FIT
    return tuple(
        Attempt(one.at, one.purpose, one.outcome, one.reason, one.officer_name,
                in_window(person, one.at) if timed else None)
        for one in mine
    )  # fmt: skip


def worn_now(person: PersonOrders, *, now: datetime) -> ActivationSpan | None:
    """The tag that the person wears; of two, the later fitted."""
    live = [one for one in person.activations if one.from_at <= now and _before(now, one.to_at)]
    return max(live, key=lambda one: one.from_at, default=None)


def order_live(person: PersonOrders, at: datetime) -> bool:
    return any(_live(order, at) for order in person.orders)


def is_protected(person: PersonOrders) -> bool:
    """Whether the device is carried by consent and not by order."""
    return any(order.kind is OrderKind.PROTECTION for order in person.orders)


def check_time(at: datetime, *, not_before: datetime | None, now: datetime, act: str) -> None:
    """Refused when the act is said to lie in the future, or before what came before it."""
    if at > now:
        raise Refused(f"The time of {act} is in the future; enter when it was done.")
    if not_before is not None and at < not_before:
        raise Refused(
            f"The time of {act} is before {not_before:%Y-%m-%d %H:%M} UTC, when the last change "
            "of this person's or this device's tag was recorded; enter a later time."
        )


def check_attempt(outcome: VisitOutcome, reason: str) -> None:
    """Refused without a reason where the visit came to nothing."""
    if outcome is not VisitOutcome.DONE and not reason.strip():
        raise Refused("Say why it could not be done; the next officer will want to know.")


def _order_now(person: PersonOrders, now: datetime) -> Order:
    """The live order that asks for the tag: the earliest begun."""
    live = [
        order
        for order in person.orders
        if _live(order, now) and any(one.kind in NEEDS_TAG for one in order.requirements)
    ]
    return min(live, key=lambda order: order.from_at)


def _end(requirement: Requirement, order: Order) -> datetime:
    return min(requirement.to_at or NO_END, order.to_at or NO_END)


def _live(order: Order, at: datetime) -> bool:
    return order.from_at <= at and _before(at, order.to_at)


def _before(at: datetime, end: datetime | None) -> bool:
    return end is None or at < end
