"""Deliveries of a CSV with a header: windows of any length, the same problems, one line each."""

from __future__ import annotations

import argparse
import json
from datetime import UTC, datetime

import pytest

from waypost.cli import offences_check
from waypost.offences.delivery import check_delivery

NOW = datetime(2026, 3, 1, tzinfo=UTC)
HEAD = "crime_reference,from_time,to_time,lat,lon"
GOOD = "A,2026-01-01T00:00Z,2026-02-01T00:00Z,51.5,-0.1"


def check(*rows: str, head: str = HEAD):
    return check_delivery("\n".join((head, *rows)).encode(), now=NOW)


def found(outcome) -> list[tuple]:
    return [(each.line, each.type, each.field) for each in outcome.problems]


def test_a_window_of_a_month_is_accepted_with_the_radius_it_names():
    outcome = check(f"{GOOD},250", head=f"{HEAD},radius_m")
    (offence,) = outcome.accepted
    assert (outcome.status, outcome.headed, offence.radius_m) == ("SUCCESSFUL", True, 250.0)
    assert (offence.to_at - offence.from_at).days == 31


def test_every_problem_of_a_row_is_told_with_the_line_of_the_file():
    outcome = check("", GOOD, "", ",x,2026-01-01T00:00Z,91,-0.1")
    assert (outcome.status, outcome.received_count, outcome.refused_count) == ("PARTIAL", 2, 1)
    assert found(outcome) == [
        (5, "MISSING_CRIME_REFERENCE", "crime_reference"),
        (5, "INVALID_FROM_DATE_FORMAT", "from_time"),
        (5, "INVALID_LOCATION_DATA_RANGE", "lat"),
    ]


def test_times_to_come_and_a_second_word_on_one_crime_refuse_their_rows():
    outcome = check(GOOD, "A,2026-01-01T00:00Z,2026-02-01T00:00Z,51.6,-0.1",
                    "B,2026-02-28T00:00Z,2026-03-02T00:00Z,51.5,-0.1")  # fmt: skip
    assert found(outcome) == [
        (3, "DUPLICATE_CRIME_REFERENCE", "crime_reference"),
        (4, "CRIME_DATE_TIME_IN_FUTURE", "to_time"),
    ]
    assert len(outcome.accepted) == 1


def test_one_reference_of_two_forces_is_two_crimes():
    outcome = check(f"{GOOD},Kent", f"{GOOD},Essex", head=f"{HEAD},force")
    assert (outcome.status, len(outcome.accepted), outcome.force) == ("SUCCESSFUL", 2, None)


def test_texts_that_no_record_keeps_are_problems_of_their_rows():
    head = f"{HEAD},force,text"
    outcome = check(f"{GOOD},{'x' * 41},", f"{GOOD},Kent,a\x00b", f"B{GOOD}\x01,,", head=head)
    assert found(outcome)[:2] == [(None, "NO_VALID_ROW", None), (2, "INVALID_TEXT", "force")]
    assert (3, "INVALID_TEXT", "text") in found(outcome)
    assert outcome.status == "ERROR"


@pytest.mark.parametrize(
    ("head", "words"),
    [
        ("crime_reference,from_time,to_time,lat", "Columns missing"),
        ("reference,from_time,to_time,lat,lon", "crime_reference"),
        (f"{HEAD},lat", "stands twice"),
    ],
)
def test_a_header_that_lacks_a_column_fails_the_file_and_says_which(head, words):
    outcome = check(GOOD, head=head)
    assert (outcome.status, found(outcome)) == ("FAILED", [(None, "WRONG_HEADER", None)])
    assert words in outcome.problems[0].message


def test_a_header_alone_holds_no_valid_row():
    outcome = check()
    assert (outcome.status, outcome.received_count) == ("ERROR", 0)


def test_the_command_checks_a_table_and_prints_its_own_names(tmp_path, capsys):
    file = tmp_path / "crimes.csv"
    file.write_text(f"{HEAD}\n{GOOD}\n")
    assert offences_check.run(argparse.Namespace(file=str(file))) == 0
    printed = json.loads(capsys.readouterr().out)
    assert list(printed) == ["status", "batch", "accepted", "problems"]
    assert printed["accepted"][0]["to_time"] == "2026-02-01T00:00:00Z"
    assert printed["accepted"][0]["radius_m"] == 100.0
