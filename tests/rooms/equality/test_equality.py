"""What somebody says of themself: by their own word, in versions, theirs to take back, never read
beside the case, and counted with small counts left out."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from oversight_words import NOW, Estate
from waypost.access.models import AuditLine
from waypost.access.values import Permission, Posted, Role
from waypost.equality import actions, queries
from waypost.equality.models import SelfDescription
from waypost.equality.values import (
    ETHNICITY,
    NOT_SAID,
    QUESTIONS,
    Asked,
    How,
    age_band,
    checked,
)
from waypost.errors import Conflict, NoSuchThing, Refused
from waypost.evaluation.cells import cell
from waypost.evaluation.self_described import NOT_ASKED, rate, self_described
from waypost.keeping.gathering import gather
from waypost.orders.models import Person

pytestmark = [pytest.mark.database, pytest.mark.django_db]
SAID = {"ethnicity": ["white_irish"], "sex": ["female"], "impairment": ["hearing", "memory"],
        "language": ["Irish"], "religion": [NOT_SAID]}  # fmt: skip


@pytest.fixture
def estate() -> Estate:
    made = Estate()
    made.wearer = Posted(99, "Alex", frozenset({Role.WEARER}), own_person_id=made.people["P1"])
    made.evaluator = Posted(98, "Eva", frozenset({Role.PROGRAMME_EVALUATOR}))
    return made


def test_the_list_is_that_of_the_census():
    codes = [code for group in ETHNICITY for code, _ in group.choices]
    assert len(codes) == len(set(codes)) == 19
    for question in QUESTIONS:
        assert NOT_SAID in question.words()


def test_prefer_not_to_say_is_an_answer_and_not_asked_yet_is_none(estate):
    p1 = estate.people["P1"]
    assert queries.asked_of(p1, estate.pia, now=NOW) is Asked.NOT_YET
    said = {one.code: [NOT_SAID] for one in QUESTIONS}
    assert actions.answer(p1, said, by=estate.pia, now=NOW) == 1
    assert queries.asked_of(p1, estate.pia, now=NOW) is Asked.ASKED
    assert queries.own_answers(estate.wearer, now=NOW).answers == said


def test_the_wearer_reads_changes_and_takes_back_their_own_in_versions(estate):
    p1, wearer = estate.people["P1"], estate.wearer
    assert actions.answer(p1, SAID, by=wearer, now=NOW, expected_version=0) == 1
    found = queries.own_answers(wearer, now=NOW)
    assert (found.version, found.how) == (1, How.SELF)
    assert found.answers["impairment"] == ["hearing", "memory"]
    with pytest.raises(Conflict, match="meanwhile"):
        actions.answer(p1, SAID, by=wearer, now=NOW, expected_version=0)
    actions.answer(p1, {"sex": ["male"]}, by=wearer, now=NOW, expected_version=1)
    assert queries.own_answers(wearer, now=NOW).answers == {"sex": ["male"]}  # the rest is emptied
    actions.withdraw(p1, by=wearer, now=NOW)
    assert queries.own_answers(wearer, now=NOW).asked is Asked.WITHDRAWN
    assert set(SelfDescription.objects.values_list("answers", flat=True)) == {""}
    with pytest.raises(Conflict):
        actions.withdraw(p1, by=wearer, now=NOW)
    assert queries.asked_of(p1, estate.pia, now=NOW) is Asked.WITHDRAWN
    assert actions.answer(p1, SAID, by=wearer, now=NOW) == 3


def test_what_an_officer_leaves_empty_stays_as_the_person_had_it(estate):
    p1 = estate.people["P1"]
    actions.answer(p1, SAID, by=estate.wearer, now=NOW)
    actions.answer(p1, {"orientation": ["gay"]}, by=estate.pia, now=NOW)
    found = queries.own_answers(estate.wearer, now=NOW)
    assert (found.how, found.answers["sex"], found.answers["orientation"]) == (
        How.WITH, ["female"], ["gay"]
    )  # fmt: skip


def test_who_asks_the_person_may_enter_and_nobody_reads(estate):
    p1, p2, p3 = (estate.people[name] for name in ("P1", "P2", "P3"))
    for by in (estate.mona, estate.dora, estate.adam, estate.otto, estate.evaluator, estate.paul):
        with pytest.raises(Refused):
            actions.answer(p1, SAID, by=by, now=NOW)
        assert queries.asked_of(p1, by, now=NOW) is None
    with pytest.raises(NoSuchThing):
        actions.answer(p3, SAID, by=estate.pia, now=NOW)
    with pytest.raises(NoSuchThing):
        actions.answer(p2, SAID, by=estate.wearer, now=NOW)
    with pytest.raises(Refused, match="Only the person"):
        actions.withdraw(p1, by=estate.pia, now=NOW)
    with pytest.raises(NoSuchThing):
        queries.own_answers(estate.pia, now=NOW)


@pytest.mark.parametrize(
    ("said", "wrong"),
    [
        ({"sex": ["female", "male"]}, "sex"),
        ({"sex": ["purple"]}, "sex"),
        ({"impairment": ["hearing", NOT_SAID]}, "impairment"),
        ({"language": ["x" * 81]}, "language"),
        ({"language": ["Irish", NOT_SAID]}, "language"),
    ],
)
def test_answers_that_cannot_be_meant_are_asked_again(estate, said, wrong):
    assert set(checked(said)[1]) == {wrong}
    with pytest.raises(Refused):
        actions.answer(estate.people["P1"], said, by=estate.wearer, now=NOW)


def test_an_empty_form_is_no_answer(estate):
    with pytest.raises(Refused, match="at least one"):
        actions.answer(estate.people["P1"], {"sex": [""]}, by=estate.wearer, now=NOW)


def test_no_answer_stands_in_audit_lines_or_open_in_the_database(estate, settings):
    settings.IDENTITY_KEY = bytes(range(32))
    actions.answer(estate.people["P1"], SAID, by=estate.wearer, now=NOW)
    line = AuditLine.objects.get(kind="equality:answered")
    assert b"irish" not in bytes(line.body).lower()
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT answers FROM equality_selfdescription")
        assert "irish" not in cursor.fetchone()[0]


def test_the_person_has_it_with_all_that_is_held_about_them(estate):
    actions.answer(estate.people["P1"], SAID, by=estate.wearer, now=NOW)
    found = gather(estate.people["P1"], read=(), left_records=(), now=NOW)
    [table] = [one for one in found.tables if one.label == "equality.SelfDescription"]
    assert "white_irish" in str(table.rows[0]["answers"])


def test_age_is_a_band_worked_out_on_the_day():
    assert age_band(date(2001, 3, 10), date(2026, 3, 9)) == "21 to 24"
    assert age_band(date(2001, 3, 10), date(2026, 3, 10)) == "25 to 29"
    assert age_band(date(2010, 1, 1), date(2026, 3, 10)) == "under 18"
    assert age_band(date(1950, 1, 1), date(2026, 3, 10)) == "60 and over"
    assert age_band(None, date(2026, 3, 10)) == ""


def crowd(estate: Estate, count: int) -> list[int]:
    before = NOW - timedelta(days=60)
    for n in range(count):
        estate.file(
            f"C{n}",
            now=before,
            born="1998-04-17",
            officers=["pia"],
            orders=[{"order_id": "O", "kind": "licence", "from": before.isoformat(), "to": None}],
        )
    return list(Person.objects.filter(reference__startswith="C").values_list("pk", flat=True))


def table(found, code: str):
    return next(one for one in found.tables if one.code == code)


def test_counts_are_rounded_small_ones_are_not_told_and_the_share_that_answered_is(estate):
    people = crowd(estate, 20)
    then = NOW - timedelta(days=20)  # before the month ended
    for n, one in enumerate(people[:14]):
        sex = "female" if n < 9 else "male" if n < 12 else NOT_SAID
        said = {"sex": [sex], "ethnicity": ["white_roma" if n < 3 else "black_african"]}
        actions.answer(one, said, by=estate.pia, now=then)
    actions.answer(people[15], {"sex": ["male"]}, by=estate.pia, now=NOW)  # after it
    found = self_described(date(2026, 2, 1), by=estate.evaluator, now=NOW)
    assert found.people == cell(23)
    sexes = {row.words: row.people.people for row in table(found, "sex").rows}
    assert sexes == {"Female": 10, "Male": None, "Prefer not to say": None, NOT_ASKED: 10}
    assert table(found, "sex").answered.people == 15
    assert table(found, "sex").rate_percent == 60  # of the counts as told: 15 of 25
    groups = {row.words: row.people.people for row in table(found, "ethnicity").rows}
    assert groups["Roma"] is None
    assert groups["African"] == 10
    assert len(groups) == 21
    ages = {row.words: row.people.people for row in table(found, "age").rows}
    assert ages["25 to 29"] == 20
    assert table(found, "religion").rate_percent is None
    assert AuditLine.objects.filter(kind="equality:counted").count() == 1


def test_who_took_answers_back_counts_as_not_asked(estate):
    p1 = estate.people["P1"]
    actions.answer(p1, SAID, by=estate.wearer, now=NOW - timedelta(days=20))
    assert queries.answers_at([p1], at=NOW)
    actions.withdraw(p1, by=estate.wearer, now=NOW)
    assert queries.answers_at([p1], at=NOW) == {}


def test_counting_is_for_evaluators_and_the_data_protection_officer(estate):
    for by in (estate.pia, estate.mona, estate.adam, estate.wearer):
        with pytest.raises(Refused):
            self_described(date(2026, 2, 1), by=by, now=NOW)
    assert self_described(date(2026, 2, 1), by=estate.dora, now=NOW)
    with pytest.raises(Refused, match="not over"):
        self_described(date(2026, 3, 1), by=estate.dora, now=NOW)
    assert rate(cell(3), cell(40)) is None


def test_no_role_both_works_with_people_and_counts(estate):
    from waypost.access.may import RULES

    for permissions in RULES.values():
        assert not {Permission.EQUALITY_WRITE, Permission.EQUALITY_READ} <= set(permissions)
