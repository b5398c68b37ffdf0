"""Stops and places: told from fixes alone, and never more than the fixes say."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from waypost.clock import to_us
from waypost.positions.stops import (
    SILENCE_MAX,
    STOP_MIN,
    PlaceKind,
    places_of,
    stops_of,
    trips_of,
)

MONDAY = datetime(2026, 3, 2, tzinfo=UTC)
HOUR = timedelta(hours=1)
HOME, WORK, SHOP = (0.0, 0.0), (4000.0, 0.0), (0.0, 900.0)


def arrays(spots, r95_m=10.0):
    """(when, (x, y)) or (when, (x, y), R95) as the arrays that the ladder reads."""
    spots = [(*one, r95_m) if len(one) == 2 else one for one in spots]
    at = np.array([to_us(when) for when, _, _ in spots], dtype=np.int64)
    places = np.array([place for _, place, _ in spots], dtype=np.float64).reshape(-1, 2)
    return at, places[:, 0], places[:, 1], np.array([r95 for *_, r95 in spots], dtype=np.float64)


def stay(place, start, end, every=timedelta(minutes=10)):
    found, at = [], start
    while at <= end:
        found.append((at, place))
        at += every
    return found


def working_week(days=5):
    """Home by night, work 9 to 17, seen half way between at 8:30 and 17:30."""
    found = []
    for number in range(days):
        day = MONDAY + number * 24 * HOUR
        found += stay(HOME, day, day + 8 * HOUR)
        found += [(day + 8.5 * HOUR, (2000.0, 0.0))]
        found += stay(WORK, day + 9 * HOUR, day + 17 * HOUR)
        found += [(day + 17.5 * HOUR, (2000.0, 0.0))]
        found += stay(HOME, day + 18 * HOUR, day + 23.9 * HOUR)
    return found


def test_home_is_where_the_nights_are_and_work_where_the_weekdays_are():
    at, x, y, r95 = arrays(working_week())
    places = places_of(stops_of(at, x, y, r95))
    assert [(place.kind, place.x) for place in places] == [
        (PlaceKind.HOME, 0.0), (PlaceKind.WORK, 4000.0),
    ]  # fmt: skip
    assert places[1].days == 5
    assert abs(places[1].hours - 40) < 0.1


def test_ways_between_are_trips_with_the_fixes_that_show_them():
    at, x, y, r95 = arrays(working_week())
    trips = trips_of(places_of(stops_of(at, x, y, r95)), at)
    assert [(trip.start, trip.end) for trip in trips[:2]] == [
        (PlaceKind.HOME, PlaceKind.WORK), (PlaceKind.WORK, PlaceKind.HOME),
    ]  # fmt: skip
    assert len(trips) == 10
    assert all(2000.0 in x[trip.first_fix : trip.last_fix] for trip in trips)


def test_too_few_days_make_no_work_and_nights_everywhere_no_home():
    at, x, y, r95 = arrays(working_week(days=3))
    assert PlaceKind.WORK not in [place.kind for place in places_of(stops_of(at, x, y, r95))]
    spread = [
        fix
        for number in range(6)
        for fix in stay((3000.0 * number, 0.0), MONDAY + 24 * HOUR * number,
                        MONDAY + 24 * HOUR * number + 5 * HOUR)
    ]  # fmt: skip
    kinds = [place.kind for place in places_of(stops_of(*arrays(spread)))]
    assert kinds == [PlaceKind.OTHER] * 6


def test_a_short_halt_is_no_stop():
    short = stay(SHOP, MONDAY, MONDAY + STOP_MIN - timedelta(minutes=1), timedelta(minutes=3))
    assert stops_of(*arrays(short)) == []


def test_a_wide_circle_moves_nobody():
    """A cell fix half a mile off, between two fixes at home, ends no stay."""
    fixes = stay(HOME, MONDAY, MONDAY + HOUR)
    fixes.insert(3, (fixes[2][0] + timedelta(minutes=1), (800.0, 0.0), 600.0))
    (stop,) = stops_of(*arrays(fixes))
    assert stop.length == HOUR


def test_a_long_silence_is_not_a_stay():
    """Nobody knows where he was in between; he is not said to have stayed."""
    fixes = stay(HOME, MONDAY, MONDAY + HOUR)
    later = MONDAY + HOUR + SILENCE_MAX + timedelta(minutes=1)
    fixes += stay(HOME, later, later + HOUR)
    assert [stop.length for stop in stops_of(*arrays(fixes))] == [HOUR, HOUR]


def test_nothing_known_is_nothing_said():
    assert stops_of(*arrays([])) == []
    assert places_of([]) == []
    assert trips_of([], np.empty(0, dtype=np.int64)) == []


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(1, 400), st.floats(-3000, 3000), st.sampled_from([5.0, 90.0, 500.0])),
        max_size=60,
    )
)
def test_stops_are_long_enough_apart_in_time_and_shown_by_fixes(steps):
    at, spots = MONDAY, []
    for minutes, x, r95 in steps:
        at += timedelta(minutes=minutes)
        spots.append((at, (x, 0.0), r95))
    stops = stops_of(*arrays(spots))
    trusted = {spot[0] for spot in spots if spot[2] <= 100}
    for stop in stops:
        assert stop.length >= STOP_MIN
        assert {stop.from_at, stop.to_at} <= trusted
    assert all(a.to_at < b.from_at for a, b in pairwise(stops))
    places = places_of(stops)
    assert sum(len(place.stops) for place in places) == len(stops)
    assert sum(place.kind is PlaceKind.HOME for place in places) <= 1
