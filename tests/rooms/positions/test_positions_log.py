"""The log gives entries out in order, whoever commits when, and keeps raw messages shut."""

from __future__ import annotations

import threading

import pytest
from django.db import connection, transaction
from positions_words import NOW, contact, fix, minutes, rows_of

from waypost.errors import Unavailable
from waypost.positions import batch, log, raw
from waypost.positions.models import ActivationKey, LogEntry, RawMessage
from waypost.positions.queries import events_between, fixes_between

pytestmark = [pytest.mark.database, pytest.mark.django_db(transaction=True)]


def append(*rows, raws=()):
    return log.append(*batch.build(rows), raws, source="test", now=NOW)


def append_and_undo(*rows, raws=()):
    with transaction.atomic():
        append(*rows, raws=raws)
        transaction.set_rollback(True)


def test_an_entry_comes_back_as_it_was_appended(worn):
    with transaction.atomic():
        position = append(rows_of(worn[0], fix(1), fix(2), events=[contact(1)]))
    (entry,) = log.entries_after(position - 1, limit=10)
    assert entry.position == position == log.head_position()
    assert entry.fixes["measured_at"].to_pylist() == [minutes(1), minutes(2)]
    assert entry.events["kind"].to_pylist() == ["contact"]
    assert log.entries_after(position, limit=10) == []


def test_appending_outside_a_transaction_is_a_mistake_of_ours(worn):
    with pytest.raises(ValueError, match="transaction"):
        append(rows_of(worn[0], fix(1)))


def test_an_append_that_is_rolled_back_leaves_neither_entry_nor_position(worn):
    before = log.head_position()
    append_and_undo(rows_of(worn[0], fix(1)))
    assert log.head_position() == before
    assert LogEntry.objects.count() == 0


def test_positions_become_visible_in_order_while_one_appender_is_held_open(worn):
    """On PostgreSQL a later position must not be readable before an earlier one; on SQLite the
    second appender waits. A reader that follows its cursor sees every entry."""
    holding, let_go, seen, positions = threading.Event(), threading.Event(), [], {}

    def first():
        with transaction.atomic():
            positions["first"] = append(rows_of(worn[0], fix(1)))
            holding.set()
            let_go.wait(10)
        connection.close()

    def second():
        holding.wait(10)
        with transaction.atomic():
            positions["second"] = append(rows_of(worn[1], fix(2)))
        connection.close()

    threads = [threading.Thread(target=act) for act in (first, second)]
    for thread in threads:
        thread.start()
    holding.wait(10)
    threads[1].join(0.4)
    assert threads[1].is_alive(), "the second appender must wait for the first"
    seen += [entry.position for entry in log.entries_after(0, limit=10)]
    assert seen == []
    let_go.set()
    for thread in threads:
        thread.join(20)
    cursor = max(seen, default=0)
    seen += [entry.position for entry in log.entries_after(cursor, limit=10)]
    assert seen == [positions["first"], positions["second"]]
    assert positions["first"] < positions["second"]


def test_a_raw_message_opens_with_its_key_and_not_without(worn):
    sent = raw.RawRow(worn[0], "osmand", b"id=D1&lat=51.5")
    with transaction.atomic():
        append(rows_of(worn[0], fix(1), raw_place=0), raws=[sent])
    message = RawMessage.objects.get()
    assert b"lat=" not in bytes(message.payload)
    assert raw.opened(message) == sent.payload
    (entry,) = log.entries_after(0, limit=1)
    assert entry.fixes["raw_id"].to_pylist() == [message.pk]
    ActivationKey.objects.all().delete()
    with pytest.raises(Unavailable, match="destroyed"):
        raw.opened(message)


def test_a_key_made_in_a_transaction_that_was_undone_is_not_used_again(worn):
    append_and_undo(raws=[raw.RawRow(worn[0], "osmand", b"one")])
    with transaction.atomic():
        append(raws=[raw.RawRow(worn[0], "osmand", b"two")])
    assert raw.opened(RawMessage.objects.get()) == b"two"


def test_the_reader_sees_the_log_before_there_is_a_lake_and_each_fix_once(worn):
    with transaction.atomic():
        append(rows_of(worn[0], fix(2), fix(1), events=[contact(1)]))
    with transaction.atomic():
        append(rows_of(worn[0], fix(2), received=minutes(60_000)))
        append(rows_of(worn[1], fix(2)))
    seen = fixes_between([worn[0]], minutes(0), minutes(10))
    assert seen["measured_at"].to_pylist() == [minutes(1), minutes(2)]
    assert seen["received_at"].to_pylist() == [NOW, NOW]
    assert events_between([worn[0]], minutes(0), minutes(10)).num_rows == 1
    assert fixes_between(None, minutes(0), minutes(10)).num_rows == 3
    assert fixes_between([worn[0]], minutes(0), minutes(2)).num_rows == 1
    assert fixes_between([worn[0]], minutes(0), minutes(9), received_by=minutes(0)).num_rows == 0
