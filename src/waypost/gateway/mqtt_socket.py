"""paho's client driven by an asyncio loop: its socket read and written when it is ready.

paho is made for a thread of its own and offers these hooks for other loops. It connects in a
worker thread, since its name look-up, its TCP and its TLS block; all else happens in the loop's.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import ssl
from collections.abc import Callable
from typing import Any

from paho.mqtt.client import Client

logger = logging.getLogger(__name__)
KEEP_ALIVE_S = 60


class LoopSocket:
    """The socket of one client in the running loop; `broken` is told why it is of no more use."""

    def __init__(self, client: Client, broken: Callable[[str], None]) -> None:
        self._client, self._broken = client, broken
        self._loop = asyncio.get_running_loop()
        self.is_paused = True
        client.on_socket_close = self._closing
        client.on_socket_register_write = self._want_write
        client.on_socket_unregister_write = self._written

    async def connect(self, host: str, port: int) -> None:
        """OSError when there is no broker, ssl.SSLError when its certificate is not to be trusted.

        The client's callbacks tell how the broker then takes it.
        """
        await asyncio.to_thread(self._client.connect, host, port, KEEP_ALIVE_S)
        self.resume()

    def resume(self) -> None:
        """Read what the broker sends."""
        opened = self._client.socket()
        if opened is not None and opened.fileno() >= 0:
            self.is_paused = False
            self._loop.add_reader(opened.fileno(), self._readable)

    def pause(self) -> None:
        """Read no more: the broker keeps what it has until it is read."""
        opened = self._client.socket()
        if opened is not None and opened.fileno() >= 0:
            self.is_paused = True
            self._loop.remove_reader(opened.fileno())

    def close(self) -> None:
        """Send what is left to be sent, say goodbye, be gone."""
        self.pause()
        with contextlib.suppress(OSError, ValueError):
            self._client.disconnect()
            self._client.loop_write()
        opened: Any = self._client.socket()
        if opened is not None:  # it would not even take a goodbye
            self._closing(self._client, None, opened)
            opened.close()

    def _readable(self) -> None:
        """Read what is there; TLS may hold more than the socket shows."""
        try:
            self._client.loop_read()
            opened = self._client.socket()
            while isinstance(opened, ssl.SSLSocket) and opened.pending() and not self.is_paused:
                self._client.loop_read()
                opened = self._client.socket()
        except Exception as error:  # whatever a broker sends, it costs its connection at most
            logger.warning("the MQTT broker sent what cannot be read: %s", type(error).__name__)
            self._broken("unreadable")

    def _writable(self) -> None:
        try:
            self._client.loop_write()
        except OSError:
            self._broken("lost")

    def _want_write(self, client: Client, _: Any, opened: Any) -> None:
        self._loop.call_soon_threadsafe(self._add_writer)  # also from the thread that connects

    def _add_writer(self) -> None:
        opened = self._client.socket()
        if opened is not None and opened.fileno() >= 0 and self._client.want_write():
            self._loop.add_writer(opened.fileno(), self._writable)

    def _written(self, client: Client, _: Any, opened: Any) -> None:
        if opened.fileno() >= 0:
            self._loop.remove_writer(opened.fileno())

    def _closing(self, client: Client, _: Any, opened: Any) -> None:
        if opened.fileno() >= 0:
            self._loop.remove_reader(opened.fileno())
            self._loop.remove_writer(opened.fileno())
