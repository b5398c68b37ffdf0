"""The words of asking first, and the one table of moves: code, tests and diagram come from it.

A wearer asks for time away before it begins. Until somebody answers, what the order asks stands.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from waypost.orders.values import RequirementKind

NO_SUCH_REQUEST = "There is no such request."
WORDS_MAX = 1_000
ANSWER_DUE = "absence_answer"  # kind of due row: it is late to answer, or too late
BEGINS_DUE = "absence_begins"
# From these a practitioner may let somebody off. Where somebody may not go is the court's.
HOURS_KINDS = frozenset(
    {RequirementKind.CURFEW, RequirementKind.ATTENDANCE, RequirementKind.INCLUSION}
)


class Status(StrEnum):
    WAITING = "waiting"
    GRANTED = "granted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"  # the wearer asks no more
    UNANSWERED = "unanswered"  # its time began, and nobody had answered


class Act(StrEnum):
    GRANT = "grant"  # as asked
    GRANT_OTHER = "grant_other"  # other hours than were asked for
    REFUSE = "refuse"
    WITHDRAW = "withdraw"
    BEGIN = "begin"  # the clock: nobody answered in time


class Doer(StrEnum):
    WEARER = "wearer"
    OFFICER = "officer"  # whoever is responsible
    DUTY = "duty"  # the monitoring centre, in place of them
    CLOCK = "clock"


class Why(StrEnum):
    SHIFT = "shift"
    HOSPITAL = "hospital"
    FUNERAL = "funeral"
    SCHOOL = "school"
    FAITH = "faith"
    FAMILY = "family"
    COURT = "court"
    OTHER = "other"


NEXT: dict[Status, frozenset[Status]] = {
    Status.WAITING: frozenset(
        {Status.GRANTED, Status.REFUSED, Status.WITHDRAWN, Status.UNANSWERED}
    ),
    # What nobody answered in time is answered all the same: the time may lie in the past by then.
    Status.UNANSWERED: frozenset({Status.GRANTED, Status.REFUSED}),
    Status.GRANTED: frozenset(),
    Status.REFUSED: frozenset(),
    Status.WITHDRAWN: frozenset(),
}
TARGET: dict[Act, Status] = {
    Act.GRANT: Status.GRANTED,
    Act.GRANT_OTHER: Status.GRANTED,
    Act.REFUSE: Status.REFUSED,
    Act.WITHDRAW: Status.WITHDRAWN,
    Act.BEGIN: Status.UNANSWERED,
}
DOERS: dict[Act, frozenset[Doer]] = {
    Act.GRANT: frozenset({Doer.OFFICER, Doer.DUTY}),
    Act.GRANT_OTHER: frozenset({Doer.OFFICER, Doer.DUTY}),
    Act.REFUSE: frozenset({Doer.OFFICER, Doer.DUTY}),
    Act.WITHDRAW: frozenset({Doer.WEARER}),
    Act.BEGIN: frozenset({Doer.CLOCK}),
}
OPEN = frozenset({Status.WAITING, Status.UNANSWERED})

WHY_WORDS: dict[Why, str] = {  # as the wearer chooses, and everybody reads
    Why.SHIFT: "Work or a shift",
    Why.HOSPITAL: "Doctor or hospital",
    Why.FUNERAL: "A funeral",
    Why.SCHOOL: "School or college",
    Why.FAITH: "Faith or worship",
    Why.FAMILY: "Family or somebody I care for",
    Why.COURT: "Court or a solicitor",
    Why.OTHER: "Something else",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What a wearer asks: to be away in [from_at, to_at), why, and how it can be seen to be so."""

    why: Why
    from_at: datetime
    to_at: datetime
    words: str = ""
    evidence: str = ""
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class Touched:
    """A requirement that asks something in the time asked for.

    own_words   as its wearer reads it
    windows     when it asks within the time, half-open
    """

    order_id: str
    requirement_id: str
    kind: RequirementKind
    own_words: str
    windows: tuple[tuple[datetime, datetime], ...]


@dataclass(frozen=True, slots=True)
class Waits:
    """A request that waits, with what its wearer should know meanwhile, in words."""

    request_id: int
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Notes:
    """What stands against asking so (refusals, in words), and what is good to know (warnings)."""

    refusals: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
