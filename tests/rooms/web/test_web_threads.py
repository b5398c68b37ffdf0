"""Requests run in threads that are kept: no request waits for another, and few threads idle."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from asgiref.sync import sync_to_async
from django.db import connections

from waypost.web.threads import CONNECTION_LASTS_S, Pages, Threads, keep_connections


class Asked(Pages):
    """A handler whose page says in which thread it ran, and waits as long as it is told."""

    def __init__(self, threads: Threads) -> None:
        super().__init__(threads)
        self.ran: list[int] = []

    async def handle(self, scope, receive, send) -> None:
        await sync_to_async(self.page)(scope["waits"])

    def page(self, waits: threading.Event | None) -> None:
        self.ran.append(threading.get_ident())
        if waits is not None:
            assert waits.wait(10)


async def ask(handler: Asked, waits: threading.Event | None = None) -> None:
    await handler({"type": "http", "waits": waits}, None, None)


def test_one_request_after_another_runs_in_the_same_thread():
    handler = Asked(Threads())

    async def three() -> None:
        for _ in range(3):
            await ask(handler)

    asyncio.run(three())
    assert len(handler.ran) == 3
    assert len(set(handler.ran)) == 1


def test_a_request_never_waits_behind_a_slow_one():
    handler, slow = Asked(Threads()), threading.Event()

    async def beside() -> None:
        waiting = asyncio.create_task(ask(handler, slow))
        while not handler.ran:
            await asyncio.sleep(0.001)
        await asyncio.wait_for(ask(handler), 5)
        slow.set()
        await waiting

    asyncio.run(beside())
    assert len(set(handler.ran)) == 2


def test_no_more_threads_are_kept_than_may_idle_and_the_others_close_what_they_opened():
    threads = Threads(idle_max=2)
    taken = [threads.take() for _ in range(5)]
    for thread in taken:
        thread.submit(lambda: None).result(5)
        threads.give_back(thread)
    kept = [threads.take(), threads.take()]
    assert set(kept) <= set(taken)
    for thread in set(taken) - set(kept):
        assert isinstance(thread, ThreadPoolExecutor)
        with pytest.raises(RuntimeError):
            thread.submit(threading.get_ident)
    assert threads.take() not in taken


def test_a_page_that_fails_gives_its_thread_back():
    threads = Threads()

    class Fails(Asked):
        def page(self, waits: threading.Event | None) -> None:
            super().page(waits)
            raise ValueError("of the page")

    handler = Fails(threads)

    async def twice() -> None:
        for _ in range(2):
            with pytest.raises(ValueError, match="of the page"):
                await ask(handler)

    asyncio.run(twice())
    assert len(set(handler.ran)) == 1


def test_only_sqlite_keeps_its_connections_since_postgresql_has_a_pool(monkeypatch):
    for engine, lasts in (("sqlite3", CONNECTION_LASTS_S), ("postgresql", 0)):
        default = {"ENGINE": f"django.db.backends.{engine}", "CONN_MAX_AGE": 0}
        monkeypatch.setattr(connections, "settings", {"default": default})
        keep_connections()
        assert default["CONN_MAX_AGE"] == lasts
