"""The pages of breach cases: for who decides, for who may only read, and for the wearer."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from corrections_words import officer
from enforcement_words import Enforced, open_case
from waypost.access.models import Officer, Posting
from waypost.access.values import Role
from waypost.web.templatetags.waypost import day_words
from worked_town import at

pytestmark = [pytest.mark.database, pytest.mark.django_db]


@pytest.fixture
def town(tmp_path, settings) -> Enforced:
    settings.LAKE_URI = str(tmp_path / "lake")
    town = Enforced()
    town.run()
    town.uphold(town.in_the_park("12:00"))
    return town


@pytest.fixture(autouse=True)
def clock(town, monkeypatch):
    """The pages' clock is the town's."""
    for module in ("enforcement", "persons", "alerts", "papers"):
        monkeypatch.setattr(f"waypost.web.pages.{module}.now", lambda: town.now)


def client(who) -> Client:
    found = Client()
    found.force_login(Officer.objects.get(pk=who.officer_id))
    return found


def page(who, name: str, *args) -> str:
    return client(who).get(reverse(name, args=args)).content.decode()


def form(town, step: str, **more) -> dict:
    local = f"{town.now:%Y-%m-%dT%H:%M}"  # London is at UTC in March
    case = open_case()
    return {"step": step, "version": str(case.version), "at": local, **more}


def test_the_responsible_officer_finds_the_case_reads_why_and_gives_the_warning(town):
    listed = page(town.responsible, "enforcement")
    assert "Warning given is proposed" in listed
    assert "Yours to act on" in listed
    case = open_case()
    shown = page(town.responsible, "breach-case", case.pk)
    assert "No warning counts that was given before." in shown
    assert "Sentencing Act 2020 Sch. 10" in shown
    who = client(town.responsible)
    address = reverse("breach-step", args=[case.pk])
    refused = who.post(address, form(town, "warning_given", words=" "))
    assert refused.status_code == 422
    assert "Say why" in refused.content.decode()
    done = who.post(
        address, form(town, "warning_given", words="You went to the park."), follow=True
    )
    assert "It is written down: warning given." in done.content.decode()
    assert "Warning letter, PDF" in done.content.decode()
    paper = case.steps.get(step="warning_given").document_ids[0]
    answer = who.get(reverse("document", args=[paper]))
    assert answer.content.startswith(b"%PDF")


def test_the_monitoring_centre_reads_the_case_and_is_told_whose_decision_it_is(town):
    case = open_case()
    shown = page(town.centre, "breach-case", case.pk)
    assert "Give a warning: the responsible officer" in shown
    assert 'name="step"' not in shown
    refused = client(town.centre).post(
        reverse("breach-step", args=[case.pk]), form(town, "no_action", words="It is nothing.")
    )
    assert "decided by: responsible officer" in refused.content.decode()


def test_the_persons_page_and_the_alert_lead_to_the_case(town):
    case = open_case()
    address = reverse("breach-case", args=[case.pk])
    assert address in page(town.responsible, "person", case.person_id)
    assert address in page(town.responsible, "alert", case.grounds.get().alert_id)


def test_the_wearer_reads_their_warning_and_its_letter_and_nobody_elses(town):
    case = open_case()
    made = town.take("warning_given")
    wearer = Officer.objects.create(username="w", display_name="W", person_id=case.person_id)
    Posting.objects.create(officer=wearer, role=Role.WEARER, from_at=at("00:00"))
    own = Client()
    own.force_login(wearer)
    shown = own.get(reverse("mine")).content.decode()
    assert "Warnings I was given" in shown
    assert f"It counts until {day_words(at('00:00').replace(year=2027))}" in shown
    letter = reverse("document", args=[made.document_ids[0]])
    assert letter in shown
    assert own.get(letter).status_code == 200
    assert own.get(reverse("enforcement")).status_code == 403
    stranger = client(officer("stranger", Role.PROBATION_PRACTITIONER))
    assert stranger.get(letter).status_code in {403, 404}


def test_a_number_that_is_no_case_and_a_form_that_is_none_are_refused_in_words(town):
    who = client(town.responsible)
    assert who.get(reverse("breach-case", args=[10**30])).status_code == 404
    address = reverse("breach-step", args=[open_case().pk])
    for said in ({}, {"version": "1", "step": "eaten"}, form(town, "no_action") | {"at": "never"}):
        assert who.post(address, said).status_code in {400, 403, 409, 422}
