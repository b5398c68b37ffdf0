"""What may be done to a request in which status: read from NEXT, refused in words.

allowed_acts(status, doers)   buttons come from it
decide(status, act, ...)      the status it leads to, or a refusal
moves()                       the whole table, each with who makes it: the manual is drawn from it
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from waypost.disclosure.values import DOERS, FROM, IN_STATUS, NEXT, TARGET, Act, Doer, Status
from waypost.errors import Refused

NEEDS_WORDS: dict[Act, str] = {
    Act.RETURN: "what is still wanted",
    Act.SEND_BACK: "what is to be checked again",
    Act.GRANT: "why it is necessary and proportionate",
    Act.REFUSE: "why it is refused, for the record",
    Act.CALL_BACK: "who answered, and how they were known",
    Act.TELL: "why the place is told now",
    Act.PAPER: "what the form says of why it was needed",
    Act.REFUSE_CALL: "why it is refused, for the record",
    Act.REVIEW: "what the review found",
}
STATUS_WORDS: dict[Status, str] = {
    Status.SUBMITTED: "submitted",
    Status.RETURNED: "returned for more",
    Status.CHECKED: "checked",
    Status.GRANTED: "granted",
    Status.REFUSED: "refused",
    Status.WITHDRAWN: "withdrawn",
    Status.CALLED: "asked by telephone",
    Status.CALLED_BACK: "called back",
    Status.TOLD: "told by telephone",
    Status.PAPERED: "on paper, to be reviewed",
    Status.CALL_REFUSED: "refused by telephone, to be reviewed",
    Status.CLOSED: "closed",
}
ACT_WORDS: dict[Act, str] = {
    Act.RETURN: "returned to the requester",
    Act.RESUBMIT: "submitted again",
    Act.CHECK: "checked and passed on",
    Act.SEND_BACK: "sent back to be checked again",
    Act.GRANT: "granted and released",
    Act.REFUSE: "refused",
    Act.WITHDRAW: "withdrawn",
    Act.OUTCOME: "given an outcome",
    Act.CALL_BACK: "called back at a known number",
    Act.TELL: "told the current place",
    Act.PAPER: "put on paper",
    Act.REFUSE_CALL: "refused by telephone",
    Act.REVIEW: "reviewed",
}
DOER_WORDS: dict[Doer, str] = {
    Doer.REQUESTER: "the requester",
    Doer.CHECKER: "a checker",
    Doer.AUTHORISER: "an authorising officer",
    Doer.CONTROL_ROOM: "the control room",
    Doer.REVIEWER: "a reviewer",
}


def allowed_acts(status: Status, doers: Collection[Doer]) -> tuple[Act, ...]:
    """Acts open to whoever is one of these in this status, in the order in which they come."""
    mine = frozenset(doers)
    return tuple(act for act in Act if doers_of(status, act) & mine and leads_on(status, act))


def doers_of(status: Status, act: Act) -> frozenset[Doer]:
    return IN_STATUS.get((status, act), DOERS[act])


def leads_on(status: Status, act: Act) -> bool:
    return TARGET[act] in NEXT[status] and status in FROM.get(act, NEXT)


def decide(status: Status, act: Act, *, words: str = "") -> Status:
    """The status after the act. Refused, in words, where the table or a missing reason forbids."""
    if not leads_on(status, act):
        choices = ", ".join(ACT_WORDS[one] for one in Act if leads_on(status, one))
        raise Refused(
            f"This request is {STATUS_WORDS[status]} and cannot be {ACT_WORDS[act]} now; it can "
            f"be: {choices or 'nothing any more'}."
        )
    if act in NEEDS_WORDS and not words.strip():
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
        Move(before, TARGET[act], act, f"{_who(before, act)}: {ACT_WORDS[act]}{_asks(act)}.")
        for before in Status
        for act in TARGET
        if leads_on(before, act)
    ]


def _who(before: Status, act: Act) -> str:
    said = " or ".join(DOER_WORDS[one] for one in Doer if one in doers_of(before, act))
    return f"{said[:1].upper()}{said[1:]}"


def _asks(act: Act) -> str:
    return f", saying {NEEDS_WORDS[act]}" if act in NEEDS_WORDS else ""
