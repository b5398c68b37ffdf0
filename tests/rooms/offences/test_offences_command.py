"""`waypost import offences`: an e-mail in, problems and the answer out."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest

from waypost.cli import import_offences, showing
from waypost.cli.showing import Progress
from waypost.errors import BadFile
from waypost.offences.models import OffenceBatch

pytestmark = [pytest.mark.database, pytest.mark.django_db]

ROW = "Metropolitan,RB,,MPS20260228,{},20260228120000,20260228123000,,,{},-0.1,WGS84,\n"


@pytest.fixture(autouse=True)
def _a_day_in_summer(monkeypatch):
    monkeypatch.setattr("waypost.clock.now", lambda: datetime(2026, 7, 1, 12, tzinfo=UTC))


def run(file, **more) -> int:
    args = {"file": str(file), "errors": None, "reply": None, **more}
    return import_offences.run(argparse.Namespace(**args))


def test_an_email_is_taken_in_and_its_answer_is_written(tmp_path, capsys):
    letter = EmailMessage()
    letter["From"] = "desk@force.example"
    letter.set_content("Attached.")
    rows = (ROW.format("A", "51.5") + ROW.format("B", "99")).encode()
    letter.add_attachment(rows, maintype="text", subtype="csv", filename="a.csv")
    (tmp_path / "in.eml").write_bytes(letter.as_bytes())
    errors, reply = tmp_path / "errors.csv", tmp_path / "reply.eml"
    assert run(tmp_path / "in.eml", errors=str(errors), reply=str(reply)) == 0
    said = capsys.readouterr()
    assert "1 accepted (1 new, 0 changed), 1 refused." in said.out
    assert ":2: latitude INVALID_LOCATION_DATA_RANGE" in said.err
    assert errors.read_text().splitlines()[1].startswith("2,INVALID_LOCATION_DATA_RANGE,latitude")
    answer = message_from_bytes(reply.read_bytes(), policy=policy.default)
    assert answer["To"] == "desk@force.example"


def test_a_file_that_fails_is_answered_too_and_the_command_says_why(tmp_path):
    (tmp_path / "in.csv").write_text("x,y\n")
    reply = tmp_path / "reply.eml"
    with pytest.raises(BadFile, match="failed validation"):
        run(tmp_path / "in.csv", reply=str(reply))
    assert b"ERROR" in reply.read_bytes()
    assert OffenceBatch.objects.get().status == "ERROR"


def test_a_slip_of_an_hour_is_told_on_stderr_and_refuses_nothing_more(tmp_path, capsys):
    row = (
        ROW.format("A", "51.5")
        .replace("20260228", "20260701")
        .replace("MPS20260701", "MPS20260228")
    )
    late = row.replace("20260701123000", "20260701125000").replace(",A,", ",B,")
    sound = row.replace("20260701123000", "20260701120000")
    (tmp_path / "in.csv").write_text(sound + late)
    assert run(tmp_path / "in.csv") == 0
    said = capsys.readouterr()
    assert "note: 1 window ends up to an hour after the file arrived" in said.err
    assert "1 accepted (1 new, 0 changed), 1 refused." in said.out


def test_progress_is_shown_on_a_terminal_and_cleared_and_nowhere_else(capsys, monkeypatch):
    progress = Progress()
    progress("checked", 5000)
    progress.clear()
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(showing.sys.stderr, "isatty", lambda: True)
    progress("checked", 5000)
    progress("checked", 10_000)  # within half a second: not drawn
    progress.clear()
    assert capsys.readouterr().err == "\rchecked 5,000 rows\x1b[K\r\x1b[K"
