"""The proof of an exclusion says what the class says, and no fix alone carries it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from waypost.clock import to_us
from waypost.matching.evidence import EXCLUDED_MPS, Happened, Spot, needed_mps
from waypost.matching.ruling_out import exclusion, padded_us
from waypost.offences.values import Offence

AT = datetime(2026, 2, 3, 12, tzinfo=UTC)
OFFENCE = Offence(
    force="Kent", reference="C1", crime_type="RB", from_at=AT, to_at=AT + timedelta(minutes=20),
    lat=51.5, lon=-0.1,
)  # fmt: skip
HAPPENED = Happened(to_us(OFFENCE.from_at), to_us(OFFENCE.to_at), OFFENCE.radius_m)
spots = st.builds(
    Spot,
    st.integers(-60 * 60, 90 * 60).map(lambda s: to_us(AT) + s * 1_000_000),
    st.floats(-30_000, 30_000), st.floats(-30_000, 30_000), st.floats(1, 2_000),
)  # fmt: skip
tracks = st.lists(spots, max_size=60, unique_by=lambda one: one.us).map(
    lambda some: sorted(some, key=lambda one: one.us)
)


def from_afar(some: list[tuple[int, float]]) -> list[Spot]:
    return [Spot(to_us(AT) + s * 1_000_000, away_m, 0.0, 10.0) for s, away_m in sorted(some)]


far = st.lists(
    st.tuples(st.integers(-3_600, 5_400), st.floats(20_000, 60_000)),
    min_size=40, max_size=90, unique_by=lambda one: one[0],
).map(from_afar)  # fmt: skip


@given(tracks | far)
def test_a_proof_stands_where_the_speed_excludes_and_says_that_speed(track):
    needed = needed_mps(HAPPENED, track, *padded_us(OFFENCE))
    found = exclusion(OFFENCE, track, ())
    assert (found is not None) == (needed > EXCLUDED_MPS)
    if found is not None:
        assert found.needed_mps == needed
        assert found.before.at < found.left_out < found.after.at


@given(far)
def test_whatever_speaks_against_the_tag_forbids_the_proof(track):
    assert exclusion(OFFENCE, track, ("the strap was reported open",)) is None
