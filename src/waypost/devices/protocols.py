"""Which protocols are spoken: name -> module with `decode(message)` and `reply(decoded)`.

A protocol is one module; what it needs of the wire (HTTP here, byte streams later) is its
message type. Adding one is adding a line.
"""

from __future__ import annotations

from typing import Protocol

from waypost.devices import osmand, owntracks
from waypost.devices.values import HttpMessage, HttpReply
from waypost.errors import BadUse
from waypost.positions.values import Decoded


class HttpProtocol(Protocol):
    """A protocol whose message is one HTTP request."""

    def decode(self, message: HttpMessage) -> Decoded: ...

    def reply(self, decoded: Decoded) -> HttpReply: ...


HTTP: dict[str, HttpProtocol] = {"osmand": osmand, "owntracks": owntracks}


def find_protocol(name: str) -> HttpProtocol:
    """The protocol of that name. BadUse, naming those spoken, when there is none."""
    if name not in HTTP:
        raise BadUse(f"no protocol {name!r}; spoken now: {', '.join(sorted(HTTP))}")
    return HTTP[name]
