"""What the editors ask the server, and the gallery as a page that takes a zone and hours."""

from __future__ import annotations

import json
import re

import pytest
from django.test import Client
from django.urls import reverse

from waypost import clock
from waypost.access.actions import make_officer
from waypost.access.models import AuditLine, Officer
from waypost.access.values import Role

pytestmark = [pytest.mark.database, pytest.mark.django_db]
ASKS = ("zone-check", "place-find", "timetable-check")


@pytest.fixture
def client():
    make_officer("mona", "Mona", None, Role.MONITORING_OFFICER, now=clock.now())
    client = Client()
    client.force_login(Officer.objects.get(username="mona"))
    return client


@pytest.mark.parametrize("name", ASKS)
def test_nobody_asks_without_signing_in_and_nobody_by_an_address(client, name):
    """A place in an address would stand in a log."""
    assert Client().post(reverse(name), {"editor": "zone"}).status_code == 302
    assert client.get(reverse(name)).status_code == 405


def test_a_zone_being_drawn_is_checked_and_not_kept(client):
    lines = AuditLine.objects.count()
    sent = {"editor": "zone", "kind": "exclusion", "zone": "circle: E8 3QW, 300 m",
            "zone-warning": "50", "near": json.dumps([["Home", 51.55, -0.06]])}  # fmt: skip
    said = client.post(reverse("zone-check"), sent).json()
    assert said["zone"]["radius_m"] == 300
    assert said["area"]["type"] == "Polygon"
    assert said["ring"]["type"] in {"Polygon", "MultiPolygon"}
    assert said["problems"] == []
    assert ["Home", "461 m away"] in said["measures"]
    assert AuditLine.objects.count() == lines


def test_what_is_wrong_with_a_zone_comes_back_in_words(client):
    said = client.post(reverse("zone-check"), {"editor": "zone", "zone": "the park"}).json()
    assert said["zone"] is None
    assert "neither GeoJSON nor a sentence" in said["problems"][0]


@pytest.mark.parametrize("near", ["", "no", "[[1]]", "5", '[["a", "b", "c"]]', "[" * 5000, "null"])
def test_places_named_wrongly_are_passed_over(client, near):
    sent = {"editor": "zone", "zone": "circle: E8 3QW, 300 m", "near": near}
    assert client.post(reverse("zone-check"), sent).json()["near"] == []


@pytest.mark.parametrize("name", ["", "Zone", "x" * 60, "a b", "<b>"])
def test_an_editor_without_a_proper_name_is_refused(client, name):
    assert client.post(reverse("zone-check"), {"editor": name}).status_code == 400


def test_a_place_is_found_or_said_not_to_be_known(client):
    found = client.post(reverse("place-find"), {"text": "e8 3qw"}).json()
    assert (found["words"], found["grid"]) == ("postcode E8 3QW", "TQ 34760 84494")
    missing = client.post(reverse("place-find"), {"text": "Avalon"})
    assert missing.status_code == 422
    assert missing.json()["words"]


def test_hours_being_written_come_back_as_the_editor_anew(client):
    sent = {"editor": "h", "kind": "curfew", "order": "community_order", "label": "Curfew",
            "h-rows": "1", "h-0-days": ["MO", "TU"], "h-0-start": "7pm", "h-0-end": "07:00",
            "h-add": "yes", "h-week": "2026-03-29"}  # fmt: skip
    page = client.post(reverse("timetable-check"), sent).content.decode()
    assert "<html" not in page
    assert 'name="h-1-start"' in page
    assert "past midnight to 07:00 the next day" in page
    assert "clocks go forward: 23 hours" in page


def test_what_was_typed_comes_back_as_text_and_never_as_a_part_of_the_page(client):
    nasty = '"><script>alert(1)</script>'
    hours = {"editor": "h", "label": nasty, "h-rows": "1", "h-0-start": nasty, "h-0-days": nasty}
    page = client.post(reverse("timetable-check"), hours).content.decode()
    assert "<script" not in page
    page = client.post(reverse("gallery"), {"zone": nasty, "hours-rows": "1"}).content.decode()
    assert "<script>alert" not in page


def test_without_a_script_the_gallery_checks_what_it_is_sent(client):
    """A form of plain inputs: the text box, the rows, the buttons that ask for more."""
    page = client.get(reverse("gallery")).content.decode()
    assert re.search(r"<textarea[^>]*name=\"zone\"", page)
    sent = {"zone": "circle: E8 3QW, 300 m", "zone-check": "yes", "hours-rows": "1",
            "hours-0-days": "MO", "hours-0-start": "25", "hours-0-end": "26"}  # fmt: skip
    answer = client.post(reverse("gallery"), sent)
    page = answer.content.decode()
    assert "282,743 m²" in page
    assert "The zone can be judged." in page
    assert "Enter a time of day" in page
    assert answer.context["zone"].again
