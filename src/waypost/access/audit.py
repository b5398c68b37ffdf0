"""Write and verify the audit chain: one line per act or look, in the transaction of the act.

`record` is the last statement of an atomic block: a failing line undoes the act, and the lock that
gives lines their numbers is held only until the commit that follows at once. After the commit the
signed head moves forward in a file beside the database (`audit-head.json`).
"""

from __future__ import annotations

import fcntl
import json
import logging
import os
import secrets
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.db import DatabaseError, connection, transaction

from waypost.access.chain import (
    FIRST_HASH,
    Head,
    Line,
    Verdict,
    canonical,
    chain_hash,
    sign_hash,
    sign_head,
    verify_lines,
)
from waypost.access.models import AuditLine
from waypost.access.values import Posted, Purpose
from waypost.clock import write_instant
from waypost.home import home, secret

log = logging.getLogger(__name__)
UNREADABLE = (ValueError, TypeError, AttributeError, OverflowError, DatabaseError)
AUDIT_LOCK = 0x57415950_41554449  # "WAYPAUDI": the advisory lock of the chain's end


def record(
    kind: str,
    *,
    by: Posted,
    at: datetime,
    about: int | None = None,
    purpose: Purpose | None = None,
    detail: Mapping[str, Any] | None = None,
    outcome: str = "done",
) -> AuditLine:
    """Add a line to the chain; inside an atomic block, as its last statement.

    kind     "subject:verb", like "track:viewed"
    about    number of the person concerned
    detail   ids, counts, words of the rule: JSON; no names, no coordinates
    raises   ValueError outside a transaction, where the line could outlive the act or be lost
    """
    if not connection.in_atomic_block:
        raise ValueError(f"audit line {kind} needs the transaction of its act")
    _lock_end()
    last = AuditLine.objects.order_by("-number").values_list("number", "hash").first()
    number, previous = (last[0] + 1, last[1]) if last else (1, FIRST_HASH)
    columns: dict[str, Any] = {
        "at": at,
        "kind": kind,
        "officer_id": by.officer_id,
        "role": " ".join(sorted(by.roles)),
        "purpose": purpose.value if purpose else "",
        "person_id": about,
        "outcome": outcome,
    }
    body = canonical(
        columns | {"at": write_instant(at), "number": number, "detail": dict(detail or {})}
    )
    line_hash = chain_hash(previous, body)
    line = AuditLine.objects.create(
        number=number,
        body=body,
        previous_hash=previous,
        hash=line_hash,
        signature=sign_hash(_key(), line_hash),
        **columns,
    )
    transaction.on_commit(lambda: move_head(number), robust=True)
    return line


def record_refusal(
    kind: str,
    *,
    by: Posted,
    at: datetime,
    about: int | None = None,
    purpose: Purpose | None = None,
    why: str,
) -> AuditLine:
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


def verify() -> Verdict:
    """Check every line against the chain, the signatures, its columns and the signed head."""
    head = read_head()  # before the lines, which come from one statement: it may only be behind
    return verify_lines(_stored_lines(), _key().public_key(), head)


def read_head() -> Head | None:
    """The signed head beside the database; None when there is none."""
    try:
        content = json.loads((home() / "audit-head.json").read_text())
        return Head(int(content["count"]), str(content["hash"]), str(content["signature"]))
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError):
        return Head(0, FIRST_HASH, "")  # there is one and it is spoilt: its signature will say so


def move_head(number: int) -> None:
    """Move the signed head to the last committed line, which is `number` or a later one.

    Never back; safe among processes and against a crash. A transaction of many lines calls this
    once for each, and the first call does the work of all.
    """
    folder = home()
    with open(folder / "audit-head.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        now_there = read_head()
        if now_there and (now_there.count >= number or not _stands(now_there)):
            return
        count, last_hash = AuditLine.objects.order_by("-number").values_list("number", "hash")[0]
        head = sign_head(_key(), count, last_hash)
        content = {"count": head.count, "hash": head.hash, "signature": head.signature}
        _replace(folder / "audit-head.json", json.dumps(content).encode())
        if not (folder / "audit-public.pem").exists():
            _replace(folder / "audit-public.pem", public_pem())


def _stands(head: Head) -> bool:
    """Whether the line the head names is there. A head whose line was cut is left as the proof."""
    if AuditLine.objects.filter(number=head.count, hash=head.hash).exists():
        return True
    log.error("audit line %d is not as the signed head says; run: waypost audit verify", head.count)
    return False


def public_pem() -> bytes:
    """The key with which anybody can check the lines."""
    return _key().public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def _key() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(secret("audit"))


def _lock_end() -> None:
    """Wait for others who are adding a line; SQLite's IMMEDIATE transaction is such a lock."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [AUDIT_LOCK])


def _stored_lines() -> Iterator[Line | None]:
    """The lines by number; None for one with a column that cannot be read as what it should be.

    A column's text is read by Django, which raises in the midst of a list; who tampers may write
    anything, and null where the table was made anew. So a list that breaks is read line by line.
    """
    names = tuple(Line.__dataclass_fields__)
    rows = AuditLine.objects.order_by("number").values_list(*names)
    read = 0
    try:
        for row in rows.iterator(2000):
            yield _line(names, row)
            read += 1
    except UNREADABLE:
        for place in range(read, AuditLine.objects.count()):
            try:
                yield _line(names, rows[place])
            except UNREADABLE:
                yield None


def _line(names: tuple[str, ...], row: tuple[Any, ...]) -> Line | None:
    content = dict(zip(names, row, strict=True))
    body = content["body"]
    texts = ("kind", "role", "purpose", "outcome", "previous_hash", "hash", "signature")
    sound = (
        isinstance(body, bytes | memoryview)
        and isinstance(content["number"], int)
        and isinstance(content["at"], datetime)
        and all(isinstance(content[name], str) for name in texts)
    )
    return Line(**(content | {"body": bytes(body)})) if sound else None


def _replace(path: Path, content: bytes) -> None:
    draft = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
    with open(draft, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
