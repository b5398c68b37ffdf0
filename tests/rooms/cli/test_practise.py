"""`waypost practise` lives apart from the real store; its result comes to the record by file."""

from __future__ import annotations

import json
import os

import pytest

from training_words import result_of
from waypost import clock
from waypost.access.actions import make_officer
from waypost.access.values import Role
from waypost.cli import practise
from waypost.cli.main import main
from waypost.errors import BadUse
from waypost.training.models import TrainingResult
from waypost.training.practising import FILE, Practice, find_practice, keep_practice, keep_result
from waypost.training.sealing import read_ticket


def test_nothing_that_names_the_real_store_goes_into_a_practice(monkeypatch, tmp_path):
    for name in [one for one in os.environ if one.startswith("WAYPOST_")]:
        monkeypatch.delenv(name)
    for name in ("DATABASE", "LAKE", "MAIL", "SMS_KEY", "WEBHOOK", "IDENTITY_KEY", "HOME", "LOG"):
        monkeypatch.setenv(f"WAYPOST_{name}", "real")
    monkeypatch.setenv("WAYPOST_TRAINING", "required")
    practise._leave_real(tmp_path)
    left = {name: value for name, value in os.environ.items() if name.startswith("WAYPOST_")}
    assert left == {"WAYPOST_LOG": "real", "WAYPOST_HOME": str(tmp_path),
                    "WAYPOST_TRAINING": "asked"}  # fmt: skip


def test_a_practice_is_never_made_in_a_real_store(tmp_path):
    real = {"WAYPOST_HOME": str(tmp_path / "real")}
    with pytest.raises(BadUse, match="real store"):
        practise._check_apart(tmp_path / "real", real)
    other = tmp_path / "other"
    other.mkdir()
    (other / "waypost.sqlite3").touch()
    with pytest.raises(BadUse, match="real store"):
        practise._check_apart(other, real)
    (other / FILE).touch()
    practise._check_apart(other, real)


def test_a_role_without_exercises_is_told_which_have_some(capsys):
    assert main(["practise", "administrator"]) == 2
    assert "authorising_officer" in capsys.readouterr().err


def test_a_store_knows_whether_it_is_a_practice(monkeypatch, tmp_path):
    monkeypatch.setenv("WAYPOST_HOME", str(tmp_path))
    assert find_practice() is None
    made = Practice(Role.POLICE_ANALYST, "tess", "a pass phrase", None)
    keep_practice(tmp_path, made)
    assert find_practice() == made
    assert keep_result(b"{}") == keep_result(b"{}")
    assert (tmp_path / FILE).stat().st_mode & 0o077 == 0


@pytest.mark.database
@pytest.mark.django_db
def test_a_ticket_is_printed_and_its_result_is_taken_in(capsys, tmp_path, monkeypatch):
    monkeypatch.setattr("waypost.cli.main.prepare", lambda module: None)
    make_officer("avery", "Avery", None, Role.AUTHORISING_OFFICER, now=clock.now())
    file = tmp_path / "ticket.json"
    assert main(["training", "ticket", "avery", "authorising_officer", "-o", str(file)]) == 0
    assert file.stat().st_mode & 0o077 == 0
    ticket, key = read_ticket(file.read_bytes())
    result = tmp_path / "result.json"
    result.write_bytes(result_of(ticket, key, clock.now()))
    capsys.readouterr()
    assert main(["training", "record", str(result)]) == 0
    assert "practice passed, 8 of 8 points, valid until" in capsys.readouterr().out
    said = json.loads(result.read_text())
    said["username"] = "somebody"
    result.write_text(json.dumps(said))
    assert main(["training", "record", str(result)]) == 1
    assert "not sealed" in capsys.readouterr().err
    assert TrainingResult.objects.count() == 1
