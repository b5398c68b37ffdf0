"""Rows of an import on their way to the lake, cut by ranges of activations that fit in memory.

A small file stays in memory. A large one is spilled to Arrow files in a folder of its own in the
home (owner only), which goes when the import ends; what a killed import left goes a day later.
"""

from __future__ import annotations

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

from waypost.home import home
from waypost.positions.order import Integers, integers
from waypost.positions.schema import FIXES

BUCKET_ROWS = 3_000_000  # about 330 MB as Arrow, three times that while it is put in order
STAGED = FIXES.append(pa.field("live", pa.bool_(), nullable=False))  # an order was live
LEFT_OVER_S = 24 * 3600
Part = TypeVar("Part")


class Staging:
    """`add` parts, then `buckets` gives them back, one range of activations at a time."""

    def __init__(self, folder: Path, numbers: Integers, expected_rows: int) -> None:
        parts = max(1, -(-expected_rows // BUCKET_ROWS))
        places = [len(numbers) * part // parts for part in range(1, parts)] if len(numbers) else []
        self._folder = folder
        self._cuts = np.unique(numbers[places]) if places else np.empty(0, dtype=np.int64)
        self._kept: list[pa.Table] = []
        self._files: dict[int, Any] = {}

    def add(self, rows: pa.Table) -> None:
        """Rows of schema STAGED."""
        if not len(self._cuts):
            self._kept.append(rows)
            return
        bucket = np.searchsorted(self._cuts, integers(rows, "activation"), side="right")
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
            self._files[number] = pa.ipc.new_stream(str(self._folder / str(number)), STAGED)
        return self._files[number]


@contextmanager
def staging(numbers: Integers, expected_rows: int) -> Iterator[Staging]:
    """A staging that is gone afterwards, whatever happens. `numbers`: activations, sorted."""
    run = home() / "run"
    run.mkdir(exist_ok=True, mode=0o700)
    for old in run.glob("import-*"):
        if time.time() - old.stat().st_mtime > LEFT_OVER_S:
            shutil.rmtree(old, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix="import-", dir=run) as folder:
        yield Staging(Path(folder), numbers, expected_rows)


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
