"""Real buses brought into the store: a zone across a route is violated at the right minutes.

The expected times come from the file alone, by plain arithmetic on one circle; the store's must
equal them and those of `waypost replay` on the same files.
"""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from datetime import datetime

import numpy as np
import pytest

from migrated import migrated
from waypost.geo import BRITISH

BUS = "4720"
ZONE_RADIUS_M = 300.0
R95_UNSTATED_M = 30.0  # the contract's for a fix that states none
MAP = "time=time_utc,person_id=track_id"


@pytest.fixture
def run(waypost_home):
    def run(*words: str, python: str = "") -> str:
        command = ["-c", python] if python else ["-m", "waypost.cli.main", *words]
        done = subprocess.run(
            [sys.executable, *command], env=os.environ | {"WAYPOST_HOME": str(waypost_home)},
            capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


def track_of(path) -> list[tuple[datetime, float, float]]:
    with path.open() as file:
        rows = [row for row in csv.DictReader(file) if row["track_id"] == BUS]
    return sorted(
        (datetime.fromisoformat(r["time_utc"]), float(r["lat"]), float(r["lon"])) for r in rows
    )


def visits(track, middle) -> list[list[datetime]]:
    """[first fix with its whole circle inside, first with its whole circle outside]; near visits
    (under five minutes apart) are one."""
    x, y = BRITISH.project([lat for _, lat, _ in track], [lon for *_, lon in track])
    beyond_m = np.hypot(x - x[middle], y - y[middle]) - ZONE_RADIUS_M
    found: list[list[datetime]] = []
    since = None
    for (at, _, _), edge_m in zip(track, beyond_m, strict=True):
        if edge_m <= -R95_UNSTATED_M and since is None:
            since = at
        elif edge_m >= R95_UNSTATED_M and since is not None:
            if found and (since - found[-1][1]).total_seconds() < 300:
                found[-1][1] = at
            else:
                found.append([since, at])
            since = None
    return found


LOOK = """
import os, json
os.environ["DJANGO_SETTINGS_MODULE"] = "waypost.settings"
import django; django.setup()
from waypost.monitoring.models import Violation
rows = Violation.objects.filter(withdrawn=False).order_by("from_at")
print(json.dumps([[r.person.reference, r.from_at.isoformat(), r.to_at.isoformat()] for r in rows]))
"""


def test_a_bus_brought_in_violates_the_zone_on_its_route_at_the_right_minutes(
    shared, tmp_path, run
):
    fixes = shared / "data" / "tracks" / "liverpool_bus_bods.csv"
    track = track_of(fixes)
    middle = len(track) // 2
    expected = visits(track, middle)
    assert expected
    zone = {"type": "Point", "coordinates": [track[middle][2], track[middle][1]],
            "radius_m": ZONE_RADIUS_M}  # fmt: skip
    span = {"from": "2026-01-01T00:00:00Z", "to": "2026-03-01T00:00:00Z"}
    requirement = {"requirement_id": "R1", "kind": "exclusion", "zone": zone, "timetable": None}
    person = {
        "person_id": BUS,
        "activations": [{"activation_id": "A1", "device_id": "D1", **span}],
        "orders": [{"order_id": "O1", "kind": "licence", **span, "requirements": [requirement]}],
    }
    orders = tmp_path / "orders.json"
    orders.write_text(json.dumps({"persons": [person]}))

    migrated(tmp_path / "home")
    run("import", "orders", str(orders))
    said = run("import", "fixes", str(fixes), "--map", MAP)
    again = run("import", "fixes", str(fixes), "--map", MAP)
    run("worker", "--once")
    stored = json.loads(run(python=LOOK))

    assert f"{len(track)} new" in said
    assert " 0 new" in again
    assert [
        [datetime.fromisoformat(a), datetime.fromisoformat(b)] for _, a, b in stored
    ] == expected
    replayed = [json.loads(line) for line in run(
        "replay", str(orders), str(fixes), "-o", "-", "--map",
        "time=time_utc,activation_id=track_id").splitlines()]  # fmt: skip
    assert replayed == []  # no activation of that name: nobody inherits a track
    replayed = [json.loads(line) for line in run(
        "replay", str(orders), str(fixes), "-o", "-", "--map", MAP).splitlines()]  # fmt: skip
    assert [[datetime.fromisoformat(r["from"]), datetime.fromisoformat(r["to"])]
            for r in replayed] == expected  # fmt: skip
