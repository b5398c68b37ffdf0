"""`waypost gateway`: listeners, one committer, and an end that leaves nothing half-done.

    tag -> listener -> decode -> line -> committer: one transaction -> reply

On SIGTERM or SIGINT the listeners close, what was received gets its commit and reply, then the
committer ends. On kill -9 the messages not yet committed had no reply: their senders have them.
"""

from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import Sequence
from typing import Any, Protocol

import uvloop
from django.conf import settings
from django.db import connection

from waypost.devices.endpoints import Doors
from waypost.devices.figures import Figures
from waypost.devices.hall import Hall
from waypost.devices.identity import network_of
from waypost.devices.intake import Intake
from waypost.devices.limits import Limits
from waypost.devices.listening import MQTT, HttpDoor, Listen, StreamDoor, bound
from waypost.devices.mqtt import Answer, Subscription, read_broker, read_naming
from waypost.devices.mqtt_names import Names
from waypost.devices.protocols import STREAMS
from waypost.devices.values import Item

STORE_WITHIN_S = 3.0  # how long a commit waits for a connection to PostgreSQL


class Door(Protocol):
    """Something that listens."""

    async def serve(self) -> None:
        """Listen until told to stop; ends once all that came by it is answered."""
        ...

    def stop(self) -> None: ...


def serve(listens: Sequence[Listen], limits: Limits) -> None:
    """Listen until told to stop. WaypostError when an address cannot be had."""
    sockets = [None if listen.protocol == MQTT else bound(listen) for listen in listens]
    _give_up_on_the_store_soon()
    with asyncio.Runner(loop_factory=_loop) as runner:
        runner.run(_serve(listens, sockets, limits))


async def _serve(
    listens: Sequence[Listen], sockets: Sequence[socket.socket | None], limits: Limits
) -> None:
    intake = Intake()
    figures = Figures()
    hall = Hall(intake.write, limits, network_of)
    web = Doors(hall.committer, intake.counts, figures)
    doors = [
        _door(listen, opened, hall, web, figures)
        for listen, opened in zip(listens, sockets, strict=True)
    ]
    hall.committer.start()
    _say(listens, sockets)
    told = _told_to_stop()
    watching = asyncio.create_task(hall.watch())
    serving: asyncio.Future[list[None]] = asyncio.gather(*(door.serve() for door in doors))
    try:
        both: set[asyncio.Future[Any]] = {serving, told}
        await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        for door in doors:
            door.stop()
        await asyncio.gather(serving, hall.stop())
    finally:
        watching.cancel()
        await asyncio.to_thread(hall.committer.stop)


def _door(
    listen: Listen, opened: socket.socket | None, hall: Hall, web: Doors, figures: Figures
) -> Door:
    if opened is None:
        return _subscription(listen, hall, figures)
    if listen.protocol in STREAMS:
        return StreamDoor(hall, listen.protocol, opened, figures.of(listen.protocol))
    return HttpDoor(web.application(listen.protocol), opened)


def _subscription(listen: Listen, hall: Hall, figures: Figures) -> Subscription:
    def keep(item: Item, answer: Answer, size_bytes: int) -> None:
        hall.committer.offer(item, answer, size_bytes=size_bytes)

    said = settings.MQTT
    broker = read_broker(listen.host, listen.port, tls=False, said=said)
    names = Names(read_naming(said["device"]))
    return Subscription(broker, names, keep, figures.of(listen.protocol))


def _say(listens: Sequence[Listen], sockets: Sequence[socket.socket | None]) -> None:
    for listen, opened in zip(listens, sockets, strict=True):
        host, port = opened.getsockname()[:2] if opened else (listen.host, listen.port)
        print(f"waypost gateway: {listen.protocol} on {host}:{port}", flush=True)


def _give_up_on_the_store_soon() -> None:
    """Tags that wait half a minute for "try again" are worse off than those told at once."""
    pool = connection.settings_dict.get("OPTIONS", {}).get("pool")
    if isinstance(pool, dict):
        connection.close()
        connection.close_pool()  # type: ignore[attr-defined]  # made by the check at start
        pool["timeout"] = STORE_WITHIN_S


def _loop() -> asyncio.AbstractEventLoop:
    loop: asyncio.AbstractEventLoop = uvloop.new_event_loop()
    return loop


def _told_to_stop() -> asyncio.Future[None]:
    """Done at SIGTERM or SIGINT."""
    loop = asyncio.get_running_loop()
    told: asyncio.Future[None] = loop.create_future()

    def tell() -> None:
        if not told.done():
            told.set_result(None)

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, tell)
    return told
