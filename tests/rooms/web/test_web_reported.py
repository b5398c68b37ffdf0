"""What a tag reported, behind a row that was judged from its words: for a purpose, no place."""

from __future__ import annotations

import json
import re

import pytest
from django.test import Client
from django.urls import reverse

from ankle_tag import EVENING, SOBER_NIGHT, Ankle
from waypost.access.actions import make_officer
from waypost.access.models import AuditLine, Officer
from waypost.access.values import Role
from waypost.monitoring.models import Violation
from waypost.orders.models import Person
from worked_town import at

pytestmark = [pytest.mark.database, pytest.mark.django_db]


@pytest.fixture
def town(tmp_path, settings, monkeypatch) -> Ankle:
    """P2 drank in the evening; the readings came on the next morning, the review at three."""
    settings.LAKE_URI = str(tmp_path / "lake")
    made = Ankle()
    made.run()
    made.now = at("+1 09:00")
    made.reads("08:00", SOBER_NIGHT, temperature_c=31, infrared=1.0)
    made.reads("18:00", EVENING, temperature_c=31, infrared=1.0)
    made.reads("23:30", SOBER_NIGHT, temperature_c=31, infrared=0.4)
    made.run()
    made.now = at("+1 15:00")
    made.tells(
        "alcohol_event", "+1 14:50", confirmed=True, peak_percent=0.06,
        **{"from": at("19:00").isoformat(), "to": at("22:30").isoformat()},
    )  # fmt: skip
    made.run()
    for module in ("violations", "persons", "alerts"):
        monkeypatch.setattr(f"waypost.web.pages.{module}.now", lambda: made.now)
    monkeypatch.setattr("waypost.web.who.now", lambda: made.now)
    make_officer("mona", "Mona", None, Role.MONITORING_OFFICER, now=at("00:00"))
    make_officer("pol", "Pol", None, Role.POLICE_ANALYST, now=at("00:00"))
    person = Person.objects.get(reference="P2").pk
    make_officer("wearer", "P2", None, Role.WEARER, person_id=person, now=at("00:00"))
    return made


def client_of(username: str) -> Client:
    client = Client()
    client.force_login(Officer.objects.get(username=username))
    return client


def drinking() -> Violation:
    return Violation.objects.get(kind="alcohol", certainty="certain")


def reported(violation: Violation, username: str = "mona", **more):
    form = {"purpose": "alert_response", **more}
    return client_of(username).post(reverse("violation-explained", args=[violation.pk]), form)


def text(answer) -> str:
    plain = re.sub(r"<(script|style).*?</\1>", " ", answer.content.decode(), flags=re.S)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", plain))


def test_the_page_asks_why_before_it_shows_a_reading(town):
    answer = client_of("mona").get(reverse("violation", args=[drinking().pk]))
    said = text(answer)
    assert "See what the tag reported" in said
    assert "What the tag said" in said
    assert "Several fixes show it" not in said
    assert "The maker's review confirmed an alcohol event" in said.replace("&#x27;", "'")
    assert "Each word of the tag around this time" in said


def test_the_readings_are_shown_for_a_purpose_with_a_line_and_without_a_place(town):
    violation = drinking()
    answer = reported(violation)
    said = text(answer).replace("&#x27;", "'")
    assert answer.status_code == 200
    for words in ("0.060 g/dl", "31 °C", "0.40", "Above what is asked", "0.02 g/dl",
                  "highest 0.060 g/dl: confirmed by the maker's review"):  # fmt: skip
        assert words in said, words
    assert "51.5" not in answer.content.decode()
    line = AuditLine.objects.order_by("-number").first()
    assert (line.kind, line.purpose, line.person_id) == (
        "reports:viewed", "alert_response", violation.person_id,
    )  # fmt: skip
    assert json.loads(bytes(line.body))["detail"]["violation"] == violation.pk


def test_the_curve_draws_each_reading_and_what_was_above(town):
    curve = reported(drinking()).context["curve"]
    assert sum(one.above for one in curve.readings) == 7
    assert len(curve.lines) == len(curve.readings) - 1
    assert [one.shade for one in curve.events] == ["confirmed"]
    assert (
        max(one.y for one in curve.readings)
        > curve.threshold_y
        > min(one.y for one in curve.readings)
    )
    assert any(one.covered for one in curve.readings)
    assert curve.said.endswith("7 of them above; the highest 0.060 g/dl.")


def test_without_a_purpose_nothing_is_shown_and_nothing_recorded(town):
    answer = reported(drinking(), purpose="")
    assert answer.status_code == 422
    assert not AuditLine.objects.filter(kind="reports:viewed").exists()


@pytest.mark.parametrize("username", ["pol", "wearer"])
def test_who_may_not_read_the_alert_sees_no_reading(town, username):
    answer = reported(drinking(), username, purpose="crime_mapping")
    assert answer.status_code in (403, 404)
    assert "g/dl" not in text(answer)


def test_a_batterys_story_shows_its_words_and_draws_no_curve(town):
    for clock, percent in (("+1 15:05", 18), ("+1 16:00", 8)):
        town.now = at(clock)
        town.says("battery_level", clock, percent=percent)
        town.run()
    answer = reported(Violation.objects.get(kind="battery"))
    assert answer.context["curve"] is None
    assert [one.values for one in answer.context["reports"]] == [("18 %",), ("8 %",)]
    assert "Charge" in text(answer)


def test_the_persons_page_tells_sober_days(town):
    person = Person.objects.get(reference="P2").pk
    said = text(client_of("mona").get(reverse("person", args=[person])))
    assert (
        "Since 2 March 2026: 0 sober of 1 day monitored; 1 day on which alcohol was read." in said
    )


def test_a_wearer_reads_their_own_sober_days(town):
    said = text(client_of("wearer").get(reverse("mine")))
    assert "Since 2 March it has read 1 day: 0 without alcohol, 1 with." in said
