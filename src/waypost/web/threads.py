"""Threads of requests, kept for the next request with what they have open.

Django gives each request a thread of its own, and with it a new connection to the database: opening
one of SQLite's, with its settings and its whole schema to read, costs more than most pages do. Here
a request takes a thread that has just been free, or a new one when none is, so that no request
waits behind another; the last that became free is taken first, and few are kept.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from asgiref.sync import ThreadSensitiveContext
from django.core.handlers.asgi import ASGIHandler
from django.db import connections

IDLE_MAX = 16  # threads kept for requests to come
CONNECTION_LASTS_S = 60  # then the next request opens a new one


class Threads:
    """Executors of one thread each. Used from the event loop alone."""

    def __init__(self, idle_max: int = IDLE_MAX) -> None:
        self._idle: list[ThreadPoolExecutor] = []
        self._idle_max = idle_max

    def take(self) -> ThreadPoolExecutor:
        return self._idle.pop() if self._idle else ThreadPoolExecutor(max_workers=1)

    def give_back(self, thread: ThreadPoolExecutor) -> None:
        """Kept, or ended with what it has open once it has done what it was told."""
        if len(self._idle) < self._idle_max:
            self._idle.append(thread)
        else:
            thread.submit(connections.close_all)
            thread.shutdown(wait=False)


class Pages(ASGIHandler):
    """Django's handler with its requests in kept threads."""

    def __init__(self, threads: Threads | None = None) -> None:
        super().__init__()
        self.threads = threads or Threads()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await super().__call__(scope, receive, send)
            return
        thread = self.threads.take()
        try:
            async with ThreadSensitiveContext(executor=thread):
                await self.handle(scope, receive, send)
        finally:
            self.threads.give_back(thread)


def keep_connections() -> None:
    """Connections of this process last over requests. Only SQLite's: PostgreSQL's have a pool."""
    default = connections.settings["default"]
    if default["ENGINE"].endswith("sqlite3"):
        default["CONN_MAX_AGE"] = CONNECTION_LASTS_S
