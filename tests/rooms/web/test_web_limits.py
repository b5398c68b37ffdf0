"""What the web takes in and gives out: sizes, hosts, cookies, frames, types."""

from __future__ import annotations

import asyncio
import json
import os
import stat
import subprocess
import sys
from datetime import timedelta

import pytest
from django.conf import settings
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from waypost import clock
from waypost.access.actions import make_officer
from waypost.access.models import AuditLine, Officer
from waypost.access.values import MACHINE, Role
from waypost.alerts.models import Alert
from waypost.devices.models import QuarantinedMessage
from waypost.offences.models import OffenceBatch
from waypost.orders.actions import import_orders
from waypost.orders.models import Person
from waypost.orders.read import read_orders
from waypost.web.limits import FILE_BYTES_MAX, FORM_BYTES_MAX, Limited

PASSWORD = "a long enough sentence"


def ask(path, *, chunks=(), headers=()):
    """Status, headers and bytes read by an app that reads everything, behind the limits."""
    sent, read = [], []
    waiting = [{"type": "http.request", "body": chunk, "more_body": True} for chunk in chunks]
    waiting.append({"type": "http.request", "body": b"", "more_body": False})

    async def app(scope, receive, send):
        del scope
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            read.append(len(message["body"]))
            if not message["more_body"]:
                break
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async def receive():
        return waiting.pop(0)

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "path": path, "headers": list(headers)}
    asyncio.run(Limited(app)(scope, receive, send))
    return sent[0]["status"], dict(sent[0]["headers"]), sum(read)


def test_a_body_that_says_it_is_too_large_is_refused_before_it_is_read():
    said = [(b"content-length", str(FORM_BYTES_MAX + 1).encode())]
    assert ask("/sign-in", chunks=[b"x"], headers=said)[::2] == (413, 0)


def test_a_body_that_grows_too_large_is_cut_off():
    status, _, read = ask("/sign-in", chunks=[b"x" * 2**19] * 40)
    assert (status, read <= FORM_BYTES_MAX) == (413, True)


def test_only_the_upload_takes_files():
    said = [(b"content-length", str(FILE_BYTES_MAX).encode())]
    assert ask("/offences/upload", headers=said)[0] == 200
    assert ask("/offences", headers=said)[0] == 413


def test_every_answer_forbids_guessing_at_types():
    assert ask("/static/waypost/page.js")[1][b"x-content-type-options"] == b"nosniff"


@pytest.fixture
def ann(db):
    cache.clear()
    return make_officer("ann", "Ann", PASSWORD, Role.POLICE_ANALYST,
                        now=clock.now() - timedelta(hours=1))  # fmt: skip


@pytest.mark.database
@pytest.mark.django_db
def test_the_session_is_new_after_signing_in_and_its_cookie_is_out_of_reach(ann):
    client = Client()
    client.get(reverse("sign-in"))
    session = client.session
    session["planted"] = "x"
    session.save()
    client.cookies[settings.SESSION_COOKIE_NAME] = planted = session.session_key
    client.post(reverse("sign-in"), {"username": "ann", "password": PASSWORD})
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    assert cookie.value != planted
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")
    old = Client()
    old.cookies[settings.SESSION_COOKIE_NAME] = planted
    assert old.get(reverse("home")).status_code == 302


@pytest.mark.database
@pytest.mark.django_db
def test_a_form_from_another_site_does_nothing(ann):
    client = Client(enforce_csrf_checks=True)
    client.force_login(ann)
    for name in ("offence-upload", "run-start", "sign-out"):
        assert client.post(reverse(name)).status_code == 403, name


@pytest.mark.database
@pytest.mark.django_db
@pytest.mark.parametrize("there", ["https://evil.example", "//evil.example", "/\\evil.example",
                                   "http:///evil.example", "javascript:alert(1)", "\thttps://e.x",
                                   "https:evil.example", "/%0d%0aX: y\r\nSet-Cookie: a=b",
                                   ])  # fmt: skip
def test_signing_in_leads_to_our_own_pages_only(ann, there):
    words = {"username": "ann", "password": PASSWORD, "next": there}
    answer = Client().post(reverse("sign-in"), words)
    assert answer["Location"].startswith("/")
    assert not answer["Location"].startswith(("//", "/\\"))
    assert "\n" not in answer["Location"]


@pytest.mark.database
@pytest.mark.django_db
def test_another_host_name_gets_nothing():
    assert Client(headers={"Host": "evil.example"}).get(reverse("sign-in")).status_code == 400
    forwarded = Client(headers={"X-Forwarded-Host": "evil.example"}).get(reverse("home"))
    assert "evil" not in forwarded["Location"]


@pytest.mark.database
@pytest.mark.django_db
def test_pages_are_not_framed_nor_kept(ann):
    client = Client()
    client.force_login(ann)
    answer = client.get(reverse("runs"))
    assert answer["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in answer["Content-Security-Policy"]
    assert "no-store" in answer["Cache-Control"]
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "same-origin"


SCRIPT = "</script><script>alert(1)</script>"


@pytest.mark.database
@pytest.mark.django_db
def test_what_the_police_send_is_shown_and_never_run(ann):
    client = Client()
    client.force_login(ann)
    row = f'Metropolitan,RB,{SCRIPT},"MPS20260301{SCRIPT}","{SCRIPT}",x,y,,,51.5,-0.1,,{SCRIPT}\r\n'
    file = SimpleUploadedFile(f"../../{SCRIPT}\r\nX-Evil: 1.csv", row.encode())
    answer = client.post(reverse("offence-upload"), {"file": file}, follow=True)
    assert b"<script>alert" not in answer.content
    listed = client.get(reverse("offences"))
    assert b"<script>alert" not in listed.content
    batch = OffenceBatch.objects.get()
    assert "/" not in batch.file_name.replace("</", "")
    table = client.get(reverse("offence-problems", args=[batch.pk]))
    assert "X-Evil" not in table
    assert table["Content-Type"].startswith("text/csv")


@pytest.mark.database
@pytest.mark.django_db
def test_a_file_of_countless_rows_is_refused_before_it_is_read(ann, monkeypatch):
    monkeypatch.setattr("waypost.web.pages.offences.ROWS_MAX", 100)
    client = Client()
    client.force_login(ann)
    file = SimpleUploadedFile("a.csv", b"x\n" * 300)
    answer = client.post(reverse("offence-upload"), {"file": file})
    assert (answer.status_code, b"send it in parts" in answer.content) == (400, True)
    assert not OffenceBatch.objects.exists()


@pytest.mark.database
@pytest.mark.django_db
def test_a_workbook_named_csv_is_refused_with_what_to_do_and_nothing_is_kept(ann):
    client = Client()
    client.force_login(ann)
    file = SimpleUploadedFile("a.csv", b"PK\x03\x04" + b"\x00" * 50)
    answer = client.post(reverse("offence-upload"), {"file": file})
    assert answer.status_code == 400
    assert b"save the sheet as CSV UTF-8" in answer.content
    assert not OffenceBatch.objects.exists()


@pytest.mark.database
@pytest.mark.django_db
def test_a_wrong_password_leaves_a_line_that_names_no_password(ann):
    Client().post(reverse("sign-in"), {"username": "ann", "password": "wrong one"})
    Client().post(reverse("sign-in"), {"username": "my password by mistake", "password": "x"})
    lines = list(AuditLine.objects.filter(kind="sign-in:refused").order_by("number"))
    assert [line.outcome for line in lines] == ["refused", "refused"]
    assert lines[0].officer_id == ann.pk
    assert lines[1].officer_id is None
    assert all(b"password by mistake" not in bytes(line.body) for line in lines)


@pytest.mark.database
@pytest.mark.django_db
@pytest.mark.parametrize("username", ["ann\x00", "x" * 5000, "\ud800".encode("utf-8", "replace")])
def test_any_user_name_gets_the_same_words(ann, username):
    answer = Client().post(reverse("sign-in"), {"username": username, "password": "x"})
    assert answer.status_code == (400 if "\x00" in str(username) else 401)
    assert answer.status_code == 400 or b"do not go together" in answer.content


@pytest.mark.database
@pytest.mark.django_db
def test_signing_out_leaves_a_line(ann):
    client = Client()
    client.force_login(ann)
    client.post(reverse("sign-out"))
    line = AuditLine.objects.order_by("-number").first()
    assert (line.kind, line.officer_id) == ("officer:signed_out", ann.pk)


def test_what_commands_put_in_an_open_home_is_the_owners_alone(tmp_path):
    home = tmp_path / "home"
    home.mkdir(mode=0o755)
    done = subprocess.run(
        [sys.executable, "-m", "waypost.cli.main", "migrate"],
        env={"PATH": os.environ["PATH"], "WAYPOST_HOME": str(home)},
        umask=0o022, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    made = [path for path in home.rglob("*") if path.is_file() or path.is_dir()]
    assert home / "waypost.sqlite3" in made
    assert [path for path in made if stat.S_IMODE(path.stat().st_mode) & 0o077] == []


@pytest.mark.database
@pytest.mark.django_db
def test_names_notes_references_and_device_ids_are_shown_and_never_run(ann):
    """In pages, in the JSON that maps read, and in attributes."""
    now = clock.now()
    evil = f"\"'>{SCRIPT}"
    start = (now - timedelta(days=2)).isoformat()
    circle = {"type": "Point", "coordinates": [-0.06, 51.55], "radius_m": 200}
    requirement = {"requirement_id": evil, "kind": "exclusion", "zone": circle, "timetable": None,
                   "exceptions": [{"from": start, "to": None, "reason": evil}]}  # fmt: skip
    person = {
        "person_id": evil, "name": evil, "area": evil,
        "activations": [{"activation_id": evil, "device_id": "D", "from": start, "to": None}],
        "orders": [{"order_id": evil, "kind": "licence", "from": start, "to": None,
                    "requirements": [requirement]}],
    }  # fmt: skip
    read = read_orders(json.dumps({"persons": [person]}).encode())
    import_orders(read.rows, by=MACHINE, now=now)
    number = Person.objects.get().pk
    Alert.objects.create(
        person_id=number, subject="requirement:R1", open_subject="R1", requirement_reference=evil,
        kind="exclusion", status="raised", certainty="certain", urgency=85, headline=evil,
        from_at=now, raised_at=now, touched_at=now,
    )  # fmt: skip
    QuarantinedMessage.objects.create(
        device_reference=evil[:80], protocol="osmand", received_at=now, reason=evil, payload=b"x"
    )
    make_officer("mona", evil, None, Role.MONITORING_OFFICER, now=now - timedelta(hours=1))
    client = Client()
    client.force_login(Officer.objects.get(username="mona"))
    alert = Alert.objects.get().pk
    client.post(reverse("alert-move", args=[alert]), {"act": "note", "note": evil, "version": "1"})
    track = {"purpose": "alert_response"}
    answers = [
        *(client.get(reverse(name)) for name in ("inbox", "inbox-rows", "people", "quarantine")),
        client.get(reverse("people"), {"q": evil}),
        client.get(reverse("person", args=[number])),
        client.get(reverse("alert", args=[alert])),
        client.get(reverse("whereabouts", args=[number]), {"from": evil}),
        client.post(reverse("whereabouts", args=[number]), track),
    ]
    for answer in answers:
        assert answer.status_code in {200, 422}, answer.request  # 422: a time that is none
        assert b"<script>alert" not in answer.content, answer.request["PATH_INFO"]
        assert b"\"'>" not in answer.content, answer.request["PATH_INFO"]
    assert b"alert(1)" in answers[-1].content
