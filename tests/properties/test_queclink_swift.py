"""The swift reading of Queclink's usual report says what the plain one says, or nothing."""

from __future__ import annotations

import contextlib
import re
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from waypost.protocols import queclink, queclink_frames
from waypost.protocols.queclink_fields import FAMILIES
from waypost.protocols.queclink_frames import QueclinkFramer
from waypost.protocols.queclink_swift import swift

GOLDEN = Path(__file__).parents[1] / "golden" / "protocols" / "queclink.ndjson"
USUAL = (
    b"+RESP:GTFRI,1A0900,860000000000011,tag 7,0,0,1,1,12.6,271,18.4,-0.060211,51.530101,"
    b"20260301100000,0234,0015,0870,2469,,64,20260301100002,00A1$"
)
digits = st.text("0123456789", max_size=15)
pieces = (
    digits
    | st.sampled_from(["", "-", "+", ".", "0", "00", "12.5", "-0.118092", "51.500000", "91.000000",
                       "181.000000", "20261301100000", "00000000000000", "FFFF", "\xe9", "+RESP:",
                       "500100", "250100", "+BUFF:GTFRI", "100", "361", "7.1"])
)  # fmt: skip


@st.composite
def reports(draw):
    """The usual report with some of its fields made unusual, and sometimes other ends."""
    fields = USUAL.decode().removesuffix("$").split(",")
    fields[1] = draw(st.sampled_from([*(f"{known}0900" for known in FAMILIES), "1A0900", "FF0900"]))
    fields[0] = draw(st.sampled_from(["+RESP:GTFRI", "+BUFF:GTFRI", "+RESP:GTRTL"]))
    for at in draw(st.lists(st.integers(0, len(fields) - 1), max_size=2)):
        fields[at] = draw(pieces)
    if draw(st.integers(0, 5)) == 0:
        at = draw(st.integers(0, len(fields) - 1))
        less, more = fields[:at] + fields[at + 1 :], [*fields[:at], "", *fields[at:]]
        fields = draw(st.sampled_from([less, more]))
    end = draw(st.sampled_from(["$", "$", "$", "", "\0", "$$", "\r\n$", "$+RESP:"]))
    return (",".join(fields) + end).encode("latin-1")


@contextlib.contextmanager
def without(module, name, instead):
    """The plain way only."""
    swift_way = getattr(module, name)
    setattr(module, name, instead)
    try:
        yield
    finally:
        setattr(module, name, swift_way)


def plainly(frame):
    with without(queclink, "swift", lambda frame: None):
        return queclink.decode(frame)


@settings(max_examples=500)
@given(reports())
def test_what_is_read_swiftly_is_what_is_read_plainly(frame):
    read = swift(frame)
    if read is not None:
        assert repr(read) == repr(plainly(frame))


def test_the_usual_report_is_read_swiftly():
    for frame in (USUAL, USUAL.replace(b"RESP", b"BUFF"), USUAL.replace(b",,64,", b",00,100,")):
        read = swift(frame)
        assert read is not None
        assert repr(read) == repr(plainly(frame))


def test_golden_frames_are_read_the_same_both_ways():
    swiftly = 0
    for line in GOLDEN.read_bytes().splitlines():
        frame = re.search(rb'"input": ?"(\+[^"]*)"', line)
        read = swift(frame[1]) if frame else None
        swiftly += read is not None
        assert read is None or repr(read) == repr(plainly(frame[1]))
    assert swiftly


def fed(parts):
    framer, frames = QueclinkFramer(), []
    for part in parts:
        frames += framer.feed(part)
    return frames, framer.held


@settings(max_examples=500)
@given(st.lists(reports(), min_size=1, max_size=3))
def test_a_frame_that_comes_alone_is_cut_as_among_others(sent):
    """Read by read, as TCP mostly brings them; also where the one before is not whole."""
    swiftly = fed(sent)
    with without(queclink_frames, "is_one_text", lambda data: False):
        assert fed(sent) == swiftly


def test_the_usual_report_is_one_text():
    assert queclink_frames.is_one_text(USUAL)
