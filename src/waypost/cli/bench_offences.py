"""Bench `offences`: a delivery of the police, taken in, resent with changes, and resent as it was.

The baseline splits the same lines at their commas and writes their cells into a table of a SQLite
file with one index, in one transaction, and checks nothing. Half the rows come in metres.
"""

from __future__ import annotations

import argparse
import os
import random
import sqlite3
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

ROWS = 300_000
NOW = datetime(2026, 3, 1, tzinfo=UTC)
SEED = 5


def bench(args: argparse.Namespace) -> int:
    """`--rows` is how many offences the delivery has."""
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", interactive=False, verbosity=0)
    from waypost.access.values import MACHINE
    from waypost.offences.actions import take_delivery

    def take(data: bytes) -> Callable[[], Any]:
        return lambda: take_delivery(data, "bench.csv", by=MACHINE, now=NOW)

    first = delivery(args.rows or ROWS)
    resent = first.replace(b",words", b",other words").replace(b"MPS20260228", b"MPS20260228-R")
    known = resent.replace(b"\r\n", b"\n")  # other bytes that say the same
    bare = _timed(lambda: _bare(first))
    for name, data in (("new", first), ("all changed", resent), ("all known", known)):
        took = _timed(take(data))
        print(f"{name:<12}{took:6.1f} s, {len(data) / 2**20:.0f} MiB; {took / bare:.1f} x bare")
    print(f"{'bare':<12}{bare:6.1f} s; processors' load {os.getloadavg()[0]:.1f}")
    return 0


def delivery(rows: int) -> bytes:
    """A sound police CSV of so many offences."""
    chance = random.Random(SEED)
    return "".join(_row(number, chance) for number in range(rows)).encode()


def _row(number: int, chance: random.Random) -> str:
    from_at = NOW - timedelta(days=1, seconds=number % 86_400)
    to_at = from_at + timedelta(minutes=number % 700)
    if number % 2:
        place = f"{chance.randint(510_000, 550_000)},{chance.randint(170_000, 190_000)},,,OSGB36"
    else:
        place = f",,{chance.uniform(51.3, 51.7):.6f},{chance.uniform(-0.4, 0.2):.6f},WGS84"
    times = f"{from_at:%Y%m%d%H%M%S},{to_at:%Y%m%d%H%M%S}"
    return f"Metropolitan,RB,Robbery,MPS20260228,CR{number:07d},{times},{place},words {number}\r\n"


def _bare(data: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = sqlite3.connect(Path(folder) / "bare.sqlite3")
        columns = ", ".join(f"c{number}" for number in range(13))
        store.execute(f"CREATE TABLE crimes ({columns})")
        store.execute("CREATE UNIQUE INDEX crime ON crimes (c0, c4)")
        cells = (line.split(",") for line in data.decode().splitlines())
        with store:
            store.executemany(f"INSERT INTO crimes VALUES ({', '.join('?' * 13)})", cells)  # noqa: S608
        store.close()


def _timed(act: Callable[[], Any]) -> float:
    start = time.perf_counter()
    act()
    return time.perf_counter() - start
