"""Levels of a battery that say nothing new are not events again: most tags state one in every fix.

    90 % with a fix, 90 % a minute later    one event; the raw message keeps the other
    90 %, 89 %, 90 %                        three events
    90 %, and 90 % half an hour later       two: that it held is news by then

Only a level beside a fix is left out, since without a fix the event is the contact. Decided for an
activation, never for a tag: one handed on says its level anew.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from waypost.positions.values import DecodedEvent, EventKind
from waypost.units import ActivationNumber

SAID_AGAIN_AFTER = timedelta(minutes=30)


class Level(NamedTuple):
    """The level that an activation's events say last."""

    attributes: Mapping[str, Any]
    at: datetime


def says_nothing_new(event: DecodedEvent, at: datetime, last: Level | None) -> bool:
    """Whether a level of the instant `at` repeats the last one kept, less than half an hour away.

    Away in either direction: a backlog sent newest first repeats itself too.
    """
    if event.kind is not EventKind.BATTERY_LEVEL or last is None:
        return False
    return abs(at - last.at) < SAID_AGAIN_AFTER and event.attributes == last.attributes


class Levels:
    """The last level kept of each activation heard, as of the last commit; one entry a wearer."""

    def __init__(self) -> None:
        self._kept: dict[ActivationNumber, Level] = {}
        self._new: dict[ActivationNumber, Level] = {}

    def news_of(
        self, number: ActivationNumber, events: Sequence[DecodedEvent], received_at: datetime
    ) -> tuple[DecodedEvent, ...]:
        """The events that came beside a fix, without levels that say nothing new."""
        news = []
        for event in events:
            if event.kind is EventKind.BATTERY_LEVEL:
                at = event.measured_at or received_at
                if says_nothing_new(event, at, self._new.get(number) or self._kept.get(number)):
                    continue
                self._new[number] = Level(event.attributes, at)
            news.append(event)
        return tuple(news)

    def committed(self) -> None:
        """What was kept since the last commit is on disk."""
        self._kept.update(self._new)
        self._new = {}

    def undone(self) -> None:
        """It is not: it was never said."""
        self._new = {}
