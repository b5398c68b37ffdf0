"""Whether a wearer kept a week, told from the strips of their requirements.

A week is from Monday to Sunday on the wall. It was kept when each requirement that asked anything
in it was kept: nothing violated, nothing possible, and the tag located in at least MONITORED_MIN of
the required time. Time that cannot be told is not kept time; what was found excused counts neither
way. An alert of the week that is open or upheld, a cut strap too, and the week is not called kept.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from waypost.orders.walltime import wall_instant
from waypost.rules.strip import Shade, Strip

MONITORED_MIN = 0.9
DAYS = 7
TOLD_AT = "09:00"  # of the Monday after; tags upload late, and judging is done by then
GIVEN_UP_AFTER = timedelta(days=2)  # a week not judged by then is told to nobody
BROKEN = frozenset({Shade.VIOLATED, Shade.POSSIBLE})
UNTOLD = frozenset({Shade.CANNOT_TELL, Shade.NO_TAG})
ZERO = timedelta(0)


@dataclass(frozen=True, slots=True)
class Week:
    """kept   whether it was; share: of the required time, that in which it was seen kept"""

    kept: bool
    share: float


def monday_before(now: datetime, timezone: str) -> date:
    """The Monday of the last week that is over."""
    today = now.astimezone(ZoneInfo(timezone)).date()
    return today - timedelta(days=today.weekday() + DAYS)


def told_at(monday: date, timezone: str) -> datetime:
    """When the week that began on this Monday is looked at."""
    return wall_instant(monday + timedelta(days=DAYS), TOLD_AT, timezone)


def week_of(strips: Sequence[Strip], excused: Collection[int], *, clear: bool) -> Week | None:
    """None while some of it is not judged yet, and where nothing was asked.

    strips    one a requirement, over the seven days
    excused   violations that were found excused, or the equipment's
    clear     no alert of the week is open or upheld
    """
    shares = []
    for strip in strips:
        kept = untold = broken = ZERO
        for day in strip.days:
            for one in day.segments:
                if one.shade is Shade.TO_COME:
                    return None
                if one.shade in BROKEN and one.violation_id not in excused:
                    broken += one.length
                kept += one.length if one.shade is Shade.KEPT else ZERO
                untold += one.length if one.shade in UNTOLD else ZERO
        if broken:
            return Week(False, 0.0)
        if kept + untold:
            shares.append(kept / (kept + untold))
    if not shares:
        return None
    return Week(clear and min(shares) >= MONITORED_MIN, min(shares))
