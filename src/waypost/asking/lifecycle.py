"""What may be done with a request to be away, in which status: read from NEXT, refused in words."""

from __future__ import annotations

from dataclasses import dataclass

from waypost.asking.values import DOERS, NEXT, TARGET, Act, Doer, Status
from waypost.errors import Refused

STATUS_WORDS: dict[Status, str] = {
    Status.WAITING: "waiting for an answer",
    Status.GRANTED: "granted",
    Status.REFUSED: "refused",
    Status.WITHDRAWN: "withdrawn by the wearer",
    Status.UNANSWERED: "not answered in time",
}
OWN_WORDS: dict[Status, str] = {  # as the wearer reads it
    Status.WAITING: "We have not answered yet",
    Status.GRANTED: "Yes",
    Status.REFUSED: "No",
    Status.WITHDRAWN: "You took it back",
    Status.UNANSWERED: "Nobody answered in time",
}
ACT_WORDS: dict[Act, str] = {
    Act.GRANT: "granted as asked",
    Act.GRANT_OTHER: "granted for other hours",
    Act.REFUSE: "refused, saying why",
    Act.WITHDRAW: "withdrawn",
    Act.BEGIN: "left without an answer as its time began",
}
DOER_WORDS: dict[Doer, str] = {
    Doer.WEARER: "the wearer",
    Doer.OFFICER: "whoever is responsible",
    Doer.DUTY: "the monitoring centre in their place",
    Doer.CLOCK: "the clock",
}


def leads_on(status: Status, act: Act) -> bool:
    return TARGET[act] in NEXT[status]


def decide(status: Status, act: Act) -> Status:
    """The status after the act. Refused, in words, where the table forbids it."""
    if not leads_on(status, act):
        raise Refused(f"This request is {STATUS_WORDS[status]} and cannot be {ACT_WORDS[act]} now.")
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
        Move(before, TARGET[act], act, f"{_who(act)}: {ACT_WORDS[act]}.")
        for before in Status
        for act in Act
        if leads_on(before, act)
    ]


def _who(act: Act) -> str:
    return " or ".join(DOER_WORDS[one] for one in Doer if one in DOERS[act]).capitalize()
