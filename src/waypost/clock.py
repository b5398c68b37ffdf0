"""Instants: aware UTC inside, microseconds since 1970 in arrays, wall time only with a zone.

`now()` is the only clock in the house and only shells call it; decisions are told the time.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TypeAlias

Instant: TypeAlias = datetime
MicrosecondsUtc: TypeAlias = int

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
FOREVER_US: MicrosecondsUtc = 2**62  # stands for "no end" in arrays; never shown


def now() -> Instant:
    """The present instant, UTC. Shells only."""
    return datetime.now(UTC)


def to_us(instant: Instant) -> MicrosecondsUtc:
    """Microseconds since 1970 UTC, exact. ValueError on a naive time."""
    if instant.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return (instant - EPOCH) // MICROSECOND


def from_us(microseconds: MicrosecondsUtc) -> Instant:
    """The instant that `to_us` came from."""
    return EPOCH + timedelta(microseconds=int(microseconds))


def read_instant(text: str) -> Instant:
    """An ISO 8601 text with offset as UTC. ValueError, in plain words, when it is not one."""
    try:
        instant = datetime.fromisoformat(text.strip())
    except ValueError:
        raise ValueError(f"not an ISO 8601 time: {text!r}") from None
    if instant.tzinfo is None:
        raise ValueError(f"time without offset: {text!r} (write 2026-03-01T09:00:00Z)")
    try:
        return instant.astimezone(UTC)
    except OverflowError:  # 0001-01-01T00:00+14:00 lies before the calendar
        raise ValueError(f"not a time of our calendar: {text!r}") from None


def write_instant(instant: Instant) -> str:
    """ISO 8601 UTC ending in Z; fractions only where there are some."""
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")
