"""The lane of the worker that goes by the clock of requests to be away."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from waypost.asking.lapsing import call_stand_in, leave_unanswered
from waypost.asking.values import ANSWER_DUE, BEGINS_DUE
from waypost.jobs import due


class AskingLane:
    """For one thread."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.now = now

    def round(self) -> bool:
        """What is late, then what is too late; whether anything was."""
        at = self.now()
        late = [int(row.subject) for row in due.past(ANSWER_DUE, now=at)]
        begun = [int(row.subject) for row in due.past(BEGINS_DUE, now=at)]
        for one in late:
            call_stand_in(one, now=at)
        for one in begun:
            leave_unanswered(one, now=at)
        return bool(late or begun)
