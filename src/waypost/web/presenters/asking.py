"""Requests to be away as pages show them: for the wearer in plain words, for staff with what they
touch."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from waypost.asking.lifecycle import OWN_WORDS, STATUS_WORDS
from waypost.asking.queries import MoveSeen, RequestSeen
from waypost.asking.values import HOURS_KINDS, OPEN, WHY_WORDS, Act, Status
from waypost.orders.timetable import required_windows
from waypost.orders.values import PersonOrders
from waypost.web.presenters.fitting import form_time

COLOURS: dict[Status, str] = {
    Status.WAITING: "blue", Status.GRANTED: "green", Status.REFUSED: "red",
    Status.WITHDRAWN: "grey", Status.UNANSWERED: "orange",
}  # fmt: skip
DONE: dict[str, str] = {
    Act.GRANT: "Granted as asked", Act.GRANT_OTHER: "Granted for other hours",
    Act.REFUSE: "Refused", Act.WITHDRAW: "Withdrawn", Act.BEGIN: "Its time began unanswered",
}  # fmt: skip
AHEAD = timedelta(days=7)
START_IN = timedelta(minutes=30)
HOURS = timedelta(hours=3)


def asks(found: Iterable[RequestSeen], *, now: datetime) -> list[dict[str, Any]]:
    return [ask(one, now=now) for one in found]


def ask(one: RequestSeen, *, now: datetime) -> dict[str, Any]:
    return {
        "seen": one,
        "why": WHY_WORDS[one.why],
        "status_words": STATUS_WORDS[one.status].capitalize(),
        "own_words": OWN_WORDS[one.status],
        "colour": COLOURS[one.status],
        "is_open": one.status in OPEN,
        "waits": one.status is Status.WAITING,
        "granted": one.status is Status.GRANTED,
        "other_hours": one.granted_from is not None
        and (one.granted_from, one.granted_to) != (one.from_at, one.to_at),
        "late": one.status in OPEN and now >= one.answer_by,
        "touched": [
            {
                "key": f"{touched.order_id}|{touched.requirement_id}",
                "kind": touched.kind.value,
                "own_words": touched.own_words,
                "order_id": touched.order_id,
                "requirement_id": touched.requirement_id,
                "windows": touched.windows[:4],
            }
            for touched in one.touched
        ],
    }


def story(moves: Iterable[MoveSeen]) -> list[dict[str, Any]]:
    return [
        {"at": one.at, "who": one.who, "said": DONE.get(one.act, one.act), "words": one.words}
        for one in moves
    ]


def suggested(person: PersonOrders, *, now: datetime) -> dict[str, str]:
    """Hours to begin with in the form: the next in which the order asks to be somewhere."""
    windows = [
        window
        for order in person.orders
        for one in order.requirements
        if one.kind in HOURS_KINDS
        for window in required_windows(one, order, now + START_IN, now + AHEAD)
    ]
    if not windows:
        return {}
    start, end = min(windows)
    start = start.replace(minute=start.minute // 5 * 5, second=0, microsecond=0)
    return {"from_at": form_time(start), "to_at": form_time(min(end, start + HOURS))}
