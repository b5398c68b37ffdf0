"""The words of contracts. Pure values."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

NO_SUCH_CONTRACT = "There is no such contract."  # also of one the asker may not know of
WORDS_MAX = 1_000
OURS = "our assumption"
RECEIVE_WITHIN = timedelta(hours=4)  # OURS: an order binds tonight
ANSWER_WITHIN = timedelta(hours=4)  # OURS: nobody is monitored rightly while it is asked


class What(StrEnum):
    NEW = "new"
    VARIED = "varied"
    ENDED = "ended"


class Status(StrEnum):
    SENT = "sent"  # the provider has it and has not said so
    ASKED = "asked"  # the provider asks back; whoever is responsible answers
    RECEIVED = "received"
    OVERTAKEN = "overtaken"  # a later contract says otherwise, and this one was never received


class Act(StrEnum):
    RECEIVE = "receive"
    ASK = "ask"
    ANSWER = "answer"
    OVERTAKE = "overtake"  # by Waypost, when the order changes again


NEXT: dict[Status, frozenset[Status]] = {
    Status.SENT: frozenset({Status.RECEIVED, Status.ASKED, Status.OVERTAKEN}),
    Status.ASKED: frozenset({Status.SENT, Status.OVERTAKEN}),
    Status.RECEIVED: frozenset(),
    Status.OVERTAKEN: frozenset(),
}
TARGET: dict[Act, Status] = {
    Act.RECEIVE: Status.RECEIVED,
    Act.ASK: Status.ASKED,
    Act.ANSWER: Status.SENT,
    Act.OVERTAKE: Status.OVERTAKEN,
}
WAITING = frozenset({Status.SENT, Status.ASKED})
WHAT_WORDS: dict[What, str] = {
    What.NEW: "a new order",
    What.VARIED: "the order changed",
    What.ENDED: "the order ends",
}
STATUS_WORDS: dict[Status, str] = {
    Status.SENT: "sent, waits to be received",
    Status.ASKED: "asked back, waits for an answer",
    Status.RECEIVED: "received",
    Status.OVERTAKEN: "overtaken by a later one",
}
ACT_WORDS: dict[Act, str] = {
    Act.RECEIVE: "the provider received it",
    Act.ASK: "the provider asked back",
    Act.ANSWER: "whoever is responsible answered",
    Act.OVERTAKE: "the order changed again",
}
