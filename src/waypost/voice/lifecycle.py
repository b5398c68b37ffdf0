"""What may be done with a complaint in which status: read from MOVES, refused in words."""

from __future__ import annotations

from dataclasses import dataclass

from waypost.errors import Refused
from waypost.voice.values import MOVES, Act, Doer, Status

STATUS_WORDS: dict[Status, str] = {
    Status.WAITING: "waiting for an answer",
    Status.ANSWERED: "answered",
    Status.AGAIN: "waiting for a second answer",
    Status.CLOSED: "closed",
    Status.WITHDRAWN: "taken back",
}
OWN_WORDS: dict[Status, str] = {
    Status.WAITING: "We have not answered yet",
    Status.ANSWERED: "We have answered",
    Status.AGAIN: "Somebody else is looking at it again",
    Status.CLOSED: "It is closed",
    Status.WITHDRAWN: "You took it back",
}
ACT_WORDS: dict[Act, str] = {
    Act.ANSWER: "answered",
    Act.ASK_AGAIN: "sent back for a second answer",
    Act.ANSWER_AGAIN: "answered for the last time here",
    Act.ACCEPT: "closed as answered",
    Act.WITHDRAW: "taken back",
}
DOER_WORDS: dict[Doer, str] = {
    Doer.WEARER: "the wearer",
    Doer.ANSWERER: "whoever answers complaints, and is not whom it is about",
    Doer.SECOND: "somebody other than who gave the first answer, and than whom it is about",
}


def leads_on(status: Status, act: Act) -> bool:
    return status in MOVES[act][0]


def decide(status: Status, act: Act) -> Status:
    """The status after the act. Refused, in words, where the table forbids it."""
    if not leads_on(status, act):
        raise Refused(f"This complaint is {STATUS_WORDS[status]} and cannot be {ACT_WORDS[act]}.")
    return MOVES[act][1]


@dataclass(frozen=True, slots=True)
class Move:
    before: Status
    after: Status
    act: Act
    words: str


def moves() -> list[Move]:
    """Every move, once for each act that makes it."""
    return [
        Move(before, MOVES[act][1], act, f"{DOER_WORDS[MOVES[act][2]].capitalize()}: "
             f"{ACT_WORDS[act]}.")
        for before in Status
        for act in Act
        if leads_on(before, act)
    ]  # fmt: skip
