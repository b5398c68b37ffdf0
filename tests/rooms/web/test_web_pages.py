"""Pages against the real store: who sees what, what is recorded, what a refusal looks like."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.urls import reverse

from waypost import clock
from waypost.access.actions import make_officer, make_token
from waypost.access.models import AuditLine, Officer
from waypost.access.values import MACHINE, Role
from waypost.alerts.models import Alert
from waypost.orders.actions import import_orders
from waypost.orders.models import Person
from waypost.orders.read import read_orders
from waypost.positions import log
from waypost.positions.batch import IntakeRow, build
from waypost.positions.values import DecodedFix
from waypost.units import ActivationNumber, Mechanism

pytestmark = [pytest.mark.database, pytest.mark.django_db]
PASSWORD = "a long enough sentence"


@pytest.fixture
def town():
    """P1 with a tag and three fixes within the hour; P2 known to named staff only."""
    cache.clear()
    now = clock.now()
    start = (now - timedelta(days=3)).isoformat()
    circle = {"type": "Point", "coordinates": [-0.06, 51.55], "radius_m": 200}
    persons = [
        {
            "person_id": name,
            "name": words,
            "limited": name == "P2",
            "officers": ["petra"] if name == "P1" else [],
            "activations": [
                {"activation_id": f"A-{name}", "device_id": name, "from": start, "to": None}
            ],
            "orders": [
                {"order_id": "O", "kind": "licence", "from": start, "to": None,
                 "requirements": [{"requirement_id": "R1", "kind": "exclusion", "zone": circle,
                                   "timetable": None}]}
            ],
        }
        for name, words in (("P1", "Alex Okafor"), ("P2", "Bryn Hughes"))
    ]  # fmt: skip
    for username, role in (
        ("petra", Role.PROBATION_PRACTITIONER),
        ("paul", Role.PROBATION_PRACTITIONER),
        ("mona", Role.MONITORING_OFFICER),
        ("ann", Role.ADMINISTRATOR),
    ):
        password = PASSWORD if username == "ann" else None  # making one takes a second on purpose
        make_officer(username, username.title(), password, role, now=now - timedelta(hours=1))
    read = read_orders(json.dumps({"persons": persons}).encode())
    assert not read.problems
    import_orders(read.rows, by=MACHINE, now=now - timedelta(hours=1))
    person = Person.objects.get(reference="P1")
    span = person.activations.get()
    fixes = [
        DecodedFix(now - timedelta(minutes=m), 51.55 + m / 1e5, -0.06, accuracy_m=9.0,
                   mechanism=Mechanism.GNSS)
        for m in (30, 20, 10)
    ]  # fmt: skip
    row = IntakeRow(ActivationNumber(span.pk), span.from_at, None, now, fixes)
    with transaction.atomic():
        log.append(*build([row]), [], source="test", now=now)
    return {"now": now, "P1": person.pk, "P2": Person.objects.get(reference="P2").pk}


def signed_in(username: str) -> Client:
    client = Client()
    client.force_login(Officer.objects.get(username=username))
    return client


def last_line() -> AuditLine:
    line = AuditLine.objects.order_by("-number").first()
    assert line is not None
    return line


def test_signing_in_leads_to_the_page_one_came_for(town):
    client = Client()
    answer = client.post(reverse("sign-in"), {"username": "ann", "password": PASSWORD})
    assert answer["Location"] == reverse("home")
    assert client.get(reverse("home"))["Location"] == reverse("system")
    assert AuditLine.objects.filter(kind="officer:signed_in").count() == 1


def test_signing_in_never_leads_to_another_site(town):
    words = {"username": "ann", "password": PASSWORD, "next": "https://elsewhere.example/"}
    assert Client().post(reverse("sign-in"), words)["Location"] == reverse("home")


def test_after_five_wrong_tries_even_the_right_password_waits(town):
    wrong = {"username": "ann", "password": "not this one"}
    statuses = [Client().post(reverse("sign-in"), wrong).status_code for _ in range(6)]
    assert statuses == [401] * 5 + [429]
    right = {"username": "ann", "password": PASSWORD}
    assert Client().post(reverse("sign-in"), right).status_code == 429


def test_every_page_forbids_scripts_and_requests_that_are_not_ours(town):
    for answer in (Client().get(reverse("sign-in")), signed_in("mona").get(reverse("inbox"))):
        policy = answer["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "script-src 'self';" in policy
        assert "unsafe" not in policy
        assert "http" not in policy


def test_whereabouts_ask_for_a_purpose_before_anything_is_read(town):
    client = signed_in("petra")
    address = reverse("whereabouts", args=[town["P1"]])
    assert b"Why do you need to see" in client.get(address).content
    answer = client.post(address, {"from": "", "to": ""})
    assert answer.status_code == 422
    assert b"Choose why you need to see" in answer.content
    assert not AuditLine.objects.filter(kind="track:viewed").exists()


def test_a_purpose_opens_the_track_and_leaves_a_line(town):
    client = signed_in("petra")
    answer = client.post(reverse("whereabouts", args=[town["P1"]]), {"purpose": "supervision"})
    assert answer.status_code == 200
    assert len(answer.context["data"]["fixes"]["n"]) == 3
    line = last_line()
    assert (line.kind, line.purpose, line.person_id) == ("track:viewed", "supervision", town["P1"])


def test_a_window_wider_than_the_purpose_allows_is_refused_in_words_and_recorded(town):
    words = {
        "purpose": "supervision",
        "from": (town["now"] - timedelta(days=20)).isoformat(),
        "to": town["now"].isoformat(),
    }
    answer = signed_in("petra").post(reverse("whereabouts", args=[town["P1"]]), words)
    assert answer.status_code == 403
    assert b"one look covers at most 14 days" in answer.content
    assert (last_line().kind, last_line().person_id) == ("whereabouts:refused", town["P1"])


def test_a_case_of_somebody_else_is_refused_and_a_limited_one_does_not_exist(town):
    client = signed_in("paul")
    for page in ("person", "whereabouts"):
        assert client.get(reverse(page, args=[town["P1"]])).status_code == 403
        limited = client.get(reverse(page, args=[town["P2"]]))
        absent = client.get(reverse(page, args=[999_999]))
        assert (limited.status_code, absent.status_code) == (404, 404)
        assert b"There is no such person." in limited.content
        assert b"There is no such person." in absent.content
    assert b"Bryn" not in signed_in("mona").get(reverse("people")).content


def an_alert(town) -> Alert:
    return Alert.objects.create(
        person_id=town["P1"], subject="requirement:R1", open_subject=f"{town['P1']}:R1",
        requirement_reference="R1", kind="exclusion", status="raised", certainty="certain",
        urgency=85, headline="In an exclusion zone", from_at=town["now"], raised_at=town["now"],
        touched_at=town["now"],
    )  # fmt: skip


def test_an_alert_is_acknowledged_once_and_the_second_officer_is_told(town):
    alert = an_alert(town)
    words = {"act": "acknowledge", "version": "1"}
    address = reverse("alert-move", args=[alert.pk])
    assert signed_in("mona").post(address, words).status_code == 302
    second = signed_in("petra").post(address, words)
    assert second.status_code == 409
    assert b"Somebody moved first" in second.content
    alert.refresh_from_db()
    assert (alert.status, alert.version) == ("acknowledged", 2)


@pytest.mark.parametrize("words", [{}, {"act": "explode"}, {"act": "note", "version": "x"}])
def test_a_form_that_says_nothing_is_refused_in_words(town, words):
    alert = an_alert(town)
    answer = signed_in("mona").post(reverse("alert-move", args=[alert.pk]), words)
    assert answer.status_code == 403
    alert.refresh_from_db()
    assert alert.version == 1


def test_the_inbox_says_loudly_that_nothing_has_been_judged(town):
    answer = signed_in("mona").get(reverse("inbox"))
    assert b"Judging has fallen behind" in answer.content


def test_the_api_wants_a_token_that_carries_the_permission(town):
    alert = an_alert(town)
    now = town["now"]
    address = "/api/alerts"
    assert Client().get(address).status_code == 401
    client = Client(headers={"Authorization": "Bearer nonsense"})
    assert client.get(address).status_code == 401
    token = make_token(Role.PROGRAMME_EVALUATOR, by=MACHINE, now=now - timedelta(minutes=1))
    refused = Client(headers={"Authorization": f"Bearer {token}"}).get(address)
    assert (refused.status_code, list(refused.json())) == (403, ["error"])
    token = make_token(Role.MONITORING_OFFICER, by=MACHINE, now=now - timedelta(minutes=1))
    items = Client(headers={"Authorization": f"Bearer {token}"}).get(address).json()["items"]
    assert [item["alert_id"] for item in items] == [alert.pk]
    assert set(items[0]) == {"alert_id", "person_id", "requirement_id", "kind", "status",
                             "certainty", "from", "raised_at"}  # fmt: skip
    assert items[0]["person_id"] == "P1"


def test_fixes_leave_by_the_api_for_a_purpose_and_with_a_line(town):
    token = make_token(Role.MONITORING_OFFICER, by=MACHINE, now=town["now"] - timedelta(minutes=1))
    client = Client(headers={"Authorization": f"Bearer {token}"})
    asked = {"person_id": "P1", "from": (town["now"] - timedelta(hours=1)).isoformat()}
    without = client.get("/api/fixes", asked)
    assert (without.status_code, "purpose is one of" in without.json()["error"]) == (400, True)
    wrong = client.get("/api/fixes", asked | {"purpose": "curiosity"})
    assert (wrong.status_code, "alert_response" in wrong.json()["error"]) == (400, True)
    answer = client.get("/api/fixes", asked | {"purpose": "alert_response"})
    items = answer.json()["items"]
    assert [item["person_id"] for item in items] == ["P1"] * 3
    assert items[0]["mechanism"] == "GNSS"
    assert (last_line().kind, last_line().purpose) == ("track:viewed", "alert_response")
    nobody = client.get("/api/fixes", asked | {"person_id": "P9", "purpose": "alert_response"})
    assert nobody.status_code == 404


def test_the_counters_name_nobody(town):
    said = Client().get(reverse("metrics")).content.decode()
    assert "waypost_alerts_open 0" in said
    assert not any(word in said for word in ("Alex", "P1", "51.5"))


def test_a_bad_offence_file_is_kept_with_its_problems_and_downloads_safely(town):
    make_officer("pol", "Pol", None, Role.POLICE_ANALYST, now=town["now"] - timedelta(hours=1))
    client = signed_in("pol")
    file = SimpleUploadedFile("=bad.csv", b"=cmd,x\r\n", content_type="text/csv")
    answer = client.post(reverse("offence-upload"), {"file": file}, follow=True)
    assert b"INVALID_COLUMN_COUNT" in answer.content
    number = answer.context["page"].batch.number
    table = client.get(reverse("offence-problems", args=[number]))
    assert table["Content-Disposition"] == f'attachment; filename="problems-{number}.csv"'
    assert "INVALID_COLUMN_COUNT" in table.content.decode()
    empty = client.post(reverse("offence-upload"), {})
    assert empty.status_code == 400
    assert b"Choose a file to send." in empty.content


def test_a_wearer_reads_who_looked_and_not_what_the_police_enquire_into(town):
    wearer = make_officer(
        "alex", "Alex", None, Role.WEARER, person_id=town["P1"], now=town["now"]
    )  # fmt: skip
    pol = make_officer("pol", "Pol", None, Role.POLICE_ANALYST, now=town["now"])
    petra, police = signed_in("petra"), signed_in("pol")
    address = reverse("whereabouts", args=[town["P1"]])
    assert petra.post(address, {"purpose": "supervision"}).status_code == 200
    assert police.post(address, {"purpose": "crime_mapping"}).status_code == 200
    assert AuditLine.objects.filter(officer_id=pol.pk, kind="track:viewed").exists()
    said = signed_in(wearer.username).get(reverse("mine")).content.decode()
    assert "Petra" in said
    assert "Pol</strong>" not in said
    assert "The law lets us do that" in said


def test_the_wearer_is_asked_only_for_the_time_in_words_for_them(town):
    wearer = make_officer("alex", "Alex", None, Role.WEARER, person_id=town["P1"], now=town["now"])
    page = signed_in(wearer.username).get(reverse("whereabouts", args=[town["P1"]]))
    said = page.content.decode()
    assert "See where my tag has been" in said
    assert 'type="radio"' not in said
    assert '<input type="hidden" name="purpose" value="subject_access">' in said
    assert "Why do you need" not in said


def test_a_first_page_with_nothing_in_it_says_how_things_get_here(town):
    make_officer("sam", "Sam", None, Role.COURT_REPORT_OFFICER, now=town["now"])
    said = signed_in("sam").get(reverse("home"), follow=True).content.decode()
    assert "Is monitoring suitable here" in said
    assert "An assessment that you refer or take up stands here." in said


def test_somebody_without_a_role_reads_who_gives_one(town):
    Officer.objects.create_user("nobody", password=None)
    said = signed_in("nobody").get(reverse("home")).content.decode()
    assert "The administrator gives roles" in said


def test_a_form_from_an_old_sign_in_is_answered_calmly(town):
    make_officer("sam", "Sam", None, Role.DATA_PROTECTION_OFFICER, now=town["now"])
    visitor = Client(enforce_csrf_checks=True)
    visitor.force_login(Officer.objects.get(username="sam"))
    answer = visitor.post(reverse("audit-verify"))
    assert answer.status_code == 403
    assert "This page was open for too long" in answer.content.decode()
