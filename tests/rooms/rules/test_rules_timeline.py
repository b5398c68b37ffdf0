"""The time line of the numbers: which revision is in force when."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from waypost.clock import from_us, to_us
from waypost.rules.timeline import InForce, ParameterTimeline, always
from waypost.rules.values import Parameters

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
FIRST = InForce(None, Parameters(), 1)
SECOND = InForce(NOON, Parameters(curfew_deep_m=50), 4)
THIRD = InForce(NOON + HOUR, Parameters(curfew_deep_m=80), 7)
LINE = ParameterTimeline((FIRST, SECOND, THIRD))


def test_a_revision_is_in_force_from_its_very_instant_to_the_next_ones():
    assert LINE.at(NOON - timedelta(microseconds=1)) is FIRST
    assert LINE.at(NOON) is SECOND
    assert LINE.at(NOON + HOUR - timedelta(microseconds=1)) is SECOND
    assert LINE.at(NOON + 5 * HOUR) is THIRD


def test_between_says_all_that_judged_a_stretch_and_no_more():
    noon = to_us(NOON)
    assert LINE.between(noon - 5, noon) == (FIRST,)
    assert LINE.between(noon - 5, noon + 1) == (FIRST, SECOND)
    assert LINE.between(noon, noon + 1) == (SECOND,)
    assert LINE.between(noon - 5, to_us(NOON + 2 * HOUR)) == (FIRST, SECOND, THIRD)


@given(st.lists(st.integers(-120, 180)))
def test_the_parts_of_sorted_times_are_all_of_them_each_under_its_numbers(minutes):
    at = np.array(sorted(to_us(NOON + one * HOUR / 60) for one in minutes), dtype=np.int64)
    parts = list(LINE.parts(at))
    assert np.array_equal(np.concatenate([at[part] for part, _ in parts]), at)
    assert all(LINE.at(from_us(us)) is entry for part, entry in parts for us in at[part])
    assert len(parts) == max(1, len({id(LINE.at(from_us(us))) for us in at}))


@pytest.mark.parametrize(
    "entries",
    [(), (SECOND,), (FIRST, THIRD, SECOND), (FIRST, SECOND, SECOND), (FIRST, FIRST)],
    ids=["none", "no beginning", "back in time", "two at once", "two beginnings"],
)
def test_revisions_that_do_not_follow_each_other_are_our_mistake(entries):
    with pytest.raises(ValueError, match="revision"):
        ParameterTimeline(entries)


def test_the_same_numbers_always_are_a_line_of_one_and_a_line_stays_as_it_is():
    assert always(Parameters()).entries == (InForce(None, Parameters()),)
    assert always(LINE) is LINE
