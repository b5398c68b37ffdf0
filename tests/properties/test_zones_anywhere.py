"""Zones of every kind, anywhere on Earth and however broken: read, linted and compared without a
crash, and what is said of them is one of the findings."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from waypost.cli.orders_check import check
from waypost.orders.finding import FINDINGS
from waypost.orders.read import read_orders
from waypost.orders.withheld import centred_on_withheld

# Whole degrees and their halves: corners that coincide, lines that run back on themselves,
# poles and the antimeridian come often.
lons = st.one_of(
    st.integers(-360, 360).map(lambda n: n / 2), st.floats(-0.2, 0.1), st.sampled_from([180, -180])
)
lats = st.one_of(st.integers(-180, 180).map(lambda n: n / 2), st.floats(51.4, 51.6))
positions = st.tuples(lons, lats).map(list)
rings = st.lists(positions, min_size=3, max_size=7).map(lambda ring: [*ring, ring[0]])
polygons = st.lists(rings, min_size=1, max_size=3)
metres = st.one_of(st.floats(1e-3, 9e6), st.integers(1, 5000))
zones = st.one_of(
    st.builds(lambda at, r: {"type": "Point", "coordinates": at, "radius_m": r}, positions, metres),
    st.builds(
        lambda line, w: {"type": "LineString", "coordinates": line, "width_m": w},
        st.lists(positions, min_size=2, max_size=6),
        metres,
    ),
    polygons.map(lambda parts: {"type": "Polygon", "coordinates": parts}),
    st.lists(polygons, min_size=1, max_size=3).map(
        lambda parts: {"type": "MultiPolygon", "coordinates": parts}
    ),
)
TABLE = [{"days": ["MO"], "start": "19:00", "end": "07:00"}]


def file(out: Any, place: Any) -> bytes:
    asked = [
        {"requirement_id": "R1", "kind": "exclusion", "zone": out, "warning_m": 300},
        {"requirement_id": "R2", "kind": "curfew", "zone": place, "timetable": TABLE},
    ]
    order = {"order_id": "O1", "kind": "licence", "from": "2026-03-01T00:00:00Z",
             "to": "2026-03-20T00:00:00Z", "requirements": asked}  # fmt: skip
    return json.dumps({"persons": [{"person_id": "P1", "orders": [order]}]}).encode()


@given(zones, zones)
def test_any_zone_is_read_or_refused_and_linted(out, place):
    read = read_orders(file(out, place))
    kinds = {problem.type.lower() for problem in read.problems}
    found = {finding.kind for finding in check(file(out, place))}
    assert found <= kinds | set(FINDINGS)
    # A shape that GeoJSON allows is judged as it stands, unless no plane could hold it.
    assert kinds <= {"swapped_position", "zone_too_wide"}


@given(zones, positions)
def test_any_zone_can_be_compared_with_a_withheld_address(zone, place):
    read = read_orders(file(zone, zone))
    for requirement in read.rows[0].orders[0].requirements if read.rows[0].orders else ():
        answer = centred_on_withheld(requirement.zones, [(place[1], place[0])])
        assert isinstance(answer, bool)
