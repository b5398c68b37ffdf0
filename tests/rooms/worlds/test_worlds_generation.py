"""The seeded London is a pure function, keeps the domain's figures, and knows its own truth."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from datetime import date, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from waypost.cli.main import main
from waypost.clock import read_instant
from waypost.geo import BRITISH
from waypost.orders.read import read_orders
from waypost.orders.values import RequirementKind
from waypost.rules.values import How
from waypost.worlds.hours import wall_s, windows
from waypost.worlds.people import LATE_HOME_MINUTES
from waypost.worlds.places import BOROUGHS, town
from waypost.worlds.routines import path_of
from waypost.worlds.shapes import depth_m
from waypost.worlds.truth import appointments
from waypost.worlds.values import Ask, Part
from waypost.worlds.world import make_world, people_of, world_json

UNTIL = read_instant("2026-11-20T15:00:00Z")


@pytest.fixture(scope="module")
def world():
    return make_world(7, wearers=20, days=6, until=UNTIL)


@pytest.fixture(scope="module")
def people():
    until_s = UNTIL.timestamp()
    return people_of(7, 20, from_s=until_s - 6 * 86_400, until_s=until_s)


def test_the_same_arguments_give_the_same_world_and_another_seed_another(world):
    again = make_world(7, wearers=20, days=6, until=UNTIL)
    assert again.fixes.equals(world.fixes)
    assert (again.orders, again.truth, again.events) == (world.orders, world.truth, world.events)
    assert again.offences_csv == world.offences_csv
    assert not make_world(8, wearers=20, days=6, until=UNTIL).fixes.equals(world.fixes)


def test_the_first_wearers_of_a_large_world_are_those_of_a_small_one(people):
    until_s = UNTIL.timestamp()
    fewer = people_of(7, 9, from_s=until_s - 6 * 86_400, until_s=until_s)
    assert fewer == people[:9]


def test_a_day_of_routine_does_not_depend_on_the_window_asked_for(people):
    """A live tag tomorrow must be the person of last month's history."""
    end_s = UNTIL.timestamp()
    long = path_of(people[8], town(), 7, end_s - 5 * 86_400, end_s)
    short = path_of(people[8], town(), 7, end_s - 86_400, end_s)
    at_s = np.arange(end_s - 70_000, end_s, 500.0)
    assert np.allclose(long.where(at_s), short.where(at_s))


def test_paths_never_run_backwards_or_faster_than_a_train(people):
    end_s = UNTIL.timestamp()
    for wearer in people:
        path = path_of(wearer, town(), 7, end_s - 6 * 86_400, end_s)
        step_s = np.diff(path.at_s)
        assert (step_s >= 0).all()
        moved_m = np.hypot(np.diff(path.east_m), np.diff(path.north_m))
        assert (moved_m <= 20 * step_s + 1e-6).all()


def test_the_stated_r95_holds_the_true_place_about_95_times_in_100(world, people):
    end_s = UNTIL.timestamp()
    kept = {"GNSS": [], "CELL": []}
    for wearer in people:
        if wearer.tag is None:
            continue
        own = world.fixes.filter(
            pc.equal(world.fixes["activation_id"].cast(pa.string()), wearer.tag.activation_id)
        )
        at_s = own["time"].cast(pa.int64()).to_numpy() / 1e6
        lat, lon = own["lat"].to_numpy(), own["lon"].to_numpy()
        east, north = BRITISH.project(lat, lon)
        path = path_of(wearer, town(), 7, end_s - 6 * 86_400, end_s)
        true_east, true_north = path.where(at_s)
        inside = np.hypot(east - true_east, north - true_north) <= own["accuracy_m"].to_numpy()
        words = np.array(own["mechanism"].cast(pa.string()).to_pylist())
        for mechanism, found in kept.items():
            found.append(inside[(words == mechanism) & (at_s < end_s) & (lat != 0)])
    for mechanism, found in kept.items():
        share = np.concatenate(found).mean()
        assert 0.91 < share < 0.985, (mechanism, share)


def test_gnss_and_cell_accuracies_keep_the_domain_s_bounds_and_mixture(world):
    words = np.array(world.fixes["mechanism"].cast(pa.string()).to_pylist())
    accuracy = world.fixes["accuracy_m"].to_numpy()
    gnss, cell = accuracy[words == "GNSS"], accuracy[words == "CELL"]
    assert gnss.min() >= 2
    assert gnss.max() <= 28
    assert cell.min() >= 10
    assert cell.max() <= 1200
    per_activation = Counter(world.fixes["activation_id"].cast(pa.string()).to_pylist())
    assert 150 < np.median(list(per_activation.values())) / 6 < 1200  # fixes a wearer-day


def test_late_uploads_backlogs_duplicates_and_bad_clocks_are_all_there(world):
    measured = world.fixes["time"].cast(pa.int64()).to_numpy() / 1e6
    received = world.fixes["received_at"].cast(pa.int64()).to_numpy() / 1e6
    lag_s = received - measured
    assert (np.diff(received) >= 0).all(), "fixes stand in the order in which they reached us"
    assert (lag_s[lag_s > 0] > 300).mean() > 0.05
    assert lag_s.max() > 3600
    rows = world.fixes.select(["activation_id", "time", "lat", "lon"]).to_pylist()
    assert any(seen > 1 for seen in Counter(tuple(row.values()) for row in rows).values())
    large = make_world(3, wearers=40, days=12, until=UNTIL)
    told, came = (large.fixes[name].cast(pa.int64()).to_numpy() for name in ("time", "received_at"))
    ahead = told > came + 86_400e6
    assert 0 < ahead.sum() < 60
    assert 0 < (large.fixes["lat"].to_numpy() == 0).sum() < 60


def test_nothing_is_measured_before_fitting_or_after_the_tag_was_handed_back(world, people):
    before, after = people[4], people[5]
    assert (before.part, after.part) == (Part.HANDED_BACK, Part.WEARS_USED_TAG)
    assert before.tag.device_id == after.tag.device_id
    assert before.tag.to_s < after.tag.from_s
    ids = world.fixes["activation_id"].cast(pa.string())
    measured = world.fixes["time"].cast(pa.int64())
    last = pc.max(measured.filter(pc.equal(ids, before.tag.activation_id))).as_py() / 1e6
    first = pc.min(measured.filter(pc.equal(ids, after.tag.activation_id))).as_py() / 1e6
    assert last < before.tag.to_s < after.tag.from_s <= first


def test_the_orders_file_reads_without_a_problem_and_only_the_unfitted_is_remarked_on(world):
    lint = pytest.importorskip("waypost.orders.lint").lint
    read = read_orders(world_json(world))
    assert read.problems == []
    assert len(read.rows) == 20
    remarked = {finding.person_id for person in read.rows for finding in lint(person)}
    assert remarked <= {"W008"}


def test_one_curfew_begins_minutes_after_the_world_ends(people):
    """The demo is opened at any hour; somebody must be late home while it is watched."""
    late = people[2]
    begins = [start for start, _ in windows(late.asks[0].timetable, UNTIL.timestamp() - 3600,
                                            UNTIL.timestamp() + 3600)]  # fmt: skip
    assert UNTIL.timestamp() + LATE_HOME_MINUTES * 60 in begins


def test_offences_follow_the_thirteen_columns_and_a_few_are_by_wearers_truly_there(people):
    world = make_world(11, wearers=40, days=12, until=UNTIL)
    rows = list(csv.reader(io.StringIO(world.offences_csv.decode())))
    assert {len(row) for row in rows} == {13}
    assert {row[0] for row in rows} == {"Metropolitan"}
    assert len({row[4] for row in rows}) == len(rows)
    for row in rows:
        assert row[5] <= row[6]
        assert 515_000 < float(row[7]) < 550_000
    own = {one["crime_reference"]: one["person_id"] for one in world.truth["offences"]}
    assert 0 < len(own) < 0.03 * len(rows)
    until_s = UNTIL.timestamp()
    everybody = people_of(11, 40, from_s=until_s - 12 * 86_400, until_s=until_s)
    for row in rows:
        if row[4] in own:
            wearer = next(one for one in everybody if one.person_id == own[row[4]])
            path = path_of(wearer, town(), 11, until_s - 12 * 86_400, until_s)
            window = [read_instant(f"{t[:8]}T{t[8:]}Z").timestamp() for t in row[5:7]]
            east, north = path.where(np.arange(window[0], window[1] + 1, 10.0))
            nearest = np.hypot(east - float(row[7]), north - float(row[8])).min()
            assert nearest < 40, "who did it was there in the reported window"


def test_true_violations_are_where_the_true_path_says_so(world, people):
    end_s = UNTIL.timestamp()
    asks = {ask.requirement_id: (wearer, ask) for wearer in people for ask in wearer.asks}
    assert world.truth["violations"]
    for told in world.truth["violations"]:
        wearer, ask = asks[told["requirement_id"]]
        path = path_of(wearer, town(), 7, end_s - 6 * 86_400, end_s)
        if told["kind"] == "attendance":
            continue
        middle = (read_instant(told["from"]).timestamp() + 1) // 10 * 10
        east, north = path.where(np.array([middle]))
        inside_m = max(depth_m(shape, east, north)[0] for shape in (ask.shape, *ask.also))
        if told["kind"] == "exclusion":
            assert inside_m > -60
        else:
            assert inside_m < 60


def test_wall_hours_follow_both_clock_changes():
    spring, autumn = date(2026, 3, 29), date(2026, 10, 25)
    assert wall_s(spring, 90) == read_instant("2026-03-29T01:30:00Z").timestamp()  # 01:30: skipped
    assert wall_s(autumn, 90) == read_instant("2026-10-25T00:30:00Z").timestamp()  # the first
    assert wall_s(spring, 420) - wall_s(spring - timedelta(days=1), 1140) == 11 * 3600


def test_homes_lie_in_the_boroughs_they_are_said_to(people):
    place = town()
    assert {wearer.borough for wearer in people} <= set(BOROUGHS)
    for wearer in people:
        own = place.in_borough(wearer.borough)
        away = np.hypot(place.east_m[own] - wearer.home[0], place.north_m[own] - wearer.home[1])
        assert away.min() == 0


def test_the_command_writes_all_files_and_says_what_is_in_them(tmp_path, capsys):
    folder = tmp_path / "town"
    arguments = ["--wearers", "9", "--days", "2", "--until", "2026-03-01T00:00:00Z"]
    assert main(["world", "seed", str(folder), *arguments]) == 0
    assert "9 wearers" in capsys.readouterr().out
    assert pq.read_table(folder / "fixes.parquet").num_rows > 1000
    assert json.loads((folder / "world.json").read_text())["seed"] == 1
    assert {one.name for one in folder.iterdir()} == {
        "fixes.parquet", "offences.csv", "orders.json", "events.ndjson", "truth.json", "world.json",
    }  # fmt: skip


def test_the_command_refuses_a_time_without_offset(tmp_path, capsys):
    assert main(["world", "seed", str(tmp_path), "--until", "2026-03-01"]) == 2
    assert "offset" in capsys.readouterr().err


def test_appointments_are_told_as_they_were_kept():
    """Ten o'clock, ten minutes of grace, three quarters of an hour to be stayed."""
    nine = read_instant("2026-11-19T09:00:00Z").timestamp()  # a Thursday, by wall and UTC alike
    at_s = np.arange(nine, nine + 3 * 3600, 10.0)
    ask = Ask("R1", RequirementKind.ATTENDANCE, weekday=3)

    def kept(*spells):
        there = np.zeros(len(at_s), dtype=bool)
        for start, end in spells:
            there |= (at_s >= nine + 60 * start) & (at_s < nine + 60 * end)
        (one,) = appointments(ask, at_s, there, nine, nine + 3 * 3600)
        assert one.from_s == nine + 3600
        return one.how, one.broken_s and tuple((s - nine) / 60 for s in one.broken_s)

    assert kept((55, 125)) == (How.NONE, None)
    assert kept((70, 125)) == (How.NONE, None)
    assert kept((71, 125)) == (How.LATE, (60, 71))
    assert kept() == (How.MISSED, (60, 120))
    assert kept((50, 100)) == (How.LEFT_EARLY, (100, 120))
    assert kept((50, 106)) == (How.NONE, None)
    assert kept((50, 70), (75, 125)) == (How.NONE, None)
    assert kept((80, 119)) == (How.LEFT_EARLY, (119, 120))
    assert kept((80, 121)) == (How.LATE, (60, 80))
