"""The signed head of the audit chain: a file beside the database, moved forward after each commit.

Two slots of a fixed place are written in turn, so that whoever reads, and whoever starts after a
crash, finds at least one whole; the file is JSON for people. It is not forced to disk with each
line (`seals.py` does so at each seal): a power cut may leave it behind, never ahead of the lines.
"""

from __future__ import annotations

import fcntl
import json
import logging
import os
import secrets
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.db import connection

from waypost.access.chain import FIRST_HASH, Head, head_stands, sign_head
from waypost.home import home

log = logging.getLogger(__name__)
FILE = "audit-head.json"
SLOT = 511  # bytes of one head, filled up with blanks
PLACES = (1, 513)  # where the two stand in "[", ",", "]\n"
SIZE = 1026
SPOILT = Head(0, FIRST_HASH, "")


def read(key: Ed25519PublicKey) -> Head | None:
    """The later of the two heads; None when there is no file, SPOILT when it was touched."""
    content = _content(home())
    if content is None:
        return None
    heads = _heads(content)
    if not heads or not all(head_stands(key, one) for one in heads):
        return SPOILT
    return max(heads, key=lambda one: one.count)


def move(number: int, key: Ed25519PrivateKey) -> None:
    """Move the head to the last committed line, which is `number` or a later one.

    Never back; safe among processes and against a crash. A transaction of many lines calls this
    once for each, and the first call does the work of all.
    """
    folder = home()
    with open(folder / "audit-head.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        content = _content(folder)
        heads = _heads(content) if content is not None else []
        if SPOILT in heads or (content is None and not _may_begin(folder, key)):
            log.error("the signed head of the audit was touched; run: waypost audit verify")
            return  # as it is, it is the proof
        there = max(heads, key=lambda one: one.count) if heads else None
        if there and there.count >= number:
            return
        count, last_hash = _last(there)
        if count:
            _write(folder / FILE, content or b"", there, sign_head(key, count, last_hash))


def force() -> None:
    """Have what was written so far on the disk, whatever happens to the machine."""
    path = home() / FILE
    if path.exists():
        with open(path, "rb") as file:
            os.fsync(file.fileno())


def _last(there: Head | None) -> tuple[int, str]:
    """The last line; (0, "") where the head's own line is gone, which is left as the proof."""
    with connection.cursor() as cursor:
        if there is not None:
            cursor.execute("SELECT hash FROM access_audit_line WHERE number = %s", [there.count])
            if cursor.fetchone() != (there.hash,):
                log.error("audit line %d is not as the signed head says; run: waypost audit verify",
                          there.count)  # fmt: skip
                return 0, ""
        cursor.execute("SELECT number, hash FROM access_audit_line ORDER BY number DESC LIMIT 1")
        row = cursor.fetchone()
    return (row[0], row[1]) if row else (0, "")


def _write(path: Path, content: bytes, there: Head | None, head: Head) -> None:
    text = json.dumps({"count": head.count, "hash": head.hash, "signature": head.signature})
    slot = text.encode().ljust(SLOT)
    if len(content) != SIZE:  # the first one, or a file of version 0.1
        other = b"null".ljust(SLOT)
        _replace(path, b"[" + slot + b"," + other + b"]\n")
        return
    older = 0 if there is not None and _slot(content, 0) != there else 1
    with open(path, "r+b", buffering=0) as file:
        os.pwrite(file.fileno(), slot, PLACES[older])


def _heads(content: bytes) -> list[Head]:
    """Those that can be read; what cannot be is SPOILT, an empty slot is none."""
    whole = len(content) == SIZE  # otherwise the one head of version 0.1, or anything at all
    found = [_slot(content, 0), _slot(content, 1)] if whole else [_read(content)]
    return [one for one in found if one is not None]


def _slot(content: bytes, which: int) -> Head | None:
    return _read(content[PLACES[which] : PLACES[which] + SLOT])


def _read(text: bytes) -> Head | None:
    try:
        said = json.loads(text)
        if said is None and text.strip() == b"null" and len(text) == SLOT:
            return None
        return Head(int(said["count"]), str(said["hash"]), str(said["signature"]))
    except (ValueError, KeyError, TypeError):
        return SPOILT


def _content(folder: Path) -> bytes | None:
    try:
        return (folder / FILE).read_bytes()
    except FileNotFoundError:
        return None


def _may_begin(folder: Path, key: Ed25519PrivateKey) -> bool:
    """Whether there was never a head: one that is gone while seals stand was taken away.

    Beside the first stands the key with which anybody can check it.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM access_audit_seal LIMIT 1")
        if cursor.fetchone():
            return False
    if not (folder / "audit-public.pem").exists():
        public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        _replace(folder / "audit-public.pem", public)
    return True


def _replace(path: Path, content: bytes) -> None:
    draft = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
    with open(draft, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
