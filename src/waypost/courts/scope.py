"""Who may see which message: whoever enters orders, but for people they may not know of."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from waypost.access import may
from waypost.access.values import Permission, Posted
from waypost.courts.models import CourtMessage
from waypost.errors import NoSuchThing
from waypost.orders.queries import case_of, hidden_person_ids

NO_SUCH_MESSAGE = "There is no such message from a court."
NUMBER_MAX = 2**63 - 1


def message_of(message_id: int, by: Posted, *, now: datetime) -> CourtMessage:
    """The message. NoSuchThing where there is none, or none that they may know of."""
    may.check(by, Permission.ORDER_WRITE)
    rows = CourtMessage.objects.filter(pk=message_id) if message_id <= NUMBER_MAX else ()
    message = next(iter(rows), None)
    if message is None or not list(seen_by([message], by, now=now)):
        raise NoSuchThing(NO_SUCH_MESSAGE)
    if message.person_id is not None:
        case = case_of(message.person_id, now=now)
        may.check(by, Permission.ORDER_WRITE, case, absent=NO_SUCH_MESSAGE)
    return message


def seen_by(
    messages: Iterable[CourtMessage], by: Posted, *, now: datetime
) -> Iterable[CourtMessage]:
    """Without those about, or perhaps about, somebody whom the officer may not know of."""
    hidden = hidden_person_ids(by, Permission.ORDER_WRITE, now=now)
    for one in messages:
        if one.person_id not in hidden and not hidden.intersection(one.resembles):
            yield one
