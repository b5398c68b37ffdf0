"""What each act of this room begins with: the person and the order, checked, and sound words."""

from __future__ import annotations

from datetime import datetime

from waypost.access import may
from waypost.access.values import Case, Permission, Posted
from waypost.errors import NoSuchThing, Refused
from waypost.necessity.values import (
    BEFORE_ORDER,
    LATE_AFTER,
    NAME_MAX,
    NO_SUCH_ORDER,
    WORDS_MAX,
    WORDS_MIN,
)
from waypost.orders.models import Order, Person
from waypost.orders.queries import case_of
from waypost.orders.values import OrderKind

MINUTE_OF_FORMS = 60  # seconds: a form knows no smaller time, and now is in the running minute


def checked(
    person_id: int, order_id: str, permission: Permission, *, by: Posted, now: datetime
) -> tuple[Case, Order]:
    """The case and the order in its newest version, if the officer may. NoSuchThing for an order
    that is not there, or that is no order of a wearer."""
    case = case_of(person_id, now=now)
    may.check(by, permission, case)
    return case, order_of(person_id, order_id)


def order_of(person_id: int, order_id: str) -> Order:
    rows = Order.objects.filter(person_id=person_id, reference=order_id.replace("\x00", ""))
    found = rows.exclude(kind=OrderKind.PROTECTION).order_by("-version", "-pk").first()
    if found is None:
        raise NoSuchThing(NO_SUCH_ORDER)
    return found


def lock(person_id: int) -> None:
    """Have one person's versions written one after another: the first has no row to lock."""
    Person.objects.select_for_update().get(pk=person_id)


def said(text: str, asks: str, *, limit: int = WORDS_MAX, least: int = WORDS_MIN) -> str:
    """The words in one line, whole. Refused with what is asked where they are too few or many."""
    words = " ".join(text.split())
    if len(words) < least:
        raise Refused(asks)
    if len(words) > limit:
        raise Refused(f"{asks} At most {limit} characters.")
    return words


def named(text: str, asks: str) -> str:
    return said(text, asks, limit=NAME_MAX, least=2)


def check_when(at: datetime, order: Order, why_late: str, *, now: datetime) -> str:
    """Why a proof is written down late, "" where it is not.

    raises   Refused for a time to come, one long before the order, or a late one without a reason
    """
    if (at - now).total_seconds() >= MINUTE_OF_FORMS:
        raise Refused("Say when it was done; that time has not come yet.")
    if at < order.from_at - BEFORE_ORDER:
        raise Refused("That is more than a month before the order begins; look at the date again.")
    if now - at <= LATE_AFTER:
        return ""
    return said(
        why_late,
        "It was done more than a day ago: say why it is written down only now, and what shows it.",
        limit=300,
    )
