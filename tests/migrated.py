"""A home whose store stands already, for tests that run real processes.

Setting a store up takes ten seconds of processor, copying one nothing: so the first test that asks
has `waypost migrate` do it, and the others get a copy, as long as no migration has changed.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

ROOMS = Path(__file__).parents[1] / "src" / "waypost"
STORE = "waypost.sqlite3"


def migrated(home: Path) -> None:
    """Put a store that is up to date into the folder, which is made where there is none."""
    kept = Path(tempfile.gettempdir()) / f"waypost-migrated-{os.getuid()}-{_migrations()}"
    kept.mkdir(mode=0o700, exist_ok=True)
    with open(kept / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (kept / "done").exists():
            _migrate(kept)
            (kept / "done").touch()
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    shutil.copy(kept / STORE, home / STORE)
    _begin_now(home / STORE)


def _begin_now(store: Path) -> None:
    """The copy is a store that was set up now: what began before needs no proof of notice (0047),
    however long ago the first of these stores was made."""
    with contextlib.closing(sqlite3.connect(store)) as opened:
        now = datetime.now(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")
        opened.execute("UPDATE necessity_keptsince SET at = ?", [now])
        opened.commit()


def _migrate(home: Path) -> None:
    environment = {key: value for key, value in os.environ.items() if key != "WAYPOST_DATABASE"}
    done = subprocess.run(
        [sys.executable, "-m", "waypost.cli.main", "migrate"],
        env=environment | {"WAYPOST_HOME": str(home)}, capture_output=True, text=True,
        timeout=180, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def _migrations() -> str:
    """A digest of all that says what the store looks like."""
    digest = hashlib.sha256(sys.version.encode())
    for file in sorted(ROOMS.glob("*/migrations/*.py")):
        digest.update(str(file.relative_to(ROOMS)).encode() + file.read_bytes())
    return digest.hexdigest()[:16]
