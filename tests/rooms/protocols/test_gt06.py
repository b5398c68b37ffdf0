"""The core of GT06: login, heartbeat, places, alarms; the rest acknowledged and kept unread."""

from __future__ import annotations

import struct
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import wire_words as words
from waypost.positions.values import EventKind
from waypost.protocols import gt06
from waypost.protocols.checksums import crc16_x25
from waypost.protocols.wire import live_reply
from waypost.units import Mechanism

AT = words.AT.replace(microsecond=0)


def kinds(decoded):
    return [event.kind for event in decoded.events]


def acknowledged(kind: int, serial: int = 7) -> bytes:
    text = bytes([5, kind]) + serial.to_bytes(2)
    return b"xx" + text + crc16_x25(text).to_bytes(2) + b"\r\n"


def alarm(code: int, *, status: int = 0x40, level: int = 6, behind: bytes = b"") -> bytes:
    state = bytes([status, level, 4, code, 2])
    return words.gt06(0x16, words.gt06_place() + b"\x08" + words.CELL + state + behind)


@pytest.mark.parametrize("behind", ["", "36083200"])
def test_a_login_names_the_device_and_its_serial_comes_back(behind):
    content = bytes.fromhex(words.IMEI.zfill(16) + behind)
    frame = words.gt06(0x01, content, serial=0x1234)
    decoded = gt06.decode(frame)
    assert (decoded.device_id, kinds(decoded)) == (words.IMEI, [EventKind.CONTACT])
    assert gt06.reply(frame, decoded) == acknowledged(0x01, 0x1234)


@pytest.mark.parametrize("content", [b"", b"\xab" * 8, bytes(4)])
def test_a_login_without_an_imei_is_refused_and_gets_no_answer(content):
    frame = words.gt06(0x01, content)
    decoded = gt06.decode(frame)
    assert decoded.error == "the login names no IMEI of digits"
    assert gt06.reply(frame, decoded) is None


@pytest.mark.parametrize("kind", [0x10, 0x12, 0x22])
@pytest.mark.parametrize(
    ("lat", "lon"), [(51.5, -0.125), (51.5, 0.125), (-33.5, -70.5), (-4.0, 39.5)]
)
def test_a_place_lies_in_the_hemisphere_that_its_flags_say(kind, lat, lon):
    frame = words.gt06(kind, words.gt06_place(lat=lat, lon=lon) + words.CELL + b"\1\0\0")
    decoded = gt06.decode(frame, "tag")
    (fix,) = decoded.fixes
    assert (fix.lat, fix.lon) == (pytest.approx(lat), pytest.approx(lon))
    assert (fix.measured_at, fix.course_deg, fix.speed_mps) == (AT, 270, pytest.approx(10))
    assert (fix.valid, fix.mechanism, fix.accuracy_m) == (True, Mechanism.GNSS, None)
    assert (decoded.device_id, fix.altitude_m, fix.attributes["satellites"]) == ("tag", None, 9)
    assert gt06.reply(frame, decoded) == acknowledged(kind)


def test_a_stored_place_says_so_and_states_its_cell_and_odometer():
    behind = words.CELL + b"\x01\x05\x01" + struct.pack(">I", 51_234)
    (fix,) = gt06.decode(words.gt06(0x22, words.gt06_place() + behind)).fixes
    assert fix.attributes == {
        "type": 0x22, "satellites": 9, "cell": [234, 15, 0x1A2B, 0x012345],
        "ignition": True, "upload_mode": 5, "stored": True, "odometer_m": 51_234,
    }  # fmt: skip


def test_a_place_that_is_not_positioned_is_not_valid():
    (fix,) = gt06.decode(words.gt06(0x12, words.gt06_place(seen=False) + words.CELL)).fixes
    assert fix.valid is False


def test_a_tag_that_searches_since_it_was_switched_on_gives_no_place():
    """No date, no place, only the cell: a contact, and no place borrowed."""
    frame = words.gt06(0x12, bytes(6) + b"\xc0" + bytes(11) + words.CELL)
    decoded = gt06.decode(frame)
    (event,) = decoded.events
    assert (decoded.fixes, decoded.error, event.kind) == ((), None, EventKind.CONTACT)
    assert (event.measured_at, event.attributes["cell"]) == (None, [234, 15, 0x1A2B, 0x012345])


def test_a_place_with_an_impossible_date_is_refused():
    """A receipt time in its stead would put somebody there at a time they were not."""
    content = bytes([26, 13, 1, 0, 0, 0]) + words.gt06_place()[6:] + words.CELL
    decoded = gt06.decode(words.gt06(0x12, content), "tag")
    assert decoded.error == "the time of the place is none of the calendar's"
    assert (decoded.fixes, decoded.device_id) == ((), "tag")


def test_a_place_beyond_the_pole_is_refused():
    content = words.gt06_place()[:7] + struct.pack(">I", 0xFFFFFFFF) + words.gt06_place()[11:]
    assert gt06.decode(words.gt06(0x10, content)).error == "the place is not on Earth"


def test_a_heartbeat_is_a_contact_with_the_battery():
    frame = words.gt06(0x13, bytes([0x44, 3, 4, 0, 2]))
    decoded = gt06.decode(frame)
    assert kinds(decoded) == [EventKind.CONTACT, EventKind.BATTERY_LEVEL]
    assert decoded.events[1].attributes == {"percent": 50, "charging": True}
    assert gt06.reply(frame, decoded) == acknowledged(0x13)


def test_a_heartbeat_of_a_dialect_is_a_contact_and_nothing_is_guessed():
    decoded = gt06.decode(words.gt06(0x13, bytes([0x44, 3, 4]) + bytes(9)))
    assert kinds(decoded) == [EventKind.CONTACT]


def test_a_heartbeat_whose_length_is_two_short_is_read():
    """A firmware in the field counts serial and checksum wrongly; its checksum is right."""
    text = bytes([8, 0x13, 0x46, 6, 2, 0, 2, 2, 4])
    frame = b"xx" + text + crc16_x25(text).to_bytes(2) + b"\r\n"
    found = gt06.framer().feed(frame + words.gt06_login())
    assert [part.data for part in found] == [frame, words.gt06_login()]
    decoded = gt06.decode(frame)
    assert (decoded.error, kinds(decoded)) == (None, [EventKind.CONTACT, EventKind.BATTERY_LEVEL])
    assert gt06.reply(frame, decoded) == acknowledged(0x13, 0x0204)


@pytest.mark.parametrize(
    ("code", "status", "kind"),
    [
        (0x01, 0x40, EventKind.SOS),
        (0x00, 0x60, EventKind.SOS),
        (0x01, 0x60, EventKind.SOS),
        (0x02, 0x40, EventKind.CHARGING_ENDED),
        (0x13, 0x40, EventKind.CASE_TAMPER),
        (0x18, 0x40, EventKind.CASE_TAMPER),
        (0x25, 0x40, EventKind.CASE_TAMPER),
        (0x00, 0x78, EventKind.STRAP_TAMPER),
        (0x15, 0x40, EventKind.BATTERY_DEAD),
        (0x05, 0x40, EventKind.OTHER),
        (0xE8, 0x40, EventKind.OTHER),
    ],
)
def test_an_alarm_is_one_event_whether_said_by_code_by_state_or_by_both(code, status, kind):
    frame = alarm(code, status=status)
    decoded = gt06.decode(frame)
    assert kinds(decoded) == [kind, EventKind.BATTERY_LEVEL]
    assert len(decoded.fixes) == 1
    assert decoded.events[0].measured_at == AT
    assert gt06.reply(frame, decoded) == acknowledged(0x16)


def test_a_code_and_a_state_that_differ_are_two_alarms():
    assert kinds(gt06.decode(alarm(0x13, status=0x60)))[:2] == [
        EventKind.CASE_TAMPER,
        EventKind.SOS,
    ]


def test_a_low_battery_alarm_that_its_own_level_denies_is_another_alarm_of_a_dialect():
    assert kinds(gt06.decode(alarm(0x19, level=1)))[0] is EventKind.BATTERY_LOW
    assert kinds(gt06.decode(alarm(0x19, level=6)))[0] is EventKind.OTHER


@pytest.mark.parametrize(
    "lbs",
    [b"\x08" + words.CELL, b"\x09" + words.CELL, b"\x09" + words.CELL + b"\x00", b"\x00"],
)
def test_the_alarm_is_found_behind_cells_however_their_length_is_counted(lbs):
    """Some firmware counts the length's own byte, some does not, some has no cell at all."""
    frame = words.gt06(0x16, words.gt06_place() + lbs + bytes([0x44, 87, 4, 0x01, 2]))
    decoded = gt06.decode(frame)
    assert kinds(decoded) == [EventKind.SOS, EventKind.BATTERY_LEVEL]
    assert decoded.events[1].attributes == {"percent": 87, "charging": True}


def test_what_follows_the_alarm_does_not_move_it():
    decoded = gt06.decode(alarm(0x01, behind=b"\xc3\0\0\x01\x45\x3f\x92\x01"))
    assert kinds(decoded)[0] is EventKind.SOS


@pytest.mark.parametrize("kind", [0x17, 0x26, 0x28, 0x2C, 0x95, 0xA0])
def test_other_kinds_are_acknowledged_and_kept_unread(kind):
    frame = words.gt06(kind, bytes(20))
    decoded = gt06.decode(frame, "tag")
    assert (decoded.device_id, decoded.fixes, decoded.events, decoded.error) == (
        "tag",
        (),
        (),
        None,
    )
    assert gt06.reply(frame, decoded) == acknowledged(kind)


def test_kinds_that_want_no_answer_get_none():
    """Texts, and (from those without a clock) a question for the time of day."""
    for frame in (words.gt06(0x94), words.gt06(0x8A), words.gt06_long(0x94), words.gt06_long(0x21)):
        assert gt06.reply(frame, gt06.decode(frame)) is None


def test_a_tag_that_asks_for_the_time_is_told_it_by_those_who_have_a_clock():
    """A tag that has seen no satellite since it was switched on stamps its messages with it."""
    now = datetime(2026, 3, 29, 2, 30, 15, tzinfo=ZoneInfo("Europe/London"))
    frame = words.gt06(0x8A, serial=0x1234)
    answer = live_reply(gt06, frame, gt06.decode(frame), lambda: now)
    assert answer[:-4] == bytes.fromhex("78780b8a 1a031d011e0f 1234".replace(" ", ""))
    assert gt06.decode(answer).error is None


def test_the_time_is_told_to_no_other_kind_and_to_no_bad_frame():
    now = datetime(2026, 3, 1, tzinfo=UTC)
    bad = bytearray(words.gt06(0x8A))
    bad[-3] ^= 1
    for frame in (bytes(bad), words.gt06(0x94), words.gt06_long(0x8A), words.gt06(0x80)):
        asked = gt06.decode(frame)
        assert live_reply(gt06, frame, asked, lambda: now) == gt06.reply(frame, asked)


def test_a_tag_that_asks_for_an_address_is_told_that_there_is_none():
    """We look no place up outside; without an answer it would ask again."""
    frame = words.gt06(0x2A, bytes(20))
    answer = gt06.reply(frame, gt06.decode(frame))
    assert (answer[:5], answer[10:21]) == (b"yy\0\x15\x97", b"NA&&NA&&0##")
    assert gt06.decode(answer).error is None


def test_two_kinds_of_long_frames_are_answered_with_long_frames():
    frame = words.gt06_long(0x32, bytes(30))
    text = b"\0\x05\x32\0\x07"
    expected = b"yy" + text + crc16_x25(text).to_bytes(2) + b"\r\n"
    assert gt06.reply(frame, gt06.decode(frame)) == expected


def test_one_wrong_bit_anywhere_gives_no_place_and_no_answer():
    frame = words.gt06(0x12, words.gt06_place() + words.CELL)
    for bit in range(2 * 8, (len(frame) - 2) * 8):
        bad = bytearray(frame)
        bad[bit // 8] ^= 1 << bit % 8
        decoded = gt06.decode(bytes(bad))
        assert (decoded.fixes, decoded.error) == ((), "the checksum is wrong"), bit
        assert gt06.reply(bytes(bad), decoded) is None


@settings(max_examples=300)
@given(
    content=st.binary(max_size=80),
    kind=st.sampled_from([0x01, 0x10, 0x12, 0x13, 0x16, 0x22, 0x94]),
    placed=st.booleans(),
)
def test_no_content_with_a_right_checksum_makes_the_decoder_fail(content, kind, placed):
    frame = words.gt06(kind, (words.gt06_place() if placed else b"") + content)
    decoded = gt06.decode(frame)
    gt06.reply(frame, decoded)
    for fix in decoded.fixes:
        assert -90 <= fix.lat <= 90
        assert -180 <= fix.lon <= 180


@settings(max_examples=300)
@given(frame=st.binary(max_size=80))
def test_no_bytes_make_the_decoder_fail(frame):
    decoded = gt06.decode(frame)
    assert decoded.error is not None
    assert gt06.reply(frame, decoded) is None
