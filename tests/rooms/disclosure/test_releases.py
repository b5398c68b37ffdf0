"""What leaves: the least that answers, signed, watermarked, and text that stays text."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from xml.etree import ElementTree

import pytest

from disclosure_words import Bureau, page, stored, wanted, window
from paper_words import pdf_words, squeezed
from waypost.access.models import AuditLine
from waypost.disclosure import actions
from waypost.disclosure.asking import Requester
from waypost.disclosure.values import Kind, What
from waypost.documents.bundle import PUBLIC_KEY, SIGNATURE, verify_bundle
from worked_town import PARK, at

pytestmark = [pytest.mark.database]
NASTY = "=HYPERLINK(\"http://x\",\"y\")</desc><wpt lat='1' lon='1'/>]]> #set page(fill: red) {{x}}"


@pytest.fixture
def town(db, tmp_path, settings) -> Bureau:
    settings.LAKE_URI = str(tmp_path / "lake")
    made = Bureau()
    made.walk()
    return made


def bundle(town: Bureau, number: int, by=None) -> bytes:
    return actions.download(number, by=by or town.reed, now=at("16:00"))[1]


def files(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def told(content: bytes) -> str:
    """All words of a bundle, as somebody reads them: of a paper its text, and no key."""
    return "\n".join(
        pdf_words(raw, "") if name.endswith(".pdf") else raw.decode()
        for name, raw in files(content).items()
        if name not in {SIGNATURE, PUBLIC_KEY}
    )


def rows(content: bytes) -> list[dict[str, str]]:
    text = files(content)["fixes.csv"].decode().split("\n", 1)[1]
    return list(csv.DictReader(io.StringIO(text)))


def test_of_a_track_only_the_window_leaves(town):
    number = town.granted(window=window("11:50", "12:00"))
    assert [one["time_utc"] for one in rows(bundle(town, number))] == [
        "2026-03-02T11:50:00Z", "2026-03-02T11:55:00Z",
    ]  # fmt: skip


def test_of_a_place_only_fixes_whose_circle_reaches_it_leave_and_never_the_track(town):
    number = town.granted(What.PRESENCE)
    content = bundle(town, number)
    found = rows(content)
    assert [one["time_utc"][11:16] for one in found] == ["11:50", "11:55", "12:00"]
    assert set(found[0]) == {
        "person", "time_utc", "time_local", "lat", "lon", "accuracy_r95_m", "mechanism",
    }  # fmt: skip
    assert {one["lat"] for one in found} == {f"{PARK[0]:.6f}"}
    assert "51.557" not in told(content)  # the street, before and after
    assert "Observed" in page(number, town.reed).said[0]


def test_local_time_stands_beside_utc_with_its_zone(town):
    (first, *_) = rows(bundle(town, town.granted(What.PRESENCE)))
    assert (first["time_utc"], first["time_local"]) == (
        "2026-03-02T11:50:00Z", "2026-03-02 11:50:00 GMT",
    )  # fmt: skip


def test_a_bundle_is_whole_and_ours_and_a_changed_byte_is_found(town):
    content = bundle(town, town.granted())
    verdict = verify_bundle(content)
    assert verdict.trouble == ""
    assert verdict.about["kind"] == "disclosure"
    for name, raw in files(content).items():
        place = content.index(raw[:40]) + len(raw) // 2
        changed = bytearray(content)
        changed[place] ^= 1
        assert verify_bundle(bytes(changed)).trouble, name


def test_each_file_and_each_page_says_whose_copy_it_is(town):
    number = town.granted()
    found = files(bundle(town, number))
    mark = f"Request R-{number}, released to Reed, Metropolitan on 2026-03-02 15:00:00 GMT"
    assert found["fixes.csv"].decode().split("\n")[0] == f'"{mark}"'
    assert json.loads(found["fixes.geojson"])["watermark"] == mark
    assert mark in found["fixes.gpx"].decode()
    assert mark in found["read-me.txt"].decode()
    import pypdf

    pages = pypdf.PdfReader(io.BytesIO(found["answer.pdf"])).pages
    assert len(pages) >= 2
    for one in pages:
        assert squeezed(f"Request R-{number}, released to Reed") in squeezed(one.extract_text())


def test_the_paper_says_what_was_asked_what_is_claimed_and_its_limits(town):
    number = town.granted(What.PRESENCE)
    text = pdf_words(files(bundle(town, number))["answer.pdf"], f"R-{number}")
    for words in ("Two Example", "It is about the tag of P2.", "01/2345/26",
                  "Observed: fixes of the tag lie in the place",
                  "It says where a tag was, and not where a person was", "11:50:00 GMT",
                  "may be used for nothing else"):  # fmt: skip
        assert squeezed(words) in text


def test_gpx_and_geojson_hold_the_same_fixes_and_no_line_over_a_gap(town):
    found = files(bundle(town, town.granted()))
    tree = ElementTree.fromstring(found["fixes.gpx"])
    ours = "{http://www.topografix.com/GPX/1/1}"
    segments = tree.findall(f".//{ours}trkseg")
    assert [len(one.findall(f"{ours}trkpt")) for one in segments] == [3, 1]
    points = json.loads(found["fixes.geojson"])["features"]
    assert [one["geometry"]["coordinates"][1] for one in points] == [
        float(one.get("lat")) for one in tree.iter(f"{ours}trkpt")
    ]
    assert points[0]["properties"]["accuracy_r95_m"] == 8.0


def test_free_text_stays_text_in_every_file(town):
    number = actions.submit(
        wanted(kind=Kind.COURT, offence=NASTY, why=NASTY + " " * 3 + "because of that",
               helps=NASTY + " and so it helps", person_name=NASTY[:180]),
        Requester(NASTY[:150], "=1+1", "Sealed order, seen."), by=town.cora, now=at("14:00"),
    )  # fmt: skip
    actions.link(number, "P2", by=town.ana, now=at("14:10"))
    actions.pass_on(number, "noted", by=town.ana, now=at("14:20"))
    town.grant(number)
    found = files(bundle(town, number, by=town.cora))
    (first,) = next(csv.reader(io.StringIO(found["fixes.csv"].decode())))
    assert first.startswith("Request R-")
    tree = ElementTree.fromstring(found["fixes.gpx"])
    assert tree.find(".//{*}wpt") is None
    assert NASTY[:20] in tree.find(".//{*}desc").text
    assert json.loads(found["fixes.geojson"])["watermark"].count("</desc>") == 1
    text = pdf_words(found["answer.pdf"], f"R-{number}")
    assert squeezed("#set page(fill: red) {{x}}") in text


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "＝", "\t="])
def test_a_cell_that_a_spreadsheet_would_run_is_defused(start):
    from datetime import UTC, datetime

    from waypost.disclosure.exporting import csv_of
    from waypost.disclosure.minimum import Released

    fix = Released(datetime(2026, 3, 2, tzinfo=UTC), 51.5, -0.1, 8.0, "GNSS")
    made = csv_of([(f"{start}1+1", fix)], f"{start}mark", "Europe/London").decode()
    for row in csv.reader(io.StringIO(made)):
        assert not row[0].startswith(("=", "+", "-", "@", "＝", "\t")), row


def test_nothing_of_a_fix_is_in_the_record_the_log_or_the_line(town):
    number = town.granted(What.PRESENCE)
    for line in AuditLine.objects.all():
        assert b"51.5" not in bytes(line.body)
    assert "51.5" not in json.dumps(stored(number).answer)


def test_the_export_writes_what_was_fetched(town, tmp_path, monkeypatch):
    from waypost import clock
    from waypost.cli import disclosure_export

    number = town.granted()
    monkeypatch.setattr(clock, "now", lambda: at("17:00"))
    import argparse

    parser = argparse.ArgumentParser()
    disclosure_export.arguments(parser)
    target = tmp_path / "answer.zip"
    args = parser.parse_args([str(number), "-o", str(target)])
    assert disclosure_export.run(args) == 0
    assert verify_bundle(target.read_bytes()).trouble == ""
    assert stored(number).downloads == 1
