"""The gateway's doors: HTTP, connections of tags, datagrams; each listens until told to stop.

With a TLS context a client is let in first and agrees TLS then (tls.py); without one it speaks at
once. Whoever is let in is counted by the hall, whatever the door.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
from collections.abc import Callable, Iterator
from typing import Any

import uvicorn
from starlette.applications import Starlette

from waypost.doorkeeper import Doorkeeper
from waypost.gateway.datagrams import Letterbox
from waypost.gateway.figures import Tally
from waypost.gateway.hall import Entered, Hall
from waypost.gateway.hearing import SPEAKS_FOR
from waypost.gateway.listening import BACKLOG
from waypost.gateway.streams import Conversation
from waypost.gateway.tls import TlsListener, speaks_for
from waypost.protocols.spoken import STREAMS

KEEP_ALIVE_S = 75
STOP_WITHIN_S = 30
REQUEST_S_MAX = 120.0  # 8 MiB of a batch at 70 kB/s; a phone's message is a thousandth of it
NOT_HTTP = "what came is no HTTP request"


class HttpGuest(Doorkeeper):
    """One HTTP connection, let in and counted like those of tags."""

    hall: Hall
    tally: Tally
    entered: Entered | None = None
    speaks_for: frozenset[str] | None = None
    request_s_max = REQUEST_S_MAX

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self.speaks_for = speaks_for(transport)
        self.entered = self.entered or self.hall.admit(transport, self.tally)
        if self.entered is not None:
            self.entered.is_taken = True

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        if self.entered is not None:
            self.hall.leave(self.entered, self.tally)
            self.entered = None

    def send_400_response(self, msg: str) -> None:
        """What is no HTTP at all: counted as the unreadable frame that it is."""
        self.tally.fault(NOT_HTTP)
        self.hall.fault(self.entered, self.hall.loop.time())
        super().send_400_response(msg)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope[SPEAKS_FOR] = self.speaks_for  # type: ignore[literal-required]


class HttpDoor(uvicorn.Server):
    """A server that leaves signals to us: several run in one loop and stop together."""

    def __init__(
        self,
        hall: Hall,
        tally: Tally,
        application: Starlette,
        opened: socket.socket,
        context: ssl.SSLContext | None,
    ) -> None:
        self._hall, self._tally, self._opened, self._context = hall, tally, opened, context
        super().__init__(
            uvicorn.Config(
                application,
                http=HttpGuest,
                lifespan="off",
                log_config=None,
                log_level="error",  # a line for each piece of rubbish would fill the log
                access_log=False,  # a query names a tag and a place
                server_header=False,
                backlog=BACKLOG,
                timeout_keep_alive=KEEP_ALIVE_S,
                timeout_graceful_shutdown=STOP_WITHIN_S,
            )
        )

    async def serve(self, sockets: Any = None) -> None:
        await super().serve(sockets=[])

    async def startup(self, sockets: Any = None) -> None:
        await super().startup(sockets=[])
        self.servers.append(
            await _listening(self._hall, self._tally, self._context, self._opened, self._guest)
        )

    def stop(self) -> None:
        self.should_exit = True

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    def _guest(self, entered: Entered | None = None) -> HttpGuest:
        guest = HttpGuest(self.config, self.server_state, self.lifespan.state)
        guest.hall, guest.tally, guest.entered = self._hall, self._tally, entered
        return guest


class StreamDoor:
    """Connections of one protocol; the hall answers what they brought when the doors close."""

    def __init__(
        self,
        hall: Hall,
        tally: Tally,
        name: str,
        opened: socket.socket,
        context: ssl.SSLContext | None,
    ) -> None:
        self._hall, self._tally, self._name = hall, tally, name
        self._opened, self._context = opened, context
        self._stopping = asyncio.Event()

    async def serve(self) -> None:
        server = await _listening(
            self._hall, self._tally, self._context, self._opened, self._conversation
        )
        await self._stopping.wait()
        server.close()

    def stop(self) -> None:
        self._stopping.set()

    def _conversation(self, entered: Entered | None = None) -> Conversation:
        protocol = STREAMS[self._name]
        return Conversation(self._hall, self._name, protocol, self._tally, entered=entered)


class DatagramDoor:
    """Datagrams of one protocol. Its socket stays until the hall has answered what came by it."""

    def __init__(self, hall: Hall, tally: Tally, name: str, opened: socket.socket) -> None:
        self._hall, self._opened = hall, opened
        self._letterbox = Letterbox(hall, name, STREAMS[name], tally)
        self._stopping = asyncio.Event()

    async def serve(self) -> None:
        transport, _ = await self._hall.loop.create_datagram_endpoint(
            lambda: self._letterbox, sock=self._opened
        )
        await self._stopping.wait()
        await self._letterbox.emptied()
        transport.close()

    def stop(self) -> None:
        self._stopping.set()


async def _listening(
    hall: Hall,
    tally: Tally,
    context: ssl.SSLContext | None,
    opened: socket.socket,
    make: Callable[..., Any],
) -> Any:
    """A server, as asyncio has them, whose connections `make` takes."""
    if context is None:
        return await hall.loop.create_server(make, sock=opened, backlog=BACKLOG)
    return TlsListener(hall, tally, context, opened, make)
