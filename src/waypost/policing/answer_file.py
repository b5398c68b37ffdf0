"""The file by which a force without an account answers a notification. Pure.

    {"format": "waypost-police-answer-1", "notification": 17, "number": 1, "key": "...",
     "answer": "arrest", "reason": "...", "signed_by": "PC 4711 Ames"}

It comes with the notification, filled in but for the last three; the key shows that whoever answers
has the notification.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from waypost.errors import BadFile
from waypost.policing.values import Answer

FORMAT = "waypost-police-answer-1"
SIZE_MAX = 64 * 1024
NUMBER_MAX = 2**63 - 1
SIGNED_BY_MAX = 200
FIELDS = ("format", "notification", "number", "key", "answer", "reason", "signed_by")


@dataclass(frozen=True, slots=True)
class FileAnswer:
    notification_id: int
    number: int
    key: str
    answer: Answer
    reason: str
    signed_by: str


def form(notification_id: int, number: int, key: str) -> bytes:
    """The file to be filled in."""
    said = {"format": FORMAT, "notification": notification_id, "number": number, "key": key,
            "answer": "", "reason": "", "signed_by": ""}  # fmt: skip
    return (json.dumps(said, indent=1) + "\n").encode()


def read_answer(data: bytes) -> FileAnswer:
    """The answer. BadFile, saying what is wrong and what is hoped for."""
    if len(data) > SIZE_MAX:
        raise BadFile(f"an answer is at most {SIZE_MAX // 1024} KiB long")
    try:
        said = json.loads(data)
    except (ValueError, RecursionError):
        raise BadFile("the answer is no JSON; fill in the file that came with it") from None
    if not isinstance(said, dict) or said.get("format") != FORMAT:
        raise BadFile(f"the answer is not of the format {FORMAT}")
    if unknown := sorted(set(said) - set(FIELDS)):
        raise BadFile(f"the answer has fields that nobody knows: {', '.join(unknown)[:200]}")
    return FileAnswer(
        _number(said, "notification"), _number(said, "number"), _text(said, "key", 200),
        _answer(said), _text(said, "reason", 8000), _signed_by(said),
    )  # fmt: skip


def _number(said: dict[str, Any], name: str) -> int:
    value = said.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value <= NUMBER_MAX:
        raise BadFile(f"{name} is a number above 0, as in the file that was sent")
    return value


def _text(said: dict[str, Any], name: str, most: int) -> str:
    value = said.get(name)
    if not isinstance(value, str) or len(value) > most or "\x00" in value:
        raise BadFile(f"{name} is a text of at most {most} characters")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise BadFile(f"{name} holds half a character") from None
    return value.strip()


def _answer(said: dict[str, Any]) -> Answer:
    try:
        return Answer(said.get("answer", ""))
    except ValueError:
        raise BadFile(f"answer is one of: {', '.join(Answer)}") from None


def _signed_by(said: dict[str, Any]) -> str:
    name = _text(said, "signed_by", SIGNED_BY_MAX)
    if not name:
        raise BadFile("signed_by says who answers for the force: name and number")
    return name
