"""Urgency comes from harm: bounded, explained, never from who somebody is, a call above all."""

from __future__ import annotations

import re
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from waypost.alerts import harm, urgency
from waypost.alerts.harm import Facts, rank
from waypost.alerts.values import CALLS_FOR_HELP, AlertKind, RiskKind
from waypost.rules.values import Certainty, How

NOW = datetime(2026, 3, 2, tzinfo=UTC)
AGES = st.integers(0, 800).map(lambda days: NOW - timedelta(days=days))
FACTS = st.builds(
    Facts,
    kind=st.sampled_from(list(AlertKind)),
    certainty=st.sampled_from(list(Certainty)),
    depth_m=st.floats(0, 5000),
    lasted=st.timedeltas(timedelta(0), timedelta(days=9)),
    shapes=st.frozensets(st.sampled_from(list(How))),
    risks=st.frozensets(st.sampled_from(list(RiskKind))),
    protects=st.booleans(),
    upheld=st.lists(AGES, max_size=8).map(tuple),
)
OTHERS = FACTS.filter(lambda facts: facts.kind not in CALLS_FOR_HELP)


@given(FACTS)
def test_a_call_for_help_is_100_and_nothing_else_ever_is(facts):
    found = rank(facts, NOW)
    assert (found.urgency == 100) == (facts.kind in CALLS_FOR_HELP)
    assert 0 <= found.urgency <= 100


@given(OTHERS)
def test_the_reasons_add_up_to_the_urgency(facts):
    """An officer who adds the numbers of the sentences comes to the number on the row."""
    found = rank(facts, NOW)
    numbers = [re.search(r": ([+-]?\d+)$", reason) for reason in found.reasons]
    total = sum(int(number[1]) for number in numbers if number)
    assert found.urgency == min(99, total)
    assert (total > 99) == found.reasons[-1].startswith("Stops at 99")


@given(OTHERS)
def test_what_is_added_is_small_and_bounded(facts):
    added = rank(facts, NOW).urgency - urgency.urgency(facts.kind, facts.certainty)
    assert 0 <= added <= 17


@given(OTHERS, st.sampled_from(list(RiskKind)), AGES, st.timedeltas(timedelta(0)))
def test_more_harm_never_makes_it_less_urgent(facts, risk, upheld_at, longer):
    before = rank(facts, NOW).urgency
    longer = min(longer, timedelta(days=9))
    for graver in (
        replace(facts, risks=facts.risks | {risk}),
        replace(facts, protects=True),
        replace(facts, upheld=(*facts.upheld, upheld_at)),
        replace(facts, depth_m=facts.depth_m + 100),
        replace(facts, lasted=facts.lasted + longer),
    ):
        assert rank(graver, NOW).urgency >= before


@given(st.lists(AGES, max_size=8), st.integers(0, 900))
def test_what_was_upheld_once_weighs_less_each_day_and_nothing_after_two_years(upheld, days):
    now, later = NOW, NOW + timedelta(days=days)
    assert harm.upheld_points(upheld, later) <= harm.upheld_points(upheld, now)
    assert harm.upheld_points(upheld[:1], NOW + timedelta(days=730)) == 0


def test_upheld_twice_of_late_is_said_with_how_long_ago():
    upheld = (NOW - timedelta(days=12), NOW - timedelta(days=40))
    found = rank(Facts(AlertKind.CURFEW, upheld=upheld), NOW)
    assert found.reasons[-1] == "Found upheld 2 times, the last 12 days ago: +3"
    once = rank(Facts(AlertKind.CURFEW, upheld=upheld[:1]), NOW)
    assert once.reasons[-1] == "Found upheld once 12 days ago: +2"


@given(st.floats(0, 1e5), FACTS)
def test_how_deep_in_a_moving_exclusion_is_never_a_fact(depth_m, facts):
    """It would say how near the protected person was, and so where."""
    facts = replace(facts, kind=AlertKind.MOVING_EXCLUSION)
    assert rank(facts, NOW) == rank(replace(facts, depth_m=depth_m), NOW)


def test_facts_hold_nothing_of_who_somebody_is_or_where():
    assert {field.name for field in fields(Facts)} == {
        "kind", "certainty", "depth_m", "lasted", "shapes", "risks", "protects", "upheld",
    }  # fmt: skip


def test_an_agreed_removal_is_no_more_urgent_for_whose_it_is():
    facts = Facts(AlertKind.CLINICAL_REMOVAL, risks=frozenset(RiskKind), protects=True)
    assert rank(facts, NOW).urgency == 10


def test_every_risk_has_its_points_and_words():
    assert set(harm.RISKS) == set(harm.RISK_WORDS) == set(RiskKind)
    assert max(harm.RISKS.values()) <= harm.RISKS_MAX
