"""The list of deletions beside the database: what a backup that is restored must forget again.

HOME/deletions.ndjson   one line a deletion, added before anything of it goes; each line carries an
                        HMAC by the installation's secret, so that a line put in by hand is found

A line holds numbers, tags and times, and nobody's name. Keep a copy where the backups are not.
"""

from __future__ import annotations

import fcntl
import hashlib
import hmac
import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from waypost.errors import BadFile
from waypost.home import home, secret

FILE = "deletions.ndjson"


def list_file() -> Path:
    return home() / FILE


def add(said: dict[str, Any]) -> None:
    """Put the deletion on the list, on disk before this returns. On it already: nothing changes."""
    line = _signed(said)
    path = list_file()
    with open(os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600), "r+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        lines = file.read().splitlines()
        if line in lines:
            return
        whole = not lines or _ends_whole(path)
        file.write((b"" if whole else b"\n") + line + b"\n")
        file.flush()
        os.fsync(file.fileno())


def read(path: Path) -> list[dict[str, Any]]:
    """Every deletion of the list, in order; BadFile naming the line that is not as it was written.

    A last line that was cut by a crash is none: what it spoke of had not begun.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise BadFile(f"cannot read {path.name}: {error.strerror}") from None
    found = []
    lines = content.split(b"\n")
    for number, line in enumerate(lines, 1):
        if not line:
            continue
        said = _checked(line)
        if said is None:
            if number == len(lines):
                break
            raise BadFile(
                f"line {number} of {path.name} is not as Waypost wrote it, or this home has other "
                "keys; take the list from where it was copied to"
            )
        found.append(said)
    return found


def merged(lists: Iterable[list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """Several copies of the list as one, each deletion once, in the order in which they began."""
    by_key = {(one["deletion"], one["begun_at"]): one for some in lists for one in some}
    return sorted(by_key.values(), key=lambda one: (one["begun_at"], one["deletion"]))


def _signed(said: dict[str, Any]) -> bytes:
    body = json.dumps(said, sort_keys=True, separators=(",", ":"))
    return json.dumps({"said": said, "by": _mac(body)}, sort_keys=True).encode()


def _checked(line: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(line)
        said = found["said"]
        body = json.dumps(said, sort_keys=True, separators=(",", ":"))
        sound = isinstance(said, dict) and hmac.compare_digest(str(found["by"]), _mac(body))
    except (ValueError, KeyError, TypeError):
        return None
    return said if sound else None


def _mac(body: str) -> str:
    return hmac.new(secret("deletions"), body.encode(), hashlib.sha256).hexdigest()


def _ends_whole(path: Path) -> bool:
    return path.read_bytes().endswith(b"\n")
