"""What fills the notices to those outside the staff: days and lengths of time, in words.

English is at the top of the words, other languages under their names (notices/texts.py). Times are
on the wall of the requirement; no place and no name is among the words.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from waypost.telling.values import Occasion

CY_DAYS = ("ddydd Llun", "ddydd Mawrth", "ddydd Mercher", "ddydd Iau", "ddydd Gwener",
           "ddydd Sadwrn", "ddydd Sul")  # fmt: skip
CY_MONTHS = ("Ionawr", "Chwefror", "Mawrth", "Ebrill", "Mai", "Mehefin", "Gorffennaf", "Awst",
             "Medi", "Hydref", "Tachwedd", "Rhagfyr")  # fmt: skip
HOUR = timedelta(hours=1)


def of_occasion(occasion: Occasion) -> dict[str, Any]:
    wall = occasion.edge_at.astimezone(ZoneInfo(occasion.timezone))
    return {
        "at": f"{_day(wall.date())} at {wall:%H:%M}",
        "cy": {"at": f"{_cy_day(wall.date())} am {wall:%H:%M}"},
    }


def of_battery(lasts: timedelta | None) -> dict[str, Any]:
    if lasts is None:
        return {
            "lasts": "We do not know how long it will last.",
            "cy": {"lasts": "Ni wyddom am faint y bydd yn para."},
        }
    if lasts < HOUR:
        return {
            "lasts": "It may last less than an hour.",
            "cy": {"lasts": "Gall bara am lai nag awr."},
        }
    hours = round(lasts / HOUR)
    return {
        "lasts": f"It may last about {hours} hour{'s' if hours > 1 else ''}.",
        "cy": {"lasts": f"Gall bara am tua {f'{hours} ' if hours > 1 else ''}awr."},
    }


def of_week(monday: date) -> dict[str, Any]:
    return {"week": _day(monday), "cy": {"week": _cy_day(monday)}}


def _day(day: date) -> str:
    return f"{day:%A} {day.day} {day:%B}"


def _cy_day(day: date) -> str:
    return f"{CY_DAYS[day.weekday()]} {day.day} {CY_MONTHS[day.month - 1]}"
