"""The log of what tags said: one entry a commit, read in order by position.

    append(fixes, events, raws)   inside the caller's transaction: lock, position, raw rows, entry
    entries_after(position)       what a reader with a cursor has not seen yet

The lock comes before the position: on PostgreSQL a cursor over a plain identity column loses
entries, since a later number can become visible first. On SQLite every transaction is IMMEDIATE,
so the database itself is the lock.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import pyarrow as pa
import pyarrow.compute as pc
from django.db import connection

from waypost.positions import raw
from waypost.positions.models import LogEntry, LogHead
from waypost.positions.raw import RAW_PLACES, RawRow
from waypost.positions.schema import EVENTS, FIXES
from waypost.units import LogPosition

LOCK_KEY = 0x77_61_79_6C_6F_67  # "waylog": the advisory lock of the log
_NEXT = "UPDATE positions_loghead SET position = position + 1 WHERE id = 1 RETURNING position"
CLOCK_CORRECTION = "clock correction"  # source of entries that mend times of earlier ones
# LZ4 in this thread: zstd made entries a fifth smaller and took ten times as long, and threads that
# share the work make a busy machine wait for them. Entries go to the lake within minutes.
_WRITTEN = pa.ipc.IpcWriteOptions(compression="lz4", use_threads=False)


@dataclass(frozen=True, slots=True)
class Entry:
    """One commit of the log: `fixes` as schema.FIXES, `events` as schema.EVENTS."""

    position: LogPosition
    committed_at: datetime
    source: str
    fixes: pa.Table
    events: pa.Table


def append(
    fixes: pa.Table, events: pa.Table, raws: Sequence[RawRow] | None, *, source: str, now: datetime
) -> LogPosition:
    """The position of the new entry. ValueError outside a transaction.

    fixes, events   as `batch.build` gives them: `raw_id` is a place in `raws`
    raws            at most 2**20; None: the rows are in the log already and point to theirs
    source          who brought it ("gateway http"): plain words, no person in it
    """
    if not connection.in_atomic_block:
        raise ValueError("the log is appended to inside a transaction")
    position = _next_position()
    first_raw = 0 if raws is None else raw.save(raws, position=position, now=now)
    LogEntry.objects.create(
        position=position,
        committed_at=now,
        source=source,
        fix_count=fixes.num_rows,
        event_count=events.num_rows,
        fixes=packed(_pointed(_shaped(fixes, FIXES), first_raw)),
        events=packed(_pointed(_shaped(events, EVENTS), first_raw)),
    )
    return position


def entries_after(position: int, *, limit: int) -> list[Entry]:
    """Entries above `position`, oldest first, at most `limit`."""
    rows = LogEntry.objects.filter(position__gt=position).order_by("position")[:limit]
    return [
        Entry(
            LogPosition(row.position), row.committed_at, row.source,
            unpacked(row.fixes), unpacked(row.events),
        )
        for row in rows
    ]  # fmt: skip


def head_position() -> LogPosition:
    """The last position given out and committed; 0 before the first. One cheap read."""
    return LogPosition(LogHead.objects.filter(pk=1).values_list("position", flat=True).first() or 0)


def packed(table: pa.Table) -> bytes:
    """An Arrow IPC stream, compressed."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema, options=_WRITTEN) as stream:
        stream.write_table(table)
    return bytes(sink.getvalue().to_pybytes())


def unpacked(data: bytes | memoryview) -> pa.Table:
    return pa.ipc.open_stream(pa.py_buffer(data)).read_all()


def _next_position() -> LogPosition:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK_KEY])
        cursor.execute(_NEXT)
        found = cursor.fetchone()
    if found is None:
        found = [LogHead.objects.create(pk=1, position=1).position]
    return LogPosition(found[0])


def _shaped(table: pa.Table, schema: pa.Schema) -> pa.Table:
    return table if table.schema.equals(schema) else table.cast(schema)


def _pointed(table: pa.Table, first_raw: int) -> pa.Table:
    """Places in the commit made into ids of raw messages."""
    column = table.schema.get_field_index("raw_id")
    return table.set_column(column, table.schema.field(column), pc.add(table["raw_id"], first_raw))


__all__ = ["RAW_PLACES", "Entry", "RawRow", "append", "entries_after", "head_position"]
