"""Write and verify the audit chain: one line per act or look, in the transaction of the act.

`record` is the last statement of an atomic block: a failing line undoes the act, and the lock that
gives lines their numbers is held only until the commit that follows at once. After the commit the
signed head moves forward in a file beside the database (`head.py`); seals are made at intervals
(`seals.py`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.db import connection, transaction

from waypost.access import head as head_file
from waypost.access.chain import (
    FIRST_HASH,
    Head,
    Keys,
    Line,
    Seal,
    Verdict,
    canonical,
    chain_hash,
    mark_line,
    verify_lines,
)
from waypost.access.models import AuditSeal
from waypost.access.origin import origin
from waypost.access.values import Posted, Purpose
from waypost.clock import write_instant
from waypost.home import secret

AUDIT_LOCK = 0x57415950_41554449  # "WAYPAUDI": the advisory lock of the chain's end
PAGE = 5_000  # lines read at a time
NAMES = Line._fields
# What a line of ours holds after its number and time; anything else was put there by somebody.
SOUND = {
    (str, officer, str, str, person, str, str, bytes, str, str, str)
    for officer in (int, type(None))
    for person in (int, type(None))
}


def record(
    kind: str,
    *,
    by: Posted,
    at: datetime,
    about: int | None = None,
    purpose: Purpose | None = None,
    detail: Mapping[str, Any] | None = None,
    outcome: str = "done",
) -> int:
    """Add a line to the chain; inside an atomic block, as its last statement. Gives its number.

    kind     "subject:verb", like "track:viewed"
    about    number of the person concerned
    detail   ids, counts, words of the rule: JSON; no names, no coordinates
    raises   ValueError outside a transaction, where the line could outlive the act or be lost
    """
    if not connection.in_atomic_block:
        raise ValueError(f"audit line {kind} needs the transaction of its act")
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":  # SQLite's IMMEDIATE transaction is such a lock
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [AUDIT_LOCK])
        cursor.execute(_LAST)
        last = cursor.fetchone()
        number, previous = (last[0] + 1, last[1]) if last else (1, None)
        row, _ = line_of(
            number, previous, kind, by=by, at=at, about=about, purpose=purpose, detail=detail,
            outcome=outcome,
        )  # fmt: skip
        cursor.execute(INSERT, row)
    transaction.on_commit(lambda: head_file.move(number, private_key()), robust=True)
    return number


def line_of(
    number: int,
    previous: str | None,
    kind: str,
    *,
    by: Posted,
    at: datetime,
    about: int | None,
    purpose: Purpose | None,
    detail: Mapping[str, Any] | None,
    outcome: str = "done",
) -> tuple[list[Any], str]:
    """The columns of a line as INSERT takes them, and its hash. previous: None for the first."""
    said: dict[str, Any] = {
        "kind": kind,
        "officer_id": by.officer_id,
        "role": " ".join(sorted(by.roles)),
        "purpose": purpose.value if purpose else "",
        "person_id": about,
        "outcome": outcome,
        "origin": origin(),
    }
    body = canonical(
        said | {"at": write_instant(at), "number": number, "detail": dict(detail or {})}
    )
    line_hash = chain_hash(previous or FIRST_HASH, body)
    columns = said | {
        "number": number,
        "at": connection.ops.adapt_datetimefield_value(at),
        "body": body,
        "previous_hash": previous or FIRST_HASH,
        "hash": line_hash,
        "signature": mark_line(_mark_key(), line_hash),
    }
    return [columns[name] for name in NAMES], line_hash


_LAST = "SELECT number, hash FROM access_audit_line ORDER BY number DESC LIMIT 1"
INSERT = (
    f"INSERT INTO access_audit_line ({', '.join(NAMES)})"  # noqa: S608  names of our own
    f" VALUES ({', '.join(['%s'] * len(NAMES))})"
)


def record_refusal(
    kind: str,
    *,
    by: Posted,
    at: datetime,
    about: int | None = None,
    purpose: Purpose | None = None,
    why: str,
) -> int:
    """Add the line of a refusal, in its own transaction: the one that refused is undone."""
    with transaction.atomic(durable=True):
        return record(
            kind,
            by=by,
            at=at,
            about=about,
            purpose=purpose,
            detail={"why": why},
            outcome="refused",
        )


def verify(copies: Sequence[Seal] = ()) -> Verdict:
    """Check every line against the chain, its mark, its columns, the seals and the signed head.

    copies   seals kept outside (`anchoring.kept_copies`)
    """
    head = read_head()  # before the lines, which come from one statement: it may only be behind
    seals = stored_seals()
    keys = Keys(private_key().public_key(), _mark_key())
    return verify_lines(stored_lines(), keys, head, seals, copies)


def read_head() -> Head | None:
    """The signed head beside the database; None when there is none."""
    return head_file.read(private_key().public_key())


def stored_seals() -> list[Seal]:
    names = tuple(Seal.__dataclass_fields__)
    return [Seal(*row) for row in AuditSeal.objects.order_by("number").values_list(*names)]


def seal_of(row: AuditSeal) -> Seal:
    return Seal(row.number, row.line, row.hash, row.at, row.previous, row.signature)


def public_pem() -> bytes:
    """The key with which anybody can check head and seals."""
    return private_key().public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def private_key() -> Ed25519PrivateKey:
    return _private(secret("audit"))


@lru_cache(maxsize=4)
def _private(seed: bytes) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(seed)


def _mark_key() -> bytes:
    return _mark_of(secret("audit"))


@lru_cache(maxsize=4)
def _mark_of(seed: bytes) -> bytes:
    return hashlib.sha256(b"waypost audit mark\n" + seed).digest()


def stored_lines() -> Iterator[Line | None]:
    """The lines by number, from one statement; None for one that holds what no line of ours does.

    Read as the database holds them, not through Django, which stops a list at the first column that
    it cannot turn into what the model says; who tampers may write anything, in SQLite of any type.
    """
    text = connection.vendor == "sqlite"
    read = _from_text if text else _from_instant
    columns = ["CAST(at AS TEXT)" if text and name == "at" else name for name in NAMES]
    with connection.chunked_cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(columns)} FROM access_audit_line ORDER BY number")  # noqa: S608
        while rows := cursor.fetchmany(PAGE):
            for row in rows:
                yield _line(row, read(row[1]))


def _line(row: tuple[Any, ...], at: str | None) -> Line | None:
    rest = row[2:]
    sound = at is not None and type(row[0]) is int and tuple(map(type, rest)) in SOUND
    return Line(row[0], at, *rest) if sound and at is not None else None


def _from_text(stored: object) -> str | None:
    """What SQLite holds of an instant (UTC, without saying so), as a body has it."""
    return f"{stored[:10]}T{stored[11:]}Z" if isinstance(stored, str) else None


def _from_instant(stored: object) -> str | None:
    return write_instant(stored) if isinstance(stored, datetime) else None
