"""GPX files: each point of a track alone, whoever wrote the file, and nothing that XML can do."""

from __future__ import annotations

import io
import random
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waypost.errors import BadFile, BadUse
from waypost.positions import gpx
from waypost.positions.files import read_fixes
from waypost.positions.gpx import gpx_blocks
from waypost.units import Mechanism

NINE = datetime(2026, 3, 1, 9, tzinfo=UTC)
OWNER = {"activation_id": "A1"}
POINT = '<trkpt lat="51.5" lon="-0.1"><time>2026-03-01T09:00:00Z</time></trkpt>\n'


def file_of(points, *, head='<?xml version="1.0" encoding="UTF-8"?>\n<gpx version="1.1">'):
    return f"{head}<trk><trkseg>\n{points}</trkseg></trk></gpx>".encode()


def read(data, *, owner=OWNER, most=None):
    stream = io.BytesIO(data) if most is None else Dripping(data, most)
    blocks = list(gpx_blocks(stream, owner))
    rows = [row for table, _, _ in blocks for row in table.to_pylist()]
    return rows, [p for _, found, _ in blocks for p in found], sum(count for *_, count in blocks)


class Dripping(io.BytesIO):
    """Gives few bytes at a time."""

    def __init__(self, data, most):
        super().__init__(data)
        self._random = random.Random(most)

    def read(self, size=-1):
        return super().read(self._random.randint(1, 9))


def test_a_point_of_a_track_is_a_fix_of_whom_the_importer_says():
    ((row,), problems, count) = read(file_of(POINT))
    assert (row["activation"], row["person"], row["measured_at"]) == ("A1", None, NINE)
    assert (row["lat"], row["lon"], row["line"]) == (51.5, -0.1, 3)
    assert (row["accuracy_m"], row["accuracy_stated"]) == (30, False)
    assert (row["mechanism"], problems, count) == (Mechanism.GNSS, [], 1)
    assert row["speed_mps"] is None


def test_what_newer_and_older_loggers_add_is_read_by_its_name():
    extended = (
        '<gpx xmlns="http://www.topografix.com/GPX/1/1" xmlns:gpxtpx="urn:x"><trk><trkseg>'
        '<trkpt lat="51.5" lon="-0.1"><ele>12</ele><time>2026-03-01T09:00:00.250</time>'
        "<extensions><gpxtpx:TrackPointExtension><gpxtpx:speed>3.5</gpxtpx:speed>"
        "<gpxtpx:course>270</gpxtpx:course></gpxtpx:TrackPointExtension></extensions></trkpt>"
        '<trkpt lat="51.5" lon="-0.1"><time>2026-03-01T10:00:01+01:00</time><speed>2</speed>'
        "<src>network</src></trkpt></trkseg></trk></gpx>"
    )
    (first, second), problems, _ = read(extended.encode())
    assert (first["speed_mps"], first["course_deg"]) == (3.5, 270)
    assert first["measured_at"] == NINE.replace(microsecond=250_000)  # no offset: UTC
    assert second["measured_at"] == NINE.replace(second=1)
    assert (second["mechanism"], second["accuracy_m"]) == (Mechanism.CELL, 1000)
    assert problems == []


def test_plans_are_no_fixes():
    head = '<gpx><wpt lat="1" lon="2"><time>2026-03-01T09:00:00Z</time></wpt>'
    head += '<rte><rtept lat="1" lon="2"><time>2026-03-01T09:00:00Z</time></rtept></rte>'
    assert read(file_of(POINT, head=head))[2] == 1
    assert read(file_of("")) == ([], [], 0)


BAD = [
    ('<trkpt lat="51.5" lon="-0.1"></trkpt>', "MISSING_TIME", "time"),
    ('<trkpt lat="51.5" lon="-0.1"><time>noon</time></trkpt>', "INVALID_TIME", "time"),
    ('<trkpt lat="51.5"><time>2026-03-01T09:00:00Z</time></trkpt>', "MISSING_NUMBER", "lon"),
    ('<trkpt lat="91" lon="0"><time>2026-03-01T09:00:00Z</time></trkpt>', "OUT_OF_RANGE", "lat"),
    ('<trkpt lat="x" lon="0"><time>2026-03-01T09:00:00Z</time></trkpt>', "INVALID_NUMBER", "lat"),
    (POINT.replace("</trkpt>", "<fix>none</fix></trkpt>").strip(), "NO_FIX", "fix"),
]


@pytest.mark.parametrize(("point", "kind", "field"), BAD)
def test_a_bad_point_is_one_problem_and_the_others_stay(point, kind, field):
    rows, problems, count = read(file_of(f"{POINT}{point}\n{POINT}"))
    assert (len(rows), count) == (2, 3)
    assert [(p.line, p.type, p.field) for p in problems] == [(4, kind, field)]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "no element found"),
        (b"lat,lon\n1,2\n", "line 1"),
        (b"<html></html>", "begins with <html>"),
        (file_of(POINT)[:-20], "damaged"),
        (b'<!DOCTYPE gpx [<!ENTITY a "b">]><gpx>&a;</gpx>', "document type"),
        (b'<!DOCTYPE gpx SYSTEM "file:///etc/passwd"><gpx/>', "document type"),
        (b"<gpx>&a;</gpx>", "undefined entity"),
        (b"<gpx>" + b"<a>" * 60, "nested deeper"),
        (b'<?xml version="1.0" encoding="EBCDIC-X"?><gpx/>', "encoding"),
        (b'<gpx a="' + b"x" * 2**21 + b'"/>', "larger than 1 MiB"),
        (b"\xff\xfe<gpx/>", "damaged"),
    ],
)
def test_a_file_that_is_not_gpx_or_means_harm_is_one_sentence(data, words):
    with pytest.raises(BadFile, match=words):
        read(data)


def test_a_file_without_end_is_left(monkeypatch):
    monkeypatch.setattr(gpx, "FILE_BYTES_MAX", 2**20)
    with pytest.raises(BadFile, match="larger than"):
        read(file_of(POINT * 20_000))


def test_however_it_is_cut_the_file_says_the_same(monkeypatch):
    monkeypatch.setattr(gpx, "ROWS_OF_A_BLOCK", 10)
    points = "".join(point for point, _, _ in BAD) + POINT * 30
    whole = read(file_of(points))
    assert len(whole[0]) == 30
    for most in range(5):
        assert read(file_of(points), most=most) == whole


@given(st.binary(max_size=300), st.integers(0, 200))
def test_whatever_the_bytes_are_the_answer_is_rows_or_a_sentence(noise, place):
    sound = file_of(POINT * 2)
    try:
        rows, problems, count = read(sound[:place] + noise + sound[place:])
    except BadFile:
        return
    assert len(rows) + len({p.line for p in problems}) <= count


def test_whose_it_is_must_be_said_and_only_of_gpx(tmp_path):
    path, other = tmp_path / "a.gpx", tmp_path / "a.csv"
    path.write_bytes(file_of(POINT))
    other.write_text("person_id,time,lat,lon\n")
    with pytest.raises(BadUse, match="--person or --activation"):
        read_fixes(str(path), renames={})
    from waypost.positions.files import iter_fixes

    with pytest.raises(BadUse, match="for GPX files"):
        list(iter_fixes(str(other), renames={}, owner=OWNER))
    (found,) = iter_fixes(str(path), renames={}, owner={"person_id": "P1"})
    assert found.table.to_pylist()[0]["person"] == "P1"


@pytest.mark.database
@pytest.mark.django_db
def test_a_gpx_file_is_imported_once_for_whom_it_is_said_to_be(worn, tmp_path):
    from positions_words import NOW, minutes

    from waypost.access.values import MACHINE
    from waypost.clock import write_instant
    from waypost.positions.actions import import_fixes

    points = "".join(
        f'<trkpt lat="51.5" lon="-0.1"><time>{write_instant(minutes(n))}</time></trkpt>\n'
        for n in range(5)
    )
    path = tmp_path / "walk.gpx"
    path.write_bytes(file_of(points + BAD[0][0]))

    def bring(**owner):
        return import_fixes(
            str(path), renames={}, by=MACHINE, now=NOW, mark=lambda touched: None, owner=owner
        )

    first, again = bring(person_id="P1"), bring(person_id="P1")
    assert (first.received, first.new, first.refused) == (6, 5, 1)
    assert (again.new, again.duplicates) == (0, 5)
    nobody = bring(person_id="P-9")
    assert (nobody.new, nobody.refused) == (0, 6)
    assert nobody.problems[0].type
