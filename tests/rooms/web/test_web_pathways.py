"""Pages of services: what was typed stays; a place that is not there is not taken silently."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from iom_words import Unit
from oversight_words import NOW
from waypost.access.models import Officer
from waypost.pathways.models import Referral, Service

pytestmark = [pytest.mark.database, pytest.mark.django_db]
SERVICE = {"name": "Mentors", "provider": "Catch", "kind": "mentoring", "places": "1",
           "for_whom": "Young adults", "areas": "Hackney, Camden", "contact": ""}  # fmt: skip


@pytest.fixture
def unit(monkeypatch) -> Unit:
    for module in ("pathways", "persons"):
        monkeypatch.setattr(f"waypost.web.pages.{module}.now", lambda: NOW, raising=False)
    return Unit()


def client(name: str) -> Client:
    found = Client()
    found.force_login(Officer.objects.get(username=name))
    return found


def send(name: str, person: int, **form):
    return client(name).post(reverse("person-pathways-move", args=[person]), form, follow=True)


def test_a_service_is_entered_changed_and_ended_on_its_pages(unit):
    address = reverse("services")
    refused = client("ida").post(address, SERVICE | {"act": "enter", "places": "many"})
    assert refused.status_code == 422
    assert "Young adults" in refused.content.decode()
    done = client("ida").post(address, SERVICE | {"act": "enter"}, follow=True)
    assert "1 of 1 free" in done.content.decode()
    number = Service.objects.get().pk
    form = SERVICE | {"act": "change", "version": "1", "places": "3", "ended": "1"}
    page = client("ida").post(reverse("service", args=[number]), form, follow=True)
    assert "Ended" in page.content.decode()
    assert client("pia").post(address, SERVICE | {"act": "enter"}).status_code in {403, 422}
    assert "Enter a service" not in client("pia").get(address).content.decode()


def test_somebody_is_referred_started_and_ended_on_their_page(unit):
    client("ida").post(reverse("services"), SERVICE | {"act": "enter"})
    person = unit.people["P1"]
    refused = send("pia", person, act="refer", service=str(Service.objects.get().pk), why="so")
    assert refused.status_code == 422
    done = send("pia", person, act="refer", service=str(Service.objects.get().pk),
                why="Wants somebody to talk to at weekends.")  # fmt: skip
    assert "They are referred." in done.content.decode()
    number = str(Referral.objects.get().pk)
    for form in (
        {"act": "accept", "version": "1", "words": "Rang, and they take him."},
        {"act": "start", "version": "2", "words": "Met at the library."},
        {"act": "session", "at": "2026-03-10T11:30", "came": "attended"},
        {"act": "end", "version": "3", "words": "Went on to work.", "outcome": "completed"},
    ):
        answer = send("pia", person, about=number, **form)
        assert answer.status_code == 200, form
    page = client("pia").get(reverse("person-pathways", args=[person])).content.decode()
    assert "Completed." in page
    assert "Came" in page
    own = client("pia").get(reverse("person", args=[person])).content.decode()
    assert "0 open referrals" in own


@pytest.mark.parametrize(
    "form",
    [{"act": "nothing"}, {"act": "refer", "service": "x"}, {"act": "accept", "about": "x"},
     {"act": "session", "about": "1", "at": "soon"}, {"act": "end", "about": "1"}],
)  # fmt: skip
def test_a_form_that_makes_no_sense_is_refused_in_a_sentence(unit, form):
    answer = send("pia", unit.people["P1"], **form)
    assert answer.status_code == 422
    assert "There is a problem" in answer.content.decode()
