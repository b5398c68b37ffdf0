"""The lane of the worker that corrects what was said, and asks whether it was heard."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from waypost.corrections.actions import chase, correct


class CorrectionLane:
    def __init__(self, now: Callable[[], datetime]) -> None:
        self.now = now

    def round(self) -> bool:
        """What is to be corrected now, and whom to ask again; whether there was anything."""
        at = self.now()
        return bool(correct(at) + chase(at))
