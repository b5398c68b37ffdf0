"""Frames are found however a stream is cut, in time that grows with it and in bounded memory."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import wire_words as words
from waypost.protocols import gt06, teltonika
from waypost.protocols.checksums import crc16_ibm, crc16_x25
from waypost.protocols.cutting import HeadFramer

SOUND = {
    "teltonika": [words.login(), words.packet(), words.packet(words.CODEC_8E), words.datagram()],
    "gt06": [
        words.gt06_login(),
        words.gt06(0x12, words.gt06_place() + words.CELL),
        words.gt06(0x13, bytes(5)),
        words.gt06_long(0x94, bytes(300)),
    ],
}
PROTOCOLS = {"teltonika": teltonika, "gt06": gt06}
LONGEST = {
    "teltonika": teltonika.PACKET_LENGTH_MAX + 12,
    "gt06": gt06.LONG_LENGTH_MAX + 6,
}


def plain_crc(data: bytes, polynomial: int, start: int, last: int) -> int:
    """The obvious twin: one bit at a time."""
    checksum = start
    for byte in data:
        checksum ^= byte
        for _ in range(8):
            checksum = checksum >> 1 ^ (polynomial if checksum & 1 else 0)
    return checksum ^ last


def test_checksums_give_the_catalogue_s_values():
    assert (crc16_ibm(b"123456789"), crc16_x25(b"123456789")) == (0xBB3D, 0x906E)


@given(data=st.binary(max_size=300))
def test_quick_checksums_agree_with_the_one_that_goes_bit_by_bit(data):
    assert crc16_ibm(data) == plain_crc(data, 0xA001, 0, 0)
    assert crc16_x25(data) == plain_crc(data, 0x8408, 0xFFFF, 0xFFFF)


@settings(max_examples=200)
@given(data=st.data(), name=st.sampled_from(sorted(SOUND)))
def test_frames_cut_and_joined_anywhere_are_the_same_frames(data, name):
    """TCP keeps bytes and their order, nothing else."""
    frames = data.draw(st.lists(st.sampled_from(SOUND[name]), min_size=1, max_size=6))
    stream = b"".join(frames)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=12)))
    framer = PROTOCOLS[name].framer()
    found = []
    for begin, end in zip([0, *cuts], [*cuts, len(stream)], strict=True):
        found += framer.feed(stream[begin:end])
    assert [(frame.data, frame.fault) for frame in found] == [(frame, None) for frame in frames]
    assert framer.held == b""


@pytest.mark.parametrize("name", sorted(SOUND))
def test_bytes_before_the_first_frame_are_given_back_with_a_reason(name):
    """What is no frame is a fault once, and the frame after it is found."""
    framer = PROTOCOLS[name].framer()
    frame = SOUND[name][1]
    found = framer.feed(b"\x99\x98\x97" + frame)
    assert [(part.data, part.fault is None) for part in found] == [
        (b"\x99\x98\x97", False),
        (frame, True),
    ]


@settings(max_examples=300)
@given(data=st.data(), name=st.sampled_from(sorted(SOUND)))
def test_every_byte_comes_back_once_waits_or_was_filling(data, name):
    """Nothing is lost on the way to the quarantine, and nothing kept twice."""
    pieces = data.draw(st.lists(st.binary(max_size=40) | st.sampled_from(SOUND[name]), max_size=8))
    framer = PROTOCOLS[name].framer()
    found = [frame for piece in pieces for frame in framer.feed(piece)]
    back = b"".join(frame.data for frame in found) + framer.held
    filling = {"teltonika": b"\xff", "gt06": b"\r\n"}[name]
    stream = b"".join(pieces)
    assert _without(stream, filling) == _without(back, filling)


def _without(data: bytes, filling: bytes) -> bytes:
    return bytes(byte for byte in data if byte not in filling)


@pytest.mark.parametrize("name", sorted(SOUND))
def test_a_framer_holds_no_more_than_the_longest_frame(name):
    """A peer that opens a frame and never ends it costs one frame of memory, not all of it."""
    chance = random.Random(3)
    longest = {
        "teltonika": b"\0\0\0\0" + teltonika.PACKET_LENGTH_MAX.to_bytes(4),
        "gt06": b"yy" + gt06.LONG_LENGTH_MAX.to_bytes(2),
    }
    for opening in (longest[name], b"", SOUND[name][1][:9]):
        framer = PROTOCOLS[name].framer()
        framer.feed(opening)
        for _ in range(200):
            framer.feed(chance.randbytes(331))
            assert len(framer.held) <= LONGEST[name]


def test_a_frame_fed_byte_by_byte_is_looked_at_a_few_times_not_once_a_byte():
    """Looking again at each byte would make a slow drip a way to burn our processor."""
    asked = []

    def counting(buffer: bytes, start: int) -> tuple[int, str | None]:
        asked.append(start)
        return teltonika.cut(buffer, start)

    packet = words.packet(words.CODEC_8, *([words.record()] * 100))
    framer = HeadFramer(counting)
    found = [frame for byte in packet for frame in framer.feed(bytes([byte]))]
    assert [frame.data for frame in found] == [packet]
    assert len(asked) <= 5


def test_a_frame_with_its_tail_elsewhere_ends_at_the_next_tail():
    """After a wrong length the next frame is found, so that one bad frame costs one frame."""
    bad = b"xx\x05\x13\0\0\0\0\0\0\0\r\n"
    found = gt06.framer().feed(bad + SOUND["gt06"][0])
    assert [frame.data for frame in found] == [bad, SOUND["gt06"][0]]
    assert found[0].fault == "the frame does not end where its length 5 says"


@pytest.mark.parametrize("length", [0, 4, 0xFFFF])
def test_impossible_lengths_of_gt06_are_faults_at_once(length):
    """Waiting for 64 kB that never come would hold the connection's memory for nothing."""
    framer = gt06.framer()
    found = framer.feed(b"yy" + length.to_bytes(2) + b"\x94\0\0")
    assert [frame.fault for frame in found] == [f"no frame has a length of {length}"]
    assert framer.held == b""


def test_pings_of_teltonika_are_filling():
    """FF between frames keeps the line open and says nothing."""
    found = teltonika.framer().feed(b"\xff" + words.login() + b"\xff\xff")
    assert [frame.data for frame in found] == [words.login()]
