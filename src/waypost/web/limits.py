"""How much a request may bring: asked before Django, which would first write all of it to disk.

Django's ASGI handler keeps the whole body before it looks at the address or the session, so that
without this anybody, signed in or not, could fill the disk.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]

FORM_BYTES_MAX = 2**20
FILE_BYTES_MAX = 64 * 2**20  # a national month of offences is about 20 MiB
AROUND_FILE_BYTES = 2**20  # what a form adds to its file
TAKES_FILES = {"/offences/upload", "/api/offences", "/api/court/messages"}
TOO_LARGE_API = (
    f"What you sent is too large: a file may have at most {FILE_BYTES_MAX // 2**20} MiB. None of "
    "it was kept; divide it by day or by force and send the parts."
)
# Django has not been asked, so this page is written out; it names the look of the others.
TOO_LARGE = f"""<!DOCTYPE html>
<html lang="en" class="govuk-template"><head><meta charset="utf-8">
<title>This is too large – Waypost</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="/static/vendor/govuk-frontend.css"></head>
<body class="govuk-template__body"><div class="govuk-width-container">
<main class="govuk-main-wrapper">
<h1 class="govuk-heading-l">What you sent is too large</h1>
<p class="govuk-body-l">None of it was saved. A file may have at most
{FILE_BYTES_MAX // 2**20} MiB.</p>
<p class="govuk-body">Divide it by day or by force and send the parts one after the other.</p>
<p class="govuk-body"><a class="govuk-link" href="/offences">Go back to the offence files</a></p>
</main></div></body></html>
"""


class Limited:
    """The app, refusing with 413 what is or becomes too large; every answer forbids guessing at
    types, static files too."""

    def __init__(self, app: App) -> None:
        self.app = app

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        left = allowed = bytes_max(scope["path"])
        if _said_length(scope) > allowed:
            await _too_large(scope["path"], send)
            return
        answering = False
        cut = False

        async def counted() -> Message:
            nonlocal left, cut
            message = await receive()
            left -= len(message.get("body", b""))
            if left < 0:
                cut = True
                return {"type": "http.disconnect"}
            return message

        async def dressed(message: Message) -> None:
            nonlocal answering
            if message["type"] == "http.response.start":
                answering = True
                names = {name.lower() for name, _ in message["headers"]}
                if b"x-content-type-options" not in names:
                    message["headers"] = [
                        *message["headers"], (b"x-content-type-options", b"nosniff"),
                    ]  # fmt: skip
            await send(message)

        await self.app(scope, counted, dressed)
        if cut and not answering:
            await _too_large(scope["path"], send)


def bytes_max(path: str) -> int:
    """The largest body taken at this address."""
    return FILE_BYTES_MAX + AROUND_FILE_BYTES if path in TAKES_FILES else FORM_BYTES_MAX


def _said_length(scope: Message) -> int:
    for name, value in scope["headers"]:
        if name.lower() == b"content-length" and value.isdigit() and len(value) < 19:
            return int(value)
    return 0


async def _too_large(path: str, send: Send) -> None:
    api = path.startswith("/api/")
    words = json.dumps({"error": TOO_LARGE_API}).encode() if api else TOO_LARGE.encode()
    kind = b"application/json" if api else b"text/html; charset=utf-8"
    headers = [
        (b"content-type", kind),
        (b"content-length", str(len(words)).encode()),
        (b"connection", b"close"),
        (b"x-content-type-options", b"nosniff"),
    ]
    await send({"type": "http.response.start", "status": 413, "headers": headers})
    await send({"type": "http.response.body", "body": words})
