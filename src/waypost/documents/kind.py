"""What a kind of paper takes: words, slots, statements of the law, and what none may leave out."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Slot:
    """what    what the code puts there, for whoever writes a template
    empty   said instead where there is nothing: silence would read as "nobody looked"
    """

    what: str
    empty: str


@dataclass(frozen=True, slots=True)
class Kind:
    """words        name -> a sample, which also says how it is written
    slots        name -> what comes there
    statements   name -> the code's words of it, in English; fields may stand in them
    required     words, slots and statements without which a template is refused
    """

    title: str
    words: dict[str, str]
    slots: dict[str, Slot]
    statements: dict[str, str]
    required: frozenset[str]
