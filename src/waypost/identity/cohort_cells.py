"""What one cell of a cohort sheet means, or why it cannot be told: pure, and nothing guessed.

Each gives (value, "") or (None, what is wrong and what to do).
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

from waypost.clock import read_instant, write_instant
from waypost.orders.placing import find_place
from waypost.orders.values import WEEKDAYS
from waypost.orders.walltime import wall_instant

HOME = "Europe/London"
RADIUS_MAX_M = 50_000
OPEN_MAX_M = 200.0  # of the square that a place leaves open: a postcode leaves none
Trouble = tuple[str, str]  # message, action
NO_TROUBLE: Trouble = ("", "")
_DAY_FIRST = re.compile(r"(\d{1,2})[/.](\d{1,2})[/.](\d{4})", re.ASCII)
_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_HOURS = re.compile(
    r"(?P<start>\d{1,2}:\d{2})\s*(?:-|–|to)\s*(?P<end>\d{1,2}:\d{2})\s*(?P<days>[^;]*)",
    re.IGNORECASE | re.ASCII,
)
DAY_WORDS = {
    "daily": WEEKDAYS, "every day": WEEKDAYS, "each day": WEEKDAYS, "weekdays": WEEKDAYS[:5],
    "weekends": WEEKDAYS[5:], "weekend": WEEKDAYS[5:],
}  # fmt: skip
DAY_NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
YES, NO = {"yes", "y", "true", "1"}, {"no", "n", "false", "0"}


def day_of(text: str) -> tuple[date | None, Trouble]:
    """A calendar day, ISO or day first, as sheets in Britain have it."""
    try:
        if _ISO_DAY.fullmatch(text):
            return date.fromisoformat(text), NO_TROUBLE
        if match := _DAY_FIRST.fullmatch(text):
            return date(int(match[3]), int(match[2]), int(match[1])), NO_TROUBLE
    except ValueError:
        pass
    return None, ("this is no day of the calendar", "write 2026-03-31, or 31/03/2026 (day first)")


def edge_of(text: str, *, is_end: bool) -> tuple[str | None, Trouble]:
    """The instant of an edge of an order, ISO UTC: a day is from its midnight, and to the end of
    it, in London; a time needs its offset."""
    day, trouble = day_of(text)
    if day is None:
        try:
            return write_instant(read_instant(text)), NO_TROUBLE
        except ValueError:
            return None, trouble
    try:
        day = day + timedelta(days=1) if is_end else day
        return write_instant(wall_instant(day, "00:00", HOME)), NO_TROUBLE
    except (OverflowError, ValueError):
        return None, trouble


def circle_of(place: str, radius: str) -> tuple[dict[str, Any] | None, Trouble]:
    """A circle as an orders file has it. The radius is in metres and never left out."""
    found = find_place(place)
    if found is None:
        return None, (
            "no such place is known",
            "give a postcode, a grid reference, or latitude, longitude",
        )
    if found.open_m > OPEN_MAX_M:
        return None, (
            "the place is too rough to be the middle of a circle",
            "give a postcode, or degrees with four decimals",
        )
    return {"type": "Point", "coordinates": [found.lon, found.lat], "radius_m": float(radius)}, (
        NO_TROUBLE
    )


def radius_of(text: str) -> tuple[str | None, Trouble]:
    """Metres, of which the unit may stand behind it; no other unit is taken."""
    number = re.sub(r"\s*(m|metres|meters)$", "", text.strip(), flags=re.IGNORECASE)
    try:
        if 0 < float(number) <= RADIUS_MAX_M:
            return number, NO_TROUBLE
    except ValueError:
        pass
    return None, (
        "this is no length in metres",
        f"write a number of metres, above 0 and at most {RADIUS_MAX_M:,}",
    )


def hours_of(text: str) -> tuple[list[dict[str, Any]] | None, Trouble]:
    """Rows of a timetable: "19:00-07:00 daily", several with ; between them."""
    rows = []
    for part in filter(None, (one.strip() for one in text.split(";"))):
        match = _HOURS.fullmatch(part)
        days = _days(match["days"]) if match else ()
        if match is None or not days or not all(map(_is_clock, (match["start"], match["end"]))):
            return None, (
                "these hours cannot be read with certainty",
                "write 19:00-07:00 daily, or 19:00-07:00 Mon-Fri; 21:00-07:00 Sat Sun",
            )
        rows.append({"days": list(days), "start": match["start"].zfill(5),
                     "end": match["end"].zfill(5)})  # fmt: skip
    if not rows:
        return None, ("no hours stand here", "write 19:00-07:00 daily")
    return rows, NO_TROUBLE


def flag_of(text: str) -> tuple[bool | None, Trouble]:
    word = text.casefold()
    if word in YES | NO:
        return word in YES, NO_TROUBLE
    return None, ("this is neither yes nor no", "write yes or no")


def _is_clock(text: str) -> bool:
    hour, _, minute = text.partition(":")
    return int(hour) < 24 and int(minute) < 60


def _days(text: str) -> tuple[str, ...]:
    """Codes of the days meant, in order; empty where the words are not all days."""
    words = text.strip().casefold().rstrip(".")
    if words in DAY_WORDS:
        return DAY_WORDS[words]
    found: set[str] = set()
    for part in re.split(r"[\s,]+(?:and\s+)?", re.sub(r"\s*(?:-|–)\s*", "-", words)):
        ends = [_day(one) for one in part.split("-")]
        if not part or len(ends) > 2 or None in ends:
            return ()
        first, last = ends[0] or 0, ends[-1] or 0
        span = (last - first) % 7
        found |= {WEEKDAYS[(first + n) % 7] for n in range(span + 1)}
    return tuple(day for day in WEEKDAYS if day in found)


def _day(word: str) -> int | None:
    fits = [n for n, name in enumerate(DAY_NAMES) if len(word) >= 2 and name.startswith(word)]
    return fits[0] if len(fits) == 1 else None
