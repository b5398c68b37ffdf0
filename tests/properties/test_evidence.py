"""Evidence: the compiled path says what the plain twin says, and both say what must hold."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pyarrow as pa
import pytest
import shapely
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from waypost.clock import FOREVER_US, to_us
from waypost.geo import local_m
from waypost.matching import chance_kernel, track_reading
from waypost.matching import evidence as plain
from waypost.matching.chance import PLACE_SPREADS, spread_m, within
from waypost.matching.evidence_places import places_of
from waypost.matching.evidence_scan import table, weigh
from waypost.matching.evidence_spots import padded, usable_r95_m
from waypost.matching.scan import Source
from waypost.matching.track_reading import ranges_of
from waypost.matching.unsound import Span, Why, merged, table_of
from waypost.matching.values import EVIDENCE
from waypost.offences.shapes import Shape, ShapeKind, area_m2, read_shape, spots_of, write_shape
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
        plain.Spot(us, *local_m(lat, lon, of.lat, of.lon), usable_r95_m(r95, mechanism))
        for _, us, lat, lon, r95, _, mechanism in rows
    ]


def at_the_edge(chances):
    """Whether each is so near even that the table may say the other side of it."""
    return (abs(chance - plain.OBSERVED_FROM) < 0.015 for chance in chances)


def same_legs(row, said):
    """How it came and went, as kernel and twin have it."""
    for name, leg in (("entry", said.entry), ("exit", said.exit)):
        assert (row[f"{name}_mps"] is None) == (leg is None)
        if leg is not None:
            assert row[f"{name}_mps"] == pytest.approx(leg.speed_mps, rel=1e-6)
            told_deg = row[f"{name}_course_deg"]
            assert (told_deg is None) == (leg.course_deg is None)
            if leg.course_deg is not None:
                turn_deg = (told_deg - leg.course_deg + 180) % 360 - 180
                assert turn_deg == pytest.approx(0, abs=1e-4)


def same_spread(row, said, happened, tracks):
    """How far the nearest distance may be off; unknown where there is no fix, never 0 or inf.

    Of two fixes that are as near but for rounding, kernel and twin may each take another.
    """
    assert (row["nearest_spread_m"] is None) == (said.spread_m is None) == (
        row["nearest_m"] is None
    )  # fmt: skip
    if said.spread_m is not None:
        begin, end = padded(happened)
        near = [spot for track in tracks for spot in track if begin <= spot.us <= end]
        assert any(
            row["nearest_spread_m"] == pytest.approx(spread_m(spot.r95_m, happened.radius_m))
            for spot in near
            if spot.away_m <= said.nearest_m + 1e-6
        )
        if len({spot.r95_m for spot in near if spot.away_m <= said.nearest_m + 1e-6}) == 1:
            assert 0 < row["nearest_spread_m"] == pytest.approx(said.spread_m, rel=1e-9)


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
    near = [within(spot.away_m, spot.sigma_m, radius_m) for spot in track]
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
    same_spread(row, said, happened, [track])
    assert row["needed_mps"] == pytest.approx(said.needed_mps, rel=1e-6, abs=1e-6)
    if not any(at_the_edge(near)):  # where a stay begins and ends
        same_legs(row, said)
    reach = [spot.away_m - radius_m - spot.r95_m for spot in track]
    if all(abs(beyond_m) > 1e-6 for beyond_m in reach):
        assert row["stay_s"] == pytest.approx(said.stay_s, abs=1e-6)
    nearest_m = math.inf if row["nearest_m"] is None else row["nearest_m"]
    score = plain.score_of(row["likelihood_ratio"], row["stay_s"], nearest_m)
    assert row["score"] == pytest.approx(score, abs=1e-9)


@st.composite
def shapes(draw):
    """A line or an area of some hundred metres about the place."""
    kind = draw(st.sampled_from(list(ShapeKind)))
    corner = st.tuples(st.floats(-0.003, 0.003), st.floats(-0.005, 0.005))
    corners = draw(st.lists(corner, min_size=3 if kind is ShapeKind.AREA else 2, max_size=5,
                            unique=True))  # fmt: skip
    return Shape(kind, tuple((LAT + y, LON + x) for y, x in corners))


@settings(deadline=None, max_examples=40)
@given(walks(), shapes(), st.sampled_from([0.0, 30.0, 700.0]), troubles())
def test_a_line_or_an_area_is_weighed_alike_by_kernel_and_twin(rows, shape, minutes, unsound):
    point = offence(minutes, radius_m=300.0)
    of = replace(point, shape=shape)
    happened = plain.Happened(to_us(of.from_at), to_us(of.to_at), 300.0)
    tracks = [spots(rows, replace(of, lat=lat, lon=lon)) for lat, lon in places_of(of)]
    everybody = [plain.everybody_there(300.0, [track]) for track in tracks]
    said = plain.weigh_place(happened, tracks, everybody, unsound)
    known = table_of({7: unsound})
    found = weigh([point, of], source(rows), everybody=True, unsound=known).to_pylist()
    [alone] = weigh([point], source(rows), everybody=True, unsound=known).to_pylist()
    beside, row = sorted(found, key=lambda one: one["offence"])
    assert beside == alone
    assert row["presence"] == pytest.approx(said.presence, abs=0.006)
    assert row["needed_mps"] == pytest.approx(said.needed_mps, rel=1e-6, abs=1e-6)
    nearest_m = math.inf if row["nearest_m"] is None else row["nearest_m"]
    assert nearest_m == pytest.approx(said.nearest_m, rel=1e-6, abs=1e-6)
    same_spread(row, said, happened, tracks)
    assert (row["unsound"] is None) == (said.unsound is None)
    near = [within(spot.away_m, spot.sigma_m, 300.0) for track in tracks for spot in track]
    if abs(said.presence - plain.POSSIBLE_FROM) > 0.006 and not any(at_the_edge(near)):
        assert row["class"] == said.verdict
    around_us = int((plain.PADDING.total_seconds() + plain.STAY_AROUND_S) * 1e6)
    edges = happened.from_us - around_us, happened.to_us + around_us
    pieces = (piece for track in tracks for piece in plain._pieces(happened, track, *edges))
    if not any(at_the_edge(chance for _, _, chance, _ in pieces)):
        assert row["likelihood_ratio"] == pytest.approx(said.likelihood_ratio, rel=1e-3)
    if not any(at_the_edge(near)):
        same_legs(row, said)


@given(st.floats(0, 3), st.floats(0.002, 40), st.sampled_from([1.0, 100.0, 1_000.0]))
def test_the_compiled_chance_of_being_within_is_the_plain_one_whatever_the_size(
    away, spread, radius_m
):
    exact = within(away * radius_m, spread * radius_m, radius_m)
    found = chance_kernel.within(table(), away * radius_m, spread * radius_m, radius_m)
    assert found == pytest.approx(exact, abs=0.003)


@settings(deadline=None)
@given(shapes(), st.floats(20, 400))
def test_no_part_of_a_border_is_far_from_a_spot_and_no_spot_far_from_the_shape(shape, radius_m):
    """Spots stand a third of the radius apart at most, on the shape and nowhere else."""
    try:
        found = spots_of(shape, radius_m)
    except ValueError:
        return  # too many for so small a radius
    of_lat, of_lon = shape.corners[0]
    metres = [local_m(*spot, of_lat, of_lon) for spot in found]
    corners = [local_m(*corner, of_lat, of_lon) for corner in shape.corners]
    is_line = shape.kind is ShapeKind.LINE
    border = shapely.LineString(corners if is_line else [*corners, corners[0]])
    points = shapely.MultiPoint(metres)
    for part in np.linspace(0, 1, 50):
        assert border.interpolate(part, normalized=True).distance(points) <= radius_m / 6 + 1e-3
    made = border if is_line else shapely.Polygon(corners)
    if made.is_valid:
        assert max(made.distance(shapely.Point(spot)) for spot in metres) < 0.01
        # Bends and overlaps are counted twice, never left out.
        assert area_m2(shape, radius_m) >= 0.99 * made.buffer(radius_m).area


@given(shapes())
def test_a_shape_that_is_written_is_read_back(shape):
    assert read_shape(write_shape(shape)) == shape


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
    exact = within(away_m, sigma_m, radius_m)
    assert chance_kernel.within(table(), away_m, sigma_m, radius_m) == pytest.approx(
        exact, abs=0.012
    )


@given(st.floats(0, 20_000), st.floats(2_000, 50_000))
def test_a_spread_far_wider_than_the_place_gives_a_small_chance_rightly(away_m, sigma_m):
    """As far as the integral goes: from six spreads on it is cut off, at some 1e-11."""
    assume(away_m < 5.9 * sigma_m)
    exact = within(away_m, sigma_m, 100.0)
    assert chance_kernel.within(table(), away_m, sigma_m, 100.0) == pytest.approx(exact, rel=0.01)


@given(st.floats(1, 1_200), st.floats(1, 500))
def test_a_distance_is_off_by_more_than_its_spread_in_one_case_of_twenty(r95_m, radius_m):
    """By the formula it is the edge of: compiled and plain; and a worse fix is never surer."""
    found = spread_m(r95_m, radius_m)
    sigma = max(r95_m, 8.0) / 2.4477
    beyond = sum(
        weight * math.exp(-(found**2) / (2 * (sigma**2 + (part * radius_m) ** 2)))
        for part, weight in PLACE_SPREADS
    )
    assert beyond == pytest.approx(0.05, abs=1e-5)
    [compiled] = chance_kernel.spreads_m(np.array([r95_m]), np.array([radius_m]))
    assert compiled == pytest.approx(found, rel=1e-9)
    assert spread_m(r95_m + 5, radius_m) >= found >= max(r95_m, 8.0) * (1 - 1e-4)


def test_a_lottery_of_both_errors_lies_within_the_spread_in_95_of_100_cases():
    """A fix of R95 30 m and an address recorded for a circle of 100 m."""
    chance, many = np.random.default_rng(11), 200_000
    place = chance.choice([part for part, _ in PLACE_SPREADS], many,
                          p=[weight for _, weight in PLACE_SPREADS]) * 100.0  # fmt: skip
    fix = 30.0 / 2.4477
    off = np.hypot(*(chance.normal(0, np.hypot(place, fix)) for _ in range(2)))
    assert np.mean(off <= spread_m(30.0, 100.0)) == pytest.approx(0.95, abs=0.003)


@pytest.mark.parametrize("cuts", [1, 3, 7])
def test_rows_are_the_same_bytes_however_many_ranges_of_persons_are_read(monkeypatch, cuts):
    """A person with as many fixes as several others, fixes twice, at equal times, out of order."""
    chance = np.random.default_rng(2)
    rows = [
        (who, to_us(START) + int(minute) * 60_000_000, LAT + float(y), LON + float(x),
         float(r95), n, 1)
        for who, count in enumerate((90, 40, 400, 60, 50, 30, 80, 70, 20))
        for n, (minute, y, x, r95) in enumerate(zip(
            chance.integers(-300, 300, count), chance.normal(0, 0.002, count),
            chance.normal(0, 0.002, count), chance.uniform(2, 300, count), strict=True))
    ]  # fmt: skip
    mixed = [rows[n] for n in chance.permutation(len(rows))] + rows[::5]
    counts = np.bincount([row[0] for row in mixed])
    rows_max = next(n for n in range(1, 2_000) if len(ranges_of(counts.tolist(), n)) <= cuts)
    found = []
    for at_most in (10**9, rows_max):
        monkeypatch.setattr(track_reading, "ROWS_A_RANGE", at_most)
        assert len(ranges_of(counts.tolist(), at_most)) == (1 if at_most == 10**9 else cuts)
        read = track_reading.read_tracks(source(mixed))
        out = pa.BufferOutputStream()
        with pa.ipc.new_stream(out, EVIDENCE) as writer:
            writer.write_table(weigh([offence(20), offence(0)], source(mixed), everybody=True))
        found.append((
            [getattr(read, name).tobytes() for name in
             ("persons", "begins", "us", "lat", "lon", "r95_m", "mechanism")],
            out.getvalue().to_pybytes(),
        ))  # fmt: skip
    assert found[0] == found[1]
    assert read.us.size == len({(row[0], row[1], row[5]) for row in rows})


@given(st.lists(st.integers(1, 50)), st.integers(1, 60))
def test_ranges_hold_every_person_once_and_no_more_rows_than_fit(counts, rows_max):
    ranges = ranges_of(counts, rows_max)
    assert [n for first, beyond in ranges for n in range(first, beyond)] == list(range(len(counts)))
    for first, beyond in ranges:
        assert beyond == first + 1 or sum(counts[first:beyond]) <= rows_max


@given(st.floats(3, 400), st.floats(10, 300))
def test_the_chance_in_the_middle_is_the_known_formula(sigma_m, radius_m):
    known = 1 - math.exp(-(radius_m**2) / (2 * sigma_m**2))
    assert within(0.0, sigma_m, radius_m) == pytest.approx(known, abs=0.002)


@given(st.floats(0, 600), st.floats(3, 200))
def test_the_chance_is_what_a_lottery_of_errors_shows(away_m, sigma_m):
    chance = np.random.default_rng(5)
    east, north = chance.normal(0, sigma_m, (2, 4000))
    share = np.mean(np.hypot(east + away_m, north) <= 100)
    assert within(away_m, sigma_m, 100.0) == pytest.approx(share, abs=0.04)


def test_order_and_copies_of_rows_change_nothing():
    rows = [(who, to_us(START) + n * 60_000_000, LAT + 0.0001 * n, LON, 10.0, n, 1)
            for who in (3, 9) for n in range(20)]  # fmt: skip
    chance = np.random.default_rng(3)
    mixed = [rows[n] for n in chance.permutation(len(rows))] + rows[:7]
    of = [offence(20), offence(0, radius_m=50.0)]
    assert weigh(of, source(rows)).equals(weigh(of, source(mixed)))
