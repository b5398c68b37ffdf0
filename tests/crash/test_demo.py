"""`waypost demo` as a stranger meets it: started, looked at, stopped with Ctrl-C, started again."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

STARTS_WITHIN_S = 150.0
ALIVE_WITHIN_S = 60.0
STOPS_WITHIN_S = 45.0  # each child has ten seconds of its own, more on a busy machine
ALERTS = {"exclusion", "alcohol"}  # what the first minute must show
WORDS = ("--wearers", "10", "--days", "3", "--seed", "4")


def waypost(*words: str) -> list[str]:
    return [sys.executable, "-m", "waypost.cli.main", *words]


def environment(home: Path) -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if key != "WAYPOST_DATABASE"}
    return {**kept, "WAYPOST_HOME": str(home), "PYTHONUNBUFFERED": "1"}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def demo(home: Path, port: int) -> Iterator[subprocess.Popen]:
    """A running demo, once it has said where it is; whatever happens, it is ended."""
    ports = ["--web-port", str(port), "--gateway-port", str(free_port())]
    out = home.with_suffix(".out")
    with open(out, "ab") as file:
        process = subprocess.Popen(
            waypost("demo", *WORDS, *ports), env=environment(home), stdout=file, stderr=file
        )
    try:
        until = time.monotonic() + STARTS_WITHIN_S
        while "Sign in" not in out.read_text():
            assert process.poll() is None, out.read_text()
            assert time.monotonic() < until, "the demo did not start: " + out.read_text()
            time.sleep(0.2)
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(STOPS_WITHIN_S)
        out.unlink()


def alerts(home: Path, port: int, token: str) -> list[dict]:
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/api/alerts", headers={"Authorization": f"Bearer {token}"}
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)["items"]


def told_to_end(process: subprocess.Popen, told: signal.Signals) -> int:
    process.send_signal(told)
    return process.wait(STOPS_WITHIN_S)


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.mark.crash
def test_the_inbox_is_alive_within_a_minute_and_a_second_start_keeps_the_data(tmp_path):
    home, port = tmp_path / "home", free_port()
    with demo(home, port) as process:
        ready = time.monotonic()
        token = subprocess.run(
            waypost("token", "monitoring_officer"), env=environment(home), text=True,
            capture_output=True, check=True, timeout=60,
        ).stdout.split()[-1]  # fmt: skip
        while ALERTS - {one["kind"] for one in alerts(home, port, token)}:
            assert time.monotonic() - ready < ALIVE_WITHIN_S, "an alert is not there in a minute"
            time.sleep(0.5)
        first = {one["alert_id"] for one in alerts(home, port, token)}
        assert told_to_end(process, signal.SIGINT) == 0  # Ctrl-C
    assert not listens(port), "something went on listening"
    scene = (home / "demo.json").read_text()
    with demo(home, port) as process:
        again = {one["alert_id"] for one in alerts(home, port, token)}
        assert first <= again, "an alert went missing between two starts"
        assert (home / "demo.json").read_text() == scene
        assert told_to_end(process, signal.SIGHUP) == 0  # the terminal is closed
    assert not listens(port)
