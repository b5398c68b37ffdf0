"""HEX reports: what is known of their bytes is read, the CRC guards it, the rest is left unread."""

from __future__ import annotations

import binascii
import json
import struct
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from waypost.positions.values import EventKind
from waypost.protocols import queclink
from waypost.protocols.queclink_binary import BAD_CRC, BAD_LAYOUT
from waypost.units import Mechanism

IMEI = bytes([86, 0, 0, 0, 0, 0, 1, 1])  # 860000000000011
TIME = struct.pack(">HBBBBB", 2026, 3, 1, 10, 0, 0)
SENT = struct.pack(">HBBBBB", 2026, 3, 1, 10, 0, 2)
LON, LAT = -60_211, 51_530_101
PLACE = (
    struct.pack(">BHBHhii", 1, 12, 6, 271, 18, LON, LAT)
    + TIME
    + struct.pack(">HHHHx", 234, 15, 0x870, 0x2469)
)


def sealed(middle, head=b"+RSP", kind=0, mask=0x00FC1FBF, imei=IMEI):
    """A report with its length and CRC as they should be."""
    start = struct.pack(">BHH", 0x45, 0x102, 0x209) + imei + struct.pack(">BHBB", 64, 3700, 0x42, 7)
    length = 4 + 1 + 4 + 2 + len(start) + len(middle) + 17 + 13
    body = struct.pack(">BIH", kind, mask, length) + start + middle + bytes(17) + SENT + b"\0\xa1"
    return head + body + struct.pack(">H", binascii.crc_hqx(body, 0xFFFF)) + b"\r\n"


def record(*parts, name=0x50):
    """A frame of the newer binary with one record of tagged data."""
    data = b"".join(bytes([tag, len(content)]) + content for tag, content in parts)
    content = struct.pack(">IHBB", 1772359202, 0xA1, name, 0) + data
    body = b"\0" + bytes.fromhex("0860000000000011") + bytes.fromhex("820300030000")
    body += bytes([len(content) + 1]) + content + b"\x01\0\0$"
    return struct.pack(">BBH", 0x2B, 0, len(body) + 4) + body


FULL = struct.pack(">BiiIHBH3sB", 0x29, LON, LAT, 1772359200, 126, 9, 271, b"\0\0\xb4", 7)


def test_public_hex_cases_agree_on_every_place(shared):
    """Devices are not compared: theirs reads the packed digits of an IMEI as one number."""
    path = shared / "cases" / "protocols" / "gl200-binary.json"
    for case in json.loads(path.read_text())["cases"]:
        decoded = queclink.decode(bytes.fromhex(case["input"]))
        assert decoded.error is None, case["id"]
        wanted = [row for row in case["expected"] or [] if row["has_location"]]
        assert len(decoded.fixes) == len(wanted)
        for fix, row in zip(decoded.fixes, wanted, strict=True):
            assert (fix.lat, fix.lon) == pytest.approx((row["lat"], row["lon"]), abs=1e-6)
            assert fix.measured_at == datetime.fromisoformat(row["time"])
            assert (fix.valid, fix.course_deg) == (row["valid"], row["course"])
            assert fix.speed_mps * 3.6 == pytest.approx(row["speed_kmh"], abs=0.01)


def test_a_report_is_read_as_it_is_built():
    frame = sealed(b"\0" + b"\x01" + PLACE)
    decoded = queclink.decode(frame)
    (fix,) = decoded.fixes
    assert decoded.device_id == "860000000000011"
    assert (fix.lat, fix.lon, fix.mechanism) == (51.530101, -0.060211, Mechanism.GNSS)
    assert fix.measured_at == datetime(2026, 3, 1, 10, tzinfo=UTC)
    assert fix.speed_mps == pytest.approx(3.5)
    assert (fix.course_deg, fix.altitude_m, fix.accuracy_m) == (271, 18, None)
    assert fix.attributes["cell"] == "0234-0015-0870-2469"
    assert [(event.kind, event.attributes) for event in decoded.events] == [
        (EventKind.BATTERY_LEVEL, {"percent": 64})
    ]
    assert queclink.reply(frame, decoded) is None


@pytest.mark.parametrize("count", [2, 15])
def test_all_places_of_a_report_come_out(count):
    decoded = queclink.decode(sealed(b"\0" + bytes([count]) + PLACE * count))
    assert (len(decoded.fixes), decoded.error) == (count, None)


@pytest.mark.parametrize(
    ("kind", "state", "wanted"),
    [
        (6, b"\x0e\x74", EventKind.BATTERY_LOW),
        (7, b"", EventKind.CHARGING_STARTED),
        (33, b"\x02", EventKind.JAMMING),
        (33, b"\x01", EventKind.JAMMING_ENDED),
    ],
)
def test_an_event_is_read_whatever_stands_before_its_place(kind, state, wanted):
    decoded = queclink.decode(sealed(state + b"\x01" + PLACE, b"+BVT", kind))
    assert decoded.events[0].kind is wanted
    assert decoded.fixes[0].attributes["buffered"] is True


def test_a_flipped_bit_anywhere_behind_the_head_is_refused():
    frame = sealed(b"\0" + b"\x01" + PLACE)
    for at in range(4, len(frame) - 2):
        bent = frame[:at] + bytes([frame[at] ^ 0x10]) + frame[at + 1 :]
        assert queclink.decode(bent).error == BAD_CRC


@pytest.mark.parametrize(
    "frame",
    [
        sealed(b"\0" + b"\x01" + PLACE, mask=0x00FC1FFF),  # names its device another way
        sealed(b"", b"+INF"),
    ],
)
def test_sound_frames_of_unread_kinds_say_nothing_and_are_no_error(frame):
    decoded = queclink.decode(frame, "860000000000011")
    assert (decoded.fixes, decoded.events, decoded.error) == ((), (), None)
    assert decoded.device_id == "860000000000011"


@pytest.mark.parametrize(
    "frame",
    [
        sealed(b"\0" + b"\x02" + PLACE),
        sealed(b"\0" + b"\x01" + PLACE[:-1]),
        sealed(b"\0\x01\x40" + bytes(10), kind=100),
    ],
)
def test_a_report_that_is_not_built_as_it_says_gives_no_place(frame):
    """One byte off, a longitude becomes a latitude."""
    decoded = queclink.decode(frame)
    assert (decoded.fixes, decoded.error) == ((), BAD_LAYOUT)


def test_tagged_data_gives_place_battery_and_alarm():
    decoded = queclink.decode(record((0x52, FULL), (0x0A, b"\x39"), name=0x10))
    (fix,) = decoded.fixes
    assert (decoded.device_id, fix.lat, fix.lon) == ("860000000000011", 51.530101, -0.060211)
    assert (fix.altitude_m, fix.attributes["hdop"], fix.valid) == (18, 0.9, True)
    assert [event.kind for event in decoded.events] == [EventKind.SOS, EventKind.BATTERY_LEVEL]


def test_a_tag_that_has_no_fix_says_so():
    """State 1: the receiver was on and found none; what it repeats is not where the tag is."""
    decoded = queclink.decode(record((0x51, b"\x04" + FULL[1:15])))
    assert [fix.valid for fix in decoded.fixes] == [False]


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from([b"+RSP", b"+BSP", b"+EVT", b"+BVT"]),
    st.sampled_from([0, 3, 33, 100]),
    st.binary(max_size=120),
    st.binary(min_size=8, max_size=8),
)
def test_no_sealed_bytes_make_an_exception(head, kind, middle, imei):
    """Behind a right CRC is where firmware goes wrong."""
    queclink.decode(sealed(middle, head, kind, imei=imei))
    queclink.decode(sealed(middle, head, kind))


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 255), st.binary(max_size=40)), max_size=4))
def test_no_tagged_data_makes_an_exception(parts):
    decoded = queclink.decode(record(*parts))
    for fix in decoded.fixes:
        assert abs(fix.lat) <= 90
