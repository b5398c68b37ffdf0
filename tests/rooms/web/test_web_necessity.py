"""Pages of necessity: what was typed stays, who may only read has no form."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from necessity_words import ACCESS, ALTERNATIVES, MONITORING, keep_from, told
from oversight_words import NOW, Estate
from waypost.access.models import Officer
from waypost.orders.queries import person_by_reference

pytestmark = [pytest.mark.database, pytest.mark.django_db]
REVIEW = "2026-06-01"


@pytest.fixture
def estate(monkeypatch) -> Estate:
    made = Estate()
    keep_from(NOW.replace(year=2025))
    for module in ("necessity", "persons", "showing"):
        monkeypatch.setattr(f"waypost.web.pages.{module}.now", lambda: NOW, raising=False)
    return made


def number(reference: str = "P1") -> int:
    return person_by_reference(reference).pk


def client(name: str) -> Client:
    found = Client()
    found.force_login(Officer.objects.get(username=name))
    return found


def page(name: str, reference: str = "P1"):
    return client(name).get(reverse("person-necessity", args=[number(reference)]))


def send(name: str, reference: str = "P1", **form: str):
    address = reverse("person-necessity-move", args=[number(reference)])
    words = {"order": f"O-{reference}", "place": "1", **form}
    return client(name).post(address, words, follow=True)


def test_a_refused_record_comes_back_with_what_was_typed_and_then_stands(estate):
    form = {"act": "record", "version": "0", "monitoring": MONITORING, "access": ACCESS,
            "alternatives": "Phone calls", "review_on": REVIEW}  # fmt: skip
    refused = send("pia", **form)
    assert refused.status_code == 422
    assert "This line has no reason" in refused.content.decode()
    assert MONITORING in refused.content.decode()
    done = send("pia", **form | {"alternatives": ALTERNATIVES}).content.decode()
    assert "The record is written, as version 1." in done
    assert "were missed twice" in done
    assert send("pia", **form | {"alternatives": ALTERNATIVES}).status_code == 409


@pytest.mark.parametrize(
    "form",
    [
        {"act": "nothing"}, {"act": "record", "version": "x"}, {"act": "prove", "how": "?"},
        {"act": "prove", "how": "handed", "at": "soon"}, {"act": "review", "outcome": ""},
        {"act": "check", "kind": "domestic_abuse", "outcome": "?"}, {"act": "take_back"},
        {"act": "record", "version": "0", "review_on": "never"}, {"act": "draw", "language": "?"},
    ],
)  # fmt: skip
def test_a_form_that_makes_no_sense_is_refused_in_a_sentence(estate, form):
    answer = send("pia", **form)
    assert answer.status_code == 422
    assert "There is a problem" in answer.content.decode()


def test_notice_and_induction_are_given_on_the_page_and_read_there(estate):
    send("pia", act="draw", language="English")
    shown = page("pia").content.decode()
    assert "Who it is shared with" in shown
    assert "SHA-256" in shown
    from waypost.necessity.models import PlainNotice

    notice = str(PlainNotice.objects.get().pk)
    given = {"notice": notice, "how": "signed", "at": "2026-03-10T11:00", "by_name": "Pia Okafor"}
    assert "The delivery is written down." in send("pia", act="prove", **given).content.decode()
    induction = {"at": "2026-03-10T11:30", "by_name": "Pia Okafor", "language": "English",
                 "understood": "Said back when to be at home."}  # fmt: skip
    done = send("pia", act="induct", **induction).content.decode()
    assert "Notice and induction are proved" in done
    assert "Not yet notified" not in done


def test_who_reviews_lawful_use_reads_it_and_has_no_form(estate):
    told("P1", at=NOW)
    shown = page("dora")
    assert shown.status_code == 200
    assert b"Write the record" not in shown.content
    assert b"Take the proof back" not in shown.content
    assert send("dora", act="draw", language="English").status_code == 403


@pytest.mark.parametrize(("name", "reference"), [("paul", "P1"), ("pia", "P3"), ("adam", "P1")])
def test_whoever_has_nothing_to_do_with_the_person_is_refused(estate, name, reference):
    assert page(name, reference).status_code in {403, 404}


def test_the_list_and_the_first_page_say_what_lies_on_the_officer(estate):
    listed = client("pia").get(reverse("owed"), {"mine": "1"}).content.decode()
    assert "Alex Okafor" in listed
    assert "Overdue" in listed
    assert "Bo Lind" not in listed
    assert "5 things owed by you" in client("pia").get(reverse("people")).content.decode()
    person = client("pia").get(reverse("person", args=[number()])).content.decode()
    assert "5 things owed" in person


def test_a_wearer_reads_what_they_were_told(estate):
    from waypost.access.actions import make_officer
    from waypost.access.values import Role

    make_officer("alex", "Alex", None, Role.WEARER, person_id=number(), now=NOW)
    before = client("alex").get(reverse("mine-notice")).content.decode()
    assert "There is no notice for you here yet" in before
    told("P1", at=NOW)
    assert "Given to me on" in client("alex").get(reverse("mine-notice")).content.decode()
    assert page("alex").status_code == 403
