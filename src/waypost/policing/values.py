"""The words of notifications, and the one table of moves: code, tests and diagram come from it."""

from __future__ import annotations

from enum import StrEnum

NO_SUCH_NOTIFICATION = "There is no such notification."  # also of one the asker may not know of
POLICE_FORCE = "police_force"  # the kind of an organisation


class Status(StrEnum):
    DRAFTED = "drafted"  # known to the provider alone
    SENT = "sent"
    RECEIVED = "received"  # the force said that it has it
    ASSESSING = "assessing"
    MORE_WANTED = "more_wanted"  # the force's clock stands, ours runs
    ANSWERED = "answered"
    RESULT_RECORDED = "result_recorded"
    WITHDRAWN = "withdrawn"  # told to the force, which has not said yet that it knows
    CLOSED = "closed"


NEXT: dict[Status, frozenset[Status]] = {
    Status.DRAFTED: frozenset({Status.SENT, Status.CLOSED}),
    Status.SENT: frozenset({Status.RECEIVED, Status.WITHDRAWN}),
    Status.RECEIVED: frozenset(
        {Status.ASSESSING, Status.ANSWERED, Status.MORE_WANTED, Status.WITHDRAWN}
    ),
    Status.ASSESSING: frozenset({Status.ANSWERED, Status.MORE_WANTED, Status.WITHDRAWN}),
    Status.MORE_WANTED: frozenset({Status.ASSESSING, Status.WITHDRAWN}),
    Status.ANSWERED: frozenset(
        {Status.ANSWERED, Status.RESULT_RECORDED, Status.CLOSED, Status.WITHDRAWN}
    ),
    Status.RESULT_RECORDED: frozenset({Status.CLOSED, Status.WITHDRAWN}),
    Status.WITHDRAWN: frozenset({Status.CLOSED}),
    Status.CLOSED: frozenset(),
}
OPEN = frozenset(Status) - {Status.CLOSED}
WITH_THE_FORCE = OPEN - {Status.DRAFTED}  # sent, and not over


class Side(StrEnum):
    """Who may do an act."""

    PROVIDER = "provider"
    FORCE = "force"


class Act(StrEnum):
    SEND = "send"
    DISCARD = "discard"  # a draft that is not sent
    RECEIVE = "receive"
    ASSESS = "assess"
    ASK_MORE = "ask_more"
    SUPPLY = "supply"  # what more was wanted
    ANSWER = "answer"
    RECORD_RESULT = "record_result"
    CORRECT = "correct"  # leads nowhere: what was said is put right
    WITHDRAW = "withdraw"
    NOTE_WITHDRAWAL = "note_withdrawal"  # the force knows that it is withdrawn
    CLOSE = "close"


TARGET: dict[Act, Status] = {
    Act.SEND: Status.SENT,
    Act.DISCARD: Status.CLOSED,
    Act.RECEIVE: Status.RECEIVED,
    Act.ASSESS: Status.ASSESSING,
    Act.ASK_MORE: Status.MORE_WANTED,
    Act.SUPPLY: Status.ASSESSING,
    Act.ANSWER: Status.ANSWERED,
    Act.RECORD_RESULT: Status.RESULT_RECORDED,
    Act.WITHDRAW: Status.WITHDRAWN,
    Act.NOTE_WITHDRAWAL: Status.CLOSED,
    Act.CLOSE: Status.CLOSED,
}
# From where an act is done, where its target alone would allow it from more.
FROM: dict[Act, frozenset[Status]] = {
    Act.DISCARD: frozenset({Status.DRAFTED}),
    Act.ASSESS: frozenset({Status.RECEIVED}),
    Act.SUPPLY: frozenset({Status.MORE_WANTED}),
    Act.NOTE_WITHDRAWAL: frozenset({Status.WITHDRAWN}),
    Act.CLOSE: frozenset({Status.ANSWERED, Status.RESULT_RECORDED}),
}
SIDE: dict[Act, Side] = {
    Act.SEND: Side.PROVIDER,
    Act.DISCARD: Side.PROVIDER,
    Act.RECEIVE: Side.FORCE,
    Act.ASSESS: Side.FORCE,
    Act.ASK_MORE: Side.FORCE,
    Act.SUPPLY: Side.PROVIDER,
    Act.ANSWER: Side.FORCE,
    Act.RECORD_RESULT: Side.FORCE,
    Act.CORRECT: Side.PROVIDER,
    Act.WITHDRAW: Side.PROVIDER,
    Act.NOTE_WITHDRAWAL: Side.FORCE,
    Act.CLOSE: Side.PROVIDER,
}


class Answer(StrEnum):
    """What a force decides. More wanted is the answer that leaves the decision open."""

    ACCEPTED = "accepted"  # it deals with the matter
    ARREST = "arrest"
    NO_ACTION = "no_action"
    MORE_WANTED = "more_wanted"


class Result(StrEnum):
    """What came of it."""

    ARRESTED = "arrested"
    NOT_FOUND = "not_found"
    SPOKEN_TO = "spoken_to"
    CHARGED = "charged"
    RETURNED = "returned"  # to custody or to court
    NOTHING_FOUND = "nothing_found"
    OTHER = "other"
