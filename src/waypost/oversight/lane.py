"""The worker's lane of oversight: odd looks, the month's sample, reviews of emergencies overdue."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from waypost.oversight.emergencies import fire_late_reviews
from waypost.oversight.reviewing import draw, look_through


class OversightLane:
    def __init__(self, now: Callable[[], datetime]) -> None:
        self.now = now

    def round(self) -> bool:
        """What is due now; whether there may be more at once."""
        at = self.now()
        late = fire_late_reviews(at)
        drawn = draw(now=at)
        return look_through(now=at) or bool(late or drawn)
