"""Whatever is done to a device, it moves only as NEXT says, and never off somebody unawares."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waypost.devices.lifecycle import NEXT, Status, allowed_by_hand, decide
from waypost.errors import Refused

statuses = st.sampled_from(list(Status))
STEPS = st.lists(st.tuples(statuses, st.sampled_from(["", " ", "broken strap"]), st.booleans()))


@given(start=statuses, steps=STEPS)
def test_a_device_moves_only_as_the_table_says(start, steps):
    status = start
    for after, reason, in_use in steps:
        try:
            reached = decide(status, after, reason=reason, in_use=in_use)
        except Refused:
            continue
        assert reached is after
        assert after in NEXT[status]
        assert after is Status.FITTED or (reason.strip() and not in_use)
        status = reached


@given(status=statuses, in_use=st.booleans())
def test_what_is_offered_by_hand_is_allowed_and_never_a_fitting(status, in_use):
    for after in allowed_by_hand(status, in_use=in_use):
        assert after is not Status.FITTED
        assert decide(status, after, reason="as counted", in_use=in_use) is after


@pytest.mark.parametrize("after", [Status.DESTROYED, Status.RETURNED])
def test_a_fitted_device_is_neither_destroyed_nor_sent_back(after):
    with pytest.raises(Refused, match="is fitted and cannot be"):
        decide(Status.FITTED, after, reason="broken", in_use=False)


@pytest.mark.parametrize("status", sorted(set(Status) - {Status.STOCK}))
def test_only_a_device_in_stock_is_fitted(status):
    with pytest.raises(Refused):
        decide(status, Status.FITTED, reason="", in_use=False)
    assert decide(Status.STOCK, Status.FITTED, reason="", in_use=False) is Status.FITTED


def test_what_is_destroyed_stays_destroyed():
    for after in Status:
        with pytest.raises(Refused, match="nothing follows"):
            decide(Status.DESTROYED, after, reason="a mistake", in_use=False)


def test_every_state_can_be_reached_from_stock():
    reached, edge = {Status.STOCK}, {Status.STOCK}
    while edge:
        edge = {after for one in edge for after in NEXT[one]} - reached
        reached |= edge
    assert reached == set(Status) == set(NEXT)
