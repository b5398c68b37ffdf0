"""The tags of bench `gateway`, in a process of their own: connections that send and await replies.

    python -m waypost.gateway.bench_load PORT --protocol queclink --connections 300 ...

Flat out (no --rate) a connection has --in-flight messages unanswered and sends the next when a
reply comes; paced, messages leave at the rate whatever comes back. One JSON line on stdout.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import resource
import time
from array import array
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, cast

import uvloop

IMEI = 860_000_000_000_000  # the first tag's; the others follow
TICK_S = 0.005
CONNECT_AT_ONCE = 200
WAIT_S = 60.0  # for replies still out at the end


def queclink_message(tag: int, count: int, at_s: int) -> bytes:
    """A report of one place; `count` makes it unlike any before."""
    when = time.strftime("%Y%m%d%H%M%S", time.gmtime(at_s)) if at_s != _last[0] else _last[1]
    _last[:] = at_s, when
    return (
        b"+RESP:GTFRI,1A0200,%d,,0,0,1,1,4.3,92,70.0,-0.%06d,51.%06d,%b,0234,0010,18D8,6141,,%d,"
        b"%b,%04X$"
    ) % (
        IMEI + tag, 100_000 + tag % 500_000, 100_000 + count % 800_000, _text(when),
        90 - count // 60 % 50, _text(when), count & 0xFFFF,
    )  # fmt: skip


def osmand_message(tag: int, count: int, at_s: int) -> bytes:
    """The same as a request on a connection that stays open."""
    return (
        b"GET /intake/osmand?id=%d&lat=51.%06d&lon=-0.%06d&timestamp=%d&accuracy=8&batt=%d "
        b"HTTP/1.1\r\nHost: localhost\r\n\r\n"
    ) % (
        IMEI + tag, 100_000 + count % 800_000, 100_000 + tag % 500_000, at_s, 90 - count // 60 % 50,
    )  # fmt: skip


_last: list[Any] = [0, ""]


def _text(when: str) -> bytes:
    return when.encode()


@dataclass(frozen=True, slots=True)
class Tongue:
    """How a protocol's messages are made and its replies counted."""

    message: Callable[[int, int, int], bytes]
    reply: bytes


TONGUES = {
    "queclink": Tongue(queclink_message, b"$"),
    "http": Tongue(osmand_message, b"HTTP/1.1 200"),
}


@dataclass(slots=True)
class Load:
    """What is to be sent, and what came of it.

    left    messages not sent yet, None: no end
    paced   a tag sends one a second at most: each of its own second, as a tag's clock has it
    """

    tongue: Tongue
    left: int | None = 0
    paced: bool = False
    sent: int = 0
    answered: int = 0
    lost: int = 0
    took_s: array[float] = field(default_factory=lambda: array("d"))
    last_s: float = 0.0


class Tag(asyncio.Protocol):
    """One connection of one tag."""

    __slots__ = ("_at_s", "_count", "_load", "_number", "_out", "_transport")

    def __init__(self, load: Load, number: int) -> None:
        self._load, self._number, self._count, self._at_s = load, number, 0, 0
        self._out: deque[float] = deque()
        self._transport: Any = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self._load.lost += len(self._out)
        self._out.clear()

    def send(self) -> None:
        load = self._load
        load.sent += 1
        self._count += 1
        self._at_s = max(int(time.time()), self._at_s + 1 if load.paced else 0)
        self._out.append(time.perf_counter())
        self._transport.write(load.tongue.message(self._number, self._count, self._at_s))

    def data_received(self, data: bytes) -> None:
        load, now_s = self._load, time.perf_counter()
        for _ in range(min(data.count(load.tongue.reply), len(self._out))):
            load.took_s.append(now_s - self._out.popleft())
            load.answered += 1
            load.last_s = now_s
            if load.left:
                load.left -= 1
                self.send()

    def close(self) -> None:
        self._transport.close()


async def connect(load: Load, args: argparse.Namespace) -> list[Tag]:
    """All connections, a few at a time, each with a first message that is answered; from several
    addresses, for one has too few ports."""
    loop = asyncio.get_running_loop()
    tags = [Tag(load, args.first + n) for n in range(args.connections)]

    async def open_one(tag: Tag, address: str) -> None:
        await loop.create_connection(lambda: tag, args.host, args.port, local_addr=(address, 0))
        tag.send()

    for start in range(0, len(tags), CONNECT_AT_ONCE):
        some = tags[start : start + CONNECT_AT_ONCE]
        address = f"127.0.0.{2 + start // 10_000}"
        await asyncio.gather(*(open_one(tag, address) for tag in some))
        await asyncio.sleep(0.02)
    while load.answered + load.lost < load.sent:
        await asyncio.sleep(0.02)
    return tags


async def flat_out(load: Load, tags: list[Tag], args: argparse.Namespace) -> None:
    load.left = max(0, args.messages - args.in_flight * len(tags))
    for _ in range(args.in_flight):
        for tag in tags:
            tag.send()
    while load.answered + load.lost < load.sent:
        await asyncio.sleep(0.02)


async def paced(load: Load, tags: list[Tag], args: argparse.Namespace) -> None:
    began_s = time.perf_counter()
    while (gone_s := time.perf_counter() - began_s) < args.seconds:
        due = int(gone_s * args.rate) - load.sent
        for n in range(load.sent, load.sent + due):
            tags[n % len(tags)].send()
        await asyncio.sleep(TICK_S)
    until_s = time.perf_counter() + WAIT_S
    while load.answered + load.lost < load.sent and time.perf_counter() < until_s:
        await asyncio.sleep(0.02)


async def run(args: argparse.Namespace) -> dict[str, float]:
    """Connect, send; the figures."""
    load = Load(TONGUES[args.protocol], paced=0 < args.rate <= args.connections)
    tags = await connect(load, args)
    print("connected", flush=True)
    load.sent = load.answered = load.lost = 0
    load.took_s = array("d")
    before, began_s = _cpu_s(), time.perf_counter()
    await (paced if args.rate else flat_out)(load, tags, args)
    figures = {
        "sent": load.sent, "answered": load.answered, "lost": load.lost,
        "seconds": load.last_s - began_s, "cpu_s": _cpu_s() - before, **_percentiles(load.took_s),
    }  # fmt: skip
    for tag in tags:
        tag.close()
    return figures


def _percentiles(took_s: array[float]) -> dict[str, float]:
    ordered = sorted(took_s) or [float("nan")]
    at = {"p50_ms": 0.5, "p99_ms": 0.99, "p999_ms": 0.999, "max_ms": 1.0}
    return {
        name: 1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))]
        for name, share in at.items()
    }


def _cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("port", type=int)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--protocol", choices=sorted(TONGUES), default="queclink")
    parser.add_argument("--connections", type=int, default=300)
    parser.add_argument("--first", type=int, default=0, help="number of the first tag")
    parser.add_argument("--messages", type=int, default=100_000)
    parser.add_argument("--in-flight", type=int, default=4)
    parser.add_argument("--rate", type=float, default=0)
    parser.add_argument("--seconds", type=float, default=10)
    args = parser.parse_args()
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, hard), hard))
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        print(json.dumps(runner.run(run(args))), flush=True)


if __name__ == "__main__":
    main()
