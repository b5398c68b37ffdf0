"""Usable fixes in order of person and time, each once, at one cost a fix.

    fixes -> how many each person has -> ranges of persons that fit in memory
    -> DuckDB orders one range after another -> arrays, filled range by range

Ordered all at once, more of them than DuckDB's memory holds went to disk and back, and a fix of ten
days cost 1.7 times as much as a fix of one. A person is never cut: the rows are the same bytes,
however the ranges fall.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt

from waypost.matching.scan import MEMORY, Source
from waypost.units import R95_UNSTATED_M, Mechanism

# Fixes of one range: about 50 bytes each, and as many again while they are ordered, are a fifth of
# DuckDB's memory. Tried on 28.8 M fixes in 320 files: half a million took 227 ns a fix, a million
# 164, three million 165.
ROWS_A_RANGE = 3_000_000

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Tracks:
    """Usable fixes by person and time, each once; `persons` are the source's codes.

    begins   first row of each person, and the row after the last
    r95_m    as stated, or its mechanism's
    """

    persons: Integers
    begins: Integers
    us: Integers
    lat: Floats
    lon: Floats
    r95_m: Floats
    mechanism: npt.NDArray[np.int8]

    @property
    def columns(self) -> tuple[Any, ...]:
        return self.begins, self.us, self.lat, self.lon, self.r95_m


def read_tracks(source: Source) -> Tracks:
    """The source's fixes in order. A fix that stated no accuracy has its mechanism's."""
    with tempfile.TemporaryDirectory(prefix="waypost-match-") as spill:
        database = duckdb.connect(config={"memory_limit": MEMORY, "temp_directory": spill})
        try:
            for name, table in source.tables.items():
                database.register(name, table)
            persons, counts = _counted(database, source)
            return _filled(database, source, persons, counts)
        finally:
            database.close()


def ranges_of(counts: Sequence[int], rows_max: int) -> list[tuple[int, int]]:
    """Runs of persons, as [first, beyond) places, of at most so many rows together; whoever has
    more is a run alone."""
    cuts, held = [0], 0
    for place, count in enumerate(counts):
        if held and held + count > rows_max:
            cuts.append(place)
            held = 0
        held += count
    return list(pairwise([*cuts, len(counts)])) if counts else []


def _counted(database: duckdb.DuckDBPyConnection, source: Source) -> tuple[Integers, Integers]:
    """Every person's code, in order, and how many rows are theirs."""
    rows = database.execute(
        f"SELECT person::BIGINT AS person, count(*) AS rows FROM ({source.query}) "  # noqa: S608
        "GROUP BY ALL ORDER BY ALL"
    ).fetchnumpy()
    return rows["person"].astype(np.int64), rows["rows"].astype(np.int64)


def _filled(
    database: duckdb.DuckDBPyConnection, source: Source, persons: Integers, counts: Integers
) -> Tracks:
    total = int(counts.sum())
    us = np.empty(total, dtype=np.int64)
    lat, lon, r95_m = (np.empty(total, dtype=np.float64) for _ in range(3))
    mechanism = np.empty(total, dtype=np.int8)
    begins = np.zeros(persons.size + 1, dtype=np.int64)
    end = 0
    for first, beyond in ranges_of(counts.tolist(), ROWS_A_RANGE):
        rows = _ordered(database, source, int(persons[first]), int(persons[beyond - 1]))
        person = rows["person"]
        start, end = end, end + person.size
        begins[first:beyond] = start + np.searchsorted(person, persons[first:beyond])
        us[start:end], mechanism[start:end] = rows["us"], rows["mechanism"]
        lat[start:end], lon[start:end] = rows["lat"], rows["lon"]
        r95_m[start:end] = rows["r95_m"]
    begins[-1] = end
    return Tracks(persons, begins, us[:end], lat[:end], lon[:end], r95_m[:end], mechanism[:end])


def _ordered(
    database: duckdb.DuckDBPyConnection, source: Source, first: int, last: int
) -> dict[str, Any]:
    """The rows of the persons from first to last, each fix once."""
    unstated = " ".join(
        f"WHEN {int(one)} THEN {R95_UNSTATED_M[one]}" for one in Mechanism
    )  # numbers of ours
    rows = database.execute(
        f"""
        SELECT person::BIGINT AS person, us::BIGINT AS us, key::BIGINT AS key,
            lat::DOUBLE AS lat, lon::DOUBLE AS lon,
            CASE WHEN r95_m > 0 THEN r95_m::DOUBLE
                 ELSE CASE mechanism {unstated} ELSE 30 END END AS r95_m,
            mechanism::TINYINT AS mechanism
        FROM ({source.query}) WHERE person BETWEEN {first} AND {last}
        ORDER BY person, us, key, r95_m
        """  # noqa: S608
    ).fetchnumpy()
    person, us, key = rows["person"], rows["us"], rows["key"]
    again = np.zeros(us.size, dtype=np.bool_)
    again[1:] = (person[1:] == person[:-1]) & (us[1:] == us[:-1]) & (key[1:] == key[:-1])
    if again.any():
        return {name: column[~again] for name, column in rows.items()}
    return rows
