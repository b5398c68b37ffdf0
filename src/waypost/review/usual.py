"""How usual it is for a tag to be at a place: days and hours, counted. Pure.

What an analyst asks first of a match: is this where the wearer lives, works or changes buses? It is
counted in days, so that a long stay and a busy tag weigh the same; nothing is said where the tag
gave nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

HOURS_A_BAND = 3
ENOUGH_DAYS = 5  # fewer days with data say little


@dataclass(frozen=True, slots=True)
class Usual:
    """days         days with any usable fix       days_there   of them: with one at the place
    bands           for each three hours of the local day: days with data then, days there then
    """

    days: int
    days_there: int
    bands: tuple[tuple[int, int], ...]

    @property
    def enough(self) -> bool:
        return self.days >= ENOUGH_DAYS


def usual(fixes: Iterable[tuple[datetime, bool]], zone: str) -> Usual:
    """Of usable fixes: when, and whether at the place."""
    local = ZoneInfo(zone)
    days: set[date] = set()
    there: set[date] = set()
    of_band: dict[int, set[date]] = defaultdict(set)
    there_in: dict[int, set[date]] = defaultdict(set)
    for at, is_there in fixes:
        wall = at.astimezone(local)
        day, band = wall.date(), wall.hour // HOURS_A_BAND
        days.add(day)
        of_band[band].add(day)
        if is_there:
            there.add(day)
            there_in[band].add(day)
    bands = tuple((len(of_band[n]), len(there_in[n])) for n in range(24 // HOURS_A_BAND))
    return Usual(len(days), len(there), bands)
