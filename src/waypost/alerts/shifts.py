"""The rota as values: shifts, who is on when, and the gaps in which nobody is. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from waypost.alerts.values import DutyRole
from waypost.errors import Refused
from waypost.orders.walltime import localise

SHIFT_MAX = timedelta(days=7)  # a week on call; a slip of the year is longer
DAYS = 7


@dataclass(frozen=True, slots=True)
class Shift:
    """Somebody on duty in [from_at, to_at)."""

    officer_id: int
    role: DutyRole
    from_at: datetime
    to_at: datetime
    duty_id: int = 0

    def holds(self, at: datetime) -> bool:
        return self.from_at <= at < self.to_at


def check_shift(from_at: datetime, to_at: datetime, *, now: datetime) -> None:
    """Refused for a time that cannot be a duty to come."""
    if to_at <= from_at:
        raise Refused("The duty ends before it begins; mend the times.")
    if to_at <= now:
        raise Refused("The duty is over already; the rota is of now and of what comes.")
    if to_at - from_at > SHIFT_MAX:
        raise Refused("A duty is at most seven days long; enter each week by itself.")


def gaps(
    shifts: Iterable[Shift], role: DutyRole, from_at: datetime, to_at: datetime
) -> list[tuple[datetime, datetime]]:
    """The stretches of [from_at, to_at) in which nobody is on duty in the rung."""
    found, reached = [], from_at
    for one in sorted((s for s in shifts if s.role is role), key=lambda s: s.from_at):
        if one.from_at > reached:
            found.append((reached, min(one.from_at, to_at)))
        reached = max(reached, one.to_at)
        if reached >= to_at:
            break
    if reached < to_at:
        found.append((reached, to_at))
    return [(start, end) for start, end in found if start < end]


def week_of(day: date, timezone: str) -> tuple[datetime, datetime]:
    """The instants at which the local week of a date begins and ends: 167 or 169 hours apart where
    the clocks change."""
    monday = day - timedelta(days=day.weekday())
    return midnight(monday, timezone), midnight(monday + timedelta(days=DAYS), timezone)


def midnight(day: date, timezone: str) -> datetime:
    return localise(datetime.combine(day, time()), timezone)
