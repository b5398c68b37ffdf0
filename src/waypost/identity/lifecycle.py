"""What may be done with a merge in which status, by whom: from values.NEXT, refused in words.

decide(status, act, ...)   the status it leads to, or a refusal
allowed_acts(status, ...)  buttons come from it
moves()                    the whole table: the manual is drawn from it
"""

from __future__ import annotations

from dataclasses import dataclass

from waypost.errors import Refused
from waypost.identity.values import (
    ACT_WORDS,
    FROM,
    NEXT,
    OF_ANOTHER,
    OF_THE_PROPOSER,
    STATUS_WORDS,
    TARGET,
    WHY_MIN,
    MergeAct,
    MergeStatus,
)

NEEDS_WORDS: dict[MergeAct, str] = {
    MergeAct.CONFIRM: "what you compared yourself",
    MergeAct.REFUSE: "what shows that they are two people",
    MergeAct.TAKE_BACK: "why you take it back",
    MergeAct.DOUBT: "what shows that they are two people after all",
    MergeAct.CONFIRM_REVERSAL: "what you compared yourself",
    MergeAct.KEEP: "what shows that they are one person after all",
}


def leads_on(status: MergeStatus, act: MergeAct) -> bool:
    return TARGET[act] in NEXT[status] and status in FROM.get(act, NEXT)


def is_theirs(act: MergeAct, *, is_proposer: bool) -> bool:
    """Whether the act is open to the officer, who proposed what waits now or did not."""
    return not (act in OF_ANOTHER if is_proposer else act in OF_THE_PROPOSER)


def allowed_acts(status: MergeStatus, *, is_proposer: bool) -> tuple[MergeAct, ...]:
    return tuple(
        act for act in MergeAct if leads_on(status, act) and is_theirs(act, is_proposer=is_proposer)
    )


def decide(status: MergeStatus, act: MergeAct, *, words: str, is_proposer: bool) -> MergeStatus:
    """The status after the act. Refused, in words, where table, person or reason forbid it."""
    if not leads_on(status, act):
        raise Refused(f"This merge is {STATUS_WORDS[status]}; it cannot be {ACT_WORDS[act]} now.")
    if not is_theirs(act, is_proposer=is_proposer):
        who = "Somebody else than who proposed it" if is_proposer else "Only who proposed it"
        raise Refused(f"{who} can do this.")
    if len(words.strip()) < WHY_MIN:
        raise Refused(f"Say {NEEDS_WORDS[act]}: a sentence, not a word.")
    return TARGET[act]


@dataclass(frozen=True, slots=True)
class Move:
    before: MergeStatus
    after: MergeStatus
    act: MergeAct
    words: str


def moves() -> list[Move]:
    """Every move of NEXT, once for each act that makes it."""
    return [
        Move(status, TARGET[act], act, f"{_who(act)}: {ACT_WORDS[act]}, saying {NEEDS_WORDS[act]}.")
        for status in MergeStatus
        for act in MergeAct
        if leads_on(status, act)
    ]


def _who(act: MergeAct) -> str:
    if act in OF_ANOTHER:
        return "Somebody else than who proposed it"
    return "Who proposed it" if act in OF_THE_PROPOSER else "Either"
