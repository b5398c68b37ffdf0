"""WAYPOST_HOME: the folder that holds everything the embedded default keeps.

waypost.sqlite3   records          lake/   history (Delta)      keys/   secrets, mode 0600
audit-head.json   signed head      mail/   outgoing mail        run/    sockets, pids
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def home() -> Path:
    """The folder, made if absent (owner only)."""
    folder = Path(os.environ.get("WAYPOST_HOME") or "var/waypost").absolute()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def secret(name: str, *, size: int = 32) -> bytes:
    """A secret of this installation, made at first use and kept with mode 0600.

    Two processes that start together agree: the first to link the file wins.
    """
    folder = home() / "keys"
    folder.mkdir(exist_ok=True, mode=0o700)
    path = folder / name
    if not path.exists():
        draft = folder / f".{name}.{secrets.token_hex(6)}"
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(secrets.token_bytes(size))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_bytes()
