"""The plain rule, which ours are measured against, is what it says: neither worse nor better."""

from __future__ import annotations

import numpy as np

from waypost.worlds.naive import PLAIN, Opened, Variant, opened

ALWAYS = [(0.0, 10_000.0)]


def told(wrong, *, received=None, required=ALWAYS, variant=PLAIN):
    """Fixes a minute apart, W on the wrong side; received at once unless said."""
    measured = np.arange(len(wrong)) * 60.0
    came = measured + 5 if received is None else np.array(received, dtype=np.float64)
    bad = np.array([one == "W" for one in wrong])
    return opened(measured, came, bad, required, variant)


def test_it_opens_on_the_first_fix_on_the_wrong_side_and_closes_on_the_first_on_the_right():
    assert told("..WW.W.") == [Opened(120, 240, 125), Opened(300, 360, 305)]


def test_one_that_is_open_at_the_last_fix_lasts_as_long_as_required_time():
    assert told(".W") == [Opened(60, 10_000, 65)]


def test_required_time_begins_and_ends_it():
    hours = [(100.0, 200.0), (250.0, 400.0)]
    assert told("WWWWWWWW", required=hours) == [Opened(120, 200, 125), Opened(300, 400, 305)]
    assert told("WWW", required=[]) == []


def test_as_received_it_follows_the_order_of_arrival():
    """A backlog that comes newest first: the older fix, on the right side, closes what stands."""
    assert told(".WW", received=[300, 200, 100]) == [Opened(0, 120, 100)]


def test_with_a_debounce_it_asks_for_so_many_in_a_row_and_counts_from_the_first():
    three = Variant(need=3, measured=True)
    assert told(".WW.WWW.", variant=three) == [Opened(240, 420, 365)]


def test_in_measured_order_a_late_fix_takes_its_place():
    measured = Variant(measured=True)
    assert told("W.W", received=[300, 200, 100], variant=measured) == [
        Opened(0, 60, 300),
        Opened(120, 10_000, 100),
    ]
