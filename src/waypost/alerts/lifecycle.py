"""What may be done to an alert in which status: read from NEXT, refused in words.

allowed_acts(status)            what a person may do now: buttons come from it
decide(status, act, ...)        the status it leads to, or a refusal
after_news(status)              where an alert stands when something new joins it
moves()                         the whole table, each move with who makes it: the manual is drawn so
"""

from __future__ import annotations

from dataclasses import dataclass

from waypost.alerts.values import NEXT, TARGET, Act, Outcome, Status
from waypost.errors import Refused

NEEDS_WORDS = frozenset({Act.NOTE, Act.EXPLAIN, Act.UPHOLD, Act.REOPEN})
STATUS_WORDS = {
    Status.RAISED: "raised",
    Status.ACKNOWLEDGED: "acknowledged",
    Status.IN_HAND: "in hand",
    Status.EXPLAINED: "explained",
    Status.UPHELD: "upheld",
    Status.WITHDRAWN: "withdrawn by later fixes",
    Status.CLOSED: "closed",
}
ACT_WORDS = {
    Act.ACKNOWLEDGE: "acknowledged",
    Act.TAKE_IN_HAND: "taken in hand",
    Act.NOTE: "noted",
    Act.EXPLAIN: "explained",
    Act.UPHOLD: "upheld",
    Act.CLOSE: "closed",
    Act.REOPEN: "reopened",
}


def allowed_acts(status: Status) -> tuple[Act, ...]:
    """Acts open to a person in this status, in the order they usually come."""
    return tuple(act for act in Act if act is Act.NOTE or leads_on(status, act))


def leads_on(status: Status, act: Act) -> bool:
    """Whether NEXT lets this act happen. Taking in hand again only follows a decision."""
    return TARGET[act] in NEXT[status]


def decide(status: Status, act: Act, *, note: str = "", outcome: str = "") -> Status:
    """The status after the act. Refused, in words, when the table or a missing reason forbids."""
    if act in NEEDS_WORDS and not note.strip():
        raise Refused(f"an alert can only be {ACT_WORDS[act]} with a reason in words")
    if act is Act.NOTE:
        return status
    if not leads_on(status, act):
        raise Refused(
            f"this alert is {STATUS_WORDS[status]} and cannot be {ACT_WORDS[act]} now; "
            f"what can be done: {_choices(status)}"
        )
    if act is Act.CLOSE and outcome not in set(Outcome):
        raise Refused(f"closing needs an outcome, one of: {', '.join(Outcome)}")
    return TARGET[act]


def after_news(status: Status) -> Status:
    """Where an uncleared alert stands once a new or surer violation joins it.

    Somebody who is dealing with it goes on; what was already decided or withdrawn is open again.
    """
    if status is Status.WITHDRAWN or status is Status.CLOSED:
        return Status.RAISED
    if status in {Status.EXPLAINED, Status.UPHELD}:
        return Status.IN_HAND
    return status


def after_withdrawal(status: Status) -> Status:
    """Where it stands once all it speaks of was taken back: a person still closes it."""
    return Status.WITHDRAWN if Status.WITHDRAWN in NEXT[status] else status


@dataclass(frozen=True, slots=True)
class Move:
    """A move of the table: its short word, and in a sentence who makes it and when."""

    before: Status
    after: Status
    word: str
    words: str


NEWS = "something new or surer joined"
WITHDRAWAL = "later fixes took back all that it speaks of"


def moves() -> list[Move]:
    """Every move of NEXT, once for each way in which it happens, in the table's order."""
    return [
        Move(before, after, word, words)
        for before in Status
        for after in sorted(NEXT[before], key=list(Status).index)
        for word, words in _ways(before, after)
    ]


def _ways(before: Status, after: Status) -> list[tuple[str, str]]:
    found = [
        (ACT_WORDS[act], f"An officer: {ACT_WORDS[act]}{_asks(act)}.")
        for act, target in TARGET.items()
        if target is after
    ]
    if after_news(before) is after:
        found.append(("news", f"Waypost: {NEWS}."))
    if after is Status.WITHDRAWN:
        found.append(("withdrawn", f"Waypost: {WITHDRAWAL}. A person still closes it."))
    return found


def _asks(act: Act) -> str:
    if act is Act.CLOSE:
        return ", with how it ended"
    return ", with the reason in words" if act in NEEDS_WORDS else ""


def _choices(status: Status) -> str:
    return ", ".join(act.value.replace("_", " ") for act in allowed_acts(status))
