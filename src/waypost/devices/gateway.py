"""`waypost gateway`: listeners, one committer, and an end that leaves nothing half-done.

    tag -> listener (uvicorn) -> decode -> line -> committer: one transaction -> reply

On SIGTERM or SIGINT the listeners close, requests in hand get their commit and reply, then the
committer ends. On kill -9 the messages not yet committed had no reply: their senders have them.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import uvicorn
import uvloop
from django.db import connection

from waypost.devices.committer import Committer
from waypost.devices.endpoints import Doors
from waypost.devices.intake import Intake
from waypost.devices.protocols import HTTP
from waypost.devices.values import Item, Outcome
from waypost.doorkeeper import Doorkeeper
from waypost.errors import BadUse, WaypostError

BACKLOG = 4096  # tags that come back after an outage come together
KEEP_ALIVE_S = 75
STOP_WITHIN_S = 30
STORE_WITHIN_S = 3.0  # how long a commit waits for a connection to PostgreSQL


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
    spoken = ["http", *sorted(HTTP)]
    if protocol not in spoken:
        raise BadUse(f"no protocol {protocol!r} to listen for; spoken now: {', '.join(spoken)}")
    if not host or not port.isdecimal() or int(port) > 65535:
        raise BadUse(f"--listen {text}: write it like {protocol}=127.0.0.1:8101")
    return Listen(protocol, host.strip("[]"), int(port))


def serve(listens: Sequence[Listen]) -> None:
    """Listen until told to stop. WaypostError when an address cannot be had."""
    sockets = [_bound(listen) for listen in listens]
    _give_up_on_the_store_soon()
    intake = Intake()
    committer: Committer[Item, Outcome] = Committer(intake.write)
    doors = Doors(committer, intake.counts)
    servers = [_Listener(doors, listen) for listen in listens]
    committer.start()
    for listen, opened in zip(listens, sockets, strict=True):
        host, port = opened.getsockname()[:2]
        print(f"waypost gateway: {listen.protocol} on {host}:{port}", flush=True)
    try:
        _run(servers, sockets)
    finally:
        committer.stop()


def _give_up_on_the_store_soon() -> None:
    """Tags that wait half a minute for "try again" are worse off than those told at once."""
    pool = connection.settings_dict.get("OPTIONS", {}).get("pool")
    if isinstance(pool, dict):
        connection.close()
        connection.close_pool()  # type: ignore[attr-defined]  # made by the check at start
        pool["timeout"] = STORE_WITHIN_S


class _Listener(uvicorn.Server):
    """A server that leaves signals to us: several run in one loop and stop together."""

    def __init__(self, doors: Doors, listen: Listen) -> None:
        super().__init__(
            uvicorn.Config(
                doors.application(listen.protocol),
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

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _run(servers: Sequence[_Listener], sockets: Sequence[socket.socket]) -> None:
    async def all_of_them() -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, _stop, servers)
        await asyncio.gather(
            *(server.serve([one]) for server, one in zip(servers, sockets, strict=True))
        )

    with asyncio.Runner(loop_factory=_loop) as runner:
        runner.run(all_of_them())


def _loop() -> asyncio.AbstractEventLoop:
    loop: asyncio.AbstractEventLoop = uvloop.new_event_loop()
    return loop


def _stop(servers: Sequence[_Listener]) -> None:
    for server in servers:
        server.should_exit = True


def _bound(listen: Listen) -> socket.socket:
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
