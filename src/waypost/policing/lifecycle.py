"""What may be done to a notification in which status: read from NEXT, refused in words.

allowed_acts(status, side)   buttons come from it
decide(status, act, ...)     the status it leads to, or a refusal
moves()                      the whole table, each with who makes it: the manual is drawn from it
"""

from __future__ import annotations

from dataclasses import dataclass

from waypost.errors import Refused
from waypost.policing.values import FROM, NEXT, SIDE, TARGET, WITH_THE_FORCE, Act, Side, Status

NEEDS_WORDS: dict[Act, str] = {
    Act.ASK_MORE: "what more is wanted",
    Act.SUPPLY: "what was wanted",
    Act.CORRECT: "what was wrong and what is right",
    Act.WITHDRAW: "why it is withdrawn",
}
STATUS_WORDS: dict[Status, str] = {
    Status.DRAFTED: "drafted",
    Status.SENT: "sent",
    Status.RECEIVED: "received",
    Status.ASSESSING: "being assessed",
    Status.MORE_WANTED: "more wanted",
    Status.ANSWERED: "answered",
    Status.RESULT_RECORDED: "result recorded",
    Status.WITHDRAWN: "withdrawn",
    Status.CLOSED: "closed",
}
ACT_WORDS: dict[Act, str] = {
    Act.SEND: "sent",
    Act.DISCARD: "discarded",
    Act.RECEIVE: "received",
    Act.ASSESS: "taken up for assessment",
    Act.ASK_MORE: "sent back for more",
    Act.SUPPLY: "supplied with more",
    Act.ANSWER: "answered",
    Act.RECORD_RESULT: "given a result",
    Act.CORRECT: "corrected",
    Act.WITHDRAW: "withdrawn",
    Act.NOTE_WITHDRAWAL: "ended, its withdrawal known",
    Act.CLOSE: "closed",
}
DOERS: dict[Side, str] = {
    Side.PROVIDER: "The provider’s officer",
    Side.FORCE: "The force’s officer",
}


def allowed_acts(status: Status, side: Side) -> tuple[Act, ...]:
    """Acts open to this side in this status, in the order in which they usually come."""
    return tuple(act for act in Act if SIDE[act] is side and leads_on(status, act))


def leads_on(status: Status, act: Act) -> bool:
    if act is Act.CORRECT:
        return status in WITH_THE_FORCE
    return TARGET[act] in NEXT[status] and status in FROM.get(act, NEXT)


def decide(status: Status, act: Act, *, words: str = "") -> Status:
    """The status after the act. Refused, in words, where the table or a missing reason forbids."""
    if act in NEEDS_WORDS and not words.strip():
        raise Refused(f"Say {NEEDS_WORDS[act]}.")
    if not leads_on(status, act):
        choices = ", ".join(ACT_WORDS[one] for one in Act if leads_on(status, one))
        raise Refused(
            f"This notification is {STATUS_WORDS[status]} and cannot be {ACT_WORDS[act]} now; it "
            f"can be: {choices or 'nothing any more'}."
        )
    return status if act is Act.CORRECT else TARGET[act]


@dataclass(frozen=True, slots=True)
class Move:
    before: Status
    after: Status
    act: Act
    words: str


def moves() -> list[Move]:
    """Every move of NEXT, once for each act that makes it."""
    return [
        Move(before, TARGET[act], act, f"{DOERS[SIDE[act]]}: {ACT_WORDS[act]}{_asks(act)}.")
        for before in Status
        for act in TARGET
        if leads_on(before, act)
    ]


def _asks(act: Act) -> str:
    if act is Act.ANSWER:
        return ": accepted, arrest, or no action with the reason"
    if act is Act.SEND:
        return ", once it is said how certain it is and what has been tried"
    return f", saying {NEEDS_WORDS[act]}" if act in NEEDS_WORDS else ""
