"""What may be done with a contract, what a change of an order is, and by when: pure decisions."""

from __future__ import annotations

from datetime import datetime

from waypost.contracts.values import (
    ACT_WORDS,
    ANSWER_WITHIN,
    NEXT,
    RECEIVE_WITHIN,
    STATUS_WORDS,
    TARGET,
    Act,
    Status,
    What,
)
from waypost.errors import Refused


def decide(status: Status, act: Act) -> Status:
    """The status after the act. Refused, in words, where the table forbids it."""
    if _leads(status, act):
        return TARGET[act]
    raise Refused(f"This contract is {STATUS_WORDS[status]}; nothing more is to be done with it.")


def moves() -> list[tuple[Status, Status, str]]:
    """Every move of NEXT with its words: the manual is drawn from it."""
    return [
        (before, TARGET[act], ACT_WORDS[act])
        for before in Status for act in Act if _leads(before, act)
    ]  # fmt: skip


def _leads(status: Status, act: Act) -> bool:
    return TARGET[act] in NEXT[status]


def what_changed(*, told_before: bool, to_at: datetime | None, known_at: datetime) -> What:
    """New, until the provider was told of it once; ended when its end is not after what is known.

    An end that lies ahead is a change like any other.
    """
    if to_at is not None and to_at <= known_at:
        return What.ENDED
    return What.VARIED if told_before else What.NEW


def due_at(status: Status, since: datetime) -> datetime | None:
    """By when the next step is due; None when none is."""
    within = {Status.SENT: RECEIVE_WITHIN, Status.ASKED: ANSWER_WITHIN}.get(status)
    return None if within is None else since + within
