"""Requests as the doors read them, bounded, and the plain replies they give."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from waypost.protocols.values import HttpMessage

MESSAGE_BYTES_MAX = 2**20
URI_LENGTH_MAX = 16_384


class TooLarge(Exception):
    """The body is larger than we read."""


async def read_message(request: Request) -> HttpMessage:
    """A tag's request, bounded. TooLarge when its address or body is longer than we read."""
    uri = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    if len(uri) > URI_LENGTH_MAX:
        raise TooLarge
    headers = {name.lower(): value for name, value in request.headers.items()}
    return HttpMessage(request.method, uri, headers, await read_body(request, MESSAGE_BYTES_MAX))


async def read_body(request: Request, bytes_max: int) -> bytes:
    """The body, read no further than `bytes_max`, whatever the sender says its length is."""
    chunks, size = [], 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > bytes_max:
            raise TooLarge
        chunks.append(chunk)
    return b"".join(chunks)


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
