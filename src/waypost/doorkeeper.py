"""HTTP connections that only waste ours are closed: too many, too slow, heads without end.

uvicorn's own reader waits for ever for a head and keeps as much of one as is sent. Gateway and web
both listen through this one. A proxy in front may be stricter; nothing here relies on one.
"""

from __future__ import annotations

import asyncio
import contextlib
import resource
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_BYTES_MAX = 64 * 2**10  # bytes read without a byte of body: head, trailers, chunk extensions
# Longer than a reply may take (25 s): on one connection the next head waits for the reply before.
SILENT_S_MAX = 30.0
REQUEST_S_MAX = 600.0  # 64 MiB over a poor line
CONNECTIONS_MAX = 20_000
FILES_KEPT_FREE = 128  # for the store, the lake and logs, whatever comes in from outside


def connections_max(wanted: int = CONNECTIONS_MAX) -> int:
    """How many connections, `wanted` at most, this process can hold and still open its own files.
    It is allowed as many files as that takes, or as the machine lets it have."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    files = wanted + FILES_KEPT_FREE
    for limit in ((files, max(files, hard)), (min(files, hard), hard)):
        if hard == resource.RLIM_INFINITY:
            limit = (files, hard)
        if limit[0] > soft:
            with contextlib.suppress(OSError, ValueError):  # more than `hard` is for root
                resource.setrlimit(resource.RLIMIT_NOFILE, limit)
                break
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return max(1, min(wanted, soft - FILES_KEPT_FREE))


class Doorkeeper(HttpToolsProtocol):
    """uvicorn's HTTP/1.1 with an end to patience: one lazy timer a connection."""

    silent_s_max = SILENT_S_MAX
    request_s_max = REQUEST_S_MAX
    places: int | None = None  # connections at once; found out at the first

    _timer: asyncio.TimerHandle | None = None
    _deadline: float | None = None  # None: it is our turn, or the line rests between requests
    _began = 0.0
    _bodiless = 0
    _moved = False

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        if Doorkeeper.places is None:
            Doorkeeper.places = connections_max()
        if len(self.connections) > Doorkeeper.places:
            transport.abort()
            return
        self._begin()
        self._timer = self.loop.call_later(self.silent_s_max, self._look)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._timer is not None:
            self._timer.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        self._moved = False
        super().data_received(data)
        self._bodiless = 0 if self._moved else self._bodiless + len(data)
        if self._bodiless > HEAD_BYTES_MAX and not self.transport.is_closing():
            self.send_400_response("The head of the request is too large.")

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._begin()

    def on_body(self, body: bytes) -> None:
        self._moved = True
        self._deadline = self._until()
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._moved, self._deadline = True, None
        super().on_message_complete()

    def _begin(self) -> None:
        self._began = self.loop.time()
        self._deadline = self._until()

    def _until(self) -> float:
        return min(self.loop.time() + self.silent_s_max, self._began + self.request_s_max)

    def _look(self) -> None:
        """Close when the deadline has passed; else look again when it may have."""
        now = self.loop.time()
        if self._deadline is not None and now >= self._deadline:
            self.transport.abort()
            return
        wait = self.silent_s_max if self._deadline is None else max(self._deadline - now, 0.01)
        self._timer = self.loop.call_later(wait, self._look)
