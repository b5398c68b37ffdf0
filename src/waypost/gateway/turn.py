"""The committer's turn at the store: on SQLite it asks for the write lock each millisecond.

SQLite's own waiting sleeps longer and longer, 1, 2, 5, 10, 15 ... 100 ms: a lock that is free after
6 ms is had after 18, one free after 60 after 83 or 178, and thousands of tags wait for their
replies meanwhile. The worker holds it for 5 to 20 ms several times a second.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator

from django.db import OperationalError, connection, transaction

ASK_EVERY_S = 0.001


@contextlib.contextmanager
def own_turn() -> Iterator[None]:
    """A transaction that writes. OperationalError when the lock is not had within the time that
    the settings allow."""
    with contextlib.ExitStack() as stack:
        if connection.vendor == "sqlite" and not connection.in_atomic_block:
            _begin(stack)
        else:
            stack.enter_context(transaction.atomic())
        yield


def _begin(stack: contextlib.ExitStack) -> None:
    within_s = float(connection.settings_dict["OPTIONS"].get("timeout", 5))
    until_s = time.monotonic() + within_s
    _wait_in_sqlite(0)
    try:
        while True:
            try:
                stack.enter_context(transaction.atomic())
                return
            except OperationalError as error:
                if "locked" not in str(error) or time.monotonic() >= until_s:
                    raise
            time.sleep(ASK_EVERY_S)
    finally:
        _wait_in_sqlite(within_s)


def _wait_in_sqlite(for_s: float) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA busy_timeout = {int(for_s * 1000)}")
