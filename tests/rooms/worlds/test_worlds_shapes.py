"""The world's geometry and the rules' agree, though they share no code: truth is measured by one
and judged by the other."""

from __future__ import annotations

import numpy as np
import pytest

from waypost.geo import BRITISH
from waypost.orders.values import Zone
from waypost.rules.containment import judge_containment
from waypost.rules.containment import shape_of as judged_shape
from waypost.worlds.sentences import zone_json
from waypost.worlds.shapes import area_of, around, depth_m
from waypost.worlds.values import Shape
from waypost.worlds.zones import area_around, redrawn

HOME = (534_500.0, 185_000.0)
ZONE = Shape((537_000.0, 186_000.0), 300.0)
HAUNTS = [HOME, (535_100.0, 185_200.0), (534_000.0, 186_000.0)]


def _shapes():
    """Every way in which a zone is drawn, by trying seeds until each has come."""
    forms = {}
    for seed in range(60):
        shape = redrawn(ZONE, HAUNTS, np.random.default_rng(seed))
        forms[(bool(shape.line), bool(shape.more), shape.radius_m > ZONE.radius_m)] = shape
        area = area_around(HAUNTS, 900, np.random.default_rng(seed))
        forms["area", bool(area.corners)] = area
    return forms


SHAPES = _shapes()


def _as_zone(shape):
    drawn = zone_json(shape)
    radius_m, width_m = drawn.pop("radius_m", None), drawn.pop("width_m", None)
    return Zone(drawn, radius_m=radius_m, width_m=width_m)


def test_zones_come_as_circles_corridors_and_parts_with_a_hole_and_some_are_larger():
    assert len(SHAPES) == 6
    parted = SHAPES[False, True, False]
    assert parted.holes
    assert len(area_of(parted).geoms) == 2


@pytest.mark.parametrize("form", SHAPES, ids=str)
def test_depth_is_the_rules_distance_with_the_other_sign(form):
    shape, rng = SHAPES[form], np.random.default_rng(3)
    reach = 1.5 * shape.radius_m
    east = shape.centre[0] + rng.uniform(-reach, reach, 400)
    north = shape.centre[1] + rng.uniform(-reach, reach, 400)
    _, distance = judge_containment(judged_shape([_as_zone(shape)], BRITISH), east, north, 0 * east)
    # Degrees in the file are to a decimetre, its widths and radii to a metre.
    assert np.abs(depth_m(shape, east, north) + distance).max() < 1.2


def test_who_stays_put_is_measured_once_and_the_answer_is_the_same():
    shape = SHAPES[True, False, False]
    east = np.repeat(shape.centre[0] + np.array([0.0, 40.0, 900.0]), 5)
    north = np.full(15, shape.centre[1])
    every = [float(depth_m(shape, east[n : n + 1], north[n : n + 1])[0]) for n in range(15)]
    assert depth_m(shape, east, north).tolist() == pytest.approx(every)


def test_an_area_around_places_holds_them_and_its_circle_holds_the_area():
    for seed in range(10):
        area = area_around(HAUNTS, 900, np.random.default_rng(seed))
        east, north = np.array(HAUNTS).T
        assert (depth_m(area, east, north) > 100).all()
        centre, radius_m = around(area_of(area))
        assert np.hypot(centre[0] - area.centre[0], centre[1] - area.centre[1]) < area.radius_m
        assert radius_m < area.radius_m + 0.01
