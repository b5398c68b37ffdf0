"""Rows of a cohort sheet, from CSV or from the first sheet of an XLSX file, each with its own line.

    read_table(data, name)   Table(columns, rows); BadFile for what is no such sheet

Cells come as text: a date of a spreadsheet as 2026-03-01, a whole number without its point. Lines
are those that a person sees: the physical line of a CSV where a row starts, the number of a row in
the sheet. Empty rows are passed over and still counted.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from waypost.errors import BadFile
from waypost.identity.cohort_columns import NEEDED, known_name

ROWS_MAX = 100_000  # twenty of the largest cohorts
CELL_MAX = 500
UNPACKED_MAX = 400 * 2**20  # bytes that a workbook may come to: more is no list of people
ZIP = b"PK\x03\x04"


@dataclass(frozen=True, slots=True)
class TableRow:
    line: int
    cells: dict[str, str]


@dataclass(frozen=True, slots=True)
class Table:
    """columns: those known to us that the sheet has; unknown: headings that we do not know."""

    columns: tuple[str, ...]
    unknown: tuple[str, ...]
    rows: list[TableRow]


def read_table(data: bytes) -> Table:
    """The rows of a sheet; which of the two it is, is told by its first bytes, not by its name."""
    numbered = _workbook(data) if data.startswith(ZIP) else _lines(data)
    try:
        line, heading = next(numbered)
    except StopIteration:
        raise BadFile("the sheet is empty; see: waypost import cohort --template") from None
    names = [known_name(text) for text in heading]
    _check_heading(names, line)
    unknown = tuple(text for text, name in zip(heading, names, strict=True) if text and not name)
    rows: list[TableRow] = []
    for number, cells in numbered:
        if len(rows) >= ROWS_MAX:
            raise BadFile(f"the sheet has more than {ROWS_MAX:,} rows; send it in parts")
        said = {name: cell for name, cell in zip(names, cells, strict=False) if name and cell}
        rows.append(TableRow(number, said))
    return Table(tuple(name for name in names if name), unknown, rows)


def _check_heading(names: list[str], line: int) -> None:
    missing = [name for name in NEEDED if name not in names]
    if "person_id" not in names and "crn" not in names:
        missing.append("person_id or crn")
    if missing:
        raise BadFile(
            f"line {line} names the columns, and these are missing: {', '.join(missing)}; see: "
            "waypost import cohort --template"
        )
    twice = sorted({name for name in names if name and names.count(name) > 1})
    if twice:
        raise BadFile(f"line {line} names these columns twice: {', '.join(twice)}")


def _lines(data: bytes) -> Iterator[tuple[int, list[str]]]:
    """Rows of a CSV with the physical line on which each starts; empty ones left out."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadFile("the sheet is neither XLSX nor UTF-8 text; save it as CSV UTF-8") from None
    if "\0" in text:
        raise BadFile("the sheet holds a null character, which no text has")
    first = text.partition("\n")[0]
    delimiter = ";" if first.count(";") > first.count(",") else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    starts = 1
    try:
        for cells in reader:
            line, starts = starts, reader.line_num + 1
            if any(cell.strip() for cell in cells):
                yield line, [_shortened(cell) for cell in cells]
    except csv.Error as error:
        raise BadFile(f"line {reader.line_num} is not CSV: {error}") from None


def _workbook(data: bytes) -> Iterator[tuple[int, list[str]]]:
    """Rows of the first sheet with their numbers; what a formula last showed counts."""
    import openpyxl

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            if sum(one.file_size for one in packed.infolist()) > UNPACKED_MAX:
                raise BadFile("the workbook unpacks to more than a list of people ever is")
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        rows: Iterable[tuple[Any, ...]] = book.worksheets[0].iter_rows(values_only=True)
        for number, cells in enumerate(rows, start=1):
            texts = [_text_of(cell) for cell in cells]
            if any(texts):
                yield number, texts
    except BadFile:
        raise
    except Exception as error:  # a broken workbook may break any part of the reader
        raise BadFile(f"the workbook cannot be read ({type(error).__name__}); save it again as "
                      "XLSX, or as CSV UTF-8") from None  # fmt: skip


def _text_of(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, datetime):
        midnight = cell.time() == time(0)
        return cell.date().isoformat() if midnight else cell.isoformat(timespec="minutes")
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return _shortened(str(cell))


def _shortened(text: str) -> str:
    return " ".join(text.split())[:CELL_MAX]
