"""Columns as sent into fixes as we keep them, row by row honest and column by column fast.

Each column is converted whole; only where that fails are single values looked at. A row that has
any problem leaves, with one problem per wrong field.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from waypost import clock
from waypost.errors import BadFile, Problem
from waypost.positions import quality
from waypost.positions.schema import TIME
from waypost.units import MECHANISM_WORDS

WORDS = ("person_id", "activation_id", "mechanism")
TIMES = ("time", "received_at")
NUMBERS = ("lat", "lon", "accuracy_m", "speed_mps", "course_deg")
WORD = pa.dictionary(pa.int32(), pa.string())
FAST_TYPES = (
    dict.fromkeys(WORDS, WORD) | dict.fromkeys(TIMES, TIME) | dict.fromkeys(NUMBERS, pa.float64())
)

# A fixes file as a table. `set_aside` and `content_key` as at intake (span of the tag unknown).
FILE_FIXES = pa.schema(
    [
        ("person", WORD),
        ("activation", WORD),
        ("measured_at", TIME),
        ("received_at", TIME),
        ("lat", pa.float64()),
        ("lon", pa.float64()),
        ("accuracy_m", pa.float32()),
        ("accuracy_stated", pa.bool_()),
        ("mechanism", pa.int8()),
        ("speed_mps", pa.float32()),
        ("course_deg", pa.float32()),
        ("set_aside", pa.int8()),
        ("content_key", pa.int64()),
        ("line", pa.int64()),  # physical line (CSV, NDJSON) or row (Parquet), from 1
    ]
)

Flags = npt.NDArray[np.bool_]
Lines = npt.NDArray[np.int64]
NUMBER_PATTERN = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$"
TIME_PATTERN = (
    r"^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d(:?\d\d)?)$"  # what Arrow reads
)
ACTIONS = {
    "MISSING_PERSON": ("the row does not say whose fix it is", "fill person_id or activation_id"),
    "MISSING_TIME": ("the row has no time", "fill it: 2026-03-01T09:00:00Z"),
    "INVALID_TIME": ("not an ISO 8601 time with offset", "write 2026-03-01T09:00:00Z"),
    "TIME_OUT_OF_RANGE": ("no tag was worn then", "times are of 1970 to 2199; correct it"),
    "MISSING_NUMBER": ("the place is not complete", "fill it in degrees (WGS84)"),
    "INVALID_NUMBER": ("not a number", "write a plain number such as 51.5074"),
    "OUT_OF_RANGE": (
        "not a place on Earth",
        "latitude is -90 to 90, longitude -180 to 180 degrees",
    ),
    "INVALID_ACCURACY": (
        "not an accuracy: metres, 0 or more, no wider than the Earth",
        "leave it empty when it is not known",
    ),
    "INVALID_MECHANISM": ("not a mechanism", "one of GPS, GNSS, WIFI, LBS, CELL, RF, or empty"),
}


class _Finder:
    """Gathers which rows are wrong, and how; sentences are made only for those."""

    def __init__(self, columns: Mapping[str, Any], lines: Lines, sent: Mapping[str, str]) -> None:
        self.columns, self.lines, self.sent = columns, lines, sent
        self.found: list[tuple[int, int, Problem]] = []
        self.bad: set[int] = set()

    def mark(self, name: str, kind: str, wrong: Flags) -> None:
        message, action = ACTIONS[kind]
        for row in np.flatnonzero(wrong):
            self.bad.add(int(row))
            value = _as_sent(self.columns[name][int(row)]) if name in self.columns else None
            problem = Problem(
                int(self.lines[row]), kind, self.sent.get(name, name), value, message, action,
            )  # fmt: skip
            self.found.append((int(row), len(self.found), problem))

    def problems(self) -> list[Problem]:
        return [problem for *_, problem in sorted(self.found, key=lambda one: one[:2])]


def _as_sent(value: Any) -> str | None:
    try:
        plain = value.as_py()
    except (OverflowError, ValueError):  # an instant that Python's calendar does not hold
        plain = value.cast(pa.int64()).as_py()
    return None if plain is None else str(plain)


def check(
    columns: Mapping[str, Any], lines: Lines, sent: Mapping[str, str]
) -> tuple[pa.Table, list[Problem]]:
    """The good rows as FILE_FIXES and the problems of the rest.

    columns   contract name -> Arrow column: text as sent, or already typed; absent ones left out
    lines     physical line per row
    sent      contract name -> the sender's column name, for the problems
    """
    columns = {
        name: _whole(column) if name in WORDS else _plain(_whole(column))
        for name, column in columns.items()
    }
    count = len(columns["time"])
    finder = _Finder(columns, lines, sent)
    person, activation = (_words(finder, name, count) for name in WORDS[:2])
    nobody = _empty(person) & _empty(activation)
    finder.mark("person_id" if "person_id" in columns else "activation_id",
                "MISSING_PERSON", nobody)  # fmt: skip
    measured = _times(finder, "time", count, needed=True)
    received = _times(finder, "received_at", count, needed=False)
    lat = _degrees(finder, "lat", 90.0)
    lon = _degrees(finder, "lon", 180.0)
    accuracy = _numbers(finder, "accuracy_m", count)
    finder.mark("accuracy_m", "INVALID_ACCURACY", (accuracy < 0) | (accuracy > ACCURACY_MAX_M))
    speed, course = _numbers(finder, "speed_mps", count), _numbers(finder, "course_deg", count)
    mechanism = _mechanisms(finder, count)
    stated = ~np.isnan(accuracy)
    with np.errstate(over="ignore"):
        r95 = quality.r95s_m(accuracy, False, np.maximum(mechanism, 0)).astype(np.float32)
    received = np.where(received == _NO_TIME, measured, received)
    table = pa.table(
        {
            "person": person,
            "activation": activation,
            "measured_at": pa.array(measured).cast(TIME),
            "received_at": pa.array(received).cast(TIME),
            "lat": lat,
            "lon": lon,
            "accuracy_m": r95,
            "accuracy_stated": stated,
            "mechanism": mechanism,
            "speed_mps": _optional(speed, speed >= 0),
            "course_deg": _optional(course, (course >= 0) & (course <= 360)),
            "set_aside": quality.set_aside_at_intake(
                measured, received, lat, lon, True, -clock.FOREVER_US, clock.FOREVER_US
            ),
            "content_key": quality.content_keys(lat, lon, r95, mechanism),
            "line": lines,
        },
        schema=FILE_FIXES,
    )
    if finder.bad:
        keep = np.ones(count, dtype=np.bool_)
        keep[list(finder.bad)] = False
        table = table.filter(pa.array(keep))
    return table, finder.problems()


ACCURACY_MAX_M = 1e8
TIMES_END_US = 7_258_118_400_000_000  # 2200: later instants, and those before 1970, are slips
_NO_TIME = np.iinfo(np.int64).min


def _whole(column: Any) -> Any:
    """One array instead of chunks, dictionaries unified."""
    if isinstance(column, pa.ChunkedArray):
        column = column.unify_dictionaries() if pa.types.is_dictionary(column.type) else column
        column = column.combine_chunks()
        if isinstance(column, pa.ChunkedArray):  # no chunk at all
            column = pa.concat_arrays(column.chunks) if column.chunks else pa.array([], column.type)
    return column


def _plain(column: Any) -> Any:
    """Texts, times or numbers, without the wrappings that other tools put about them."""
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if pa.types.is_null(column.type):
        return column.cast(pa.string())
    return column.cast(pa.float64()) if pa.types.is_decimal(column.type) else column


def _words(finder: _Finder, name: str, count: int) -> Any:
    """A dictionary of trimmed texts, empty ones null. BadFile when the column holds none."""
    column = finder.columns.get(name)
    if column is None:
        return pa.nulls(count, WORD)
    try:
        if not pa.types.is_dictionary(column.type):
            column = pc.dictionary_encode(column.cast(pa.string()))
        column.dictionary.cast(pa.string()).validate(full=True)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        raise BadFile(f"column {finder.sent.get(name, name)!r} holds no texts") from None
    texts = [text.strip() or None for text in column.dictionary.cast(pa.string()).to_pylist()]
    if texts == column.dictionary.to_pylist() and column.type == WORD:
        return column
    places = {text: at for at, text in enumerate(dict.fromkeys(t for t in texts if t))}
    moved = pa.array([places.get(text) for text in texts], pa.int32())
    indices = moved.take(column.indices) if len(texts) else column.indices.cast(pa.int32())
    return pa.DictionaryArray.from_arrays(indices, pa.array(list(places), pa.string()))


def _empty(words: Any) -> Flags:
    return np.asarray(words.is_null().to_numpy(zero_copy_only=False), dtype=np.bool_)


def _times(finder: _Finder, name: str, count: int, *, needed: bool) -> npt.NDArray[np.int64]:
    """Microseconds UTC; _NO_TIME where empty or wrong."""
    column = finder.columns.get(name)
    if column is None:
        return np.full(count, _NO_TIME)
    if pa.types.is_timestamp(column.type):
        if column.type.tz is None:
            raise BadFile(f"column {finder.sent.get(name, name)!r} has no time zone; give it UTC")
        column = column.cast(TIME, safe=False)
    elif pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        column = _read_times(finder, name, column.cast(pa.string()))
    else:
        raise BadFile(f"column {finder.sent.get(name, name)!r} holds no times")
    if needed:
        missing = _empty(finder.columns[name]) | _blank(finder.columns[name])
        finder.mark(name, "MISSING_TIME", missing)
    filled = column.cast(pa.int64()).fill_null(_NO_TIME)
    values = np.asarray(filled.to_numpy(zero_copy_only=False), dtype=np.int64)
    beyond = ((values < 0) | (values >= TIMES_END_US)) & (values != _NO_TIME)
    if beyond.any():
        finder.mark(name, "TIME_OUT_OF_RANGE", beyond)
        values = np.where(beyond, _NO_TIME, values)
    return values


def _blank(column: Any) -> Flags:
    if not pa.types.is_string(column.type):
        return np.zeros(len(column), dtype=np.bool_)
    blank = pc.equal(pc.utf8_trim_whitespace(column), "").fill_null(False)
    return np.asarray(blank.to_numpy(zero_copy_only=False), dtype=np.bool_)


def _read_times(finder: _Finder, name: str, texts: Any) -> Any:
    try:
        return texts.cast(TIME)
    except pa.ArrowInvalid:
        pass  # at least one value is not plain: look at each that differs
    trimmed = pc.utf8_trim_whitespace(texts)
    trimmed = pc.if_else(pc.equal(trimmed, ""), None, trimmed)
    plain = pc.match_substring_regex(trimmed, TIME_PATTERN)
    try:
        read = pc.if_else(plain, trimmed, None).cast(TIME)
        odd = pc.invert(plain).fill_null(False)
    except pa.ArrowInvalid:  # plain in form, yet no such day
        read, odd = pa.nulls(len(texts), TIME), trimmed.is_valid()
    values = np.array(read.cast(pa.int64()).fill_null(_NO_TIME).to_numpy(zero_copy_only=False))
    wrong = np.zeros(len(texts), dtype=np.bool_)
    for row in np.flatnonzero(odd.to_numpy(zero_copy_only=False)):
        try:
            values[row] = clock.to_us(clock.read_instant(trimmed[int(row)].as_py()))
        except (ValueError, OverflowError):
            wrong[row] = True
    finder.mark(name, "INVALID_TIME", wrong)
    return pa.array(values, mask=values == _NO_TIME)


def _numbers(finder: _Finder, name: str, count: int) -> npt.NDArray[np.float64]:
    """NaN where empty; what is no finite number is marked, and NaN."""
    column = finder.columns.get(name)
    if column is None:
        return np.full(count, np.nan)
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        column = _read_numbers(finder, name, column.cast(pa.string()))
    elif not (pa.types.is_floating(column.type) or pa.types.is_integer(column.type)):
        raise BadFile(f"column {finder.sent.get(name, name)!r} holds no numbers")
    values = column.cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False)
    wrong = ~np.isfinite(values) & ~_empty(column)
    if wrong.any():
        finder.mark(name, "INVALID_NUMBER", wrong)
        values = np.where(wrong, np.nan, values)
    return np.asarray(values, dtype=np.float64)


def _read_numbers(finder: _Finder, name: str, texts: Any) -> Any:
    trimmed = pc.utf8_trim_whitespace(texts)
    trimmed = pc.if_else(pc.equal(trimmed, ""), None, trimmed)
    plain = pc.match_substring_regex(trimmed, NUMBER_PATTERN)
    wrong = pc.invert(plain).fill_null(False).to_numpy(zero_copy_only=False)
    finder.mark(name, "INVALID_NUMBER", wrong)
    return pc.if_else(plain, trimmed, None).cast(pa.float64())


def _degrees(finder: _Finder, name: str, limit: float) -> npt.NDArray[np.float64]:
    values = _numbers(finder, name, len(finder.columns[name]))
    wrong = np.abs(values) > limit
    finder.mark(name, "OUT_OF_RANGE", wrong)
    missing = np.isnan(values)
    if missing.any():
        missing[list(finder.bad)] = False  # those are already said to be no number, or worse
        finder.mark(name, "MISSING_NUMBER", missing)
    return np.where(wrong | np.isnan(values), 0.0, values)


def _mechanisms(finder: _Finder, count: int) -> npt.NDArray[np.int8]:
    """units.Mechanism codes; -1, marked, where the word is unknown."""
    words = _words(finder, "mechanism", count)
    codes = [int(MECHANISM_WORDS.get(word.upper(), -1)) for word in words.dictionary.to_pylist()]
    table = np.array([*codes, 0], dtype=np.int8)
    indices = words.indices.fill_null(len(codes)).to_numpy(zero_copy_only=False)
    found = table[indices]
    finder.mark("mechanism", "INVALID_MECHANISM", found < 0)
    return np.asarray(found, dtype=np.int8)


def _optional(values: npt.NDArray[np.float64], known: Flags) -> Any:
    with np.errstate(over="ignore", invalid="ignore"):
        return pa.array(values.astype(np.float32), mask=~known)
