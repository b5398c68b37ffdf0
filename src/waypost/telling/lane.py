"""The lane of the worker that tells protected people, then wearers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from waypost.telling.firing import Reminding
from waypost.telling.praising import begin_weeks, fire_weeks
from waypost.telling.warning import fire_near


class TellingLane:
    """For one thread."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.now, self.reminding = now, Reminding()
        begin_weeks(now())

    def round(self) -> bool:
        """What is due now; whether anything was."""
        at = self.now()
        near = fire_near(at)
        if near:  # nothing holds a warning up
            return True
        return bool(self.reminding.round(at) + fire_weeks(at))
