"""Days and times of courts: wall time of England and Wales, kept as instants. Pure."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from waypost.courts.grammar import after, read_date, read_time
from waypost.courts.values import Period
from waypost.orders.walltime import localise

ZONE = "Europe/London"
YEAR_MIN, YEAR_MAX = 1990, 2100  # of orders; a slip of a digit is no order of the year 202


def instant_of(day: str, clock: str = "") -> datetime | None:
    """A day and a time of day as written; the day's beginning where no time is. None: no such."""
    read = read_date(day)
    if read is None or not YEAR_MIN <= read.year <= YEAR_MAX:
        return None
    at = read_time(clock) if clock.strip() else time(0)
    return None if at is None else of_wall(datetime.combine(read, at))


def of_wall(wall: datetime) -> datetime:
    return localise(wall, ZONE).astimezone(UTC)


def wall_of(instant: datetime) -> datetime:
    """Local wall time, without its zone."""
    return instant.astimezone(ZoneInfo(ZONE)).replace(tzinfo=None)


def day_of(instant: datetime) -> date:
    return wall_of(instant).date()


def later_by(instant: datetime, period: Period) -> datetime | None:
    """The same wall time, the period later."""
    there = after(wall_of(instant), period)
    return None if there is None or there.year > YEAR_MAX else of_wall(there)


def said_at(instant: datetime) -> str:
    """25 October 2024, 10:00; midnight goes without saying."""
    wall = wall_of(instant)
    day = f"{wall.day} {wall:%B %Y}"
    return day if wall.time() == time(0) else f"{day}, {wall:%H:%M}"
