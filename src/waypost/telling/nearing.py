"""When a protected person is told that the one who must stay away comes near, and when that it is
over or was not so: decided from values, told the time.

Nothing told may place the wearer beyond the outline of the zone:

- A warning goes at once and says neither when nor where; while it stands nothing more is told,
  whatever the wearer does in and about the zone.
- The all-clear comes on a full half hour, not before half an hour after the end and an hour after
  the warning: going in and out, and when, cannot be read from it.
- Of a zone that moves with the person's device the machine tells in one cell of its grid alone, the
  first in which it ever told. Elsewhere, and beyond a few messages a day, the named staff are asked
  at once to ring them: somebody who walks about to find the wearer has one outline, not many that
  cross (tests/properties/test_near_notices.py tries it).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from waypost.clock import EPOCH

QUIET_FOR = timedelta(minutes=30)
STANDS_FOR = timedelta(minutes=60)
ROUND = timedelta(minutes=30)
LATE = timedelta(hours=1)  # ended so long ago, a warning warns of nothing: the staff deal with it
MESSAGES_A_DAY = 6
ARRIVES_WITHIN = timedelta(minutes=3)  # else somebody rings


class Do(StrEnum):
    NOTHING = "nothing"
    WARN = "warn"
    WAIT = "wait"  # it is over: the all-clear has its time
    CLEAR = "clear"
    CORRECT = "correct"


class Why(StrEnum):
    """Why somebody is rung instead of sent a message."""

    NO_MESSAGE_NOW = "no_message_now"
    ELSEWHERE = "elsewhere"
    TOO_MANY = "too_many"
    NOT_ARRIVED = "not_arrived"


WHY_WORDS = {
    Why.NO_MESSAGE_NOW: "it is a time at which they wish for none",
    Why.ELSEWHERE: "they are elsewhere than before, where no message goes by itself",
    Why.TOO_MANY: "they had many today already",
    Why.NOT_ARRIVED: "it did not go out",
}


@dataclass(frozen=True, slots=True)
class Near:
    """How an alert stands. lasts: something it speaks of goes on; ended_at: when the last of it
    ended; both empty: all of it was taken back."""

    lasts: bool
    ended_at: datetime | None = None

    @property
    def taken_back(self) -> bool:
        return not self.lasts and self.ended_at is None


def decide(near: Near, warned_at: datetime | None, now: datetime) -> tuple[Do, datetime | None]:
    """What is done now, and when to look again.

    warned_at   of the warning that stands; None: none does
    """
    if warned_at is None:
        fresh = near.lasts or (near.ended_at is not None and now - near.ended_at <= LATE)
        return (Do.WARN, None) if fresh else (Do.NOTHING, None)
    if near.lasts:
        return Do.NOTHING, None
    if near.taken_back:
        return Do.CORRECT, None
    assert near.ended_at is not None
    at = all_clear_at(near.ended_at, warned_at)
    return (Do.CLEAR, None) if at <= now else (Do.WAIT, at)


def all_clear_at(ended_at: datetime, warned_at: datetime) -> datetime:
    """On a full half hour."""
    earliest = max(ended_at + QUIET_FOR, warned_at + STANDS_FOR)
    return EPOCH - (EPOCH - earliest) // ROUND * ROUND


def rung_instead(
    *,
    no_message_now: bool,
    cell: tuple[int, int] | None,
    anchor: tuple[int, int] | None,
    messages_lately: int,
) -> Why | None:
    """Why the staff ring instead of a message; None: the message goes.

    cell     that the device is in, of a zone that moves; None: the zone is fixed
    anchor   the one in which the machine tells; None: this will be it
    """
    if no_message_now:
        return Why.NO_MESSAGE_NOW
    if cell is not None and anchor is not None and cell != anchor:
        return Why.ELSEWHERE
    return Why.TOO_MANY if messages_lately >= MESSAGES_A_DAY else None
