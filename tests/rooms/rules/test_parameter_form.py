"""The rules' numbers as people type and read them, and as a record keeps them."""

from __future__ import annotations

import math
from dataclasses import fields, replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waypost.rules.parameter_form import (
    NAMES,
    bounds,
    differences,
    digest_of_values,
    parameters_of,
    read_form,
    shown,
    typed,
    unstated,
    values_of,
)
from waypost.rules.parameter_words import WORDS
from waypost.rules.values import Parameters

DEFAULTS = Parameters()


def test_every_number_has_its_words_and_no_words_are_of_a_number_that_is_gone():
    assert {field.name for field in fields(Parameters)} == set(WORDS)


@pytest.mark.parametrize("name", NAMES)
def test_a_number_says_its_name_meaning_and_source_and_its_default_is_within_its_bounds(name):
    words = WORDS[name]
    assert words.name
    assert words.meaning.endswith(".")
    assert words.source.endswith(".")
    assert words.lowest <= float(typed(DEFAULTS)[name]) <= words.highest


@pytest.mark.parametrize("name", NAMES)
def test_both_bounds_may_be_typed_and_nothing_beyond_them(name):
    words = WORDS[name]
    for value in (words.lowest, words.highest):
        assert not read_form(typed(DEFAULTS) | {name: f"{value:.10f}"}).problems
    for value in (words.lowest - 1, words.highest + 1):
        (problem,) = read_form(typed(DEFAULTS) | {name: f"{value:.10f}"}).problems
        assert (problem.type, problem.field) == ("OUT_OF_BOUNDS", name)
        assert words.name in problem.message
        assert f"is {value:.10f}".rstrip("0").rstrip(".") in problem.message
        assert bounds(name) in problem.action


@pytest.mark.parametrize(
    "text", ["", " ", "ten", "nan", "inf", "1e999", "1_0", "15 min", "٣" * 30, "0x10"]
)
def test_what_is_no_number_is_named_with_what_to_do(text):
    (problem,) = read_form(typed(DEFAULTS) | {"gap_min": text}).problems
    assert (problem.type, problem.field) == ("NOT_A_NUMBER", "gap_min")
    assert problem.action == f"Type a number from {bounds('gap_min')}."


def test_every_field_that_is_wrong_is_named_at_once():
    sent = typed(DEFAULTS) | {"gap_min": "", "speed_max_mps": "9999"}
    assert [one.field for one in read_form(sent).problems] == ["gap_min", "speed_max_mps"]


def test_what_a_form_shows_is_read_as_what_it_showed():
    assert read_form(typed(DEFAULTS)).rows == [DEFAULTS]


@given(st.data())
def test_whatever_is_typed_within_bounds_is_kept_and_shown_as_typed(data):
    sent = {}
    for name in NAMES:
        low, high = math.ceil(WORDS[name].lowest), int(WORDS[name].highest)
        some = st.integers(low, high) if low <= high else st.just("0.005")
        sent[name] = str(data.draw(some, label=name))
    (parameters,) = read_form(sent).rows
    assert typed(parameters) == sent
    assert parameters_of(values_of(parameters)) == parameters


def test_a_number_that_a_record_does_not_state_stands_at_the_default_and_is_said_to():
    """The record was written by a version that did not have it."""
    values = values_of(replace(DEFAULTS, gap_min=timedelta(minutes=20)))
    del values["curfew_deep_m"]
    values["of_long_ago"] = 3
    assert parameters_of(values) == replace(DEFAULTS, gap_min=timedelta(minutes=20))
    assert unstated(values) == ("curfew_deep_m",)


def test_a_digest_is_of_exactly_these_numbers_in_whatever_order():
    values = values_of(DEFAULTS)
    backwards = dict(reversed(values.items()))
    assert digest_of_values(backwards) == digest_of_values(values)
    assert digest_of_values(values | {"gap_min": 901.0}) != digest_of_values(values)


def test_differences_are_told_with_their_units_and_only_they():
    after = replace(DEFAULTS, gap_min=timedelta(minutes=20), speed_max_mps=100.0)
    assert [(one.name, one.before, one.after) for one in differences(DEFAULTS, after)] == [
        ("gap_min", "15 minutes", "20 minutes"),
        ("speed_max_mps", "90 metres a second", "100 metres a second"),
    ]
    assert differences(after, after) == []
    assert shown("gap_min", after) == "20 minutes"
