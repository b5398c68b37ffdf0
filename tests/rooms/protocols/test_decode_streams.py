"""`waypost decode` of byte streams: golden messages of ours, public cases where they are."""

from __future__ import annotations

import json
import os
from datetime import datetime
from pathlib import Path

import pytest

import wire_words as words
from waypost.cli.main import main
from waypost.errors import BadUse
from waypost.protocols.ndjson import decode_line, decode_lines, decode_stream
from waypost.protocols.spoken import STREAMS, find_protocol
from waypost.protocols.wire import frames_of

GOLDEN = Path(__file__).parents[2] / "golden" / "protocols"
NAMES = ["gt06", "teltonika"]
# Kinds of GT06 that we read; the others are acknowledged and kept unread, so their places differ.
GT06_READ = {"01", "10", "12", "13", "16", "22"}
GT06_TIME_WANTED = "8a"  # its answer needs a clock: none from us
PING = "ff"  # of Teltonika: a frame to them, filling between frames to us


def line(protocol_input: bytes | str, encoding: str = "hex") -> bytes:
    given = protocol_input.hex() if isinstance(protocol_input, bytes) else protocol_input
    return json.dumps({"id": 1, "encoding": encoding, "input": given}).encode()


@pytest.mark.parametrize("name", NAMES)
def test_golden_streams_decode_as_reviewed(name):
    """`WAYPOST_REGOLD=1 pytest` rewrites the answers; the diff is reviewed like prose."""
    lines = (GOLDEN / f"{name}.ndjson").read_bytes().splitlines()
    answers = "".join(answer + "\n" for answer in decode_lines(STREAMS[name], lines))
    kept = GOLDEN / f"{name}.expected.ndjson"
    if os.environ.get("WAYPOST_REGOLD"):
        kept.write_text(answers)
    assert answers == kept.read_text()


def cases(shared: Path, name: str) -> list[dict]:
    return json.loads((shared / "cases" / "protocols" / f"{name}.json").read_text())["cases"]


@pytest.mark.parametrize("name", NAMES)
def test_public_cases_agree_on_device_time_place_speed_and_reply(name, shared):
    """Places to 1e-6, speed to 0.01 km/h, times exactly. Their decoder asks no checksum and ours
    does; it states 0/0 for a record with no place, where we say nothing."""
    compared = 0
    for case in cases(shared, name):
        answer = decode_line(STREAMS[name], line(case["input"]))
        if case.get("checksum") in {"bad-crc", "bad-length"}:
            assert answer["error"] or case["id"] == "gt06-151", case["id"]  # 151: sound, joined
            assert answer["fixes"] == []
            continue
        assert answer["error"] is None, case["id"]
        if case["device_ids"]:
            assert answer["device"] in case["device_ids"]
        if name == "gt06" and case["input"][6:8] == GT06_TIME_WANTED:
            continue
        assert ([answer["reply"]] if answer["reply"] else []) == case["ack"], case["id"]
        if name == "gt06" and (case["input"][:4] == "7979" or case["input"][6:8] not in GT06_READ):
            assert (answer["fixes"], answer["events"]) == ([], []), case["id"]
            continue
        located = [row for row in case["expected"] or [] if row["has_location"]]
        located = [row for row in located if row["lat"] or row["lon"]]
        assert len(answer["fixes"]) == len(located), case["id"]
        assert answer["fixes"] or answer["events"], case["id"]
        for fix, wanted in zip(answer["fixes"], located, strict=True):
            assert_same_fix(fix, wanted)
            compared += 1
    assert compared >= 15


def assert_same_fix(fix, wanted):
    assert fix["lat"] == pytest.approx(wanted["lat"], abs=1e-6)
    assert fix["lon"] == pytest.approx(wanted["lon"], abs=1e-6)
    assert datetime.fromisoformat(fix["time"]) == datetime.fromisoformat(wanted["time"])
    assert (fix["speed_mps"] or 0) * 3.6 == pytest.approx(wanted["speed_kmh"], abs=0.01)
    assert (fix["course_deg"] or 0) == pytest.approx(wanted["course"], abs=1e-6)
    assert (fix["altitude_m"] or 0) == pytest.approx(wanted["altitude_m"], abs=1e-6)
    assert fix["valid"] == wanted["valid"]


@pytest.mark.parametrize("name", NAMES)
def test_public_streams_give_their_frames_however_they_were_cut(name, shared):
    """One segment, byte by byte, at random: the same frames in the same order."""
    streams = json.loads((shared / "cases" / "protocols" / "tcp-streams.json").read_text())
    ours = [stream for stream in streams["streams"] if stream["protocol"] == name]
    assert ours
    for stream in ours:
        framer = STREAMS[name].framer()
        frames = [frame for cut in stream["segments"] for frame in framer.feed(bytes.fromhex(cut))]
        assert [frame.fault for frame in frames] == [None] * len(frames), stream["id"]
        wanted = [frame for frame in stream["expected_frames"] if frame != PING]
        assert [frame.data.hex() for frame in frames] == wanted, stream["id"]
        assert framer.held == b""


def test_the_device_of_a_login_is_carried_to_the_frames_after_it():
    """Teltonika and GT06 name themselves once a connection."""
    decoded, reply = decode_stream(STREAMS["teltonika"], words.login() + words.packet())
    assert (decoded.device_id, len(decoded.fixes)) == (words.IMEI, 1)
    assert reply == b"\x01" + b"\0\0\0\1"


def test_what_was_whole_before_a_bad_frame_stands_and_what_follows_it_is_not_read():
    """A wrong byte in the middle of a stream costs what follows, never what was sound."""
    sound, bad = words.packet(), bytearray(words.packet())
    bad[20] ^= 1
    decoded, reply = decode_stream(STREAMS["teltonika"], sound + bytes(bad) + sound)
    assert (len(decoded.fixes), decoded.error) == (1, "the checksum is wrong")
    assert reply == b"\0\0\0\1" + b"\0\0\0\0"


def test_an_answer_in_text_comes_back_as_text_and_in_hex_as_hex():
    """The reply is in the input's encoding; ASCII-only bytes can be given either way."""
    text = "xx\x05\x2a\x00\x01"
    assert decode_line(STREAMS["gt06"], line(text, "text"))["error"].startswith(
        "the message is cut"
    )
    spoken = decode_line(STREAMS["teltonika"], line("\x00\x0f" + words.IMEI, "text"))
    assert (spoken["device"], spoken["reply"]) == (words.IMEI, "\x01")
    assert decode_line(STREAMS["teltonika"], line(words.login()))["reply"] == "01"


@pytest.mark.parametrize(
    ("given", "encoding", "says"),
    [
        ("zz", "hex", "input is not hex"),
        ("00", "http", "encoding is not one of hex, text"),
        ("00", "base64", "encoding is not one of hex, text"),
    ],
)
def test_a_line_that_is_no_bytes_is_refused_in_words(given, encoding, says):
    answer = decode_line(STREAMS["gt06"], line(given, encoding))
    assert (answer["error"], answer["id"], answer["fixes"]) == (says, 1, [])


def test_nothing_at_all_is_no_error():
    """An empty message has no frame in it, and no frame is cut."""
    answer = decode_line(STREAMS["gt06"], line(b""))
    assert (answer["error"], answer["reply"], answer["events"]) == (None, None, [])


def test_streams_are_found_by_name_beside_the_protocols_of_requests():
    assert find_protocol("gt06") is STREAMS["gt06"]
    with pytest.raises(BadUse, match=r"gt06, osmand, owntracks.*teltonika"):
        find_protocol("semaphore")


def test_the_command_decodes_a_file_of_streams(tmp_path, capsys):
    path = tmp_path / "messages.ndjson"
    path.write_bytes(line(words.gt06_login()) + b"\n\n" + line(words.login()) + b"\n")
    assert main(["decode", "gt06", str(path)]) == 0
    first, second = map(json.loads, capsys.readouterr().out.splitlines())
    assert (first["device"], first["error"]) == (words.IMEI, None)
    assert second["error"] == "no frame begins like this"


def test_a_message_cut_short_says_how_much_there_is():
    frames = frames_of(STREAMS["teltonika"], words.packet()[:-1])
    assert [frame.fault for frame in frames] == [
        f"the message is cut short: {len(words.packet()) - 1} bytes of a frame"
    ]


def test_an_id_that_json_cannot_say_again_spoils_its_own_line_alone():
    """1e999 is a number by its grammar and infinite by its value: found so, it ended the file."""
    huge = b'{"id":1e999,"encoding":"hex","input":""}'
    answers = [json.loads(one) for one in decode_lines(STREAMS["gt06"], [huge, line(b"")])]
    assert answers[0]["id"] is None
    assert answers[0]["error"] == "the id cannot be written as JSON"
    assert (answers[1]["id"], answers[1]["error"]) == (1, None)
