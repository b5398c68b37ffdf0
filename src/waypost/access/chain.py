"""The audit chain as pure values: how a line is written, and how the first broken one is found.

A line's body is canonical JSON. Its hash is SHA-256 over the hash before it and the body; its mark
is an HMAC over the hash by a key of this installation, so that a line rewritten together with all
hashes after it is still named as the first. What others can check without that key is signed with
Ed25519: the head (how many lines, last hash), kept outside the database and moved with each line,
so that lines cut from the end are missed; and the seals, made at intervals, each over the one
before it, of which copies are kept where this machine cannot change them.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from operator import itemgetter
from typing import Any, NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from pydantic_core import from_json

from waypost.clock import write_instant

FIRST_HASH = "0" * 64  # stands before line 1, and before the first seal
CUT = "audit:cut"  # the line that says up to which seal lines were deleted when their time was over
# Columns that repeat what the body says, with what a body written before there was one means.
COLUMNS = {"kind": None, "officer_id": None, "role": None, "purpose": None, "person_id": None,
           "outcome": None, "origin": ""}  # fmt: skip
_SAID = itemgetter(*COLUMNS)
_COLUMNS = slice(2, 2 + len(COLUMNS))  # where a Line has them, in the same order
OLD_MARK = 128  # hex digits: lines up to version 0.1 carry an Ed25519 signature each


class Line(NamedTuple):
    """One stored line; the columns of COLUMNS repeat what `body` says. Made by the million."""

    number: int
    at: str  # as `clock.write_instant` writes it
    kind: str
    officer_id: int | None
    role: str
    purpose: str
    person_id: int | None
    outcome: str
    origin: str
    body: bytes
    previous_hash: str
    hash: str
    signature: str  # the mark


@dataclass(frozen=True, slots=True)
class Head:
    """How many lines there were, and the hash of the last, at some moment; signed."""

    count: int
    hash: str
    signature: str


@dataclass(frozen=True, slots=True)
class Seal:
    """That a line, and all before it, stood so at that time.

    number    from 1, without a gap
    line      number of the last line it covers, and that line's hash
    previous  digest of the seal before it (`seal_digest`), FIRST_HASH for the first
    """

    number: int
    line: int
    hash: str
    at: datetime
    previous: str
    signature: str


@dataclass(frozen=True, slots=True)
class Keys:
    """What lines are checked with. mark: None where it is not known: outside this installation."""

    public: Ed25519PublicKey
    mark: bytes | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What verifying found: `broken` names the first bad line (0: the head), or None.

    lines   how many are sound, up to there
    first   the number of the first line that is kept: those before it were cut when due
    """

    lines: int
    broken: int | None = None
    why: str = ""
    first: int = 1


def canonical(content: Mapping[str, Any]) -> bytes:
    """The one way to write these facts as JSON: sorted keys, no blanks, UTF-8."""
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode()


def chain_hash(previous_hash: str, body: bytes) -> str:
    return hashlib.sha256(bytes.fromhex(previous_hash) + body).hexdigest()


def mark_line(key: bytes, line_hash: str) -> str:
    return hmac.digest(key, b"waypost audit line\n" + line_hash.encode(), "sha256").hex()


def sign_head(key: Ed25519PrivateKey, count: int, last_hash: str) -> Head:
    return Head(count, last_hash, key.sign(_head_bytes(count, last_hash)).hex())


def head_stands(key: Ed25519PublicKey, head: Head) -> bool:
    return _signed(key, head.signature, _head_bytes(head.count, head.hash))


def sign_seal(
    key: Ed25519PrivateKey, number: int, line: int, line_hash: str, at: datetime, previous: str
) -> Seal:
    bare = Seal(number, line, line_hash, at, previous, "")
    return Seal(number, line, line_hash, at, previous, key.sign(_seal_bytes(bare)).hex())


def seal_digest(seal: Seal) -> str:
    return hashlib.sha256(_seal_bytes(seal) + seal.signature.encode()).hexdigest()


def verify_lines(
    lines: Iterable[Line | None],
    keys: Keys,
    head: Head | None,
    seals: Sequence[Seal] = (),
    copies: Sequence[Seal] = (),
) -> Verdict:
    """Walk the lines in order of number and name the first that is broken or missing.

    lines   None stands for one that cannot be read
    head    None when none was ever kept: an empty chain is then sound, any other is not
    seals   those stored beside the lines, by number
    copies  those kept outside, as far as they can be read here
    """
    sealed = {one.line: one for one in (*copies, *seals) if _seal_stands(keys.public, one)}
    cut, previous, rest = _start(lines, sealed)
    count, cut_hash = cut, previous
    said_cut: set[tuple[int, str]] = set()
    for line in rest:
        if line is None:
            return Verdict(count, count + 1, "was changed: it cannot be read")
        why = _line_trouble(line, count + 1, previous, keys, said_cut)
        if why:
            return Verdict(count, count + 1, why)
        previous, count = line.hash, count + 1
        if head and head.count == count and head.hash != line.hash:
            return Verdict(count, count, "is not the line that the signed head names")
        if count in sealed and sealed[count].hash != line.hash:
            return Verdict(count, count, f"is not the line that seal {sealed[count].number} names")
    if cut and (cut, cut_hash) not in said_cut:
        return Verdict(0, 1, f"is missing, and no line says that the first {cut} were due to go")
    return (
        _end_trouble(count, keys.public, head, sealed)
        or _seal_trouble(count, seals, copies, keys.public)
        or Verdict(count - cut, first=cut + 1)
    )


def _start(
    lines: Iterable[Line | None], sealed: Mapping[int, Seal]
) -> tuple[int, str, Iterable[Line | None]]:
    """How many lines were cut before the first that is kept, the hash before it, and the lines."""
    rest = iter(lines)
    for first in rest:
        numbered = first is not None and isinstance(first.number, int)
        seal = sealed.get(first.number - 1) if first is not None and numbered else None
        cut = (seal.line, seal.hash) if seal is not None else (0, FIRST_HASH)
        return *cut, chain([first], rest)
    return 0, FIRST_HASH, ()


def _line_trouble(
    line: Line, expected: int, previous: str, keys: Keys, said_cut: set[tuple[int, str]]
) -> str:
    if line.number != expected:
        return f"is missing (the next one kept is {line.number})"
    if line.previous_hash != previous:
        return "does not name the hash of the line before it"
    if line.hash != chain_hash(previous, line.body):
        return "was changed: its hash does not fit its content"
    if not _marked(line, keys):
        return "carries a mark that is not ours"
    try:
        said = from_json(line.body)
    except ValueError:
        return "has a body that cannot be read"
    if not isinstance(said, dict):
        return "has a body that cannot be read"
    if line.kind == CUT and line.outcome == "done":
        said_cut.add(_cut_of(said))
    return _column_trouble(line, said)


def _column_trouble(line: Line, said: Mapping[str, Any]) -> str:
    if said.get("number") != line.number:
        return "was changed: its column number differs from its body"
    if said.get("at") != line.at:
        return "was changed: its column at differs from its body"
    try:
        if _SAID(said) == line[_COLUMNS]:  # a million times, so not name by name
            return ""
    except KeyError:  # a body written before there was such a column
        pass
    for name, unsaid in COLUMNS.items():
        if said.get(name, unsaid) != getattr(line, name):
            return f"was changed: its column {name} differs from its body"
    return ""


def _cut_of(said: Mapping[str, Any]) -> tuple[int, str]:
    detail = said.get("detail")
    detail = detail if isinstance(detail, dict) else {}
    return int(detail.get("line", 0)), str(detail.get("hash", ""))


def _marked(line: Line, keys: Keys) -> bool:
    if len(line.signature) == OLD_MARK:
        return _signed(keys.public, line.signature, b"waypost audit line\n" + line.hash.encode())
    return keys.mark is None or line.signature == mark_line(keys.mark, line.hash)


def _end_trouble(
    count: int, key: Ed25519PublicKey, head: Head | None, sealed: Mapping[int, Seal]
) -> Verdict | None:
    last = max(sealed, default=0)
    if last > count:
        number = sealed[last].number
        return Verdict(count, count + 1, f"is missing (seal {number} counts {last} lines)")
    if head is None:
        return Verdict(count, 0, "is missing, so a cut end could not be seen") if count else None
    if not head_stands(key, head):
        return Verdict(count, 0, "carries a signature that is not ours")
    if head.count > count:
        return Verdict(count, count + 1, f"is missing (the signed head counts {head.count} lines)")
    return None


def _seal_trouble(
    count: int, seals: Sequence[Seal], copies: Sequence[Seal], key: Ed25519PublicKey
) -> Verdict | None:
    previous = FIRST_HASH
    for number, seal in enumerate(seals, 1):
        if seal.number != number:
            return Verdict(count, seal.line, f"has lost seal {number}, which is missing")
        if seal.previous != previous or not _seal_stands(key, seal):
            return Verdict(count, seal.line, f"is under seal {number}, which was changed")
        previous = seal_digest(seal)
    for copy in copies:
        if copy.number > len(seals) or copy.number < 1:
            return Verdict(count, copy.line, f"has lost seal {copy.number}: only a copy is left")
        if seals[copy.number - 1] != copy:
            why = f"is under seal {copy.number}, which differs from the copy kept outside"
            return Verdict(count, copy.line, why)
    return None


def _seal_stands(key: Ed25519PublicKey, seal: Seal) -> bool:
    return _signed(key, seal.signature, _seal_bytes(seal))


def _head_bytes(count: int, last_hash: str) -> bytes:
    return f"waypost audit head\n{count}\n{last_hash}".encode()


def _seal_bytes(seal: Seal) -> bytes:
    said = (seal.number, seal.line, seal.hash, write_instant(seal.at), seal.previous)
    return b"waypost audit seal\n" + "\n".join(map(str, said)).encode()


def _signed(key: Ed25519PublicKey, signature: str, content: bytes) -> bool:
    try:
        if signature != signature.lower():  # one spelling of each signature
            return False
        key.verify(bytes.fromhex(signature), content)
    except (ValueError, InvalidSignature):
        return False
    return True
