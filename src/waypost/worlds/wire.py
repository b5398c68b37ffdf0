"""One HTTP line to the gateway, and what is asked on it.

Asyncio streams and nothing else, so that a thousand tags are cheap and the test of the gateway
does not lean on the gateway's own parts.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from waypost.worlds.report import report_of
from waypost.worlds.script import Telegram
from waypost.worlds.speak_http import Request, batch_of, osmand_said

ANSWER_WITHIN_S = 30.0


def osmand_request(telegram: Telegram) -> Request:
    """A fix as a phone sends it: a query with Unix time, knots and a 68 % radius."""
    return osmand_said(report_of(telegram.row, 0), telegram.device_id)


def batch_request(telegrams: Sequence[Telegram], key: str) -> Request:
    """Rows of many tags in one of our JSON batches; the key makes sending it again harmless."""
    return batch_of([telegram.row for telegram in telegrams], key)


class Line:
    """One keep-alive connection to the gateway. Any trouble is a ConnectionError; it reconnects."""

    def __init__(self, host: str, port: int, *, from_host: str | None = None) -> None:
        self.host, self.port = host, port
        self._from = None if from_host is None else (from_host, 0)
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
            self._reader, self._writer = await asyncio.open_connection(
                self.host, self.port, local_addr=self._from
            )
        reader, writer = self._reader, self._writer  # somebody may cut the line meanwhile
        headers = {
            "Host": f"{self.host}:{self.port}",
            "Content-Length": str(len(request.body)),
            **request.headers,
        }
        head = [f"{request.method} {request.path} HTTP/1.1"]
        head += [f"{name}: {value}" for name, value in headers.items()]
        writer.write("\r\n".join([*head, "", ""]).encode() + request.body)
        await writer.drain()
        return await self._answer(reader)

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
