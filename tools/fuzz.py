"""A million bad inputs for every decoder and framer: none may raise, none may hold too much.

    sound messages (tests/golden/protocols) -> cut, flipped, doubled, joined, resealed -> decoder

Half of the changed messages of protocols with a checksum get a right one again: what stands behind
it is where firmware goes wrong. Everything follows from the seed: exit 1 names it with the input.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

from waypost.positions.values import Decoded
from waypost.protocols import gt06, queclink_frames, queclink_reports, teltonika
from waypost.protocols.batch import read_batch
from waypost.protocols.checksums import crc16_ibm, crc16_x25
from waypost.protocols.ndjson import http_message, stream_bytes, written
from waypost.protocols.spoken import HTTP, STREAMS
from waypost.protocols.values import HttpMessage, Unreadable
from waypost.protocols.wire import frames_of

GOLDEN = Path(__file__).parents[1] / "tests" / "golden" / "protocols"
BLOCK = 1_000  # inputs from one generator of chance
WRITTEN_EVERY = 16  # of the answers one is written as JSON too
HELD_MAX = {
    "gt06": gt06.LONG_LENGTH_MAX + 6,
    "queclink": queclink_frames.TEXT_LENGTH_MAX,
    "teltonika": teltonika.PACKET_LENGTH_MAX + 12,
}
BATCH = json.dumps(
    {
        "rows": [
            {"device_id": "W-1", "time": "2026-03-01T09:00:00Z", "lat": 51.5, "lon": -0.1,
             "accuracy_m": 8, "mechanism": "GNSS", "attributes": {"hdop": 0.9}},
            {"activation_id": "A1", "time": "2026-03-01T09:00:00+01:00", "kind": "strap_tamper"},
        ]
    }
).encode()  # fmt: skip
REPORTS = [name.encode() for name in sorted({*queclink_reports.ALARMS, *queclink_reports._DETAILS})]
NASTY = [b"", b"-1", b"1e999", b"NaN", b"9" * 30, b"0x1F", b"-0.0", b"\0", b"\xff", b"\xed\xa0\x80",
         b"null", b"{}", b"[[[[", b'"', b"+RESP:", b"$", b",", b"\r\n", b"xx", b"\0\0\0\0",
         "١٢".encode(), b"20260301092959", b"99991231235959", b"00000000000000"]  # fmt: skip


@dataclass(frozen=True)
class Target:
    """One thing to feed: sound messages to start from, and what is done with each input."""

    sound: list[bytes]
    feed: Callable[[bytes, Random], None]
    seal: Callable[[bytes], bytes] | None = None
    parted: list[bytes] | None = None  # kinds of report, where a message is fields with commas


def targets() -> dict[str, Target]:
    """Every decoder by name, and every framer as `NAME framer`."""
    found = {"batch": Target([BATCH], feed_batch)}
    for name in HTTP:
        found[name] = Target(sound_requests(name), http_feeder(name))
    for name in STREAMS:
        sound = sound_streams(name)
        frames = [frame.data for stream in sound for frame in frames_of(STREAMS[name], stream)]
        parted = REPORTS if name == "queclink" else None
        found[name] = Target(frames, stream_feeder(name), SEALS.get(name), parted)
        found[f"{name} framer"] = Target(sound, framer_feeder(name), SEALS.get(name))
    return found


def changed(target: Target, chance: Random) -> bytes:
    """A sound message with one to four things done to it; now and then mere bytes."""
    if chance.random() < 0.05:
        return chance.randbytes(chance.randrange(64))
    data = bytearray(chance.choice(target.sound))
    if target.parted and chance.random() < 0.5:
        data = bytearray(other_fields(bytes(data), target.parted, chance))
    for _ in range(chance.randrange(1, 5)):
        at = chance.randrange(len(data) + 1)
        span = data[at : at + chance.randrange(1, 9)]
        what = chance.randrange(7)
        if what == 0 and at < len(data):
            data[at] ^= 1 << chance.randrange(8)
        elif what == 1 and at < len(data):
            data[at] = chance.choice((0, 1, 0x7F, 0x80, 0xFE, 0xFF))
        elif what == 2:
            del data[at : at + len(span)]
        elif what == 3:
            data[at:at] = span * chance.randrange(1, 4)
        elif what == 4:
            data[at : at + len(span)] = chance.choice(NASTY)
        elif what == 5:
            del data[at:]
        else:
            data += chance.choice(target.sound)[: chance.randrange(400)]
    if target.seal and chance.random() < 0.5:
        return target.seal(bytes(data))
    return bytes(data)


def other_fields(data: bytes, words: list[bytes], chance: Random) -> bytes:
    """A message of fields as another report, with fields gone, doubled or empty: a tag with other
    firmware, where every byte is in order."""
    fields = data.split(b",")
    if chance.random() < 0.7:
        fields[0] = fields[0][:-3] + chance.choice(words)
    for _ in range(chance.randrange(1, 8)):
        at = chance.randrange(1, len(fields)) if len(fields) > 1 else 0
        what = chance.randrange(3)
        if what == 0 and len(fields) > 4:
            del fields[at : at + chance.randrange(1, 4)]
        elif what == 1:
            fields[at:at] = [chance.choice(fields)]
        else:
            fields[at] = b""
    return b",".join(fields)


def seal_teltonika(data: bytes) -> bytes:
    """As a packet whose length and checksum are right."""
    body = data[8:-4]
    return b"\0\0\0\0" + len(body).to_bytes(4) + body + crc16_ibm(body).to_bytes(4)


def seal_gt06(data: bytes) -> bytes:
    body = data[3:-4][:253]
    text = bytes([len(body) + 2]) + body
    return b"xx" + text + crc16_x25(text).to_bytes(2) + b"\r\n"


SEALS = {"teltonika": seal_teltonika, "gt06": seal_gt06}


def golden_lines(name: str) -> Iterator[dict[str, object]]:
    for line in (GOLDEN / f"{name}.ndjson").read_bytes().splitlines():
        yield json.loads(line)


def sound_requests(name: str) -> list[bytes]:
    """Requests in the form in which they are kept."""
    lines = golden_lines(name)
    return [_request(line).to_bytes() for line in lines if _is_readable(line)]


def _request(line: dict[str, object]) -> HttpMessage:
    return http_message(line["encoding"], line["input"])


def _is_readable(line: dict[str, object]) -> bool:
    try:
        _request(line)
    except Unreadable:
        return False
    return True


def sound_streams(name: str) -> list[bytes]:
    """Connections with one frame or several."""
    return [stream_bytes(line["encoding"], line["input"]) for line in golden_lines(name)]


def http_feeder(name: str) -> Callable[[bytes, Random], None]:
    protocol = HTTP[name]

    def feed(data: bytes, chance: Random) -> None:
        message = HttpMessage.from_bytes(data)
        decoded = protocol.decode(message)
        answer = protocol.reply(decoded)
        check(decoded, {"status": answer.status, "body": answer.body}, chance)

    return feed


def stream_feeder(name: str) -> Callable[[bytes, Random], None]:
    protocol = STREAMS[name]

    def feed(data: bytes, chance: Random) -> None:
        decoded = protocol.decode(data, chance.choice((None, "356000000000017")))
        answer = protocol.reply(data, decoded)
        check(decoded, answer.hex() if answer else None, chance)

    return feed


def framer_feeder(name: str) -> Callable[[bytes, Random], None]:
    protocol, held_max = STREAMS[name], HELD_MAX[name]

    def feed(data: bytes, chance: Random) -> None:
        framer = protocol.framer()
        given = at = 0
        while at < len(data):
            step = chance.randrange(1, 120)
            given += sum(len(frame.data) for frame in framer.feed(data[at : at + step]))
            at += step
            held = len(framer.held)
            assert held <= held_max, f"{held} bytes held, {held_max} at most"
            assert given + held <= min(at, len(data)), "more bytes came back than went in"

    return feed


def feed_batch(data: bytes, chance: Random) -> None:
    try:
        read = read_batch(data)
    except Unreadable:
        return
    rows = json.loads(data)["rows"]
    assert len(read.rows) + len(read.problems) == len(rows), "accepted plus refused is not received"
    for row in read.rows:
        fixes = (row.fix,) if row.fix else ()
        check(Decoded(row.sender.name, fixes, (row.event,) if row.event else ()), None, chance)


def check(decoded: Decoded, reply: object, chance: Random) -> None:
    """What comes out is on Earth, has an offset to its time and can be written as JSON."""
    for fix in decoded.fixes:
        assert math.isfinite(fix.lat), "a latitude is not finite"
        assert -90 <= fix.lat <= 90, "a latitude is not on Earth"
        assert -180 <= fix.lon <= 180, "a longitude is not on Earth"
        assert fix.speed_mps is None or fix.speed_mps >= 0, "a speed is negative"
    for measured in (*decoded.fixes, *decoded.events):
        at = measured.measured_at
        assert at is None or at.tzinfo is not None, "a time has no offset"
    if chance.randrange(WRITTEN_EVERY) == 0:
        json.dumps(written("id", decoded, reply), allow_nan=False)  # type: ignore[arg-type]


def fuzz(name: str, target: Target, *, seed: int, count: int) -> str | None:
    """What went wrong, with seed and input; None: nothing."""
    begun_s = time.monotonic()
    for block in range(math.ceil(count / BLOCK)):
        chance = Random(f"{seed} {name} {block}")
        for _ in range(min(BLOCK, count - block * BLOCK)):
            data = changed(target, chance)
            try:
                target.feed(data, chance)
            except Exception as trouble:
                said = f"{type(trouble).__name__}: {trouble}"
                return f"{name}, seed {seed}, block {block}: {said}\ninput (hex): {data.hex()}"
        if sys.stderr.isatty():
            done = min(count, (block + 1) * BLOCK)
            print(f"\r{name}: {done:,} of {count:,}", end="", file=sys.stderr, flush=True)
    if sys.stderr.isatty():
        print("\r\033[K", end="", file=sys.stderr)
    print(f"{name}: {count:,} inputs in {time.monotonic() - begun_s:.0f} s", flush=True)
    return None


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, prog="fuzz")
    parser.add_argument("names", nargs="*", help="decoders and framers; all when none is named")
    parser.add_argument("--count", type=int, default=1_000_000, help="inputs for each")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args(arguments)
    all_targets = targets()
    unknown = set(given.names) - set(all_targets)
    if unknown:
        parser.error(f"no {', '.join(sorted(unknown))}; there are {', '.join(all_targets)}")
    for name in given.names or all_targets:
        trouble = fuzz(name, all_targets[name], seed=given.seed, count=given.count)
        if trouble:
            print(trouble, file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
