"""Fixes that their neighbours belie: who is belied, by whom, and that both ways agree."""

from datetime import UTC, datetime, timedelta

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from waypost.clock import to_us
from waypost.positions.quality import Spot
from waypost.rules.distrust import Neighbours, doubted, new_doubt_state
from waypost.rules.kernel import NEVER
from waypost.rules.timeline import InForce, ParameterTimeline, always
from waypost.rules.values import Parameters

START = datetime(2026, 3, 2, 12, tzinfo=UTC)


def belied(spots, timeline=None, state=None):
    """The times of the fixes found out, by the fast way."""
    found = doubted(
        new_doubt_state() if state is None else state,
        np.array([spot.us for spot in spots], dtype=np.int64),
        np.array([spot.x for spot in spots], dtype=np.float64),
        np.array([spot.y for spot in spots], dtype=np.float64),
        np.array([spot.r95_m for spot in spots], dtype=np.float64),
        timeline or always(Parameters()),
    )
    return [int(us) for us in found if us != NEVER]


def spot(seconds, x, y=0.0, r95_m=8.0):
    return Spot(to_us(START) + seconds * 1_000_000, float(x), float(y), float(r95_m))


def test_a_fix_far_from_two_that_agree_is_belied():
    spots = [spot(0, 0), spot(60, 400, r95_m=2), spot(120, 10)]
    assert belied(spots) == [spots[1].us]


def test_two_that_agree_with_each_other_are_not():
    """Somebody who is 400 m off twice in a row went there."""
    assert belied([spot(0, 0), spot(60, 400), spot(120, 405), spot(180, 0)]) == []


def test_a_wide_circle_contradicts_nobody():
    assert belied([spot(0, 0), spot(60, 400, r95_m=300), spot(120, 10)]) == []


def test_what_walking_allows_is_believed():
    """120 m in a minute is a run; there and back in two minutes is possible."""
    assert belied([spot(0, 0), spot(60, 120), spot(120, 0)]) == []


def test_neighbours_more_than_three_minutes_off_belie_nobody():
    assert belied([spot(0, 0), spot(181, 900), spot(241, 0)]) == []
    assert belied([spot(0, 0), spot(60, 900), spot(241, 0)]) == []


def test_neighbours_that_do_not_agree_belie_nobody():
    assert belied([spot(0, 0), spot(60, 900), spot(120, 1800)]) == []


places = st.lists(
    st.tuples(
        st.sampled_from([0, 1, 30, 60, 179, 181]),
        st.sampled_from([0, 50, 400, 420, 2000]),
        st.sampled_from([0, 300]),
        st.sampled_from([0, 8, 150]),
    ),
    max_size=12,
)


@settings(max_examples=300, deadline=None)
@given(places, st.integers(0, 12), st.booleans())
def test_the_fast_way_in_pieces_says_what_the_plain_one_says(moves, cut, changed):
    """Also where other numbers come into force on the way."""
    spots, seconds = [], 0
    for pause, x, y, r95_m in moves:
        seconds += pause
        spots.append(spot(seconds, x, y, r95_m))
    timeline = always(Parameters())
    if changed:
        later = InForce(START + timedelta(seconds=200), Parameters(walking_mps=8.0), 2)
        timeline = ParameterTimeline((InForce(None, Parameters(), 1), later))
    state = new_doubt_state()
    fast = belied(spots[:cut], timeline, state) + belied(spots[cut:], timeline, state)
    neighbours, plain = Neighbours(), []
    for one in spots:
        last = neighbours.last
        neighbours, so = neighbours.step(one, timeline.at_us(one.us).parameters)
        if so:
            plain.append(last.us)
    assert fast == plain
