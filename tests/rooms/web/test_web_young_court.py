"""Pages of the Young Adult Court: what was typed stays; the wearer reads what the court said."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from iom_words import DAY, Unit
from oversight_words import NOW
from waypost.access.actions import make_officer
from waypost.access.models import Officer
from waypost.access.values import Role
from waypost.young_court.models import Listing, Sitting

pytestmark = [pytest.mark.database, pytest.mark.django_db]
SITTING = {"act": "enter", "court": "Highbury Corner", "place": "Room 2", "at": "2026-03-17T10:00"}


@pytest.fixture
def unit(monkeypatch) -> Unit:
    for module in ("young_court", "persons"):
        monkeypatch.setattr(f"waypost.web.pages.{module}.now", lambda: NOW)
    made = Unit()
    made.officer("cora", Role.COURT_REPORT_OFFICER, made.teams["Hackney"])
    make_officer("alex", "Alex", None, Role.WEARER, person_id=made.people["P1"], now=NOW - DAY)
    return made


def client(name: str) -> Client:
    found = Client()
    found.force_login(Officer.objects.get(username=name))
    return found


def send(name: str, person: int, **form):
    return client(name).post(reverse("person-young-court-move", args=[person]), form, follow=True)


def test_a_review_goes_from_the_list_to_what_the_court_said_on_the_wearers_page(unit, monkeypatch):
    person = unit.people["P1"]
    refused = client("cora").post(reverse("young-court"), SITTING | {"at": "soon"})
    assert refused.status_code == 422
    assert "Room 2" in refused.content.decode()
    client("cora").post(reverse("young-court"), SITTING)
    number = str(Sitting.objects.get().pk)
    done = send("cora", person, act="list", sitting=number, purpose="review",
                why="The first review after sentence.")  # fmt: skip
    assert "They are on the list." in done.content.decode()
    about = str(Listing.objects.get().pk)
    send("pia", person, act="prepare", about=about, version="1", adaptations=["breaks"],
         family_words="Mother")  # fmt: skip
    done = send("pia", person, act="report", about=about, version="2",
                words="Has begun an apprenticeship.")  # fmt: skip
    assert "How much could be told" in done.content.decode()
    own = client("alex").get(reverse("mine")).content.decode()
    assert "Go to court on" in own
    assert "Breaks" in own
    later = NOW + timedelta(days=8)
    for module in ("young_court", "persons"):
        monkeypatch.setattr(f"waypost.web.pages.{module}.now", lambda: later)
    form = {"act": "hold", "about": about, "version": "3", "family": "1",
            "words": "You kept every Sunday at home. Well done."}  # fmt: skip
    refused = send("cora", person, **form)
    assert refused.status_code == 422
    assert "say why there is none" in refused.content.decode()
    assert "You kept every Sunday at home." in refused.content.decode()
    send("cora", person, **form, next_on="2026-04-14")
    own = client("alex").get(reverse("mine")).content.decode()
    assert "You kept every Sunday at home." in own
    assert "14 April 2026" in own
    listed = client("ida").get(reverse("young-court")).content.decode()
    assert "they are listed for no sitting" in listed
    assert "Enter a sitting" not in listed
    assert "0 reviews to come" in client("ida").get(
        reverse("person", args=[person])
    ).content.decode()  # fmt: skip


@pytest.mark.parametrize(
    "form",
    [{"act": "nothing"}, {"act": "list", "sitting": "x"}, {"act": "hold", "about": "x"},
     {"act": "hold", "about": "1", "version": "1"}, {"act": "report", "about": "1"}],
)  # fmt: skip
def test_a_form_that_makes_no_sense_is_refused_in_a_sentence(unit, form):
    answer = send("pia", unit.people["P1"], **form)
    assert answer.status_code == 422
    assert "There is a problem" in answer.content.decode()
