"""A backup that is put back forgets again, before anything of it is served."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from keeping_words import NAME, OTHER, REFERENCE, WORN, person_of

ONE = [person_of(REFERENCE, NAME, WORN, "TAG-77Q1", "ORD-77Q1"),
       person_of(OTHER, "Wilhelmina Ostrander", "ACT-88W2", "TAG-88W2", "ORD-88W2")]  # fmt: skip


def waypost(home: Path, *words: str, fails: bool = False) -> str:
    environment = {**os.environ, "WAYPOST_HOME": str(home), "WAYPOST_RETENTION": "on"}
    environment.pop("WAYPOST_DATABASE", None)
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    done = subprocess.run(
        [sys.executable, "-m", "waypost.cli.main", *words],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode != 0) == fails, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.fixture
def house(tmp_path) -> Path:
    """A home with Z, whose order ended long ago, and W, who is supervised still."""
    home = tmp_path / "store"
    home.mkdir()
    for one in ONE[0]["orders"]:
        one["to"] = "2019-03-20T00:00:00Z"
        one["from"] = "2019-03-01T08:00:00Z"
    ONE[0]["activations"][0] |= {"from": "2019-03-01T00:00:00Z", "to": "2019-03-20T00:00:00Z"}
    ONE[1]["orders"][0]["to"] = "2039-03-20T00:00:00Z"
    orders, fixes = tmp_path / "orders.json", tmp_path / "fixes.csv"
    orders.write_text(json.dumps({"persons": ONE}))
    fixes.write_text(
        "activation_id,time,lat,lon,accuracy_m,mechanism\n"
        + "".join(f"{WORN},2019-03-0{day}T10:00:00Z,51.55,-0.06,5,GPS\n" for day in range(2, 8))
        + "ACT-88W2,2026-03-04T10:00:00Z,51.55,-0.06,5,GPS\n"
    )
    waypost(home, "migrate", "--quiet")
    waypost(home, "import", "orders", str(orders))
    waypost(home, "import", "fixes", str(fixes))
    return home


def holds_name(home: Path) -> bool:
    return any(
        NAME.encode() in one.read_bytes() for one in home.glob("waypost.sqlite3*") if one.is_file()
    )


def test_a_backup_put_back_forgets_again(house, tmp_path):
    kept = tmp_path / "backups"
    waypost(house, "backup", str(kept), "--days", "5")
    [backup] = kept.iterdir()
    said = waypost(house, "forget", "now", "--readers-wait", "0")
    assert "stands at: done" in said
    assert not holds_name(house)
    assert "Nothing is left" in waypost(house, "forget", "verify", "1")
    list_copy = tmp_path / "deletions.ndjson"
    shutil.copyfile(house / "deletions.ndjson", list_copy)

    new = tmp_path / "new"
    new.mkdir()
    assert "folder keys" in waypost(new, "restore", str(backup), fails=True)
    shutil.rmtree(new / "keys", ignore_errors=True)
    shutil.copytree(house / "keys", new / "keys")
    assert "Nobody knows what was deleted since" in waypost(new, "restore", str(backup), fails=True)
    said = waypost(new, "restore", str(backup), "--deletions", str(list_copy))
    assert "1 deletions were gone through again" in said
    assert not holds_name(new)
    assert "Nothing is left" in waypost(new, "forget", "verify", "1")
    due = waypost(new, "forget", "due")
    assert "Deleting is on" in due
    assert "holds a store already" in waypost(
        new, "restore", str(backup), "--no-later-deletions", fails=True
    )
    sub = waypost(new, "subject-access", OTHER, "-o", str(tmp_path / "w.zip"),
                  "--identity", "Passport seen at the desk.")  # fmt: skip
    assert "read it before" in sub


def test_nothing_is_served_while_a_restore_has_not_ended(house, tmp_path):
    (house / "restoring").write_text("{}")
    assert "has not ended" in waypost(house, "forget", "due", fails=True)
    assert "has not ended" in waypost(house, "migrate", fails=True)


def test_a_backup_that_was_altered_or_has_expired_is_not_put_back(house, tmp_path):
    kept = tmp_path / "backups"
    waypost(house, "backup", str(kept))
    [backup] = kept.iterdir()
    new = tmp_path / "new"
    new.mkdir()
    shutil.copytree(house / "keys", new / "keys")
    with open(backup / "database.sqlite3", "r+b") as file:
        file.seek(5_000)
        file.write(b"x")
    said = waypost(new, "restore", str(backup), "--no-later-deletions", fails=True)
    assert "database.sqlite3 differs" in said
    manifest = json.loads((backup / "manifest.json").read_text())
    manifest["expires_on"] = (datetime.now(UTC) - timedelta(days=2)).date().isoformat()
    (backup / "manifest.json").write_text(json.dumps(manifest))
    said = waypost(new, "restore", str(backup), "--no-later-deletions", fails=True)
    assert "expired" in said
    assert backup.name in waypost(house, "backup", str(kept))
    assert not backup.exists()
