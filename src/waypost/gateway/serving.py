"""`waypost gateway`: listeners, one committer, and an end that leaves nothing half-done.

    tag -> listener -> decode -> line -> committer: one transaction -> reply

On SIGTERM or SIGINT the listeners close, what was received gets its commit and reply, then the
committer ends. On kill -9 the messages not yet committed had no reply: their senders have them.
"""

from __future__ import annotations

import asyncio
import logging
import signal
import ssl
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

import uvloop
from django.conf import settings
from django.db import connection

from waypost.devices.tokens import Asked
from waypost.doorkeeper import connections_max
from waypost.errors import BadUse
from waypost.gateway.doors import DatagramDoor, HttpDoor, StreamDoor
from waypost.gateway.endpoints import Doors
from waypost.gateway.figures import Figures
from waypost.gateway.hall import Hall
from waypost.gateway.identity import network_of
from waypost.gateway.intake import Intake
from waypost.gateway.limits import Limits
from waypost.gateway.listening import MQTT, Bound, Listen, bound
from waypost.gateway.mqtt import Answer, Subscription, read_broker, read_naming
from waypost.gateway.mqtt_names import Names
from waypost.gateway.tls import TlsFiles, load_certificate, server_context
from waypost.gateway.token_book import TokenBook
from waypost.gateway.values import Item
from waypost.protocols.spoken import STREAMS

logger = logging.getLogger(__name__)
STORE_WITHIN_S = 3.0  # how long a commit waits for a connection to PostgreSQL


class Door(Protocol):
    """Something that listens."""

    async def serve(self) -> None:
        """Listen until told to stop; ends once all that came by it is answered."""
        ...

    def stop(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Opened:
    """One --listen with its sockets."""

    listen: Listen
    sockets: Bound


def serve(
    listens: Sequence[Listen],
    limits: Limits,
    tls: TlsFiles | None,
    tokens: Asked = Asked.OPTIONAL,
) -> None:
    """Listen until told to stop. WaypostError when an address cannot be had, BadUse when TLS is
    asked for and cannot be."""
    if tls is None and any(one.is_secure and one.protocol != MQTT for one in listens):
        raise BadUse("a listener with +tls needs --tls-certificate FILE and --tls-key FILE")
    context = None if tls is None else server_context(tls)
    limits = replace(limits, connections=connections_max(limits.connections))
    opened = [Opened(listen, bound(listen)) for listen in listens]
    _give_up_on_the_store_soon()
    with asyncio.Runner(loop_factory=_loop) as runner:
        if context is not None and tls is not None:
            _renew_on_hangup(runner.get_loop(), context, tls)
        runner.run(_serve(opened, limits, context, tokens))


async def _serve(
    opened: Sequence[Opened], limits: Limits, context: ssl.SSLContext | None, tokens: Asked
) -> None:
    intake = Intake(limits)
    figures = Figures()
    hall = Hall(intake.write, limits, network_of)
    web = Doors(hall, intake.counts, figures, TokenBook(tokens))
    doors = [door for one in opened for door in _doors(one, hall, web, figures, context)]
    hall.committer.start()
    told = _told_to_stop()  # before it says that it listens: who hears that may tell it to stop
    _say(opened)
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


def _doors(
    one: Opened, hall: Hall, web: Doors, figures: Figures, context: ssl.SSLContext | None
) -> list[Door]:
    """What stands behind one --listen."""
    listen, tally = one.listen, figures.of(one.listen.name)
    connections, datagrams = one.sockets.connections, one.sockets.datagrams
    secure = context if listen.is_secure else None
    if connections is None:
        return [_subscription(listen, hall, figures)]
    if listen.protocol not in STREAMS:
        return [HttpDoor(hall, tally, web.application(listen.protocol), connections, secure)]
    doors: list[Door] = [StreamDoor(hall, tally, listen.protocol, connections, secure)]
    if datagrams is not None:
        udp = figures.of(f"{listen.protocol} udp")
        doors.append(DatagramDoor(hall, udp, listen.protocol, datagrams))
    return doors


def _subscription(listen: Listen, hall: Hall, figures: Figures) -> Subscription:
    def keep(item: Item, answer: Answer, size_bytes: int) -> None:
        hall.committer.offer(item, answer, size_bytes=size_bytes)

    said = settings.MQTT
    broker = read_broker(listen.host, listen.port, tls=listen.is_secure, said=said)
    names = Names(read_naming(said["device"]))
    return Subscription(broker, names, keep, figures.of(listen.name))


def _say(opened: Sequence[Opened]) -> None:
    """A line for each --listen, in their order; then one for each port of datagrams."""
    for one in opened:
        at = one.sockets.connections
        host, port = at.getsockname()[:2] if at else (one.listen.host, one.listen.port)
        print(f"waypost gateway: {one.listen.name} on {host}:{port}", flush=True)
    for one in opened:
        if one.sockets.datagrams is not None:
            host, port = one.sockets.datagrams.getsockname()[:2]
            print(f"waypost gateway: {one.listen.protocol} udp on {host}:{port}", flush=True)


def _renew_on_hangup(
    loop: asyncio.AbstractEventLoop, context: ssl.SSLContext, tls: TlsFiles
) -> None:
    """On SIGHUP the certificate is read again: new connections get the new one."""

    def renew() -> None:
        try:
            load_certificate(context, tls)
        except BadUse:
            logger.error("the renewed TLS certificate cannot be used; the old one stays")

    loop.add_signal_handler(signal.SIGHUP, renew)


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
