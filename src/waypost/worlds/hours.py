"""Wall time of the seeded London, as seconds since 1970.

Worlds say what truly happened, and that is what the rules are checked against; so they expand
hours by themselves rather than through `orders.timetable`, whose mistakes they would share.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from waypost.orders.values import WEEKDAYS, TimetableRow

ZONE = ZoneInfo("Europe/London")
Seconds = float
Window = tuple[Seconds, Seconds]  # half-open


@lru_cache(maxsize=20_000)
def wall_s(day: date, minute: int) -> Seconds:
    """The instant of a wall time, given as minutes after that date's midnight (may pass 1440).

    A skipped wall time moves on an hour; a doubled one is the first: what fold=0 gives.
    """
    shown = datetime(day.year, day.month, day.day) + timedelta(minutes=minute)  # noqa: DTZ001
    return shown.replace(tzinfo=ZONE).astimezone(UTC).timestamp()


def local_date(instant_s: Seconds) -> date:
    return datetime.fromtimestamp(instant_s, ZONE).date()


def dates(from_s: Seconds, to_s: Seconds) -> Iterator[date]:
    """Local dates that touch [from_s, to_s), and the one before: a night belongs to its evening."""
    day = local_date(from_s) - timedelta(days=1)
    while wall_s(day, 0) < to_s:
        yield day
        day += timedelta(days=1)


def minute_of(text: str) -> int:
    """ "19:30" as minutes after midnight."""
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)


def windows(rows: Sequence[TimetableRow] | None, from_s: Seconds, to_s: Seconds) -> list[Window]:
    """Required time within [from_s, to_s), in order; None asks always."""
    if rows is None:
        return [(from_s, to_s)]
    found = []
    for day in dates(from_s, to_s):
        for row in rows:
            if WEEKDAYS[day.weekday()] in row.days:
                start, end = minute_of(row.start), minute_of(row.end)
                span = wall_s(day, start), wall_s(day, end if end > start else end + 1440)
                found.append((max(span[0], from_s), min(span[1], to_s)))
    return sorted(span for span in found if span[0] < span[1])


def without(spans: Sequence[Window], taken: Sequence[Window]) -> list[Window]:
    """What is left of the spans when others are taken out; sorted and disjoint if they came so."""
    left = list(spans)
    for start, end in taken:
        left = [
            piece
            for first, last in left
            for piece in ((first, min(last, start)), (max(first, end), last))
            if piece[0] < piece[1]
        ]
    return left
