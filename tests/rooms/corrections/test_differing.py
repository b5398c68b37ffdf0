"""What is less than was said, and what only grew: pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waypost.corrections.differing import (
    change_of,
    chase_at,
    differences,
    sentence,
    worth_telling,
)
from waypost.corrections.values import Change, Difference, Said, What

T0 = datetime(2026, 3, 2, 20, tzinfo=UTC)
SAID = Said(17, 4, True, "certain", T0, T0 + timedelta(minutes=30), 30.0)
DECISION = Said(17, None)
CERTAINTIES = ("possible", "probable", "certain")


def test_what_was_taken_back_is_withdrawn_and_what_is_back_stands_again():
    gone = replace(SAID, stands=False)
    assert change_of(SAID, gone) is Change.WITHDRAWN
    assert change_of(gone, SAID) is Change.STANDS_AGAIN
    assert change_of(gone, replace(gone, minutes=2.0)) is None


@pytest.mark.parametrize("less", [{"minutes": 20.0}, {"certainty": "probable"}, {"minutes": 29.0}])
def test_shorter_or_less_sure_is_less(less):
    assert change_of(SAID, replace(SAID, **less)) is Change.LESSENED


@pytest.mark.parametrize(
    "more",
    [
        {"minutes": 45.0, "to_at": T0 + timedelta(minutes=45)},
        {"from_at": T0 - timedelta(minutes=10), "minutes": 40.0},
        {"minutes": 29.5},
    ],
)
def test_what_only_grew_or_was_rounded_corrects_nobody(more):
    assert change_of(SAID, replace(SAID, **more)) is None


def test_the_same_length_at_another_time_is_told():
    later = replace(SAID, from_at=T0 + timedelta(hours=1), to_at=T0 + timedelta(hours=1.5))
    assert change_of(SAID, later) is Change.TIMES_CORRECTED
    assert "21:00:00 to 21:30:00" in sentence(
        Difference(Change.TIMES_CORRECTED, SAID, later), "UTC"
    )


def test_a_decision_that_fell_with_all_it_was_about_is_said_once():
    now = {(17, 4): replace(SAID, stands=False), (17, None): replace(DECISION, stands=False)}
    found = differences([DECISION, SAID], now)
    assert [one.change for one in found] == [Change.DECISION_FELL, Change.WITHDRAWN]
    assert [one.change for one in worth_telling(found, now)] == [Change.WITHDRAWN]


def test_an_excuse_falls_alone():
    now = {(17, 4): SAID, (17, None): replace(DECISION, stands=False)}
    [one] = worth_telling(differences([DECISION, SAID], now), now)
    assert sentence(one, "UTC") == "The decision on alert 17 is no longer upheld."


def test_a_ground_that_is_no_longer_kept_is_no_difference():
    assert differences([SAID], {}) == []


SAIDS = st.builds(
    lambda stands, sure, start, length: Said(
        1, 2, stands, sure, T0 + timedelta(minutes=start),
        T0 + timedelta(minutes=start + length), float(length),
    ),
    st.booleans(), st.sampled_from(CERTAINTIES), st.integers(0, 60), st.integers(1, 120),
)  # fmt: skip


@given(SAIDS)
def test_what_is_as_it_was_said_needs_no_correction(one):
    assert change_of(one, one) is None


@given(SAIDS, SAIDS)
def test_of_two_that_differ_at_most_one_way_is_less(first, second):
    """A correction and its reverse are never both `lessened` unless one is shorter and the other
    less sure."""
    both = {change_of(first, second), change_of(second, first)}
    if both == {Change.LESSENED}:
        surer = CERTAINTIES.index(first.certainty) - CERTAINTIES.index(second.certainty)
        assert surer * (first.minutes - second.minutes) < 0


@given(SAIDS, SAIDS)
def test_every_difference_has_a_sentence_without_places(first, second):
    change = change_of(first, second)
    if change is not None:
        words = sentence(Difference(change, first, second), "Europe/London")
        assert words.startswith("The violation of 2 March 2026")
        assert words.endswith(".")


@given(st.sampled_from(list(What)), st.integers(0, 12))
def test_asking_again_never_stops_and_is_never_more_than_a_day_away(what, chased):
    wait = chase_at(what, chased, T0) - T0
    assert timedelta(0) < wait <= timedelta(hours=24)
