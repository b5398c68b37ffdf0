"""What a meeting is prepared from, as the page shows it: praise, questions, changes, the tag."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from waypost.voice.answering import AskedSeen
from waypost.voice.meeting import STREAK_DAYS, MeetingSeen
from waypost.voice.values import Facts, Side, Stage
from waypost.voice.wording import missed_words, strand_words
from waypost.web.templatetags.waypost import local

STAGES: dict[Stage, str] = {
    Stage.START: "at the start", Stage.MIDDLE: "half way", Stage.END: "at the end",
}  # fmt: skip
SIDES: dict[Side, str] = {Side.WEARER: "The wearer", Side.PRACTITIONER: "You"}


def facts(found: Facts) -> dict[str, Any]:
    open_: list[str] = []
    settled: list[str] = []
    for one in found.missed:
        (settled if one.explained else open_).append(missed_words(one, found.zone))
    return {
        "seen": found,
        "strands": [strand_words(one) for one in found.strands],
        "streak": _streak(found.streak_days),
        "unexplained": open_,
        "explained": settled,
        "nothing_to_ask": not (open_ or found.owed or found.requests),
    }


def answered(found: Iterable[AskedSeen]) -> list[str]:
    """Whether each side answered at each stage; never what."""
    return [
        f"{SIDES[one.asked.side]} {STAGES[one.stage]}: "
        + ("answered" if one.answered_at else "not answered yet")
        for one in found
    ]


def diary(
    found: Iterable[MeetingSeen], *, now: datetime
) -> list[tuple[str, list[tuple[str, MeetingSeen]]]]:
    """Who is seen on which day and when, on the wall; today first."""
    days: dict[date, list[tuple[str, MeetingSeen]]] = defaultdict(list)
    for one in found:
        wall = local(one.at)
        days[wall.date()].append((f"{wall:%H:%M}", one))
    today = local(now).date()
    return [
        ("Today" if day == today else f"{day:%A} {day.day} {day:%B}", seen)
        for day, seen in sorted(days.items())
    ]


def _streak(days: int) -> str:
    if days < 2:
        return ""
    said = f"{days} or more" if days >= STREAK_DAYS else str(days)
    return f"{said} days in a row with nothing against them"
