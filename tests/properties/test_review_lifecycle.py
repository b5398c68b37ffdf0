"""Whatever is done with a match in whatever order, nothing is agreed without two people."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waypost.errors import Refused
from waypost.review import lifecycle
from waypost.review.values import AGREED, NEXT, TARGET, Act, Doer, Status


@given(st.lists(st.sampled_from(list(Act)), max_size=12))
def test_whatever_is_agreed_was_qualified_and_then_approved(acts):
    status, path = Status.WAITING, []
    for act in acts:
        try:
            status = lifecycle.decide(status, act, words="Said why.")
        except Refused:
            continue
        path.append(act)
    if status in AGREED:
        approved = len(path) - 1 - path[::-1].index(Act.APPROVE)
        assert path[approved - 1] is Act.QUALIFY
        assert Act.SEND_BACK not in path[approved:]
        assert Act.WITHDRAW not in path[approved:]


@given(st.sampled_from(list(Status)), st.sampled_from(list(Act)))
def test_no_act_goes_without_words(status, act):
    with pytest.raises(Refused):
        lifecycle.decide(status, act, words="  ")


def test_every_move_of_the_table_has_an_act_and_every_act_a_move():
    made = {(move.before, move.after) for move in lifecycle.moves()}
    assert made == {(before, after) for before, afters in NEXT.items() for after in afters}
    assert {move.act for move in lifecycle.moves()} == set(TARGET) == set(Act)


def test_only_the_second_person_approves_and_only_the_analyst_qualifies():
    assert lifecycle.allowed_acts(Status.QUALIFIED, Doer.SECOND) == (Act.APPROVE, Act.SEND_BACK)
    assert Act.APPROVE not in lifecycle.allowed_acts(Status.QUALIFIED, Doer.ANALYST)
    assert lifecycle.allowed_acts(Status.WAITING, Doer.SECOND) == ()
    assert lifecycle.allowed_acts(Status.REFERRED, Doer.UNIT) == (Act.RECORD_OUTCOME,)
