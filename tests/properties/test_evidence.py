"""Evidence: the compiled path says what the plain twin says, and both say what must hold."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from waypost.clock import FOREVER_US, to_us
from waypost.matching import evidence as plain
from waypost.matching import evidence_kernel as kernel
from waypost.matching.evidence_scan import table, weigh
from waypost.matching.scan import Source
from waypost.matching.unsound import Span, Why, merged, table_of
from waypost.offences.values import Offence
from waypost.units import Mechanism

START = datetime(2026, 3, 3, 12, tzinfo=UTC)
LAT, LON = 51.5, -0.1
QUERY = "SELECT * FROM made"


def source(rows):
    names = ("person", "us", "lat", "lon", "r95_m", "key", "mechanism")
    return Source(QUERY, {"made": pa.table(dict(zip(names, zip(*rows, strict=True), strict=True)))})


def offence(minutes=30.0, at=START, radius_m=100.0, lat=LAT, lon=LON):
    return Offence(
        "Metropolitan", "X1", "RB", at, at + timedelta(minutes=minutes), lat, lon,
        radius_m=radius_m,
    )  # fmt: skip


@st.composite
def walks(draw):
    """Fixes of one person about the place: rows of the source, by time."""
    count = draw(st.integers(1, 40))
    minutes = draw(st.lists(st.floats(0.2, 45.0), min_size=count, max_size=count))
    spread = draw(st.sampled_from([0.0003, 0.002, 0.02]))
    places = draw(st.lists(st.tuples(st.floats(-1, 1), st.floats(-1, 1)), min_size=count,
                           max_size=count))  # fmt: skip
    r95s = draw(st.lists(st.sampled_from([0.0, 2.0, 10.0, 30.0, 141.0, 400.0, 1000.0]),
                         min_size=count, max_size=count))  # fmt: skip
    at = START + timedelta(minutes=draw(st.floats(-300, 60)))
    rows = []
    for key, (gap, (y, x), r95) in enumerate(zip(minutes, places, r95s, strict=True)):
        at += timedelta(minutes=gap)
        rows.append((7, to_us(at), LAT + y * spread, LON + x * spread, r95, key,
                     int(Mechanism.CELL if r95 >= 400 else Mechanism.GNSS)))  # fmt: skip
    return rows


def spots(rows, of):
    return [
        plain.Spot(us, *plain.local_m(lat, lon, of.lat, of.lon), plain.usable_r95_m(r95, mechanism))
        for _, us, lat, lon, r95, _, mechanism in rows
    ]


def at_the_edge(chances):
    """Whether each is so near even that the table may say the other side of it."""
    return (abs(chance - plain.OBSERVED_FROM) < 0.015 for chance in chances)


@st.composite
def troubles(draw):
    """When the tag was not sound, about the window; now and then without an end."""
    spans = draw(
        st.lists(
            st.tuples(st.sampled_from(list(Why)), st.floats(-200, 200), st.floats(0, 90)),
            max_size=3,
        )
    )
    begins = [to_us(START + timedelta(minutes=begin)) for _, begin, _ in spans]
    return merged(
        Span(begin, FOREVER_US if lasts > 80 else begin + int(lasts * 6e7), why)
        for begin, (why, _, lasts) in zip(begins, spans, strict=True)
    )


@settings(deadline=None, max_examples=150)
@given(
    walks(),
    st.sampled_from([0.0, 1.0, 30.0, 700.0, 3000.0]),
    st.sampled_from([20.0, 100.0, 300.0]),
    troubles(),
)
def test_kernel_and_twin_weigh_alike(rows, minutes, radius_m, unsound):
    of = offence(minutes, radius_m=radius_m)
    track = spots(rows, of)
    happened = plain.Happened(to_us(of.from_at), to_us(of.to_at), radius_m)
    said = plain.weigh(happened, track, plain.everybody_there(radius_m, [track]), unsound)
    known = table_of({3: unsound[:1], 7: unsound, 9: unsound})  # others' tags say nothing of 7's
    [row] = weigh([of], source(rows), everybody=True, unsound=known).to_pylist()
    told = (row["unsound"], row["unsound_from_us"], row["unsound_to_us"])
    if said.unsound is None:
        assert told == (None, None, None)
    else:
        lasts = said.unsound.to_us == FOREVER_US
        assert told == (
            said.unsound.why,
            said.unsound.from_us,
            None if lasts else said.unsound.to_us,
        )
    near = [plain.within(spot.away_m, spot.sigma_m, radius_m) for spot in track]
    if abs(said.presence - plain.POSSIBLE_FROM) > 0.006 and not any(at_the_edge(near)):
        assert row["class"] == said.verdict
    assert row["presence"] == pytest.approx(said.presence, abs=0.006)
    around_us = int((plain.PADDING.total_seconds() + plain.STAY_AROUND_S) * 1e6)
    edges = happened.from_us - around_us, happened.to_us + around_us
    pieces = plain._pieces(happened, track, *edges)
    if not any(at_the_edge(chance for _, _, chance, _ in pieces)):  # where a stay begins and ends
        assert row["likelihood_ratio"] == pytest.approx(said.likelihood_ratio, rel=1e-3)
    assert row["coverage"] == pytest.approx(said.coverage, abs=1e-9)
    assert (row["nearest_m"] is None) == math.isinf(said.nearest_m)
    if row["nearest_m"] is not None:
        assert row["nearest_m"] == pytest.approx(said.nearest_m, rel=1e-6, abs=1e-6)
    assert row["needed_mps"] == pytest.approx(said.needed_mps, rel=1e-6, abs=1e-6)
    if not any(at_the_edge(near)):  # where a stay begins and ends
        for name, leg in (("entry", said.entry), ("exit", said.exit)):
            assert (row[f"{name}_mps"] is None) == (leg is None)
            if leg is not None:
                assert row[f"{name}_mps"] == pytest.approx(leg.speed_mps, rel=1e-6)
                told_deg = row[f"{name}_course_deg"]
                assert (told_deg is None) == (leg.course_deg is None)
                if leg.course_deg is not None:
                    turn_deg = (told_deg - leg.course_deg + 180) % 360 - 180
                    assert turn_deg == pytest.approx(0, abs=1e-4)
    reach = [spot.away_m - radius_m - spot.r95_m for spot in track]
    if all(abs(beyond_m) > 1e-6 for beyond_m in reach):
        assert row["stay_s"] == pytest.approx(said.stay_s, abs=1e-6)
    nearest_m = math.inf if row["nearest_m"] is None else row["nearest_m"]
    score = plain.score_of(row["likelihood_ratio"], row["stay_s"], nearest_m)
    assert row["score"] == pytest.approx(score, abs=1e-9)


def far_away(who=7):
    """A fix a minute for six hours, 50 km away."""
    return [(who, to_us(START) + n * 60_000_000, LAT + 0.45, LON, 10.0, n, 1)
            for n in range(-180, 180)]  # fmt: skip


@settings(deadline=None, max_examples=40)
@given(st.integers(-200, 200), st.integers(0, 60), st.sampled_from(list(Why)))
def test_an_unsound_tag_takes_exclusions_back_and_nothing_else(begin, lasts, why):
    """Only where it touches the padded window or the two fixes on each side of it."""
    of, rows = offence(30), far_away()
    minute = 60_000_000
    span = Span(to_us(START) + begin * minute, to_us(START) + (begin + lasts) * minute, why)
    [sound] = weigh([of], source(rows), everybody=True).to_pylist()
    [row] = weigh([of], source(rows), everybody=True, unsound=table_of({7: [span]})).to_pylist()
    assert sound["class"] == "excluded"
    touches = begin <= 42 and begin + lasts >= -12  # window 0 to 30, padding 10, two fixes
    assert row["class"] == ("cannot_tell" if touches else "excluded")
    assert (row["unsound"] == why) == touches
    same = {name: value for name, value in row.items() if "unsound" not in name and name != "class"}
    assert same == {name: sound[name] for name in same}


@settings(deadline=None, max_examples=60)
@given(walks(), st.sampled_from([0.0, 30.0, 700.0]))
def test_whoever_is_not_met_could_not_matter(rows, minutes):
    """The candidates leave out nobody who was observed at the place."""
    of = offence(minutes)
    [full] = weigh([of], source(rows), everybody=True).to_pylist()
    if full["class"] == "observed" and full["seconds_inside"] > 0:
        precise = any(0 < r95 <= 141 for _, _, _, _, r95, _, _ in rows)
        assert weigh([of], source(rows)).num_rows == 1 or not precise


@given(st.floats(0, 3000), st.floats(1, 3000), st.floats(10, 500))
def test_the_table_gives_the_chance_of_the_integral(away_m, sigma_m, radius_m):
    exact = plain.within(away_m, sigma_m, radius_m)
    assert kernel.within(table(), away_m, sigma_m, radius_m) == pytest.approx(exact, abs=0.012)


@given(st.floats(0, 20_000), st.floats(2_000, 50_000))
def test_a_spread_far_wider_than_the_place_gives_a_small_chance_rightly(away_m, sigma_m):
    """As far as the integral goes: from six spreads on it is cut off, at some 1e-11."""
    assume(away_m < 5.9 * sigma_m)
    exact = plain.within(away_m, sigma_m, 100.0)
    assert kernel.within(table(), away_m, sigma_m, 100.0) == pytest.approx(exact, rel=0.01)


@given(st.floats(3, 400), st.floats(10, 300))
def test_the_chance_in_the_middle_is_the_known_formula(sigma_m, radius_m):
    known = 1 - math.exp(-(radius_m**2) / (2 * sigma_m**2))
    assert plain.within(0.0, sigma_m, radius_m) == pytest.approx(known, abs=0.002)


@given(st.floats(0, 600), st.floats(3, 200))
def test_the_chance_is_what_a_lottery_of_errors_shows(away_m, sigma_m):
    chance = np.random.default_rng(5)
    east, north = chance.normal(0, sigma_m, (2, 4000))
    share = np.mean(np.hypot(east + away_m, north) <= 100)
    assert plain.within(away_m, sigma_m, 100.0) == pytest.approx(share, abs=0.04)


def test_order_and_copies_of_rows_change_nothing():
    rows = [(who, to_us(START) + n * 60_000_000, LAT + 0.0001 * n, LON, 10.0, n, 1)
            for who in (3, 9) for n in range(20)]  # fmt: skip
    chance = np.random.default_rng(3)
    mixed = [rows[n] for n in chance.permutation(len(rows))] + rows[:7]
    of = [offence(20), offence(0, radius_m=50.0)]
    assert weigh(of, source(rows)).equals(weigh(of, source(mixed)))
