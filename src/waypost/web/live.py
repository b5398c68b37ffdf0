"""One poller a process watches the inbox's numbers and tells every open page that one rose: the
version (an alert changed) and the presence (somebody came to an alert, or left it).

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

from waypost.alerts.inbox_version import Numbers, inbox_numbers

log = logging.getLogger(__name__)
LOOK_EVERY_S = 0.25
KEEP_ALIVE_S = 15.0
_reader = ThreadPoolExecutor(max_workers=1, thread_name_prefix="inbox-version")


class Fan:
    """Those who listen, each with a mailbox that holds the newest number only."""

    def __init__(self) -> None:
        self.listeners: set[asyncio.Queue[Numbers]] = set()
        self.newest: Numbers | None = None
        self.poller: asyncio.Task[None] | None = None

    async def versions(self) -> AsyncIterator[Numbers | None]:
        """Numbers as they rise, the present one first; None when nothing happened for a while."""
        mailbox: asyncio.Queue[Numbers] = asyncio.Queue(maxsize=1)
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
            seen = await loop.run_in_executor(_reader, _read_numbers)
            if seen is not None and seen != self.newest:
                self.newest = seen
                for mailbox in self.listeners:
                    _put(mailbox, seen)
            await asyncio.sleep(LOOK_EVERY_S)


def _put(mailbox: asyncio.Queue[Numbers], number: Numbers) -> None:
    if mailbox.full():
        mailbox.get_nowait()
    mailbox.put_nowait(number)


def _read_numbers() -> Numbers | None:
    """The numbers, or None while the store does not answer; pages poll meanwhile."""
    try:
        return inbox_numbers()
    except DatabaseError as error:
        log.warning("inbox version unread: %s", type(error).__name__)
        connection.close()
        return None


FAN = Fan()
