"""Looking closer: map and table of an open look ask for more, each time within its bounds."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from test_web_pages import last_line, signed_in, town

from waypost.access.models import AuditLine
from waypost.positions import looks

__all__ = ["town"]  # a fixture
pytestmark = [pytest.mark.database, pytest.mark.django_db]
HERE = {"west": "-0.07", "south": "51.54", "east": "-0.05", "north": "51.56", "zoom": "14"}


@pytest.fixture
def opened(town):
    """(client, person, name of the look) of petra's look at P1."""
    looks.KEPT.forget()
    client = signed_in("petra")
    answer = client.post(reverse("whereabouts", args=[town["P1"]]), {"purpose": "supervision"})
    return client, town["P1"], answer.context["data"]["look"]


def ask(client, what: str, person: int, **fields):
    return client.post(reverse(f"whereabouts-{what}", args=[person]), fields)


def test_the_map_is_told_what_lies_where_it_was_moved_to(opened):
    client, person, look = opened
    lines = AuditLine.objects.count()
    said = ask(client, "part", person, look=look, **HERE).json()
    assert said["fixes"]["n"] == [0, 1, 2]
    assert (said["shown"], said["inside"]) == (3, 3)
    away = ask(client, "part", person, look=look, **(HERE | {"west": "1", "east": "2"})).json()
    assert away["fixes"]["n"] == []
    assert AuditLine.objects.count() == lines, "the look was recorded when it was opened"


def test_the_table_is_told_its_pages_by_number_or_by_a_fix(opened):
    client, person, look = opened
    page = ask(client, "rows", person, look=look, page=0).json()
    assert page["page"] == 0
    assert [row["n"] for row in page["rows"] if row["n"] is not None] == [0, 1, 2]
    assert ask(client, "rows", person, look=look, fix=2).json() == page
    assert ask(client, "rows", person, look=look, page=7).json()["rows"] == []


def test_without_a_look_nothing_is_told_and_the_refusal_leaves_a_line(opened):
    client, person, _ = opened
    assert ask(client, "part", person, **HERE).status_code == 403
    line = last_line()
    assert (line.kind, line.outcome, line.person_id) == (
        "whereabouts-part:refused",
        "refused",
        person,
    )


def test_a_look_is_of_one_person_and_of_one_officer(opened, town):
    client, person, look = opened
    assert ask(client, "rows", person + 999, look=look, page=0).status_code == 403
    other = signed_in("mona")
    assert ask(other, "part", person, look=look, **HERE).status_code == 403
    line = last_line()
    assert (line.kind, line.purpose) == ("whereabouts-part:refused", "supervision")
    assert ask(signed_in("ann"), "part", person, look=look, **HERE).status_code == 403


def test_a_look_that_has_ended_says_so_and_leaves_no_line(opened, monkeypatch):
    """It is a matter of time and nobody's fault: the page asks to state the purpose again."""
    client, person, look = opened
    lines = AuditLine.objects.count()
    monkeypatch.setattr(looks, "LASTS", timedelta(0))
    assert ask(client, "part", person, look=look, **HERE).status_code == 409
    assert AuditLine.objects.count() == lines


@pytest.mark.parametrize(
    "wrong",
    [{"west": "x"}, {"zoom": "nan"}, {"north": "91"}, {"west": "0", "east": "-1"}, {"zoom": ""},
     {"east": "inf"}],
)  # fmt: skip
def test_a_map_that_does_not_say_where_it_is_is_told_nothing(opened, wrong):
    client, person, look = opened
    assert ask(client, "part", person, look=look, **(HERE | wrong)).status_code == 400


@pytest.mark.parametrize(
    "wrong", [{}, {"page": "-1"}, {"page": "x"}, {"fix": "3"}, {"fix": "9" * 30}]
)
def test_a_page_of_the_table_that_is_none_is_refused(opened, wrong):
    client, person, look = opened
    assert ask(client, "rows", person, look=look, **wrong).status_code in {400, 403}


def test_places_are_asked_for_in_the_body_of_a_post_alone(opened):
    client, person, look = opened
    address = reverse("whereabouts-part", args=[person])
    assert client.get(address, HERE | {"look": look}).status_code == 405
