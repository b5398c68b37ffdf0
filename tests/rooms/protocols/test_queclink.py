"""Queclink's reports read as they mean it: golden frames of ours, public cases where they are."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from waypost.positions.values import EventKind
from waypost.protocols import queclink, queclink_reports
from waypost.protocols.ndjson import decode_line, decode_lines
from waypost.units import Mechanism

GOLDEN = Path(__file__).parents[2] / "golden" / "protocols"
PLACE = "1,12.6,271,18.4,-0.060211,51.530101,20260301100000,0234,0015,0870,2469"


def report(kind, body=f"0,0,1,{PLACE},,64", *, version="1A0900", head="+RESP"):
    return f"{head}:GT{kind},{version},860000000000011,,{body},20260301100002,00A1$".encode()


def test_golden_frames_decode_as_reviewed():
    """`WAYPOST_REGOLD=1 pytest` rewrites the answers; the diff is reviewed like prose."""
    lines = (GOLDEN / "queclink.ndjson").read_bytes().splitlines()
    answers = "".join(answer + "\n" for answer in decode_lines(queclink, lines))
    kept = GOLDEN / "queclink.expected.ndjson"
    if os.environ.get("WAYPOST_REGOLD"):
        kept.write_text(answers)
    assert answers == kept.read_text()


def test_public_cases_agree_on_device_place_time_speed_and_reply(shared):
    """Places to 1e-6, speed to 0.01 km/h, times and validity exactly; where they write 0 for "not
    stated" (course, altitude, speed), we say null. To a heartbeat they add a plain SACK."""
    cases = json.loads((shared / "cases" / "protocols" / "gl200-text.json").read_text())["cases"]
    for case in cases:
        line = json.dumps({"id": case["id"], "encoding": "text", "input": case["input"]})
        answer = decode_line(queclink, line.encode())
        assert answer["error"] is None, case["id"]
        assert answer["device"] in case["device_ids"], case["id"]
        assert answer["reply"] == case["ack"][0], case["id"]
        located = [row for row in case["expected"] or [] if row["has_location"]]
        assert len(answer["fixes"]) == len(located), case["id"]
        assert answer["fixes"] or answer["events"], case["id"]
        for fix, wanted in zip(answer["fixes"], located, strict=True):
            assert_same_fix(fix, wanted)


def assert_same_fix(fix, wanted):
    assert fix["lat"] == pytest.approx(wanted["lat"], abs=1e-6)
    assert fix["lon"] == pytest.approx(wanted["lon"], abs=1e-6)
    assert datetime.fromisoformat(fix["time"]) == datetime.fromisoformat(wanted["time"])
    assert (fix["speed_mps"] or 0) * 3.6 == pytest.approx(wanted["speed_kmh"], abs=0.01)
    assert (fix["course_deg"] or 0) == wanted["course"]
    assert (fix["altitude_m"] or 0) == wanted["altitude_m"]
    assert fix["valid"] is wanted["valid"]


def test_a_place_carries_what_is_stated_and_no_invented_accuracy():
    """HDOP is a ratio: taken for metres it would make every fix a metre wide."""
    decoded = queclink.decode(report("FRI"))
    (fix,) = decoded.fixes
    assert (fix.lat, fix.lon) == (51.530101, -0.060211)
    assert fix.measured_at == datetime(2026, 3, 1, 10, tzinfo=UTC)
    assert fix.speed_mps == pytest.approx(3.5)
    assert (fix.accuracy_m, fix.attributes["hdop"]) == (None, 1.0)
    assert fix.mechanism is Mechanism.GNSS
    assert [(event.kind, event.attributes) for event in decoded.events] == [
        (EventKind.BATTERY_LEVEL, {"percent": 64})
    ]


def test_fields_left_empty_are_not_stated():
    decoded = queclink.decode(report("FRI", "10,1,1,,,,-0.060211,51.530101,20260301100000,,,,,,"))
    (fix,) = decoded.fixes
    assert (fix.speed_mps, fix.course_deg, fix.altitude_m) == (None, None, None)


@pytest.mark.parametrize(
    ("kind", "body", "wanted"),
    [
        ("SOS", f"0,0,1,{PLACE},,", EventKind.SOS),
        ("BPL", f"3.55,{PLACE},", EventKind.BATTERY_LOW),
        ("BTC", PLACE, EventKind.CHARGING_STARTED),
        ("STC", f",{PLACE},", EventKind.CHARGING_ENDED),
        ("JDR", PLACE, EventKind.JAMMING),
        ("JDS", f"2,,{PLACE}", EventKind.JAMMING),
        ("JDS", f"1,,{PLACE}", EventKind.JAMMING_ENDED),
        ("STT", f"42,{PLACE}", EventKind.OTHER),
    ],
)
def test_a_report_is_the_event_it_is_named_for_and_keeps_its_place(kind, body, wanted):
    decoded = queclink.decode(report(kind, body))
    assert len(decoded.fixes) == 1
    assert wanted in [event.kind for event in decoded.events]


@pytest.mark.parametrize("time", ["", "00000000000000"])
def test_a_place_without_its_own_time_is_not_taken_for_one_of_now(time):
    decoded = queclink.decode(report("FRI", f"0,0,1,{PLACE.replace('20260301100000', time)},,64"))
    assert (decoded.fixes, decoded.error) == ((), None)
    assert EventKind.BATTERY_LEVEL in [event.kind for event in decoded.events]


def test_zeros_for_place_and_time_are_no_place():
    """A tag that never had a fix must not be seen in the Gulf of Guinea."""
    never = "0,0.0,0,0.0,0.000000,0.000000,00000000000000,0234,0015,0870,2469"
    decoded = queclink.decode(report("RTL", f"0,0,1,{never},,64"))
    assert decoded.fixes == ()
    assert decoded.error is None


def test_a_geofence_in_a_dump_of_settings_is_no_place():
    """Refused for its "time", the dump would be sent again and again."""
    dump = "CFG,gl300,1,30,GEO,0,3,-0.060211,51.530101,50,30,GEO,1,3,-0.07,51.5,,"
    decoded = queclink.decode(report("ALL", dump))
    assert (decoded.fixes, decoded.error) == ((), None)
    assert [event.kind for event in decoded.events] == [EventKind.CONTACT]


def test_a_report_without_a_protocol_version_is_its_senders_all_the_same():
    frame = f"+RESP:GTTRI,860000000000011,1,0,99,{PLACE},00,0103010100,20260301100002,00A1$"
    decoded = queclink.decode(frame.encode())
    assert (decoded.device_id, len(decoded.fixes)) == ("860000000000011", 1)


def test_an_alarm_beside_the_last_known_place_has_the_time_it_was_sent():
    """Accuracy 0 says that the place is the last one known: its GPS time may be days old, and an
    alarm that happened now must not be dated there."""
    stale = "0,0.0,0,18.4,-0.060211,51.530101,20260226070000,0234,0015,0870,2469"
    decoded = queclink.decode(report("SOS", f"0,0,1,{stale},,"))
    assert decoded.fixes[0].measured_at == datetime(2026, 2, 26, 7, tzinfo=UTC)
    assert decoded.events[0].measured_at == datetime(2026, 3, 1, 10, 0, 2, tzinfo=UTC)


def test_a_report_without_a_place_gives_a_contact_and_borrows_none():
    decoded = queclink.decode(report("FRI", "0,0,1,,,,,,,,0234,0015,0870,2469,,64"))
    assert decoded.fixes == ()
    kinds = {event.kind: event.attributes for event in decoded.events}
    assert kinds[EventKind.CONTACT]["cell"] == "0234-0015-0870-2469"
    assert kinds[EventKind.BATTERY_LEVEL] == {"percent": 64}


def test_an_answer_to_a_command_names_it_and_its_serial():
    frame = b"+ACK:GTRTO,1A0401,860000000000011,,RTL,0b3c,20260301100009,00AA$"
    (event,) = queclink.decode(frame).events
    assert event.kind is EventKind.COMMAND_ANSWER
    assert event.attributes == {"command": "GTRTO", "serial": "0B3C", "part": "RTL"}


def test_a_gnss_receiver_that_is_jammed_says_so_and_says_when_it_is_free():
    found = [queclink.decode(report("GPJ", f"12,{state},{PLACE},")).events for state in "321"]
    assert [[event.kind for event in events] for events in found] == [
        [EventKind.JAMMING],
        [EventKind.OTHER],
        [EventKind.JAMMING_ENDED],
    ]


def test_every_beacon_heard_is_an_event_with_its_id():
    """A home's beacon is how a tag indoors is known to be at home: none may be lost in a list."""
    heard = "2,0,000A,7805414BA78A,3050,4,0002,7805412CF2DD"
    decoded = queclink.decode(report("BID", f"{heard},{PLACE},,", version="6E0A03"))
    assert [(event.kind, event.attributes["beacon"]) for event in decoded.events] == [
        (EventKind.BEACON_SEEN, "7805414BA78A"),
        (EventKind.BEACON_SEEN, "7805412CF2DD"),
    ]
    assert decoded.events[0].attributes["volts"] == 3.05
    assert len(decoded.fixes) == 1


@pytest.mark.parametrize(
    ("version", "kind", "body", "percent"),
    [
        ("1A0900", "FRI", f"0,0,1,{PLACE},,64", 64),
        ("020102", "FRI", f"0,0,1,{PLACE},00,", None),
        ("C30209", "ERI", f"00000080,0,16,1,{PLACE},,27,", 27),
        ("400201", "STR", f"0,0,2,21.1,86,{PLACE},,,", 86),
        ("060100", "FRI", f",00,1,{PLACE},00,2000.0,12345:12:34,,,80,210100,,,", 80),
        ("060100", "FRI", f",00,1,{PLACE},00,2000.0,12345:12:34,,,,,,,7", None),
        ("1A0102", "BAT", "0,,57,4.10,0,1", 57),
        ("1A0800", "INF", "41,,17,0,1,26.6,,3.90,1,1,0,0,0,20260301095500,69,1,44,,", 69),
        ("060100", "INF", "16,,16,0,1,,0,4.4,0,0,0,0,20260301095500,13,00,00,+0800,0", None),
        ("1A0900", "XYZ", "7", None),
    ],
)
def test_the_battery_level_is_read_where_the_family_puts_it_and_nowhere_else(
    version, kind, body, percent
):
    """Fuel, reserved fields and counters stand where other families have the battery."""
    decoded = queclink.decode(report(kind, body, version=version))
    levels = [e.attributes["percent"] for e in decoded.events if e.kind is EventKind.BATTERY_LEVEL]
    assert levels == ([] if percent is None else [percent])


def test_the_speed_of_the_next_place_is_not_the_odometer_of_this_one():
    second = PLACE.replace("12.6", "5.7").replace("100000", "100030")
    decoded = queclink.decode(report("FRI", f"0,0,2,{PLACE},00,{second},00,2000.5,,,,,,,,,"))
    assert ["odometer_km" in fix.attributes for fix in decoded.fixes] == [False, False]
    decoded = queclink.decode(
        report("FRI", f",00,2,{PLACE},00,{second},00,2000.5,,,,,,,,", version="060100")
    )
    assert [fix.attributes.get("odometer_km") for fix in decoded.fixes] == [None, 2000.5]


def test_a_frame_that_is_refused_is_not_answered():
    """A tag that hears nothing sends again: an answer would lose what could not be read."""
    frame = report("FRI", "0,0,1,1,0.0,0,18.4,-0.060211,51.530101,20261399100000,,,,,,64")
    decoded = queclink.decode(frame)
    assert decoded.error == "the time of a place is no time"
    assert (decoded.fixes, queclink.reply(frame, decoded)) == ((), None)


WORDS = "+RESP:GTFRI +BUFF:GTINF +ACK:GTRTO +RESP:GTSTT +RESP:GTCAN +RESP:GTSTR 1A0900 00A1 210100"
NUMBERS = "860000000000011 51.530101 -999.000001 20260301100000 99999999999999 c413e200ff14 nan 2 ²"
FIELDS = st.sampled_from(["", "$", *WORDS.split(), *NUMBERS.split()])
SENTENCES = st.lists(FIELDS, max_size=30).map(lambda fields: (",".join(fields) + "$").encode())


@pytest.mark.parametrize("kind", sorted(queclink_reports._DETAILS))
def test_a_report_with_few_fields_is_read_as_far_as_it_goes(kind):
    for more in range(9):
        frame = f"+BUFF:GT{kind},1A0900,860000000000011,{',' * more}20260301100002,00A1$"
        assert queclink.decode(frame.encode()).fixes == ()


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200) | SENTENCES)
@example(b"")
@example(b"$")
@example(b"+RESP:GTSTT,,860000000000011,$")
def test_no_bytes_at_all_make_an_exception(frame):
    decoded = queclink.decode(frame)
    queclink.reply(frame, decoded)
    queclink.is_whole(frame)
    for fix in decoded.fixes:
        assert -90 <= fix.lat <= 90
        assert -180 <= fix.lon <= 180
