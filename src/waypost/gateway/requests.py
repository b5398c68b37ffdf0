"""Requests as the doors read them, bounded, and the plain replies they give."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from waypost.errors import Unavailable
from waypost.protocols.values import HttpMessage

MESSAGE_BYTES_MAX = 2**20
URI_LENGTH_MAX = 16_384
# Of a body, as much as a stream's longest frame: nearly every message is smaller. What a body has
# beyond it is counted with that of all others being read: any client may begin 8 MiB and wait.
SMALL_BODY_BYTES = 16 * 2**10
LARGE_BODIES_BYTES_MAX = 128 * 2**20


class TooLarge(Exception):
    """The body is larger than we read."""


class Bodies:
    """Bodies being read at one kind of door: each bounded, and the large ones together."""

    def __init__(self, large_bytes_max: int = LARGE_BODIES_BYTES_MAX) -> None:
        self._large_bytes_max = large_bytes_max
        self._large_bytes = 0

    async def read(self, request: Request, bytes_max: int) -> bytes:
        """The body, read no further than `bytes_max`, whatever the sender says its length is.
        TooLarge beyond; Unavailable while the others take all the room there is."""
        chunks, size, counted = [], 0, 0
        try:
            async for chunk in request.stream():
                size += len(chunk)
                if size > bytes_max:
                    raise TooLarge
                more = max(0, size - SMALL_BODY_BYTES) - counted
                if more and self._large_bytes + more > self._large_bytes_max:
                    raise Unavailable("too many large messages at once; try again")
                self._large_bytes += more
                counted += more
                chunks.append(chunk)
        finally:
            self._large_bytes -= counted
        return b"".join(chunks)


async def read_message(request: Request, bodies: Bodies) -> HttpMessage:
    """A tag's request, bounded. TooLarge when its address or body is longer than we read."""
    uri = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    if len(uri) > URI_LENGTH_MAX:
        raise TooLarge
    headers = {name.lower(): value for name, value in request.headers.items()}
    return HttpMessage(request.method, uri, headers, await bodies.read(request, MESSAGE_BYTES_MAX))


def bearer(request: Request) -> str | None:
    """The bearer token shown, or None."""
    given = request.headers.get("authorization", "").strip()
    return given.removeprefix("Bearer ").strip() if given else None


def plain(status: int, text: str) -> Response:
    """A reply to a tag: a line of text; when to try again, or what to show, by the status."""
    headers = {"Retry-After": "1"} if status in {429, 503} else None
    if status == 401:
        headers = {"WWW-Authenticate": 'Basic realm="Waypost"'}
    return PlainTextResponse(text, status_code=status, headers=headers)


def refusal(status: int, sentence: str) -> Response:
    """A reply to a hub: {"error": sentence}."""
    headers = {"Retry-After": "1"} if status == 503 else None
    if status == 401:
        headers = {"WWW-Authenticate": "Bearer"}
    return JSONResponse({"error": sentence}, status_code=status, headers=headers)
