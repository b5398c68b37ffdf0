"""The zone editor as a field: what is posted is read as an order would be, and said in words."""

from __future__ import annotations

import json

import pytest
from shapely.geometry import shape

from waypost.orders.values import RequirementKind, Zone
from waypost.orders.zone_text import zone_data
from waypost.web.presenters.shapes import ring_of
from waypost.web.presenters.zone_field import Near, ZoneField, read_zone_field, zone_field

OUT, HOME = RequirementKind.EXCLUSION, RequirementKind.CURFEW
CIRCLE = "circle: TQ 34512 84567, 300 m"


def polygon(*rings: list[tuple[float, float]]) -> str:
    """GeoJSON of rings given in thousandths of a degree east and north of a place in Hackney."""
    coordinates = [
        [[-0.06 + east / 1000, 51.54 + north / 1000] for east, north in [*ring, ring[0]]]
        for ring in rings
    ]
    return json.dumps({"type": "Polygon", "coordinates": coordinates})


SQUARE = [(0, 0), (9, 0), (9, 9), (0, 9)]


def sent(text: str, kind: RequirementKind = OUT, **more: str) -> ZoneField:
    posted = {"place": text} | {f"place-{name}": value for name, value in more.items()}
    return read_zone_field(posted, "place", kind=kind, near=[Near("Home", 51.55, -0.06)])


def test_a_zone_that_can_be_judged_is_the_value_and_nothing_is_said_against_it():
    field = sent(CIRCLE)
    assert field.zone is not None
    assert field.zone.radius_m == 300
    assert (field.problems, field.findings, field.again) == ((), (), False)
    assert dict(field.measures)["Area"] == "282,743 m² (28.3 ha)"
    assert dict(field.measures)["Home"].endswith(" m away")


def test_nothing_sent_is_a_problem_only_where_a_zone_is_needed():
    assert [one.type for one in sent("").problems] == ["MISSING_ZONE"]
    assert read_zone_field({}, "place", kind=OUT, required=False).problems == ()


@pytest.mark.parametrize(
    ("rings", "words"),
    [
        ([[(0, 0), (9, 9), (9, 0), (0, 9)]], "Edges of the zone cross"),
        ([SQUARE, [(20, 20), (22, 20), (22, 22)]], "A hole lies outside the zone"),
        ([SQUARE, [(1, 1), (8, 1), (8, 8), (1, 8)], [(2, 2), (3, 2), (3, 3)]],
         "One hole lies in another"),
        ([[(0, 0), (9, 0), (0, 0)]], "The zone has no area"),
        ([[(0, 0), (0.005, 0.005), (0.01, 0.005)]], "The zone has no area"),
    ],
)  # fmt: skip
def test_a_shape_no_rule_could_judge_is_refused_in_words_and_kept_to_be_mended(rings, words):
    field = sent(polygon(*rings))
    assert field.zone is None
    assert field.drawn is not None
    assert field.page_data["zone"] == json.loads(field.text)
    assert len(field.troubles) == 1
    assert field.troubles[0].startswith(words)
    assert "degree" not in field.troubles[0]


def test_every_trouble_of_the_table_has_a_shape_that_meets_it():
    """Parts within parts and cut-through holes, which the cases above do not draw."""
    inner = {"type": "MultiPolygon", "coordinates": [
        json.loads(polygon(SQUARE))["coordinates"],
        json.loads(polygon([(2, 2), (3, 2), (3, 3)]))["coordinates"]]}  # fmt: skip
    assert sent(json.dumps(inner)).troubles[0].startswith("One part lies in another")
    cut = polygon(SQUARE, [(0, 0), (9, 0), (4, 4)])
    assert sent(cut).troubles
    line = {"type": "LineString", "coordinates": [[-0.06, 51.54]] * 2, "width_m": 10}
    assert sent(json.dumps(line)).troubles[0].startswith("The line has no length")


def test_a_zone_as_wide_as_a_continent_is_refused_and_one_abroad_is_only_odd():
    wide = {"type": "Polygon", "coordinates": [[[-0.06, 51.5], [30, 51.5], [0, 52], [-0.06, 51.5]]]}
    assert [one.type for one in sent(json.dumps(wide)).problems] == ["ZONE_TOO_WIDE"]
    paris = sent("circle: 48.85, 2.35, 300 m")
    assert paris.zone is not None
    assert paris.odd == ["The zone is abroad"]


def test_a_place_to_be_in_that_is_too_small_for_a_tag_is_odd_and_a_place_to_stay_out_of_is_not():
    small = "circle: E8 3QW, 10 m"
    assert "hardly be placed" in sent(small, HOME).odd[0]
    assert sent(small, OUT).odd == []


def test_a_warning_ring_lies_around_the_zone_and_not_in_it():
    field = sent(CIRCLE, warning="100")
    assert field.warning_m == 100
    ring = field.page_data["ring"]
    assert shape(ring).contains(shape(field.page_data["area"]).envelope.centroid) is False
    assert ring_of(field.zone, None) is None
    assert sent(CIRCLE, HOME, warning="100").warning_m is None, "nobody is warned of coming home"


@pytest.mark.parametrize("width", ["wide", "-3", "0", "99999", "nan", "inf"])
def test_a_warning_ring_without_a_sensible_width_is_a_problem_of_its_own_box(width):
    field = sent(CIRCLE, warning=width)
    assert field.trouble[0][0] == "place-warning"
    assert field.zone is not None
    assert field.warning_m is None


def test_the_button_that_checks_saves_nothing():
    assert sent(CIRCLE, check="yes").again


def test_a_field_shown_and_sent_back_is_the_same_zone():
    zone = Zone({"type": "LineString", "coordinates": [[-0.06, 51.54], [-0.05, 51.55]]}, width_m=40)
    shown = zone_field("place", zone, kind=OUT)
    assert sent(shown.text).zone == zone
    assert shown.page_data["zone"] == zone_data(zone)


def test_every_corner_has_its_grid_reference_in_the_order_of_the_coordinates():
    field = sent(polygon(SQUARE, [(2, 2), (3, 2), (3, 3)]))
    assert len(field.page_data["grid"]) == 9
    assert field.page_data["grid"][0] == field.page_data["grid"][4] == "TQ 34635 84127"
