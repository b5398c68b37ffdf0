"""Frames come out of a stream as they went in, wherever TCP cut it, and nothing else does."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from waypost.protocols import queclink
from waypost.protocols.queclink_frames import (
    BAD_END,
    BAD_LENGTH,
    CUT_INTO,
    NO_START,
    NOISE_LENGTH_MAX,
    TEXT_LENGTH_MAX,
    TOO_LONG,
)
from waypost.protocols.wire import Frame, frames_of

TEXT = b"+RESP:GTPNA,1A0900,860000000000011,,20260301100002,00A1$"
STORED = b"+BUFF:GTPFA,1A0900,860000000000011,,20260301100003,00A2$"
ANSWER = b"+ACK:GTRTO,1A0401,860000000000011,,RTL,0B3C,20260301100009,00AA$"
ZONED = b"+RESP:GTINF,060100,860000000000011,,16,,+0800,0,20260301100002,00A3$"
SERIAL = b"+RESP:GTDAT,1A0900,860000000000011,,0,,,$GPTXT,01*2A,20260301100002,00A4$"
BINARY = b"+ACK" + bytes([1, 0x7F, 27]) + b"+RESP:$\0," + bytes(9) + b"\r\n"
LONG_BINARY = b"+RSP" + bytes([3, 0, 0xFC, 0x1F, 0xFF, 0, 40]) + b"$" * 27 + b"\r\n"
NEW_BINARY = b"+\0\0\x20" + bytes(27) + b"$"
FRAMES = [TEXT, STORED, ANSWER, ZONED, SERIAL, BINARY, LONG_BINARY, NEW_BINARY]


@settings(deadline=None)
@given(st.data())
def test_frames_come_out_as_they_went_in_wherever_the_stream_is_cut(data):
    chosen = data.draw(st.lists(st.sampled_from(FRAMES), min_size=1, max_size=8))
    filling = data.draw(st.sampled_from([b"", b"\r\n", b"\0", b"\0\0\n"]))
    stream = filling.join([b"", *chosen, b""])
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=6)))
    framer, found = queclink.framer(), []
    for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True):
        found += framer.feed(stream[start:end])
    assert found == [Frame(frame) for frame in chosen]
    assert framer.held == b""


def test_public_streams_come_out_as_expected(shared):
    """Cut where the public cases cut them; theirs leave out the end mark of texts."""
    kept = json.loads((shared / "cases" / "protocols" / "tcp-streams.json").read_text())
    streams = [stream for stream in kept["streams"] if stream["protocol"] == "gl200"]
    assert streams
    for stream in streams:
        framer, found = queclink.framer(), []
        for segment in stream["segments"]:
            found += framer.feed(bytes.fromhex(segment))
        assert not any(frame.fault for frame in found), stream["id"]
        bare = [frame.data.removesuffix(b"$").hex() for frame in found]
        assert bare == stream["expected_frames"], stream["id"]


@pytest.mark.parametrize("piece", [1, 7, 100_000])
def test_noise_is_given_back_in_one_piece_and_the_next_frame_is_found(piece):
    stream = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n" + TEXT
    framer, found = queclink.framer(), []
    for at in range(0, len(stream), piece):
        found += framer.feed(stream[at : at + piece])
    assert [(frame.fault, frame.data[:4]) for frame in found] == [
        (NO_START, b"GET "),
        (None, b"+RES"),
    ]


def test_a_message_that_the_next_one_cut_into_is_told_from_it():
    found = queclink.framer().feed(TEXT[:30] + STORED)
    assert found == [Frame(TEXT[:30], CUT_INTO), Frame(STORED)]


@pytest.mark.parametrize(
    ("stream", "fault"),
    [
        (b"+RSP" + bytes([3, 0, 0xFC, 0x1F, 0xFF, 0, 5]), BAD_LENGTH),
        (b"+RSP" + bytes([3, 0, 0xFC, 0x1F, 0xFF, 0xFF, 0xFF]), BAD_LENGTH),
        (LONG_BINARY[:-2] + b"xx", BAD_END),
    ],
)
def test_a_binary_length_that_cannot_be_is_a_fault_and_the_stream_goes_on(stream, fault):
    found = queclink.framer().feed(stream + b"\n" + TEXT)
    assert found[0].fault == fault
    assert found[-1] == Frame(TEXT)


@pytest.mark.parametrize(
    "filler", [b"x", b"+RESP:GTFRI,", b"\0", b"+", b"$", b"+RSP\0\0\0\0\0\x08\0"]
)
def test_what_never_ends_is_never_held_beyond_the_longest_frame(filler):
    framer = queclink.framer()
    for _ in range(3 * TEXT_LENGTH_MAX // len(filler)):
        framer.feed(filler)
        assert len(framer.held) <= TEXT_LENGTH_MAX


def test_a_text_without_end_is_refused_at_the_bound():
    found = queclink.framer().feed(b"+RESP:GTALC," + b"7," * TEXT_LENGTH_MAX)
    assert found[0].fault == TOO_LONG
    assert len(found[0].data) == TEXT_LENGTH_MAX
    assert all(len(frame.data) <= NOISE_LENGTH_MAX for frame in found[1:])


def test_a_datagram_may_leave_out_the_end_mark_but_not_the_end():
    """Public messages come without it; a count of four digits after the send time is the end."""
    assert frames_of(queclink, TEXT[:-1]) == [Frame(TEXT[:-1])]
    assert queclink.decode(TEXT[:-1]).error is None
    for cut in (TEXT[:-2], TEXT[:-6], TEXT[:20]):
        assert "cut short" in frames_of(queclink, cut)[-1].fault
        assert "cut short" in queclink.decode(cut).error
