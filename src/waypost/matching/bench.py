"""Bench `match`: both methods on a national day against the bare DuckDB candidate scan.

Both read the same Parquet files, as the lake keeps them. The bare scan only counts the pairs in
which a fix lies within its own reach (100 m + R95, at most 1,300 m) of an offence in its padded
window: no exact geometry, no runs, no coverage. Both in one run, since machines are noisy.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from pathlib import Path
from typing import TypeVar

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from waypost.clock import to_us
from waypost.errors import BadUse
from waypost.geo import BRITISH
from waypost.matching.compatible import PADDING
from waypost.matching.evidence_scan import weigh
from waypost.matching.kernel import counting, judge
from waypost.matching.scan import MEMORY, Scanned, parquet_source, scan
from waypost.offences.values import Offence
from waypost.positions.schema import FIXES
from waypost.units import Mechanism

DAY = datetime(2026, 3, 3, tzinfo=UTC)
FIXES_A_WEARER = 1_440
NATIONAL_DAY = 28_800_000  # 20,000 wearers, a fix a minute
WEARERS_AN_OFFENCE = 2  # 10,000 offences for 20,000 wearers
FILES = 32
CELL_SHARE = 0.3
TOWNS = 60
REACH_MAX_M = 1_300.0

Floats = npt.NDArray[np.float64]
Result = TypeVar("Result")


def bench(args: argparse.Namespace) -> int:
    """Print times, ratio and peak memory."""
    rows = args.rows or (NATIONAL_DAY if args.full else NATIONAL_DAY // 10)
    wearers = max(FILES, rows // FIXES_A_WEARER)
    if args.days is not None:
        if args.days < 2 or args.days != int(args.days):
            raise BadUse("--days of match must be a whole number, 2 or more")
        return bench_slope(wearers, int(args.days))
    chance = np.random.default_rng(7)
    towns = chance.uniform([360_000, 130_000], [560_000, 430_000], (TOWNS, 2))
    offences = _offences(towns, wearers // WEARERS_AN_OFFENCE, chance)
    _warm_up()
    with tempfile.TemporaryDirectory(prefix="waypost-bench-") as folder:
        homes = _homes(towns, wearers, chance)
        paths = [str(path) for path in _write_day(Path(folder), DAY, homes, chance)]
        fixes = wearers * FIXES_A_WEARER
        print(f"{fixes:,} fixes of {wearers:,} wearers, {len(offences):,} offences", flush=True)
        before = _peak_gib()
        bare_s, candidates = _timed(lambda: _bare(paths, offences))
        ours_s, found = _timed(lambda: scan(offences, parquet_source(paths)))
        evidence_s, weighed = _timed(lambda: weigh(offences, parquet_source(paths)))
    _report(bare_s, candidates, ours_s, found, fixes)
    print(
        f"evidence   {evidence_s:6.2f} s  {weighed.num_rows:,} pairs; "
        f"{fixes / evidence_s:,.0f} fixes/s; ratio {evidence_s / bare_s:.2f} (target at most 4)"
    )
    print(f"peak memory {_peak_gib():.2f} GiB ({before:.2f} GiB before, making the day)")
    return 0


@dataclass(frozen=True)
class Measured:
    """What weighing took: the better of two times; memory beyond what the process had before."""

    days: int
    fixes: int
    offences: int
    pairs: int
    seconds: float
    bytes_held: int

    @property
    def ns_a_fix(self) -> float:
        return self.seconds * 1e9 / self.fixes

    @property
    def bytes_a_fix(self) -> float:
        return self.bytes_held / self.fixes


def bench_slope(wearers: int, days: int) -> int:
    """Evidence on one day and on many of the same wearers: what a fix costs in each."""
    chance = np.random.default_rng(7)
    towns = chance.uniform([360_000, 130_000], [560_000, 430_000], (TOWNS, 2))
    homes = _homes(towns, wearers, chance)
    paths: list[list[str]] = []
    offences: list[Offence] = []
    with tempfile.TemporaryDirectory(prefix="waypost-bench-") as folder:
        for number in range(days):
            day, own = DAY + timedelta(days=number), Path(folder) / f"{number:03}"
            own.mkdir()
            paths.append([str(path) for path in _write_day(own, day, homes, chance)])
            offences += _offences(towns, wearers // WEARERS_AN_OFFENCE, chance, day)
        per_day = len(offences) // days
        one = measure_apart(paths[:1], offences[:per_day], wearers)
        many = measure_apart(paths, offences, wearers)
    for each in (one, many):
        print(
            f"{each.days} {'day' if each.days == 1 else 'days'}: {each.fixes:,} fixes of "
            f"{wearers:,} wearers, {each.offences:,} offences, {each.pairs:,} pairs; "
            f"{each.seconds:.2f} s, {each.ns_a_fix:,.0f} ns a fix; "
            f"{each.bytes_held / 2**30:.2f} GiB, {each.bytes_a_fix:,.0f} bytes a fix"
        )
    memory = "too little memory was used to tell"
    if one.bytes_held:
        memory = f"{many.bytes_a_fix / one.bytes_a_fix:.2f} times the memory (1: linear)"
    print(
        f"slope: a fix of {days} days takes {many.ns_a_fix / one.ns_a_fix:.2f} times as long as a "
        f"fix of one; {memory}"
    )
    return 0


def measure_apart(paths: list[list[str]], offences: list[Offence], wearers: int) -> Measured:
    """In a process of its own, since the peak of memory is a process's and never falls."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(_measure, paths, offences, wearers).result()


def _measure(paths: list[list[str]], offences: list[Offence], wearers: int) -> Measured:
    every = [path for day in paths for path in day]
    weigh(offences[:1], parquet_source(every[:1]))  # compiles and loads what is compiled on disk
    before = _peak_gib()
    timed = [_timed(lambda: weigh(offences, parquet_source(every)).num_rows) for _ in range(2)]
    return Measured(
        days=len(paths),
        fixes=len(paths) * wearers * FIXES_A_WEARER,
        offences=len(offences),
        pairs=timed[0][1],
        seconds=min(seconds for seconds, _ in timed),
        bytes_held=round((_peak_gib() - before) * 2**30),
    )


def _report(bare_s: float, candidates: int, ours_s: float, found: Scanned, fixes: int) -> None:
    print(f"bare scan  {bare_s:6.2f} s  {candidates:,} candidates")
    print(
        f"compatible {ours_s:6.2f} s  {found.matches.num_rows:,} matches of "
        f"{found.fixes.num_rows:,} fixes; {fixes / ours_s:,.0f} fixes/s"
    )
    print(f"ratio {ours_s / bare_s:.2f} (target at most 4)")


def _bare(paths: list[str], offences: list[Offence]) -> int:
    east, north = BRITISH.project([each.lat for each in offences], [each.lon for each in offences])
    padding = PADDING // timedelta(microseconds=1)
    wanted = pa.table(
        {
            "offence": np.arange(len(offences)),
            "east": east,
            "north": north,
            "from_us": [to_us(each.from_at) - padding for each in offences],
            "to_us": [to_us(each.to_at) + padding for each in offences],
        }
    )
    files = ", ".join(f"'{path}'" for path in paths)
    database = duckdb.connect(config={"memory_limit": MEMORY})
    database.register("wanted", wanted)
    hour = 3_600_000_000
    answer = database.execute(
        f"""
        WITH near AS (
            SELECT w.*, floor(east / {REACH_MAX_M})::BIGINT + dx AS x,
                floor(north / {REACH_MAX_M})::BIGINT + dy AS y, hour
            FROM wanted w, unnest([-1, 0, 1]) AS a(dx), unnest([-1, 0, 1]) AS b(dy),
                LATERAL (SELECT unnest(range(from_us // {hour}, to_us // {hour} + 1)) AS hour))
        SELECT count(*)
        FROM (SELECT easting_m, northing_m, accuracy_m, epoch_us(measured_at) AS us
              FROM read_parquet([{files}]) WHERE set_aside = 0) f
        JOIN near n ON n.x = floor(f.easting_m / {REACH_MAX_M})::BIGINT
            AND n.y = floor(f.northing_m / {REACH_MAX_M})::BIGINT AND n.hour = f.us // {hour}
        WHERE f.us BETWEEN n.from_us AND n.to_us
          AND (f.easting_m - n.east) ** 2 + (f.northing_m - n.north) ** 2
              <= least(100 + f.accuracy_m, {REACH_MAX_M}) ** 2
        """  # noqa: S608 - numbers and paths of ours
    ).fetchone()
    database.close()
    assert answer is not None
    return int(answer[0])


def _offences(
    towns: Floats, count: int, chance: np.random.Generator, day: datetime = DAY
) -> list[Offence]:
    """Offences about the towns; windows of 0-12 h, 3 h on average as burglaries have."""
    at = towns[chance.integers(0, len(towns), count)] + chance.normal(0, 3_000, (count, 2))
    lats, lons = BRITISH.unproject(at[:, 0], at[:, 1])
    minutes = np.minimum(chance.exponential(180, count), 720)
    starts = chance.uniform(0, 1, count) * (1_440 - minutes)
    return [
        Offence(
            force="Metropolitan",
            reference=f"C{number}",
            crime_type="BIAD",
            from_at=day + timedelta(minutes=int(starts[number])),
            to_at=day + timedelta(minutes=int(starts[number] + minutes[number])),
            lat=float(lats[number]),
            lon=float(lons[number]),
        )
        for number in range(count)
    ]


def _homes(towns: Floats, wearers: int, chance: np.random.Generator) -> Floats:
    return np.asarray(
        towns[chance.integers(0, len(towns), wearers)] + chance.normal(0, 3_000, (wearers, 2))
    )


def _write_day(
    folder: Path, day: datetime, homes: Floats, chance: np.random.Generator
) -> Iterator[Path]:
    """About 32 files by activation range, row groups of 32 k, as the nightly job leaves a day."""
    for number, several in enumerate(np.array_split(np.arange(len(homes)), FILES)):
        path = folder / f"{number:02}.parquet"
        table = _fixes(several, homes[several], day, chance)
        pq.write_table(table, path, compression="zstd", row_group_size=32_768)
        yield path


def _fixes(
    activations: npt.NDArray[np.int64], homes: Floats, day: datetime, chance: np.random.Generator
) -> pa.Table:
    """A fix a minute: about home, with a slow round of some kilometres by day."""
    minute = np.arange(FIXES_A_WEARER)
    count = activations.size * FIXES_A_WEARER
    away_m = np.clip(np.sin((minute - 420) / 720 * np.pi), 0, None) * 2_500
    turn = chance.uniform(0, 2 * np.pi, (activations.size, 1)) + minute / 400
    east = (homes[:, :1] + away_m * np.cos(turn) + chance.normal(0, 8, turn.shape)).ravel()
    north = (homes[:, 1:] + away_m * np.sin(turn) + chance.normal(0, 8, turn.shape)).ravel()
    cell = chance.random(count) < CELL_SHARE
    lat0, lon0 = BRITISH.unproject(homes[:, 0], homes[:, 1])
    lat0, lon0 = np.repeat(lat0, FIXES_A_WEARER), np.repeat(lon0, FIXES_A_WEARER)
    d_east = east - np.repeat(homes[:, 0], FIXES_A_WEARER)
    d_north = north - np.repeat(homes[:, 1], FIXES_A_WEARER)
    at_us = to_us(day) + np.tile(minute, activations.size) * 60_000_000
    times = pa.array(at_us).cast(pa.timestamp("us", tz="UTC"))
    accuracy = np.where(cell, chance.uniform(100, 1200, count), chance.uniform(2, 28, count))
    kinds = np.where(cell, int(Mechanism.CELL), int(Mechanism.GNSS)).astype(np.int8)
    none = pa.nulls(count, pa.float32())
    columns = {
        "activation": np.repeat(activations, FIXES_A_WEARER),
        "measured_at": times,
        "received_at": times,
        "lat": lat0 + d_north / 111_250,
        "lon": lon0 + d_east / (111_320 * np.cos(np.radians(lat0))),
        "easting_m": east,
        "northing_m": north,
        "accuracy_m": accuracy.astype(np.float32),
        "accuracy_stated": np.ones(count, dtype=np.bool_),
        "mechanism": kinds,
        "altitude_m": none,
        "speed_mps": none,
        "course_deg": none,
        "set_aside": np.zeros(count, dtype=np.int8),
        "content_key": chance.integers(0, 2**62, count),
        "raw_id": pa.nulls(count, pa.int64()),
    }
    return pa.table(columns, schema=FIXES)


def _warm_up() -> None:
    """Compile the kernels: a run of the real thing finds them compiled on disk."""
    none, times = np.empty(0), np.empty(0, dtype=np.int64)
    counting(none, none)
    judge(np.zeros(1, dtype=np.int64), times, times, none, none, times, times, 0, 0)


def _timed(act: Callable[[], Result]) -> tuple[float, Result]:
    began = time.perf_counter()
    result = act()
    return time.perf_counter() - began, result


def _peak_gib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
