"""The police CSV reader on anything at all: nothing raises, is lost, or spills over."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from waypost.offences.check import check_police_csv
from waypost.offences.print import write_outcome

NOW = datetime(2026, 3, 1, tzinfo=UTC)
GOOD = "Metropolitan,RB,,MPS20260228,{},20260228120000,20260228123000,,,51.5,-0.1,WGS84,\n"

CELLS = st.sampled_from(
    ["", "Metropolitan", "Kent", "RB", "MPS20260228", "20260228120000", "51.5", "-0.1", "530000",
     '"', '"a\nb"', "nan", "\x00", "é", " ", "0x1", "WGS84"]
)  # fmt: skip
ROWS = st.lists(CELLS, max_size=15).map(",".join)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_get_an_outcome(data):
    outcome = check_police_csv(data, now=NOW)
    printed = io.StringIO()
    write_outcome(printed, outcome)
    read = json.loads(printed.getvalue())
    assert read["status"] == outcome.status
    assert len(read["accepted"]) == len(outcome.accepted)
    assert len(read["problems"]) == len(outcome.problems)
    assert (outcome.status in {"FAILED", "ERROR"}) == (not outcome.accepted)


@settings(max_examples=200, deadline=None)
@given(st.lists(ROWS, max_size=6), st.sampled_from(["\n", "\r\n", "\r"]))
def test_every_row_is_accepted_or_has_a_problem_on_its_own_line(rows, end):
    outcome = check_police_csv(end.join(rows).encode(), now=NOW)
    if outcome.status == "FAILED":
        return
    lines = {problem.line for problem in outcome.problems} - {None}
    accepted = {offence.line for offence in outcome.accepted}
    assert not lines & accepted
    assert len(lines) + len(accepted) == outcome.received_count


@settings(max_examples=100, deadline=None)
@given(ROWS.filter(lambda row: "Kent" not in row and row.strip()))
def test_one_bad_row_spoils_no_other(row):
    """Whatever stands between two good rows, both are accepted."""
    sent = GOOD.format("A") + row + "\n" + GOOD.format("B")
    outcome = check_police_csv(sent.encode(), now=NOW)
    assert {"A", "B"} <= {offence.reference for offence in outcome.accepted}
