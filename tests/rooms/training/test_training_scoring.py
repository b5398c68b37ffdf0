"""How an exercise is scored, what stands on a record, and who may approve: decisions alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from waypost.access.may import RULES
from waypost.access.values import MACHINE, Permission, Posted, Role
from waypost.errors import BadFile
from waypost.training import sealing
from waypost.training.exercises import BY_KEY, COURSES, EXERCISES, of_role
from waypost.training.passing import due_of, stands, valid_until, why_not
from waypost.training.scoring import right_answers, right_deeds, score, set_version
from waypost.training.values import NEEDED, Did, Pass, Policy, Standing

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
AUTHORISER = Posted(7, "Avery", frozenset({Role.AUTHORISING_OFFICER}))
TENUOUS = BY_KEY["tenuous-request"]


def passed(at: datetime, *, ok: bool = True, role: Role = Role.AUTHORISING_OFFICER) -> Pass:
    return Pass(role, at, ok, 8 if ok else 3, 8, "v", valid_until(at, passed=ok))


@pytest.mark.parametrize("role", COURSES)
def test_every_course_can_be_passed_by_doing_and_answering_rightly(role):
    for one in of_role(role):
        found = score(one, role, right_answers(one), right_deeds(one, role))
        assert found.passed, one.key
        assert found.points == found.of


def test_each_question_offers_its_right_answer_among_others_once():
    for one in EXERCISES:
        for question in one.questions:
            values = [value for value, _ in question.choices]
            assert question.right in values, (one.key, question.key)
            assert len(values) == len(set(values)) >= 2


def test_whoever_grants_the_tenuous_request_fails_with_every_answer_right():
    done = [Did("disclosure:granted"), Did("disclosure:refused")]
    found = score(TENUOUS, Role.AUTHORISING_OFFICER, right_answers(TENUOUS), done)
    assert not found.passed
    assert [one.key for one in found.told if one.grave] == ["refused"]


def test_three_of_four_is_not_enough_and_what_is_not_answered_is_wrong():
    answers = right_answers(TENUOUS) | {"why": ""}
    done = right_deeds(TENUOUS, Role.AUTHORISING_OFFICER)
    found = score(TENUOUS, Role.AUTHORISING_OFFICER, answers, done)
    assert (found.points, found.of, found.passed) == (3, 4, False)
    assert found.told[0].given == "No answer"


def test_an_act_counts_by_what_its_line_says():
    unsafe, role = BY_KEY["unsafe-address"], Role.PROBATION_PRACTITIONER
    suitable = [Did("address:checked", {"outcome": "suitable"})]
    asked = [Did("address:checked", {"outcome": "no_answer"})]
    assert not score(unsafe, role, right_answers(unsafe), suitable).passed
    assert score(unsafe, role, right_answers(unsafe), asked).passed


def test_other_words_of_an_exercise_make_another_set():
    role = Role.AUTHORISING_OFFICER
    assert set_version(EXERCISES, role) != set_version(EXERCISES[:-2], role)
    assert set_version(EXERCISES, role) == set_version(EXERCISES, role)


def test_a_pass_lasts_a_year_and_a_later_failure_takes_none_away():
    role, first = Role.AUTHORISING_OFFICER, passed(NOW)
    later = passed(NOW + timedelta(days=20), ok=False)
    at = lambda days: stands(role, [first, later], now=NOW + timedelta(days=days)).standing  # noqa: E731
    assert (at(30), at(340), at(366)) == (Standing.VALID, Standing.DUE_SOON, Standing.EXPIRED)
    assert stands(role, [later], now=NOW + timedelta(days=30)).standing is Standing.FAILED
    assert stands(role, [], now=NOW).standing is Standing.NEVER


def test_only_roles_with_a_course_have_something_due():
    roles = {Role.ADMINISTRATOR, Role.POLICE_ANALYST}
    assert [one.role for one in due_of(roles, [], now=NOW)] == [Role.POLICE_ANALYST]


@pytest.mark.parametrize("permission", NEEDED)
def test_an_act_of_approval_is_refused_in_words_without_the_pass_of_its_course(permission):
    why = why_not(AUTHORISER, permission, [], Policy.REQUIRED, now=NOW)
    assert "none is on your record" in why
    mine = [passed(NOW, role=NEEDED[permission])]
    assert why_not(AUTHORISER, permission, mine, Policy.REQUIRED, now=NOW) == ""
    late = NOW + timedelta(days=400)
    assert "ended on 2027-03-02" in why_not(AUTHORISER, permission, mine, Policy.REQUIRED, now=late)
    assert why_not(AUTHORISER, permission, [], Policy.ASKED, now=NOW) == ""
    assert why_not(MACHINE, permission, [], Policy.REQUIRED, now=NOW) == ""


def test_looking_refusing_and_sending_back_ask_for_no_pass():
    assert Permission.DISCLOSURE_READ not in NEEDED
    assert Permission.REVIEW_READ not in NEEDED


def test_whoever_must_have_passed_a_course_holds_the_permission_that_asks_for_it():
    for permission, role in NEEDED.items():
        assert permission in RULES[role]
        assert role in COURSES


def test_a_seal_holds_for_exactly_what_was_sealed():
    ticket = sealing.Ticket("t-1", "avery", Role.AUTHORISING_OFFICER, NOW)
    key = sealing.key_of(b"secret", ticket)
    taken = (sealing.Taken("tenuous-request", 1, {"why": "rank"}, (Did("a:b", {"x": "1"}),)),)
    result = sealing.Result("t-1", "avery", ticket.role, "v", NOW, taken)
    read, seal = sealing.read_result(sealing.write_result(result, key))
    assert read == result
    assert sealing.is_sealed(read, seal, key)
    assert not sealing.is_sealed(read, seal, sealing.key_of(b"another", ticket))
    better = sealing.write_result(result, key).replace(b'"rank"', b'"offence"')
    assert not sealing.is_sealed(sealing.read_result(better)[0], seal, key)


@pytest.mark.parametrize("data", [b"", b"[]", b"{", b'{"waypost":"practice"}', b"\xff" * 9,
                                  b'{"waypost":"waypost practice result","taken":3}'])  # fmt: skip
def test_what_is_no_result_is_refused_in_words(data):
    with pytest.raises(BadFile, match=r"result"):
        sealing.read_result(data)
