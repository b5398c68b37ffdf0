"""The lanes of the worker: deletions that are due or under way, clocks of people's requests."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from waypost.keeping.clock_lane import fire_requests
from waypost.keeping.forgetting import fire_due

LOOKED_EVERY = timedelta(minutes=10)  # for what is due: it is counted by days


class KeepingLane:
    """Requests each round; deletions when it is time to look."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.now = now
        self._looked_at: datetime | None = None

    def round(self) -> bool:
        now = self.now()
        fired = fire_requests(now)
        if self._looked_at is None or now - self._looked_at >= LOOKED_EVERY:
            self._looked_at = now
            fire_due(now=now)
        return bool(fired)
