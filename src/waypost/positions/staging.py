"""Rows of a file on their way, cut by ranges of numbers (whose they are) that fit in memory.

An import's by activation, to the lake; a replay's by person, to be judged. A small file stays in
memory. A large one is spilled to Arrow files in a folder of its own in the home (owner only), which
goes when the work ends; what a killed process left goes a day later.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from waypost.home import home
from waypost.positions.order import Integers, integers
from waypost.positions.schema import FIXES

BUCKET_ROWS = 3_000_000  # about 330 MB as Arrow, three times that while it is put in order
STAGED = FIXES.append(pa.field("live", pa.bool_(), nullable=False))  # an order was live
LEFT_OVER_S = 24 * 3600
BYTES_A_ROW = {
    ".csv": 60,
    ".gz": 12,
    ".ndjson": 120,
    ".gpx": 120,
}  # for a guess at the rows of a file
UNKNOWN_ROWS = 24_000_000  # standard input: spill rather than fill the memory
Part = TypeVar("Part")


class Staging:
    """`add` parts, then `buckets` gives them back, one range of numbers at a time, in order."""

    def __init__(
        self, folder: Path, numbers: Integers, expected_rows: int, schema: pa.Schema, key: str
    ) -> None:
        self._schema, self._key = schema, key
        parts = max(1, -(-expected_rows // BUCKET_ROWS))
        places = [len(numbers) * part // parts for part in range(1, parts)] if len(numbers) else []
        self._folder = folder
        self._cuts = np.unique(numbers[places]) if places else np.empty(0, dtype=np.int64)
        self._kept: list[pa.Table] = []
        self._files: dict[int, Any] = {}

    def add(self, rows: pa.Table) -> None:
        """Rows of the schema."""
        if not len(self._cuts):
            self._kept.append(rows)
            return
        bucket = np.searchsorted(self._cuts, integers(rows, self._key), side="right")
        for number in np.unique(bucket).tolist():
            self._file(number).write_table(rows.filter(pa.array(bucket == number)))

    def buckets(self) -> Iterator[pa.Table]:
        if self._kept:
            yield pa.concat_tables(self._kept)
            self._kept = []
        for file in self._files.values():
            file.close()
        for number in sorted(self._files):
            path = self._folder / str(number)
            with pa.memory_map(str(path)) as source:
                yield pa.ipc.open_stream(source).read_all()
            path.unlink()

    def _file(self, number: int) -> Any:
        if number not in self._files:
            self._files[number] = pa.ipc.new_stream(str(self._folder / str(number)), self._schema)
        return self._files[number]


@contextmanager
def staging(
    numbers: Integers, expected_rows: int, *, schema: pa.Schema = STAGED, key: str = "activation"
) -> Iterator[Staging]:
    """A staging that is gone afterwards, whatever happens.

    numbers   whose rows there may be, sorted; `key` is their column in the schema
    """
    run = home() / "run"
    run.mkdir(exist_ok=True, mode=0o700)
    for old in run.glob("staged-*"):
        if time.time() - old.stat().st_mtime > LEFT_OVER_S:
            shutil.rmtree(old, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix="staged-", dir=run) as folder:
        yield Staging(Path(folder), numbers, expected_rows, schema, key)


def expected_rows(path: str) -> int:
    """A guess at the rows, from which ranges are cut; too low costs memory, too high nothing."""
    if path == "-":
        return UNKNOWN_ROWS
    try:
        if path.endswith(".parquet"):
            return int(pq.read_metadata(path).num_rows)
        return os.path.getsize(path) // BYTES_A_ROW.get(os.path.splitext(path)[1], 60)
    except (OSError, pa.ArrowInvalid):
        return 0  # opening it says what is wrong


def read_ahead(parts: Iterator[Part]) -> Iterator[Part]:
    """The same parts, the next one being read while the last is worked on."""
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(next, parts, None)
        while (part := waiting.result()) is not None:
            waiting = pool.submit(next, parts, None)
            yield part


def without_mark(rows: pa.Table, *, live: bool) -> pa.Table:
    """The live rows, or the others, as schema.FIXES."""
    wanted = rows["live"] if live else pc.invert(rows["live"])
    return rows.drop_columns(["live"]) if pc.all(wanted).as_py() else _filtered(rows, wanted)


def _filtered(rows: pa.Table, wanted: Any) -> pa.Table:
    return rows.filter(wanted).drop_columns(["live"])
