"""The lane of the worker that proposes what follows from what is upheld, and minds its clocks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from waypost.enforcement.opening import fire_clocks, follow_falls, open_cases
from waypost.enforcement.police import follow_police


class EnforcementLane:
    def __init__(self, now: Callable[[], datetime]) -> None:
        self.now = now

    def round(self) -> bool:
        """Cases for what was upheld, then what fell, then what is overdue; was there any?"""
        at = self.now()
        return bool(open_cases(at) + follow_police(at) + follow_falls(at) + fire_clocks(at))
