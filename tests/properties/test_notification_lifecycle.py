"""A notification moves by its table alone, and its clocks wait for one side at a time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waypost.errors import Refused
from waypost.policing import clocks, lifecycle
from waypost.policing.clocks import LEFT_AT_LEAST, WITHIN, Clock, Clocks
from waypost.policing.facts import (
    EDGE_KEPT,
    FIXES_MAX,
    THIN_EVERY,
    FixFact,
    thinned,
)
from waypost.policing.values import (
    FROM,
    NEXT,
    OPEN,
    SIDE,
    TARGET,
    WITH_THE_FORCE,
    Act,
    Side,
    Status,
)

ACTS, STATUSES = st.sampled_from(list(Act)), st.sampled_from(list(Status))
# Around both clock changes of a year, and beside them: clocks are lengths, never wall time.
STARTS = st.sampled_from([
    datetime(2026, 3, 29, 0, 50, tzinfo=UTC), datetime(2026, 10, 25, 0, 50, tzinfo=UTC),
    datetime(2026, 3, 28, 13, tzinfo=UTC), datetime(2026, 10, 24, 13, tzinfo=UTC),
    datetime(2026, 7, 1, tzinfo=UTC),
])  # fmt: skip
SPANS = st.timedeltas(timedelta(0), timedelta(days=3))


@given(STATUSES, ACTS, st.text(max_size=5))
def test_an_act_leads_where_the_table_says_or_is_refused(status, act, words):
    try:
        after = lifecycle.decide(status, act, words=words)
    except Refused:
        lacks_words = act in lifecycle.NEEDS_WORDS and not words.strip()
        assert lacks_words or not lifecycle.leads_on(status, act)
        return
    if act is Act.CORRECT:
        assert after is status
    else:
        assert after is TARGET[act]
        assert after in NEXT[status]


@given(st.lists(ACTS, max_size=40))
def test_whatever_is_tried_a_notification_that_was_sent_ends_known_to_both_sides(acts):
    """It is never closed behind the force's back: discarded unsent, answered, or a withdrawal that
    the force has said it knows."""
    status, last = Status.DRAFTED, None
    for act in acts:
        if lifecycle.leads_on(status, act):
            status, last = lifecycle.decide(status, act, words="why"), act
    if status is Status.CLOSED:
        assert last in {Act.DISCARD, Act.CLOSE, Act.NOTE_WITHDRAWAL}
        assert lifecycle.allowed_acts(status, Side.PROVIDER) == ()
        assert lifecycle.allowed_acts(status, Side.FORCE) == ()


def test_every_open_status_has_somebody_s_turn_and_every_move_an_act():
    reached = {(one.before, one.after) for one in lifecycle.moves()}
    assert reached == {(before, after) for before in NEXT for after in NEXT[before]}
    for status in OPEN:
        assert any(lifecycle.allowed_acts(status, side) for side in Side), status
    assert set(SIDE) == set(Act) == set(TARGET) | {Act.CORRECT}
    assert set(FROM) <= set(TARGET)


@pytest.mark.parametrize("status", list(Status))
def test_what_was_sent_can_be_corrected_and_withdrawn_until_it_is_over(status):
    acts = lifecycle.allowed_acts(status, Side.PROVIDER)
    assert (Act.CORRECT in acts) == (status in WITH_THE_FORCE)
    assert (Act.WITHDRAW in acts) == (status in WITH_THE_FORCE - {Status.WITHDRAWN})


def test_each_clock_of_the_table_has_its_source_and_the_grave_is_never_slower():
    assert set(WITHIN) == set(Clock) == set(clocks.CLOCK_WORDS)
    for one in WITHIN.values():
        assert one.grave <= one.other
        assert one.source
    assert WITHIN[Clock.RECEIVE].grave == timedelta(minutes=15)
    assert WITHIN[Clock.ANSWER].grave == timedelta(hours=24)


@given(STARTS, st.booleans(), SPANS, SPANS)
def test_more_wanted_stands_the_force_s_clock_still_for_as_long_as_it_waits(
    start, grave, asked_after, waited
):
    runs = clocks.sent(start, grave=grave)
    asked_at = start + asked_after
    asked = clocks.asked_more(clocks.received(runs), asked_at, grave=grave)
    assert clocks.waiting(asked, Status.MORE_WANTED).side is Side.PROVIDER
    assert asked.answer_by is None
    given_at = asked_at + waited
    after = clocks.supplied(asked, given_at)
    left = runs.answer_by - asked_at
    assert after.answer_by - given_at == max(left, LEFT_AT_LEAST)
    assert clocks.waiting(after, Status.ASSESSING).side is Side.FORCE
    assert after.supply_by is None


@given(STARTS, st.booleans(), SPANS)
def test_of_two_clocks_the_earlier_is_waited_for_and_each_ends_once(start, grave, later):
    runs = clocks.sent(start, grave=grave)
    now = start + later
    waits = clocks.waiting(runs, Status.SENT)
    assert waits.clock is Clock.RECEIVE
    assert waits.is_overdue(now) == (runs.receive_by <= now)
    ended, after = clocks.ended(runs, Status.SENT, now), clocks.after(runs, Status.SENT, now)
    assert (ended is None) == (now < runs.receive_by)
    if ended is not None and now >= runs.answer_by:
        assert ended.clock is Clock.ANSWER
    assert after == min((by for by in (runs.receive_by, runs.answer_by) if by > now), default=None)


@given(STATUSES)
def test_where_no_clock_runs_nobody_is_waited_for(status):
    assert clocks.waiting(Clocks(), status) is None
    assert clocks.after(Clocks(), status, datetime(2026, 3, 2, tzinfo=UTC)) is None


@given(st.lists(st.integers(0, 20 * 60), max_size=300), st.integers(0, 600), st.integers(0, 600))
def test_fixes_of_a_long_breach_are_thinned_between_its_edges_and_counted(minutes, start, length):
    zero = datetime(2026, 3, 2, tzinfo=UTC)
    fixes = [
        FixFact(zero + timedelta(minutes=one), 51.5, -0.1, 5.0, "GNSS", True)
        for one in sorted(minutes)
    ]
    stretch = (zero + timedelta(minutes=start), zero + timedelta(minutes=start + length))
    kept, left_out = thinned(fixes, [stretch])
    assert len(kept) + left_out == len(fixes)
    assert set(kept) <= set(fixes)
    assert list(kept) == sorted(kept, key=lambda one: one.at)
    near = [one for one in fixes if any(abs(one.at - edge) <= EDGE_KEPT for edge in stretch)]
    assert all(one in kept for one in near)
    if len(fixes) <= FIXES_MAX:
        assert left_out == 0
    for before, after in pairwise(fixes):
        gap = after.at - before.at
        assert after in kept or gap < THIN_EVERY
