"""A hall with doors on free ports over a store of lists, clients, and a Queclink tag's words."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from datetime import UTC, datetime

import uvloop

from waypost.errors import Unavailable
from waypost.gateway.doors import DatagramDoor, StreamDoor
from waypost.gateway.figures import Figures
from waypost.gateway.hall import Hall
from waypost.gateway.limits import Limits
from waypost.gateway.listening import Listen, bound
from waypost.gateway.values import TagMessage, Taken
from waypost.protocols.values import HttpReply

IMEI = "866425031234567"


def fri(count: int, imei: str = IMEI, *, at: datetime | None = None, lat: float = 51.5) -> bytes:
    """One report of one place; its acknowledgement repeats `count`."""
    when = f"{at or datetime(2026, 3, 1, 9, tzinfo=UTC):%Y%m%d%H%M%S}"
    place = f"1,12.5,270,35.0,-0.061000,{lat:.6f},{when},0234,0015,6093,0F83"
    return f"+RESP:GTFRI,1A0401,{imei},,0,0,1,{place},,80,{when},{count:04X}$".encode()


def sack(count: int) -> bytes:
    return f"+SACK:{count:04X}$".encode()


BROKEN = fri(0xBAD, lat=95.0)  # a frame, and no place on Earth


class Store:
    """What the committer writes to: lists, and a door that can be shut."""

    def __init__(self) -> None:
        self.kept: list[object] = []
        self.groups = 0
        self.is_away = False
        self.commands: tuple[bytes, ...] = ()
        self.gate = threading.Event()
        self.gate.set()

    def write(self, items):
        self.gate.wait(10)
        if self.is_away:
            raise Unavailable("away")
        self.groups += 1
        self.kept += items
        return [
            Taken(self.commands) if isinstance(item, TagMessage) else HttpReply(item.status)
            for item in items
        ]

    @property
    def payloads(self) -> list[bytes]:
        return [item.payload for item in self.kept]

    @property
    def reasons(self) -> list[str | None]:
        """What was wrong with each; None: nothing."""
        return [
            item.decoded.error if isinstance(item, TagMessage) else item.reason
            for item in self.kept
        ]


class House:
    """The store, the hall and one protocol's doors, inside a running loop."""

    def __init__(self, limits: Limits, protocol: str, context=None, network_of=None) -> None:
        self.store, self.figures = Store(), Figures()
        self.hall = Hall(self.store.write, limits, network_of or (lambda host: f"net of {host}"))
        self.tally = self.figures.of(protocol)
        sockets = bound(Listen(protocol, "127.0.0.1", 0, is_secure=context is not None))
        self.port = sockets.connections.getsockname()[1]
        self.doors = [StreamDoor(self.hall, self.tally, protocol, sockets.connections, context)]
        if sockets.datagrams is not None:
            self.doors.append(DatagramDoor(self.hall, self.tally, protocol, sockets.datagrams))
        self.refusals = self.tally.refusals

    async def connect(self, **options):
        return await asyncio.open_connection("127.0.0.1", self.port, **options)

    async def send(self, *parts: bytes, pause_s: float = 0.0, end: bool = True) -> bytes:
        """All that comes back to the parts until the gateway closes; `end`: the client says that
        it sends no more."""
        reader, writer = await self.connect()
        with contextlib.suppress(ConnectionError, RuntimeError):  # cut off while still speaking
            for part in parts:
                writer.write(part)
                await writer.drain()
                await asyncio.sleep(pause_s)
            if end:
                writer.write_eof()
        said = b""
        with contextlib.suppress(ConnectionError):
            while more := await asyncio.wait_for(reader.read(65536), 8):
                said += more
        writer.close()
        return said

    async def until(self, come_true, within_s: float = 5.0) -> None:
        for _ in range(int(within_s / 0.01)):
            if come_true():
                return
            await asyncio.sleep(0.01)
        raise AssertionError("it did not come true")


def in_house(story, *, limits: Limits | None = None, protocol="queclink", **options):
    """Run `story(house)` with everything listening, and stop it as the gateway does."""

    async def living():
        house = House(limits or Limits(), protocol, **options)
        house.hall.committer.start()
        watching = asyncio.create_task(house.hall.watch())
        serving = [asyncio.create_task(door.serve()) for door in house.doors]
        await asyncio.sleep(0)
        try:
            return await asyncio.wait_for(story(house), 20)
        finally:
            house.store.gate.set()
            for door in house.doors:
                door.stop()
            await asyncio.gather(house.hall.stop(within_s=1.0), *serving)
            watching.cancel()
            await asyncio.to_thread(house.hall.committer.stop)

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(living())
