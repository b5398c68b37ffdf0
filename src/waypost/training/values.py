"""The words of training: exercises, what is done and answered in them, what is recorded. Pure.

`NEEDED` is the whole of what a pass is for: an act of approval, and the course that it asks for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from waypost.access.values import Permission, Role

PASS_SHARE = 0.8  # of an exercise's points; OURS
VALID_FOR = timedelta(days=365)  # a pass: OURS, to be set by the agency
DUE_BEFORE = timedelta(days=30)  # so long before its end a pass is called due
TICKET_FOR = timedelta(days=14)  # a practice that counts is finished by then
ATTEMPTS_MAX = 3  # at one exercise under one ticket: answers are explained after each
OURS = "our assumption, to be set by the agency"


class Policy(StrEnum):
    """What a missing pass does (WAYPOST_TRAINING)."""

    REQUIRED = "required"  # acts of approval are refused
    ASKED = "asked"  # it is shown as due, and nothing is refused


class Standing(StrEnum):
    """How one officer stands to one course."""

    VALID = "valid"
    DUE_SOON = "due_soon"
    EXPIRED = "expired"
    FAILED = "failed"
    NEVER = "never"


STANDING_WORDS: dict[Standing, str] = {
    Standing.VALID: "Passed",
    Standing.DUE_SOON: "Passed, due again soon",
    Standing.EXPIRED: "Out of date",
    Standing.FAILED: "Not passed",
    Standing.NEVER: "Not taken",
}
PASSED = frozenset({Standing.VALID, Standing.DUE_SOON})

# What may only be done by who has passed, and which course that is. Looking, refusing and sending
# back ask for none: nobody should be kept from saying no.
NEEDED: dict[Permission, Role] = {
    Permission.MATCH_REVIEW: Role.POLICE_ANALYST,  # qualify a match, sign evidence of it
    Permission.MATCH_APPROVE: Role.AUTHORISING_OFFICER,  # agree with it, approve evidence
    Permission.DISCLOSURE_APPROVE: Role.AUTHORISING_OFFICER,  # grant a request
}
ACT_WORDS: dict[Permission, str] = {
    Permission.MATCH_REVIEW: "qualify a match or sign evidence of it",
    Permission.MATCH_APPROVE: "approve a match or evidence of it",
    Permission.DISCLOSURE_APPROVE: "grant a request for location data",
}


@dataclass(frozen=True, slots=True)
class Question:
    """One question with one right answer, and why it is right, which is told afterwards.

    choices   value and words of each, in the order shown
    """

    key: str
    words: str
    choices: tuple[tuple[str, str], ...]
    right: str
    why: str


@dataclass(frozen=True, slots=True)
class Mark:
    """An act as its audit line tells it. field, value: of the line's detail; "" asks for neither"""

    kind: str
    field: str = ""
    value: str = ""


@dataclass(frozen=True, slots=True)
class Deed:
    """What is to be done on the real page: any of `wanted`, and none of `never`.

    never   one of these fails the exercise, whatever else was right: it is the failure itself
    """

    key: str
    words: str
    wanted: tuple[Mark, ...]
    never: tuple[Mark, ...]
    why: str


@dataclass(frozen=True, slots=True)
class Exercise:
    """One real failure to be met again. `deeds`: by role, since roles do different things."""

    key: str
    title: str
    failure: str  # what went wrong once, and who found it
    story: str  # what the person reads first
    roles: tuple[Role, ...]
    questions: tuple[Question, ...]
    deeds: Mapping[Role, tuple[Deed, ...]] = field(default_factory=dict)

    def deeds_of(self, role: Role) -> tuple[Deed, ...]:
        return self.deeds.get(role, ())


@dataclass(frozen=True, slots=True)
class Did:
    """One act that a person did in an exercise, from its audit line."""

    kind: str
    detail: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Told:
    """One item afterwards: whether it was right, and why."""

    key: str
    words: str
    right: bool
    given: str
    wanted: str
    why: str
    grave: bool = False


@dataclass(frozen=True, slots=True)
class Score:
    points: int
    of: int
    passed: bool
    told: tuple[Told, ...]


@dataclass(frozen=True, slots=True)
class Pass:
    """A result on somebody's record. valid_until: None where it was not passed."""

    role: Role
    at: datetime
    passed: bool
    points: int
    of: int
    set_version: str
    valid_until: datetime | None


@dataclass(frozen=True, slots=True)
class Due:
    """How an officer stands to a course that their role has. until: of the pass that stands"""

    role: Role
    standing: Standing
    until: datetime | None
    last: Pass | None
