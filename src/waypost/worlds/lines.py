"""Lines of bytes from a simulated tag to the gateway: TCP and datagrams behind one shape.

    line = await TcpLine.open(host, port, from_host);  line.write(data);  await line.read()

No task a line: thousands of tags are cheap. A tag on loopback has an address of its own, since the
gateway counts by address and real tags do not all come from one.
"""

from __future__ import annotations

import asyncio
from typing import Protocol


class ByteLine(Protocol):
    def write(self, data: bytes) -> None:
        """ConnectionError once the line is down."""
        ...

    async def read(self) -> bytes:
        """What came since; waits for some. ConnectionError once the line is down."""
        ...

    @property
    def is_down(self) -> bool: ...

    def cut(self) -> None:
        """Down at once, without a goodbye; what was not sent yet never is."""
        ...


class _Ear:
    """What has come in on a line, and whoever waits for it."""

    def __init__(self) -> None:
        self._come: list[bytes] = []
        self._waits: asyncio.Future[None] | None = None
        self.is_down = False

    def _hear(self, data: bytes) -> None:
        self._come.append(data)
        self._wake()

    def _fall(self) -> None:
        self.is_down = True
        self._wake()

    def _check_up(self) -> None:
        if self.is_down:
            raise ConnectionError("the line is down")

    def _wake(self) -> None:
        if self._waits is not None and not self._waits.done():
            self._waits.set_result(None)

    async def read(self) -> bytes:
        if not self._come:
            self._check_up()
            self._waits = asyncio.get_running_loop().create_future()
            await self._waits
        if not self._come:
            raise ConnectionError("the line went down")
        come, self._come = b"".join(self._come), []
        return come


class TcpLine(_Ear, asyncio.Protocol):
    _transport: asyncio.Transport

    @classmethod
    async def open(cls, host: str, port: int, from_host: str | None) -> TcpLine:
        """ConnectionError when nobody listens."""
        loop = asyncio.get_running_loop()
        local = None if from_host is None else (from_host, 0)
        try:
            _, line = await loop.create_connection(cls, host, port, local_addr=local)
        except OSError as error:
            raise ConnectionError(f"no connection: {type(error).__name__}") from error
        return line

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]  # uvloop's is no subclass

    def data_received(self, data: bytes) -> None:
        self._hear(data)

    def connection_lost(self, exc: Exception | None) -> None:
        self._fall()

    def write(self, data: bytes) -> None:
        self._check_up()
        try:
            self._transport.write(data)
        except RuntimeError as error:  # uvloop's: it fell, and we have not been told yet
            raise ConnectionError("the line is down") from error

    def cut(self) -> None:
        self._transport.abort()
        self._fall()


class DatagramLine(_Ear, asyncio.DatagramProtocol):
    _transport: asyncio.DatagramTransport

    @classmethod
    async def open(cls, host: str, port: int, from_host: str | None) -> DatagramLine:
        loop = asyncio.get_running_loop()
        local = None if from_host is None else (from_host, 0)
        try:
            _, line = await loop.create_datagram_endpoint(
                cls, remote_addr=(host, port), local_addr=local
            )
        except OSError as error:
            raise ConnectionError(f"no datagrams: {type(error).__name__}") from error
        return line

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]  # uvloop's is no subclass

    def datagram_received(self, data: bytes, addr: object) -> None:
        self._hear(data)

    def error_received(self, exc: Exception) -> None:
        self.cut()  # nobody listens there just now

    def connection_lost(self, exc: Exception | None) -> None:
        self._fall()

    def write(self, data: bytes) -> None:
        self._check_up()
        try:
            self._transport.sendto(data)
        except RuntimeError as error:
            raise ConnectionError("the line is down") from error

    def cut(self) -> None:
        self._transport.abort()
        self._fall()


def loopback_of(number: int, host: str) -> str | None:
    """An address of its own on loopback for tag `number`; None where the gateway is elsewhere."""
    if not host.startswith("127.") and host != "localhost":
        return None
    return f"127.{1 + number // 62_500 % 250}.{number // 250 % 250}.{number % 250 + 1}"
