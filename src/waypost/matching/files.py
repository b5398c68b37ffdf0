"""Matching from file to file: the fixes file as a source, matches as the CSV of the contract."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from typing import IO, Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from waypost.clock import from_us, to_us, write_instant
from waypost.matching.compatible import PADDING, PRIOR_WITHIN
from waypost.matching.evidence_words import sentence
from waypost.matching.scan import Source
from waypost.matching.values import LEGS, MATCH_COLUMNS
from waypost.offences.values import Offence
from waypost.positions.schema import SetAside

HEADER = (
    *MATCH_COLUMNS,
    "nearest_spread_m",
    "window_minutes",
    "fix_count",
    "first_at",
    "last_at",
    "prior_at",
    "prior_m",
)

EVIDENCE_HEADER = (
    *MATCH_COLUMNS,
    "nearest_spread_m",
    "window_minutes",
    "presence",
    "likelihood_ratio",
    "base_rate",
    "expected_by_chance",
    "needed_mps",
    "stay_s",
    *LEGS,
    "says",
)

_QUERY = """SELECT person::BIGINT AS person, us, lat, lon, r95_m::DOUBLE AS r95_m, key, mechanism
    FROM file_fixes"""
_NEEDED = ("lat", "lon", "mechanism")


class Gathered:
    """Fixes of a file, part by part, as little of each as matching needs: 41 bytes a fix.

    A row without person_id counts under its activation_id. Persons get their codes by the alphabet
    at the end, so that nothing depends on the order of rows.
    """

    def __init__(self, offences: Sequence[Offence], *, whole: bool = False) -> None:
        """whole: keep fixes of any time, since habits are read from them, too."""
        self._whole = whole
        around = PADDING + PRIOR_WITHIN
        self._from_us = to_us(min(each.from_at for each in offences) - around) if offences else 0
        self._to_us = to_us(max(each.to_at for each in offences) + around) if offences else 0
        self._codes: dict[str, int] = {}  # by first appearance
        self._parts: list[pa.Table] = []

    def add(self, part: pa.Table) -> None:
        """A part (positions.rowcheck.FILE_FIXES); only what can matter to the offences is kept."""
        us = part["measured_at"].cast(pa.int64()).to_numpy()
        usable = part["set_aside"].to_numpy() == SetAside.USABLE
        keep = usable if self._whole else usable & (us >= self._from_us) & (us <= self._to_us)
        stated = part["accuracy_stated"].to_numpy(zero_copy_only=False)
        columns = {name: part[name].to_numpy()[keep] for name in _NEEDED}
        columns["us"] = us[keep]
        columns["key"] = part["content_key"].to_numpy()[keep]
        columns["r95_m"] = np.where(stated, part["accuracy_m"].to_numpy(), np.float32(0))[keep]
        columns["person"] = self._persons(part)[keep]
        self._parts.append(pa.table(columns))

    def source(self) -> tuple[Source, list[str]]:
        """What was gathered, to scan, and the name behind each person code."""
        names = sorted(self._codes)
        final = np.empty(len(names), dtype=np.int32)
        for code, name in enumerate(names):
            final[self._codes[name]] = code
        parts = []
        while self._parts:
            part = self._parts.pop()
            place = part.schema.get_field_index("person")
            parts.append(
                part.set_column(place, "person", pa.array(final[part["person"].to_numpy()]))
            )
        table = pa.concat_tables(parts) if parts else _EMPTY
        return Source(_QUERY, {"file_fixes": table}), names

    def _persons(self, part: pa.Table) -> npt.NDArray[np.int32]:
        person, activation = (self._coded(part[name]) for name in ("person", "activation"))
        return np.where(person < 0, activation, person)

    def _coded(self, column: pa.ChunkedArray) -> npt.NDArray[np.int32]:
        """A column of dictionaries as codes; -1 where null."""
        coded = [np.empty(0, dtype=np.int32)]
        for chunk in column.chunks:
            words = chunk.dictionary.to_pylist()
            codes = [self._codes.setdefault(word, len(self._codes)) for word in words]
            lookup = np.array([*codes, -1], dtype=np.int32)
            coded.append(lookup[chunk.indices.fill_null(len(words)).to_numpy()])
        return np.concatenate(coded)


_EMPTY = pa.table(
    {
        "lat": pa.array([], pa.float64()),
        "lon": pa.array([], pa.float64()),
        "mechanism": pa.array([], pa.int8()),
        "us": pa.array([], pa.int64()),
        "key": pa.array([], pa.int64()),
        "r95_m": pa.array([], pa.float32()),
        "person": pa.array([], pa.int32()),
    }
)


def write_matches(
    out: IO[str], offences: Sequence[Offence], names: Sequence[str], matches: pa.Table
) -> None:
    """The CSV, best first; ties by reference, force and person."""
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(HEADER)
    for row in _ranked(offences, names, matches):
        writer.writerow(_cells(offences[row["offence"]], names[row["person"]], row))


def write_evidence(
    out: IO[str], offences: Sequence[Offence], names: Sequence[str], found: pa.Table
) -> None:
    """The CSV of `--method evidence`, best first; ties by reference, force and person."""
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(EVIDENCE_HEADER)
    for row in _ranked(offences, names, found):
        writer.writerow(_evidence_cells(offences[row["offence"]], names[row["person"]], row))


def _ranked(
    offences: Sequence[Offence], names: Sequence[str], found: pa.Table
) -> list[dict[str, Any]]:

    def rank(row: dict[str, Any]) -> tuple[float, str, str, str]:
        offence = offences[row["offence"]]
        return -row["score"], offence.reference, offence.force, names[row["person"]]

    return sorted(found.to_pylist(), key=rank)


def _evidence_cells(offence: Offence, person: str, row: dict[str, Any]) -> list[object]:
    minutes = (offence.to_at - offence.from_at).total_seconds() / 60
    return [
        offence.force,
        offence.reference,
        person,
        f"{row['score']:.9f}",
        row["class"],
        row["sequences"],
        "" if row["nearest_m"] is None else f"{row['nearest_m']:.2f}",
        f"{row['seconds_inside']:.0f}",
        f"{row['coverage']:.4f}",
        _number(row["nearest_spread_m"], 2),
        f"{minutes:g}",
        f"{row['presence']:.6f}",
        f"{row['likelihood_ratio']:.6g}",
        f"{row['base_rate']:.6g}",
        f"{row['expected_by_chance']:.6g}",
        _number(row["needed_mps"], 2),
        f"{row['stay_s']:.0f}",
        *(_number(row[name], 2 if name.endswith("mps") else 0) for name in LEGS),
        sentence(offence, row, events_known=False),
    ]


def _number(value: float | None, digits: int) -> str:
    return "" if value is None else f"{value:.{digits}f}"


def _cells(offence: Offence, person: str, row: dict[str, Any]) -> list[object]:
    minutes = (offence.to_at - offence.from_at).total_seconds() / 60
    return [
        offence.force,
        offence.reference,
        person,
        f"{row['score']:.6f}",
        "observed",
        row["sequences"],
        f"{row['nearest_m']:.2f}",
        f"{row['seconds_inside']:.0f}",
        f"{row['coverage']:.4f}",
        _number(row["nearest_spread_m"], 2),
        f"{minutes:g}",
        row["fix_count"],
        _time(row["first_us"]),
        _time(row["last_us"]),
        _time(row["prior_us"]),
        "" if row["prior_m"] is None else f"{row['prior_m']:.2f}",
    ]


def _time(us: object) -> str:
    return write_instant(from_us(us)) if isinstance(us, int) else ""
