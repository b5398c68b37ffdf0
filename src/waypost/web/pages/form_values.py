"""What forms hold, read into what acts take: a choice, an instant, a day. Refused in words."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from enum import StrEnum
from typing import TypeVar
from zoneinfo import ZoneInfo

from django.conf import settings

from waypost.errors import Refused

Choice = TypeVar("Choice", bound=StrEnum)
DAY_ENDS = time(17)  # what is due on a day is due by then, local time
TO_THE_MINUTE = "%Y-%m-%dT%H:%M"  # a field of a form, local


def chosen(kind: type[Choice], text: str, what: str) -> Choice:
    try:
        return kind(text)
    except ValueError:
        raise Refused(f"Choose {what}.") from None


def instant_of(text: str, what: str) -> datetime:
    """A local date and time of a form as UTC."""
    try:
        there = datetime.fromisoformat(text)
        return there.replace(tzinfo=ZoneInfo(settings.WALL_ZONE)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Refused(f"Give the date and time {what}, like 2 March 2026, 14:30.") from None


def day_of(text: str, what: str, at: time = DAY_ENDS) -> datetime:
    """A local day of a form, at this time of it, as UTC."""
    try:
        day = date.fromisoformat(text)
        return datetime.combine(day, at, ZoneInfo(settings.WALL_ZONE)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Refused(f"Give the day {what}, like 2 March 2026.") from None
