"""Taking one person's rows out of the log and the lake, whatever else they hold.

    keys_on(kind, day, numbers)     what a day of the lake holds of the activations: keys alone
    erase_day(kind, day, numbers)   one commit: the files that hold them, written anew without them
    sweep(...)                      files of older versions go, once no reader can be in them
    left_in_files(kind, numbers)    rows in any file of the folder, of whatever version
    erase_log(numbers)              entries of the log written anew without them

Activations are a bounded range in every file's statistics, so that a day costs the one or two files
that can hold them. Files are written by Arrow, in the order in which they stood: others' rows stay
as they were. The caller holds the lake-writer lock.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from datetime import date
from typing import Any, TypeAlias

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.fs
import pyarrow.parquet as pq
from deltalake.exceptions import CommitFailedError
from deltalake.transaction import AddAction, RemoveAction
from django.db import transaction

from waypost.errors import Unavailable
from waypost.positions import lake, log
from waypost.positions.lake import Kind
from waypost.positions.models import LogEntry

Key: TypeAlias = tuple[str, int, int, int]  # kind, activation, measured_at in us, content_key
KEYS = ["activation", "measured_at", "content_key"]
TRIES = 5  # commits that another writer's came before
ENTRIES_AT_ONCE = 500  # of the log, decoded together


def days_of(kind: Kind, numbers: Collection[int]) -> list[date]:
    """Days of which some file may hold rows of these activations, by the files' statistics."""
    files = _may_hold(lake.snapshot(kind).files, numbers)
    return sorted(set(files["day"].to_pylist()))


def keys_on(kind: Kind, day: date, numbers: Collection[int]) -> pa.Table:
    """Keys (activation, measured_at, content_key) of their rows of the day, in order."""
    files = _may_hold(_of_day(lake.snapshot(kind).files, day), numbers)
    paths = [f"{lake.uri(kind)}/{path}" for path in files["path"].to_pylist()]
    rows = lake.read(paths, kind, filters=_mine(numbers), columns=KEYS)
    return rows.sort_by([(name, "ascending") for name in KEYS])


def erase_day(kind: Kind, day: date, numbers: Collection[int]) -> int:
    """Write the day's files anew without them, in one commit; how many rows went.

    A conflict with another writer is tried again on the newer state. Unavailable after `TRIES`.
    """
    for _ in range(TRIES):
        table = lake._table(kind)
        if table is None:
            return 0
        files = _may_hold(_of_day(lake._files(table), day), numbers)
        actions, gone = _rewritten(kind, day, files, numbers)
        if not actions:
            return 0
        try:
            table.create_write_transaction(
                actions, mode="append", schema=lake._delta_schema(kind), partition_by=["day"]
            )
        except CommitFailedError:
            continue
        return gone
    raise Unavailable("another writer of the lake was always first; try again")


def sweep(kind: Kind, *, readers_wait_hours: int) -> int:
    """Remove files that no version younger than this names; how many went.

    readers_wait_hours   a reader that opened an older version may still be in its files
    """
    table = lake._table(kind)
    if table is None:
        return 0
    gone = table.vacuum(
        retention_hours=readers_wait_hours, dry_run=False, enforce_retention_duration=False,
        full=True,
    )  # fmt: skip
    return len(gone)


def left_in_files(kind: Kind, numbers: Collection[int]) -> int:
    """How many of their rows stand in any file of the table's folder, in force or not."""
    wanted = sorted(numbers)
    if not wanted:
        return 0
    named = {
        path: (least, most)
        for path, least, most in zip(
            *(lake.snapshot(kind).files[name].to_pylist() for name in ("path", "least", "most")),
            strict=True,
        )
    }
    count = 0
    files, root = pyarrow.fs.FileSystem.from_uri(lake.uri(kind))
    for path in _every_file(files, root):
        bounds = named.get(path.removeprefix(f"{root}/"))
        if bounds is not None and (bounds[0] > wanted[-1] or bounds[1] < wanted[0]):
            continue
        rows = pq.read_table(
            path, filesystem=files, columns=["activation"], filters=_mine(numbers),
            partitioning=None, use_threads=False,
        )  # fmt: skip
        count += rows.num_rows
    return count


def erase_log(numbers: Collection[int], note: Callable[[list[Key]], None]) -> None:
    """Write the log's entries anew without them, each in a transaction of its own.

    note   called in that transaction with what went: what it keeps stands or falls with it
    """
    chosen = pa.array(sorted(numbers), pa.int64())
    position = 0
    while True:
        above = LogEntry.objects.filter(position__gt=position).order_by("position")
        page = list(above.values_list("position", flat=True)[:ENTRIES_AT_ONCE])
        if not page:
            return
        for position in page:
            with transaction.atomic():
                if gone := _without(position, chosen):
                    note(gone)


def left_in_log(numbers: Collection[int]) -> int:
    """How many of their rows stand in the log."""
    chosen = pa.array(sorted(numbers), pa.int64())
    count = 0
    for fixes, events in LogEntry.objects.values_list("fixes", "events").iterator(100):
        for data in (fixes, events):
            held = pc.is_in(log.unpacked(data)["activation"], value_set=chosen)
            count += int(pc.sum(held).as_py() or 0)
    return count


def _without(position: int, chosen: pa.Array) -> list[Key]:
    entry = LogEntry.objects.select_for_update().filter(position=position).first()
    if entry is None:  # it went to the lake meanwhile: not while the lock is held, but by its hour
        return []
    gone: list[Key] = []
    kept: dict[str, pa.Table] = {}
    for kind in lake.KINDS:
        table = log.unpacked(getattr(entry, kind))
        mask = pc.is_in(table["activation"], value_set=chosen)
        gone += [(kind, *key) for key in _keys(table.filter(mask))]
        kept[kind] = table.filter(pc.invert(mask))
    if gone:
        LogEntry.objects.filter(position=position).update(
            fixes=log.packed(kept["fixes"]), events=log.packed(kept["events"]),
            fix_count=kept["fixes"].num_rows, event_count=kept["events"].num_rows,
        )  # fmt: skip
    return gone


def _keys(table: pa.Table) -> list[tuple[int, int, int]]:
    columns = (
        table["activation"], table["measured_at"].cast(pa.int64()), table["content_key"],
    )  # fmt: skip
    return list(zip(*(one.to_pylist() for one in columns), strict=True))


def _rewritten(
    kind: Kind, day: date, files: pa.Table, numbers: Collection[int]
) -> tuple[list[AddAction | RemoveAction], int]:
    """The actions of one commit, and how many rows it takes out."""
    actions: list[AddAction | RemoveAction] = []
    gone = 0
    chosen = pa.array(sorted(numbers), pa.int64())
    for path in files["path"].to_pylist():
        address = f"{lake.uri(kind)}/{path}"
        held = pq.read_table(
            address, columns=["activation"], filters=_mine(numbers), partitioning=None
        )
        if not held.num_rows:
            continue
        rows = lake.read([address], kind)
        kept = rows.filter(pc.invert(pc.is_in(rows["activation"], value_set=chosen)))
        gone += held.num_rows
        partition: dict[str, str | None] = {"day": day.isoformat()}
        actions.append(
            RemoveAction(path, True, time.time_ns() // 1_000_000, partition_values=partition)
        )
        if kept.num_rows:
            actions.append(lake._written(kind, day, kept))
    return actions, gone


def _may_hold(files: pa.Table, numbers: Collection[int]) -> pa.Table:
    if not numbers:
        return files.slice(0, 0)
    return files.filter(
        pc.and_(
            pc.less_equal(files["least"], max(numbers)),
            pc.greater_equal(files["most"], min(numbers)),
        )
    )


def _of_day(files: pa.Table, day: date) -> pa.Table:
    return files.filter(pc.equal(files["day"], pa.scalar(day)))


def _mine(numbers: Collection[int]) -> Any:
    return pc.field("activation").isin(sorted(numbers))


def _every_file(files: Any, root: str) -> list[str]:
    selector = pyarrow.fs.FileSelector(root, recursive=True, allow_not_found=True)
    return [
        one.path
        for one in files.get_file_info(selector)
        if one.is_file and one.path.endswith(".parquet") and "/_delta_log/" not in one.path
    ]
