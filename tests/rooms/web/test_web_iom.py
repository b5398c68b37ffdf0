"""Pages of IOM: what was typed stays, who only reads has no form, what is not theirs is absent."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from iom_words import DAY, REASONS, Unit
from oversight_words import NOW
from waypost.access.models import Officer
from waypost.iom.models import AgendaItem, Conference, Offer, Task

pytestmark = [pytest.mark.database, pytest.mark.django_db]
LATER = "2026-03-20"


@pytest.fixture
def unit(monkeypatch) -> Unit:
    for module in ("iom", "iom_conferences", "iom_tasks", "persons", "signing"):
        monkeypatch.setattr(f"waypost.web.pages.{module}.now", lambda: NOW, raising=False)
    return Unit()


def client(name: str) -> Client:
    found = Client()
    found.force_login(Officer.objects.get(username=name))
    return found


def send(who: str, route: str, number: int, **form):
    return client(who).post(reverse(route, args=[number]), form, follow=True)


DECIDE = {
    "act": "decide", "version": "0", "to": "fixed", "reasons": REASONS, "how": "person",
    "decided_by": "Sergeant Quill", "at": "2026-03-10T11:00",
}  # fmt: skip


def test_a_refused_selection_comes_back_with_what_was_typed_and_then_stands(unit):
    person = unit.people["P1"]
    refused = send("ida", "iom-person-move", person, **DECIDE, criteria=["high_risk"])
    page = refused.content.decode()
    assert refused.status_code == 422
    assert "The cohort fixed rests on" in page
    assert REASONS in page
    assert 'value="high_risk" checked' in page
    both = ["high_risk", "neighbourhood_crime"]
    done = send("ida", "iom-person-move", person, **DECIDE, criteria=both).content.decode()
    assert "The decision is written down." in done
    assert send("ida", "iom-person-move", person, **DECIDE, criteria=both).status_code == 409


@pytest.mark.parametrize(
    "form",
    [
        {"act": "nothing"}, {"act": "decide", "to": "?"}, {"act": "owe", "stage": "?"},
        {"act": "owe", "stage": "court", "reached_at": "soon"}, {"act": "offer", "about": "x"},
        {"act": "agree", "due_on": "never"}, {"act": "settle", "about": "1", "do": "?"},
        {"act": "task", "kind": "visit", "team": "x"}, {"act": "entry", "source": "9"},
        {"act": "entry-review", "do": "?"},
    ],
)  # fmt: skip
def test_a_form_that_makes_no_sense_is_refused_in_a_sentence(unit, form):
    answer = send("ida", "iom-person-move", unit.people["P1"], **form)
    assert answer.status_code == 422
    assert "There is a problem" in answer.content.decode()


def test_a_practitioner_reads_their_own_in_it_writes_offers_and_selects_nobody(unit):
    unit.select()
    person = unit.people["P1"]
    page = client("pia").get(reverse("iom-person", args=[person])).content.decode()
    assert "Write down an offer that is owed" in page
    assert "Move, or de-select" not in page
    assert "Enter intelligence" not in page
    assert send("pia", "iom-person-move", person, **DECIDE).status_code in {403, 422}
    form = {"act": "offer", "about": str(Offer.objects.get().pk), "version": "1", "do": "make",
            "words": "A mentor and help with work."}  # fmt: skip
    assert (
        "what became of the offer"
        in send("pia", "iom-person-move", person, **form).content.decode()
    )
    assert client("pia").get(reverse("iom-conferences")).status_code == 403


def test_the_coordinator_opens_on_who_is_in_and_the_person_page_leads_there(unit):
    unit.select()
    first = client("ida").get(reverse("home"), follow=True)
    assert first.redirect_chain[-1][0] == reverse("iom")
    assert "Alex Okafor" in first.content.decode()
    person = client("ida").get(reverse("person", args=[unit.people["P1"]])).content.decode()
    assert reverse("iom-person", args=[unit.people["P1"]]) in person


def test_a_conference_is_planned_held_and_minuted_on_its_page(unit):
    unit.select()
    planned = {"act": "plan", "title": "March", "at": "2026-03-10T14:00", "chair": "Ida",
               "place": "", "people": [str(unit.people["P1"])]}  # fmt: skip
    page = client("ida").post(reverse("iom-conferences"), planned, follow=True).content.decode()
    assert "The conference is planned." in page
    number, item = Conference.objects.get().pk, AgendaItem.objects.get().pk
    for form in (
        {"act": "hold", "version": "1"},
        {"act": "attend", "agency": "Probation", "name": "Pia", "present": "1"},
        {"act": "item", "about": str(item), "version": "1", "decision": "Stays in fixed for now."},
        {"act": "agree", "about": str(unit.people["P1"]), "what": "Meet the mentor soon.",
         "agency": "Probation", "owner": "Pia", "due_on": LATER},
        {"act": "minutes"},
        {"act": "close", "version": "2", "next_at": "2026-04-07T10:00"},
    ):  # fmt: skip
        answer = send("ida", "iom-conference-move", number, **form)
        assert answer.status_code == 200, (form, answer.content.decode()[-3000:])
    assert "Meet the mentor soon." in client("ida").get(reverse("iom")).content.decode()
    refused = send("ida", "iom-conference-move", number, act="minutes", version="3")
    assert refused.status_code == 200  # drawn up again: a paper of its own
    refused = send("ida", "iom-conference-move", number, act="attend", agency="Police",
                   name="Sam", present="1")  # fmt: skip
    assert refused.status_code == 422
    assert "nothing more is written down" in refused.content.decode()


def test_a_police_team_reads_its_task_and_no_page_of_the_person(unit):
    unit.select()
    form = {
        "act": "task", "kind": "visit", "team": str(unit.police.pk), "asked": "Visit them at home.",
        "purpose": "To see how they are.", "necessity": "No call was answered.", "handling": "P",
        "conditions": "", "return_on": LATER,
    }  # fmt: skip
    assert "The task is sent." in send(
        "ida", "iom-person-move", unit.people["P1"], **form
    ).content.decode()  # fmt: skip
    number = Task.objects.get().pk
    page = client("sam").get(reverse("iom-task", args=[number])).content.decode()
    assert "Visit them at home." in page
    assert reverse("iom-person", args=[unit.people["P1"]]) not in page
    assert client("sam").get(reverse("iom-person", args=[unit.people["P1"]])).status_code == 403
    assert client("sid").get(reverse("iom-task", args=[number])).status_code == 404
    refused = send("sam", "iom-task-move", number, act="decline", version="1", words="no")
    assert refused.status_code == 422
    done = send("sam", "iom-task-move", number, act="accept", version="1", words="")
    assert "the other side is told" in done.content.decode()
    assert send("sam", "iom-task-move", number, act="decline", version="1",
                words="Too far away for us.").status_code == 422  # fmt: skip


def test_what_is_over_time_and_the_profile_are_pages(unit):
    unit.select(at=NOW - 20 * DAY)
    late = client("ida").get(reverse("iom-late")).content.decode()
    assert "Offer at Selection" in late
    assert "Alex Okafor" in client("ida").get(reverse("iom-profile")).content.decode()
    counted = client("eva").get(reverse("programme-cohorts")).content.decode()
    assert "too few" in counted
    assert "Alex" not in counted
