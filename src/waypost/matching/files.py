"""Matching from file to file: the fixes file as a source, matches as the CSV of the contract."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from typing import IO

import pyarrow as pa
import pyarrow.compute as pc

from waypost.clock import from_us, write_instant
from waypost.matching.scan import Source
from waypost.offences.values import Offence

HEADER = (
    "force",
    "crime_reference",
    "person_id",
    "score",
    "class",
    "sequences",
    "nearest_m",
    "seconds_inside",
    "coverage",
    "window_minutes",
    "fix_count",
    "first_at",
    "last_at",
    "prior_at",
    "prior_m",
)

_QUERY = """SELECT person, epoch_us(measured_at) AS us, lat, lon,
    CASE WHEN accuracy_stated THEN accuracy_m::DOUBLE ELSE 0.0 END AS r95_m,
    content_key AS key, mechanism FROM file_fixes WHERE set_aside = 0"""


def file_source(table: pa.Table) -> tuple[Source, list[str]]:
    """A fixes file (positions.rowcheck.FILE_FIXES) to scan, and the name behind each person code.

    A row without person_id counts under its activation_id. Codes follow the alphabet, so that
    nothing depends on the order of rows.
    """
    named = pc.coalesce(*(table[name].cast(pa.string()) for name in ("person", "activation")))
    names: list[str] = sorted(pc.unique(named).to_pylist())
    codes = pc.index_in(named, pa.array(names, pa.string())).cast(pa.int64())
    wanted = ["measured_at", "lat", "lon", "accuracy_m", "accuracy_stated", "mechanism"]
    coded = table.select([*wanted, "set_aside", "content_key"]).append_column("person", codes)
    return Source(_QUERY, {"file_fixes": coded}), names


def write_matches(
    out: IO[str], offences: Sequence[Offence], names: Sequence[str], matches: pa.Table
) -> None:
    """The CSV, best first; ties by reference, force and person."""
    rows = matches.to_pylist()

    def rank(row: dict[str, float]) -> tuple[float, str, str, str]:
        offence = offences[int(row["offence"])]
        return (-row["score"], offence.reference, offence.force, names[int(row["person"])])

    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(HEADER)
    for row in sorted(rows, key=rank):
        writer.writerow(_cells(offences[row["offence"]], names[row["person"]], row))


def _cells(offence: Offence, person: str, row: dict[str, object]) -> list[object]:
    minutes = (offence.to_at - offence.from_at).total_seconds() / 60
    return [
        offence.force,
        offence.reference,
        person,
        f"{row['score']:.6f}",
        "observed",
        row["sequences"],
        f"{row['nearest_m']:.1f}",
        f"{row['seconds_inside']:.0f}",
        f"{row['coverage']:.4f}",
        f"{minutes:g}",
        row["fix_count"],
        _time(row["first_us"]),
        _time(row["last_us"]),
        _time(row["prior_us"]),
        "" if row["prior_m"] is None else f"{row['prior_m']:.1f}",
    ]


def _time(us: object) -> str:
    return write_instant(from_us(us)) if isinstance(us, int) else ""
