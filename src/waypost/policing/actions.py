"""What may be done with notifications: drafting.py the provider's acts, answering.py the force's,
export.py the file for a force without an account."""

from __future__ import annotations

from waypost.policing.answering import (
    answer,
    answer_by_file,
    assess,
    note_withdrawal,
    receive,
    record_result,
)
from waypost.policing.drafting import (
    close,
    correct,
    discard,
    draft,
    retake,
    send,
    supply,
    withdraw,
    write,
)
from waypost.policing.export import export

__all__ = [
    "answer",
    "answer_by_file",
    "assess",
    "close",
    "correct",
    "discard",
    "draft",
    "export",
    "note_withdrawal",
    "receive",
    "record_result",
    "retake",
    "send",
    "supply",
    "withdraw",
    "write",
]
