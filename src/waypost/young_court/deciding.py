"""What may be done with a listing in which state; who may be listed; what is late. Pure."""

from __future__ import annotations

from datetime import date, datetime

from waypost.errors import Refused
from waypost.young_court.values import (
    ACT_WORDS,
    ASKS,
    NEXT,
    OLDEST,
    OPEN,
    STATUS_WORDS,
    TARGET,
    WORDS_MAX,
    WORDS_MIN,
    WRITE_UP_WITHIN,
    YOUNGEST,
    Act,
    Progress,
    Purpose,
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
        raise Refused(f"This review is {STATUS_WORDS[status]}; it cannot be {ACT_WORDS[act]}.")
    return TARGET[act], said(words, f"Say {ASKS[act]}.")


def check_age(born_on: date | None, sitting_on: date, purpose: Purpose) -> None:
    """Refused outside the court's ages. Who grows older than that keeps their reviews; somebody
    whose date of birth is not known is not turned away by what we do not know."""
    if born_on is None:
        return
    age = age_on(born_on, sitting_on)
    if age < YOUNGEST or (purpose is Purpose.SENTENCE and age > OLDEST):
        raise Refused(
            f"They are {age} on that day. This court sentences people of {YOUNGEST} to {OLDEST}."
        )


def age_on(born_on: date, day: date) -> int:
    return day.year - born_on.year - ((day.month, day.day) < (born_on.month, born_on.day))


def check_held(at: datetime, now: datetime) -> None:
    if now < at:
        raise Refused("The sitting has not begun. What the court said is written down after it.")


def check_next(next_on: date | None, ends_why: str, today: date) -> str:
    """Why there is no further review, "" where a day is set. Refused where neither is said."""
    if next_on is not None:
        if next_on <= today:
            raise Refused("The next review is on a later day than today.")
        return ""
    return said(ends_why, "Give the day of the next review, or say why there is none.")


def not_written_up(status: Status, at: datetime, now: datetime) -> bool:
    """Whether what the court said should be written down by now, and is not."""
    return status in OPEN and now > at + WRITE_UP_WITHIN


def next_overdue(next_on: date | None, today: date) -> bool:
    """Whether the day of a review that the court asked for, and nobody listed, has come."""
    return next_on is not None and next_on <= today


def share_words(facts: Progress) -> str:
    """How much of the time could be told at all: it stands beside every count of days."""
    if facts.share is None:
        return "the tag told nothing of this time, so that no day is called kept or missed by it"
    return f"of the time that was asked, the tag told {facts.share:.0%}"
