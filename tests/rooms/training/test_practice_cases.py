"""Each exercise's case is made by real actions, shown on real pages, and scored by what is done."""

from __future__ import annotations

import pytest
from django.test import Client

from waypost import clock
from waypost.access.queries import posted
from waypost.access.values import Role
from waypost.disclosure.actions import refuse
from waypost.disclosure.values import Ground
from waypost.errors import Conflict, Refused
from waypost.training import actions, queries
from waypost.training.exercises import BY_KEY, COURSES, of_role
from waypost.training.practising import Practice
from waypost.training.scoring import right_answers
from waypost.worlds import practice

pytestmark = [pytest.mark.database, pytest.mark.django_db]


@pytest.fixture
def practising(monkeypatch):
    def begin(role: Role):
        made = Practice(role, "tess", "a long pass phrase", None)
        monkeypatch.setattr("waypost.worlds.practice.find_practice", lambda: made)
        now = clock.now()
        return posted(practice.prepare(role, "tess", "Tess", None, now=now), now=now)

    return begin


def begun(key: str, role: Role, by):
    now = clock.now()
    number = queries.check_may_begin(key, role, by=by)
    case = practice.set_up(key, role, number, now=now)
    actions.begin(key, role, number, case.person_id, case.links, by=by, now=now)
    return case


@pytest.mark.parametrize("role", COURSES)
def test_every_page_of_every_exercise_opens_for_its_role(practising, role):
    by = practising(role)
    client = Client()
    from waypost.access.models import Officer

    client.force_login(Officer.objects.get(username="tess"))
    for one in of_role(role):
        for words, path in begun(one.key, role, by).links:
            assert client.get(path).status_code == 200, (one.key, words)


def test_refusing_the_tenuous_request_passes_and_the_line_is_what_counts(practising):
    role = Role.AUTHORISING_OFFICER
    by = practising(role)
    case = begun("tenuous-request", role, by)
    number = int(case.links[0][1].rsplit("/", 1)[1])
    refuse(number, [Ground.TENUOUS], "No enquiry is named.", by=by, now=clock.now())
    answers = right_answers(BY_KEY["tenuous-request"])
    found = actions.finish("tenuous-request", role, answers, by=by, now=clock.now())
    assert found.passed
    with pytest.raises(Conflict):
        actions.finish("tenuous-request", role, answers, by=by, now=clock.now())


def test_answers_alone_do_not_pass_what_asks_for_a_deed(practising):
    role = Role.AUTHORISING_OFFICER
    by = practising(role)
    begun("match-next-door", role, by)
    answers = right_answers(BY_KEY["match-next-door"])
    assert not actions.finish("match-next-door", role, answers, by=by, now=clock.now()).passed


def test_three_attempts_and_no_more(practising):
    role = Role.COURT_REPORT_OFFICER
    by = practising(role)
    answers = right_answers(BY_KEY["clock-change-curfew"])
    for _ in range(3):
        begun("clock-change-curfew", role, by)
        with pytest.raises(Conflict, match="finish it first"):
            queries.check_may_begin("clock-change-curfew", role, by=by)
        actions.finish("clock-change-curfew", role, answers, by=by, now=clock.now())
    with pytest.raises(Refused, match="All 3"):
        queries.check_may_begin("clock-change-curfew", role, by=by)


def test_no_case_is_made_in_a_real_store():
    with pytest.raises(AssertionError):
        practice.set_up("drift-night", Role.MONITORING_OFFICER, 1, now=clock.now())
