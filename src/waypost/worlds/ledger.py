"""The ledger of a play: what each tag sent, to the last digit, and what was acknowledged.

    t,TAG,,,,,CLOCK_S,PROTOCOL DEVICE      a tag, and how wrong its clock is
    s,TAG,NUMBER,US,LAT_E7,LON_E7,,KIND    said, written before the bytes leave
    a,TAG,NUMBER,,,,,                      acknowledged, written before the tag forgets it

A CSV file that only grows. Each line goes to the kernel in one write, so that killing the player
loses none; a last line cut short is left out on reading. With it, what a store holds can be held
against what was promised, and a play that was killed goes on where it was.
"""

from __future__ import annotations

import io
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv

from waypost.worlds.report import Report

COLUMNS = ("what", "tag", "number", "at_us", "lat_e7", "lon_e7", "clock_s", "word")
_TYPES = [pa.string(), *[pa.int64()] * 6, pa.string()]
_SCHEMA = pa.schema(list(zip(COLUMNS, _TYPES, strict=True)))
Integers = npt.NDArray[np.int64]


class Ledger:
    """An open ledger; one writer."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        size = os.fstat(self._file).st_size
        whole = _whole_size(path, size)
        if whole < size:
            os.ftruncate(self._file, whole)

    def name(self, tag: int, device_id: str, protocol: str, clock_s: int) -> None:
        self._write([f"t,{tag},,,,,{clock_s},{protocol} {device_id}\n"])

    def sent(self, tag: int, reports: Iterable[Report]) -> None:
        """Reports as carried; each once, before it is sent for the first time."""
        self._write(
            f"s,{tag},{one.number},{one.at_us},{_e7(one.lat)},{_e7(one.lon)},,"
            f"{'' if one.event is None else one.event.value}\n"
            for one in reports
        )

    def acknowledged(self, tag: int, numbers: Iterable[int]) -> None:
        self._write(f"a,{tag},{number},,,,,\n" for number in numbers)

    def close(self) -> None:
        os.close(self._file)

    def _write(self, lines: Iterable[str]) -> None:
        text = "".join(lines).encode()
        if text and os.write(self._file, text) != len(text):
            raise OSError("the ledger could not be written whole")


@dataclass(frozen=True, slots=True)
class Tagged:
    """A tag of a ledger."""

    number: int
    device_id: str
    protocol: str
    clock_s: int


@dataclass(frozen=True)
class Told:
    """A ledger as it was read.

    tags    by number
    said    each report said, once, by tag and number: tag, number, at_us, lat_e7, lon_e7 (null:
            no place), word, acknowledged
    """

    tags: dict[int, Tagged]
    said: pa.Table

    def of(self, tag: int) -> pa.Table:
        """What one tag said."""
        tags = self.said["tag"].to_numpy()
        first, end = np.searchsorted(tags, tag, "left"), np.searchsorted(tags, tag, "right")
        return self.said.slice(int(first), int(end - first))

    def before(self) -> dict[int, dict[int, int | None]]:
        """By tag and number: by the tag's clock when, where it was not acknowledged; else None."""
        found: dict[int, dict[int, int | None]] = {tag: {} for tag in self.tags}
        got = self.said.filter(self.said["acknowledged"])
        for tag, number in zip(got["tag"].to_pylist(), got["number"].to_pylist(), strict=True):
            found[tag][number] = None
        for row in self.said.filter(pc.invert(self.said["acknowledged"])).to_pylist():
            found[row["tag"]][row["number"]] = row["at_us"]
        return found


def read_ledger(path: Path) -> Told:
    """Everything in it. OSError when there is no such file."""
    size = path.stat().st_size
    data = path.read_bytes()[: _whole_size(path, size)]
    if not data:
        return Told({}, _said(_SCHEMA.empty_table()))
    table = pacsv.read_csv(
        io.BytesIO(data),
        pacsv.ReadOptions(column_names=list(COLUMNS)),
        convert_options=pacsv.ConvertOptions(column_types=_SCHEMA),
    )
    tags = {}
    for row in table.filter(pc.equal(table["what"], "t")).to_pylist():
        protocol, _, device_id = row["word"].partition(" ")
        tags[row["tag"]] = Tagged(row["tag"], device_id, protocol, row["clock_s"])
    return Told(tags, _said(table))


def _said(table: pa.Table) -> pa.Table:
    said = table.filter(pc.equal(table["what"], "s"))
    got = table.filter(pc.equal(table["what"], "a"))
    acknowledged = np.isin(_names(said), _names(got))
    named = said.select(["tag", "number", "at_us", "lat_e7", "lon_e7", "word"])
    named = named.append_column("acknowledged", pa.array(acknowledged))
    _, first = np.unique(_names(said), return_index=True)
    return named.take(pa.array(first)).combine_chunks()


def _names(table: pa.Table) -> Integers:
    """Tag and number as one integer."""
    tag, number = (np.asarray(table[name].to_numpy(), dtype=np.int64) for name in ("tag", "number"))
    return tag << 32 | number


def _e7(degrees: float | None) -> str:
    return "" if degrees is None else str(round(degrees * 1e7))


def _whole_size(path: Path, size: int) -> int:
    """The size up to the end of the last whole line."""
    with open(path, "rb") as file:
        for start in range(max(size - 4096, 0), -1, -4096):
            file.seek(start)
            at = file.read(4096).rfind(b"\n")
            if at >= 0:
                return start + at + 1
    return 0
