"""The soak at small size: tags, gateway, worker, archivist and network killed, the database locked.

The long one is `make soak`; this one shows on every run that what was acknowledged is kept once.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

SOAK = Path(__file__).parents[2] / "tools" / "soak.py"
TAGS, STORED = 40, 30
WITHIN_S = 240


@pytest.fixture
def folder():
    """Not pytest's: the database server may run as another user, who could not pass through."""
    made = tempfile.mkdtemp(prefix="waypost-soak-")
    yield Path(made)
    shutil.rmtree(made)


@pytest.mark.crash
@pytest.mark.parametrize("database", ["sqlite", "postgres"])
def test_a_small_soak_keeps_every_acknowledged_report_exactly_once(folder, database):
    words = ["--tags", TAGS, "--stored", STORED, "--database", database, "--rate", 100,
             "--kill-every", 2.5, "--cut-every", 6]  # fmt: skip
    environment = {k: v for k, v in os.environ.items() if k != "WAYPOST_DATABASE"}
    done = subprocess.run(
        [sys.executable, str(SOAK), str(folder), *map(str, words)],
        env=environment, capture_output=True, text=True, timeout=WITHIN_S, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout.splitlines()[-1])
    verdict = figures["verdict"]
    assert figures["acknowledged"] >= TAGS * STORED * 0.9  # tags with a clock hours ahead say less
    assert verdict["kept"] >= figures["acknowledged"]  # an alarm is kept as a fix and an event
    bad = ("lost", "twice", "strange", "misplaced", "misjudged", "nobodys")
    assert {name: verdict[name] for name in bad} == dict.fromkeys(bad, 0)
    assert {"gateway", "database"} <= set(figures["kills"]), figures
    # A process started while the database is away says so and ends; it is started again.
    assert "tags" not in figures["ended_by_themselves"], done.stderr
