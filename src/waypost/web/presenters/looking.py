"""Who looked at a person's data, as people read it: by day, said once however often it was done."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from waypost.access.queries import SeenLine
from waypost.web.templatetags.waypost import when_words, words

DONE: dict[str, str] = {
    "person:viewed": "looked at the person’s page",
    "person:viewed_own": "looked at their own page",
    "track:viewed": "looked at where the tag was",
    "alert:viewed": "read an alert",
    "alert:acknowledged": "saw an alert and said so",
    "alert:taken_in_hand": "started to deal with an alert",
    "alert:noted": "wrote a note on an alert",
    "alert:explained": "wrote down the excuse for an alert",
    "alert:upheld": "decided that an alert stands",
    "alert:closed": "closed an alert",
    "alert:reopened": "opened an alert again",
    "officer:made": "made the sign-in",
    "orders:imported": "put in the order",
    "sealed:released": "let out what the tag said before the order was recorded",
    "device:fitted": "put a tag on",
    "device:removed": "took the tag off",
    "device:swapped": "changed the tag for another",
    "visit:recorded": "wrote down a visit",
    "fitting:viewed": "looked at what is to be done about the tag",
    "fitting:watched": "checked that a tag just put on works",
    "fitting:first_fix_seen": "saw that the tag just put on works",
    "fitting:notice_given": "gave the notice about the tag",
    "match:viewed": "looked at a match with a recorded crime",
}


@dataclass(frozen=True, slots=True)
class Look:
    """One line: who did what that day, why, how often, and whether it was refused."""

    officer: str
    role: str
    did: str
    purpose: str
    refused: bool
    times: int


@dataclass(frozen=True, slots=True)
class LookDay:
    day: str
    looks: tuple[Look, ...]


def by_day(lines: Iterable[SeenLine]) -> list[LookDay]:
    """The lines as they come (newest first), under their days; the same again is counted."""
    days: dict[str, dict[tuple[str, str, str, str, bool], int]] = {}
    for line in lines:
        said = (line.officer, line.role, did(line.kind), line.purpose, line.outcome != "done")
        looks = days.setdefault(when_words(line.at, "day"), {})
        looks[said] = looks.get(said, 0) + 1
    return [
        LookDay(day, tuple(Look(*said, times) for said, times in looks.items()))
        for day, looks in days.items()
    ]


def did(kind: str) -> str:
    """`track:viewed` as a verb phrase; a kind not in the table keeps its own words."""
    asked = kind.removesuffix(":refused")
    return f"asked for {asked.replace('_', ' ')}" if asked != kind else DONE.get(kind, words(kind))
