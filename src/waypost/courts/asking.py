"""The questions that reading a message raises, gathered: one a thing, with every reason for it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from waypost.clock import write_instant
from waypost.courts.values import Answer, Choice, Question, Wants, Words

ALWAYS = Choice("always", "At all times while it lasts", {"hours": None})
NO_END = Choice("none", "No end is set: until further order", {"at": None})


class Asking:
    """Where reading puts what it cannot say. The same key asked twice is one question."""

    def __init__(self) -> None:
        self._by_key: dict[str, Question] = {}

    def ask(
        self,
        key: str,
        wants: Wants,
        words: Words,
        why: str,
        *,
        choices: tuple[Choice, ...] = (),
        blocking: bool = True,
        may_drop: bool = False,
    ) -> None:
        had = self._by_key.get(key)
        if had is None:
            self._by_key[key] = Question(key, wants, words, why, blocking, choices, may_drop)
            return
        known = {one.value for one in had.choices}
        more = tuple(one for one in choices if one.value not in known)
        self._by_key[key] = replace(
            had, why=f"{had.why} {why}", choices=(*had.choices, *more),
            blocking=had.blocking or blocking,
        )  # fmt: skip

    def note(self, name: str, words: Words, why: str) -> None:
        """Something odd that holds nothing up, for somebody to look into."""
        self.ask(f"note/{name}", Wants.WORDS, words, why, blocking=False)

    @property
    def questions(self) -> tuple[Question, ...]:
        """What must be answered first, then the rest; each in the order in which it came up."""
        return tuple(sorted(self._by_key.values(), key=lambda one: not one.blocking))


def at_choice(value: str, words: str, instant: datetime) -> Choice:
    sets: Answer = {"at": write_instant(instant)}
    return Choice(value, words, sets)
