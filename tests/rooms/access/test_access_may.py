"""May I? Who reaches which case, for which purpose, and what a refusal says."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from waypost.access import may
from waypost.access.purposes import GATEWAYS
from waypost.access.values import MACHINE, Case, Permission, Posted, Purpose, Reach, Role
from waypost.errors import NoSuchThing, Refused

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)


def officer(*roles, number=1, teams=(), person=None):
    return Posted(number, "Officer", frozenset(roles), frozenset(teams), person)


def case(person=10, officers=(), teams=(), limited=False, named=()):
    return Case(person, frozenset(officers), frozenset(teams), limited, frozenset(named))


def whereabouts(by, about, purpose, hours=24, ago=48):
    start = NOW - timedelta(hours=ago)
    return may.decide_whereabouts(
        by, about, purpose, start, start + timedelta(hours=hours), now=NOW
    )


def test_every_role_stands_in_the_table():
    assert set(may.RULES) == set(Role)


@pytest.mark.parametrize(
    ("by", "about", "allowed"),
    [
        (officer(Role.MONITORING_OFFICER), case(), True),
        (officer(Role.PROBATION_PRACTITIONER), case(officers=[1]), True),
        (officer(Role.PROBATION_PRACTITIONER), case(officers=[2]), False),
        (officer(Role.PROBATION_PRACTITIONER, teams=[5]), case(officers=[2], teams=[5]), False),
        (officer(Role.PROBATION_PRACTITIONER, teams=[5]), case(teams=[5]), True),
        (officer(Role.IOM_COORDINATOR, teams=[5]), case(officers=[2], teams=[5]), True),
        (officer(Role.IOM_COORDINATOR, teams=[6]), case(officers=[2], teams=[5]), False),
        (officer(Role.POLICE_ANALYST), case(), False),
        (officer(Role.PROGRAMME_EVALUATOR), case(officers=[1]), False),
        (officer(Role.ADMINISTRATOR), case(officers=[1]), False),
        (officer(Role.DATA_PROTECTION_OFFICER), case(), False),
        (officer(), case(officers=[1]), False),
        (MACHINE, case(), True),
    ],
)
def test_who_may_read_a_person(by, about, allowed):
    assert may.decide(by, Permission.PERSON_READ, about).allowed is allowed


def test_an_administrator_touches_no_case_and_sees_the_system():
    by = officer(Role.ADMINISTRATOR)
    assert may.reach(by) is Reach.NOBODY
    may.check(by, Permission.SYSTEM_READ)
    with pytest.raises(Refused):
        may.check(by, Permission.WHEREABOUTS_READ)


def test_a_refusal_names_the_rule_and_who_may():
    with pytest.raises(Refused, match=r"offence:upload; a police analyst may") as refusal:
        may.check(officer(Role.WEARER), Permission.OFFENCE_UPLOAD)
    assert not isinstance(refusal.value, NoSuchThing)


@given(
    st.sets(st.sampled_from(Role)).map(frozenset),
    st.sampled_from(Permission),
    st.booleans(),
    st.booleans(),
)
@example(frozenset({Role.MONITORING_OFFICER, Role.WEARER}), Permission.OWN_DATA_READ, True, False)
def test_limited_access_is_known_to_named_staff_alone(roles, permission, named, responsible):
    """Not even the refusal may tell that they exist; naming staff gives no new permission."""
    by = Posted(1, "Officer", roles, frozenset({5}), None)
    open_case = case(officers=[1] if responsible else [], teams=[5])
    limited = case(officers=[1] if responsible else [], teams=[5], limited=True,
                   named=[1] if named else [])  # fmt: skip
    if permission in {Permission.ANYBODY, Permission.SIGNED_IN}:
        return
    answer = may.decide(by, permission, limited)
    carried = {may.RULES[role][permission] for role in roles if permission in may.RULES[role]}
    own_alone = carried == {may.Reach.SELF}  # a wearer learns of nobody else, named or not
    assert answer.hidden is (not named or own_alone)
    if not named:
        assert not answer.allowed
        with pytest.raises(NoSuchThing, match=r"^There is no such person\.$"):
            may.check(by, permission, limited)
    elif may.decide(by, permission, open_case).allowed:
        assert answer.allowed
    if answer.allowed:
        assert may.decide(by, permission).allowed


def test_a_wearer_sees_themselves_and_nobody_else():
    by = officer(Role.WEARER, person=10)
    assert whereabouts(by, case(10), Purpose.SUBJECT_ACCESS).allowed
    assert whereabouts(by, case(10, limited=True), Purpose.SUBJECT_ACCESS).allowed
    assert not whereabouts(by, case(11), Purpose.SUBJECT_ACCESS).allowed
    assert whereabouts(by, case(11, limited=True), Purpose.SUBJECT_ACCESS).hidden
    assert not may.decide(by, Permission.PERSON_READ, case(10)).allowed


@pytest.mark.parametrize(
    ("role", "purpose", "hours", "allowed"),
    [
        (Role.MONITORING_OFFICER, Purpose.ALERT_RESPONSE, 24, True),
        (Role.MONITORING_OFFICER, Purpose.CRIME_MAPPING, 24, False),
        (Role.POLICE_ANALYST, Purpose.CRIME_MAPPING, 48, True),
        (Role.POLICE_ANALYST, Purpose.CRIME_MAPPING, 49, False),
        (Role.POLICE_ANALYST, Purpose.ALERT_RESPONSE, 1, False),
        (Role.PROBATION_PRACTITIONER, Purpose.SUPERVISION, 14 * 24, True),
        (Role.PROBATION_PRACTITIONER, Purpose.SUPERVISION, 14 * 24 + 1, False),
        (Role.DATA_PROTECTION_OFFICER, Purpose.AUDIT_REVIEW, 1, False),
        (Role.DATA_PROTECTION_OFFICER, Purpose.SUBJECT_ACCESS, 24 * 300, True),
        (Role.ADMINISTRATOR, Purpose.SYSTEM_SUPPORT, 1, False),
        (Role.MONITORING_OFFICER, Purpose.ALERT_RESPONSE, 0, False),
    ],
)
def test_a_purpose_has_its_roles_and_its_window(role, purpose, hours, allowed):
    answer = whereabouts(officer(role), case(officers=[1]), purpose, hours)
    assert answer.allowed is allowed
    assert answer.rule


def test_the_purpose_must_be_of_a_role_that_reaches_the_case():
    """A purpose of one role does not ride on the reach of another."""
    by = officer(Role.PROBATION_PRACTITIONER, Role.MONITORING_OFFICER)
    somebody_elses = case(officers=[2])
    assert whereabouts(by, somebody_elses, Purpose.ALERT_RESPONSE).allowed
    assert not whereabouts(by, somebody_elses, Purpose.SUPERVISION).allowed


def test_the_rule_of_a_permitted_look_names_its_law():
    answer = whereabouts(officer(Role.POLICE_ANALYST), case(), Purpose.CRIME_MAPPING)
    assert GATEWAYS[Purpose.CRIME_MAPPING].law in answer.rule


def test_a_window_that_has_not_begun_is_refused():
    answer = whereabouts(officer(Role.MONITORING_OFFICER), case(), Purpose.ALERT_RESPONSE, ago=-1)
    assert not answer.allowed
