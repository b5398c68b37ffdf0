"""Those who look at each group of tags' messages as it is committed: commands, identity, clocks.

A watcher keeps what it must know in memory and writes inside the group's own transaction, so that a
crash leaves both or neither. It is asked for every group: a dictionary look-up a message, no query
unless something is the matter.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from waypost.gateway.clock_watch import ClockWatch
from waypost.gateway.command_watch import CommandWatch
from waypost.gateway.group import Group
from waypost.gateway.identity_watch import IdentityWatch
from waypost.gateway.values import TagMessage

Commands = Mapping[int, tuple[bytes, ...]]


class Watcher(Protocol):
    def look(self, messages: Sequence[TagMessage], group: Group, *, now: datetime) -> Commands:
        """Inside the transaction, after the group's rows are saved. What to send to tags after
        their answers, by the message's place in `messages`."""
        ...

    def committed(self) -> None:
        """The group of the last `look` is on disk: remember what it said."""
        ...

    def undone(self) -> None:
        """It is not: forget what the last `look` said."""
        ...


def watchers() -> tuple[Watcher, ...]:
    """One of each, for one gateway."""
    return (IdentityWatch(), CommandWatch(), ClockWatch())
