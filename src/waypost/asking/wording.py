"""What fills the notices about a request to be away: hours on the wall, in English and in Welsh."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

CY_DAYS = ("ddydd Llun", "ddydd Mawrth", "ddydd Mercher", "ddydd Iau", "ddydd Gwener",
           "ddydd Sadwrn", "ddydd Sul")  # fmt: skip
CY_MONTHS = ("Ionawr", "Chwefror", "Mawrth", "Ebrill", "Mai", "Mehefin", "Gorffennaf", "Awst",
             "Medi", "Hydref", "Tachwedd", "Rhagfyr")  # fmt: skip


def of_hours(from_at: datetime, to_at: datetime, zone: str) -> dict[str, Any]:
    """from_words and to_words, at the top in English and under cy in Welsh."""
    start, end = (one.astimezone(ZoneInfo(zone)) for one in (from_at, to_at))
    return {
        "from_words": _english(start),
        "to_words": _english(end),
        "cy": {"from_words": _welsh(start), "to_words": _welsh(end)},
    }


def utc(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _english(wall: datetime) -> str:
    return f"{wall:%A} {wall.day} {wall:%B} at {wall:%H:%M}"


def _welsh(wall: datetime) -> str:
    return f"{CY_DAYS[wall.weekday()]} {wall.day} {CY_MONTHS[wall.month - 1]} am {wall:%H:%M}"
