"""The ministry's rule: geometry, bounds, labels, and the command from file to file."""

from __future__ import annotations

import csv
import io
import math
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from waypost.cli import main as cli
from waypost.clock import to_us
from waypost.geo import BRITISH
from waypost.matching.compatible import coverage, match, overlap, run_name
from waypost.matching.files import HEADER
from waypost.matching.values import Seen
from waypost.offences.values import Offence

AT = datetime(2026, 2, 3, 12, tzinfo=UTC)
EAST, NORTH = 531_000.0, 182_000.0  # a street corner in Camden


def place(east: float = 0.0, north: float = 0.0) -> tuple[float, float]:
    lat, lon = BRITISH.unproject(EAST + east, NORTH + north)
    return float(lat[0]), float(lon[0])


def offence(minutes: float = 0, **changes) -> Offence:
    lat, lon = place()
    whole = {"force": "Metropolitan", "reference": "C1", "crime_type": "RB", "lat": lat, "lon": lon}
    return Offence(**{**whole, "from_at": AT, "to_at": AT + timedelta(minutes=minutes), **changes})


def seen(minute: float, east: float = 0.0, r95_m: float = 10.0) -> Seen:
    lat, lon = place(east)
    return Seen(to_us(AT + timedelta(minutes=minute)), lat, lon, r95_m, round(minute * 1e6))


@pytest.mark.parametrize(
    ("distance_m", "r95_m", "wanted"),
    [
        (0, 50, 1.0),
        (50, 50, 1.0),
        (0, 200, 0.25),
        (100, 0, 1.0),
        (100.001, 0, 0.0),
        (300, 150, 0.0),
        (100, 100, 2 / 3 - math.sqrt(3) / (2 * math.pi)),  # the textbook lens of equal circles
    ],
)
def test_overlap_is_the_true_area_of_the_lens(distance_m, r95_m, wanted):
    assert overlap(distance_m, r95_m) == pytest.approx(wanted, abs=1e-12)


def test_overlap_agrees_with_counting_points_in_both_circles():
    steps = (np.arange(2000) + 0.5) / 1000 - 1
    x, y = np.meshgrid(steps, steps)
    for distance_m, r95_m in [(30, 90), (95, 20), (60, 141), (140, 70)]:
        inside = x**2 + y**2 <= 1
        both = inside & ((x * r95_m + distance_m) ** 2 + (y * r95_m) ** 2 <= 100**2)
        assert overlap(distance_m, r95_m) == pytest.approx(both.sum() / inside.sum(), abs=1e-3)


def test_a_fix_with_an_r95_over_141_metres_never_counts_even_at_the_centre():
    assert match(offence(), [seen(0, r95_m=141.4)]) is not None
    assert match(offence(), [seen(0, r95_m=141.6)]) is None


def test_the_padded_window_includes_both_of_its_bounds():
    for minute, matches in [(-10, True), (10, True), (-10.001, False), (10.001, False)]:
        assert (match(offence(), [seen(minute)]) is not None) is matches


def test_runs_are_labelled_and_broken_by_a_fix_that_does_not_count():
    track = [seen(0), seen(1), seen(2, east=300), seen(3), seen(4, r95_m=500), seen(5), seen(7)]
    found = match(offence(20), track)
    assert found.sequences == "A1 A2 B1 C1 C2"
    assert found.seconds_inside == 60 + 0 + 120


def test_the_prior_position_is_told_and_never_makes_a_match():
    assert match(offence(), [seen(-12)]) is None
    found = match(offence(), [seen(-12, east=500), seen(0)])
    assert found.prior[0] == seen(-12, east=500)
    assert found.prior[1] == pytest.approx(500, abs=0.01)
    assert found.sequences == "A1"


def test_runs_go_on_beyond_z():
    assert [run_name(n) for n in (1, 26, 27, 52, 53, 702, 703)] == [
        "A", "Z", "AA", "AZ", "BA", "ZZ", "AAA",
    ]  # fmt: skip


def test_coverage_is_the_share_of_the_window_within_five_minutes_of_a_fix():
    minute = 60_000_000
    assert coverage([0], 0, 20 * minute) == 0.25
    assert coverage([5 * minute, 8 * minute], 0, 20 * minute) == 13 / 20
    assert coverage([-4 * minute], 0, 0) == 1.0
    assert coverage([-6 * minute], 0, 0) == 0.0
    assert coverage([], 0, 20 * minute) == 0.0


FIXES = "person_id,time,lat,lon,accuracy_m,mechanism\n"


def write_fixes(path, rows):
    lines = [
        f"{p},{t:%Y-%m-%dT%H:%M:%SZ},{lat!r},{lon!r},{r},{m}\n" for p, t, lat, lon, r, m in rows
    ]
    path.write_text(FIXES + "".join(lines))


def command(tmp_path, rows, crimes: str, *options: str) -> tuple[int, list[dict[str, str]]]:
    write_fixes(tmp_path / "fixes.csv", rows)
    (tmp_path / "crimes.csv").write_text(crimes)
    paths = [str(tmp_path / name) for name in ("fixes.csv", "crimes.csv", "out.csv")]
    code = cli.main(["match", paths[0], paths[1], "-o", paths[2], *options])
    out = tmp_path / "out.csv"
    return code, list(csv.DictReader(io.StringIO(out.read_text()))) if out.exists() else []


def test_the_command_lists_the_best_first_and_says_refused_rows_on_standard_error(tmp_path, capsys):
    lat, lon = place()
    rows = [
        ("P2", AT, *place(), 10, "GPS"),
        ("P1", AT, *place(), 10, "GPS"),
        ("P1", AT + timedelta(minutes=2), *place(20), "", "LBS"),
        ("P3", AT, *place(80), 60, "WIFI"),
        ("P4", AT, *place(101), "", ""),
        ("P5", AT, *place(99), 0, ""),
    ]
    crimes = (
        "crime_reference,from_time,to_time,lat,lon,radius_m\n"
        f"C1,2026-02-03T12:00:00Z,2026-02-03T12:10:00Z,{lat},{lon},5000\n"
        f"C2,2026-02-03T12:00:00,2026-02-03T12:10:00Z,{lat},{lon},\n"
    )
    code, found = command(tmp_path, rows, crimes, "--method", "compatible")
    assert code == 0
    assert [row["person_id"] for row in found] == ["P1", "P2", "P5", "P3"]
    assert tuple(found[0]) == HEADER
    first = found[0]
    assert (first["score"], first["class"], first["sequences"]) == ("1.000000", "observed", "A1 A2")
    assert (first["seconds_inside"], first["coverage"], first["nearest_m"]) == (
        "120", "0.7000", "0.00",
    )  # fmt: skip
    assert "INVALID_FROM_DATE_FORMAT" in capsys.readouterr().err


def test_order_of_rows_and_repeats_change_nothing(tmp_path):
    rows = [
        (f"P{n % 7}", AT + timedelta(minutes=n % 13), *place(n * 17 % 160), 5 + n % 90, "GPS")
        for n in range(60)
    ]
    lat, lon = place()
    crimes = (
        "crime_reference,from_time,to_time,lat,lon\n"
        f"C1,2026-02-03T12:00:00Z,2026-02-03T12:01:00Z,{lat},{lon}\n"
    )
    _, once = command(tmp_path, rows, crimes, "--method", "compatible")
    _, again = command(tmp_path, rows[::-1] + rows[:20], crimes, "--method", "compatible")
    assert again == once
    assert len(once) == 7


def test_a_police_file_of_two_forces_is_refused_in_one_sentence(tmp_path, capsys):
    crimes = (
        "Metropolitan,RB,,MPS20260203,A,20260203120000,20260203120000,,,51.5,-0.1,WGS84,\n"
        "Kent,RB,,KNT20260203,B,20260203120000,20260203120000,,,51.5,-0.1,WGS84,\n"
    )
    assert command(tmp_path, [("P1", AT, *place(), 5, "GPS")], crimes)[0] == 1
    assert "Multiple police forces" in capsys.readouterr().err


NAMES = "crime_reference,from_time,to_time,lat,lon"


@pytest.mark.parametrize(
    ("crimes", "words"),
    [
        ("", "empty"),
        ("\n\n", "empty"),
        (f"{NAMES},lat\nC1,2026-02-03T12:00:00Z,2026-02-03T12:00:00Z,51.5,-0.1,50\n", "twice"),
    ],
)
def test_an_offences_file_that_says_nothing_or_two_things_is_refused(
    tmp_path, capsys, crimes, words
):
    assert command(tmp_path, [], crimes, "--method", "compatible")[0] == 1
    said = capsys.readouterr().err
    assert words in said
    assert said.count("\n") == 1


@pytest.mark.parametrize(
    "row",
    [
        f"\n\n{NAMES}\nC1,0001-01-01T00:00:00Z,2026-02-03T12:00:00Z,51.5,-0.1\n",
        f"{NAMES}\nC1,2026-02-03T12:00:00Z,9999-12-31T23:59:59Z,51.5,-0.1\n",
        "Metropolitan,RB,,MPS20260203,A,00010101000000,00010101000100,,,51.5,-0.1,WGS84,\n",
    ],
)
def test_an_offence_at_an_end_of_the_calendar_is_a_refused_row(tmp_path, capsys, row):
    assert command(tmp_path, [], row, "--method", "compatible") == (0, [])
    assert "_DATE_FORMAT" in capsys.readouterr().err
