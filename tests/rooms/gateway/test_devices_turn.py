"""The committer waits for the store's lock, and no longer than it may."""

from __future__ import annotations

import contextlib
import sqlite3
import threading
import time
from contextlib import closing

import pytest
from django.db import OperationalError, connection

from waypost.gateway.turn import own_turn
from waypost.positions.models import LogHead

pytestmark = [pytest.mark.database, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def only_sqlite(db):
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL has no lock of the whole store")


@pytest.fixture
def lock(only_sqlite):
    """Holds the store's write lock until told to let go."""
    name = connection.settings_dict["NAME"]
    holding, let_go = threading.Event(), threading.Event()

    def hold():
        with closing(sqlite3.connect(name, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            holding.set()
            let_go.wait(20)
            other.execute("ROLLBACK")

    thread = threading.Thread(target=hold)
    thread.start()
    assert holding.wait(5)
    yield let_go
    let_go.set()
    thread.join()


def busy_timeout_ms():
    with connection.cursor() as cursor:
        return cursor.execute("PRAGMA busy_timeout").fetchone()[0]


def test_a_turn_is_a_transaction(db):
    with own_turn():
        LogHead.objects.update_or_create(pk=1, defaults={"position": 7})
    with contextlib.suppress(KeyError), own_turn():
        LogHead.objects.filter(pk=1).update(position=8)
        raise KeyError
    assert LogHead.objects.get(pk=1).position == 7


def test_a_turn_comes_when_the_lock_is_let_go(lock):
    threading.Timer(0.1, lock.set).start()
    began_s = time.monotonic()
    with own_turn():
        waited_s = time.monotonic() - began_s
        assert connection.in_atomic_block
    assert waited_s >= 0.09
    assert busy_timeout_ms() == 20_000


def test_a_lock_that_is_never_let_go_is_not_waited_for_for_ever(lock, monkeypatch):
    monkeypatch.setitem(connection.settings_dict["OPTIONS"], "timeout", 0.05)
    with pytest.raises(OperationalError, match="locked"), own_turn():
        pytest.fail("the turn was had")
    assert not connection.in_atomic_block
    lock.set()
    time.sleep(0.05)
    with own_turn():
        assert connection.in_atomic_block
