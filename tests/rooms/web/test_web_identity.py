"""Pages of identity: what was typed stays, threads stand together, a second person decides."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from identity_words import CHECKED, PNC, SAID, Doubles
from oversight_words import NOW
from waypost.access.models import AuditLine, Officer
from waypost.identity.models import Merge

pytestmark = [pytest.mark.database, pytest.mark.django_db]


@pytest.fixture
def town(monkeypatch) -> Doubles:
    for module in ("identity", "persons"):
        monkeypatch.setattr(f"waypost.web.pages.{module}.now", lambda: NOW, raising=False)
    return Doubles()


def client(name: str) -> Client:
    found = Client()
    found.force_login(Officer.objects.get(username=name))
    return found


def read(name: str, route: str, *args) -> str:
    answer = client(name).get(reverse(route, args=args), follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def proposed(town: Doubles) -> int:
    form = {"kept": str(town.p1), "why": SAID}
    answer = client("pia").post(reverse("merge-new", args=[town.p1, town.p9]), form)
    assert answer.status_code == 302
    return Merge.objects.get().pk


def test_people_are_found_by_a_whole_id_and_their_page_shows_it(town):
    page = client("pia").get(reverse("people"), {"q": "03/62845e"}).content.decode()
    assert "Alex Okafor" in page
    assert "Okafor, Alex" in page
    assert "Alex" not in client("paul").get(reverse("people"), {"q": PNC}).content.decode()
    assert PNC in read("pia", "person", town.p1)


def test_an_id_that_is_wrong_comes_back_with_what_was_typed(town):
    address = reverse("person-ids", args=[town.p1])
    form = {"act": "enter", "kind": "cro", "value": "265416/21H", "source": "The court’s file"}
    refused = client("pia").post(address, form)
    assert refused.status_code == 422
    page = refused.content.decode()
    assert 'value="265416/21H"' in page
    assert "digit by digit" in page
    assert client("pia").post(address, form | {"value": "265416/21G"}).status_code == 302
    assert "265416/21G" in read("pia", "person-ids", town.p1)
    number = AuditLine.objects.filter(kind="identity:entered").count()
    assert number == 3
    assert client("paul").get(address).status_code == 403


def test_the_list_leads_to_the_comparison_and_the_proposal_to_a_second_person(town):
    page = read("pia", "duplicates")
    assert reverse("merge-new", args=[town.p1, town.p9]) in page
    assert "the same PNC (police); the same name" in page
    refused = client("pia").post(
        reverse("merge-new", args=[town.p1, town.p9]), {"kept": str(town.p1), "why": "same"}
    )
    assert refused.status_code == 422
    assert "a sentence, not a word" in refused.content.decode()
    merge = proposed(town)
    own = read("pia", "merge", merge)
    assert "Confirm: they are one person" not in own
    assert "Take the proposal back" in own
    theirs = read("polly", "merge", merge)
    assert "Confirm: they are one person" in theirs
    assert "Waits for you" in read("polly", "duplicates")


def test_after_it_is_confirmed_each_page_shows_the_other_thread_and_leaves_a_line_of_both(town):
    merge = proposed(town)
    sent = {"act": "confirm", "words": CHECKED, "version": "1"}
    asked = client("polly").post(reverse("merge-move", args=[merge]), sent)
    assert "merge-move" in asked.content.decode() or asked.status_code in {200, 302}
    Merge.objects.update(status="in_force", version=2)
    page = read("pia", "person", town.p9)
    assert "One person with P1" in page
    assert "O-P1" in page
    lines = AuditLine.objects.filter(kind="person:viewed").order_by("number")
    assert [one.person_id for one in lines] == [town.p1, town.p9]
    assert "One person with" not in read("paul", "person", town.people["P2"])


def test_two_references_lead_to_their_comparison(town):
    asked = {"one": "P1", "other": "P9"}
    answer = client("mona").get(reverse("duplicates"), asked)
    assert answer["Location"] == reverse("merge-new", args=[town.p1, town.p9])
    half = client("mona").get(reverse("duplicates"), {"one": "P1"})
    assert half.status_code == 422
    hidden = client("mona").get(reverse("duplicates"), {"one": "P1", "other": "P3"}, follow=True)
    nobody = client("mona").get(reverse("duplicates"), {"one": "P1", "other": "P77"}, follow=True)
    assert hidden.status_code == nobody.status_code == 404


def test_a_confirmation_is_asked_for_again_who_it_is(town):
    from waypost.web.grave import is_grave

    assert is_grave("merge-move", "confirm")
    assert is_grave("merge-move", "confirm_reversal")
    assert not is_grave("merge-move", "refuse")
