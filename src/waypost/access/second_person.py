"""What acts that one officer asks for and another decides have in common: who decides, and why."""

from __future__ import annotations

from waypost.access.values import Posted
from waypost.errors import Refused

WORDS_MAX = 300


def check_decides(by: Posted, *, asked_by_id: int | None, about_id: int) -> None:
    """Refused for who asked for it, for whom it is about, and for no officer at all.

    asked_by_id, about_id   officers
    """
    if by.officer_id is None or by.officer_id in {asked_by_id, about_id}:
        raise Refused("Somebody else decides: neither who asked for it, nor whom it is about.")


def in_one_line(words: str) -> str:
    return " ".join(words.split())[:WORDS_MAX]


def said_why(words: str) -> str:
    """The reason in one line. Refused where there is none."""
    said = in_one_line(words)
    if not said:
        raise Refused("Say why, in a few words: whoever reads this later has nothing else.")
    return said
