"""Fixes files by the contract (design, section 4): CSV, CSV.gz, NDJSON, Parquet in; Arrow out.
GPX too (gpx.py), when it is said whose it is.

    open by suffix -> blocks of about 32 MB -> columns -> rowcheck -> FixesFile

A block that is sound goes through Arrow's readers at full speed. A block with anything wrong in it
is read again line by line, so that each problem names its physical line and spoils one row only.
"""

from __future__ import annotations

import gzip
import json
import sys
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, cast

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.json
import pyarrow.parquet

from waypost.errors import BadFile, BadUse, Problem
from waypost.positions import rowcheck
from waypost.positions.gpx import gpx_blocks
from waypost.positions.rowcheck import NUMBERS, TIMES, WORDS

BLOCK_BYTES = 32 * 2**20
QUOTED_LINES_MAX = 20  # a quoted value may run over so many lines; then the quote was a slip
PROBLEMS_KEPT = 10_000  # a file wrong throughout must not fill the memory with sentences
NAMES = (*WORDS, *TIMES, *NUMBERS)
NEEDED = ("time", "lat", "lon")


@dataclass(frozen=True, slots=True)
class FixesFile:
    """What a file, or a part of one, gave.

    table      `rowcheck.FILE_FIXES`, in file order
    problems   at most PROBLEMS_KEPT; `refused` counts them all
    received   data rows seen: rows of the table plus refused ones
    """

    table: pa.Table
    problems: list[Problem] = field(default_factory=list)
    received: int = 0

    @property
    def refused(self) -> int:
        return self.received - int(self.table.num_rows)


def read_fixes(path: str, *, renames: Mapping[str, str]) -> FixesFile:
    """The whole file. `renames` is contract name -> the file's name; "-" is standard input.

    raises   BadFile when it cannot be opened, is not what its name says, or lacks a column
    """
    return joined(list(iter_fixes(path, renames=renames)))


def iter_fixes(
    path: str,
    *,
    renames: Mapping[str, str],
    batch_rows: int = 0,
    owner: Mapping[str, str] | None = None,
) -> Iterator[FixesFile]:
    """The file in parts of at least `batch_rows` rows (the last may be less), in bounded memory.

    owner   of a GPX file, which names nobody: {"person_id": ...} or {"activation_id": ...}
    """
    check_renames(renames)
    waiting: list[FixesFile] = []
    for part in _blocks(path, renames, owner or {}):
        waiting.append(part)
        if sum(one.received for one in waiting) >= batch_rows:
            yield joined(waiting)
            waiting = []
    if waiting:
        yield joined(waiting)


def check_renames(renames: Mapping[str, str]) -> None:
    unknown = sorted(set(renames) - set(NAMES))
    if unknown:
        raise BadUse(f"--map knows no column {unknown[0]!r}; it knows {', '.join(NAMES)}")


def joined(parts: Sequence[FixesFile]) -> FixesFile:
    if len(parts) == 1:
        return parts[0]
    tables = [part.table for part in parts]
    table = pa.concat_tables(tables) if tables else rowcheck.FILE_FIXES.empty_table()
    problems = [problem for part in parts for problem in part.problems][:PROBLEMS_KEPT]
    return FixesFile(table.unify_dictionaries(), problems, sum(part.received for part in parts))


def _blocks(path: str, renames: Mapping[str, str], owner: Mapping[str, str]) -> Iterator[FixesFile]:
    is_gpx = path.endswith(".gpx")
    if is_gpx and len(owner) != 1:
        raise BadUse("a GPX file says nobody's name: say whose with --person or --activation")
    if owner and not is_gpx:
        raise BadUse("--person and --activation are for GPX files; other files say whose rows are")
    if path.endswith(".parquet"):
        with _damage_told():
            yield from _parquet_blocks(path, renames)
        return
    with _opened(path) as stream, _damage_told():
        if is_gpx:
            for table, problems, received in gpx_blocks(stream, owner):
                yield FixesFile(table, problems[:PROBLEMS_KEPT], received)
        elif path.endswith(".ndjson") or (path == "-" and _looks_like_json(stream)):
            yield from _ndjson_blocks(stream, renames)
        else:
            yield from _csv_blocks(stream, renames)


def _opened(path: str) -> IO[bytes]:
    if path == "-":
        return sys.stdin.buffer
    if not path.endswith((".csv", ".csv.gz", ".ndjson", ".gpx")):
        raise BadFile(
            f"{Path(path).name}: a fixes file ends in .csv, .csv.gz, .ndjson, .parquet or .gpx"
        )
    try:
        file = open(path, "rb")  # noqa: SIM115 - closed by the caller's `with`
    except OSError as error:
        raise BadFile(f"cannot open {path}: {error.strerror}") from None
    return cast(IO[bytes], gzip.GzipFile(fileobj=file)) if path.endswith(".gz") else file


@contextmanager
def _damage_told() -> Iterator[None]:
    """A file that cannot be read to its end (cut, not gzip at all) is one plain sentence."""
    try:
        yield
    except (OSError, EOFError, zlib.error, pa.ArrowException, UnicodeDecodeError) as error:
        why = " ".join(str(error).split())[:200]
        raise BadFile(f"the file is damaged, or not what its name says: {why}") from None


def _looks_like_json(stream: IO[bytes]) -> bool:
    """Standard input has no name to go by: its first byte tells."""
    return cast(bytes, stream.peek(1))[:1] == b"{"  # type: ignore[attr-defined]


def _pieces(stream: IO[bytes], *, first_line: int) -> Iterator[tuple[bytes, int]]:
    """Blocks cut between rows, each with the physical line it starts on."""
    line, rest = first_line, b""
    while True:
        data = stream.read(BLOCK_BYTES)
        block = rest + data
        if not data:
            if block:
                yield block, line
            return
        cut = _cut(block)
        if cut:
            yield block[:cut], line
            line += block.count(b"\n", 0, cut)
        rest = block[cut:]


def _cut(block: bytes) -> int:
    """Where the last whole row ends: after the last newline that is outside quotes."""
    last = block.rfind(b"\n") + 1
    tail_from = last
    for _ in range(QUOTED_LINES_MAX):
        tail_from = block.rfind(b"\n", 0, max(tail_from - 1, 0)) + 1
    tail = block[tail_from:last]
    cut, quotes, at = 0, 0, 0
    for row in tail.splitlines(keepends=True):
        quotes += row.count(b'"')
        at += len(row)
        if quotes % 2 == 0:
            cut = at
    return tail_from + cut if cut else last


def _csv_blocks(stream: IO[bytes], renames: Mapping[str, str]) -> Iterator[FixesFile]:
    header = stream.readline().removeprefix(b"\xef\xbb\xbf")
    if not header.strip():
        raise BadFile("the file is empty: the first line must name the columns")
    if b"\0" in header:
        raise BadFile("the file is not UTF-8 text; send it as UTF-8")
    if b"\r" in header.rstrip(b"\r\n"):
        raise BadFile("the file's lines end in CR alone; end them in LF or CRLF")
    names = [name.strip() for name in _split(header.decode("utf-8", "replace"))]
    wanted = _wanted(names, renames)
    for block, line in _pieces(stream, first_line=2):
        yield _csv_fast(block, names, wanted, line) or _csv_slow(block, names, wanted, line)


def _wanted(names: Sequence[str], renames: Mapping[str, str]) -> dict[str, str]:
    """Contract name -> the file's column, where it has one. BadFile: one is missing or twice."""
    wanted = {}
    for name in NAMES:
        sent = renames.get(name, name)
        if names.count(sent) > 1:
            raise BadFile(f"the column {sent!r} stands twice in the header")
        if sent in names:
            wanted[name] = sent
        elif name in renames:
            raise BadFile(f"there is no column {sent!r}; the file has {', '.join(names)}")
    missing = [renames.get(name, name) for name in NEEDED if name not in wanted]
    if not ({"person_id", "activation_id"} & set(wanted)):
        missing.insert(0, "person_id or activation_id")
    if missing:
        raise BadFile(f"columns missing: {', '.join(missing)}; --map NAME=COLUMN renames")
    return wanted


def _csv_fast(
    block: bytes, names: list[str], wanted: dict[str, str], line: int
) -> FixesFile | None:
    """The block by Arrow's reader, or None when anything in it is not as it should be."""
    if b'"' in block and any(line.count(b'"') % 2 for line in block.split(b"\n")):
        return None
    types = {wanted[name]: kind for name, kind in rowcheck.FAST_TYPES.items() if name in wanted}
    try:
        table = pyarrow.csv.read_csv(
            pa.py_buffer(block),
            pyarrow.csv.ReadOptions(column_names=names),
            pyarrow.csv.ParseOptions(newlines_in_values=False),
            pyarrow.csv.ConvertOptions(
                include_columns=list(types), column_types=types,
                null_values=[""], strings_can_be_null=True,
            ),
        )  # fmt: skip
    except pa.ArrowInvalid:
        return None
    return _checked_fast(block, table, wanted, line)


def _checked_fast(
    block: bytes, table: pa.Table, wanted: Mapping[str, str], line: int
) -> FixesFile | None:
    if block.count(b"\n") + (not block.endswith(b"\n")) != table.num_rows:
        return None  # blank lines: a row's number does not tell its line
    columns = {name: table[sent] for name, sent in wanted.items()}
    lines = np.arange(line, line + table.num_rows, dtype=np.int64)
    checked, problems = rowcheck.check(columns, lines, wanted)
    return None if problems else FixesFile(checked, [], checked.num_rows)


def _csv_slow(block: bytes, names: list[str], wanted: dict[str, str], line: int) -> FixesFile:
    """The block line by line: exact lines, one problem row at a time."""
    rows, lines, problems = [], [], []
    for at, text in _rows(block, line):
        values = _split(text)
        if len(values) == len(names) and "\ufffd" not in text:
            rows.append(values)
            lines.append(at)
        else:
            problems.append(_unreadable(at, text, len(values), len(names)))
    placed = {name: names.index(sent) for name, sent in wanted.items()}
    columns = {name: pa.array([row[i] for row in rows], pa.string()) for name, i in placed.items()}
    return _checked(columns, lines, wanted, problems)


def _checked(
    columns: Mapping[str, Any], lines: list[int], wanted: Mapping[str, str], bad: list[Problem]
) -> FixesFile:
    table, found = rowcheck.check(columns, np.array(lines, dtype=np.int64), wanted)
    problems = sorted([*bad, *found], key=lambda problem: problem.line or 0)[:PROBLEMS_KEPT]
    return FixesFile(table, problems, len(lines) + len(bad))


def _rows(block: bytes, line: int) -> Iterator[tuple[int, str]]:
    """(physical line, text) of each row; blank lines are no rows; a stray quote spoils its line."""
    texts = block.decode("utf-8", "replace").split("\n")
    i = 0
    while i < len(texts):
        end = i + 1
        if texts[i].count('"') % 2:
            quotes = 0
            for j in range(i, min(i + QUOTED_LINES_MAX, len(texts))):
                quotes += texts[j].count('"')
                if quotes % 2 == 0:
                    end = j + 1
                    break
        text = "\n".join(texts[i:end]).rstrip("\r")
        if text:
            yield line + i, text
        i = end


def _split(text: str) -> list[str]:
    """The values of one CSV row."""
    text = text.rstrip("\r\n")
    if '"' not in text:
        return text.split(",")
    values, value, quoted, i = [], "", False, 0
    while i < len(text):
        letter = text[i]
        if letter == '"' and quoted and text[i + 1 : i + 2] == '"':
            value, i = value + '"', i + 1
        elif letter == '"' and (quoted or not value):
            quoted = not quoted
        elif letter == "," and not quoted:
            values.append(value)
            value = ""
        else:
            value += letter
        i += 1
    return [*values, value]


def _unreadable(line: int, text: str, count: int, expected: int) -> Problem:
    if "\ufffd" in text and count == expected:
        return Problem(line, "NOT_UTF8", None, text[:200], "the row is not UTF-8 text",
                       "send the file as UTF-8")  # fmt: skip
    return Problem(
        line, "INVALID_COLUMN_COUNT", None, text[:200],
        f"the row has {count} columns, the header {expected}",
        "send as many values as the header names columns",
    )  # fmt: skip


def _ndjson_blocks(stream: IO[bytes], renames: Mapping[str, str]) -> Iterator[FixesFile]:
    wanted = {name: renames.get(name, name) for name in NAMES}
    for block, line in _pieces(stream, first_line=1):
        yield _ndjson_fast(block, wanted, line) or _ndjson_slow(block, wanted, line)


def _ndjson_fast(block: bytes, wanted: Mapping[str, str], line: int) -> FixesFile | None:
    if block.lstrip()[:1] != b"{":
        return None  # Arrow's reader falls over, with the process, where the first value is null
    if not _is_utf8(block):
        return None
    schema = pa.schema(
        [(sent, pa.float64() if name in NUMBERS else pa.string()) for name, sent in wanted.items()]
    )
    options = pyarrow.json.ParseOptions(
        explicit_schema=schema, unexpected_field_behavior="ignore", newlines_in_values=False
    )
    try:
        table = pyarrow.json.read_json(
            pa.py_buffer(block), pyarrow.json.ReadOptions(block_size=len(block) + 1), options
        )
    except pa.ArrowInvalid:
        return None
    return _checked_fast(block, table, wanted, line)


def _is_utf8(block: bytes) -> bool:
    """Arrow's JSON reader does not ask."""
    try:
        block.decode()
    except UnicodeDecodeError:
        return False
    return True


def _ndjson_slow(block: bytes, wanted: Mapping[str, str], line: int) -> FixesFile:
    rows: list[dict[str, Any]] = []
    lines, problems = [], []
    for at, raw in enumerate(block.split(b"\n"), line):
        if not raw.strip():
            continue
        try:
            row = json.loads(raw.removeprefix(b"\xef\xbb\xbf") if at == 1 else raw)
            if b"\\u" in raw:
                json.dumps(row, ensure_ascii=False).encode()  # half a character is none
        except (ValueError, RecursionError):
            row = None
        if isinstance(row, dict):
            rows.append(row)
            lines.append(at)
        else:
            problems.append(
                Problem(at, "NOT_JSON", None, raw[:200].decode("utf-8", "replace"),
                        "the line is not a JSON object", "write one JSON object a line")
            )  # fmt: skip
    columns = {
        name: pa.array([_text(row.get(sent)) for row in rows], pa.string())
        for name, sent in wanted.items()
    }
    return _checked(columns, lines, wanted, problems)


def _text(value: Any) -> str | None:
    """A JSON value as a CSV would show it; what is neither text nor number shows as JSON."""
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value)


def _parquet_blocks(path: str, renames: Mapping[str, str]) -> Iterator[FixesFile]:
    """Row groups in batches; a problem's line is the row's number, counted from 1."""
    try:
        file = pyarrow.parquet.ParquetFile(path)
    except FileNotFoundError:
        raise BadFile(f"cannot open {path}: No such file or directory") from None
    except IsADirectoryError:
        raise BadFile(f"cannot open {path}: Is a directory") from None
    except pa.ArrowInvalid:
        raise BadFile(f"{Path(path).name} is not a Parquet file") from None
    wanted = _wanted(file.schema_arrow.names, renames)
    line = 1
    for batch in file.iter_batches(batch_size=524_288, columns=list(wanted.values())):
        columns = {name: batch[sent] for name, sent in wanted.items()}
        lines = np.arange(line, line + batch.num_rows, dtype=np.int64)
        table, problems = rowcheck.check(columns, lines, wanted)
        yield FixesFile(table, problems[:PROBLEMS_KEPT], batch.num_rows)
        line += batch.num_rows
