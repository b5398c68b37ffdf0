"""The words of oversight: a look as the audit chain tells it, what may be odd about it, reviews."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from waypost.access.values import Purpose, Role


class Signal(StrEnum):
    """Why a look is put before a person. None of them says that it was wrong."""

    OWN_STREET = "own_street"
    SAME_NAME = "same_name"
    KNOWN_CASE = "known_case"
    NO_OPEN_TASK = "no_open_task"
    MANY_PEOPLE = "many_people"
    OUT_OF_HOURS = "out_of_hours"
    DRAWN = "drawn"  # by lot


SIGNAL_WORDS: dict[Signal, str] = {
    Signal.OWN_STREET: "near the officer’s own home",
    Signal.SAME_NAME: "the same family name",
    Signal.KNOWN_CASE: "a case the public knows",
    Signal.NO_OPEN_TASK: "no open task that the purpose speaks of",
    Signal.MANY_PEOPLE: "many more people than usual",
    Signal.OUT_OF_HOURS: "outside working hours",
    Signal.DRAWN: "drawn by lot",
}


class Outcome(StrEnum):
    """What a review found."""

    RIGHT = "right"  # needed, and no more than was needed
    EXPLAINED = "explained"  # odd, and there was a reason
    WRONG = "wrong"  # it should not have happened: what follows is for the agency


OUTCOME_WORDS: dict[Outcome, str] = {
    Outcome.RIGHT: "In order",
    Outcome.EXPLAINED: "Odd, and explained",
    Outcome.WRONG: "Not in order",
}


@dataclass(frozen=True, slots=True)
class Look:
    """One line of the audit chain that says that whereabouts were seen."""

    line: int
    at: datetime
    officer_id: int
    roles: frozenset[Role]
    purpose: Purpose | None
    person_id: int


@dataclass(frozen=True, slots=True)
class Facts:
    """What else is known about a look. None: not known, and so no sign of anything.

    home_m         from the officer's home to the nearest address of the person's curfew
    has_task       whether something was open that the purpose speaks of
    on_duty        whether the rota has the officer on duty then; None: they are on no rota
    people_that_day, people_usually   persons the officer looked at on that local day, and on the
                   median of their days before, on which they looked at all
    """

    officer_name: str = ""
    person_name: str = ""
    home_m: float | None = None
    known_case: bool = False
    has_task: bool | None = None
    on_duty: bool | None = None
    people_that_day: int = 0
    people_usually: float | None = None


@dataclass(frozen=True, slots=True)
class Sign:
    line: int
    signal: Signal
    words: str  # one sentence, naming nobody
