"""The lake: history as Delta tables of Parquet, `fixes` and `events`, by UTC day of measurement.

    <LAKE_URI>/fixes/day=2026-03-01/<file>.parquet   by (activation, measured_at, content_key)

Writers hold one lock. The archivist commits log rows together with the last log position they
contain, as Delta's application transaction: a reader opens a snapshot, takes that position from
it, and reads the log above it. Files are written by Arrow (five times as fast as the Delta writer)
and then committed by name.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.fs
import pyarrow.parquet as pq
from deltalake import CommitProperties, DeltaTable, Transaction
from deltalake.exceptions import TableNotFoundError
from deltalake.transaction import AddAction, RemoveAction
from django.conf import settings

from waypost.clock import from_us, write_instant
from waypost.errors import Unavailable
from waypost.home import home
from waypost.positions.order import Integers, in_order, integers, order_of, taken
from waypost.positions.schema import EVENTS, FIXES

Kind = Literal["fixes", "events"]
KINDS: tuple[Kind, ...] = ("fixes", "events")
SCHEMAS: dict[Kind, pa.Schema] = {"fixes": FIXES, "events": EVENTS}
DAY = pa.field("day", pa.date32(), nullable=False)

LOG_APP = "log"  # the Delta application whose transaction version is the log position
ROW_GROUP = 32_768  # rows: deleting one person from a national day took 0.4 s instead of 9 s
FILE_ROWS = 500_000  # 55 MB; about 60 files for a national day, 32 once compacted
FILES_A_DAY = 32
WRITERS = 2  # files written at once: Arrow works outside Python's lock
READERS = 2  # files read at once
CROWDED_FILES = 92  # those of a compacted day and 60 rounds: two hours of them
HISTORY_READ = 500  # commits looked back at: with one every two minutes, most of a day
_DAY_US = 86_400_000_000
# Dictionaries pay only where values repeat: without them the rest writes four times as fast.
_DICTIONARIES = ["activation", "mechanism", "kind", "set_aside"]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One state of one table.

    version        Delta's; -1 before the table exists
    log_position   what the log held up to here is in it
    files          path, day, rows, smallest and largest activation: one row a file
    """

    kind: Kind
    version: int
    log_position: int
    files: pa.Table

    def paths(
        self, from_at: datetime, to_at: datetime, activations: tuple[int, int] | None = None
    ) -> list[str]:
        """Files that may hold rows measured in [from_at, to_at) of activations first..last."""
        if self.files.num_rows == 0:
            return []
        last = (to_at - timedelta(microseconds=1)).date()
        wanted = pc.and_(
            pc.greater_equal(self.files["day"], pa.scalar(from_at.date())),
            pc.less_equal(self.files["day"], pa.scalar(last)),
        )
        if activations is not None:
            overlap = pc.and_(
                pc.less_equal(self.files["least"], activations[1]),
                pc.greater_equal(self.files["most"], activations[0]),
            )
            wanted = pc.and_(wanted, overlap)
        return [
            f"{uri(self.kind)}/{path}" for path in self.files["path"].filter(wanted).to_pylist()
        ]


def uri(kind: Kind) -> str:
    return f"{settings.LAKE_URI.rstrip('/')}/{kind}"


def snapshot(kind: Kind = "fixes") -> Snapshot:
    """The table as it is now; an absent lake is an empty one."""
    table = _table(kind)
    if table is None:
        return Snapshot(kind, -1, 0, _NO_FILES)
    return Snapshot(kind, table.version(), table.transaction_version(LOG_APP) or 0, _files(table))


def append(
    kind: Kind, rows: pa.Table, *, log_position: int | None = None, order: Integers | None = None
) -> int:
    """Add rows in one commit; returns how many. Call it inside `writing()`.

    rows           of the kind's schema, any order; put in order, each key once
    log_position   the log up to here is in `rows`; a table that has it already stays as it is
    order          `order_of(rows)` or a part of it, where the caller has it already
    """
    table = _table(kind) or _created(kind)
    if log_position is not None and (table.transaction_version(LOG_APP) or 0) >= log_position:
        return 0
    if order is None:
        order = order_of(rows) if rows.num_rows else np.empty(0, dtype=np.int64)
    if not len(order) and log_position is None:
        return 0
    whole = rows.combine_chunks()
    with ThreadPoolExecutor(WRITERS) as pool:  # rows are moved a file at a time: less memory
        files = list(
            pool.map(
                lambda piece: _written(kind, piece[0], taken(whole, piece[1])),
                _by_day(whole, order),
            )
        )
    _commit(table, kind, files, log_position)
    return len(order)


@contextmanager
def writing(*, wait_s: float = 600.0) -> Iterator[None]:
    """Hold the lake-writer lock: one archivist, import, compaction or deletion at a time.

    The lock dies with its process. Unavailable when somebody else keeps it longer than `wait_s`.
    """
    folder = home() / "run"
    folder.mkdir(exist_ok=True, mode=0o700)
    handle = os.open(folder / "lake-writer.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _lock(handle, wait_s)
        yield
    finally:
        os.close(handle)


def writer_is_busy() -> bool:
    """Whether somebody writes to the lake at this moment."""
    try:
        with writing(wait_s=0.0):
            return False
    except Unavailable:
        return True


def position_before(kind: Kind, instant: datetime) -> int:
    """The log position the table had reached at `instant` by the lake's own clock; 0: none yet."""
    table = _table(kind)
    if table is None:
        return 0
    past = [
        commit for commit in table.history(limit=HISTORY_READ)
        if from_us(int(commit["timestamp"]) * 1_000) <= instant
    ]  # fmt: skip
    if not past:
        return 0
    table.load_as_version(max(int(commit["version"]) for commit in past))
    return table.transaction_version(LOG_APP) or 0


def compact(day: date) -> int:
    """Rewrite a closed day as few files by activation range, each row once; returns the rows.

    One commit a table: readers see the old files or the new ones. Old files stay a day for readers
    that hold an older snapshot.
    """
    total = 0
    with writing():
        for kind in KINDS:
            table = _table(kind)
            if table is None:
                continue
            total += _compacted(table, kind, day)
            table.vacuum(
                retention_hours=24, dry_run=False, enforce_retention_duration=False, full=True
            )
    return total


def crowded_days(most: int = CROWDED_FILES) -> list[date]:
    """Days with more files than `most` in one of the tables: a file a round adds up before night,
    and a reader of one person opens nearly all of them."""
    days: set[date] = set()
    for kind in KINDS:
        counts = snapshot(kind).files.group_by("day").aggregate([("path", "count")])
        days |= set(counts.filter(pc.greater(counts["path_count"], most))["day"].to_pylist())
    return sorted(days)


def _compacted(table: DeltaTable, kind: Kind, day: date) -> int:
    files = _files(table)
    mine = files.filter(pc.equal(files["day"], pa.scalar(day)))
    if mine.num_rows < 2:
        return int(pc.sum(mine["rows"]).as_py() or 0)
    paths = [f"{uri(kind)}/{path}" for path in mine["path"].to_pylist()]
    total = int(pc.sum(mine["rows"]).as_py())
    written: list[AddAction | RemoveAction] = []
    count = 0
    for low, high in _activation_ranges(paths, total):
        rows = read(paths, kind, filters=[("activation", ">=", low), ("activation", "<=", high)])
        rows = in_order(rows)
        count += rows.num_rows
        written += [
            _written(kind, day, rows.slice(at, FILE_ROWS))
            for at in range(0, rows.num_rows, FILE_ROWS)
        ]
    table.create_write_transaction(
        written, mode="overwrite", schema=_delta_schema(kind), partition_by=["day"],
        partition_filters=[("day", "=", day.isoformat())],
    )  # fmt: skip
    return count


def _activation_ranges(paths: list[str], total: int) -> list[tuple[int, int]]:
    """Cuts of the activations into ranges of about equal rows, FILES_A_DAY at most."""
    seen = pa.concat_tables(
        [pq.read_table(path, columns=["activation"], partitioning=None) for path in paths]
    )
    numbers = np.sort(integers(seen, "activation"))
    parts = max(1, min(FILES_A_DAY, total // ROW_GROUP))
    cuts = numbers[[len(numbers) * part // parts for part in range(1, parts)]]
    starts = np.unique(np.concatenate([numbers[:1], cuts]))
    ends = [*(starts[1:] - 1).tolist(), int(numbers[-1])]
    return list(zip(starts.tolist(), ends, strict=True))


def read(
    paths: list[str], kind: Kind, *, filters: Any = None, columns: list[str] | None = None
) -> pa.Table:
    """Rows of some of the table's files, unordered, without the day."""
    schema = SCHEMAS[kind]
    if columns:
        schema = pa.schema([schema.field(name) for name in columns])
    if not paths:
        return schema.empty_table()
    with ThreadPoolExecutor(READERS) as pool:  # a year is 365 files: Arrow reads outside the lock
        parts = list(
            pool.map(
                lambda path: pq.read_table(
                    path, columns=columns, filters=filters, partitioning=None, use_threads=False
                ),
                paths,
            )
        )
    return pa.concat_tables(parts).select(schema.names).cast(schema)


_NO_FILES = pa.schema(
    [("path", pa.string()), ("day", pa.date32()), ("rows", pa.int64()), ("least", pa.int64()),
     ("most", pa.int64())]
).empty_table()  # fmt: skip


def _table(kind: Kind) -> DeltaTable | None:
    try:
        return DeltaTable(uri(kind))
    except TableNotFoundError:
        return None


def _created(kind: Kind) -> DeltaTable:
    if "://" not in settings.LAKE_URI:
        os.makedirs(settings.LAKE_URI, mode=0o700, exist_ok=True)
    return DeltaTable.create(
        uri(kind), schema=_delta_schema(kind), partition_by=["day"], mode="ignore",
        configuration={"delta.dataSkippingStatsColumns": "activation,measured_at"},
    )  # fmt: skip


def _delta_schema(kind: Kind) -> pa.Schema:
    return SCHEMAS[kind].append(DAY)


def _files(table: DeltaTable) -> pa.Table:
    found = pa.table(table.get_add_actions(flatten=True))
    if found.num_rows == 0:
        return _NO_FILES
    names = ("path", "partition.day", "num_records", "min.activation", "max.activation")
    return found.select(names).rename_columns(_NO_FILES.schema.names).cast(_NO_FILES.schema)


def _by_day(rows: pa.Table, order: Integers) -> Iterator[tuple[date, Integers]]:
    """The places of the rows of each file: of one UTC day, in order, FILE_ROWS at most."""
    days = (integers(rows, "measured_at") // _DAY_US)[order]
    for number in np.unique(days).tolist():
        mine = order[days == number]
        for start in range(0, len(mine), FILE_ROWS):
            yield from_us(number * _DAY_US).date(), mine[start : start + FILE_ROWS]


def _written(kind: Kind, day: date, rows: pa.Table) -> AddAction:
    """Write one file of a day and describe it; nobody sees it before it is committed."""
    path = f"day={day.isoformat()}/{secrets.token_hex(16)}.parquet"
    files, root = pyarrow.fs.FileSystem.from_uri(uri(kind))
    target = f"{root}/{path}"
    if isinstance(files, pyarrow.fs.LocalFileSystem):
        os.makedirs(os.path.dirname(target), mode=0o700, exist_ok=True)
    pq.write_table(
        rows, target, filesystem=files, compression="zstd", row_group_size=ROW_GROUP,
        use_dictionary=[name for name in _DICTIONARIES if name in rows.column_names],
    )  # fmt: skip
    if isinstance(files, pyarrow.fs.LocalFileSystem):
        _to_disk(target)
    size = files.get_file_info(target).size
    now_ms = time.time_ns() // 1_000_000
    return AddAction(path, size, {"day": day.isoformat()}, now_ms, True, _stats(rows))


def _to_disk(path: str) -> None:
    """A commit never names a file that a power cut could empty: the log lets go of its rows."""
    for name in (path, os.path.dirname(path)):
        handle = os.open(name, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _stats(rows: pa.Table) -> str:
    low, high = {}, {}
    for name in ("activation", "measured_at"):
        both = pc.min_max(rows[name])
        low[name], high[name] = both["min"].as_py(), both["max"].as_py()
    for bounds in (low, high):
        bounds["measured_at"] = write_instant(bounds["measured_at"])
    nulls = {"activation": 0, "measured_at": 0}
    return json.dumps(
        {"numRecords": rows.num_rows, "minValues": low, "maxValues": high, "nullCount": nulls}
    )


def _commit(
    table: DeltaTable, kind: Kind, files: Sequence[AddAction], log_position: int | None
) -> None:
    marks = [] if log_position is None else [Transaction(LOG_APP, log_position)]
    table.create_write_transaction(
        list(files), mode="append", schema=_delta_schema(kind), partition_by=["day"],
        commit_properties=CommitProperties(app_transactions=marks),
    )  # fmt: skip


def _lock(handle: int, wait_s: float) -> None:
    until = time.monotonic() + wait_s
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() >= until:
                raise Unavailable("another process is writing to the lake; try again") from None
            time.sleep(0.05)
