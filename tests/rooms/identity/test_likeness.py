"""How alike two records are is told with reasons, the same whichever stands first."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waypost.identity.likeness import LISTED_FROM, likely_pairs, likeness
from waypost.identity.values import Sketch

BORN = date(1990, 4, 11)
PNC = ("pnc", "one")


def sketch(number: int = 1, name: str = "Zoë Smith-Jones", born=BORN, area="Hackney", ids=()):
    return Sketch(number, name, born, area, frozenset(ids))


@pytest.mark.parametrize(
    ("other", "reason"),
    [
        (sketch(2, "zoe smith jones"), "the same name"),
        (sketch(2, "Jones Smith Zoe"), "the same name"),
        (sketch(2, "SMITHJONES Zoë"), "the same name"),
        (sketch(2, "Zoe Smyth-Jones"), "names that differ by one letter"),
        (sketch(2, "Zoe Ann Smith-Jones"), "the same name, one with more names"),
        (sketch(2, born=date(1990, 11, 4)), "dates of birth with day and month turned round"),
        (sketch(2, born=date(1990, 4, 12)), "dates of birth that differ by one digit"),
    ],
)
def test_what_is_nearly_the_same_is_listed_with_why(other, reason):
    alike = likeness(sketch(), other)
    assert reason in alike.reasons
    assert len(likely_pairs([sketch(), other])) == (alike.score >= LISTED_FROM)


def test_a_name_alone_is_never_enough_and_a_short_name_is_not_guessed():
    assert not likely_pairs([sketch(), sketch(2, born=date(1955, 1, 30))])
    assert not likely_pairs([sketch(1, "Bill Ward"), sketch(2, "William Ward")])


def test_a_shared_id_is_always_looked_at_and_what_speaks_against_it_is_said():
    one = sketch(ids=[PNC, ("nomis", "a")])
    other = sketch(2, "Bo Lind", date(1971, 2, 3), "Camden", [PNC, ("nomis", "b")])
    [(_, _, alike)] = likely_pairs([one, other])
    assert alike.reasons == ("the same PNC (police)",)
    assert set(alike.against) == {
        "different NOMIS (prison number)", "different names", "different dates of birth"
    }  # fmt: skip
    assert alike.score < LISTED_FROM


def test_two_pnc_ids_speak_against_the_same_name_and_birth():
    one, other = sketch(ids=[("pnc", "a")]), sketch(2, ids=[("pnc", "b")])
    assert likeness(one, other).score < likeness(sketch(), sketch(2)).score
    assert "different PNC (police)" in likeness(one, other).against


def test_twins_are_listed_for_people_to_tell_apart_with_nothing_decided():
    assert not likely_pairs([sketch(1, "Ada Cole"), sketch(2, "Eve Cole")])


NAMES = st.sampled_from(["", "Zoë Smith", "Smith Zoe", "Bo Lind", "Bo Lindd", "Ann Bo Lind"])
SKETCHES = st.builds(
    Sketch, st.integers(1, 99), NAMES,
    st.one_of(st.none(), st.dates(date(1980, 1, 1), date(1981, 12, 31))),
    st.sampled_from(["", "Hackney", "Camden"]),
    st.frozensets(st.sampled_from([("pnc", "a"), ("pnc", "b"), ("em", "x")]), max_size=2),
)  # fmt: skip


@given(SKETCHES, SKETCHES)
def test_it_is_the_same_both_ways_round(one, other):
    assert likeness(one, other) == likeness(other, one)


@given(st.lists(SKETCHES, max_size=12, unique_by=lambda one: one.person_id))
def test_the_short_way_to_pairs_finds_what_comparing_all_would(sketches):
    slow = {
        (one.person_id, other.person_id)
        for one in sketches
        for other in sketches
        if one.person_id < other.person_id
        and (alike := likeness(one, other))
        and (alike.score >= LISTED_FROM or one.ids & other.ids)
    }
    fast = {tuple(sorted((a.person_id, b.person_id))) for a, b, _ in likely_pairs(sketches)}
    assert fast == slow
