"""A small server that stands in for GOV.UK Notify and for a webhook's receiver, on loopback.

It keeps to what their documents say: Notify knows messages by id and reference and says what became
of them; a receiver checks signatures and remembers idempotency keys. `fail_next` makes it flaky.
"""

from __future__ import annotations

import json
import threading
import uuid
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from waypost.notices.signing import KEY, SIGNATURE, TIMESTAMP, is_genuine

SERVICE = "26785a09-ab16-4eb0-8407-a37497a57506"
SECRET = "3d844edf-8d35-48ac-975b-e847b4f122b0"
NOTIFY_KEY = f"centre-{SERVICE}-{SECRET}"
HOOK_KEY = b"a secret of both sides"


class FakeServer:
    """`asked` is every request heard: method, path, headers, body."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, dict[str, str], bytes]] = []
        self.messages: dict[str, dict] = {}
        self.hooked: dict[str, dict] = {}  # by idempotency key
        self.fail_next: list[int] = []  # statuses to answer first
        self.lose_next = 0  # answers to lose after the message was taken
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                outer.answer(self)

            do_GET = do_POST

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        body = request.rfile.read(int(request.headers.get("Content-Length") or 0))
        headers = dict(request.headers.items())
        self.asked.append((request.command, request.path, headers, body))
        if self.fail_next:
            status, said = self.fail_next.pop(0), {"errors": [{"message": "no +447700900123"}]}
        else:
            status, said = self._take(request, headers, body)
            if self.lose_next and request.command == "POST":
                self.lose_next -= 1
                status, said = 502, {}
        data = json.dumps(said).encode()
        request.send_response(status)
        request.send_header("Content-Length", str(len(data)))
        request.end_headers()
        request.wfile.write(data)

    def _take(self, request, headers, body) -> tuple[int, dict]:
        parts = urlsplit(request.path)
        if parts.path == "/hook":
            genuine = is_genuine(
                HOOK_KEY, body, timestamp=headers.get(TIMESTAMP, ""),
                signature=headers.get(SIGNATURE, ""), now=datetime.now(UTC),
            )  # fmt: skip
            if not genuine:
                return 403, {}
            self.hooked.setdefault(headers[KEY], json.loads(body))
            return 200, {}
        if request.command == "POST":
            made = {"id": str(uuid.uuid4()), "status": "sending", **json.loads(body)}
            self.messages[made["id"]] = made
            return 201, made
        reference = parse_qs(parts.query).get("reference")
        if reference:
            found = [one for one in self.messages.values() if one["reference"] == reference[0]]
            return 200, {"notifications": found}
        one = self.messages.get(parts.path.rpartition("/")[2])
        return (200, one) if one else (404, {})
