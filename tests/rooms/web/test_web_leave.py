"""Pages of leave to look and of oversight: what is typed stays, what is refused says what to do."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from oversight_words import Estate
from page_words import without_token
from waypost import clock
from waypost.access import audit
from waypost.access.models import AuditLine, Officer, Posting, PostingRequest
from waypost.access.values import Purpose
from waypost.orders.models import DeclaredInterest, EmergencyAccess, WiderWindow
from waypost.oversight import reviewing
from waypost.oversight.models import KnownCase, LookReview, OfficerHome

pytestmark = [pytest.mark.database, pytest.mark.django_db]
WORDS = "Somebody may come to harm, and nobody answers the telephone"


@pytest.fixture
def estate():
    return Estate()


def signed_in(username: str) -> Client:
    client = Client()
    client.force_login(Officer.objects.get(username=username))
    return client


def test_a_refusal_says_why_and_what_can_be_done(estate):
    page = signed_in("paul").get(reverse("person", args=[estate.people["P1"]]))
    assert page.status_code == 403
    text = page.content.decode()
    assert "This case is not among yours" in text
    assert "Why can I not" in text
    assert "Probation practitioner" in text
    assert reverse("emergency") in text


def test_a_refusal_of_a_limited_person_says_what_it_says_of_nobody(estate):
    client = signed_in("paul")
    limited = client.get(reverse("person", args=[estate.people["P3"]]))
    nobody = client.get(reverse("person", args=[999_999]))
    said = [without_token(one.content.decode()) for one in (limited, nobody)]
    assert limited.status_code == nobody.status_code == 404
    assert said[0] == said[1]


def test_an_emergency_opens_the_case_at_once_and_stands_for_review(estate):
    client = signed_in("paul")
    bad = client.post(reverse("emergency"), {"reference": "P1", "words": "now"})
    assert bad.status_code == 422
    assert b'value="P1"' in bad.content
    done = client.post(reverse("emergency"), {"reference": "P1", "words": WORDS}, follow=True)
    assert done.redirect_chain[-1][0] == reverse("person", args=[estate.people["P1"]])
    assert b"will be reviewed" in done.content
    dora = signed_in("dora")
    assert WORDS in dora.get(reverse("oversight")).content.decode()
    number = EmergencyAccess.objects.get().pk
    sent = {"what": "emergency", "number": number, "outcome": "right", "words": ""}
    assert dora.post(reverse("oversight-settle"), sent).status_code == 422
    dora.post(reverse("oversight-settle"), sent | {"words": "It was needed"})
    assert EmergencyAccess.objects.get().outcome == "right"


@pytest.mark.parametrize("reference", ["P3", "P999", ""])
def test_no_emergency_tells_of_a_limited_person(estate, reference):
    page = signed_in("paul").post(reverse("emergency"), {"reference": reference, "words": WORDS})
    assert page.status_code == 404
    assert b"There is no such person" in page.content


def test_a_conflict_is_declared_by_the_officer_and_ended_by_who_keeps_them(estate):
    pia, dora = signed_in("pia"), signed_in("dora")
    sent = {"act": "declare", "reference": "P1", "words": ""}
    assert pia.post(reverse("conflicts"), sent).status_code == 422
    assert pia.post(reverse("conflicts"), sent | {"words": "My cousin"}).status_code == 302
    assert pia.get(reverse("person", args=[estate.people["P1"]])).status_code == 403
    assert b"Alex Okafor" not in pia.get(reverse("people")).content
    assert b"My cousin" in dora.get(reverse("conflicts")).content
    number = DeclaredInterest.objects.get().pk
    assert pia.post(reverse("conflicts"), {"act": "end", "interest": number}).status_code in {
        403, 422
    }  # fmt: skip
    assert dora.post(reverse("conflicts"), {"act": "end", "interest": number}).status_code == 302
    assert pia.get(reverse("person", args=[estate.people["P1"]])).status_code == 200


def test_a_longer_look_is_asked_for_and_decided_by_another(estate):
    pia, otto = signed_in("pia"), signed_in("otto")
    sent = {"act": "ask", "reference": "P1", "purpose": "supervision", "days": "30", "words": "x"}
    assert pia.post(reverse("authorisations"), sent | {"days": "three"}).status_code == 422
    assert pia.post(reverse("authorisations"), sent | {"purpose": "?"}).status_code == 422
    assert pia.post(reverse("authorisations"), sent).status_code == 302
    number = WiderWindow.objects.get().pk
    assert b"30" in otto.get(reverse("authorisations")).content
    decided = {"act": "grant", "wider": number, "words": "A whole order is reviewed"}
    assert pia.post(reverse("authorisations"), decided).status_code in {403, 422}
    assert otto.post(reverse("authorisations"), decided).status_code == 302
    assert WiderWindow.objects.get().status == "granted"
    assert b"A whole order" not in signed_in("paul").get(reverse("authorisations")).content


def test_a_role_is_asked_for_by_one_administrator_and_granted_by_another(estate):
    adam, anna = signed_in("adam"), signed_in("anna")
    sent = {"act": "ask", "officer": estate.paul.officer_id, "role": "iom_coordinator",
            "team": estate.teams["Hackney"].pk, "area": "", "words": "Covers for Ida"}  # fmt: skip
    assert adam.post(reverse("officers"), sent | {"words": ""}).status_code == 422
    assert adam.post(reverse("officers"), sent).status_code == 302
    number = PostingRequest.objects.get().pk
    assert adam.post(reverse("officers"), {"act": "grant", "request": number}).status_code == 422
    assert b"Covers for Ida" in anna.get(reverse("officers")).content
    assert anna.post(reverse("officers"), {"act": "grant", "request": number}).status_code == 302
    assert Posting.objects.filter(officer_id=estate.paul.officer_id).count() == 2


def test_an_odd_look_is_reviewed_on_the_page(estate):
    now = clock.now()
    with transaction.atomic():
        audit.record("track:viewed", by=estate.paul, at=now - timedelta(hours=1),
                     about=estate.people["P1"], purpose=Purpose.SUPERVISION)  # fmt: skip
    while reviewing.look_through(now=now):
        pass
    found = LookReview.objects.filter(signal="no_open_task").get()
    dora = signed_in("dora")
    assert b"no open task" in dora.get(reverse("oversight")).content
    sent = {"what": "look", "number": found.pk, "outcome": "explained", "words": "Covered"}
    assert dora.post(reverse("oversight-settle"), sent | {"outcome": "?"}).status_code == 422
    assert dora.post(reverse("oversight-settle"), sent).status_code == 302
    month = dora.get(reverse("oversight-month"), {"month": f"{now:%Y-%m}"})
    assert b"1 of 1" not in month.content
    assert b"0 of 1" in month.content


def test_what_makes_a_look_odd_is_entered_and_taken_back(estate):
    dora, address = signed_in("dora"), reverse("oversight-known")
    assert dora.post(address, {"act": "list", "reference": "P1", "words": ""}).status_code == 422
    dora.post(address, {"act": "list", "reference": "P1", "words": "In the papers"})
    assert b"In the papers" in dora.get(address).content
    sent = {"act": "home", "officer": estate.pia.officer_id, "place": "nowhere at all"}
    assert dora.post(address, sent).status_code == 422
    dora.post(address, sent | {"place": "TQ 34512 84567"})
    assert OfficerHome.objects.get().easting_m == 534_500
    page = dora.get(address).content.decode()
    assert "34512" not in page
    assert "534500" not in page
    dora.post(address, {"act": "unlist", "known": KnownCase.objects.get().pk})
    assert b"In the papers" not in dora.get(address).content


def test_who_may_see_a_person_names_the_rule(estate):
    dora = signed_in("dora")
    page = dora.get(reverse("who-may", args=[estate.people["P1"]])).content.decode()
    assert "probation_practitioner: person:read, reach own" in page
    assert dora.get(reverse("who-may", args=[estate.people["P3"]])).status_code == 404


def test_audit_lines_are_found_by_purpose_outcome_origin_and_day(estate):
    signed_in("paul").get(reverse("person", args=[estate.people["P1"]]))
    dora = signed_in("dora")
    for asked in ({"outcome": "refused"}, {"origin": "page 127."}, {"person": estate.people["P1"]},
                  {"from": f"{clock.now():%Y-%m-%d}"}):  # fmt: skip
        assert b"person:refused" in dora.get(reverse("audit"), asked).content, asked
    for asked in ({"outcome": "done"}, {"origin": "api"}, {"purpose": "enforcement"},
                  {"to": "2026-01-01"}):  # fmt: skip
        assert b"person:refused" not in dora.get(reverse("audit"), asked).content, asked
    last = AuditLine.objects.order_by("-number").first()
    assert (last.kind, last.officer_id) == ("audit:read", estate.dora.officer_id)


def test_a_line_says_from_where(estate, settings):
    client = signed_in("paul")
    client.get(reverse("person", args=[estate.people["P1"]]), REMOTE_ADDR="192.0.2.7")
    assert AuditLine.objects.order_by("-number").first().origin == "page 192.0.2.7"
    settings.HTTPS = True
    client.get(
        reverse("person", args=[estate.people["P1"]]), REMOTE_ADDR="10.0.0.1",
        HTTP_X_FORWARDED_FOR="203.0.113.9, 192.0.2.8", HTTP_X_FORWARDED_PROTO="https",
    )  # fmt: skip
    assert AuditLine.objects.order_by("-number").first().origin == "page 192.0.2.8"
