"""Counts as they may leave: nothing that rests on fewer than five people, nothing to the unit."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waypost.evaluation.cells import SMALL, Cell, cell


@given(st.integers(0, 3_000), st.integers(0, 50_000))
def test_no_number_tells_of_fewer_than_five_people_or_to_the_unit(people, more):
    told = cell(people, people + more)
    if people < SMALL:
        assert told == Cell(None, None)
        return
    for number, true in ((told.people, people), (told.count, people + more)):
        assert number % SMALL == 0
        assert number >= SMALL
        assert abs(number - true) <= SMALL // 2


@given(st.integers(SMALL, 1_000))
def test_who_takes_one_count_from_another_does_not_learn_of_one_person(people):
    """With one more person behind it a count reads the same, or as five more would."""
    with_one = cell(people + 1).people
    assert with_one - cell(people).people in {0, SMALL}
    alike = {cell(one).people for one in range(with_one - 2, with_one + 3) if one >= SMALL}
    assert alike == {with_one}


def test_many_counts_of_few_people_are_not_told():
    assert cell(4, 900) == Cell(None, None)
    assert cell(5, 901) == Cell(5, 900)
    assert cell(0) == Cell(None, None)


@pytest.mark.parametrize(("people", "count"), [(-1, 0), (3, 2)])
def test_a_count_without_its_people_is_refused(people, count):
    with pytest.raises(ValueError, match="cannot be counted"):
        cell(people, count)
