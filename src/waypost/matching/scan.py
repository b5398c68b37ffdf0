"""The compatible rule over many fixes: DuckDB finds who was near, a compiled kernel judges them.

    offences -> cells of place and time -> DuckDB joins the fixes that lie in them
    -> the exact test leaves the pairs that match -> DuckDB fetches those persons' windows
    -> the kernel labels runs -> Arrow

A fix can count only if its own place lies in the crime circle (half of a circle cannot lie in a
convex figure that leaves its centre out) and its R95 is at most 141.5 m: so the first join is small
however many fixes there are. Rows come out in one total order, however the fixes were cut.
Twin: `compatible.matched_pairs`.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import pairwise
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from waypost.matching.compatible import COVERED_BY, PRIOR_WITHIN, run_name
from waypost.matching.kernel import counting, judge
from waypost.matching.places import CELLS_AROUND, CELLS_PER_DEGREE, PADDING_US, Places
from waypost.matching.values import MATCH_FIXES, MATCHES, SCORE_DECIMALS
from waypost.offences.values import Offence

R95_USEFUL_M = 141.5  # radius / sqrt(0.5): beyond it less than half can lie inside
MEMORY = "1500MB"  # DuckDB's share; it spills to a temporary folder beyond

Columns = dict[str, Any]

_MICROSECOND = timedelta(microseconds=1)
_PRIOR_US = PRIOR_WITHIN // _MICROSECOND


@dataclass(frozen=True)
class Source:
    """Where fixes come from: a query and the Arrow tables that it names.

    query   gives usable fixes as person BIGINT, us BIGINT, lat, lon, r95_m DOUBLE (0: a point),
            key BIGINT, mechanism
    """

    query: str
    tables: Mapping[str, pa.Table] = field(default_factory=dict)


@dataclass(frozen=True)
class Scanned:
    """`matches` (values.MATCHES) best first, and `fixes` (values.MATCH_FIXES) that made them."""

    matches: pa.Table
    fixes: pa.Table


LAKE_COLUMNS = """activation AS person, epoch_us(measured_at) AS us, lat, lon,
    CASE WHEN accuracy_stated THEN accuracy_m::DOUBLE ELSE 0.0 END AS r95_m,
    content_key AS key, mechanism"""


def lake_source(table: pa.Table) -> Source:
    """Fixes as the log and the lake keep them (positions.schema.FIXES)."""
    return Source(f"SELECT {LAKE_COLUMNS} FROM lake WHERE set_aside = 0", {"lake": table})  # noqa: S608


def parquet_source(paths: Sequence[str]) -> Source:
    """The same in Parquet files, read as far as they are needed."""
    files = ", ".join("'" + path.replace("'", "''") + "'" for path in paths)
    return Source(f"SELECT {LAKE_COLUMNS} FROM read_parquet([{files}]) WHERE set_aside = 0")  # noqa: S608


def scan(offences: Sequence[Offence], source: Source) -> Scanned:
    """Every matching pair of an offence and a person.

    offences   WGS84; `offence` in the result is the place in this sequence
    """
    if not offences:
        return Scanned(MATCHES.empty_table(), MATCH_FIXES.empty_table())
    places = Places(offences)
    with tempfile.TemporaryDirectory(prefix="waypost-match-") as spill:
        database = duckdb.connect(config={"memory_limit": MEMORY, "temp_directory": spill})
        try:
            for name, table in source.tables.items():
                database.register(name, table)
            database.execute("SET preserve_insertion_order = false")
            pairs = _pairs(database, source, places)
            if pairs["offence"].size == 0:
                return Scanned(MATCHES.empty_table(), MATCH_FIXES.empty_table())
            rows = _windows(database, source, places, pairs)
        finally:
            database.close()
    return _judged(places, pairs, rows)


def _pairs(database: duckdb.DuckDBPyConnection, source: Source, places: Places) -> Columns:
    """offence and person of each pair that has at least one fix that counts, in order."""
    # A table of DuckDB's own, since it knows how many rows that has: over a registered Arrow table
    # it chose a join of inequalities and took 250 times as long.
    database.register("arrow_cells", places.cells())
    database.execute("CREATE TEMP TABLE cells AS SELECT * FROM arrow_cells")
    near = database.execute(
        f"""
        SELECT c.offence, f.person, f.lat, f.lon, f.r95_m
        FROM (SELECT *,
                floor(lat * {CELLS_PER_DEGREE})::BIGINT * {CELLS_AROUND} +
                (floor(lon * {CELLS_PER_DEGREE})::BIGINT + {CELLS_AROUND // 2})
                    % {CELLS_AROUND} AS cell,
                us // {places.bucket_us} AS bucket
              FROM ({source.query}) WHERE r95_m <= {R95_USEFUL_M}) f
        JOIN cells c ON c.cell = f.cell AND c.bucket = f.bucket
        WHERE f.us BETWEEN c.from_us AND c.to_us
          AND abs(f.lat - c.o_lat) <= {places.high}
          AND least(abs(f.lon - c.o_lon), 360 - abs(f.lon - c.o_lon)) <= c.wide
        """  # noqa: S608 - numbers of ours and a source of ours
    ).fetchnumpy()
    offence = near["offence"].astype(np.int64)
    distance = places.distances_m(offence, near["lat"], near["lon"])
    counts = counting(distance, near["r95_m"].astype(np.float64))
    both = np.stack([offence[counts], near["person"][counts].astype(np.int64)])
    both = np.unique(both, axis=1)
    return {"offence": both[0], "person": both[1]}


def _windows(
    database: duckdb.DuckDBPyConnection, source: Source, places: Places, pairs: Columns
) -> Columns:
    """Every usable fix of each pair's padded window and of the hour before, by pair, time, key."""
    there = pairs["offence"]
    wanted = pa.table(
        {
            "pair": np.arange(there.size),
            "person": pairs["person"],
            "from_us": places.from_us[there] - PADDING_US - _PRIOR_US,
            "to_us": places.to_us[there] + PADDING_US,
        }
    )
    database.register("arrow_pairs", wanted)
    database.execute("CREATE TEMP TABLE pairs AS SELECT * FROM arrow_pairs")
    rows = database.execute(
        f"""
        SELECT p.pair, f.us, f.key, f.lat, f.lon, f.r95_m, f.mechanism
        FROM ({source.query}) f JOIN pairs p ON p.person = f.person
        WHERE f.us BETWEEN p.from_us AND p.to_us
        """  # noqa: S608
    ).fetchnumpy()
    order = np.lexsort((rows["r95_m"], rows["key"], rows["us"], rows["pair"]))
    return {name: np.asarray(column)[order] for name, column in rows.items()}


def _judged(places: Places, pairs: Columns, rows: Columns) -> Scanned:
    pair, lat, lon = rows["pair"].astype(np.int64), rows["lat"], rows["lon"]
    there = pairs["offence"]
    near = places.near(there[pair], lat, lon)
    distance = np.full(pair.size, np.inf)
    distance[near] = places.distances_m(there[pair[near]], lat[near], lon[near])
    begins = np.searchsorted(pair, np.arange(there.size + 1))
    score, nearest, nearest_row, inside, covered, prior, run, place, share = judge(
        begins,
        rows["us"].astype(np.int64),
        rows["key"].astype(np.int64),
        distance,
        rows["r95_m"].astype(np.float64),
        places.from_us[there],
        places.to_us[there],
        PADDING_US,
        COVERED_BY // _MICROSECOND,
    )
    counts = np.flatnonzero(run)
    labels = [f"{run_name(int(run[i]))}{place[i]}" for i in counts]
    fixes = pa.table(
        {
            "offence": there[pair[counts]],
            "person": pairs["person"][pair[counts]],
            "label": pa.array(labels, pa.string()),
            "us": rows["us"][counts],
            "lat": lat[counts],
            "lon": lon[counts],
            "r95_m": rows["r95_m"][counts],
            "mechanism": rows["mechanism"][counts],
            "distance_m": distance[counts],
            "overlap": share[counts],
        }
    ).cast(MATCH_FIXES)
    edges = np.searchsorted(pair[counts], np.arange(there.size + 1))
    had = prior >= 0
    prior_m = np.full(there.size, np.nan)
    prior_m[had] = places.distances_m(there[had], lat[prior[had]], lon[prior[had]])
    us = rows["us"][counts]
    spread = rows["r95_m"][nearest_row].astype(np.float64)
    matches = pa.table(
        {
            "offence": there,
            "person": pairs["person"],
            "score": np.round(score, SCORE_DECIMALS),
            "sequences": pa.array(
                [" ".join(labels[a:b]) for a, b in pairwise(edges)],
                pa.string(),
            ),
            "nearest_m": nearest,
            "nearest_spread_m": pa.array(spread, mask=~(spread > 0)),
            "seconds_inside": inside / 1e6,
            "coverage": covered,
            "fix_count": np.diff(edges),
            "first_us": us[edges[:-1]],
            "last_us": us[edges[1:] - 1],
            "prior_us": pa.array(rows["us"][np.maximum(prior, 0)], mask=~had),
            "prior_m": pa.array(prior_m, mask=~had | np.isnan(prior_m)),
        }
    ).cast(MATCHES)
    best = [("score", "descending"), ("offence", "ascending"), ("person", "ascending")]
    return Scanned(matches.sort_by(best), fixes)
