"""Eligibility, the gate, collisions and tables of moves: pure, told `now`."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waypost.errors import Refused
from waypost.necessity.values import CheckKind
from waypost.orders.values import WEEKDAYS, OrderKind, TimetableRow
from waypost.suitability import clocks, lifecycle, wording
from waypost.suitability.commitments import Commitment, clashes
from waypost.suitability.eligibility import (
    EIGHT_BOROUGHS,
    PROGRAMMES,
    EligibilityFacts,
    eligibility,
    summed,
)
from waypost.suitability.gating import CheckFact, GateFacts, LeaveFact, gate
from waypost.suitability.values import (
    CHECK_NEXT,
    LEAVE_NEXT,
    NEXT,
    Act,
    Answer,
    CheckAct,
    CheckStatus,
    CommitmentKind,
    Consent,
    GateAct,
    LeaveAct,
    LeaveStatus,
    Met,
    Missing,
    Status,
    Suitable,
)

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
DAY = timedelta(days=1)
PILOT = EligibilityFacts(
    "gps_pilot", OrderKind.COMMUNITY_ORDER, date(2018, 3, 1), date(1996, 5, 1), "Hackney",
    "Newham", True, "the IOM desk",
)  # fmt: skip


def met(facts: EligibilityFacts) -> dict[str, Met]:
    return {one.question: one.met for one in eligibility(facts)}


def test_the_pilot_takes_a_persistent_adult_of_its_eight_boroughs_in_its_time():
    answers = eligibility(PILOT)
    assert summed(answers) is Met.MET
    assert [one.question for one in answers] == [
        "Kind of order", "Dates", "Cohort", "Area of the court", "Borough", "Age"
    ]  # fmt: skip
    assert all(one.source for one in answers)
    assert len(EIGHT_BOROUGHS) == 8


@pytest.mark.parametrize(
    ("changed", "question", "answer"),
    [
        ({"order_kind": OrderKind.HDC}, "Kind of order", Met.NOT_MET),
        ({"on": date(2019, 3, 13)}, "Dates", Met.NOT_MET),
        ({"on": date(2017, 3, 12)}, "Dates", Met.NOT_MET),
        ({"in_cohort": None}, "Cohort", Met.NOT_KNOWN),
        ({"in_cohort": False}, "Cohort", Met.NOT_MET),
        ({"court_area": "Westminster"}, "Area of the court", Met.NOT_MET),
        ({"court_area": " "}, "Area of the court", Met.NOT_KNOWN),
        ({"area": "waltham  forest"}, "Borough", Met.MET),
        ({"born_on": None}, "Age", Met.NOT_KNOWN),
        ({"born_on": date(2000, 3, 2)}, "Age", Met.NOT_MET),  # eighteen tomorrow
        ({"born_on": date(2000, 3, 1)}, "Age", Met.MET),
    ],
)
def test_each_question_is_answered_from_its_own_fact(changed, question, answer):
    assert met(replace(PILOT, **changed))[question] is answer


def test_what_is_not_known_is_never_met_and_what_is_not_met_outweighs_it():
    assert summed(eligibility(replace(PILOT, born_on=None))) is Met.NOT_KNOWN
    assert summed(eligibility(replace(PILOT, born_on=None, area="Barnet"))) is Met.NOT_MET
    assert summed(()) is Met.MET
    assert eligibility(replace(PILOT, programme="none", order_kind=OrderKind.HDC)) == ()


def test_a_youth_order_is_for_under_18s_and_each_programme_says_who_says_so():
    young = replace(PILOT, programme="none", order_kind=OrderKind.YOUTH)
    assert met(young)["Age"] is Met.NOT_MET
    assert met(replace(young, born_on=date(2001, 1, 1)))["Age"] is Met.MET
    assert all(one.source for one in PROGRAMMES.values())


def answered(kind: CheckKind, answer: Answer = Answer.NOTHING_KNOWN, *, ago: timedelta = DAY,
             until: timedelta | None = 90 * DAY) -> CheckFact:  # fmt: skip
    at = NOW - ago
    return CheckFact(kind, CheckStatus.ANSWERED, at - DAY, answer, at,
                     at + until if until is not None else None)  # fmt: skip


ABUSE, CHILD = CheckKind.DOMESTIC_ABUSE, CheckKind.CHILD_SAFEGUARDING
WHOLE = GateFacts((answered(ABUSE), answered(CHILD)), True, Suitable.SUITABLE, (Consent.YES,))


@pytest.mark.parametrize("act", list(GateAct))
def test_the_gate_is_open_where_all_is_answered_and_everybody_agrees(act):
    assert gate(act, WHOLE, NOW).open
    assert gate(act, WHOLE, NOW).missing == ()


@pytest.mark.parametrize("act", list(GateAct))
def test_nothing_known_is_everything_missing(act):
    found = gate(act, GateFacts(), NOW)
    assert found.missing == (Missing.ABUSE_CHECK, Missing.CHILD_CHECK, Missing.ADDRESS)
    assert not found.open
    assert len(found.words) == 3


@pytest.mark.parametrize(
    ("checks", "missing"),
    [
        ((CheckFact(ABUSE, CheckStatus.CHASED, NOW - DAY),), Missing.ABUSE_WAITING),
        ((CheckFact(ABUSE, CheckStatus.CALLED_OFF, NOW - DAY),), Missing.ABUSE_CHECK),
        ((answered(ABUSE, ago=91 * DAY),), Missing.ABUSE_OLD),
        ((answered(ABUSE, Answer.CONCERN),), Missing.ABUSE_CONCERN),
        ((answered(ABUSE, Answer.NOT_SAID),), Missing.ABUSE_CONCERN),
        ((answered(ABUSE, ago=-DAY),), Missing.ABUSE_CHECK),  # answered tomorrow
        # The newest answer counts, whichever way it goes.
        ((answered(ABUSE, ago=5 * DAY), answered(ABUSE, Answer.CONCERN)), Missing.ABUSE_CONCERN),
        ((answered(ABUSE, Answer.CONCERN, ago=5 * DAY), answered(ABUSE)), None),
    ],
)
def test_what_is_missing_of_a_check_is_said_in_its_own_words(checks, missing):
    found = gate(GateAct.RELEASE_HDC, replace(WHOLE, checks=(*checks, answered(CHILD))), NOW)
    assert found.missing == ((missing,) if missing else ())


def test_an_answer_is_good_until_its_instant_and_no_longer():
    one = answered(ABUSE, until=DAY)  # valid until NOW
    facts = replace(WHOLE, checks=(one, answered(CHILD)))
    assert gate(GateAct.PROPOSE, facts, NOW).missing == (Missing.ABUSE_OLD,)
    assert gate(GateAct.PROPOSE, facts, NOW - timedelta(seconds=1)).missing == ()


def test_the_address_matters_where_somebody_must_stay_at_one():
    for address, said in ((None, Missing.ADDRESS), (Suitable.NOT_YET, Missing.ADDRESS),
                          (Suitable.NOT_SUITABLE, Missing.ADDRESS_UNSUITABLE)):  # fmt: skip
        facts = replace(WHOLE, address=address)
        assert gate(GateAct.CHANGE_ADDRESS, facts, NOW).missing == (said,)
        nowhere = replace(facts, has_home=False)
        assert gate(GateAct.PROPOSE, nowhere, NOW).missing == ()
        assert gate(GateAct.RELEASE_HDC, nowhere, NOW).missing == (said,)  # it is a curfew


@pytest.mark.parametrize("consent", [Consent.NO, Consent.WITHDRAWN, Consent.NOT_ASKED])
def test_one_who_does_not_agree_is_enough(consent):
    facts = replace(WHOLE, consents=(Consent.YES, consent))
    assert gate(GateAct.RELEASE_HDC, facts, NOW).missing == (Missing.CONSENT,)


def leave(*missing: Missing, act: GateAct = GateAct.RELEASE_HDC) -> LeaveFact:
    return LeaveFact(1, act, "Otto", NOW - DAY, NOW + DAY, frozenset(missing), "It cannot wait.")


def test_a_named_reason_opens_for_what_it_covered_and_no_more():
    facts = replace(WHOLE, checks=(answered(CHILD),), leaves=(leave(Missing.ABUSE_CHECK),))
    found = gate(GateAct.RELEASE_HDC, facts, NOW)
    assert found.open
    assert found.leave is not None
    assert found.leave.officer == "Otto"
    assert found.missing == (Missing.ABUSE_CHECK,)  # it answers nothing
    worse = replace(facts, consents=(Consent.WITHDRAWN,))
    assert not gate(GateAct.RELEASE_HDC, worse, NOW).open
    assert not gate(GateAct.CHANGE_ADDRESS, facts, NOW).open  # another act
    assert not gate(GateAct.RELEASE_HDC, facts, NOW + DAY).open  # its time is over
    assert gate(GateAct.RELEASE_HDC, replace(WHOLE, leaves=facts.leaves), NOW).leave is None


CHECKS = st.lists(
    st.builds(
        answered, st.sampled_from(CheckKind), st.sampled_from(Answer),
        ago=st.integers(0, 200).map(lambda days: days * DAY),
    ),
    max_size=6,
)  # fmt: skip


@given(CHECKS)
def test_the_order_of_checks_changes_nothing_and_no_check_opens_more_than_none(checks):
    facts = replace(WHOLE, checks=tuple(checks))
    turned = replace(WHOLE, checks=tuple(reversed(checks)))
    found = gate(GateAct.PROPOSE, facts, NOW)
    times = [one.answered_at for one in checks]
    if len(set(times)) == len(times):
        assert gate(GateAct.PROPOSE, turned, NOW).missing == found.missing
    good = {one.kind for one in checks if one.answer is Answer.NOTHING_KNOWN}
    if found.open:
        assert good == set(CheckKind)


EVERY_NIGHT = (TimetableRow(WEEKDAYS, "19:00", "07:00"),)
SHIFT = Commitment(CommitmentKind.WORK, "shift at a bakery", ("TU",), "13:00", "21:00")


def test_a_curfew_that_collides_with_a_shift_is_said_with_its_hours():
    (found,) = clashes(EVERY_NIGHT, [SHIFT])
    assert found.minutes == 120
    assert found.words == (
        "Curfew 19:00 to 07:00 collides with work from 13:00 to 21:00 on Tuesdays, "
        "by 2 h 00 min: shift at a bakery"
    )


@pytest.mark.parametrize(
    ("commitment", "minutes"),
    [
        (Commitment(CommitmentKind.FAITH, "prayer", ("FR",), "13:00", "14:00"), []),
        (Commitment(CommitmentKind.CARING, "school run", ("MO",), "06:30", "08:30"), [30]),
        (Commitment(CommitmentKind.WORK, "night shift", ("SU",), "22:00", "06:00"), [480]),
        (Commitment(CommitmentKind.WORK, "ends as it begins", ("MO",), "17:00", "19:00"), []),
        (Commitment(CommitmentKind.HEALTH, "no fixed hours"), []),
    ],
)
def test_hours_run_past_midnight_and_past_sunday(commitment, minutes):
    assert [one.minutes for one in clashes(EVERY_NIGHT, [commitment])] == minutes


def test_what_binds_at_all_hours_collides_with_everything_that_has_hours():
    assert [one.minutes for one in clashes(None, [SHIFT])] == [480]


HHMM = st.builds("{:02d}:{:02d}".format, st.integers(0, 23), st.integers(0, 59))
DAYS = st.lists(st.sampled_from(WEEKDAYS), min_size=1, unique=True).map(tuple)


@given(DAYS, HHMM, HHMM, DAYS, HHMM, HHMM)
def test_collisions_grow_with_the_curfew_and_never_exceed_the_commitment(d1, s1, e1, d2, s2, e2):
    commitment = Commitment(CommitmentKind.WORK, "x", d1, s1, e1)
    narrow = clashes((TimetableRow(d2, s2, e2),), [commitment])
    wide = clashes((TimetableRow(WEEKDAYS, s2, e2),), [commitment])
    always = clashes(None, [commitment])
    total = [sum(one.minutes for one in found) for found in (narrow, wide, always)]
    assert total == sorted(total)


def test_every_table_refuses_what_it_does_not_name_in_a_sentence():
    for status in Status:
        for act in Act:
            if act in lifecycle.allowed_acts(status):
                assert lifecycle.decide(status, act, words="Why it is done.") in NEXT[status]
            else:
                with pytest.raises(Refused, match="cannot be"):
                    lifecycle.decide(status, act, words="Why it is done.")
    for check in CheckStatus:
        for act in CheckAct:
            if act in lifecycle.allowed_checks(check):
                assert lifecycle.decide_check(check, act) in CHECK_NEXT[check]
            else:
                with pytest.raises(Refused, match="cannot be"):
                    lifecycle.decide_check(check, act)
    with pytest.raises(Refused, match="cannot be granted"):
        lifecycle.decide_leave(LeaveStatus.REFUSED, LeaveAct.GRANT)
    assert (
        lifecycle.decide_leave(LeaveStatus.ASKED, LeaveAct.GRANT) in LEAVE_NEXT[LeaveStatus.ASKED]
    )


def test_every_status_but_the_first_is_reached_and_what_is_decided_stays_decided():
    reached = {after for targets in NEXT.values() for after in targets}
    assert reached == set(Status) - {Status.REFERRED}
    assert NEXT[Status.DECIDED] == {Status.DECIDED}


def test_an_answer_is_asked_after_on_its_day_and_every_other_day():
    due = clocks.due_at(ABUSE, NOW)
    assert due == NOW + 3 * DAY
    assert clocks.due_at(CHILD, NOW) == NOW + 5 * DAY
    assert clocks.next_look(due, now=NOW) == due
    assert clocks.next_look(due, now=due) == due + 2 * DAY
    assert clocks.next_look(due, now=due + 5 * DAY) == due + 6 * DAY


def test_who_lives_there_is_found_in_a_text_by_any_part_of_the_name():
    names = ["Mrs Perpetua Dunsmore", "Li"]
    assert wording.names_in("He lives with Mrs DUNSMORE.", names) == ["Mrs Perpetua Dunsmore"]
    assert wording.names_in("He lives with his mother, Mrs Jones; he likes it.", names) == []
