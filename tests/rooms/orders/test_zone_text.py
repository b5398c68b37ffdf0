"""A zone typed in words or pasted is the zone the same orders file would have, or says why not."""

from __future__ import annotations

import json

import pytest

from waypost.orders.fields import Desk
from waypost.orders.shapes import distance_m, measures_of, reaches_beyond
from waypost.orders.values import Zone
from waypost.orders.zone_text import CORNERS_MAX, TEXT_MAX, positions, read_zone_text, zone_data

SQUARE = [[-0.06, 51.54], [-0.05, 51.54], [-0.05, 51.55], [-0.06, 51.55], [-0.06, 51.54]]


def read(text: str) -> Zone:
    desk = Desk()
    zone = read_zone_text(desk, "zone", text)
    assert zone is not None, desk.problems
    assert desk.problems == []
    return zone


def refused(text: str) -> list[str]:
    desk = Desk()
    assert read_zone_text(desk, "zone", text) is None
    assert all(one.message and one.action for one in desk.problems)
    return [one.type for one in desk.problems]


@pytest.mark.parametrize(
    "text",
    [
        "circle: 51.54, -0.06, 300 m", "Circle: 51.54 -0.06; radius 300 metres",
        "circle: 51.54,-0.06 + 0.3 km", "  circle : 51.54, -0.06 , 300m ",
    ],
)  # fmt: skip
def test_a_circle_is_a_place_and_a_radius_with_its_unit(text):
    zone = read(text)
    assert zone_data(zone) == {"type": "Point", "coordinates": [-0.06, 51.54], "radius_m": 300.0}


def test_a_corridor_is_its_places_in_order_and_its_whole_width():
    zone = read("corridor: 51.54, -0.06; E8 3QW\n51.55, -0.05; 60 m wide")
    assert zone.geometry["type"] == "LineString"
    assert len(zone.geometry["coordinates"]) == 3
    assert zone.width_m == 60.0


def test_a_polygon_in_words_is_closed_for_the_writer():
    zone = read("polygon: 51.54, -0.06; 51.54, -0.05; 51.55, -0.05; 51.55, -0.06")
    assert zone.geometry["coordinates"] == [SQUARE]


@pytest.mark.parametrize(
    "data",
    [
        {"type": "Polygon", "coordinates": [SQUARE]},
        {"type": "Feature", "properties": {"name": "x"},
         "geometry": {"type": "Polygon", "coordinates": [SQUARE]}},
        {"type": "FeatureCollection", "features": [
            {"type": "Feature", "properties": None,
             "geometry": {"type": "Polygon", "coordinates": [SQUARE]}}]},
    ],
)  # fmt: skip
def test_geojson_is_taken_as_other_programs_write_it(data):
    assert read(json.dumps(data)).geometry["coordinates"] == [SQUARE]


def test_a_feature_s_radius_is_the_circle_s():
    feature = {"type": "Feature", "properties": {"radius_m": 80},
               "geometry": {"type": "Point", "coordinates": [-0.06, 51.54]}}  # fmt: skip
    assert read(json.dumps(feature)).radius_m == 80.0


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("somewhere near the park", "NOT_A_ZONE"),
        ("circle: E8 3QW", "MISSING_RADIUS"),
        ("circle: TQ 345 845", "MISSING_RADIUS"),  # 845 is no radius: it has no unit
        ("corridor: E8 3QW; E8 1AA", "MISSING_WIDTH"),
        ("circle: the park, 300 m", "UNKNOWN_PLACE"),
        ("circle: E8 3QW; E8 1AA; 300 m", "NOT_ONE_PLACE"),
        ("circle: 300 m", "NOT_ONE_PLACE"),
        ("circle: E8 3QW, 0 m", "INVALID_RADIUS_M"),
        ("polygon: 51.54, -0.06; 51.54, -0.05", "TOO_FEW_POSITIONS"),
        ("corridor: E8 3QW; 20 m", "TOO_FEW_POSITIONS"),
        ('{"type": "Polygon"', "NOT_JSON"),
        ("[" * 100_000, "NOT_JSON"),
        ("[1, 2]", "NOT_AN_OBJECT"),
        ('{"type": "Feature", "geometry": null}', "NOT_AN_OBJECT"),
        ('{"type": "FeatureCollection", "features": []}', "NOT_ONE_FEATURE"),
        ('{"type": "Point", "coordinates": [51.54, -0.06], "radius_m": 5}', "SWAPPED_POSITION"),
        ('{"type": "Point", "coordinates": [-0.06, NaN], "radius_m": 5}', "INVALID_POSITION"),
        ("x" * (TEXT_MAX + 1), "TOO_LONG"),
    ],
)
def test_what_cannot_be_a_zone_says_why(text, kind):
    assert refused(text) == [kind]


def test_more_corners_than_can_be_worked_on_are_refused():
    ring = [[-0.06 + n / 1e6, 51.54] for n in range(CORNERS_MAX + 1)]
    assert refused(json.dumps({"type": "Polygon", "coordinates": [ring]})) == ["TOO_MANY_CORNERS"]


def test_a_zone_survives_being_written_and_read_again():
    for text in ("circle: E8 3QW, 300 m", "corridor: E8 3QW; E8 1AA; 60 m"):
        zone = read(text)
        assert read(json.dumps(zone_data(zone))) == zone


def test_positions_come_in_order_however_deep():
    assert list(positions([[[1, 2], [3, 4]], [[5, 6]]])) == [[1, 2], [3, 4], [5, 6]]
    assert list(positions([1, 2])) == [[1, 2]]
    assert list(positions(None)) == []


def test_measures_are_those_of_the_ground():
    circle = measures_of(read("circle: TQ 34512 84567, 100 m"))
    assert circle.area_m2 == pytest.approx(31_415.9, abs=0.1)
    assert circle.edge_m == pytest.approx(628.3, abs=0.1)
    square = measures_of(
        read("polygon: TQ 34000 84000; TQ 34500 84000; TQ 34500 84400; TQ 34000 84400")
    )
    assert square.area_m2 == pytest.approx(200_000, rel=1e-4)
    assert square.edge_m == pytest.approx(1_800, rel=1e-4)
    assert (square.corners, square.parts, square.holes) == (4, 1, 0)


def test_a_hole_is_not_part_of_the_area():
    outer = [[534_000, 184_000], [534_500, 184_000], [534_500, 184_400], [534_000, 184_400]]
    inner = [[534_100, 184_100], [534_200, 184_100], [534_200, 184_200], [534_100, 184_200]]
    rings = []
    for ring in (outer, inner):
        corners = [read(f"circle: {east}, {north}, 1 m").geometry["coordinates"]
                   for east, north in ring]  # fmt: skip
        rings.append([*corners, corners[0]])
    sizes = measures_of(Zone({"type": "Polygon", "coordinates": rings}))
    assert sizes.area_m2 == pytest.approx(190_000, rel=1e-4)
    assert (sizes.holes, sizes.corners) == (1, 8)


def test_how_far_a_place_lies_outside_and_nothing_inside():
    zone = read("circle: TQ 34512 84567, 100 m")
    outside = Zone(read("circle: TQ 34812 84567, 1 m").geometry)
    assert distance_m(zone, outside) == pytest.approx(200, abs=0.5)
    assert distance_m(zone, Zone(zone.geometry)) == 0.0


def test_a_zone_that_leaves_its_plane_is_known():
    far = {
        "type": "Polygon",
        "coordinates": [[[-0.06, 51.54], [30, 51.54], [0, 52], [-0.06, 51.54]]],
    }
    assert reaches_beyond(Zone(far))
    assert not reaches_beyond(read("circle: E8 3QW, 300 m"))


@pytest.mark.parametrize(
    ("said", "radius_m"),
    [("300 m", 300), ("300 metres", 300), ("1.5 km", 1500), ("2 kilometres", 2000),
     ("5 miles", 8046.72), ("1 mile", 1609.344), ("0.5 mi", 804.672), ("100 yards", 91.44),
     ("50 yd", 45.72)],
)  # fmt: skip
def test_a_radius_is_read_in_the_units_that_orders_are_written_in(said, radius_m):
    desk = Desk()
    zone = read_zone_text(desk, "zone", f"circle: E8 3QW, {said}")
    assert not desk.problems
    assert zone.radius_m == pytest.approx(radius_m)


@pytest.mark.parametrize("said", ["2", "300", "two miles", "5 m2", "3 metre squares"])
def test_a_radius_without_a_unit_is_asked_for_and_never_guessed(said):
    desk = Desk()
    assert read_zone_text(desk, "zone", f"circle: E8 3QW, {said}") is None
    assert [one.message for one in desk.problems] == ["the radius is not stated"]
