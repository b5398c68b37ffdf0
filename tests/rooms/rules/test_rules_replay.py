"""Replay of files: the command, its contract, whose fixes are whose, and a bus in Liverpool."""

import csv
import json
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
import shapely

from waypost.cli.main import main
from waypost.clock import read_instant
from waypost.geo import BRITISH
from waypost.monitoring.bench import bench_rules

NIGHTS = [{"days": ["MO", "TU", "WE", "TH", "FR", "SA", "SU"], "start": "19:00", "end": "07:00"}]
HOME = {"type": "Point", "coordinates": [-0.06, 51.55], "radius_m": 60}
HEADER = "person_id,time,lat,lon,accuracy_m,mechanism,received_at\n"
INSIDE, AWAY = "51.55,-0.06", "51.56,-0.06"


@pytest.fixture
def replayed(tmp_path, capsys):
    """Write both files, run the command, read the rows; standard error as `said`."""

    def run(persons, fixes, *options):
        (tmp_path / "orders.json").write_text(json.dumps({"persons": persons}))
        (tmp_path / "fixes.csv").write_text(fixes)
        out = tmp_path / "out.ndjson"
        names = [str(tmp_path / "orders.json"), str(tmp_path / "fixes.csv"), "-o", str(out)]
        code = main(["replay", *names, *options])
        run.said = capsys.readouterr().err
        assert code == 0, run.said
        return [json.loads(line) for line in out.read_text().splitlines()]

    return run


def a_person(person_id="P1", *, order_from="2026-03-02T18:00:00Z", zone=HOME, **more):
    kind = more.pop("kind", "curfew")
    timetable = more.pop("timetable", NIGHTS if kind == "curfew" else None)
    requirement = {"requirement_id": "R1", "kind": kind, "zone": zone, "timetable": timetable}
    order = {
        "order_id": f"O-{person_id}",
        "kind": "community_order",
        "from": order_from,
        "to": None,
        "requirements": [requirement, *more.pop("others", [])],
    }
    return {"person_id": person_id, "orders": [order], **more}


def test_the_rows_are_as_the_contract_says(replayed):
    rows = replayed(
        [a_person()],
        HEADER
        + f"P1,2026-03-02T18:50:00Z,{AWAY},12,GPS,\n"
        + f"P1,2026-03-02T19:05:00Z,{AWAY},12,LBS,2026-03-02T19:09:00Z\n"
        + f"P1,2026-03-02T19:15:30Z,{INSIDE},8,GPS,\n",
    )
    (row,) = rows
    reasons = row.pop("reasons")
    assert row == {
        "person_id": "P1",
        "requirement_id": "R1",
        "kind": "curfew",
        "from": "2026-03-02T19:00:00Z",
        "to": "2026-03-02T19:15:30Z",
        "certainty": "certain",
        "minutes": 15.5,
        "raised_at": "2026-03-02T19:00:00Z",
    }
    assert reasons[0].startswith("Required time began at 2026-03-02 19:00:00 UTC")
    assert reasons[1].startswith("One cell fix outside the zone at 2026-03-02 19:05:00 UTC, ")


def test_row_order_and_repeats_in_the_file_never_matter(replayed):
    lines = [
        f"P1,2026-03-02T19:{minute:02}:00Z,{place},8,GPS,\n"
        for minute, place in [(0, INSIDE), (5, AWAY), (10, AWAY), (12, INSIDE), (20, INSIDE)]
    ]
    straight = replayed([a_person()], HEADER + "".join(lines))
    mixed = replayed([a_person()], HEADER + "".join(lines[::-1] + lines[1:3]))
    assert straight == mixed
    assert [row["minutes"] for row in straight] == [7.0]


def test_open_rows_have_no_end_and_only_what_was_received_is_known(replayed):
    fixes = (
        HEADER
        + f"P1,2026-03-02T19:00:00Z,{INSIDE},8,GPS,\n"
        + f"P1,2026-03-02T19:05:00Z,{AWAY},8,GPS,\n"
        + f"P1,2026-03-02T19:12:00Z,{INSIDE},8,GPS,2026-03-02T20:00:00Z\n"
    )
    (early,) = replayed([a_person()], fixes, "--now", "2026-03-02T19:10:00Z")
    assert (early["to"], early["minutes"]) == (None, 5.0)
    (late,) = [row for row in replayed([a_person()], fixes) if row["certainty"] == "probable"]
    assert late["to"] == "2026-03-02T19:12:00Z"


def test_strangers_and_unjudged_requirements_are_said_aloud(replayed):
    others = [{"requirement_id": "R5", "kind": "alcohol"}]
    rows = replayed(
        [a_person(others=others)],
        HEADER
        + f"X9,2026-03-02T19:00:00Z,{AWAY},8,GPS,\n"
        + "P1,not a time,51,0,8,GPS,\n"
        + f"P1,2026-03-02T19:00:00Z,{INSIDE},8,GPS,\n",
    )
    assert rows == []
    assert "1 fixes belong to nobody in the orders" in replayed.said
    assert "1 requirement of the kind alcohol left out: alcohol is judged from an" in replayed.said
    assert "fixes: line 3" in replayed.said


def test_a_tag_given_to_somebody_else_brings_nothing_along(replayed):
    """P1 wore the tag until 20:00, P2 from 21:00: what it measured between is nobody's."""
    zone = {"type": "Point", "coordinates": [-0.06, 51.56], "radius_m": 100}
    first = a_person("P1", kind="exclusion", zone=zone)
    first["activations"] = [
        {
            "activation_id": "A1",
            "device_id": "D1",
            "from": "2026-03-02T18:00:00Z",
            "to": "2026-03-02T20:00:00Z",
        }
    ]
    second = a_person("P2", kind="exclusion", zone=zone)
    second["activations"] = [
        {"activation_id": "A1x", "device_id": "D1", "from": "2026-03-02T21:00:00Z", "to": None}
    ]
    rows = replayed(
        [first, second],
        "activation_id,time,lat,lon,accuracy_m\n"
        + f"A1,2026-03-02T19:59:00Z,{INSIDE},8\n"
        + f"A1,2026-03-02T20:30:00Z,{AWAY},8\n"
        + f"A1,2026-03-02T21:30:00Z,{AWAY},8\n"
        + f"A1x,2026-03-02T20:59:00Z,{AWAY},8\n"
        + f"A1x,2026-03-02T21:40:00Z,{AWAY},8\n"
        + f"A1x,2026-03-02T21:45:00Z,{INSIDE},8\n",
    )
    assert [(row["person_id"], row["from"]) for row in rows] == [("P2", "2026-03-02T21:40:00Z")]


def test_without_activations_the_activation_is_the_person(replayed):
    fixes = f"activation_id,time,lat,lon,accuracy_m\nP1,2026-03-02T19:05:00Z,{AWAY},8\n"
    rows = replayed([a_person()], fixes)
    assert [row["certainty"] for row in rows] == ["probable"]


def test_persons_without_fixes_count_from_the_orders_start(replayed):
    (row,) = replayed(
        [a_person("P1"), a_person("P2", order_from="2026-03-02T20:10:00Z")],
        HEADER + f"P1,2026-03-02T18:59:00Z,{INSIDE},8,GPS,\n",
        "--now",
        "2026-03-02T20:41:00Z",
    )[1:]
    assert (row["person_id"], row["from"], row["to"]) == ("P2", "2026-03-02T20:10:00Z", None)
    assert (row["certainty"], row["raised_at"]) == ("cannot_tell", "2026-03-02T20:40:00Z")


@pytest.mark.parametrize(("night", "hours"), [("2026-03-28", 11), ("2026-10-24", 13)])
def test_a_night_away_lasts_as_long_as_the_night_when_the_clocks_change(replayed, night, hours):
    """19:00 to 07:00 on the wall is 11 hours in March and 13 in October."""
    begin = datetime.fromisoformat(f"{night}T18:55").replace(tzinfo=ZoneInfo("Europe/London"))
    times = [begin.astimezone(UTC) + timedelta(minutes=10 * n) for n in range(hours * 6 + 3)]
    (row,) = replayed(
        [a_person(order_from=times[0].isoformat())],
        HEADER + "".join(f"P1,{at.isoformat()},{AWAY},8,GPS,\n" for at in times),
    )
    assert row["minutes"] == hours * 60
    assert read_instant(row["to"]) - read_instant(row["from"]) == timedelta(hours=hours)


def test_a_fix_of_0_0_or_from_the_future_is_not_judged(replayed):
    rows = replayed(
        [a_person(kind="exclusion", zone={**HOME, "coordinates": [0, 0], "radius_m": 5000})],
        HEADER
        + "P1,2026-03-02T19:00:00Z,0,0,8,GPS,\n"
        + "P1,2026-03-02T19:10:00Z,0.01,0,8,GPS,2026-03-02T19:00:00Z\n",
    )
    assert rows == []


def test_bad_usage_is_said_in_one_sentence(tmp_path, capsys):
    orders = tmp_path / "orders.json"
    orders.write_text('{"persons": []}')
    assert main(["replay", "-", "-"]) == 2
    assert main(["replay", str(orders), "x.csv", "--now", "yesterday"]) == 2
    assert main(["replay", str(orders), "x.csv", "--now", "9999-12-31T23:59:59Z"]) == 2
    assert main(["replay", str(orders), "x.csv", "--map", "time"]) == 2
    assert main(["replay", str(tmp_path / "none.json"), "x.csv"]) == 1
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 5
    assert said[1].startswith("waypost: --now: not an ISO 8601 time")


def test_a_zone_across_the_route_of_a_bus_is_violated_at_the_right_minutes(shared, replayed):
    """Real fixes, no accuracy stated: each counts as a circle of 30 m, as the contract says."""
    path = shared / "data" / "tracks" / "liverpool_bus_bods.csv"
    with path.open() as file:
        track = [row for row in csv.DictReader(file) if row["track_id"] == "4720"]
    track.sort(key=lambda row: row["time_utc"])
    times = [read_instant(row["time_utc"]) for row in track]
    x, y = BRITISH.project(
        [float(row["lat"]) for row in track], [float(row["lon"]) for row in track]
    )
    middle = len(track) // 2
    box = shapely.box(x[middle] - 150, y[middle] - 400, x[middle] + 150, y[middle] + 400)
    corners = np.array(box.exterior.coords)
    lat, lon = BRITISH.unproject(corners[:, 0], corners[:, 1])
    zone = {"type": "Polygon", "coordinates": [np.column_stack([lon, lat]).tolist()]}
    person = a_person("4720", kind="exclusion", zone=zone, order_from="2026-01-01T00:00:00Z")
    rows = replayed([person], path.read_text(), "--map", "time=time_utc,person_id=track_id")
    expected = visits(box, times, shapely.points(x, y), r95_m=30.0)
    assert expected
    assert [(read_instant(row["from"]), read_instant(row["to"])) for row in rows] == expected


def visits(box, times, places, r95_m):
    """Plainly: first fix wholly inside to first wholly outside, those under 5 min apart as one."""
    away = shapely.distance(places, box.boundary)
    inside = shapely.contains(box, places)
    found, since = [], None
    for at, metres, within in zip(times, away, inside, strict=True):
        if within and metres >= r95_m and since is None:
            since = at
        elif not within and metres >= r95_m and since is not None:
            found.append((since, at))
            since = None
    merged = []
    for start, end in found:
        if merged and start - merged[-1][1] < timedelta(minutes=5):
            merged[-1] = (merged[-1][0], end)
        else:
            merged.append((start, end))
    return merged


def test_the_bench_says_rates_and_their_ratio():
    said = bench_rules(scale=0.004).splitlines()
    assert said[0].startswith("rules: 8,000 fixes, 2 persons, 4 requirements each")
    assert [line.split()[0] for line in said[1:]] == ["replay", "bare", "ratio"]


def test_a_backlog_sent_newest_first_ends_in_the_same_rows(replayed):
    """Hours stored in the tag come one by one, the last first; each is folded in its place."""
    start = datetime(2026, 3, 2, 18, 59, tzinfo=UTC)
    times = [start + timedelta(minutes=3 * n) for n in range(200)]
    places = [AWAY if 40 <= n < 60 else INSIDE for n in range(200)]
    now = times[-1] + timedelta(hours=1)

    def lines(received):
        return "".join(
            f"P1,{at.isoformat()},{place},8,GPS,{received(n).isoformat()}\n"
            for n, (at, place) in enumerate(zip(times, places, strict=True))
        )

    options = ("--now", now.isoformat())
    straight = replayed([a_person()], HEADER + lines(lambda n: times[n]), *options)
    backlog = replayed([a_person()], HEADER + lines(lambda n: now - timedelta(seconds=n)), *options)
    standing = [row for row in backlog if "withdrawn" not in row]
    facts = ("from", "to", "certainty", "minutes")
    assert [[row[name] for name in facts] for row in standing] == [
        [row[name] for name in facts] for row in straight
    ]
    assert straight[0]["minutes"] == 60.0
    assert standing[0]["raised_at"] > straight[0]["raised_at"]


def test_a_file_too_large_for_memory_gives_the_same_rows(replayed, monkeypatch):
    """Put aside by person and judged a range at a time: whoever has no fix among them, too."""
    from waypost.positions import staging

    people = [a_person(f"P{number}") for number in range(9)]
    lines = [
        f"P{number},2026-03-02T{19 + minute // 60}:{minute % 60:02d}:00Z,{place},8,GPS,\n"
        for minute in range(0, 90, 3)
        for number in (7, 0, 2, 3)
        for place in [AWAY if (minute // 15 + number) % 2 else INSIDE]
    ]
    whole = replayed(people, HEADER + "".join(lines))
    assert {row["person_id"] for row in whole} >= {"P0", "P2", "P3", "P7"}
    monkeypatch.setattr(staging, "BUCKET_ROWS", 40)
    monkeypatch.setattr("waypost.cli.replay.PART_ROWS", 10)
    assert replayed(people, HEADER + "".join(lines)) == whole
