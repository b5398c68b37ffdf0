"""The police CSV: the ministry's own cases, and what ours refuses beyond them."""

from __future__ import annotations

import json
import math
from datetime import UTC, datetime

import pytest

from waypost.cli import offences_check
from waypost.geo import BRITISH
from waypost.offences.check import check_police_csv
from waypost.offences.print import offence_json

NOW = datetime(2026, 3, 1, tzinfo=UTC)
GOOD = {
    "force": "Metropolitan",
    "type": "TOMV",
    "description": "crimeDesc",
    "batch": "MPS20250126",
    "reference": "CRI1",
    "from": "20250125083000",
    "to": "20250125083000",
    "easting": "",
    "northing": "",
    "lat": "51.5",
    "lon": "-0.1",
    "datum": "WGS84",
    "text": "",
}


def row(**changes: str) -> str:
    return ",".join({**GOOD, **changes}.values())


def check(*rows: str, end: str = "\n"):
    return check_police_csv(end.join(rows).encode(), now=NOW)


def types(outcome) -> list[str]:
    return [problem.type for problem in outcome.problems]


def rows(outcome) -> list:
    return [problem for problem in outcome.problems if problem.line is not None]


def found(outcome) -> list[tuple]:
    return [
        (p.line, p.type, p.field, p.message, p.action)
        for p in outcome.problems
        if p.line is not None
    ]


def test_the_ministrys_row_cases_are_answered_as_theirs_or_as_their_note_says(shared):
    cases = json.loads((shared / "cases/moj/row_cases.json").read_text())["cases"]
    differing = []
    for case in cases:
        outcome = check_police_csv(case["csv"].encode(), now=NOW)
        wanted = [
            (e["row"], e["type"], e["field"], e["message"], e["required_action"])
            for e in case["errors"]
        ]
        if found(outcome) != wanted:
            differing.append((case["id"], found(outcome)))
        elif [offence.line for offence in outcome.accepted] != case["accepted_rows"]:
            differing.append((case["id"], outcome.accepted))
        else:
            for problem, error in zip(rows(outcome), case["errors"], strict=True):
                assert same_value(problem, error), case["id"]
    assert [case for case, _ in differing] == ["batch-id-trailing-junk"]
    assert differing[0][1][0][1:3] == ("INVALID_BATCH_ID_FORMAT", "batchId")


def same_value(problem, error) -> bool:
    """Ours is the cell as sent; theirs is what their parser made of it."""
    if problem.type == "INVALID_LOCATION_DATA_RANGE":
        return float(problem.value) == float(error["value"])
    if problem.type == "CRIME_DATE_TIME_EXCEEDS_WINDOW":
        return problem.value.isdigit()
    return problem.value == error["value"]


def test_the_ministrys_batch_cases_are_answered_and_a_hidden_force_counts(shared):
    cases = json.loads((shared / "cases/moj/batch_cases.json").read_text())["cases"]
    statuses = {
        case["id"]: check_police_csv(case["csv"].encode(), now=NOW).status
        for case in cases
        if "csv" in case
    }
    assert statuses == {
        "two-forces": "FAILED",
        "all-rows-invalid": "ERROR",
        "partial": "PARTIAL",
        "two-forces-one-invalid": "FAILED",  # theirs looks at valid rows only, as their note says
    }


def test_the_ministrys_e_mail_is_read_through_its_one_attachment(shared):
    outcome = check_police_csv(
        (shared / "cases/moj/email-valid-one-crime.eml").read_bytes(), now=NOW
    )
    assert outcome.status == "SUCCESSFUL"
    assert [offence.reference for offence in outcome.accepted] == ["CRI00000001"]


def in_metres(east: float, north: float):
    sent = row(easting=str(east), northing=str(north), lat="", lon="", datum="OSGB36")
    return check(sent).accepted[0]


@pytest.mark.parametrize(
    ("east", "north", "lat", "lon"),
    [
        (91492.146, 11318.804, 49.92226393730, -6.29977752014),  # St Mary's
        (530624.974, 178388.464, 51.48936564950, -0.11992557180),  # London
    ],
)
def test_metres_become_degrees_as_ordnance_survey_publishes_them(east, north, lat, lon):
    offence = in_metres(east, north)
    assert offence.lat == pytest.approx(lat, abs=2e-8)  # 2 mm
    assert offence.lon == pytest.approx(lon, abs=2e-8)


def test_metres_lie_within_two_metres_of_the_ministrys_degrees(shared):
    """Theirs come without OSTN15, 1.4-1.7 m off, so we differ on purpose and by no more."""
    for case in json.loads((shared / "cases/moj/osgb36_to_wgs84.json").read_text())["cases"]:
        offence = in_metres(case["easting"], case["northing"])
        east, north = BRITISH.project([offence.lat, case["lat"]], [offence.lon, case["lon"]])
        assert math.hypot(east[1] - east[0], north[1] - north[0]) < 2.5


def test_an_e_mail_with_two_csv_files_is_refused_whole():
    part = "--B\r\nContent-Type: text/csv; name=a.csv\r\n\r\n" + row() + "\r\n"
    head = "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=B\r\n\r\n"
    mail = f"{head}{part}{part}--B--\r\n"
    outcome = check_police_csv(mail.encode(), now=NOW)
    assert (outcome.status, types(outcome), outcome.problems[0].line) == (
        "FAILED",
        ["NOT_ONE_CSV"],
        None,
    )


def test_text_that_is_not_utf_8_is_refused_whole_in_plain_words():
    outcome = check_police_csv(row(text="caf\xe9").encode("latin-1"), now=NOW)
    assert outcome.status == "FAILED"
    assert "not UTF-8" in outcome.problems[0].message


@pytest.mark.parametrize(
    ("changes", "wanted"),
    [
        ({"from": "20250231083000"}, ["INVALID_FROM_DATE_FORMAT"]),
        ({"to": "20250125240000"}, ["INVALID_TO_DATE_FORMAT"]),
        ({"to": "2025012508300\u0660"}, ["INVALID_TO_DATE_FORMAT"]),
        ({"from": "20250125083001"}, ["CRIME_DATE_TIME_TO_AFTER_FROM"]),
        ({"from": "20250124203000"}, []),
        ({"from": "20250124202959"}, ["CRIME_DATE_TIME_EXCEEDS_WINDOW"]),
        ({"from": "20990125083000", "to": "20990125083000"}, ["CRIME_DATE_TIME_IN_FUTURE"] * 2),
        ({"batch": "KNT20250126"}, ["INVALID_BATCH_ID_FORMAT"]),
        ({"batch": "MPS20250230"}, ["INVALID_BATCH_ID_DATE"]),
        ({"batch": "MPS20250126-2-R"}, []),
        ({"batch": "MPS20250126-R-2"}, ["INVALID_BATCH_ID_FORMAT"]),
        ({"reference": "  "}, ["MISSING_CRIME_REFERENCE"]),
        ({"reference": "x" * 121}, ["INVALID_TEXT"]),
        ({"text": "nul \x00"}, ["INVALID_TEXT"]),
        ({"lat": "0x1p5"}, ["INVALID_NUMBER"]),
        ({"lat": "5_1.5"}, ["INVALID_NUMBER"]),
        ({"lat": "inf"}, ["INVALID_NUMBER"]),
        ({"lat": "nan"}, ["INVALID_NUMBER"]),
        ({"lat": "1e999"}, ["INVALID_NUMBER"]),
        ({"lat": "51.5d"}, ["INVALID_NUMBER"]),
        ({"lat": ""}, ["DEPENDENT_LOCATION_DATA"]),
        ({"lat": "", "lon": ""}, ["MISSING_LOCATION_DATA"]),
        ({"easting": "1"}, ["MULTIPLE_LOCATION_DATA_TYPES"]),
        ({"lat": "61.5", "lon": "2.6"}, []),
        ({"lat": "49.5", "lon": "-8.5"}, []),
        ({"lat": "", "lon": "", "easting": "600000", "northing": "1300000"}, []),
        ({"datum": "OSGB36"}, ["DATUM_CONTRADICTS_LOCATION"]),
    ],
)
def test_each_thing_that_can_be_wrong_with_a_row_is_named(changes, wanted):
    outcome = check(row(**changes))
    assert [kind for kind in types(outcome) if kind != "NO_VALID_ROW"] == wanted
    assert len(outcome.accepted) == (0 if wanted else 1)


def test_all_problems_of_a_row_are_reported_not_only_the_first():
    sent = row(force="Kent", type="?", batch="", reference="", lat="x", lon="9", to="")
    assert types(check(sent)) == [
        "NO_VALID_ROW",
        "INVALID_CRIME_TYPE",
        "MISSING_BATCH_ID",
        "MISSING_CRIME_REFERENCE",
        "INVALID_TO_DATE_FORMAT",
        "INVALID_NUMBER",
        "INVALID_LOCATION_DATA_RANGE",
    ]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_numbers_are_physical_over_blank_lines_and_quoted_line_ends(end):
    outcome = check(
        "\ufeff" + row(reference="A", text=f'"two{end}lines, and ""quotes"""'),
        "",
        row(reference="B", type="?"),
        row(reference="C"),
        end=end,
    )
    assert [offence.line for offence in outcome.accepted] == [1, 5]
    assert outcome.accepted[0].text == f'two{end}lines, and "quotes"'
    assert [problem.line for problem in outcome.problems] == [4]


def test_a_quotation_mark_left_open_spoils_its_own_row_only():
    """With a plain CSV reader the rows behind it vanish, unseen, into one free text."""
    outcome = check(row(reference="A", text='"broken'), row(reference="B"), row(reference="C"))
    assert types(outcome) == ["INVALID_COLUMN_COUNT"]
    assert [offence.reference for offence in outcome.accepted] == ["B", "C"]


def test_a_second_batch_in_a_refused_row_fails_the_file():
    outcome = check(row(), row(type="?", batch="MPS20250127"))
    assert outcome.status == "FAILED"
    assert types(outcome)[0] == "MULTIPLE_BATCH_IDS"
    assert outcome.accepted == []


def test_an_empty_file_has_no_valid_row():
    outcome = check("")
    assert (outcome.status, types(outcome)) == ("ERROR", ["NO_VALID_ROW"])


def test_the_same_crime_twice_is_accepted_when_it_says_the_same_and_refused_when_not():
    repeat = check(row(), row())
    assert (repeat.status, len(repeat.accepted)) == ("SUCCESSFUL", 2)
    other = check(row(), row(lat="51.6"))
    assert (other.status, types(other)) == ("PARTIAL", ["DUPLICATE_CRIME_REFERENCE"])
    assert other.problems[0].line == 2


def test_the_command_prints_the_contracts_json_and_exits_0_whatever_the_file(tmp_path, capsys):
    file = tmp_path / "crimes.csv"
    file.write_text(row(easting="530000", northing="180000", lat="", lon="", datum="OSGB36"))
    import argparse

    assert offences_check.run(argparse.Namespace(file=str(file))) == 0
    printed = json.loads(capsys.readouterr().out)
    assert list(printed) == ["status", "batch", "accepted", "problems"]
    assert printed["batch"] == "MPS20250126"
    accepted = printed["accepted"][0]
    assert accepted["dateFrom"] == "2025-01-25T08:30:00Z"
    assert accepted["latitude"] == pytest.approx(51.503992, abs=1e-5)
    assert accepted == offence_json(check(file.read_text()).accepted[0])
