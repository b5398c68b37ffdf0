"""Requests for people's own data, as officers and as the person reads them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from waypost.keeping import clocks
from waypost.keeping.gathering import Text
from waypost.keeping.queries import RequestSeen
from waypost.keeping.values import OPEN, OWN_STATUS_WORDS, STATUS_WORDS, Status, Withheld

TROUBLE_AT = {
    "identify": "how", "extend": "why-extend", "prepare": "main", "let_out": "texts",
    "release": "read", "refuse": "why-refuse", "restrict": "record", "review": "restrictions",
}  # fmt: skip
GROUND_WORDS: dict[Withheld, str] = {
    Withheld.POLICE: "The police are looking into something",
    Withheld.PROTECTED: "It would tell of somebody who is kept safe",
    Withheld.THIRD: "It is about somebody else, or was said by them",
}
COLUMN_WORDS = {
    "words": "What was said", "why": "Why", "note": "Note", "reason": "Reason",
    "given_by": "Who said it", "evidence": "Evidence", "raised_by": "Who raised it",
}  # fmt: skip


def line(one: RequestSeen) -> dict[str, Any]:
    return {
        "seen": one,
        "state": STATUS_WORDS[one.status],
        "by_day": clocks.last_day(one.due_at),
        "is_open": one.status in OPEN,
    }


def own_line(one: RequestSeen) -> dict[str, Any]:
    return {
        "seen": one,
        "words": OWN_STATUS_WORDS[one.status],
        "by_day": clocks.last_day(one.due_at),
        "is_open": one.status in OPEN,
        "may_fetch": one.status in {Status.RELEASED, Status.FETCHED},
    }


def offered(one: RequestSeen) -> dict[str, bool]:
    """Which acts its page offers."""
    status = one.status
    return {
        "identify": status is Status.ASKED,
        "prepare": status in {Status.IDENTIFIED, Status.PREPARED},
        "release": status is Status.PREPARED,
        "extend": status in OPEN and not one.extended_why,
        "refuse": status in OPEN,
        "texts": status in OPEN,
    }


def texts(found: Sequence[Text]) -> list[dict[str, Any]]:
    return [
        {
            "text": one,
            "id": f"text-{number}",
            "column": COLUMN_WORDS.get(one.column, one.column.replace("_", " ").capitalize()),
        }
        for number, one in enumerate(found, 1)
    ]
