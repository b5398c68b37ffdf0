"""Pages of equality: the wearer's own, an officer's that shows nothing, counts that name nobody."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from oversight_words import NOW, Estate
from waypost.access.actions import make_officer
from waypost.access.models import Officer
from waypost.access.values import Role
from waypost.equality.models import SelfDescription
from waypost.equality.values import NOT_SAID, QUESTIONS

pytestmark = [pytest.mark.database, pytest.mark.django_db]


@pytest.fixture
def estate(monkeypatch) -> Estate:
    for module in ("equality", "persons"):
        monkeypatch.setattr(f"waypost.web.pages.{module}.now", lambda: NOW, raising=False)
    made = Estate()
    before = NOW - timedelta(days=60)
    make_officer("alex", "Alex", None, Role.WEARER, person_id=made.people["P1"], now=before)
    made.officer("eva", Role.PROGRAMME_EVALUATOR)
    return made


def client(name: str) -> Client:
    found = Client()
    found.force_login(Officer.objects.get(username=name))
    return found


def own(**form):
    address = reverse("mine-equality")
    return client("alex").post(address, form) if form else client("alex").get(address)


def test_the_wearer_answers_changes_and_deletes(estate):
    page = own().content.decode()
    for question in QUESTIONS:
        assert question.asks in page
    form = {"version": "0", "ethnicity": "white_roma", "impairment": ["hearing", "memory"]}
    assert own(**form).status_code == 302
    page = own().content.decode()
    assert 'value="white_roma" checked' in page
    assert page.count(" checked") == 3
    refused = own(version="1", ethnicity="other_arab", impairment=["memory", NOT_SAID])
    assert refused.status_code == 422
    assert "not both" in refused.content.decode()
    assert 'value="other_arab" checked' in refused.content.decode()
    assert own(act="withdraw").status_code == 302
    assert set(SelfDescription.objects.values_list("answers", flat=True)) == {""}
    assert "They are deleted" in own().content.decode()


def test_the_officers_form_never_shows_an_answer_and_the_case_says_asked_alone(estate):
    own(version="0", ethnicity="white_roma", language="Romani")
    address = reverse("person-equality", args=[estate.people["P1"]])
    page = client("pia").get(address).content.decode()
    assert " checked" not in page
    assert "Romani" not in page
    assert "What they answered is not shown" in page
    case = client("pia").get(reverse("person", args=[estate.people["P1"]])).content.decode()
    assert "Asked. <a" in case
    assert "Roma" not in case
    assert client("pia").post(address, {"sex": "female"}).status_code == 302
    assert client("mona").get(address).status_code == 403
    assert "describe themselves" not in client("mona").get(
        reverse("person", args=[estate.people["P1"]])
    ).content.decode()  # fmt: skip


def test_counts_are_shown_to_who_may_count_and_name_nobody(estate):
    page = client("eva").get(reverse("self-described")).content.decode()
    assert "end of February 2026" in page
    assert "Fewer than 5" in page
    assert "P1" not in page
    assert client("dora").get(reverse("self-described")).status_code == 200
    for name in ("pia", "mona", "adam", "alex"):
        assert client(name).get(reverse("self-described")).status_code == 403
