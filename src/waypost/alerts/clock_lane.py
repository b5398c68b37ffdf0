"""The lane of the worker that fires what falls due of alerts by the clock alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from waypost.alerts.calling import fire_clocks, wind_clocks
from waypost.alerts.suspending import fire_suspensions


class ClockLane:
    """Suspensions end before clocks are looked at: what they held back calls in the same round."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.now = now
        while wind_clocks(now()):
            pass

    def round(self) -> bool:
        """What is due now; whether anything was."""
        at = self.now()
        ended = fire_suspensions(at)
        return bool(fire_clocks(at) + ended)
