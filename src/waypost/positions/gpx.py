"""GPX files as fixes: the points of their tracks, read in a stream, each alone.

    bytes -> expat -> rows of text as sent -> rowcheck -> FixesFile, a block at a time

A GPX file says where and when but not whose: the importer is told. Only track points are fixes;
waypoints and routes are plans. The file comes from outside, so a document type (the door to
entities that grow and to other files) is refused, and nesting, single items and the whole have
bounds. From the public schema of GPX 1.0 and 1.1: degrees WGS84, times in UTC, speed in m/s; `hdop`
is a ratio and no accuracy, so that stays unstated.
"""

from __future__ import annotations

import re
import xml.parsers.expat as expat  # a document type is refused below
from collections.abc import Callable, Iterator, Mapping
from typing import IO, Any

import numpy as np
import pyarrow as pa

from waypost.errors import BadFile, Problem
from waypost.positions import rowcheck

READ_BYTES = 2**18
FILE_BYTES_MAX = 2**30  # a year of one tag, a point a second, is some 4 GB; a month is 300 MB
ITEM_BYTES_MAX = 2**20  # of one tag with its attributes, or one text: they wait until whole
DEPTH_MAX = 50
TEXT_LENGTH_MAX = 200  # of a value that we read
ROWS_OF_A_BLOCK = 100_000
# Elements of a track point -> our columns, in GPX 1.0 and in the extensions of 1.1 alike.
COLUMNS = {"time": "time", "speed": "speed_mps", "course": "course_deg", "src": "src", "fix": "fix"}
SENT = {"time": "time", "lat": "lat", "lon": "lon", "speed_mps": "speed", "course_deg": "course",
        "mechanism": "src", "person_id": "--person", "activation_id": "--activation"}  # fmt: skip
# What loggers say a point is from, where it is not GNSS. "network" is Wi-Fi or cells: the worse.
SOURCES = {"network": "CELL", "cell": "CELL", "wifi": "WIFI"}
_WITH_OFFSET = re.compile(r"(Z|[+-]\d\d(:?\d\d)?)$")
Block = tuple[pa.Table, list[Problem], int]


def gpx_blocks(stream: IO[bytes], owner: Mapping[str, str]) -> Iterator[Block]:
    """Rows (`rowcheck.FILE_FIXES`), problems and how many points, a block at a time.

    owner    {"person_id": ...} or {"activation_id": ...}: whose all of them are
    raises   BadFile when it is not GPX, or is damaged, or larger than is read
    """
    points = _Points()
    for data in _pieces(stream):
        points.feed(data)
        if len(points.rows) >= ROWS_OF_A_BLOCK:
            yield _block(points, owner)
    points.end()
    yield _block(points, owner)


def _pieces(stream: IO[bytes]) -> Iterator[bytes]:
    size = 0
    while data := stream.read(READ_BYTES):
        size += len(data)
        if size > FILE_BYTES_MAX:
            raise BadFile("the file is larger than 1 GiB; send it in parts")
        yield data


class _Points:
    """Rows from the elements of a file as expat finds them."""

    def __init__(self) -> None:
        self.rows: list[dict[str, Any]] = []
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._finish
        self._parser.CharacterDataHandler = self._text
        self._parser.StartDoctypeDeclHandler = self._refuse_doctype
        self._depth = self._fed = 0
        self._row: dict[str, Any] | None = None  # of the point at hand
        self._column: str | None = None  # of the element at hand
        self._words = ""

    def feed(self, data: bytes) -> None:
        self._fed += len(data)
        self._told(lambda: self._parser.Parse(data, False))
        if self._fed - self._parser.CurrentByteIndex > ITEM_BYTES_MAX + READ_BYTES:
            raise BadFile("the file holds a single item larger than 1 MiB; it is not read")

    def end(self) -> None:
        self._told(lambda: self._parser.Parse(b"", True))

    def take(self) -> list[dict[str, Any]]:
        rows, self.rows = self.rows, []
        return rows

    def _told(self, parse: Callable[[], object]) -> None:
        try:
            parse()
        except expat.ExpatError as error:
            why = expat.ErrorString(error.code)
            raise BadFile(f"the file is damaged, or not GPX: line {error.lineno}: {why}") from None
        except (LookupError, ValueError):  # of an encoding
            raise BadFile("the file is in an encoding that is not read; send UTF-8") from None

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(":")[2]
        self._depth += 1
        if self._depth == 1 and local != "gpx":
            raise BadFile(f"the file is not GPX: it begins with <{local[:40]}>")
        if self._depth > DEPTH_MAX:
            raise BadFile(f"the file is nested deeper than {DEPTH_MAX} elements")
        if local == "trkpt":
            given = {name: attributes.get(name) for name in ("lat", "lon")}
            self._row = {"line": self._parser.CurrentLineNumber, **given}
        self._column = COLUMNS.get(local) if self._row is not None else None
        self._words = ""

    def _text(self, words: str) -> None:
        if self._column is not None and len(self._words) <= TEXT_LENGTH_MAX:
            self._words += words[: TEXT_LENGTH_MAX + 1]

    def _finish(self, name: str) -> None:
        self._depth -= 1
        if self._row is not None and self._column is not None:
            self._row.setdefault(self._column, self._words.strip() or None)
        self._column = None
        if name.rpartition(":")[2] == "trkpt" and self._row is not None:
            self.rows.append(self._row)
            self._row = None

    def _refuse_doctype(self, *about: object) -> None:
        raise BadFile("the file declares a document type; GPX has none, and it is not read")


def _block(points: _Points, owner: Mapping[str, str]) -> Block:
    sound, problems = [], []
    rows = points.take()
    for row in rows:
        if (row.get("fix") or "").lower() == "none":
            problems.append(_no_fix(row["line"]))
        else:
            sound.append(row)
    lines = np.array([row["line"] for row in sound], dtype=np.int64)
    table, found = rowcheck.check(_columns(sound, owner), lines, SENT)
    return table, sorted([*problems, *found], key=lambda one: one.line or 0), len(rows)


def _columns(rows: list[dict[str, Any]], owner: Mapping[str, str]) -> dict[str, pa.Array]:
    columns = {
        name: pa.array([row.get(name) for row in rows], pa.string())
        for name in ("lat", "lon", "speed_mps", "course_deg")
    }
    columns["time"] = pa.array([_in_utc(row.get("time")) for row in rows], pa.string())
    columns["mechanism"] = pa.array([_mechanism(row.get("src")) for row in rows], pa.string())
    for name, whose in owner.items():
        columns[name] = pa.array([whose] * len(rows), pa.string())
    return columns


def _in_utc(text: str | None) -> str | None:
    """A time without an offset is UTC, as the schema says."""
    return text if text is None or _WITH_OFFSET.search(text) else f"{text}Z"


def _mechanism(source: str | None) -> str:
    return SOURCES.get((source or "").lower(), "GNSS")


def _no_fix(line: int) -> Problem:
    return Problem(
        line, "NO_FIX", "fix", "none", "the point says itself that it is no fix",
        "leave it out; its place is an old one",
    )  # fmt: skip
