"""The exact contact note, from facts alone. Pure: the same facts give the same words.

It says what was seen, of which period and in which zone, and how much could be told. There is no
coordinate and no address in it, and of a zone that moves with somebody only the day.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from waypost.voice.values import Facts, Missed, Strand

NOTHING = "None."


def contact_note(facts: Facts, *, made_at: datetime) -> str:
    """Lines of plain text, to be copied as they stand."""
    zone = facts.zone
    lines = [
        f"Electronic monitoring, {facts.reference}: {when(facts.from_at, zone)} to "
        f"{when(facts.to_at, zone)} ({zone}).",
        f"As known at {when(made_at, zone)}. Later data may change it.",
        "",
        "What was asked, and what was seen:",
        *_or(NOTHING, (f"- {strand_words(one)}" for one in facts.strands)),
        "",
        "Kept in full:",
        *_or(NOTHING, (f"- the week from {day:%A} {day.day} {day:%B %Y}"
                       for day in facts.weeks_kept)),
        "",
        "Recorded against what was asked:",
        *_or(NOTHING, (f"- {missed_words(one, zone)}" for one in facts.missed)),
        "",
        "Appointments:",
        *_or(NOTHING, (f"- {when(at, zone)}: {said}" for at, said in facts.appointments)),
        "",
        "Asked for, and answered:",
        *_or(NOTHING, (f"- {one}" for one in facts.requests)),
        "",
        "Changed in this period:",
        *_or(NOTHING, (f"- {one}" for one in facts.changes)),
        "",
        "The tag:",
        *_or(NOTHING, (f"- {one}" for one in facts.tag)),
    ]  # fmt: skip
    return "\n".join(lines)


def strand_words(one: Strand) -> str:
    """One thing that is asked: hours, what was seen of them, and what could be told."""
    told = (
        "how much could be told is not known"
        if one.share is None
        else f"{one.share:.0%} of it could be told"
    )
    said = f"{one.asks}: asked for {hours(one.required_h)}, seen to be kept {hours(one.kept_h)}"
    against = f", not kept {hours(one.violated_h)}" if one.violated_h else ""
    return f"{said}{against}; {told}."


def missed_words(one: Missed, zone: str) -> str:
    until = f" to {when(one.until, zone)}" if one.until is not None else ""
    sure = "" if one.certain else " (not certain)"
    return f"{when(one.at, zone)}{until}: {one.what}{sure}; {one.explained or 'not explained yet'}."


def when(at: datetime, zone: str) -> str:
    """With the day, the wall time and the zone's own short name, since 01:30 comes twice a year."""
    wall = at.astimezone(ZoneInfo(zone))
    return f"{wall:%a} {wall.day} {wall:%b %Y %H:%M} {wall.tzname()}"


def hours(count: float) -> str:
    return f"{count:.1f} h"


def _or(empty: str, lines: Iterable[str]) -> list[str]:
    return list(lines) or [empty]
