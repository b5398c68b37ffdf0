"""Runs by evidence on their pages: how to match is chosen, and each match says what it rests on."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from test_matching_runs import ANALYST, NOW, comes, crimes, days, own_lake, wearer

from waypost import clock
from waypost.access.actions import make_officer
from waypost.access.values import Role
from waypost.matching.actions import run_matching
from waypost.matching.models import MatchingRun

__all__ = ["own_lake"]  # a fixture
pytestmark = [pytest.mark.database, pytest.mark.django_db]


@pytest.fixture
def analyst():
    made = make_officer(
        "ana", "Ana", None, Role.POLICE_ANALYST, now=clock.now() - timedelta(days=1)
    )
    client = Client()
    client.force_login(made)
    return client


def test_a_run_by_evidence_shows_class_and_habit_and_its_match_says_why(analyst):
    days(wearer("CAME"), comes)
    days(wearer("AWAY"), lambda minute: 51.6)
    run = run_matching(crimes(), by=ANALYST, now=NOW, method="evidence")
    page = analyst.get(reverse("run", args=[run.pk])).content.decode()
    assert "By evidence" in page
    assert "Against habit" in page
    assert "Observed" in page
    match = analyst.get(reverse("match", args=[run.pk, run.matches.get().pk])).content.decode()
    assert "The tag was observed within 100 m of the place" in match
    assert "Base rate: at the place" in match
    assert "Best overlap" not in match
    assert "does not show that the wearer committed" in match


def test_a_run_of_the_compatible_rule_shows_none_of_that(analyst):
    days(wearer("CAME"), comes)
    run = run_matching(crimes(), by=ANALYST, now=NOW)
    page = analyst.get(reverse("run", args=[run.pk])).content.decode()
    match = analyst.get(reverse("match", args=[run.pk, run.matches.get().pk])).content.decode()
    assert "Against habit" not in page + match
    assert "Best overlap" in match


@pytest.mark.parametrize(
    ("sent", "method"), [({}, "evidence"), ({"method": "compatible"}, "compatible")], ids=str
)
def test_how_to_match_is_chosen_where_the_run_is_asked_for(analyst, sent, method):
    answer = analyst.post(reverse("run-start"), sent)
    assert answer.status_code == 302
    assert MatchingRun.objects.get().method == method


def test_a_method_that_nobody_knows_is_refused_and_no_run_stands(analyst):
    assert analyst.post(reverse("run-start"), {"method": "tarot"}).status_code in {403, 422}
    assert not MatchingRun.objects.exists()


@pytest.mark.parametrize(
    ("score", "words"),
    [(0.9999, "over 99 %"), (0.42, "42 %"), (0.0149, "1.5 %"), (0.0000004, "under 0.1 %")],
)
def test_no_score_reads_as_certainty(analyst, score, words):
    days(wearer("CAME"), comes)
    run = run_matching(crimes(), by=ANALYST, now=NOW, method="evidence")
    run.matches.update(score=score)
    assert f">{words}</td>" in analyst.get(reverse("run", args=[run.pk])).content.decode()
