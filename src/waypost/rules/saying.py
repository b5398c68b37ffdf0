"""A violation in sentences: how sure it is and why it stands, times as people read them.

For pages and papers alike. Stored reasons hold UTC; `in_zone` puts them into wall time.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from waypost.rules.values import EVENT_KINDS, Certainty, JudgedViolation, RowKind

HOW_SURE: dict[Certainty, str] = {
    Certainty.CERTAIN: "Several fixes show it, each with its whole accuracy circle.",
    Certainty.PROBABLE: "One fix shows it, well beyond its accuracy circle; no second confirms it.",
    Certainty.POSSIBLE: "The fixes allow it and do not settle it.",
    Certainty.CANNOT_TELL: "There is no usable fix: nothing is known for this time, either way.",
}
HOW_SURE_OF_TAGS: dict[Certainty, str] = {
    Certainty.CERTAIN: "What the tag said, or that it said nothing, shows it.",
    Certainty.PROBABLE: "What the tag said makes it likely; what is still missing is said below.",
    Certainty.POSSIBLE: "It may be so. What else looks alike is said below.",
    Certainty.CANNOT_TELL: "Nothing is known for this time, either way.",
}
CERTAINTY_WORDS: dict[Certainty, str] = {
    Certainty.CERTAIN: "Certain",
    Certainty.PROBABLE: "Probable",
    Certainty.POSSIBLE: "Possible",
    Certainty.CANNOT_TELL: "Cannot tell",
}
SUREST_FIRST = tuple(Certainty)
STORED_TIME = re.compile(r"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d) UTC")


def how_sure(row: JudgedViolation) -> str:
    """What shows it: fixes, or what the tag said of itself."""
    of_tag = row.kind in EVENT_KINDS and row.kind is not RowKind.MOVING_EXCLUSION
    return (HOW_SURE_OF_TAGS if of_tag else HOW_SURE)[row.certainty]


def sentences(row: JudgedViolation, zone: str) -> tuple[str, ...]:
    """When, how sure, and why it stands; each a sentence."""
    stretch = stretch_words(row.from_at, row.to_at, zone)
    sure = f"{CERTAINTY_WORDS[row.certainty]}: {how_sure(row)[:1].lower()}{how_sure(row)[1:]}"
    return (f"{stretch}.", sure, *(in_zone(reason, zone) for reason in row.reasons))


def in_zone(reason: str, zone: str) -> str:
    """A stored reason with its times on the wall of the zone."""

    def words(found: re.Match[str]) -> str:
        return wall(datetime.strptime(found[1], "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC), zone)

    return STORED_TIME.sub(words, reason)


def stretch_words(from_at: datetime, to_at: datetime | None, zone: str) -> str:
    """`1 March 2026, 21:40:00 to 22:05:00 GMT`; the day twice where there are two."""
    start = from_at.astimezone(ZoneInfo(zone))
    if to_at is None:
        return f"Since {wall(from_at, zone)}"
    end = to_at.astimezone(ZoneInfo(zone))
    if (start.date(), start.tzname()) == (end.date(), end.tzname()):
        return f"{day(start)}, {start:%H:%M:%S} to {end:%H:%M:%S %Z}"
    return f"{wall(from_at, zone)} to {wall(to_at, zone)}"


def wall(instant: datetime, zone: str, *, seconds: bool = True) -> str:
    """`1 March 2026, 21:40:00 GMT`."""
    there = instant.astimezone(ZoneInfo(zone))
    return f"{day(there)}, {there:%H:%M:%S %Z}" if seconds else f"{day(there)}, {there:%H:%M %Z}"


def day(there: datetime) -> str:
    return f"{there.day} {there:%B %Y}"
