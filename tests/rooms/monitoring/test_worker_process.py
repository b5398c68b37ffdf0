"""`waypost worker` as a process: it takes up what others bring, and ends when asked to."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
import time

import pytest

from migrated import migrated
from worked_town import PLACES, orders_file

COMMAND = [sys.executable, "-m", "waypost.cli.main"]


@pytest.fixture
def store(waypost_home):
    """A store with the town's orders and four fixes of P2, two of them in the park."""
    migrated(waypost_home)
    orders = waypost_home / "orders.json"
    orders.write_bytes(orders_file())
    waypost("import", "orders", str(orders))
    fixes = waypost_home / "fixes.csv"
    rows = [("09:58", "street"), ("10:00", "park"), ("10:01", "park"), ("10:05", "street")]
    fixes.write_text(
        "activation_id,time,lat,lon,accuracy_m,mechanism\n"
        + "".join(
            f"A2,2026-03-02T{when}:00Z,{PLACES[place][0]},{PLACES[place][1]},8,GNSS\n"
            for when, place in rows
        )
    )
    return waypost_home


def waypost(*words: str) -> str:
    ran = subprocess.run([*COMMAND, *words], capture_output=True, text=True, timeout=60)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def exclusion_alerts(home) -> list[tuple[str, str]]:
    with sqlite3.connect(home / "waypost.sqlite3", timeout=20) as records:
        query = "SELECT certainty, status FROM alerts_alert WHERE kind = 'exclusion'"
        return records.execute(query).fetchall()


def test_once_does_all_that_waits_and_ends(store):
    waypost("import", "fixes", str(store / "fixes.csv"))
    waypost("worker", "--once")
    assert exclusion_alerts(store) == [("certain", "raised")]
    waypost("worker", "--once")
    assert exclusion_alerts(store) == [("certain", "raised")]


def test_a_running_worker_takes_up_an_import_and_ends_on_sigterm(store):
    worker = subprocess.Popen([*COMMAND, "worker"], stderr=subprocess.PIPE, text=True)
    try:
        waypost("import", "fixes", str(store / "fixes.csv"))
        until = time.monotonic() + 30
        while not exclusion_alerts(store) and time.monotonic() < until:
            time.sleep(0.1)
        assert exclusion_alerts(store) == [("certain", "raised")]
        worker.send_signal(signal.SIGTERM)
        _, said = worker.communicate(timeout=20)
    finally:
        worker.kill()
    assert worker.returncode == 0
    assert "Traceback" not in said
