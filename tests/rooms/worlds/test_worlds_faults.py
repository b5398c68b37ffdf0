"""What goes wrong is drawn by seed: the same for the same tag, and never a byte too many."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from waypost.worlds.faults import FAULTS, ROLLOVER_S, Faults, Luck, cut_at

MANY = FAULTS["many"]


def drawn(luck):
    return [(luck.outage_s(), luck.again(), luck.cut_after(100)) for _ in range(200)]


def test_the_same_seed_and_tag_have_the_same_luck_and_others_do_not():
    assert drawn(Luck(MANY, 1, 5)) == drawn(Luck(MANY, 1, 5))
    assert drawn(Luck(MANY, 1, 5)) != drawn(Luck(MANY, 1, 6))
    assert drawn(Luck(MANY, 1, 5)) != drawn(Luck(MANY, 2, 5))


def test_a_calm_world_knows_no_trouble():
    luck = Luck(FAULTS["none"], 1, 1)
    assert set(drawn(luck)) == {(0.0, False, None)}
    assert luck.clock_s == 0
    assert luck.pieces(b"abc") == [b"abc"]


@given(st.binary(max_size=300), st.integers(0, 1000))
def test_pieces_together_are_the_bytes(data, seed):
    pieces = Luck(Faults(pieces=1.0), seed, 1).pieces(data)
    assert b"".join(pieces) == data
    assert len(data) < 2 or len(pieces) > 1


def test_bytes_are_cut_at_places_and_empty_pieces_left_out():
    assert cut_at(b"abcd", [1, 1, 3]) == [b"a", b"bc", b"d"]


def test_a_connection_is_cut_within_the_parcel_or_just_after_it():
    places = [Luck(Faults(cut=0.5, unheard=0.5), 1, tag).cut_after(10) for tag in range(400)]
    assert None not in places
    assert set(places) == set(range(11))


def test_one_tag_in_so_many_has_a_wrong_clock_of_each_kind():
    clocks = [Luck(MANY, 3, tag).clock_s for tag in range(4000)]
    wrong = [clock_s for clock_s in clocks if clock_s]
    assert 0.04 < len(wrong) / len(clocks) < 0.08
    assert {ROLLOVER_S, 3600, 7200, 10_800} <= set(wrong)
    assert any(clock_s > 86_400 for clock_s in wrong)
    assert any(clock_s < 0 and clock_s != ROLLOVER_S for clock_s in wrong)
