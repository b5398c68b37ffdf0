"""Teltonika as it is spoken: logins, records of every codec, counts, answers to commands."""

from __future__ import annotations

import struct
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import wire_words as words
from waypost.positions.values import EventKind
from waypost.protocols import teltonika
from waypost.units import Mechanism

CODECS = [words.CODEC_8, words.CODEC_8E, words.CODEC_16]


def kinds(decoded):
    return [event.kind for event in decoded.events]


def test_a_login_names_the_device_and_is_taken():
    decoded = teltonika.decode(words.login())
    assert (decoded.device_id, kinds(decoded)) == (words.IMEI, [EventKind.CONTACT])
    assert teltonika.reply(words.login(), decoded) == b"\x01"


def test_a_login_that_is_no_imei_is_refused():
    frame = b"\0\x0f" + b"A" * 15
    decoded = teltonika.decode(frame)
    assert decoded.error == "the tag names itself by no IMEI of digits"
    assert teltonika.reply(frame, decoded) == b"\x00"


@pytest.mark.parametrize("codec", CODECS)
def test_a_record_states_place_time_and_speed(codec):
    frame = words.packet(codec, words.record(codec, elements={182: (2, 9), 21: (1, 4)}))
    decoded = teltonika.decode(frame, "tag")
    (fix,) = decoded.fixes
    assert (decoded.device_id, decoded.error, decoded.events) == ("tag", None, ())
    assert (fix.lat, fix.lon, fix.altitude_m) == (51.5007, -0.1246, 35)
    assert (fix.measured_at, fix.speed_mps, fix.course_deg) == (words.AT, pytest.approx(10), 270)
    assert (fix.valid, fix.accuracy_m, fix.mechanism) == (True, None, Mechanism.GNSS)
    assert (fix.attributes["io21"], fix.attributes["hdop"]) == (4, 0.9)
    assert teltonika.reply(frame, decoded) == b"\0\0\0\x01"


@pytest.mark.parametrize("codec", CODECS)
def test_elements_of_every_size_are_kept_by_number(codec):
    elements = {1: (1, 1), 182: (2, 300), 16: (4, 70_000), 11: (8, 2**63 + 5)}
    (fix,) = teltonika.decode(words.packet(codec, words.record(codec, elements=elements))).fixes
    assert [fix.attributes[f"io{number}"] for number in elements] == [1, 300, 70_000, 2**63 + 5]


def test_records_come_in_the_order_they_were_sent():
    """A backlog comes newest first; sorting is for those who judge."""
    times = [words.AT - timedelta(minutes=minute) for minute in range(255)]
    frame = words.packet(words.CODEC_8, *(words.record(at=at) for at in times))
    decoded = teltonika.decode(frame)
    assert [fix.measured_at for fix in decoded.fixes] == times
    assert teltonika.reply(frame, decoded) == b"\0\0\0\xff"


def test_a_record_of_no_satellite_repeats_a_place_and_is_not_valid():
    """Its speed and angle of 0 are how the tag says that it does not know."""
    frame = words.packet(words.CODEC_8, words.record(satellites=0, speed_kmh=0, angle=0))
    (fix,) = teltonika.decode(frame).fixes
    assert (fix.valid, fix.speed_mps, fix.course_deg) == (False, None, None)


def test_a_record_without_a_place_is_a_contact_and_borrows_none():
    frame = words.packet(words.CODEC_8, words.record(), words.record(lat=0, lon=0, satellites=0))
    decoded = teltonika.decode(frame)
    assert (len(decoded.fixes), kinds(decoded)) == (1, [EventKind.CONTACT])


def test_a_place_outside_the_earth_is_no_place():
    record = bytearray(words.record())
    struct.pack_into(">i", record, 13, 2_000_000_000)
    decoded = teltonika.decode(words.packet(words.CODEC_8, bytes(record)))
    assert (decoded.fixes, kinds(decoded)) == ((), [EventKind.CONTACT])


@pytest.mark.parametrize(
    ("event", "value", "kind"),
    [
        (236, 1, EventKind.SOS),
        (249, 1, EventKind.JAMMING),
        (249, 0, EventKind.JAMMING_ENDED),
        (252, 1, EventKind.CHARGING_ENDED),
        (116, 1, EventKind.CHARGING_STARTED),
        (247, 3, EventKind.OTHER),
    ],
)
def test_an_element_that_made_the_record_is_an_event(event, value, kind):
    made = words.record(event=event, elements={event: (1, value)})
    merely_beside = words.record(elements={event: (1, value)})
    assert kinds(teltonika.decode(words.packet(words.CODEC_8, made))) == [kind]
    assert kinds(teltonika.decode(words.packet(words.CODEC_8, merely_beside))) == []


def test_panic_priority_is_an_sos():
    decoded = teltonika.decode(words.packet(words.CODEC_8, words.record(priority=2)))
    assert kinds(decoded) == [EventKind.SOS]


def test_a_battery_level_is_an_event_in_per_cent():
    frame = words.packet(words.CODEC_8, words.record(elements={113: (1, 87)}))
    (event,) = teltonika.decode(frame).events
    assert (event.kind, event.attributes, event.measured_at) == (
        EventKind.BATTERY_LEVEL, {"percent": 87}, words.AT,
    )  # fmt: skip


def test_beacons_are_events_with_their_ids():
    """Two of a list (element 385), one of the advanced kind (548); a garbled end is left."""
    ibeacon = b"\x21" + bytes(range(16)) + b"\0\x07\0\x2a" + b"\xc4"
    eddystone = b"\x03" + b"namespace0" + b"flat-1" + b"\xb0" + b"\x0b\xb8"
    advanced = b"\x01" + bytes([3 + 2 + 6]) + b"\x00\x01\xb5" + b"\x01\x06" + b"\xaa\xbb\xcc\1\2\3"
    long = {385: b"\x11" + ibeacon + eddystone + b"\x21\x00", 548: advanced}
    frame = words.packet(words.CODEC_8E, words.record(words.CODEC_8E, event=385, long=long))
    decoded = teltonika.decode(frame)
    assert kinds(decoded) == [EventKind.BEACON_SEEN] * 3
    assert [event.attributes for event in decoded.events] == [
        {"beacon": "000102030405060708090a0b0c0d0e0f:0007:002a", "rssi_dbm": -60},
        {"beacon": b"namespace0".hex() + ":" + b"flat-1".hex(), "rssi_dbm": -80},
        {"beacon": "aabbcc010203", "rssi_dbm": -75},
    ]
    assert len(decoded.fixes) == 1


def test_codec_7_counts_seconds_from_2007_and_states_by_masks():
    """The old GH3000: a place in two floats, an angle of 256 to the circle, priority on top."""
    seconds = 604_000_000
    placed = struct.pack(">IBB", 1 << 30 | seconds, 3, 0x1F)
    placed += struct.pack(">ffhBBB", 51.5, -0.125, 30, 64, 36, 8) + b"\x01\xf0\x01"
    bare = struct.pack(">IB", 2 << 30 | seconds + 60, 2) + b"\x01\x01\x37"
    decoded = teltonika.decode(words.wrapped(words.body(7, placed, bare)))
    (fix,) = decoded.fixes
    at = datetime(2007, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    assert (fix.measured_at, fix.lat, fix.lon) == (at, 51.5, -0.125)
    assert (fix.course_deg, fix.speed_mps, fix.altitude_m) == (90, pytest.approx(10), 30)
    assert kinds(decoded) == [EventKind.BATTERY_LEVEL, EventKind.SOS]


def test_what_codec_7_leaves_out_is_not_stated():
    placed = struct.pack(">IBB", 604_000_000, 1, 0x01) + struct.pack(">ff", 51.5, -0.125)
    (fix,) = teltonika.decode(words.wrapped(words.body(7, placed))).fixes
    assert (fix.altitude_m, fix.speed_mps, fix.course_deg, fix.valid) == (None, None, None, True)


def test_a_datagram_names_its_device_and_is_answered_with_its_ids():
    frame = words.datagram(words.CODEC_8E)
    decoded = teltonika.decode(frame)
    assert (decoded.device_id, len(decoded.fixes)) == (words.IMEI, 1)
    assert teltonika.reply(frame, decoded) == bytes.fromhex("0005cafe010701")


def test_answers_to_commands_are_events_and_get_no_reply():
    stamp = struct.pack(">I", int(words.AT.timestamp()))
    frames = [
        words.answer(12, b"report:ok\r\n"),
        words.answer(13, stamp + b"done"),
        words.answer(14, bytes.fromhex("0" + words.IMEI), kind=0x11),
        words.answer(15, stamp + bytes.fromhex("0" + words.IMEI) + b"pong", kind=0x0B),
    ]
    events = [event for frame in frames for event in teltonika.decode(frame).events]
    assert {event.kind for event in events} == {EventKind.COMMAND_ANSWER}
    assert [event.attributes["answer"] for event in events] == ["report:ok", "done", "", "pong"]
    assert events[2].attributes["refused"] is True
    assert events[1].measured_at == words.AT.replace(microsecond=0)
    assert [teltonika.reply(frame, teltonika.decode(frame)) for frame in frames] == [None] * 4


def test_a_sound_packet_of_an_unread_codec_is_counted_and_kept_unread():
    frame = words.wrapped(b"\x5b\x02\x00\x02")
    decoded = teltonika.decode(frame, "tag")
    assert (decoded.fixes, decoded.events, decoded.error) == ((), (), None)
    assert teltonika.reply(frame, decoded) == b"\0\0\0\x02"


@pytest.mark.parametrize(
    ("frame", "says"),
    [
        (words.wrapped(bytes([8, 1]) + words.record() + b"\x02"), "counts 1 records first and 2"),
        (words.wrapped(bytes([8, 2]) + words.record() + b"\x02"), "ends before its 2 records do"),
        (words.wrapped(b"\x08\x01" + words.record() + b"\0\x01"), "not end where its 1 records do"),
        (words.wrapped(words.body(8, b"\xff" * 8 + words.record()[8:])), "outside the calendar"),
    ],
)
def test_a_whole_packet_that_cannot_be_read_is_kept_for_an_officer_and_forgotten_by_the_tag(
    frame, says
):
    """It arrived as it was sent: sent again it would be no better, for ever."""
    decoded = teltonika.decode(frame, "tag")
    assert says in (decoded.error or "")
    assert (decoded.fixes, decoded.events, decoded.device_id) == ((), (), "tag")
    assert teltonika.reply(frame, decoded) == bytes([0, 0, 0, frame[9]])


def test_a_damaged_packet_takes_no_record_and_is_answered_none():
    """Answered 0, the tag keeps what it has and sends it again."""
    frame = words.packet()[:-1] + b"\x00"
    decoded = teltonika.decode(frame, "tag")
    assert "the checksum is wrong" in (decoded.error or "")
    assert (decoded.fixes, decoded.events, decoded.device_id) == ((), (), "tag")
    assert teltonika.reply(frame, decoded) == b"\0\0\0\0"


def test_a_wrong_sum_of_elements_is_passed_over():
    """Each size has a count of its own; refused, the record would be sent again for ever."""
    record = bytearray(words.record(elements={21: (1, 4)}))
    record[25] = 9
    (fix,) = teltonika.decode(words.packet(words.CODEC_8, bytes(record))).fixes
    assert fix.attributes["io21"] == 4


def test_a_length_that_is_not_the_frame_s_is_refused_in_packets_and_in_datagrams():
    for frame in (words.packet() + b"\0", words.datagram() + b"\0", b"\0" * 12):
        assert (teltonika.decode(frame).error or "").startswith("the length is wrong")


def test_one_wrong_bit_anywhere_in_a_packet_takes_no_record():
    """Every bit of codec to count is under the checksum."""
    packet = words.packet(words.CODEC_8E, words.record(words.CODEC_8E, elements={21: (1, 4)}))
    for bit in range(8 * 8, len(packet) * 8):
        bad = bytearray(packet)
        bad[bit // 8] ^= 1 << bit % 8
        decoded = teltonika.decode(bytes(bad))
        assert (decoded.fixes, decoded.error) == ((), "the checksum is wrong"), bit


@settings(max_examples=300)
@given(text=st.binary(max_size=120), codec=st.sampled_from([7, 8, 12, 13, 14, 15, 16, 0x8E]))
def test_no_body_with_a_right_checksum_makes_the_decoder_fail(text, codec):
    """Behind the checksum stands whatever a firmware wrote."""
    frame = words.wrapped(bytes([codec]) + text + b"\x01\x01")
    decoded = teltonika.decode(frame)
    for fix in decoded.fixes:
        assert -90 <= fix.lat <= 90
        assert -180 <= fix.lon <= 180
    teltonika.reply(frame, decoded)


@settings(max_examples=300)
@given(frame=st.binary(max_size=120))
def test_no_bytes_make_the_decoder_fail(frame):
    decoded = teltonika.decode(frame)
    teltonika.reply(frame, decoded)
    assert decoded.error is not None or decoded.events or len(frame) > 12
