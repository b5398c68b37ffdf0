"""Seals at intervals, their copies outside, and lines that go when their time is over."""

from __future__ import annotations

import json
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from django.db import transaction

from waypost.access import anchoring, audit, seals
from waypost.access.models import AuditLine, AuditSeal
from waypost.access.values import MACHINE, Posted, Role
from waypost.cli.main import main
from waypost.errors import BadUse, Conflict, Refused

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
LONG_AGO = NOW - timedelta(days=7 * 365)
pytestmark = [pytest.mark.database, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def own_home(tmp_path, monkeypatch):
    monkeypatch.setenv("WAYPOST_HOME", str(tmp_path))
    return tmp_path


def write(count: int, at: datetime = NOW) -> None:
    for n in range(count):
        with transaction.atomic():
            audit.record("track:viewed", by=MACHINE, at=at + timedelta(seconds=n), about=n)


def test_a_seal_is_due_when_lines_are_new_and_ten_minutes_have_passed():
    assert not seals.is_due(now=NOW)
    write(2)
    assert seals.is_due(now=NOW)
    assert seals.seal(now=NOW) == 1
    write(1)
    assert not seals.is_due(now=NOW + timedelta(minutes=9))
    assert seals.is_due(now=NOW + timedelta(minutes=10))
    assert seals.seal(now=NOW + timedelta(minutes=10)) == 2
    assert not seals.is_due(now=NOW + timedelta(days=1))
    assert seals.seal(now=NOW + timedelta(days=1)) is None
    assert [(one.line, one.at) for one in audit.stored_seals()] == [
        (2, NOW), (3, NOW + timedelta(minutes=10))
    ]  # fmt: skip
    assert audit.verify().broken is None


def test_the_lane_seals_and_sends_and_goes_on_after_an_anchor_was_away(settings, tmp_path):
    settings.AUDIT_ANCHOR = f"file:{tmp_path / 'away' / 'seals.ndjson'}"
    write(1)
    lane = seals.SealLane(lambda: NOW)
    lane.round()
    assert AuditSeal.objects.get().kept_outside_at is None
    (tmp_path / "away").mkdir()
    lane.round()
    assert AuditSeal.objects.get().kept_outside_at == NOW
    assert [one.number for one in anchoring.kept_copies()] == [1]


class Notary(BaseHTTPRequestHandler):
    said: list[dict] = []
    status = 201

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        type(self).said.append(json.loads(body))
        self.send_response(self.status)
        self.end_headers()
        self.wfile.write(b"receipt 77\n")

    def log_message(self, *_):
        pass


@pytest.fixture
def notary():
    Notary.said, Notary.status = [], 201
    with HTTPServer(("127.0.0.1", 0), Notary) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/seals"
        server.shutdown()
        thread.join()


def test_an_address_gets_each_seal_once_it_answers_and_its_receipt_is_kept(settings, notary):
    settings.AUDIT_ANCHOR = notary
    write(2)
    seals.seal(now=NOW)
    Notary.status = 503
    assert not seals.send_copies(now=NOW)
    Notary.status = 201
    assert seals.send_copies(now=NOW)
    assert seals.send_copies(now=NOW)
    assert AuditSeal.objects.get().receipt == "receipt 77"
    assert [one["seal"] for one in Notary.said] == [1, 1]
    assert set(Notary.said[0]) == {"seal", "line", "hash", "at", "previous", "signature"}


@pytest.mark.parametrize("text", ["ftp://there", "seals.ndjson", "http://192.0.2.1/seals"])
def test_an_anchor_that_is_none_is_bad_usage(settings, text):
    settings.AUDIT_ANCHOR = text
    with pytest.raises(BadUse, match="WAYPOST_AUDIT_ANCHOR"):
        anchoring.anchors()


def test_copies_that_cannot_be_read_are_said_to_be_so(tmp_path, capsys):
    write(1)
    assert main(["audit", "verify", "--copies", str(tmp_path / "none")]) == 2
    (tmp_path / "bad").write_text('{"seal": 1}\n')
    assert main(["audit", "verify", "--copies", str(tmp_path / "bad")]) == 2
    assert "line 1 of the copies is no audit seal" in capsys.readouterr().err


def test_lines_go_when_their_time_is_over_and_the_rest_stays_sound(capsys):
    write(3, LONG_AGO)
    seals.seal(now=LONG_AGO + timedelta(minutes=1))
    write(2, LONG_AGO + timedelta(days=1))
    seals.seal(now=LONG_AGO + timedelta(days=1, minutes=1))
    write(4)
    assert seals.cut(NOW - seals.KEPT_FOR, by=MACHINE, now=NOW) == 5
    assert AuditLine.objects.order_by("number").first().number == 6
    assert AuditLine.objects.order_by("-number").first().kind == "audit:cut"
    assert audit.verify().broken is None
    assert audit.verify().first == 6
    assert main(["audit", "verify"]) == 0
    assert "begin with line 6" in capsys.readouterr().out
    AuditLine.objects.filter(number=6).delete()
    assert audit.verify().broken == 1


def test_lines_go_no_further_than_a_seal_reaches():
    write(2, LONG_AGO)
    seals.seal(now=LONG_AGO + timedelta(minutes=1))
    write(2, LONG_AGO + timedelta(days=1))
    write(1)
    assert seals.cut(NOW - seals.KEPT_FOR, by=MACHINE, now=NOW) == 2
    with pytest.raises(Conflict, match="old enough"):
        seals.cut(NOW - seals.KEPT_FOR, by=MACHINE, now=NOW)


def test_the_last_line_stays_however_old_since_the_next_is_joined_to_it():
    write(2, LONG_AGO)
    seals.seal(now=LONG_AGO + timedelta(minutes=1))
    write(1, LONG_AGO + timedelta(days=1))
    seals.seal(now=LONG_AGO + timedelta(days=1, minutes=1))
    assert seals.cut(NOW - seals.KEPT_FOR, by=MACHINE, now=NOW) == 2
    assert list(AuditLine.objects.values_list("number", flat=True).order_by("number")) == [3, 4]
    assert audit.verify().broken is None


def test_nobody_cuts_too_early_or_without_leave_or_without_a_copy(settings, tmp_path):
    write(2, LONG_AGO)
    seals.seal(now=LONG_AGO + timedelta(minutes=1))
    write(1)
    with pytest.raises(Refused, match="are kept for"):
        seals.cut(NOW - timedelta(days=365), by=MACHINE, now=NOW)
    by = Posted(7, "Ann", frozenset({Role.ADMINISTRATOR}))
    with pytest.raises(Refused, match="audit:cut"):
        seals.cut(NOW - seals.KEPT_FOR, by=by, now=NOW)
    settings.AUDIT_ANCHOR = f"file:{tmp_path / 'seals.ndjson'}"
    with pytest.raises(Refused, match="no copy outside"):
        seals.cut(NOW - seals.KEPT_FOR, by=MACHINE, now=NOW)
    assert AuditLine.objects.count() == 3


def test_the_command_seals_now_and_says_where_copies_go(settings, tmp_path, capsys):
    write(1)
    assert main(["audit", "seal"]) == 0
    assert "Seal 1 is made.\nNo copy is kept outside" in capsys.readouterr().out
    settings.AUDIT_ANCHOR = f"file:{tmp_path / 'seals.ndjson'}"
    assert main(["audit", "seal"]) == 0
    assert [one.line for one in anchoring.kept_copies()] == [1]
