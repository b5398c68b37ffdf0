"""What differs between two versions of an offence, field by field."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from waypost.offences.changes import FIELDS, changes
from waypost.offences.shapes import Shape, ShapeKind
from waypost.offences.values import Offence

AT = datetime(2026, 7, 1, 12, tzinfo=UTC)
ONE = Offence("Metropolitan", "A", "RB", AT, AT + timedelta(hours=1), 51.5, -0.1)


def said(before: Offence, after: Offence) -> list[tuple[str, str]]:
    return [(one.field, one.difference) for one in changes(before, after)]


def test_the_same_said_again_on_another_line_of_another_batch_is_no_change():
    assert changes(ONE, replace(ONE, line=7, batch_id="MPS20260702", datum="WGS84")) == []


def test_times_say_by_how_much_they_moved_and_which_way():
    after = replace(ONE, from_at=AT - timedelta(hours=1), to_at=AT + timedelta(days=1, seconds=5))
    assert said(ONE, after) == [("dateFrom", "1 h earlier"), ("dateTo", "23 h 5 s later")]


def test_a_place_says_how_far_it_moved():
    (change,) = changes(ONE, replace(ONE, lat=51.51))
    assert change.field == "latitude, longitude"
    assert (change.before, change.after) == ("51.500000, -0.100000", "51.510000, -0.100000")
    assert change.difference == "moved 1,113 m"


def test_a_place_moved_by_less_than_its_decimals_show_is_still_a_change():
    assert said(ONE, replace(ONE, lat=51.5 + 1e-9)) == [
        ("latitude, longitude", "moved less than 1 m")
    ]


def test_metres_instead_of_degrees_show_in_both_fields():
    after = replace(ONE, easting_m=530000.0, northing_m=180000.0, lat=51.503)
    assert [one.field for one in changes(ONE, after)] == [
        "easting, northing", "latitude, longitude",
    ]  # fmt: skip


def test_every_field_a_version_keeps_is_compared():
    """A field left out here would change in silence."""
    after = Offence("Metropolitan", "A", "AB", AT - timedelta(hours=1), AT, 51.6, -0.2,
                    easting_m=1.0, northing_m=2.0, radius_m=50.0, text="words",
                    shape=Shape(ShapeKind.LINE, ((51.6, -0.2), (51.61, -0.2))))  # fmt: skip
    assert [one.field for one in changes(ONE, after)] == list(FIELDS)
