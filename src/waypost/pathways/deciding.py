"""What may be done with a referral in which state, and whether there is a place. Pure."""

from __future__ import annotations

from waypost.errors import Refused
from waypost.pathways.values import (
    ACT_WORDS,
    ASKS,
    NEXT,
    STATUS_WORDS,
    TARGET,
    WORDS_MAX,
    WORDS_MIN,
    Act,
    Places,
    Status,
)


def said(text: str, asks: str, *, least: int = WORDS_MIN, limit: int = WORDS_MAX) -> str:
    """The words in one line. Refused with what is asked where they are too few or too many."""
    words = " ".join(text.split())
    if len(words) < least:
        raise Refused(asks)
    if len(words) > limit:
        raise Refused(f"{asks} At most {limit} characters.")
    return words


def acts_of(status: Status) -> tuple[Act, ...]:
    return tuple(act for act in Act if TARGET[act] in NEXT[status])


def decide(status: Status, act: Act, words: str) -> tuple[Status, str]:
    """The status after the act, and its words. Refused where the table forbids."""
    if TARGET[act] not in NEXT[status]:
        raise Refused(f"This referral is {STATUS_WORDS[status]}; it cannot be {ACT_WORDS[act]}.")
    return TARGET[act], said(words, f"Say {ASKS[act]}.")


def check_place(places: Places, over_why: str) -> str:
    """Why somebody starts although no place is free, "" where one is.

    raises   Refused where none is free and no reason is given: capacity is never exceeded silently
    """
    if places.free:
        return ""
    return said(
        over_why,
        f"All {places.places} places are taken. Wait for one, or say who agreed to one more, and "
        "why.",
    )
