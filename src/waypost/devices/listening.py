"""Where the gateway listens: addresses read and bound, a door for HTTP and one for streams."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Iterator
from dataclasses import dataclass

import uvicorn
from starlette.applications import Starlette

from waypost.devices.figures import Tally
from waypost.devices.hall import Hall
from waypost.devices.protocols import HTTP, STREAMS
from waypost.devices.streams import Conversation
from waypost.doorkeeper import Doorkeeper
from waypost.errors import BadUse, WaypostError

BACKLOG = 4096  # tags that come back after an outage come together
MQTT = "mqtt"  # the address is a broker's: there the gateway subscribes
KEEP_ALIVE_S = 75
STOP_WITHIN_S = 30


@dataclass(frozen=True, slots=True)
class Listen:
    """PROTOCOL=HOST:PORT; port 0 takes any free one."""

    protocol: str
    host: str
    port: int


def read_listen(text: str) -> Listen:
    """One --listen. BadUse when it is not PROTOCOL=HOST:PORT of a protocol spoken."""
    protocol, _, address = text.partition("=")
    host, _, port = address.rpartition(":")
    spoken = ["http", MQTT, *sorted({**HTTP, **STREAMS})]
    if protocol not in spoken:
        raise BadUse(f"no protocol {protocol!r} to listen for; spoken now: {', '.join(spoken)}")
    if not host or not port.isdecimal() or int(port) > 65535:
        raise BadUse(f"--listen {text}: write it like {protocol}=127.0.0.1:8101")
    return Listen(protocol, host.strip("[]"), int(port))


def bound(listen: Listen) -> socket.socket:
    """The listening socket. WaypostError when the address cannot be had."""
    family = socket.AF_INET6 if ":" in listen.host else socket.AF_INET
    opened = socket.socket(family, socket.SOCK_STREAM)
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        opened.bind((listen.host, listen.port))
        opened.listen(BACKLOG)
    except OSError as error:
        opened.close()
        raise WaypostError(
            f"cannot listen on {listen.host}:{listen.port}: {error.strerror or error}"
        ) from None
    return opened


class HttpDoor(uvicorn.Server):
    """A server that leaves signals to us: several run in one loop and stop together."""

    def __init__(self, application: Starlette, opened: socket.socket) -> None:
        self._opened = opened
        super().__init__(
            uvicorn.Config(
                application,
                http=Doorkeeper,
                lifespan="off",
                log_config=None,
                access_log=False,  # a query names a tag and a place
                server_header=False,
                backlog=BACKLOG,
                timeout_keep_alive=KEEP_ALIVE_S,
                timeout_graceful_shutdown=STOP_WITHIN_S,
            )
        )

    async def serve(self, sockets: list[socket.socket] | None = None) -> None:
        await super().serve([self._opened])

    def stop(self) -> None:
        self.should_exit = True

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class StreamDoor:
    """Connections of one protocol; the hall answers what they brought when the doors close."""

    def __init__(self, hall: Hall, name: str, opened: socket.socket, tally: Tally) -> None:
        self._hall, self._name, self._opened, self._tally = hall, name, opened, tally
        self._stopping = asyncio.Event()

    async def serve(self) -> None:
        server = await self._hall.loop.create_server(
            self._conversation, sock=self._opened, backlog=BACKLOG
        )
        await self._stopping.wait()
        server.close()

    def stop(self) -> None:
        self._stopping.set()

    def _conversation(self) -> Conversation:
        return Conversation(self._hall, self._name, STREAMS[self._name], self._tally)
