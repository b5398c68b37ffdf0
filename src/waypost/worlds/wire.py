"""How a simulated tag speaks: one HTTP line to the gateway, and the forms of the messages on it.

Asyncio streams and nothing else, so that a thousand tags are cheap and the test of the gateway
does not lean on the gateway's own parts.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode

from waypost.clock import read_instant
from waypost.units import MPS_PER_KNOT, R95_PER_R68
from waypost.worlds.script import Telegram

ANSWER_WITHIN_S = 30.0
JSON_TYPE = "application/json"


@dataclass(frozen=True, slots=True)
class Request:
    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


def osmand_request(telegram: Telegram) -> Request:
    """A fix as a phone sends it: a query with Unix time, knots and a 68 % radius."""
    row = telegram.row
    said = {
        "id": telegram.device_id,
        "timestamp": str(int(read_instant(row["time"]).timestamp())),
        "lat": f"{row['lat']:.6f}",
        "lon": f"{row['lon']:.6f}",
    }
    if "accuracy_m" in row:
        said["accuracy"] = f"{row['accuracy_m'] / R95_PER_R68:.2f}"
    if "speed_mps" in row:
        said["speed"] = f"{row['speed_mps'] / MPS_PER_KNOT:.2f}"
    if "course_deg" in row:
        said["bearing"] = f"{row['course_deg']:.0f}"
    return Request("GET", f"/intake/osmand?{urlencode(said)}")


def batch_request(telegrams: Sequence[Telegram], key: str) -> Request:
    """Rows of many tags in one of our JSON batches; the key makes sending it again harmless."""
    body = json.dumps({"rows": [telegram.row for telegram in telegrams]}).encode()
    headers = {"Idempotency-Key": key, "Content-Type": JSON_TYPE}
    return Request("POST", "/intake/batch", headers, body)


class Line:
    """One keep-alive connection to the gateway. Any trouble is a ConnectionError; it reconnects."""

    def __init__(self, host: str, port: int) -> None:
        self.host, self.port = host, port
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def ask(self, request: Request) -> tuple[int, bytes]:
        """(status, body). ConnectionError when no whole answer came: nothing is promised then."""
        try:
            async with asyncio.timeout(ANSWER_WITHIN_S):
                return await self._ask(request)
        except (OSError, EOFError, ValueError, TimeoutError, asyncio.LimitOverrunError) as error:
            self.close()
            raise ConnectionError(f"no answer from the gateway: {type(error).__name__}") from error
        except asyncio.CancelledError:
            self.close()
            raise

    async def _ask(self, request: Request) -> tuple[int, bytes]:
        if self._reader is not None and self._reader.at_eof():
            self.close()  # idle for so long that the gateway hung up
        if self._reader is None or self._writer is None:
            self._reader, self._writer = await asyncio.open_connection(self.host, self.port)
        headers = {
            "Host": f"{self.host}:{self.port}",
            "Content-Length": str(len(request.body)),
            **request.headers,
        }
        head = [f"{request.method} {request.path} HTTP/1.1"]
        head += [f"{name}: {value}" for name, value in headers.items()]
        self._writer.write("\r\n".join([*head, "", ""]).encode() + request.body)
        await self._writer.drain()
        return await self._answer(self._reader)

    async def _answer(self, reader: asyncio.StreamReader) -> tuple[int, bytes]:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        status = int(head[0].split()[1])
        fields = dict(line.lower().split(":", 1) for line in head[1:] if ":" in line)
        if "content-length" not in fields and status != 204:
            raise ValueError("an answer without a length")
        body = await reader.readexactly(int(fields.get("content-length", "0")))
        if fields.get("connection", "").strip() == "close":
            self.close()
        return status, body

    def close(self) -> None:
        if self._writer is not None:
            self._writer.close()
        self._reader = self._writer = None
