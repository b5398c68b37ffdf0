"""The words of review, and the one table of moves: code, tests and diagram come from it.

A review is of one offence and one wearer, whatever runs say of the two: the newest run's match is
what it shows, and what was decided of an earlier one stays in its story.
"""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

NO_SUCH_REVIEW = "There is no such match to review."  # also of one the asker may not know of
NEWER_RUN = "newer_run"  # in a story, beside the acts of people
ABOUT = "review"  # of documents.needs.OPENERS: papers about a review
OPEN_FOR = timedelta(hours=8)  # a shift: after that the reason is asked for again
REASON_MIN = 12  # characters of a stated reason: a word is none


class Status(StrEnum):
    WAITING = "waiting"  # nobody has decided
    MORE_WANTED = "more_wanted"
    QUALIFIED = "qualified"  # one analyst holds it worth acting on; nothing has left
    APPROVED = "approved"  # a second person agrees
    REJECTED = "rejected"
    REFERRED = "referred"  # an IOM unit has it
    CONCLUDED = "concluded"  # what came of it is recorded
    FALLEN = "fallen"  # it was approved, and does not stand any more


class Act(StrEnum):
    QUALIFY = "qualify"
    REJECT = "reject"
    ASK_MORE = "ask_more"
    APPROVE = "approve"
    SEND_BACK = "send_back"  # the second person does not agree: somebody decides anew
    REFER = "refer"
    RECORD_OUTCOME = "record_outcome"
    WITHDRAW = "withdraw"  # what was approved falls; whoever has it is told
    REOPEN = "reopen"


NEXT: dict[Status, frozenset[Status]] = {
    Status.WAITING: frozenset({Status.QUALIFIED, Status.REJECTED, Status.MORE_WANTED}),
    Status.MORE_WANTED: frozenset({Status.QUALIFIED, Status.REJECTED}),
    Status.QUALIFIED: frozenset({Status.APPROVED, Status.WAITING, Status.REJECTED}),
    Status.APPROVED: frozenset({Status.REFERRED, Status.FALLEN}),
    Status.REFERRED: frozenset({Status.CONCLUDED, Status.FALLEN}),
    Status.CONCLUDED: frozenset({Status.CONCLUDED, Status.FALLEN}),
    Status.REJECTED: frozenset({Status.WAITING}),
    Status.FALLEN: frozenset({Status.WAITING}),
}
TARGET: dict[Act, Status] = {
    Act.QUALIFY: Status.QUALIFIED,
    Act.REJECT: Status.REJECTED,
    Act.ASK_MORE: Status.MORE_WANTED,
    Act.APPROVE: Status.APPROVED,
    Act.SEND_BACK: Status.WAITING,
    Act.REFER: Status.REFERRED,
    Act.RECORD_OUTCOME: Status.CONCLUDED,
    Act.WITHDRAW: Status.FALLEN,
    Act.REOPEN: Status.WAITING,
}
# From where an act is done, where its target alone would allow it from more.
FROM: dict[Act, frozenset[Status]] = {
    Act.SEND_BACK: frozenset({Status.QUALIFIED}),
    Act.REOPEN: frozenset({Status.REJECTED, Status.FALLEN}),
}
TO_DECIDE = frozenset({Status.WAITING, Status.MORE_WANTED})
AGREED = frozenset({Status.APPROVED, Status.REFERRED, Status.CONCLUDED})  # a second person agreed


class Doer(StrEnum):
    """Who may do an act."""

    ANALYST = "analyst"
    SECOND = "second"  # an authorising officer who is not the analyst that qualified it
    UNIT = "unit"  # a coordinator of the IOM unit that it was referred to


DOERS: dict[Act, frozenset[Doer]] = {act: frozenset({Doer.ANALYST}) for act in Act} | {
    Act.APPROVE: frozenset({Doer.SECOND}),
    Act.SEND_BACK: frozenset({Doer.SECOND}),
    Act.RECORD_OUTCOME: frozenset({Doer.ANALYST, Doer.UNIT}),
}
IOM_UNIT = "iom_unit"  # the kind of an organisation


class Why(StrEnum):
    """Why a match is rejected."""

    LIVES_THERE = "lives_there"
    WORKS_THERE = "works_there"
    PASSES_THERE = "passes_there"
    TOO_WIDE = "too_wide"
    WRONG_TIME = "wrong_time"
    EQUIPMENT = "equipment"
    KNOWN_ELSEWHERE = "known_elsewhere"
    OTHER = "other"


class Outcome(StrEnum):
    """What came of a referral, as whoever has it tells us. A later one is added, none is undone."""

    NO_FURTHER_ACTION = "no_further_action"
    INTERVIEWED = "interviewed"
    CHARGED = "charged"
    CONVICTED = "convicted"
    EXONERATED = "exonerated"


WHY_WORDS: dict[Why, str] = {
    Why.LIVES_THERE: "The wearer lives there",
    Why.WORKS_THERE: "The wearer works or studies there",
    Why.PASSES_THERE: "The wearer passes there at such hours anyway",
    Why.TOO_WIDE: "The fixes are too wide to place the tag",
    Why.WRONG_TIME: "The time does not fit, or the record's window is wrong",
    Why.EQUIPMENT: "The tag, its strap or its clock was not sound",
    Why.KNOWN_ELSEWHERE: "It is known who did it, or that the wearer was elsewhere",
    Why.OTHER: "Something else",
}
OUTCOME_WORDS: dict[Outcome, str] = {
    Outcome.NO_FURTHER_ACTION: "No further action",
    Outcome.INTERVIEWED: "Interviewed",
    Outcome.CHARGED: "Charged",
    Outcome.CONVICTED: "Convicted",
    Outcome.EXONERATED: "Exonerated: it was not the wearer",
}


def reference_of(alert_id: int) -> str:
    """How a proximity alert is called among statements (corrections)."""
    return f"proximity_alert:{alert_id}"
