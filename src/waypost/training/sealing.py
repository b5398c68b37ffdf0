"""Tickets for a practice that counts, and results that nobody can write for themself. Pure.

    key_of(secret, ticket)      the ticket's key, made again whenever needed: it is kept nowhere
    write_ticket, read_ticket   the file that goes to the machine on which is practised
    write_result, read_result   the file that comes back, sealed by that key (HMAC-SHA256)

Only the store that gave the ticket has the secret. Whoever runs the practice holds the key, and so
is trusted as far as the record goes; the officer who practises sees neither, being in a browser.
A result carries answers and acts and no score: the store that takes it in reckons the score itself.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from waypost.access.values import Role
from waypost.clock import read_instant, write_instant
from waypost.errors import BadFile
from waypost.training.values import Did

TICKET, RESULT = "waypost practice ticket", "waypost practice result"
BYTES_MAX = 1_000_000


@dataclass(frozen=True, slots=True)
class Ticket:
    """Leave for one officer to practise for one course, until a time. number: not to be guessed"""

    number: str
    username: str
    role: Role
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Taken:
    """The attempt at an exercise that is handed in, and how many it took."""

    exercise: str
    attempts: int
    answers: dict[str, str]
    done: tuple[Did, ...]


@dataclass(frozen=True, slots=True)
class Result:
    number: str
    username: str
    role: Role
    set_version: str
    ended_at: datetime
    taken: tuple[Taken, ...]


def key_of(secret: bytes, ticket: Ticket) -> bytes:
    return hmac.digest(secret, _bytes(_ticket(ticket)), "sha256")


def write_ticket(ticket: Ticket, key: bytes) -> bytes:
    return _bytes({"waypost": TICKET, **_ticket(ticket), "key": key.hex()})


def read_ticket(data: bytes) -> tuple[Ticket, bytes]:
    """The ticket and its key. BadFile where it is none."""
    said = _read(data, TICKET)
    try:
        ticket = Ticket(
            str(said["number"]), str(said["username"]), Role(said["role"]),
            read_instant(str(said["expires_at"])),
        )  # fmt: skip
        return ticket, bytes.fromhex(said["key"])
    except (KeyError, TypeError, ValueError):
        raise BadFile("This ticket cannot be read; ask for a new one.") from None


def write_result(result: Result, key: bytes) -> bytes:
    body = _body(result)
    return _bytes({"waypost": RESULT, **body, "seal": _seal(body, key)})


def read_result(data: bytes) -> tuple[Result, str]:
    """What it says and its seal, which is not checked yet. BadFile where it is no result."""
    said = _read(data, RESULT)
    try:
        taken = tuple(
            Taken(
                str(one["exercise"]), int(one["attempts"]),
                {str(name): str(value) for name, value in one["answers"].items()},
                tuple(
                    Did(str(did["kind"]), {str(k): str(v) for k, v in did["detail"].items()})
                    for did in one["done"]
                ),
            )
            for one in said["taken"]
        )  # fmt: skip
        result = Result(
            str(said["number"]), str(said["username"]), Role(said["role"]),
            str(said["set_version"]), read_instant(str(said["ended_at"])), taken,
        )  # fmt: skip
        return result, str(said["seal"])
    except (KeyError, TypeError, ValueError, AttributeError):
        raise BadFile("This result cannot be read; hand it in again from the practice.") from None


def is_sealed(result: Result, seal: str, key: bytes) -> bool:
    """Whether the seal is that of exactly this, by this key."""
    return hmac.compare_digest(_seal(_body(result), key), seal)


def digest_of(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _ticket(ticket: Ticket) -> dict[str, str]:
    return {
        "number": ticket.number, "username": ticket.username, "role": ticket.role.value,
        "expires_at": write_instant(ticket.expires_at),
    }  # fmt: skip


def _body(result: Result) -> dict[str, Any]:
    return {
        "number": result.number, "username": result.username, "role": result.role.value,
        "set_version": result.set_version, "ended_at": write_instant(result.ended_at),
        "taken": [_taken(one) for one in result.taken],
    }  # fmt: skip


def _taken(one: Taken) -> dict[str, Any]:
    return {**asdict(one), "done": _dones(one.done)}


def _dones(done: Sequence[Did]) -> list[dict[str, Any]]:
    return [{"kind": one.kind, "detail": dict(one.detail)} for one in done]


def _seal(body: dict[str, Any], key: bytes) -> str:
    return hmac.digest(key, _bytes(body), "sha256").hex()


def _bytes(value: dict[str, Any]) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def _read(data: bytes, kind: str) -> dict[str, Any]:
    try:
        said = json.loads(data) if len(data) <= BYTES_MAX else None
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict) or said.get("waypost") != kind:
        raise BadFile(f"This is no {kind.removeprefix('waypost ')}.")
    return said
