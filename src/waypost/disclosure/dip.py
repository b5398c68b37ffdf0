"""Which ended requests of a month are looked at again: a seeded share, at least one. Pure."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Collection
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

SHARE = 0.1  # our assumption
LEAST = 2  # as far as there are so many: a share of few is none


def draw(
    numbers: Collection[int], *, seed: int, share: float = SHARE, least: int = LEAST
) -> list[int]:
    """The numbers drawn, in order. The same seed draws the same, in whatever order they come, and
    one request more or less moves at most one other in or out."""
    wanted = min(len(numbers), max(least, math.ceil(share * len(numbers))))
    ranked = sorted(set(numbers), key=lambda one: (_chance(seed, one), one))
    return sorted(ranked[:wanted])


def month_of(at: datetime, zone: str) -> date:
    """The first of the local month."""
    return at.astimezone(ZoneInfo(zone)).date().replace(day=1)


def month_bounds(month: date, zone: str) -> tuple[datetime, datetime]:
    """The local month as instants, UTC, half-open."""
    after = next_month(month)
    return tuple(  # type: ignore[return-value]
        datetime(one.year, one.month, 1, tzinfo=ZoneInfo(zone)).astimezone(UTC)
        for one in (month, after)
    )


def next_month(month: date) -> date:
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def _chance(seed: int, number: int) -> bytes:
    return hashlib.sha256(f"{seed}:{number}".encode()).digest()
