"""The fast path and its plain twin agree to the row, however rows are ordered, cut or repeated."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from waypost.clock import to_us
from waypost.matching.compatible import matched_pairs
from waypost.matching.scan import Source, scan
from waypost.matching.values import Seen
from waypost.offences.values import Offence
from waypost.positions.quality import content_keys

START = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)
TOWNS = [(51.53, -0.07), (48.16, 11.56), (-16.8, 179.9999)]  # Hackney, Munich, the date line
QUERY = "SELECT * FROM world"


@st.composite
def worlds(draw):
    """Offences in a town and people about them, all within a few hundred metres and two hours."""
    lat, lon = draw(st.sampled_from(TOWNS))
    offences = [
        Offence(
            force="",
            reference=f"C{number}",
            crime_type="",
            from_at=START + timedelta(minutes=draw(st.integers(0, 90))),
            to_at=START + timedelta(minutes=90 + draw(st.integers(0, 60))),
            lat=lat + draw(st.integers(-20, 20)) * 1e-4,
            lon=_wrapped(lon + draw(st.integers(-20, 20)) * 1e-4),
        )
        for number in range(draw(st.integers(1, 3)))
    ]
    rows = draw(
        st.lists(
            st.tuples(
                st.integers(1, 3),
                st.integers(-80, 200),
                st.integers(-25, 25),
                st.integers(-25, 25),
                st.sampled_from([0.0, 5.0, 40.0, 99.5, 141.0, 150.0, 900.0]),
            ),
            max_size=60,
        )
    )
    people: dict[int, list[Seen]] = {}
    for person, minute, north, east, r95_m in rows:
        at = to_us(START + timedelta(minutes=minute))
        fix_lat, fix_lon = lat + north * 1e-4, _wrapped(lon + east * 1e-4)
        key = int(
            content_keys(
                np.array([fix_lat]),
                np.array([fix_lon]),
                np.array([r95_m], dtype=np.float32),
                np.array([1], dtype=np.int8),
            )[0]
        )
        people.setdefault(person, []).append(Seen(at, fix_lat, fix_lon, r95_m, key, 1))
    return offences, people


def _wrapped(lon: float) -> float:
    return (lon + 180.0) % 360.0 - 180.0


def source(people: dict[int, list[Seen]], order: list[int] | None = None) -> Source:
    rows = [
        {"person": person, "us": fix.us, "lat": fix.lat, "lon": fix.lon, "r95_m": fix.r95_m,
         "key": fix.key, "mechanism": fix.mechanism}
        for person, fixes in people.items()
        for fix in fixes
    ]  # fmt: skip
    schema = pa.schema(
        [("person", pa.int64()), ("us", pa.int64()), ("lat", pa.float64()), ("lon", pa.float64()),
         ("r95_m", pa.float64()), ("key", pa.int64()), ("mechanism", pa.int64())]
    )  # fmt: skip
    table = pa.Table.from_pylist(rows, schema=schema)
    return Source(
        QUERY, {"world": table if order is None else table.take(pa.array(order, pa.int64()))}
    )


@settings(max_examples=60, deadline=None)
@given(worlds())
def test_the_scan_gives_the_rows_of_its_plain_twin(world):
    offences, people = world
    wanted = matched_pairs(offences, people)
    found = scan(offences, source(people))
    rows = {(row["offence"], row["person"]): row for row in found.matches.to_pylist()}
    assert rows.keys() == wanted.keys()
    for pair, row in rows.items():
        twin = wanted[pair]
        assert row["sequences"] == twin.sequences
        assert row["fix_count"] == len(twin.fixes)
        assert (row["first_us"], row["last_us"]) == (twin.fixes[0].fix.us, twin.fixes[-1].fix.us)
        assert row["seconds_inside"] == twin.seconds_inside
        assert row["score"] == pytest.approx(twin.score, abs=1e-6)
        assert row["nearest_m"] == pytest.approx(twin.nearest_m, abs=1e-6)
        assert row["nearest_spread_m"] == twin.nearest_spread_m
        assert row["coverage"] == pytest.approx(twin.coverage, abs=1e-12)
        assert row["prior_us"] == (twin.prior[0].us if twin.prior else None)
        if twin.prior:
            assert row["prior_m"] == pytest.approx(twin.prior[1], abs=1e-6)


@settings(max_examples=25, deadline=None)
@given(worlds(), st.randoms(use_true_random=False))
def test_order_and_repeats_of_fixes_change_no_row(world, chance):
    offences, people = world
    count = sum(map(len, people.values()))
    order = list(range(count)) + [number for number in range(count) if chance.random() < 0.3]
    chance.shuffle(order)
    plain, mixed = scan(offences, source(people)), scan(offences, source(people, order))
    assert mixed.matches.equals(plain.matches)
    assert mixed.fixes.equals(plain.fixes)


@settings(max_examples=40, deadline=None)
@given(worlds(), st.sampled_from([20.0, 60.0, 150.0]))
def test_worse_accuracy_never_makes_a_match_that_was_not_there(world, worse_m):
    """A fix whose circle grows about the same centre covers no more of itself with the crime's."""
    offences, people = world
    grown = {
        person: [
            Seen(fix.us, fix.lat, fix.lon, max(fix.r95_m, worse_m), fix.key, fix.mechanism)
            for fix in fixes
        ]
        for person, fixes in people.items()
    }
    assert matched_pairs(offences, grown).keys() <= matched_pairs(offences, people).keys()
