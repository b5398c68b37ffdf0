"""Where the gateway listens: --listen read, sockets bound."""

from __future__ import annotations

import contextlib
import socket
from dataclasses import dataclass

from waypost.errors import BadUse, WaypostError
from waypost.protocols.spoken import HTTP, STREAMS

BACKLOG = 4096  # tags that come back after an outage come together
MQTT = "mqtt"  # the address is a broker's: there the gateway subscribes
DATAGRAMS = frozenset({"queclink", "teltonika"})  # their tags also speak over UDP
DATAGRAM_BUFFER_BYTES = 4 * 2**20  # what waits in the kernel while we commit; it may grant less
PORT_TRIES = 20


@dataclass(frozen=True, slots=True)
class Listen:
    """PROTOCOL=HOST:PORT or PROTOCOL+tls=HOST:PORT; port 0 takes any free one."""

    protocol: str
    host: str
    port: int
    is_secure: bool = False

    @property
    def name(self) -> str:
        return f"{self.protocol}+tls" if self.is_secure else self.protocol

    @property
    def takes_datagrams(self) -> bool:
        """Over UDP too, on the same port; TLS is not for datagrams."""
        return self.protocol in DATAGRAMS and not self.is_secure


@dataclass(frozen=True, slots=True)
class Bound:
    """The sockets of one --listen; none for a broker, where we do not listen."""

    connections: socket.socket | None = None
    datagrams: socket.socket | None = None


def read_listen(text: str) -> Listen:
    """One --listen. BadUse when it is not PROTOCOL[+tls]=HOST:PORT of a protocol spoken."""
    name, _, address = text.partition("=")
    protocol, plus, tls = name.partition("+")
    host, _, port = address.rpartition(":")
    spoken = ["http", MQTT, *sorted({**HTTP, **STREAMS})]
    if protocol not in spoken or (plus and tls != "tls"):
        raise BadUse(
            f"no protocol {name!r} to listen for; spoken now: {', '.join(spoken)}, each also "
            "with +tls"
        )
    if not host or not port.isdecimal() or int(port) > 65535:
        raise BadUse(f"--listen {text}: write it like {name}=127.0.0.1:8101")
    return Listen(protocol, host.strip("[]"), int(port), bool(plus))


def bound(listen: Listen) -> Bound:
    """The sockets of it. WaypostError when the address cannot be had."""
    if listen.protocol == MQTT:
        return Bound()
    try:
        if not listen.takes_datagrams:
            return Bound(_connections(listen))
        return _both(listen)
    except OSError as error:
        raise WaypostError(
            f"cannot listen on {listen.host}:{listen.port}: {error.strerror or error}"
        ) from None


def _both(listen: Listen) -> Bound:
    """TCP and UDP on one port: with port 0, a free one of the first may be taken of the second."""
    for _ in range(PORT_TRIES if listen.port == 0 else 1):
        connections = _connections(listen)
        try:
            return Bound(connections, _datagrams(listen, connections.getsockname()[1]))
        except OSError as error:
            connections.close()
            trouble = error
    raise trouble


def _connections(listen: Listen) -> socket.socket:
    with contextlib.ExitStack() as undo:
        opened = undo.enter_context(socket.socket(_family(listen), socket.SOCK_STREAM))
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        opened.bind((listen.host, listen.port))
        opened.listen(BACKLOG)
        undo.pop_all()
        return opened


def _datagrams(listen: Listen, port: int) -> socket.socket:
    with contextlib.ExitStack() as undo:
        opened = undo.enter_context(socket.socket(_family(listen), socket.SOCK_DGRAM))
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, DATAGRAM_BUFFER_BYTES)
        opened.bind((listen.host, port))
        undo.pop_all()
        return opened


def _family(listen: Listen) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in listen.host else socket.AF_INET
