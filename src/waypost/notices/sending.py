"""The worker's rounds of the outbox: send what waits, ask what became of it, watch the channels."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from waypost import clock
from waypost.notices import health
from waypost.notices.channels import channels, limits
from waypost.notices.outbox import chase, deliver

WATCH_EVERY = timedelta(seconds=5)


class Sender:
    """One thread's rounds. BadUse at the start when the settings cannot be right."""

    def __init__(self, now: Callable[[], datetime] = clock.now) -> None:
        self._now, self._channels, self._limits = now, channels(), limits()
        self._watched_at: datetime | None = None

    def round(self) -> bool:
        """Whether anything went out: then there may be more."""
        now = self._now()
        went = deliver(self._channels, now=now, limits=self._limits)
        if self._watched_at is None or now - self._watched_at >= WATCH_EVERY:
            self._watched_at = now
            health.watch(self._channels, now=now)
            chase(self._channels, now=now)
        return bool(went)


def one_round(now: datetime) -> bool:
    """A single round, with nothing remembered."""
    return Sender(lambda: now).round()
