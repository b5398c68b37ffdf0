"""Scoring by hand-made truth: a bench that matched or counted wrongly would flatter the rules."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waypost.rules.values import RowKind
from waypost.worlds.scoring import (
    Alert,
    Share,
    TrueBreach,
    depth_class,
    gathered,
    length_class,
    merged,
    paired_difference,
    ratio_interval,
    recall,
    score,
    shared,
    total_s,
)

EXCLUSION = RowKind.EXCLUSION


def breach(from_s, to_s, *, requirement="R1", person="P1", depth_m=80.0, monitored=1.0):
    return TrueBreach(
        person, requirement, EXCLUSION, from_s, to_s, to_s - from_s, depth_m, monitored
    )


def alert(from_s, to_s, *, raised_s=None, requirement="R1", person="P1", withdrawn=False):
    raised = to_s if raised_s is None else raised_s
    return Alert(person, requirement, EXCLUSION, from_s, to_s, raised, withdrawn)


def test_an_alert_that_overlaps_a_breach_finds_it_and_one_that_does_not_is_false():
    scored = score([breach(1000, 1300)], [alert(1200, 1500), alert(5000, 5100)])
    assert [one.found for one in scored.breaches] == [True]
    assert [one.from_s for one in scored.true] == [1200]
    assert [one.from_s for one in scored.false] == [5000]


def test_a_minute_is_allowed_at_either_end_and_no_more():
    assert score([breach(1000, 1300)], [alert(1360, 1400)]).true
    assert score([breach(1000, 1300)], [alert(900, 940)]).true
    assert score([breach(1000, 1300)], [alert(1361, 1400)]).false
    assert score([breach(1000, 1300)], [alert(900, 939)]).false


def test_one_alert_may_cover_two_breaches_and_is_one_alert():
    scored = score([breach(1000, 1300), breach(2000, 2300)], [alert(1000, 2300)])
    assert [one.found for one in scored.breaches] == [True, True]
    assert (len(scored.true), len(scored.false)) == (1, 0)


def test_two_alerts_for_one_breach_are_both_true_and_the_first_counts():
    scored = score([breach(1000, 3000)], [alert(2500, 2600), alert(1100, 1200)])
    assert len(scored.true) == 2
    assert scored.breaches[0].first.raised_s == 1200
    assert recall(scored.breaches) == Share(1, 1)


def test_a_breach_found_late_is_found_but_not_in_time():
    late, prompt = (
        score([breach(1000, 1300)], [alert(1000, 1300, raised_s=raised_s)]).breaches[0]
        for raised_s in (9000, 1200)
    )
    assert (late.found, late.in_time) == (True, False)
    assert (prompt.found, prompt.in_time) == (True, True)


def test_an_alert_taken_back_called_somebody_but_finds_nothing():
    over_a_breach = score([breach(1000, 1300)], [alert(1000, 1300, withdrawn=True)])
    assert not over_a_breach.breaches[0].found
    assert (len(over_a_breach.true), len(over_a_breach.false)) == (1, 0)
    assert len(score([], [alert(1000, 1300, withdrawn=True)]).false) == 1


@pytest.mark.parametrize("other", [{"requirement": "R2"}, {"person": "P2"}])
def test_an_alert_of_another_requirement_or_person_finds_nothing(other):
    scored = score([breach(1000, 1300)], [alert(1000, 1300, **other)])
    assert not scored.breaches[0].found
    assert len(scored.false) == 1


def test_recall_leaves_out_the_short_and_what_nobody_could_see():
    breaches = [breach(0, 59), breach(1000, 1060), breach(2000, 2600, monitored=0.49)]
    scored = score(breaches, [alert(1000, 1060)])
    assert recall(scored.breaches, least_s=60) == Share(1, 1)
    assert recall(scored.breaches) == Share(1, 2)


def test_classes_take_their_lower_bound_and_the_deepest_has_no_upper():
    assert [depth_class(d) for d in (0, 24.9, 25, 50, 100, 249.9, 250, 5000)] == [
        0, 0, 1, 2, 3, 3, 4, 4,
    ]  # fmt: skip
    assert [length_class(s) for s in (10, 59, 60, 300, 900, 3599, 3600)] == [0, 0, 1, 2, 3, 3, 4]


def test_stretches_less_than_five_minutes_apart_are_one_breach():
    assert gathered([(0, 10), (309, 320), (620, 700)]) == [[(0, 10), (309, 320)], [(620, 700)]]


def test_a_share_below_twenty_is_not_enough_data_and_none_has_no_value():
    assert str(Share(3, 19)) == "3 of 19: not enough data"
    assert Share(0, 0).value is None
    assert Share(0, 0).interval == (0.0, 1.0)


def test_wilsons_interval_is_that_of_the_published_example():
    """Newcombe 1998, table I: 81 of 263 gives 0.2553 to 0.3662; 0 of 20 gives 0 to 0.1611."""
    assert Share(81, 263).interval == pytest.approx((0.2553, 0.3662), abs=1e-4)
    assert Share(0, 20).interval == pytest.approx((0.0, 0.1611), abs=1e-4)


def test_the_difference_of_recalls_is_paired_and_its_interval_holds_no_difference_when_equal():
    breaches = [breach(1000 * n, 1000 * n + 100) for n in range(100)]
    first = score(breaches, [alert(1000 * n, 1000 * n + 100) for n in range(90)]).breaches
    second = score(breaches, [alert(1000 * n, 1000 * n + 100) for n in range(10, 100)]).breaches
    middle, low, high = paired_difference(first, second)
    assert middle == 0
    assert low < 0 < high
    middle, low, high = paired_difference(first, score(breaches, []).breaches)
    assert 0.8 < low < middle < high < 1.0


def test_a_ratio_of_alerts_is_surer_when_every_wearer_says_the_same():
    even, _, _ = ratio_interval([1] * 50, [10] * 50)
    assert even == pytest.approx(0.1)
    _, low, high = ratio_interval([50] + [0] * 49, [10] * 50)
    assert low == 0.0
    assert high > 0.2
    assert math.isnan(ratio_interval([1], [0])[0])


Spans = st.lists(st.tuples(st.integers(0, 500), st.integers(1, 60)), max_size=12)


def _as_spans(drawn):
    return merged((float(start), float(start + length)) for start, length in drawn)


@given(Spans, Spans)
def test_shared_time_is_that_of_the_seconds_that_lie_in_both(first, second):
    one, other = _as_spans(first), _as_spans(second)
    seconds = [
        {second for start, end in spans for second in range(int(start), int(end))}
        for spans in (one, other)
    ]
    assert total_s(one) == len(seconds[0])
    assert total_s(shared(one, other)) == len(seconds[0] & seconds[1])
    assert shared(one, other) == shared(other, one)
