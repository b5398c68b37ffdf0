"""What a fix is worth as evidence, and what several together are."""

from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from waypost.rules.evidence import chance_of, chance_right, evidence_of, gather, say, table_of
from waypost.rules.kernel import BAD, FIX, GOOD, UNCERTAIN
from waypost.rules.values import Parameters
from waypost.units import Mechanism

NUMBERS = Parameters()
MOST = float(np.log(NUMBERS.fix_odds_max))
metres = st.floats(0, 5000)
circles = st.floats(0, 2000)
mechanisms = st.sampled_from(Mechanism)


def worth(beyond_m, r95_m, mechanism=Mechanism.GNSS):
    return evidence_of(beyond_m, r95_m, mechanism, NUMBERS)


def test_a_whole_gnss_circle_across_the_edge_is_worth_one_in_a_hundred():
    """However wide: a fix wholly inside an exclusion zone is probable at once."""
    for r95_m in (2, 8, 30, 100):
        assert worth(r95_m, r95_m) >= np.log(NUMBERS.probable_odds)


def test_a_fix_on_the_edge_says_nothing():
    assert worth(0, 0) == worth(0, 50) == worth(-20, 5) == pytest.approx(0)


def test_a_claim_of_two_metres_is_not_believed_beyond_the_cap():
    """Some fixes claim 2 m and are 200 m wrong."""
    assert worth(60, 2) < MOST
    assert worth(5000, 2) == MOST
    assert chance_right(200, 2, Mechanism.GNSS, NUMBERS) > 1e-4


def test_cell_fixes_are_worth_less_than_beacons_at_the_same_distance():
    order = (Mechanism.CELL, Mechanism.WIFI, Mechanism.GNSS, Mechanism.BEACON)
    found = [worth(100, 100, one) for one in order]
    assert found == sorted(found)
    assert len(set(found)) == 4


@settings(deadline=None)
@given(metres, circles, st.floats(0, 500), st.floats(0, 500), mechanisms)
def test_evidence_grows_with_distance_and_never_with_a_wider_circle(
    beyond_m, r95_m, further_m, wider_m, mechanism
):
    here = worth(beyond_m, r95_m, mechanism)
    assert worth(beyond_m + further_m, r95_m, mechanism) >= here - 1e-12
    assert worth(beyond_m, r95_m + wider_m, mechanism) <= here + 1e-12
    assert 0 <= here <= MOST


@settings(deadline=None)
@given(st.lists(st.tuples(st.floats(-3000, 3000), circles, mechanisms, st.integers(0, 2))))
def test_the_fast_pass_says_what_the_plain_one_says(fixes):
    d, r95 = (np.array([fix[n] for fix in fixes], dtype=np.float64) for n in (0, 1))
    mechanism, said = (np.array([fix[n] for fix in fixes], dtype=np.int8) for n in (2, 3))
    meaning = np.array([BAD, UNCERTAIN, GOOD], dtype=np.int8)
    records = np.zeros(len(fixes), FIX)
    records["r95"], records["mechanism"] = r95, mechanism
    say(records, said, meaning, BAD, d, table_of(NUMBERS), MOST)
    plain = [worth(abs(d_m), r95_m, how) if place == 0 else 0.0 for d_m, r95_m, how, place in fixes]
    assert records["evidence"] == pytest.approx(plain, abs=1e-9)
    assert (records["code"] == meaning[said]).all()
    assert (records["d"] == d).all()


run = st.lists(st.tuples(st.integers(0, 90), st.floats(0, MOST)), max_size=12)


def total(fixes):
    found, credit = 0.0, 1.0
    for seconds, evidence in fixes:
        found, credit = gather(found, credit, timedelta(seconds=seconds), evidence, NUMBERS)
    return found


@given(run)
def test_fixes_of_one_moment_are_worth_no_more_than_one_can_be(fixes):
    assert total([(0, evidence) for _, evidence in fixes]) <= MOST + 1e-9


@given(run)
def test_fixes_a_minute_apart_add_up_whole(fixes):
    apart = [(seconds + 60, evidence) for seconds, evidence in fixes]
    assert total(apart) == pytest.approx(sum(evidence for _, evidence in fixes))


@settings(max_examples=300)
@given(run, st.data())
def test_a_fix_made_vaguer_or_left_out_never_makes_the_sum_larger(fixes, data):
    if not fixes:
        return
    index = data.draw(st.integers(0, len(fixes) - 1))
    seconds, evidence = fixes[index]
    vaguer = list(fixes)
    vaguer[index] = (seconds, evidence * data.draw(st.floats(0, 1)))
    assert total(vaguer) <= total(fixes) + 1e-9


@given(st.floats(0, 1e6))
def test_no_chance_is_ever_nought(evidence):
    assert 0 < NUMBERS.chance_min <= chance_of(evidence, NUMBERS) <= 1
