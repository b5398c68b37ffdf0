"""Processes of the house run side by side: started, watched, stopped cleanly.

Each is a `waypost` command in a process of its own (spawned, never forked), in its own process
group so that Ctrl-C reaches only us; we then ask each to end (SIGTERM) and, after ten seconds,
make it. A lock in the home, which the children hold too, keeps two sets from running on one home.
"""

from __future__ import annotations

import fcntl
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO

from waypost.errors import BadUse, Unavailable, WaypostError

STOP_WITHIN_S = 10.0
LOOK_EVERY_S = 0.1
PORTS_TRIED = 20
LOG_TAIL = 4


@dataclass
class Child:
    name: str
    process: subprocess.Popen[bytes]
    log: Path

    def last_words(self) -> str:
        """The end of its log: what it said before it stopped."""
        lines = self.log.read_text(errors="replace").strip().splitlines()
        return " / ".join(lines[-LOG_TAIL:]) or "it said nothing"


class Processes:
    """The children of one home; leaving the `with` stops them all."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.children: list[Child] = []
        self._lock: IO[str] | None = None

    def __enter__(self) -> Processes:
        folder = self.home / "run"
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._lock = open(folder / "processes.lock", "a+")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self._lock.seek(0)
            left = self._lock.read().strip() or "of unknown number"
            raise WaypostError(
                f"Waypost is already running on this home (processes {left}); stop it first"
            ) from None
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:  # fmt: skip
        self.stop()
        if self._lock is not None:
            self._lock.close()

    def start(self, name: str, *words: str) -> Child:
        """Start `waypost WORDS`; what it says goes to run/NAME.log in the home."""
        assert self._lock is not None
        log = self.home / "run" / f"{name}.log"
        with open(log, "wb") as out:
            process = subprocess.Popen(
                [sys.executable, "-m", "waypost.cli.main", *words],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                process_group=0,
                pass_fds=[self._lock.fileno()],
                env={**os.environ, "WAYPOST_HOME": str(self.home)},
            )
        self.children.append(Child(name, process, log))
        self._lock.seek(0)
        self._lock.truncate()
        self._lock.write(" ".join(str(child.process.pid) for child in self.children))
        self._lock.flush()
        return self.children[-1]

    def check(self) -> None:
        """Unavailable when one of them has ended, with its last words."""
        for child in self.children:
            status = child.process.poll()
            if status is not None:
                raise Unavailable(f"{child.name} ended ({status}): {child.last_words()}")

    def wait_ready(self, name: str, url: str, *, within_s: float = 60.0) -> None:
        """Wait until the address answers. Unavailable when it does not, or when a child ended."""
        until = time.monotonic() + within_s
        while time.monotonic() < until:
            self.check()
            if answers(url):
                return
            time.sleep(LOOK_EVERY_S)
        raise Unavailable(f"{name} did not answer within {within_s:.0f} s; see run/{name}.log")

    def stop(self) -> None:
        """Ask all to end, wait, and end what does not."""
        for child in self.children:
            if child.process.poll() is None:
                child.process.terminate()
        until = time.monotonic() + STOP_WITHIN_S
        for child in self.children:
            try:
                child.process.wait(max(until - time.monotonic(), 0.1))
            except subprocess.TimeoutExpired:
                child.process.kill()
                child.process.wait()
        self.children = []


def answers(url: str) -> bool:
    """Whether a GET of the address gives 200. Local addresses only: nothing is followed."""
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError, ValueError):
        return False


def free_port(wanted: int, taken: Sequence[int] = ()) -> int:
    """The port wanted on loopback, or the next one that is free. BadUse when there is none."""
    for port in range(wanted, min(wanted + PORTS_TRIED, 65536)):
        if port in taken:
            continue
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise BadUse(f"no free port from {wanted} on; give another one")


def stop_on_signals() -> None:
    """Let SIGTERM, and a terminal that is closed, end us as Ctrl-C does: children are stopped."""

    def interrupt(number: int, frame: object) -> None:
        raise KeyboardInterrupt

    # SIGINT too: the shell has jobs in the background ignore it, and Python leaves it so.
    for told in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(told, interrupt)
