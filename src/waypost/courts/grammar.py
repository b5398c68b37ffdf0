"""The small grammar of what courts write freely: hours, days, periods, distances, places, dates.

    hours     [between] CLOCK and|to|until|- CLOCK  DAYS          DAYS may stand first
    CLOCK     22:00  22.00  2200  7pm  7.30 pm  noon  midnight
    DAYS      every day, daily, each night, 7 days a week; weekdays; weekends; Monday; Mon - Fri;
              Mon, Wed and Fri
    period    6 Months, 1 Year, 12 weeks, 90 days
    distance  5 miles, 2miles radius, 300 m, 1.5 km, half a mile, 200 yards
    place     one postcode somewhere in the text; else all of it a National Grid reference, latitude
              and longitude, or a zone as the editor writes one ("circle: E8 3QW, 300 m")

A text is *read* only if every word of it has a meaning here. What is left over makes it unclear,
and then a person is asked: nothing is yielded that does not stand in the words. Pure; never raises.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise

from waypost.courts.values import Period
from waypost.errors import Unavailable
from waypost.orders.placing import Found, find_place
from waypost.orders.values import WEEKDAYS, TimetableRow

MILE_M, YARD_M = 1609.344, 0.9144  # international
METRES_MIN = 50  # "2 m" around a place is no zone: miles may be meant
TEXT_MAX = 4_000  # longer than any condition: not looked at by expressions

_CLOCK = re.compile(
    r"(?<!\d)(?<!\d[:.])(?:(?P<h>\d{1,2})(?:[:.](?P<m>\d{2}))?\s*(?P<half>[ap])\.?m\b\.?"
    r"|(?P<h24>\d{1,2})[:.](?P<m24>\d{2})(?::00)?(?![\d:])(?:\s*hrs?\b|\s*hours\b)?"
    r"|(?P<mil>\d{4})\s*(?:hrs?|hours)\b"
    r"|\b(?P<word>noon|midday|midnight)\b)"
)
_DAY = re.compile(
    r"\b(?:(mon|tue|wed|thu|fri|sat|sun)(?:s|r|rs|nes|ur|urs)?(?:day)?s?)\b\.?", re.IGNORECASE
)
_DAYS_OF = {"mon": 0, "tue": 1, "wed": 2, "thu": 3, "fri": 4, "sat": 5, "sun": 6}
_EVERY = re.compile(
    r"\b(?:every\s+(?:single\s+)?(?:day|night|evening)|each\s+(?:day|night|evening)|daily|nightly"
    r"|(?:7|seven)\s+(?:days|nights)\s+(?:a|per|each)\s+week|all\s+week)\b"
)
_WEEKDAYS = re.compile(r"\b(?:on\s+)?week\s?days\b")
_WEEKENDS = re.compile(r"\b(?:on|at)?\s*week\s?ends?\b")
_RANGE = re.compile(r"\s*(?:-|–|to|until|till|through)\s*")
_FILLER = re.compile(
    r"\b(?:between|from|the|hours?|of|and|to|until|till|on|at|curfew|frequency|inclusive|days?"
    r"|nights?|a|be|is|runs?|local|time|details|timings)\b|[\s:;,.()–-]+"
)
_PERIOD = re.compile(r"\s*(\d{1,4})\s*(day|week|month|year)s?\s*\.?\s*", re.IGNORECASE)
_DISTANCE = re.compile(
    r"(?:(?P<half>half)\s+(?:a\s+)?|(?P<n>\d{1,6}(?:\.\d{1,3})?)\s*)"
    r"(?P<unit>miles?|mi|kilomet(?:re|er)s?|kms?|met(?:re|er)s?|m|yards?|yds?)?\b",
    re.IGNORECASE,
)
_DISTANCE_FILLER = re.compile(r"\b(?:radius|within|of|a|an|in|the|from|around|round)\b|[\s:,.-]+")
_POSTCODE = re.compile(r"\b([A-Z]{1,2}\d[A-Z\d]?)\s*(\d[A-Z]{2})\b", re.IGNORECASE)
_DATE = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})|(\d{4})-(\d{2})-(\d{2})")
_TIME = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?")


@dataclass(frozen=True, slots=True)
class HoursRead:
    """Hours as read.

    rows      None: they could not be read, and `why` says in words what is missing or doubled
    readings  what the words may mean where they may mean several things, each with its words
    """

    rows: tuple[TimetableRow, ...] | None
    why: str = ""
    readings: tuple[tuple[str, tuple[TimetableRow, ...]], ...] = ()


@dataclass(frozen=True, slots=True)
class DistanceRead:
    """A distance. metres None: unclear, and `choices` holds what it may mean, in words."""

    metres: float | None
    why: str = ""
    choices: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class PlaceRead:
    """found None: the words name no one place that is known here."""

    found: Found | None
    why: str = ""
    postcodes: tuple[str, ...] = ()


def read_hours(text: str) -> HoursRead:
    """Hours from words. Two clocks and the days, and nothing that is not understood."""
    if not text.strip():
        return HoursRead(None, "No hours are given.")
    low = " ".join(text.casefold().split())
    if len(low) > TEXT_MAX:
        return HoursRead(None, "The text is too long to be read as hours.")
    clocks = [(match, clock) for match in _CLOCK.finditer(low) if (clock := _clock(match))]
    if len(clocks) != 2:
        said = "no time of day" if not clocks else f"{len(clocks)} times of day, not two"
        return HoursRead(None, f"The words hold {said}.")
    before, between, behind = _between(low, [match for match, _ in clocks])
    sides = [side for side in (before, behind) if _names_days(side)]
    if _names_days(between) or len(sides) > 1:  # "Monday 7pm to Friday 7am" is one long stretch
        return HoursRead(None, "Days stand between the hours, or on both sides of them.")
    days, weekend, rest = _days(sides[0] if sides else "")
    rest = " ".join([rest, between, *(side for side in (before, behind) if side not in sides)])
    start, end = clocks[0][1], clocks[1][1]
    overnight = end <= start
    if left := _FILLER.sub(" ", rest).strip():
        what = "the days are" if days is None and not weekend else "part of it is"
        return HoursRead(None, f"The hours are {start} to {end}, but {what} unclear: “{left}”.",
                         _readings(days, start, end))  # fmt: skip
    if weekend and overnight:
        return HoursRead(
            None,
            f"{start} to {end} runs past midnight, and “weekends” does not say which nights.",
            _weekend_readings(start, end),
        )
    if weekend:
        days = ("SA", "SU")
    if days is None:
        return HoursRead(None, f"The hours are {start} to {end}, but no days are named.",
                         _readings(None, start, end))  # fmt: skip
    return HoursRead((TimetableRow(days, start, end),))


def read_period(text: str) -> Period | None:
    """A length of time as courts write it; None when it is not one."""
    match = _PERIOD.fullmatch(text[:TEXT_MAX])
    if match is None or int(match[1]) == 0:
        return None
    return Period(int(match[1]), match[2].casefold())


def after(start: datetime, period: Period) -> datetime | None:
    """The same wall time, the period later; None outside the calendar."""
    try:
        if period.unit in {"day", "week"}:
            days = period.count * (7 if period.unit == "week" else 1)
            return start + timedelta(days=days)
        months = start.month - 1 + period.count * (12 if period.unit == "year" else 1)
        year, month = start.year + months // 12, months % 12 + 1
        day = min(start.day, _days_in(year, month))
        return start.replace(year=year, month=month, day=day)
    except (ValueError, OverflowError):
        return None


def read_distance(text: str) -> DistanceRead:
    """A radius in metres, if its unit is stated and can only mean one thing."""
    low = text[:TEXT_MAX].casefold()
    found = list(_DISTANCE.finditer(low))
    if len(found) != 1:
        why = "no distance" if not found else f"{len(found)} distances"
        return DistanceRead(None, f"“{text.strip()}” holds {why}.")
    match = found[0]
    if left := _DISTANCE_FILLER.sub(" ", _without(low, [match])).strip():
        return DistanceRead(None, f"Part of the distance is unclear: “{left}”.")
    count = 0.5 if match["half"] else float(match["n"])
    if count <= 0:
        return DistanceRead(None, "The distance is nothing.")
    unit = match["unit"] or ""
    if not unit:
        return DistanceRead(None, f"The distance is “{match[0].strip()}” without a unit.",
                            _units(count, "miles", "kilometres", "metres"))  # fmt: skip
    if unit == "m" and count < METRES_MIN:
        return DistanceRead(None, f"“{match[0].strip()}” may be metres or miles.",
                            _units(count, "miles", "metres"))  # fmt: skip
    return DistanceRead(count * _unit_m(unit))


def read_place(text: str) -> PlaceRead:
    """The one place that the words name by a postcode, a grid reference, or degrees."""
    said = text[:TEXT_MAX].strip()
    if not said:
        return PlaceRead(None, "No place is named.")
    codes = tuple(dict.fromkeys(f"{a} {b}".upper() for a, b in _POSTCODE.findall(said)))
    if len(codes) > 1:
        return PlaceRead(None, f"The words hold {len(codes)} postcodes.", codes)
    if (found := _find(codes[0] if codes else said)) is not None:
        return PlaceRead(found, "", codes)
    if codes:
        return PlaceRead(None, f"The postcode {codes[0]} is not in the directory.", codes)
    return PlaceRead(None, "The words hold no postcode, and no place by that name is known here.")


def read_date(text: str) -> date | None:
    """A day as courts write it, 31/12/2025, or as files do; None when there is no such day."""
    match = _DATE.fullmatch(text.strip()[:20])
    if match is None:
        return None
    day, month, year = (match[1], match[2], match[3]) if match[1] else match.group(6, 5, 4)
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def read_time(text: str) -> time | None:
    match = _TIME.fullmatch(text.strip()[:20])
    if match is None or int(match[1]) > 23 or int(match[2]) > 59 or int(match[3] or 0) > 59:
        return None
    return time(int(match[1]), int(match[2]), int(match[3] or 0))


def _clock(match: re.Match[str]) -> str | None:
    """19:00 of whatever was written; None where there is no such time."""
    if match["word"]:
        return "00:00" if match["word"] == "midnight" else "12:00"
    if match["half"]:
        hour, minute = int(match["h"]), int(match["m"] or 0)
        if not 1 <= hour <= 12 or minute > 59:
            return None
        return f"{hour % 12 + (12 if match['half'] == 'p' else 0):02}:{minute:02}"
    digits = (match["mil"][:2], match["mil"][2:]) if match["mil"] else match.group("h24", "m24")
    hour, minute = int(digits[0]), int(digits[1])
    if (hour, minute) == (24, 0):
        return "00:00"
    return f"{hour:02}:{minute:02}" if hour < 24 and minute < 60 else None


def _days(text: str) -> tuple[tuple[str, ...] | None, bool, str]:
    """The days named, whether they are "weekends", and the text without them. Days said in two
    ways are left in the text, which makes it unclear."""
    ways = [bool(one.search(text)) for one in (_EVERY, _WEEKDAYS, _WEEKENDS, _DAY)]
    if sum(ways) != 1:
        return None, False, text
    if ways[0]:
        return WEEKDAYS, False, _EVERY.sub(" ", text)
    if ways[1]:
        return WEEKDAYS[:5], False, _WEEKDAYS.sub(" ", text)
    if ways[2]:
        return None, True, _WEEKENDS.sub(" ", text)
    return _named_days(text)


def _names_days(text: str) -> bool:
    return any(one.search(text) for one in (_EVERY, _WEEKDAYS, _WEEKENDS, _DAY))


def _named_days(text: str) -> tuple[tuple[str, ...] | None, bool, str]:
    """Days by name, with "Mon - Fri" as the days from the one to the other."""
    found = list(_DAY.finditer(text))
    numbers = [_DAYS_OF[match[1].casefold()] for match in found]
    taken = set(numbers)
    gaps: list[re.Match[str]] = []
    for one, other in pairwise(found):
        gap = _RANGE.fullmatch(text, one.end(), other.start())
        if gap is not None:
            first, last = _DAYS_OF[one[1].casefold()], _DAYS_OF[other[1].casefold()]
            taken |= {(first + n) % 7 for n in range((last - first) % 7 + 1)}
            gaps.append(gap)
    rest = _without(text, sorted([*found, *gaps], key=lambda match: match.start()))
    return tuple(WEEKDAYS[n] for n in sorted(taken)), False, rest


def _readings(
    days: tuple[str, ...] | None, start: str, end: str
) -> tuple[tuple[str, tuple[TimetableRow, ...]], ...]:
    if days is not None:
        return ((f"{start} to {end} on the days named", (TimetableRow(days, start, end),)),)
    return ((f"{start} to {end} every day", (TimetableRow(WEEKDAYS, start, end),)),)


def _weekend_readings(start: str, end: str) -> tuple[tuple[str, tuple[TimetableRow, ...]], ...]:
    nights = (
        ("the nights that begin on Saturday and Sunday", ("SA", "SU")),
        ("the nights that begin on Friday and Saturday", ("FR", "SA")),
        ("the nights that begin on Friday, Saturday and Sunday", ("FR", "SA", "SU")),
    )
    return tuple((f"{start} to {end}, {words}", (TimetableRow(days, start, end),))
                 for words, days in nights)  # fmt: skip


def _units(count: float, *units: str) -> tuple[tuple[str, float], ...]:
    return tuple((f"{count:g} {unit}", count * _unit_m(unit)) for unit in units)


def _unit_m(unit: str) -> float:
    if unit.startswith("mi"):
        return MILE_M
    if unit.startswith("k"):
        return 1000.0
    return YARD_M if unit.startswith("y") else 1.0


def _find(text: str) -> Found | None:
    try:
        return find_place(text[:80])
    except Unavailable:  # the directory is not installed: a person says where it is
        return None


def _without(text: str, matches: list[re.Match[str]]) -> str:
    return " ".join(_between(text, matches))


def _between(text: str, matches: list[re.Match[str]]) -> Iterator[str]:
    at = 0
    for match in matches:
        yield text[at : match.start()]
        at = match.end()
    yield text[at:]


def _days_in(year: int, month: int) -> int:
    following = date(year + month // 12, month % 12 + 1, 1)
    return (following - timedelta(days=1)).day
