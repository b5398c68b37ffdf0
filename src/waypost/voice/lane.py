"""The lane of the worker that goes by the clock of complaints."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from waypost.jobs import due
from waypost.voice.complaints import call_late
from waypost.voice.values import ANSWER_DUE


class VoiceLane:
    """For one thread."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.now = now

    def round(self) -> bool:
        """Answers that are late; whether any was."""
        at = self.now()
        late = [int(row.subject) for row in due.past(ANSWER_DUE, now=at)]
        for one in late:
            call_late(one, now=at)
        return bool(late)
