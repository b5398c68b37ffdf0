"""What differs between two answers: pure, and the same whichever way one looks."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from waypost.matching.comparing import What, differing


@dataclass
class One:
    verdict: str
    score: float
    offence_id: int = 1
    activation_id: int = 1


ones = st.builds(One, st.sampled_from(["observed", "possible"]), st.floats(0, 1))
answers = st.dictionaries(st.integers(1, 6), ones, max_size=6)


def test_new_gone_and_changed_are_told_apart():
    before = {1: One("observed", 0.5), 2: One("observed", 0.5), 3: One("possible", 0.2)}
    after = {1: One("observed", 0.503), 3: One("observed", 0.2), 4: One("possible", 0.1)}
    found = differing(before, after)
    assert [(one.what, one.activation) for one in found] == [
        (What.GONE, 2), (What.CHANGED, 3), (What.NEW, 4),
    ]  # fmt: skip


@given(answers)
def test_an_answer_does_not_differ_from_itself(one):
    assert differing(one, one) == []


@given(answers, answers)
def test_what_is_new_one_way_is_gone_the_other(one, other):
    turned = {What.NEW: What.GONE, What.GONE: What.NEW, What.CHANGED: What.CHANGED}
    there, back = differing(one, other), differing(other, one)
    assert [(turned[each.what], each.activation, each.after, each.before) for each in there] == [
        (each.what, each.activation, each.before, each.after) for each in back
    ]
