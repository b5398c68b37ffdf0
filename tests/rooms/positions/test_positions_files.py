"""A fixes file by the contract: every row is kept or refused with its line, whatever the format."""

from __future__ import annotations

import gzip
import json
from contextlib import suppress
from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from waypost.errors import BadFile, BadUse
from waypost.positions import files
from waypost.positions.files import iter_fixes, read_fixes
from waypost.positions.schema import SetAside
from waypost.units import Mechanism

HEADER = "person_id,time,lat,lon,accuracy_m,mechanism\n"
NINE = datetime(2026, 3, 1, 9, tzinfo=UTC)


def read_text(tmp_path, text: str, *, name: str = "fixes.csv", **renames):
    path = tmp_path / name
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    return read_fixes(str(path), renames=renames)


def problems_of(found) -> list[tuple]:
    return [(p.line, p.type, p.field, p.value) for p in found.problems]


def test_a_sound_row_keeps_what_it_says(tmp_path):
    found = read_text(
        tmp_path,
        "person_id,time,lat,lon,accuracy_m,mechanism,speed_mps,course_deg,received_at,note\n"
        "P1,2026-03-01T10:00:00+01:00,51.5,-0.1,12.5,LBS,3.5,270,2026-03-01T09:07:00Z,hello\n",
    )
    (row,) = found.table.to_pylist()
    assert (row["person"], row["activation"], row["measured_at"]) == ("P1", None, NINE)
    assert row["received_at"] == datetime(2026, 3, 1, 9, 7, tzinfo=UTC)
    assert (row["lat"], row["lon"], row["accuracy_m"]) == (51.5, -0.1, 12.5)
    assert (row["mechanism"], row["speed_mps"], row["course_deg"]) == (Mechanism.CELL, 3.5, 270.0)
    assert (row["set_aside"], row["line"], found.problems) == (SetAside.USABLE, 2, [])


@pytest.mark.parametrize(
    ("mechanism", "r95"),
    [("", 30), ("GPS", 30), ("gnss", 30), ("WIFI", 100), ("LBS", 1000), ("CELL", 1000), ("RF", 30)],
)
def test_an_accuracy_not_stated_is_the_mechanisms(tmp_path, mechanism, r95):
    found = read_text(tmp_path, f"{HEADER}P1,2026-03-01T09:00:00Z,51.5,-0.1,,{mechanism}\n")
    (row,) = found.table.to_pylist()
    assert (row["accuracy_m"], row["accuracy_stated"]) == (r95, False)


def test_an_accuracy_of_exactly_0_stays_a_point(tmp_path):
    found = read_text(tmp_path, f"{HEADER}P1,2026-03-01T09:00:00Z,51.5,-0.1,0,LBS\n")
    (row,) = found.table.to_pylist()
    assert (row["accuracy_m"], row["accuracy_stated"]) == (0.0, True)


def test_a_receipt_not_stated_is_the_time_itself(tmp_path):
    found = read_text(tmp_path, f"{HEADER}P1,2026-03-01T09:00:00Z,51.5,-0.1,5,GPS\n")
    assert found.table["received_at"].to_pylist() == [NINE]


BAD_ROWS = [
    (",2026-03-01T09:00:00Z,51.5,-0.1,5,GPS", "MISSING_PERSON", "person_id", None),
    ("P1,,51.5,-0.1,5,GPS", "MISSING_TIME", "time", None),
    ("P1,2026-03-01T09:00:00,51.5,-0.1,5,GPS", "INVALID_TIME", "time", "2026-03-01T09:00:00"),
    ("P1,2026-02-30T09:00:00Z,51.5,-0.1,5,GPS", "INVALID_TIME", "time", "2026-02-30T09:00:00Z"),
    ("P1,yesterday,51.5,-0.1,5,GPS", "INVALID_TIME", "time", "yesterday"),
    ("P1,2026-03-01T09:00:00Z,,-0.1,5,GPS", "MISSING_NUMBER", "lat", None),
    ("P1,2026-03-01T09:00:00Z,north,-0.1,5,GPS", "INVALID_NUMBER", "lat", "north"),
    ("P1,2026-03-01T09:00:00Z,0x1F,-0.1,5,GPS", "INVALID_NUMBER", "lat", "0x1F"),
    ("P1,2026-03-01T09:00:00Z,90.1,-0.1,5,GPS", "OUT_OF_RANGE", "lat", "90.1"),
    ("P1,2026-03-01T09:00:00Z,51.5,-180.5,5,GPS", "OUT_OF_RANGE", "lon", "-180.5"),
    ("P1,2026-03-01T09:00:00Z,51.5,-0.1,-5,GPS", "INVALID_ACCURACY", "accuracy_m", "-5"),
    ("P1,2026-03-01T09:00:00Z,51.5,-0.1,NaN,GPS", "INVALID_NUMBER", "accuracy_m", "NaN"),
    ("P1,2026-03-01T09:00:00Z,51.5,-0.1,inf,GPS", "INVALID_NUMBER", "accuracy_m", "inf"),
    ("P1,2026-03-01T09:00:00Z,51.5,-0.1,5,SONAR", "INVALID_MECHANISM", "mechanism", "SONAR"),
]


@pytest.mark.parametrize(("row", "kind", "field", "value"), BAD_ROWS)
def test_one_bad_row_spoils_one_row_and_names_its_line(tmp_path, row, kind, field, value):
    good = "P1,2026-03-01T09:00:00Z,51.5,-0.1,5,GPS"
    found = read_text(tmp_path, f"{HEADER}{good}\n\n{row}\n{good}\n")
    assert [(p.line, p.type, p.field, p.value or None) for p in found.problems] == [
        (4, kind, field, value)
    ]
    assert found.table["line"].to_pylist() == [2, 5]
    assert (found.received, found.refused) == (3, 1)
    assert all(p.message and p.action for p in found.problems)


def test_every_wrong_field_of_a_row_is_said_and_the_row_counts_once(tmp_path):
    found = read_text(tmp_path, f"{HEADER}P1,never,95,-0.1,-5,SONAR\n")
    assert [p.field for p in found.problems] == ["time", "lat", "accuracy_m", "mechanism"]
    assert (found.received, found.refused) == (1, 1)


def test_rows_with_a_wrong_number_of_columns_or_a_stray_quote_spoil_only_themselves(tmp_path):
    good = "P1,2026-03-01T09:00:00Z,51.5,-0.1,5,GPS\n"
    found = read_text(tmp_path, f'{HEADER}{good}P1,51.5\n{good}P"1,"x,1\n' + good * 30)
    assert [(p.line, p.type) for p in found.problems] == [
        (3, "INVALID_COLUMN_COUNT"),
        (5, "INVALID_COLUMN_COUNT"),
    ]
    assert found.table.num_rows == 32


def test_one_stray_quote_does_not_swallow_the_rows_after_it(tmp_path):
    good = "P1,2026-03-01T09:00:00Z,51.5,-0.1,5,GPS\n"
    found = read_text(tmp_path, f'{HEADER}"P1,2026-03-01T09:00:00Z,51.5\n' + good * 40)
    assert (found.table.num_rows, found.refused) == (40, 1)


def test_quoted_values_may_hold_commas_quotes_and_line_ends(tmp_path):
    found = read_text(
        tmp_path,
        'note,person_id,time,lat,lon\n"a, ""b""\nc","P1",2026-03-01T09:00:00Z,51.5,-0.1\n'
        "x,P2,2026-03-01T09:00:00Z,51.5,-0.1\n",
    )
    assert found.table["person"].to_pylist() == ["P1", "P2"]
    assert found.table["line"].to_pylist() == [2, 4]


def test_bytes_that_are_not_utf8_are_a_problem_of_their_row(tmp_path):
    path = tmp_path / "f.csv"
    row = b"2026-03-01T09:00:00Z,51.5,-0.1,5,GPS\n"
    path.write_bytes(b"\xef\xbb\xbf" + HEADER.encode() + b"P1," + row + b"P\xff," + row)
    found = read_fixes(str(path), renames={})
    assert [(p.line, p.type) for p in found.problems] == [(3, "NOT_UTF8")]
    assert found.table.num_rows == 1


def test_columns_may_be_called_otherwise(tmp_path):
    text = "track_id,time_utc,lat,lon,accuracy_m\n4716,2026-03-01T09:00:00Z,bad,-2.9,\n"
    found = read_text(tmp_path, text, person_id="track_id", time="time_utc")
    assert problems_of(found) == [(2, "INVALID_NUMBER", "lat", "bad")]
    with pytest.raises(BadUse, match="speed"):
        read_text(tmp_path, text, speed="v")
    with pytest.raises(BadFile, match="no column 'when'"):
        read_text(tmp_path, text, person_id="track_id", time="when")


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ("person_id,lat,lon", "time"),
        ("time,lat,lon", "person_id or activation_id"),
        ("person_id,time,lat,lat,lon", "twice"),
        ("", "empty"),
    ],
)
def test_a_file_without_the_columns_is_refused_whole(tmp_path, header, words):
    with pytest.raises(BadFile, match=words):
        read_text(tmp_path, header + "\n")


def test_what_cannot_be_opened_is_refused_in_one_sentence(tmp_path):
    for name in ("absent.csv", "absent.parquet", "fixes.xlsx"):
        with pytest.raises(BadFile):
            read_fixes(str(tmp_path / name), renames={})
    for name in ("not.parquet", "not.csv.gz"):
        (tmp_path / name).write_bytes(b"person_id,time,lat,lon\n")
        with pytest.raises(BadFile):
            read_fixes(str(tmp_path / name), renames={})


def test_a_header_alone_is_a_file_without_rows(tmp_path):
    found = read_text(tmp_path, HEADER)
    assert (found.table.num_rows, found.received) == (0, 0)


def test_all_formats_say_the_same(tmp_path):
    rows = [
        {"person_id": "P1", "time": "2026-03-01T09:00:00Z", "lat": 51.5, "lon": -0.1,
         "accuracy_m": 12.5, "mechanism": "GPS"},
        {"person_id": "P2", "time": "2026-03-01T10:30:00.250000+01:00", "lat": 0, "lon": 0,
         "accuracy_m": None, "mechanism": None},
    ]  # fmt: skip
    text = HEADER + "".join(
        ",".join("" if value is None else str(value) for value in row.values()) + "\n"
        for row in rows
    )
    by_csv = read_text(tmp_path, text)
    (tmp_path / "f.csv.gz").write_bytes(gzip.compress(text.encode()))
    by_gzip = read_fixes(str(tmp_path / "f.csv.gz"), renames={})
    by_ndjson = read_text(
        tmp_path, "\n".join(json.dumps(row) for row in rows) + "\n", name="f.ndjson"
    )
    times = [datetime.fromisoformat(str(row["time"])) for row in rows]
    table = pa.Table.from_pylist(rows).set_column(
        1, "time", pa.array(times, pa.timestamp("ns", tz="UTC"))
    )
    pq.write_table(table, tmp_path / "f.parquet")
    by_parquet = read_fixes(str(tmp_path / "f.parquet"), renames={})
    said = by_csv.table.drop_columns(["line"]).to_pylist()
    for other in (by_gzip, by_ndjson, by_parquet):
        assert other.table.drop_columns(["line"]).to_pylist() == said
        assert other.problems == []
    assert said[1]["set_aside"] == SetAside.NULL_ISLAND


def test_an_ndjson_line_that_is_no_object_spoils_itself(tmp_path):
    good = '{"person_id":7,"time":"2026-03-01T09:00:00Z","lat":51.5,"lon":-0.1}'
    found = read_text(
        tmp_path, f'{good}\n[1]\n{{"broken\n\n{good[:-1]},"accuracy_m":"far"}}\n', name="f.ndjson"
    )
    assert [(p.line, p.type) for p in found.problems] == [
        (2, "NOT_JSON"), (3, "NOT_JSON"), (5, "INVALID_NUMBER"),
    ]  # fmt: skip
    assert found.table["person"].to_pylist() == ["7"]


def test_a_parquet_time_without_zone_is_refused_since_nobody_can_know_it(tmp_path):
    naive = pa.array([datetime(2026, 3, 1)], pa.timestamp("us"))
    pq.write_table(
        pa.table({"person_id": ["P1"], "time": naive, "lat": [51.5], "lon": [-0.1]}),
        tmp_path / "f.parquet",
    )
    with pytest.raises(BadFile, match="time zone"):
        read_fixes(str(tmp_path / "f.parquet"), renames={})


def test_cut_into_small_blocks_a_file_reads_the_same(tmp_path, monkeypatch):
    rows = [
        f"P{n % 7},2026-03-01T09:{n % 60:02}:00Z,51.5,-0.{n % 9},{n % 30},GPS" for n in range(500)
    ]
    rows[77] = "P1,bad,51.5,-0.1,5,GPS"
    rows[300] = '"P,1",2026-03-01T09:00:00Z,51.5,-0.1,5,GPS'
    text = HEADER + "\n".join(rows)
    whole = read_text(tmp_path, text)
    monkeypatch.setattr(files, "BLOCK_BYTES", 700)
    cut = read_text(tmp_path, text)
    assert cut.table.to_pylist() == whole.table.to_pylist()
    assert problems_of(cut) == problems_of(whole) == [(79, "INVALID_TIME", "time", "bad")]
    parts = list(iter_fixes(str(tmp_path / "fixes.csv"), renames={}, batch_rows=200))
    assert [part.received >= 200 for part in parts] == [True, True, False]


def test_the_public_bus_tracks_are_read_whole(shared):
    path = shared / "data" / "tracks" / "liverpool_bus_bods.csv"
    found = read_fixes(str(path), renames={"person_id": "track_id", "time": "time_utc"})
    assert (found.table.num_rows, found.problems) == (1533, [])
    assert len(set(found.table["person"].to_pylist())) == 8


SOUND = '{"person_id":"P1","time":"2026-03-01T09:00:00Z","lat":51.5,"lon":-0.1}\n'


@pytest.mark.parametrize(
    "line",
    [
        b"null\n",  # Arrow's reader fell over, with the process
        b"[" * 100_000 + b"\n",
        SOUND.replace("P1", "P\xe9").encode("latin-1"),
        SOUND.replace("P1", "\\ud800").encode(),
    ],
    ids=["null", "deep", "latin-1", "half a character"],
)
@pytest.mark.parametrize("first", [True, False])
def test_no_line_of_ndjson_takes_others_with_it(tmp_path, line, first):
    path = tmp_path / "fixes.ndjson"
    lines = [line, SOUND.encode()] if first else [SOUND.encode(), line]
    path.write_bytes(b"".join(lines))
    found = read_fixes(str(path), renames={})
    assert [(p.line, p.type) for p in found.problems] == [(1 if first else 2, "NOT_JSON")]
    assert found.table["person"].to_pylist() == ["P1"]


@pytest.mark.parametrize(
    "time", ["0001-01-01T00:00:00+14:00", "1969-12-31T23:59:59Z", "9999-12-31T23:59:59-12:00"]
)
@pytest.mark.parametrize("name", ["fixes.csv", "fixes.ndjson"])
def test_a_time_in_which_no_tag_was_worn_is_a_problem_of_its_row(tmp_path, time, name):
    csv = "person_id,time,lat,lon\nP1,2026-03-01T09:00:00Z,51.5,-0.1\nP1,%s,51.5,-0.1\n"
    ndjson = SOUND + SOUND.replace("2026-03-01T09:00:00Z", "%s")
    text = csv if name.endswith("csv") else ndjson
    found = read_text(tmp_path, text.replace("%s", time), name=name)
    assert [p.type for p in found.problems] == ["TIME_OUT_OF_RANGE"]
    assert found.table.num_rows == 1


def test_an_accuracy_wider_than_the_earth_is_a_problem_of_its_row(tmp_path):
    found = read_text(tmp_path, HEADER + "P1,2026-03-01T09:00:00Z,51.5,-0.1,1e300,GPS\n")
    assert [p.type for p in found.problems] == ["INVALID_ACCURACY"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ((HEADER + "P1,2026-03-01T09:00:00Z,51.5,-0.1,5,GPS\n").encode("utf-16"), "UTF-8"),
        ((HEADER + "P1,2026-03-01T09:00:00Z,51.5,-0.1,5,GPS\n").replace("\n", "\r").encode(), "CR"),
    ],
)
def test_a_csv_that_is_no_lines_of_utf8_is_said_to_be_so(tmp_path, text, words):
    path = tmp_path / "fixes.csv"
    path.write_bytes(text)
    with pytest.raises(BadFile, match=words):
        read_fixes(str(path), renames={})


def a_parquet(path, **columns) -> str:
    whole = {
        "person_id": ["P1"],
        "time": pa.array([NINE], pa.timestamp("us", "UTC")),
        "lat": [51.5],
        "lon": [-0.1],
    }
    pq.write_table(pa.table(whole | columns), path)
    return str(path)


def test_a_damaged_parquet_is_one_plain_sentence(tmp_path):
    data = (tmp_path / a_parquet(tmp_path / "whole.parquet")).read_bytes()
    broken = tmp_path / "broken.parquet"
    for at in range(4, len(data) - 8, 31):
        broken.write_bytes(data[:at] + bytes([data[at] ^ 0xFF]) + data[at + 1 :])
        with suppress(BadFile):  # or it reads, where the byte did not matter
            read_fixes(str(broken), renames={})
    broken.write_bytes(data[:-8] + b"\xff" * 4 + data[-4:])
    with pytest.raises(BadFile, match=r"\A[^\n]+\Z"):
        read_fixes(str(broken), renames={})


def test_a_parquet_column_of_another_kind_is_one_plain_sentence(tmp_path):
    for column in (
        {"person_id": [["a"]]},
        {"person_id": [b"\xff"]},
        {"lat": [True]},
        {"time": [1]},
    ):
        with pytest.raises(BadFile, match=f"column '{next(iter(column))}' holds no"):
            read_fixes(a_parquet(tmp_path / "fixes.parquet", **column), renames={})


def test_a_parquet_of_another_tool_may_wrap_its_columns(tmp_path):
    path = a_parquet(
        tmp_path / "fixes.parquet",
        time=pa.array(["2026-03-01T09:00:00Z"]).dictionary_encode(),
        lat=pa.array([51.5]).cast(pa.decimal128(9, 6)),
        accuracy_m=pa.nulls(1),
        received_at=pa.nulls(1),
        mechanism=pa.nulls(1),
    )
    (row,) = read_fixes(path, renames={}).table.to_pylist()
    assert (row["measured_at"], row["received_at"], row["lat"]) == (NINE, NINE, 51.5)
    assert (row["accuracy_m"], row["accuracy_stated"]) == (30.0, False)
