"""One poller a process watches the inbox's version and tells every open page that it rose.

Pages hear a number and nothing else: each fetches its rows itself, so that scope is asked each
time. The poller runs while somebody listens, on a thread of its own with its own connection.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor

from django.db import connection
from django.db.utils import DatabaseError

from waypost.alerts.queries import version

log = logging.getLogger(__name__)
LOOK_EVERY_S = 0.25
KEEP_ALIVE_S = 15.0
_reader = ThreadPoolExecutor(max_workers=1, thread_name_prefix="inbox-version")


class Fan:
    """Those who listen, each with a mailbox that holds the newest number only."""

    def __init__(self) -> None:
        self.listeners: set[asyncio.Queue[int]] = set()
        self.newest: int | None = None
        self.poller: asyncio.Task[None] | None = None

    async def versions(self) -> AsyncIterator[int | None]:
        """Numbers as they rise, the present one first; None when nothing happened for a while."""
        mailbox: asyncio.Queue[int] = asyncio.Queue(maxsize=1)
        self.listeners.add(mailbox)
        self._start()
        if self.newest is not None:
            mailbox.put_nowait(self.newest)
        try:
            while True:
                try:
                    yield await asyncio.wait_for(mailbox.get(), KEEP_ALIVE_S)
                except TimeoutError:
                    yield None
        finally:
            self.listeners.discard(mailbox)

    def _start(self) -> None:
        if self.poller is None or self.poller.done():
            self.newest = None
            self.poller = asyncio.get_running_loop().create_task(self._poll())

    async def _poll(self) -> None:
        loop = asyncio.get_running_loop()
        while self.listeners:
            seen = await loop.run_in_executor(_reader, _read_version)
            if seen is not None and seen != self.newest:
                self.newest = seen
                for mailbox in self.listeners:
                    _put(mailbox, seen)
            await asyncio.sleep(LOOK_EVERY_S)


def _put(mailbox: asyncio.Queue[int], number: int) -> None:
    if mailbox.full():
        mailbox.get_nowait()
    mailbox.put_nowait(number)


def _read_version() -> int | None:
    """The version, or None while the store does not answer; pages poll meanwhile."""
    try:
        return version()
    except DatabaseError as error:
        log.warning("inbox version unread: %s", type(error).__name__)
        connection.close()
        return None


FAN = Fan()
