"""Forms that come back with what was typed, and why it was refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from waypost.errors import Conflict, NoSuchThing, Refused

Done = TypeVar("Done")
DIGITS_MAX = 18  # of a number in a form: more fit no column


def tried(act: Callable[[], Done]) -> tuple[Done | None, str]:
    """What the act gave, or why it was refused, for the form. That there is no such thing, or that
    somebody moved first, is no matter of the form: it goes on its way."""
    try:
        return act(), ""
    except (NoSuchThing, Conflict):
        raise
    except Refused as refusal:
        return None, str(refusal)


def number_of(text: str, what: str) -> int:
    """A number of a record from a form. Refused, naming what was to be chosen."""
    if not text.isdecimal() or len(text) > DIGITS_MAX:
        raise Refused(f"Choose {what}.")
    return int(text)
