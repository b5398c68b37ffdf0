"""How long a sign-in lasts: without a sign of its officer, and at all. Pure.

read_limits(...)  "30m", or "30m,monitoring_officer=1h" where no wall is left on all shift
is_over(...)      whether a sign-in of these roles has ended
is_fresh(...)     whether somebody proved just now that it is they
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from waypost.access.values import Role

IDLE = timedelta(minutes=30)  # OWASP ASVS 4.0, 3.3.2 (level 2): 30 minutes, 12 hours
ABSOLUTE = timedelta(hours=12)
# A control room's wall is read, not touched: were it signed out, no alert would be seen on it.
IDLE_OF = {Role.MONITORING_OFFICER: ABSOLUTE}
FRESH = timedelta(minutes=10)  # grave acts within it ask for nothing again
LONGEST = timedelta(hours=24)
_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1)}


@dataclass(frozen=True, slots=True)
class Limits:
    idle: timedelta = IDLE
    absolute: timedelta = ABSOLUTE
    idle_of: Mapping[Role, timedelta] = field(default_factory=lambda: dict(IDLE_OF))

    def idle_for(self, roles: Collection[Role]) -> timedelta:
        """Who holds several roles has the shortest of their times."""
        return min((self.idle_of.get(role, self.idle) for role in roles), default=self.idle)


def is_over(
    limits: Limits,
    roles: Collection[Role],
    *,
    signed_in_at: datetime,
    seen_at: datetime,
    now: datetime,
) -> bool:
    """Whether the sign-in has ended. seen_at: when its officer last did anything themself."""
    return now - signed_in_at >= limits.absolute or now - seen_at >= limits.idle_for(roles)


def is_fresh(proved_at: datetime, *, now: datetime) -> bool:
    return now - proved_at < FRESH


def read_limits(idle: str, absolute: str) -> Limits:
    """The operator's settings; "" is the default. ValueError, in plain words, otherwise."""
    idle_at_all, idle_of = IDLE, dict(IDLE_OF)
    for part in filter(None, (one.strip() for one in idle.split(","))):
        name, parted, size = part.rpartition("=")
        if not parted:
            idle_at_all = _length(size)
        elif name.strip() in {role.value for role in Role}:
            idle_of[Role(name.strip())] = _length(size)
        else:
            raise ValueError(f"{name.strip()!r} is no role")
    return Limits(idle_at_all, _length(absolute) if absolute.strip() else ABSOLUTE, idle_of)


def _length(text: str) -> timedelta:
    matched = re.fullmatch(r"([1-9][0-9]{0,4})([mh])", text.strip())
    if matched is None:
        raise ValueError(f"{text.strip()!r} is not like 30m or 12h")
    length = int(matched[1]) * _UNITS[matched[2]]
    if length > LONGEST:
        raise ValueError(f"{text.strip()} is too long; at most 24h")
    return length
