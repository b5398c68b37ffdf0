"""Which protocols are spoken, by name: those of HTTP requests and those of byte streams.

    HTTP     module with `decode(message)` and `reply(decoded)`
    STREAMS  module with `framer()`, `decode(frame, device)` and `reply(frame, decoded)` (wire.py)

A protocol is one module; adding one is adding a line.
"""

from __future__ import annotations

from typing import Protocol, TypeAlias

from waypost.errors import BadUse
from waypost.positions.values import Decoded
from waypost.protocols import gt06, osmand, owntracks, queclink, teltonika
from waypost.protocols.values import HttpMessage, HttpReply
from waypost.protocols.wire import StreamProtocol


class HttpProtocol(Protocol):
    """A protocol whose message is one HTTP request."""

    def decode(self, message: HttpMessage) -> Decoded: ...

    def reply(self, decoded: Decoded) -> HttpReply: ...


HTTP: dict[str, HttpProtocol] = {"osmand": osmand, "owntracks": owntracks}
STREAMS: dict[str, StreamProtocol] = {"queclink": queclink, "gt06": gt06, "teltonika": teltonika}
AnyProtocol: TypeAlias = HttpProtocol | StreamProtocol


def find_protocol(name: str) -> AnyProtocol:
    """The protocol of that name. BadUse, naming those spoken, when there is none."""
    found = HTTP.get(name) or STREAMS.get(name)
    if found is None:
        spoken = ", ".join(sorted({**HTTP, **STREAMS}))
        raise BadUse(f"no protocol {name!r}; spoken now: {spoken}")
    return found
