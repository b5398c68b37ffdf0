"""The audit chain as pure values: how a line is written, and how the first broken one is found.

A line's body is canonical JSON. Its hash is SHA-256 over the hash before it and the body, and an
Ed25519 signature stands on each hash. The signed head (how many lines, last hash) is kept outside
the database: without it, lines cut from the end would leave a sound chain.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from waypost.clock import write_instant

FIRST_HASH = "0" * 64  # stands before line 1
COLUMNS = ("at", "kind", "officer_id", "role", "purpose", "person_id", "outcome")


@dataclass(frozen=True, slots=True)
class Line:
    """One stored line; the columns of COLUMNS repeat what `body` says."""

    number: int
    at: datetime
    kind: str
    officer_id: int | None
    role: str
    purpose: str
    person_id: int | None
    outcome: str
    body: bytes
    previous_hash: str
    hash: str
    signature: str


@dataclass(frozen=True, slots=True)
class Head:
    """How many lines there were, and the hash of the last, at some moment; signed."""

    count: int
    hash: str
    signature: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What verifying found: `broken` names the first bad line (0: the head), or None."""

    lines: int
    broken: int | None = None
    why: str = ""


def canonical(content: Mapping[str, Any]) -> bytes:
    """The one way to write these facts as JSON: sorted keys, no blanks, UTF-8."""
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode()


def chain_hash(previous_hash: str, body: bytes) -> str:
    return hashlib.sha256(bytes.fromhex(previous_hash) + body).hexdigest()


def sign_hash(key: Ed25519PrivateKey, line_hash: str) -> str:
    return key.sign(b"waypost audit line\n" + line_hash.encode()).hex()


def sign_head(key: Ed25519PrivateKey, count: int, last_hash: str) -> Head:
    return Head(count, last_hash, key.sign(_head_bytes(count, last_hash)).hex())


def verify_lines(lines: Iterable[Line | None], key: Ed25519PublicKey, head: Head | None) -> Verdict:
    """Walk the lines in order of number and name the first that is broken or missing.

    lines  None stands for one that cannot be read
    head   None when none was ever kept: an empty chain is then sound, any other is not
    """
    previous, count = FIRST_HASH, 0
    for line in lines:
        if line is None:
            return Verdict(count, count + 1, "was changed: it cannot be read")
        why = _line_trouble(line, count + 1, previous, key)
        if why:
            return Verdict(count, count + 1, why)
        previous, count = line.hash, count + 1
        if head and head.count == count and head.hash != line.hash:
            return Verdict(count, count, "is not the line that the signed head names")
    return _head_verdict(count, key, head)


def _line_trouble(line: Line, expected: int, previous: str, key: Ed25519PublicKey) -> str:
    if line.number != expected:
        return f"is missing (the next one kept is {line.number})"
    if line.previous_hash != previous:
        return "does not name the hash of the line before it"
    if line.hash != chain_hash(previous, line.body):
        return "was changed: its hash does not fit its content"
    if not _signed(key, line.signature, b"waypost audit line\n" + line.hash.encode()):
        return "carries a signature that is not ours"
    return _column_trouble(line)


def _column_trouble(line: Line) -> str:
    try:
        said = json.loads(line.body)
    except ValueError:
        return "has a body that cannot be read"
    if not isinstance(said, dict):
        return "has a body that cannot be read"
    shown = {name: getattr(line, name) for name in COLUMNS} | {"number": line.number}
    shown["at"] = write_instant(line.at)
    for name, value in shown.items():
        if said.get(name) != value:
            return f"was changed: its column {name} differs from its body"
    return ""


def _head_verdict(count: int, key: Ed25519PublicKey, head: Head | None) -> Verdict:
    if head is None:
        return (
            Verdict(count, 0, "is missing, so a cut end could not be seen") if count else Verdict(0)
        )
    if not _signed(key, head.signature, _head_bytes(head.count, head.hash)):
        return Verdict(count, 0, "carries a signature that is not ours")
    if head.count > count:
        return Verdict(count, count + 1, f"is missing (the signed head counts {head.count} lines)")
    return Verdict(count)


def _head_bytes(count: int, last_hash: str) -> bytes:
    return f"waypost audit head\n{count}\n{last_hash}".encode()


def _signed(key: Ed25519PublicKey, signature: str, content: bytes) -> bool:
    try:
        if signature != signature.lower():  # one spelling of each signature
            return False
        key.verify(bytes.fromhex(signature), content)
    except (ValueError, InvalidSignature):
        return False
    return True
