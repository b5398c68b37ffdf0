"""What becomes of a command to a tag, decided: the table of moves and what is due at a contact.

queued -> sent -> acknowledged | failed; also expired, cancelled, superseded from either

A tag hears us only while it is connected, so a command waits for the next contact; a tag that did
not answer may not have heard, so it is sent again, a few times.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from waypost.errors import Refused
from waypost.protocols.values import CommandKind

HOLDS_FOR = timedelta(hours=24)  # what was asked yesterday may be unwanted by now
ANSWER_WITHIN = timedelta(minutes=5)  # then it is sent again at the next contact
TIMES_SENT_MAX = 5
SERIALS = 2**16  # of the tag's answer


class CommandStatus(StrEnum):
    QUEUED = "queued"
    SENT = "sent"
    ACKNOWLEDGED = "acknowledged"
    FAILED = "failed"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    SUPERSEDED = "superseded"


_S = CommandStatus
NEXT: dict[CommandStatus, frozenset[CommandStatus]] = {
    _S.QUEUED: frozenset({_S.SENT, _S.FAILED, _S.EXPIRED, _S.CANCELLED, _S.SUPERSEDED}),
    _S.SENT: frozenset({_S.ACKNOWLEDGED, _S.FAILED, _S.EXPIRED, _S.CANCELLED, _S.SUPERSEDED}),
    _S.ACKNOWLEDGED: frozenset(),
    _S.FAILED: frozenset(),
    _S.EXPIRED: frozenset(),
    _S.CANCELLED: frozenset(),
    _S.SUPERSEDED: frozenset(),
}
WAITING = tuple(status for status in CommandStatus if NEXT[status])
STATUS_WORDS = {
    _S.QUEUED: "waiting for the tag's next contact",
    _S.SENT: "sent, not answered yet",
    _S.ACKNOWLEDGED: "acknowledged by the tag",
    _S.FAILED: "never answered by the tag",
    _S.EXPIRED: "expired before the tag was heard",
    _S.CANCELLED: "cancelled",
    _S.SUPERSEDED: "replaced by a later one",
}
KIND_WORDS = {
    CommandKind.REPORT_NOW: "report now",
    CommandKind.INTERVAL: "change how often it reports",
    CommandKind.VIBRATE: "vibrate",
}


@dataclass(frozen=True, slots=True)
class Waiting:
    """A command that waits: for a contact, or for its answer. worn_until: when the wearer for whom
    it was asked stopped wearing the tag; None: still does, or nobody did."""

    command: int
    kind: CommandKind
    interval_s: int | None
    serial: int
    status: CommandStatus
    expires_at: datetime
    sent_at: datetime | None = None
    times_sent: int = 0
    worn_until: datetime | None = None


class Due(StrEnum):
    """What is to be done about a waiting command at a contact."""

    SEND = "send"
    EXPIRE = "expire"
    FAIL = "fail"


def decide_due(waiting: Waiting, now: datetime) -> Due | None:
    """What is due now; None: its answer may still come."""
    if waiting.worn_until is not None and waiting.worn_until <= now:
        return Due.EXPIRE  # the next wearer is asked nothing of it
    unanswered = waiting.sent_at is None or now - waiting.sent_at >= ANSWER_WITHIN
    if waiting.times_sent >= TIMES_SENT_MAX and unanswered:
        return Due.FAIL
    if now >= waiting.expires_at:
        return Due.EXPIRE if waiting.times_sent == 0 else (Due.FAIL if unanswered else None)
    return Due.SEND if unanswered else None


def check_can_move(status: CommandStatus, after: CommandStatus) -> None:
    """Refused, in words, when the table forbids it."""
    if after not in NEXT[status]:
        raise Refused(
            f"This command is {STATUS_WORDS[status]}; it cannot be {after.value} any more."
        )


def next_serial(last: int | None) -> int:
    """The serial after the last one that the device was asked with."""
    return 1 if last is None else (last + 1) % SERIALS
