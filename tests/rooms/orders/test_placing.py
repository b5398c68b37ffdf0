"""A place as a person types it is found in our own files, or is said not to be known."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waypost.geo import BRITISH
from waypost.orders.placing import find_place, grid_reference, grid_square


def metres_apart(one: tuple[float, float], other: tuple[float, float]) -> float:
    (east, east2), (north, north2) = BRITISH.project([one[0], other[0]], [one[1], other[1]])
    return float(((east - east2) ** 2 + (north - north2) ** 2) ** 0.5)


@pytest.mark.parametrize("text", ["E8 3QW", "e83qw", " E8  3qw "])
def test_a_postcode_is_found_however_it_is_spaced(text):
    found = find_place(text)
    assert found is not None
    assert found.words == "postcode E8 3QW"
    assert grid_reference(found.lat, found.lon) == "TQ 34760 84494"


@pytest.mark.parametrize(
    ("text", "reference"),
    [
        ("TQ 34512 84567", "TQ 34512 84567"),
        ("tq3451284567", "TQ 34512 84567"),
        ("NN 166 712", "NN 16650 71250"),  # the middle of a square of 100 m, near Ben Nevis
        ("TQ 30 80", "TQ 30500 80500"),
        ("534512, 184567", "TQ 34512 84567"),
        ("HU 47 41", "HU 47500 41500"),  # Shetland
    ],
)
def test_a_grid_reference_means_the_middle_of_its_square(text, reference):
    found = find_place(text)
    assert found is not None
    assert grid_reference(found.lat, found.lon) == reference


def test_degrees_are_taken_as_latitude_first():
    found = find_place("51.54, -0.06")
    assert found is not None
    assert (found.lat, found.lon) == (51.54, -0.06)


@pytest.mark.parametrize(
    "text",
    ["", "nowhere", "XX9 9XX", "TQ 345 84", "E8 3QQQ", "95, 10", "JE1 0BD", "II 12 34", "TQ 1"],
)
def test_what_is_no_place_is_none(text):
    """A postcode of Jersey is real and has no place on the grid; three digits name no square."""
    assert find_place(text) is None


def test_scilly_is_found_though_the_transformation_back_does_not_reach_it():
    found = find_place("SV 90 10")
    assert found is not None
    assert (round(found.lat, 2), round(found.lon, 2)) == (49.91, -6.31)


def test_off_the_grid_there_is_no_reference():
    assert grid_reference(48.85, 2.35) == ""


@given(st.integers(200_000, 600_000), st.integers(50_000, 600_000))
def test_a_reference_to_a_metre_finds_that_metre_again(east, north):
    lat, lon = (float(one[0]) for one in BRITISH.unproject(east + 0.5, north + 0.5))
    reference = grid_reference(lat, lon)
    if not reference:  # sea beyond the transformation
        return
    found = find_place(reference)
    assert found is not None
    assert metres_apart((lat, lon), (found.lat, found.lon)) < 0.05
    assert grid_reference(found.lat, found.lon) == reference


@pytest.mark.parametrize(
    ("text", "open_m"),
    [
        ("E8 3QW", 0),  # a street: nobody knows
        ("TQ 34512 84567", 1),
        ("TQ 345 845", 100),
        ("TQ 34 84", 1000),
        ("534512, 184567", 1),
        ("51.54, -0.05712", 1113.2),  # the coarser of the two
        ("51.54621, -0.05712", 1.1132),
        ("51, 0", 111_320),
    ],
)
def test_a_place_says_how_much_it_leaves_open(text, open_m):
    found = find_place(text)
    assert found is not None
    assert found.open_m == pytest.approx(open_m)


def test_the_square_of_a_kilometre_is_the_reference_cut_short_and_degrees_off_the_grid():
    assert grid_square(51.5462, -0.0571) == "TQ 34 84"
    assert grid_square(48.8566, 2.3522) == "48.86, 2.35"
