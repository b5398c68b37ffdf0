"""Wall time and zone to an instant, by the policy of the design (a court states neither)."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from functools import lru_cache
from zoneinfo import ZoneInfo


def wall_instant(day: date, clock: str, timezone: str) -> datetime:
    """The instant of "HH:MM" on a local date, UTC.

    A skipped wall time moves on by the length of the gap, a doubled one is the first. ValueError
    when the clock or the zone is not one.
    """
    return localise(datetime.combine(day, time.fromisoformat(clock)), timezone)


def localise(wall: datetime, timezone: str) -> datetime:
    """The instant of a naive wall time, UTC, by the same policy (both are what fold 0 means)."""
    return wall.replace(tzinfo=ZoneInfo(timezone), fold=0).astimezone(UTC)


@lru_cache(maxsize=1000)
def is_timezone(name: str) -> bool:
    """Whether the zone database knows the name."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # OSError: a name that is a folder ("Europe")
        return False
    return True
