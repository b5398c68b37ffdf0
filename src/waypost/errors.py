"""What Waypost says when it will not, or cannot, go on.

    WaypostError              one plain sentence for the person reading it; never a name or a place
    +-- Refused               you may not (permission, scope, purpose, window, state of the record)
    |   +-- NoSuchThing       there is none, or none that you may know of: the two read alike
    |   +-- Conflict          somebody moved first; reload and look again
    +-- BadFile               a file that cannot be read at all
    +-- BadUse                a command or a setting used wrongly (exit code 2)
    +-- Unavailable           a part we need is away; nothing was kept; try again

Bad data inside a file is never an exception but a `Problem` in a `Read`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Generic, TypeVar

Row = TypeVar("Row")


class WaypostError(Exception):
    """The root; its text is one sentence fit to be shown."""


class Refused(WaypostError):
    """The act is understood and not allowed; the text says why and what would be needed.

    about, purpose   number of the person and what for, where known: for the refusal's audit line
    """

    about: int | None = None
    purpose: str = ""


class NoSuchThing(Refused):
    """The record does not exist, or the asker may not know that it does."""


class Conflict(Refused):
    """The record changed since it was read."""


class BadFile(WaypostError):
    """The whole file is unreadable (not found, not the format it claims, wrong columns)."""


class BadUse(WaypostError):
    """A command, option or setting is wrong."""


class Unavailable(WaypostError):
    """A part Waypost depends on does not answer; nothing was half-done."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with one row: where, what was seen, what was hoped for, what to do.

    line     physical line (files) or 1-based position (batches) where the row starts; None: file
    type     closed vocabulary of the reader, upper snake case
    field    column name as the sender knows it; None when the row as a whole is wrong
    value    what was sent, as sent
    """

    line: int | None
    type: str
    field: str | None
    value: str | None
    message: str
    action: str


@dataclass(frozen=True, slots=True)
class Read(Generic[Row]):
    """What reading gave: good rows and problems; every row received is in one or the other."""

    rows: list[Row] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
