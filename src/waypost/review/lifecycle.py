"""What may be done with a match under review in which status: read from NEXT, refused in words.

allowed_acts(status, doer)   buttons come from it
decide(status, act, words)   the status it leads to, or a refusal
moves()                      the whole table, each with who makes it: the manual is drawn from it
"""

from __future__ import annotations

from dataclasses import dataclass

from waypost.errors import Refused
from waypost.review.values import DOERS, FROM, NEXT, TARGET, Act, Doer, Status

NEEDS_WORDS: dict[Act, str] = {
    Act.QUALIFY: "why this match is worth acting on, in your own words",
    Act.REJECT: "why it is rejected",
    Act.ASK_MORE: "what more is needed before it can be decided",
    Act.APPROVE: "what you checked",
    Act.SEND_BACK: "why you do not agree",
    Act.REFER: "what the unit is asked to do",
    Act.RECORD_OUTCOME: "who told us, and when",
    Act.WITHDRAW: "why it does not stand any more",
    Act.REOPEN: "why it is looked at again",
}
STATUS_WORDS: dict[Status, str] = {
    Status.WAITING: "waiting for a decision",
    Status.MORE_WANTED: "waiting for more",
    Status.QUALIFIED: "qualified, waiting for a second person",
    Status.APPROVED: "approved",
    Status.REJECTED: "rejected",
    Status.REFERRED: "referred",
    Status.CONCLUDED: "concluded",
    Status.FALLEN: "withdrawn",
}
ACT_WORDS: dict[Act, str] = {
    Act.QUALIFY: "qualified",
    Act.REJECT: "rejected",
    Act.ASK_MORE: "held until more is known",
    Act.APPROVE: "approved",
    Act.SEND_BACK: "sent back",
    Act.REFER: "referred",
    Act.RECORD_OUTCOME: "given an outcome",
    Act.WITHDRAW: "withdrawn",
    Act.REOPEN: "taken up again",
}
DOER_WORDS: dict[Doer, str] = {
    Doer.ANALYST: "an analyst",
    Doer.SECOND: "a second person, not the one who qualified it",
    Doer.UNIT: "the unit that has it",
}


def allowed_acts(status: Status, doer: Doer) -> tuple[Act, ...]:
    """Acts open to this doer in this status, in the order in which they usually come."""
    return tuple(act for act in Act if doer in DOERS[act] and leads_on(status, act))


def leads_on(status: Status, act: Act) -> bool:
    return TARGET[act] in NEXT[status] and status in FROM.get(act, NEXT)


def decide(status: Status, act: Act, *, words: str) -> Status:
    """The status after the act. Refused, in words, where the table or a missing reason forbids."""
    if not leads_on(status, act):
        choices = ", ".join(ACT_WORDS[one] for one in Act if leads_on(status, one))
        raise Refused(
            f"This match is {STATUS_WORDS[status]} and cannot be {ACT_WORDS[act]} now; it can be: "
            f"{choices}."
        )
    if not words.strip():
        raise Refused(f"Say {NEEDS_WORDS[act]}.")
    return TARGET[act]


@dataclass(frozen=True, slots=True)
class Move:
    before: Status
    after: Status
    act: Act
    words: str


def moves() -> list[Move]:
    """Every move of NEXT, once for each act that makes it."""
    return [
        Move(
            before, TARGET[act], act,
            f"{_who(act)}: {ACT_WORDS[act]}, saying {NEEDS_WORDS[act]}.",
        )
        for before in Status
        for act in TARGET
        if leads_on(before, act)
    ]  # fmt: skip


def _who(act: Act) -> str:
    return " or ".join(DOER_WORDS[one] for one in Doer if one in DOERS[act]).capitalize()
