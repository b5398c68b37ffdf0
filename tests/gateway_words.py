"""A gateway as a process of its own, its home and its store, as tests ask and kill it."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from contextlib import closing
from datetime import datetime
from http.client import HTTPConnection
from pathlib import Path

import pyarrow as pa

from devices_words import orders_file
from migrated import migrated

WAYPOST = [sys.executable, "-m", "waypost.cli.main"]


class Gateway:
    """A gateway in a home of its own, the home's database, and a client."""

    def __init__(self, home: Path, *listens: str) -> None:
        self.home, self.listens = home, listens or ("http", "osmand")
        self.process: subprocess.Popen[str] | None = None
        self.ports: dict[str, int] = {}

    def start(self, *options: str, lines: int = 0) -> None:
        """Started and listening; `lines` where it says more than one a listener."""
        listens = [word for name in self.listens for word in ("--listen", f"{name}=127.0.0.1:0")]
        self.process = subprocess.Popen(
            [*WAYPOST, "gateway", *listens, *options],
            stdout=subprocess.PIPE,
            text=True,
            env=self.environment,
        )
        for _ in range(max(lines, len(self.listens))):
            words = self.process.stdout.readline().split()
            self.ports[" ".join(words[2:-2])] = int(words[-1].rpartition(":")[2])

    @property
    def environment(self):
        kept = {name: value for name, value in os.environ.items() if name != "WAYPOST_DATABASE"}
        return kept | {"WAYPOST_HOME": str(self.home)}

    def ask(self, method, path, body=None, headers=None, *, listener="http"):
        with closing(HTTPConnection("127.0.0.1", self.ports[listener], timeout=30)) as client:
            client.request(method, path, body=body, headers=headers or {})
            reply = client.getresponse()
            return reply.status, reply.read().decode()

    def batch(self, rows, key):
        body = json.dumps({"rows": rows})
        status, text = self.ask("POST", "/intake/batch", body, {"Idempotency-Key": key})
        return status, json.loads(text)

    def rows(self, sql, *values):
        with closing(sqlite3.connect(self.home / "waypost.sqlite3", timeout=20)) as store:
            found = store.execute(sql, values).fetchall()
            store.commit()
            return found

    def stored_lats(self):
        """The latitude of every fix in the log, in order."""
        blobs = self.rows("select fixes from positions_logentry order by position")
        return [
            lat
            for (blob,) in blobs
            for lat in pa.ipc.open_stream(blob).read_all()["lat"].to_pylist()
        ]

    def stop(self, how=signal.SIGTERM):
        self.process.send_signal(how)
        code = self.process.wait(timeout=40)
        self.process.stdout.close()
        return code


def set_up(folder: Path, devices: Sequence[str], *, fitted_at: datetime) -> None:
    """A home with a store, in which each device is on somebody from then on."""
    orders = folder / "orders.json"
    orders.write_bytes(orders_file(devices, start=fitted_at))
    environment = Gateway(folder).environment
    migrated(folder)
    words = [*WAYPOST, "import", "orders", str(orders)]
    subprocess.run(words, check=True, env=environment, capture_output=True)
