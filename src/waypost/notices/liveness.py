"""When a channel counts as dead: failures in a row, or nothing sent while something waits."""

from __future__ import annotations

from datetime import datetime, timedelta

FAILURES_MAX = 5
NOTHING_SENT_FOR = timedelta(minutes=15)


def decide_dead(
    *,
    failures_in_row: int,
    last_sent_at: datetime | None,
    waiting_since: datetime | None,
    now: datetime,
) -> str | None:
    """Why the channel seems dead, in words without an address; None: it seems alive.

    waiting_since   since when the oldest notice that was tried on it waits; None: none does
    """
    if failures_in_row >= FAILURES_MAX:
        return f"it failed {failures_in_row} times in a row"
    if waiting_since is None:
        return None
    since = max(waiting_since, last_sent_at or waiting_since)
    if now - since >= NOTHING_SENT_FOR:
        return f"it has taken nothing for {int((now - since).total_seconds() // 60)} minutes"
    return None
