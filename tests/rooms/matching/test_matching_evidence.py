"""Evidence told as stories: who comes first and why, what can be ruled out, what cannot be told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from test_matching_compatible import command

from waypost.geo import BRITISH
from waypost.matching.files import EVIDENCE_HEADER

AT = datetime(2026, 2, 3, 12, tzinfo=UTC)
EAST, NORTH = 531_000.0, 182_000.0
HEAD = "crime_reference,from_time,to_time,lat,lon\n"
MINUTE = timedelta(minutes=1)


def place(east: float = 0.0, north: float = 0.0) -> tuple[float, float]:
    lat, lon = BRITISH.unproject(EAST + east, NORTH + north)
    return float(lat[0]), float(lon[0])


def crime(minutes: float = 30, reference: str = "C1") -> str:
    lat, lon = place()
    until = AT + minutes * MINUTE
    return f"{reference},{AT.isoformat()},{until.isoformat()},{lat},{lon}\n"


def day(who: str, where, r95: float = 10, how: str = "GPS", every: int = 1, hours: int = 12):
    """Fixes over the hours around noon; where(minute from noon) gives metres east, or None."""
    return [
        (who, AT + n * MINUTE, *place(where(n)), r95, how)
        for n in range(-60 * hours, 60 * hours, every)
        if where(n) is not None
    ]


def home(n):
    return 2_000.0


def came(n):
    """Stands at the scene from ten to fourteen minutes past, never otherwise near."""
    return 5.0 if 10 <= n < 14 else 2_000.0 - max(0, 1_900 - 380 * min(abs(n - 10), abs(n - 13)))


def lives(n):
    return 15.0


def passes(n):
    """On a bus that goes by at 8 m/s."""
    return 2_000.0 if n < 8 else max(2_000.0 - 480 * (n - 8), -2_000.0)


def walks_by(n):
    """From the east at 80 m a minute, three minutes at the place, and on to the west."""
    return 880.0 - 80 * n if n < 11 else -80.0 * max(0, n - 13)


def told(tmp_path, rows, *options: str, crimes: str = ""):
    code, found = command(tmp_path, rows, HEAD + (crimes or crime()), *options)
    assert code == 0
    return {row["person_id"]: row for row in found}, [row["person_id"] for row in found]


def test_who_came_for_it_stands_before_who_lives_there_and_who_passes(tmp_path):
    rows = day("COMES", came) + day("LIVES", lives) + day("PASSES", passes) + day("AWAY", home)
    found, order = told(tmp_path, rows)
    assert order[0] == "COMES"
    assert "AWAY" not in order
    ratios = {who: float(row["likelihood_ratio"]) for who, row in found.items()}
    assert ratios["COMES"] > 30 * ratios["PASSES"]
    assert ratios["COMES"] > 100 * ratios["LIVES"]
    assert ratios["LIVES"] < 2  # being at home says nothing
    assert tuple(found["COMES"]) == EVIDENCE_HEADER
    assert (found["COMES"]["class"], found["COMES"]["sequences"]) == ("observed", "A1 A2 A3 A4")
    assert "observed within 100 m of the place for about" in found["COMES"]["says"]
    assert "more likely than by this wearer's habit" in found["COMES"]["says"]
    # 10 m of the fix, and what is usual of a place recorded for a circle of 100 m.
    assert float(found["COMES"]["nearest_spread_m"]) == pytest.approx(63.2, abs=0.2)
    assert "nearest fix 5 m from its middle, give or take 63 m (95 %)" in found["COMES"]["says"]


def test_how_a_tag_came_and_went_is_told_where_it_was_observed(tmp_path):
    rows = day("WALKS", walks_by, hours=3)
    rows += day("GAP", lambda n: None if 3 < n < 10 else walks_by(n), hours=3)
    rows += day("ROUGH", walks_by, r95=80, hours=3) + day("LIVES", lives, hours=3)
    found, _ = told(tmp_path, rows)
    walks, gap, rough, home_all_day = (found[name] for name in ("WALKS", "GAP", "ROUGH", "LIVES"))
    assert (
        "It came from the east at about 5 km/h and left towards the west at about 5 km/h."
        in (walks["says"])
    )
    assert float(walks["entry_mps"]) == pytest.approx(80 / 60, abs=0.01)
    assert float(walks["entry_course_deg"]) == pytest.approx(270, abs=2)
    assert (gap["entry_mps"], gap["entry_course_deg"]) == ("", "")  # six minutes without a fix
    assert "It left towards the west at about 5 km/h." in gap["says"]
    # 80 m of way, 113 m of error in both: how fast is known roughly, whence is not.
    assert (rough["entry_course_deg"], rough["exit_course_deg"]) == ("", "")
    assert "It came at about 5 km/h and left at about 5 km/h." in rough["says"]
    assert (home_all_day["entry_mps"], home_all_day["exit_mps"]) == ("", "")
    assert "It came" not in home_all_day["says"]
    assert "It left" not in home_all_day["says"]


def test_scores_are_comparable_across_offences_a_short_window_says_more(tmp_path):
    crimes = crime(20, "SHORT") + crime(700, "LONG")
    code, found = command(tmp_path, day("COMES", came), HEAD + crimes)
    assert code == 0
    assert [row["crime_reference"] for row in found] == ["SHORT", "LONG"]


def test_a_tag_far_away_on_both_sides_is_excluded_by_name_with_the_speed(tmp_path):
    found, _ = told(tmp_path, day("FAR", lambda n: 40_000.0), "--all", "--offence", "C1")
    row = found["FAR"]
    assert row["class"] == "excluded"
    assert row["says"].startswith("The tag cannot have been within 100 m of the place, unless it")
    assert "90 km/h" in row["says"]
    assert float(row["needed_mps"]) > 300
    assert row["says"].endswith("are not known from files of fixes: check them first.")


def test_one_fix_far_out_excludes_nobody(tmp_path):
    """One of them lies; whoever was there all the same is not ruled out by it."""

    def lies(n):
        return 60_000.0 if n == 12 else 40_000.0 if abs(n) > 300 else None

    rows = day("GAP", lies)
    found, _ = told(tmp_path, rows, "--all", "--offence", "C1")
    assert found["GAP"]["class"] == "cannot_tell"


def test_of_whom_nothing_is_heard_it_cannot_be_told_and_for_how_long(tmp_path):
    rows = day("SILENT", lambda n: None if 20 < n < 68 else 3_000.0)
    found, _ = told(tmp_path, rows, "--all", "--offence", "C1", crimes=crime(90))
    row = found["SILENT"]
    assert row["class"] == "cannot_tell"
    assert "no data for 38 of 90 minutes" in row["says"]


def test_of_whom_nothing_was_heard_the_nearest_distance_and_its_spread_are_not_known(tmp_path):
    rows = day("SILENT", lambda n: None if -60 < n < 90 else 3_000.0)
    [row] = told(tmp_path, rows, "--all", "--offence", "C1")[0].values()
    assert (row["nearest_m"], row["nearest_spread_m"]) == ("", "")
    assert "give or take" not in row["says"]


def test_a_cell_of_a_mast_makes_it_possible_and_no_more(tmp_path):
    rows = day("MAST", lambda n: 300.0, r95=1_000, how="LBS")
    found, _ = told(tmp_path, rows)
    assert found["MAST"]["class"] == "possible"
    assert 0.01 <= float(found["MAST"]["presence"]) < 0.1
    assert "was not observed" in found["MAST"]["says"]


def test_a_fix_that_states_no_accuracy_counts_as_its_mechanism_does(tmp_path):
    rows = day("MAST", lambda n: 30.0, r95="", how="LBS")
    assert told(tmp_path, rows)[0]["MAST"]["class"] == "possible"


def test_everybody_is_told_of_for_one_offence_alone(tmp_path):
    rows = day("COMES", came) + day("FAR", lambda n: 40_000.0) + day("AWAY", home)
    _, order = told(tmp_path, rows, "--all", "--offence", "C1", crimes=crime() + crime(5, "C2"))
    assert sorted(order) == ["AWAY", "COMES", "FAR"]


@pytest.mark.parametrize(
    "options",
    [("--all",), ("--all", "--offence", "C1", "--method", "compatible"), ("--offence", "NONE")],
    ids=["of all", "compatible", "unknown"],
)
def test_what_cannot_be_asked_is_bad_usage(tmp_path, options):
    assert command(tmp_path, day("AWAY", home, hours=1), HEAD + crime(), *options)[0] == 2


def test_evidence_is_what_is_done_without_a_method_and_order_changes_nothing(tmp_path):
    rows = day("COMES", came, hours=3) + day("LIVES", lives, hours=3)
    once = command(tmp_path, rows, HEAD + crime())
    assert command(tmp_path, rows[::-1] + rows[:40], HEAD + crime(), "--method", "evidence") == once
    assert len(once[1]) == 2


def test_a_place_of_a_metre_and_a_person_with_one_fix_are_weighed(tmp_path):
    lat, lon = place()
    row = crime(0).replace("\n", ",1\n")
    crimes = f"crime_reference,from_time,to_time,lat,lon,radius_m\n{row}"
    code, [one] = command(tmp_path, [("ONE", AT, lat, lon, 5, "GPS")], crimes)
    assert (code, one["class"], one["nearest_m"], one["coverage"]) == (
        0,
        "possible",
        "0.00",
        "1.0000",
    )
    # At the fix itself 1 - exp(-1 / (2 x 3.27^2)) = 0.046; what is reckoned lies beside it.
    assert 0.01 < float(one["presence"]) < 0.046
