"""A frame on its way into the line: what it weighs there, and whom it may speak for."""

from __future__ import annotations

import tracemalloc

import pytest

from devices_words import NOW
from stream_words import IMEI, fri
from waypost.devices.values import FlagKind
from waypost.gateway.hearing import OF_ANOTHER, OF_NOBODY, Speaker, fault_of, hear, weight_of
from waypost.gateway.values import TagMessage
from waypost.protocols.spoken import STREAMS
from waypost.protocols.wire import Frame
from wire_words import gt06, gt06_place, login, packet, record

ELEMENTS = {239: (1, 1), 66: (2, 12_000), 16: (4, 99), 240: (1, 0), 21: (1, 4), 181: (2, 9)}


def heard(name, data, fault=None, **known):
    return hear(name, STREAMS[name], Frame(data, fault), Speaker(**known), NOW)


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("queclink", lambda n: fri(n, lat=51 + n / 1e4)),
        ("gt06", lambda n: gt06(0x22, gt06_place(lat=51 + n / 1e3) + b"\0" * 11)),
        ("teltonika", lambda n: packet(8, *([record(lat=51 + n / 1e4, elements=ELEMENTS)] * 20))),
        ("teltonika", lambda n: login(str(356_000_000_000_000 + n))),
    ],
)
def test_what_waits_in_line_weighs_no_more_than_is_reckoned(name, make):
    """The line is bounded by this figure: too small a one would let memory run away."""
    frames = [make(n) for n in range(200)]
    heard(name, frames[0], device=IMEI)
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    kept = [heard(name, bytes(bytearray(frame)), device=IMEI) for frame in frames]
    bytes_each = (tracemalloc.get_traced_memory()[0] - before) / len(kept)
    tracemalloc.stop()
    assert bytes_each <= weight_of(kept[0]) <= 4 * bytes_each


def test_a_frame_of_nobody_is_at_fault_since_it_could_never_be_placed():
    message = heard("teltonika", packet())
    assert isinstance(message, TagMessage)
    assert fault_of(message) == OF_NOBODY
    assert fault_of(heard("teltonika", packet(), device=IMEI)) is None


def test_a_certificate_speaks_for_the_devices_that_it_names():
    assert fault_of(heard("queclink", fri(1), speaks_for={IMEI})) is None
    claim = heard("queclink", fri(1), speaks_for={"another"})
    assert (claim.reason, claim.device, claim.status) == (OF_ANOTHER, IMEI, 403)
    assert claim.flag is FlagKind.OTHER_CERTIFICATE


def test_bytes_that_are_no_frame_are_not_decoded():
    message = heard("queclink", b"+RESP:GT", "no end", device=IMEI)
    assert (message.reason, message.payload, message.device) == ("no end", b"+RESP:GT", IMEI)
