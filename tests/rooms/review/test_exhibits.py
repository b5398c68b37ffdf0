"""Exhibits of a place that is a line: drawn as the ground about it, told in words, filed so."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from waypost.documents.values import Exhibit, Figure, Table
from waypost.offences.shapes import Shape, ShapeKind
from waypost.offences.values import Offence
from waypost.positions.schema import SetAside
from waypost.positions.tracks import Gap, TrackRow
from waypost.review import exhibits
from waypost.review.exhibits import Observed
from waypost.units import Mechanism

AT = datetime(2026, 7, 3, 12, tzinfo=UTC)  # British Summer Time
POINT = Offence("Kent", "C1", "RB", AT, AT + timedelta(minutes=10), 51.5, -0.1)
LINE = replace(POINT, shape=Shape(ShapeKind.LINE, ((51.5, -0.1), (51.51, -0.1))), radius_m=30.0)


def fix(minute: int, *, aside: SetAside = SetAside.USABLE, stated: bool = True) -> TrackRow:
    at = AT + timedelta(minutes=minute)
    words = "used" if aside is SetAside.USABLE else "would need an impossible speed"
    return TrackRow(
        at, at + timedelta(minutes=7), 51.5, -0.1, 9.0, stated, Mechanism.GNSS, None, None, aside,
        words, 1,
    )  # fmt: skip


def seen(offence: Offence, *rows: TrackRow) -> Observed:
    gap = Gap(AT, AT + timedelta(minutes=90))
    return Observed(
        offence, AT - timedelta(minutes=10), AT + timedelta(minutes=20), rows, (gap,), (),
        {AT + timedelta(minutes=1): "A1"}, 0.5,
    )  # fmt: skip


def test_times_are_told_to_the_second_on_the_wall_and_in_utc():
    assert exhibits.window_words(POINT, "Europe/London") == (
        "2026-07-03 13:00:00 BST to 2026-07-03 13:10:00 BST "
        "(2026-07-03 12:00:00 to 2026-07-03 12:10:00 UTC)"
    )


def test_a_line_is_told_as_a_line_and_filed_as_it_is():
    assert exhibits.place_words(POINT) == "51.500000, -0.100000, and 100 m around it"
    assert exhibits.place_words(LINE).startswith("a line of 2 corners about")
    told = exhibits.geojson(seen(LINE, fix(1)), "Europe/London")["features"][0]
    assert told["geometry"]["type"] == "LineString"
    scene = exhibits.scene_of(LINE)
    assert (scene.geometry["type"], scene.width_m) == ("LineString", 60.0)
    (drawn,) = exhibits.tracks(seen(LINE, fix(1)), "PX-1/1", "Europe/London")
    assert isinstance(drawn, Exhibit)
    assert isinstance(drawn.blocks[0], Figure)


def test_a_fix_that_is_set_aside_or_stated_no_error_says_so_in_the_table():
    rows = (fix(1), fix(2, aside=SetAside.IMPOSSIBLE_SPEED), fix(3, stated=False))
    (exhibit,) = exhibits.table(seen(POINT, *rows), "PX-1/1", "Europe/London")
    table = exhibit.blocks[0]
    assert isinstance(table, Table)
    assert [row[0] for row in table.rows] == ["1 (A1)", "2", "3"]
    assert table.rows[1][5] == "GNSS; set aside: would need an impossible speed"
    assert (table.rows[0][4], table.rows[2][4]) == ("9 m", "9 m, assumed")


def test_a_gap_of_hours_is_told_in_minutes_and_nothing_is_said_where_there_is_none():
    (table,) = exhibits.gaps(seen(POINT), "Europe/London")
    assert table.rows[0][-1] == "90"
    assert exhibits.gaps(replace(seen(POINT), gaps=()), "Europe/London") == []
    assert exhibits.tracks(seen(POINT), "PX-1/1", "Europe/London") == []


def test_how_near_the_tag_was_observed_is_told_with_how_far_that_may_be_off():
    near = replace(seen(POINT, fix(1)), nearest_m=34.2, nearest_spread_m=63.2)
    said = exhibits.nearest_words(near)
    assert said.startswith(
        "Nearest fix: 34 m from the middle of the place, as the police recorded it, give or take "
        "63 m in 95 of 100 cases"
    )
    assert said in [getattr(one, "text", "") for one in exhibits.coverage(near, "Europe/London")]
    older = exhibits.nearest_words(replace(near, nearest_spread_m=None))
    assert "was not kept by the run" in older
    assert "give or take" not in older
    line = replace(near, offence=LINE)
    assert "from the nearest spot of the place" in exhibits.nearest_words(line)


def test_of_no_fix_the_nearest_distance_is_not_known():
    """Never 0, and never far: nothing was observed."""
    said = exhibits.nearest_words(seen(POINT))
    assert said.startswith("Nearest fix: not known")
    assert exhibits.nearest_cell(None, None) == "not known"
    assert exhibits.nearest_cell(34.2, 63.2) == "34 m ± 63 m"
    assert exhibits.nearest_cell(34.2, None) == "34 m"
