"""What may be done in which status, read from the tables of values.py and refused in words.

allowed_acts, allowed_checks   buttons come from them
decide, decide_check, decide_leave   the status an act leads to, or a refusal
moves, check_moves, leave_moves      the whole tables, each with who makes it: for the manual
"""

from __future__ import annotations

from dataclasses import dataclass

from waypost.errors import Refused
from waypost.suitability.values import (
    CHECK_NEXT,
    CHECK_TARGET,
    FROM,
    LEAVE_NEXT,
    LEAVE_TARGET,
    NEXT,
    TARGET,
    Act,
    CheckAct,
    CheckStatus,
    LeaveAct,
    LeaveStatus,
    Status,
)

STATUS_WORDS: dict[Status, str] = {
    Status.REFERRED: "referred",
    Status.ASSESSING: "being assessed",
    Status.PROPOSED: "proposed",
    Status.DECIDED: "decided",
    Status.UNSUITABLE: "found unsuitable",
    Status.WITHDRAWN: "withdrawn",
}
ACT_WORDS: dict[Act, str] = {
    Act.TAKE: "taken up",
    Act.PROPOSE: "proposed",
    Act.RECALL: "taken back to be changed",
    Act.RECORD: "closed with what was decided",
    Act.FIND_UNSUITABLE: "found unsuitable",
    Act.WITHDRAW: "withdrawn",
    Act.REOPEN: "opened again",
}
NEEDS_WORDS: dict[Act, str] = {
    Act.RECALL: "why the proposal is taken back",
    Act.FIND_UNSUITABLE: "why nothing is proposed",
    Act.WITHDRAW: "who asked that it be withdrawn, and why",
    Act.REOPEN: "why it is opened again",
}
DONE_BY: dict[Act, str] = dict.fromkeys(Act, "The officer who assesses")
CHECK_STATUS_WORDS: dict[CheckStatus, str] = {
    CheckStatus.REQUESTED: "requested",
    CheckStatus.CHASED: "chased",
    CheckStatus.ANSWERED: "answered",
    CheckStatus.CALLED_OFF: "called off",
}
CHECK_ACT_WORDS: dict[CheckAct, str] = {
    CheckAct.CHASE: "chased",
    CheckAct.ANSWER: "answered",
    CheckAct.CALL_OFF: "called off",
}
CHECK_SAYS: dict[CheckAct, str] = {
    CheckAct.CHASE: "whom they rang or wrote to",
    CheckAct.ANSWER: "what came back, in words, from whom, when, and until when it is good",
    CheckAct.CALL_OFF: "why no answer is wanted any more",
}
LEAVE_STATUS_WORDS: dict[LeaveStatus, str] = {
    LeaveStatus.ASKED: "asked for",
    LeaveStatus.GRANTED: "granted",
    LeaveStatus.REFUSED: "refused",
    LeaveStatus.ENDED: "ended",
}
LEAVE_ACT_WORDS: dict[LeaveAct, str] = {
    LeaveAct.GRANT: "granted",
    LeaveAct.REFUSE: "refused",
    LeaveAct.END: "ended",
}
LEAVE_DONE_BY: dict[LeaveAct, str] = {
    LeaveAct.GRANT: "An authorising officer who did not ask",
    LeaveAct.REFUSE: "An authorising officer who did not ask",
    LeaveAct.END: "Whoever asked, or an authorising officer",
}


@dataclass(frozen=True, slots=True)
class Move:
    before: str
    after: str
    act: str
    words: str


def leads_on(status: Status, act: Act) -> bool:
    return TARGET[act] in NEXT[status] and status in FROM.get(act, NEXT)


def allowed_acts(status: Status) -> tuple[Act, ...]:
    """Acts open in this status, in the order in which they usually come."""
    return tuple(act for act in Act if leads_on(status, act))


def decide(status: Status, act: Act, *, words: str = "") -> Status:
    """The status after the act. Refused, in words, where the table or a missing reason forbids."""
    if not leads_on(status, act):
        choices = ", ".join(ACT_WORDS[one] for one in allowed_acts(status))
        raise Refused(
            f"This assessment is {STATUS_WORDS[status]} and cannot be {ACT_WORDS[act]} now; it can "
            f"be: {choices}."
        )
    if act in NEEDS_WORDS and not words.strip():
        raise Refused(f"Say {NEEDS_WORDS[act]}.")
    return TARGET[act]


def decide_check(status: CheckStatus, act: CheckAct) -> CheckStatus:
    if CHECK_TARGET[act] not in CHECK_NEXT[status]:
        raise Refused(
            f"This check is {CHECK_STATUS_WORDS[status]} and cannot be {CHECK_ACT_WORDS[act]} now; "
            "ask for another check if one is wanted."
        )
    return CHECK_TARGET[act]


def allowed_checks(status: CheckStatus) -> tuple[CheckAct, ...]:
    return tuple(act for act in CheckAct if CHECK_TARGET[act] in CHECK_NEXT[status])


def decide_leave(status: LeaveStatus, act: LeaveAct) -> LeaveStatus:
    if LEAVE_TARGET[act] not in LEAVE_NEXT[status]:
        raise Refused(
            f"This request is {LEAVE_STATUS_WORDS[status]} and cannot be {LEAVE_ACT_WORDS[act]}."
        )
    return LEAVE_TARGET[act]


def moves() -> list[Move]:
    """Every move of NEXT, once for each act that makes it."""
    return [
        Move(before.value, TARGET[act].value, act.value, _sentence(DONE_BY[act], ACT_WORDS[act],
                                                                   NEEDS_WORDS.get(act, "")))
        for before in Status
        for act in allowed_acts(before)
    ]  # fmt: skip


def check_moves() -> list[Move]:
    who = "The officer who assesses"
    return [
        Move(before.value, CHECK_TARGET[act].value, act.value,
             _sentence(who, CHECK_ACT_WORDS[act], CHECK_SAYS[act]))
        for before in CheckStatus
        for act in allowed_checks(before)
    ]  # fmt: skip


def leave_moves() -> list[Move]:
    return [
        Move(before.value, LEAVE_TARGET[act].value, act.value,
             _sentence(LEAVE_DONE_BY[act], LEAVE_ACT_WORDS[act], "why"))
        for before in LeaveStatus
        for act in LeaveAct
        if LEAVE_TARGET[act] in LEAVE_NEXT[before]
    ]  # fmt: skip


def _sentence(who: str, act: str, says: str) -> str:
    return f"{who}: {act}{f', saying {says}' if says else ''}."
