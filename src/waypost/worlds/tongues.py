"""How simulated tags talk on a line of bytes: what opens it, what they say, what answers them.

A tongue belongs to one tag on one connection and knows nothing of sockets, so that it is tried
against the gateway's decoders without one. It shares no code with them: both were written from
the public protocol documents, and so each tests the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from waypost.worlds.report import Report


@dataclass
class Heard:
    """What the bytes of the other side meant.

    acknowledged   numbers of reports that the tag may forget
    ready          the greeting was answered: the tag may report
    refused        it was told that nothing was taken: it keeps all and tries again later
    answer         bytes that the tag owes in return (to a command)
    """

    acknowledged: list[int] = field(default_factory=list)
    ready: bool = False
    refused: bool = False
    answer: bytes = b""


class Tongue(Protocol):
    """One tag's way of talking on one connection."""

    parcel_max: int  # reports it sends before it waits

    def greeting(self) -> bytes:
        """What opens a connection and must be answered first; empty: nothing does."""
        ...

    def say(self, reports: Sequence[Report], *, now_us: int, stored: bool) -> list[bytes]:
        """The frames of these reports; `stored`: they are late, and say so where they can."""
        ...

    def beat(self, *, now_us: int) -> bytes:
        """A sign of life without a place; empty: this protocol has none."""
        ...

    def hear(self, data: bytes) -> Heard:
        """What more bytes mean; a piece of an answer waits for its rest."""
        ...
