"""Where a fix is against a zone: checked against shapely, and against zones of other software."""

import json
import re

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import affinity

from waypost.geo import BRITISH, plane_for
from waypost.orders.values import Zone
from waypost.rules.containment import first_place, judge_containment, meets, project, shape_of
from waypost.rules.values import Containment

MIDDLE = (530_000.0, 184_000.0)


def zone_of(shape) -> Zone:
    """A shapely shape in metres about the middle as a zone in degrees."""

    def degrees(points):
        east, north = points[:, 0] + MIDDLE[0], points[:, 1] + MIDDLE[1]
        lat, lon = BRITISH.unproject(east, north)
        return np.column_stack([lon, lat])

    return Zone(json.loads(shapely.to_geojson(shapely.transform(shape, degrees))))


def judge(zones, places, r95_m, exact=True):
    shape = shape_of(zones, BRITISH)
    x, y = places[:, 0] + MIDDLE[0], places[:, 1] + MIDDLE[1]
    return judge_containment(shape, x, y, np.full(len(x), float(r95_m)), exact=exact)


corner = st.tuples(st.integers(-500, 500), st.integers(-500, 500))


@settings(max_examples=60, deadline=None)
@given(
    st.lists(corner, min_size=4, max_size=12, unique=True),
    st.lists(corner, min_size=1, max_size=20),
    st.integers(0, 200),
)
def test_distances_to_polygons_with_holes_are_those_of_shapely(corners, places, r95_m):
    outer = shapely.MultiPoint(corners).convex_hull
    if outer.geom_type != "Polygon" or outer.area < 1000:
        return
    hole = affinity.scale(outer, 0.4, 0.4)
    polygon = shapely.Polygon(outer.exterior, [hole.exterior])
    points = np.array(places, dtype=np.float64)
    codes, distances = judge([zone_of(polygon)], points, r95_m)
    dots = shapely.points(points)
    away = shapely.distance(dots, polygon.boundary)
    expected = np.where(shapely.contains(polygon, dots), -away, away)
    assert np.allclose(distances, expected, atol=0.02)  # the grid's own rounding, both ways
    sure = np.abs(np.abs(expected) - r95_m) > 0.05
    inside, outside = expected <= -r95_m, expected >= r95_m
    hoped = np.where(inside, Containment.INSIDE, np.where(outside, Containment.OUTSIDE, 0))
    assert (codes[sure] == hoped[sure]).all()


def test_the_box_shortcut_gives_the_same_codes():
    """Exclusion zones ask the box first; far away it must say what the edges would."""
    star = shapely.Polygon([(0, 300), (80, 80), (300, 0), (80, -80), (0, -300), (-200, 0)])
    chance = np.random.default_rng(5)
    places = chance.uniform(-900, 900, (5000, 2))
    for r95_m in (0, 15, 400):
        exact, _ = judge([zone_of(star)], places, r95_m)
        quick, _ = judge([zone_of(star)], places, r95_m, exact=False)
        assert (exact == quick).all()


def test_a_corridor_is_as_wide_as_it_says_and_a_circle_is_exact():
    line = shapely.LineString([(-200, 0), (0, 0), (200, 100)])
    corridor = Zone(zone_of(line).geometry, width_m=40.0)
    places = np.array([[-100.0, 0.0], [-100.0, 19.0], [-100.0, 25.0], [-230.0, 0.0]])
    _, distances = judge([corridor], places, 0)
    assert distances == pytest.approx([-20.0, -1.0, 5.0, 10.0], abs=0.02)
    circle = Zone(zone_of(shapely.Point(0, 0)).geometry, radius_m=60.0)
    _, distances = judge([circle], np.array([[0.0, 0.0], [100.0, 0.0]]), 0)
    assert distances == pytest.approx([-60.0, 40.0], abs=0.02)


def test_several_zones_are_one_place():
    """A curfew with two addresses is kept at either."""
    homes = [Zone(zone_of(shapely.Point(x, 0)).geometry, radius_m=50.0) for x in (-1000.0, 1000.0)]
    codes, _ = judge(homes, np.array([[-1000.0, 0.0], [1000.0, 10.0], [0.0, 0.0]]), 10)
    assert list(codes) == [Containment.INSIDE, Containment.INSIDE, Containment.OUTSIDE]


def test_a_circle_across_the_edge_is_uncertain():
    circle = Zone(zone_of(shapely.Point(0, 0)).geometry, radius_m=60.0)
    codes, _ = judge([circle], np.array([[50.0, 0.0], [30.0, 0.0], [95.0, 0.0]]), 30)
    assert list(codes) == [Containment.UNCERTAIN, Containment.INSIDE, Containment.OUTSIDE]


def test_somebody_abroad_is_outside_and_not_nowhere():
    """OSTN15 ends at the coast; a person beyond it is away from home all the same."""
    home = Zone({"type": "Point", "coordinates": [-0.06, 51.55]}, radius_m=60.0)
    x, y = project(BRITISH, np.array([48.85]), np.array([2.35]))  # Paris
    codes, distances = judge_containment(shape_of([home], BRITISH), x, y, np.array([10.0]))
    assert list(codes) == [Containment.OUTSIDE]
    assert 330_000 < distances[0] < 350_000


def test_a_zone_of_no_known_form_is_an_error():
    with pytest.raises(ValueError, match="cannot be a"):
        shape_of([Zone({"type": "Circle", "coordinates": [0, 0]})], BRITISH)


def test_zones_of_other_software_are_answered_alike(shared):
    """Circles, polygons (one on the antimeridian) and corridors, exact fixes."""
    cases = json.loads((shared / "cases" / "zone-cases.json").read_text())["cases"]
    asked = [case for case in cases if case["test"] == "containsPoint"]
    assert asked
    for case in asked:
        zone = from_wkt(case["zone_wkt_lat_lon"], case["corridor_half_width_m"])
        lat, lon = case["args_lat_lon"]
        plane = plane_for(*first_place([zone]))
        x, y = project(plane, np.array([lat]), np.array([lon]))
        codes, _ = judge_containment(shape_of([zone], plane), x, y, np.zeros(1))
        assert (codes[0] == Containment.INSIDE) == case["expected"], case


def test_ways_of_other_software_meet_their_zones_alike(shared):
    """Whether the straight way between two places meets a circle, a polygon, a corridor."""
    cases = json.loads((shared / "cases" / "zone-cases.json").read_text())["cases"]
    asked = [case for case in cases if case["test"] == "intersectsSegment"]
    assert asked
    for case in asked:
        zone = from_wkt(case["zone_wkt_lat_lon"], case["corridor_half_width_m"])
        places = np.array(case["args_lat_lon"]).reshape(2, 2)
        plane = plane_for(*first_place([zone]))
        x, y = project(plane, places[:, 0], places[:, 1])
        assert meets(shape_of([zone], plane), x[:1], y[:1], x[1:], y[1:])[0] == case["expected"], (
            case
        )


@settings(max_examples=60, deadline=None)
@given(
    st.lists(corner, min_size=4, max_size=12, unique=True),
    st.lists(st.tuples(corner, corner), min_size=1, max_size=30),
    st.sampled_from(["polygon", "corridor", "circle"]),
)
def test_ways_meet_a_zone_where_shapely_says_so(corners, ways, kind):
    """Holes are no part of a polygon: a way within one meets nothing."""
    outer = shapely.MultiPoint(corners).convex_hull
    if outer.geom_type != "Polygon" or outer.area < 1000:
        return
    line = shapely.LineString(corners)
    if kind == "polygon":
        hole = affinity.scale(outer, 0.4, 0.4)
        exact, by_m = shapely.Polygon(outer.exterior, [hole.exterior]), 0.0
        zone = zone_of(exact)
    elif kind == "corridor":
        exact, by_m = line, 35.0
        zone = Zone(zone_of(line).geometry, width_m=70.0)
    else:
        exact, by_m = outer.centroid, 120.0
        zone = Zone(zone_of(outer.centroid).geometry, radius_m=120.0)
    ends = np.array(ways, dtype=np.float64)
    away = shapely.distance(shapely.linestrings(ends), exact)
    ends += MIDDLE
    found = meets(
        shape_of([zone], BRITISH), ends[:, 0, 0], ends[:, 0, 1], ends[:, 1, 0], ends[:, 1, 1]
    )
    sure = np.abs(away - by_m) > 0.05
    if kind == "polygon":  # 0 may be a touch, which the grid's rounding may undo
        edge = shapely.distance(shapely.linestrings(ends - MIDDLE), exact.boundary)
        inside = shapely.contains(exact, shapely.linestrings(ends - MIDDLE))
        crossed = shapely.crosses(shapely.linestrings(ends - MIDDLE), exact.buffer(-0.05))
        sure &= (away > 0.05) | (inside & (edge > 0.05)) | crossed
    assert (found[sure] == (away <= by_m)[sure]).all()


def from_wkt(text: str, half_width_m: float | None) -> Zone:
    numbers = [float(number) for number in re.findall(r"-?\d+\.?\d*", text)]
    points = [[lon, lat] for lat, lon in zip(numbers[::2], numbers[1::2], strict=False)]
    if text.startswith("CIRCLE"):
        return Zone({"type": "Point", "coordinates": points[0]}, radius_m=numbers[2])
    if text.startswith("LINESTRING"):
        width_m = 2 * (half_width_m or 0.0)
        return Zone({"type": "LineString", "coordinates": points}, width_m=width_m)
    return Zone({"type": "Polygon", "coordinates": [points]})
