"""What tags say, read as they mean it: golden lines of ours, public cases where they are."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from waypost.cli.main import main
from waypost.protocols.ndjson import decode_line, decode_lines
from waypost.protocols.reading import number
from waypost.protocols.spoken import HTTP
from waypost.protocols.values import HttpMessage
from waypost.units import MPS_PER_KNOT

GOLDEN = Path(__file__).parents[2] / "golden" / "protocols"


@pytest.mark.parametrize("name", sorted(HTTP))
def test_golden_messages_decode_as_reviewed(name):
    """`WAYPOST_REGOLD=1 pytest` rewrites the answers; the diff is reviewed like prose."""
    lines = (GOLDEN / f"{name}.ndjson").read_bytes().splitlines()
    answers = "".join(answer + "\n" for answer in decode_lines(HTTP[name], lines))
    kept = GOLDEN / f"{name}.expected.ndjson"
    if os.environ.get("WAYPOST_REGOLD"):
        kept.write_text(answers)
    assert answers == kept.read_text()


@pytest.mark.parametrize("name", sorted(HTTP))
def test_public_cases_agree_on_device_time_place_and_speed(name, shared):
    """Places to 1e-6, speed to 0.01 km/h, times exactly; where they write 0 for "not stated"
    (course, altitude, speed), we say null."""
    cases = json.loads((shared / "cases" / "protocols" / f"{name}.json").read_text())["cases"]
    for case in cases:
        line = json.dumps({"id": case["id"], "encoding": "http", "input": case["input"]})
        answer = decode_line(HTTP[name], line.encode())
        assert answer["device"] in case["device_ids"], case["id"]
        assert answer["reply"]["status"] == case["ack"][0]["status"]
        located = [row for row in case["expected"] if row["has_location"]]
        assert len(answer["fixes"]) == len(located), case["id"]
        assert answer["fixes"] or answer["events"]
        for fix, wanted in zip(answer["fixes"], located, strict=True):
            _assert_same_fix(fix, wanted)


def _assert_same_fix(fix, wanted):
    assert fix["lat"] == pytest.approx(wanted["lat"], abs=1e-6)
    assert fix["lon"] == pytest.approx(wanted["lon"], abs=1e-6)
    times = [value and datetime.fromisoformat(value) for value in (fix["time"], wanted["time"])]
    assert times[0] == times[1]
    assert (fix["speed_mps"] or 0) * 3.6 == pytest.approx(wanted["speed_kmh"], abs=0.01)
    assert (fix["course_deg"] or 0) == pytest.approx(wanted["course"], abs=1e-6)
    assert (fix["altitude_m"] or 0) == pytest.approx(wanted["altitude_m"], abs=1e-6)
    assert fix["valid"] == wanted["valid"]


def test_a_query_states_knots_and_a_json_body_metres_a_second():
    """The same figure 10 means two speeds; mixing them up doubles every journey."""
    query = HTTP["osmand"].decode(HttpMessage("GET", "/?id=1&lat=51&lon=0&speed=10"))
    body = b'{"device_id":"1","location":{"coords":{"latitude":51,"longitude":0,"speed":10}}}'
    posted = HTTP["osmand"].decode(HttpMessage("POST", "/", {}, body))
    assert query.fixes[0].speed_mps == pytest.approx(10 * MPS_PER_KNOT)
    assert posted.fixes[0].speed_mps == 10


def test_what_phones_state_is_a_68_percent_radius():
    """Judged as an R95 it would make us surer than the phone is."""
    message = HttpMessage("GET", "/?id=1&lat=51&lon=0&accuracy=10")
    assert HTTP["osmand"].decode(message).fixes[0].accuracy_is_r68
    body = b'{"_type":"location","tid":"a","lat":51,"lon":0,"acc":10}'
    assert HTTP["owntracks"].decode(HttpMessage("POST", "/", {}, body)).fixes[0].accuracy_is_r68


@settings(max_examples=300, deadline=None)
@given(body=st.binary(max_size=200), uri=st.text(max_size=120), kind=st.sampled_from(sorted(HTTP)))
def test_no_bytes_make_a_decoder_fail(body, uri, kind):
    """Anybody may send anything to the gateway."""
    message = HttpMessage("POST", uri, {"content-type": "application/json"}, body)
    for sent in (message, HttpMessage("POST", uri, {}, body)):
        decoded = HTTP[kind].decode(sent)
        assert decoded.error is not None or decoded.device_id is not None
        assert HTTP[kind].reply(decoded).status in {200, 400}


_LEAVES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8),
    st.sampled_from(["1e999", "-1", "51.5", "2026-03-01T10:00:00Z", 10**400, -(10**30), "0x1F"]),
)  # fmt: skip
_NAMES = st.sampled_from(
    [
        "id",
        "device_id",
        "location",
        "coords",
        "latitude",
        "longitude",
        "timestamp",
        "accuracy",
        "speed",
        "heading",
        "battery",
        "level",
        "extras",
        "alarm",
        "_type",
        "tid",
        "topic",
        "tst",
        "lat",
        "lon",
        "acc",
        "vel",
        "cog",
        "batt",
        "bs",
        "event",
    ]
)
_VALUES = st.recursive(
    _LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_NAMES, inner, max_size=6)
)


@settings(max_examples=300, deadline=None)
@given(root=st.dictionaries(_NAMES, _VALUES, max_size=8), kind=st.sampled_from(sorted(HTTP)))
def test_no_json_of_the_right_words_makes_a_decoder_fail(root, kind):
    """Right names with wrong things in them are the bad input that real firmware sends; what does
    come out is a place on Earth and can be written as JSON."""
    root = {"device_id": "D", "tid": "D", "_type": "location", **root}
    message = HttpMessage("POST", "/", {}, json.dumps(root).encode())
    decoded = HTTP[kind].decode(message)
    for fix in decoded.fixes:
        assert -90 <= fix.lat <= 90
        assert -180 <= fix.lon <= 180
    line = json.dumps({"id": 1, "encoding": "text", "input": json.dumps(root)})
    json.dumps(decode_line(HTTP[kind], line.encode()), allow_nan=False)


def test_a_number_too_large_for_a_float_is_left_out():
    """JSON's 1e999 reads as infinity, which no JSON we write may hold."""
    body = (
        '{"device_id":"1","location":{"odometer":1e999,"event":1e999,"coords":'
        '{"latitude":51,"longitude":0,"altitude":1e999}}}'
    )
    line = json.dumps({"id": 1, "encoding": "text", "input": body})
    fix = decode_line(HTTP["osmand"], line.encode())["fixes"][0]
    assert (fix["altitude_m"], fix["attributes"]) == (None, {})


def test_a_body_nested_a_hundred_thousand_deep_is_refused_in_words():
    """The parser's own recursion limit must not reach the sender as a crash."""
    decoded = HTTP["owntracks"].decode(HttpMessage("POST", "/", {}, b"[" * 100_000))
    assert decoded.error == "the body is not JSON"


def test_decode_is_a_command_that_needs_no_store(tmp_path):
    """A vendor's engineer runs it on a laptop: no home, no database, no Django."""
    lines = (GOLDEN / "osmand.ndjson").read_text()
    program = (
        "import sys; from waypost.cli.main import main; code = main(['decode', 'osmand', '-']); "
        "assert 'django' not in sys.modules; sys.exit(code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], input=lines, capture_output=True, text=True, cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == (GOLDEN / "osmand.expected.ndjson").read_text()
    assert list(tmp_path.iterdir()) == []


def test_a_protocol_not_spoken_is_bad_usage_that_names_those_that_are(capsys):
    assert main(["decode", "semaphore"]) == 2
    assert "osmand, owntracks" in capsys.readouterr().err


def test_a_file_that_is_not_there_is_one_plain_sentence(capsys):
    assert main(["decode", "osmand", "nowhere.ndjson"]) == 1
    assert "cannot read nowhere.ndjson" in capsys.readouterr().err


@pytest.mark.parametrize("space", [" ", "\t", "\x1c", "\x1d", "\x85", "\u2003"])
def test_any_space_around_a_number_is_no_part_of_it(space):
    """Found by fuzzing: strip() and float() do not agree on what a space is."""
    assert number(f"{space}17.5{space}") == 17.5
