"""Offences whose place is a line or an area: read, kept, weighed by distance from it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from test_matching_compatible import command
from test_matching_evidence import AT, day, place
from test_matching_runs import ANALYST, NOW, days, wearer

from waypost.access.values import MACHINE
from waypost.clock import to_us
from waypost.errors import Problem
from waypost.matching.actions import run_matching
from waypost.matching.excluding import exclusion
from waypost.matching.queries import run_page
from waypost.matching.values import Seen
from waypost.offences.actions import take_delivery
from waypost.offences.models import OffenceVersion
from waypost.offences.queries import current_offences
from waypost.offences.shapes import CORNERS_MAX, SPOTS_MAX, read_shape, spots_of
from waypost.offences.table import read_offences

HEAD = "crime_reference,from_time,to_time,lat,lon,radius_m,place"


def corner(east: float, north: float = 0.0) -> list[float]:
    lat, lon = place(east, north)
    return [lon, lat]


# Three kilometres of road to the east; a park of 600 m by 400 m.
ROAD = {"type": "LineString", "coordinates": [corner(0), corner(1_500, 40), corner(3_000)]}
PARK = {
    "type": "Polygon",
    "coordinates": [
        [corner(0), corner(600), corner(600, 400), corner(0, 400), corner(0)],
    ],
}


def quoted(shape: object) -> str:
    text = shape if isinstance(shape, str) else json.dumps(shape)
    return '"' + text.replace('"', '""') + '"'


def crime(shape: object, reference="C1", minutes=30, radius="100", at=("", "")) -> str:
    until = AT + timedelta(minutes=minutes)
    return (
        f"{reference},{AT.isoformat()},{until.isoformat()},{at[0]},{at[1]},{radius},{quoted(shape)}"
    )


def read(*rows: str):
    text = "\n".join([HEAD, *rows, ""])
    return read_offences(text.encode(), now=datetime(2027, 1, 1, tzinfo=UTC))


def told(tmp_path, rows, shape, *options):
    code, found = command(tmp_path, rows, f"{HEAD}\n{crime(shape)}\n", *options)
    assert code == 0
    return {row["person_id"]: row for row in found}


def visit(who: str, east: float, north: float):
    """Eight kilometres west but for four minutes."""
    away = day(who, lambda n: None if 9 <= n < 15 else -8_000.0)
    there = [
        (who, AT + timedelta(minutes=n), *place(east, north), 10, "GPS") for n in range(10, 14)
    ]
    return away + there


def test_whoever_was_anywhere_on_the_road_is_observed_and_who_was_beside_it_is_not(tmp_path):
    """The middle of the road is 1.5 km off: distance is from the line, wherever along it."""
    rows = visit("START", 10, 20) + visit("ALONG", 2_400, -20) + visit("BESIDE", 1_500, 700)
    found = told(tmp_path, rows, ROAD, "--all", "--offence", "C1")
    assert found["START"]["class"] == found["ALONG"]["class"] == "observed"
    assert found["BESIDE"]["class"] != "observed"
    assert float(found["ALONG"]["nearest_m"]) < 60
    assert float(found["BESIDE"]["nearest_m"]) == pytest.approx(660, abs=20)
    assert "m from the nearest spot of it" in found["ALONG"]["says"]
    assert float(found["ALONG"]["entry_mps"]) == pytest.approx(10_400 / 120, rel=0.01)
    assert found["ALONG"]["sequences"] == "A1 A2 A3 A4"
    # One spot of three kilometres says less than one spot that is the whole place.
    alone = told(
        tmp_path, rows, {"type": "LineString", "coordinates": [corner(2_380), corner(2_420)]}
    )
    assert float(alone["ALONG"]["likelihood_ratio"]) > 5 * float(found["ALONG"]["likelihood_ratio"])


def walks_across(n):
    """From 800 m south of the road to 800 m north of it at 100 m a minute, over its middle."""
    return -800.0 + 100 * min(max(n - 2, 0), 16)


def test_how_a_tag_came_to_a_line_and_left_it_is_told(tmp_path):
    """Ten metres from where the road's second part begins: at it by one spot, then by another."""
    rows = [
        ("CROSSES", AT + timedelta(minutes=n), *place(1_500, walks_across(n)), 10, "GPS")
        for n in range(-60, 60)
    ]
    row = told(tmp_path, rows, ROAD, "--all", "--offence", "C1")["CROSSES"]
    assert row["class"] == "observed"
    for leg in ("entry", "exit"):
        assert float(row[f"{leg}_mps"]) == pytest.approx(100 / 60, abs=0.02)
        assert float(row[f"{leg}_course_deg"]) % 360 == pytest.approx(0, abs=2)
    assert "It came from the south at about 6 km/h and left towards the north" in row["says"]


def test_who_goes_from_one_part_of_an_area_to_another_has_not_left_it(tmp_path):
    """500 m through the park: no leg of it is an entry or an exit, and the ends are outside."""
    inside = [(0, -300), (100, 200), (300, 200), (500, 200), (600, 900)]
    rows = [
        ("THROUGH", AT + timedelta(minutes=2 * n), *place(*at), 10, "GPS")
        for n, at in enumerate(inside, 5)
    ]
    row = told(tmp_path, rows, PARK, "--all", "--offence", "C1")["THROUGH"]
    assert float(row["entry_mps"]) == pytest.approx(509.9 / 120, rel=0.01)
    assert float(row["exit_mps"]) == pytest.approx(707.1 / 120, rel=0.01)


def test_whoever_was_within_the_area_is_observed_wherever_in_it(tmp_path):
    rows = visit("INSIDE", 300, 200) + visit("EDGE", 600, 390) + visit("OUTSIDE", 1_500, 200)
    found = told(tmp_path, rows, PARK, "--all", "--offence", "C1")
    assert found["INSIDE"]["class"] == found["EDGE"]["class"] == "observed"
    assert found["OUTSIDE"]["class"] != "observed"
    assert float(found["INSIDE"]["nearest_m"]) < 30


def test_a_line_is_excluded_only_where_no_part_of_it_could_be_reached(tmp_path):
    """25 km west of the road's start, 28 km of its end: its own start is the nearest."""
    rows = day("FAR", lambda n: -25_000.0)
    [row] = told(tmp_path, rows, ROAD, "--all", "--offence", "C1").values()
    assert row["class"] == "excluded"
    [offence] = read(crime(ROAD)).rows
    fixes = [Seen(to_us(at), lat, lon, r95, 0, 1) for _, at, lat, lon, r95, _ in rows]
    found = exclusion(offence, fixes, [])
    assert found is not None
    assert found.before.away_m == pytest.approx(25_000, abs=60)
    assert found.needed_mps == pytest.approx(float(row["needed_mps"]), abs=0.01)


def test_a_shape_gives_the_place_its_middle_unless_one_is_sent():
    given = tuple(str(value) for value in place(7.0, 8.0))
    middle, sent = read(crime(ROAD), crime(ROAD, "C2", at=given)).rows
    assert (middle.lat, middle.lon) == pytest.approx(place(1_500, 20), abs=3e-4)
    assert (str(sent.lat), str(sent.lon)) == given
    assert middle.shape == sent.shape == read_shape(json.dumps(ROAD))


LONG = {"type": "LineString", "coordinates": [corner(0), corner(60_000)]}
MANY = {"type": "LineString", "coordinates": [corner(n) for n in range(CORNERS_MAX + 1)]}
HOLED = {**PARK, "coordinates": [*PARK["coordinates"], *PARK["coordinates"]]}


@pytest.mark.parametrize(
    ("shape", "words"),
    [
        ("somewhere", "not GeoJSON"),
        ("[" * 5_000, "not GeoJSON"),
        ({"type": "Point", "coordinates": corner(0)}, "not a GeoJSON LineString"),
        ({"type": "LineString", "coordinates": [["0", "51"], ["0", "52"]]}, "not a GeoJSON"),
        ({"type": "LineString", "coordinates": [[0, 95], [0, 96]]}, "not a GeoJSON LineString"),
        ({"type": "LineString", "coordinates": [corner(0)]}, "two corners or more"),
        (
            {"type": "Polygon", "coordinates": [[corner(0), corner(9), corner(9, 9)]]},
            "the first again",
        ),
        (HOLED, "without holes"),
        (MANY, f"{CORNERS_MAX + 1} corners"),
        (LONG, "more than 20 km wide"),
        ([1, 2], "not a GeoJSON LineString"),
    ],
    ids=[
        "text",
        "deep",
        "point",
        "strings",
        "nowhere",
        "corner",
        "open",
        "hole",
        "many",
        "long",
        "list",
    ],
)
def test_a_place_that_is_no_line_and_no_area_is_a_problem_of_its_row_alone(shape, words):
    found = read(crime(shape), crime(ROAD, "C2"))
    assert [one.reference for one in found.rows] == ["C2"]
    [problem] = found.problems
    assert isinstance(problem, Problem)
    assert (problem.type, problem.field, problem.line) == ("INVALID_PLACE", "place", 2)
    assert words in problem.message
    assert "LineString or Polygon" in problem.action


def test_a_place_too_large_for_its_radius_says_what_to_do():
    road = {"type": "LineString", "coordinates": [corner(0), corner(15_000)]}
    [problem] = read(crime(road, radius="30")).problems
    assert "give a larger radius_m" in problem.message
    [offence] = read(crime(road, radius="300")).rows
    assert len(spots_of(offence.shape, 300)) <= SPOTS_MAX


@pytest.mark.database
@pytest.mark.django_db
def test_the_store_keeps_the_shape_and_a_run_weighs_it(tmp_path, settings):
    settings.LAKE_URI = str(tmp_path / "lake")
    days(wearer("CAME"), lambda minute: 51.5 if 2 <= minute < 6 else 51.55)
    line = {"type": "LineString", "coordinates": [[-0.1, 51.4995], [-0.12, 51.4995]]}
    until = (AT + timedelta(minutes=10)).isoformat()
    row = f"C1,{AT.isoformat()},{until},,,100,{quoted(line)}"
    number = take_delivery(f"{HEAD}\n{row}\n".encode(), "line.csv", by=MACHINE, now=NOW).pk
    assert json.loads(OffenceVersion.objects.get().place) == line
    [(_, offence)] = current_offences(number)
    assert offence.shape == read_shape(json.dumps(line))
    run = run_matching(number, by=ANALYST, now=NOW, method="evidence")
    [match] = run_page(run.pk, ANALYST, now=NOW).matches
    assert (match.person_reference, match.verdict) == ("CAME", "observed")
    assert match.fixes[0]["distance_m"] == pytest.approx(56, abs=2)
    again = row.replace("-0.12", "-0.13")
    take_delivery(f"{HEAD}\n{again}\n".encode(), "again.csv", by=MACHINE, now=NOW)
    assert OffenceVersion.objects.count() == 2  # another line is another version
