"""How much memory `waypost replay` takes of files four times as long as one another.

The same persons, by time as a day's file is; each run is a process of its own, and its peak is what
the kernel says of it when it has ended.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from waypost.monitoring.bench import FIXES_EACH, bench_fixes, bench_person, homes
from waypost.orders.values import Requirement

FIXES = 16_000_000
PERSONS = 1_000
LENGTHS = (1, 4)  # quarters of the rows asked for
ACROSS_US = FIXES_EACH * 60_000_000  # of time, that one piece covers
MIB = 1024  # ru_maxrss is in KiB


def bench_replay_file(rows: int = FIXES) -> str:
    """Time and peak memory of each length, as text."""
    pieces = max(1, rows // (PERSONS * FIXES_EACH * max(LENGTHS)))
    lines = [f"replay of a file: {PERSONS:,} persons, 4 requirements each"]
    with tempfile.TemporaryDirectory(prefix="waypost-bench-") as folder:
        orders = Path(folder) / "orders.json"
        orders.write_text(json.dumps({"persons": list(_persons())}))
        for length in LENGTHS:
            file = Path(folder) / f"fixes-{length}.parquet"
            count = _write(file, pieces * length)
            took_s, peak_mib = _replayed(orders, file, Path(folder))
            lines.append(
                f"  {count:>12,} fixes  {took_s:7.1f} s  {count / took_s:12,.0f} fixes/s  "
                f"peak {peak_mib:6,.0f} MiB"
            )
    return "\n".join(lines)


def _persons() -> Iterator[dict[str, Any]]:
    for index, home in enumerate(homes(PERSONS)):
        person = bench_person(index, home)
        order = person.orders[0]
        yield {
            "person_id": str(person.person_id),
            "orders": [
                {
                    "order_id": f"O{index}",
                    "kind": order.kind.value,
                    "from": order.from_at.isoformat(),
                    "to": None,
                    "requirements": [_asked(one, index) for one in order.requirements],
                }
            ],
        }


def _asked(requirement: Requirement, index: int) -> dict[str, Any]:
    zone = requirement.zones[0]
    radius = {} if zone.radius_m is None else {"radius_m": zone.radius_m}
    hours = requirement.timetable
    return {
        "requirement_id": f"{requirement.requirement_id}-{index}",
        "kind": requirement.kind.value,
        "zone": {**zone.geometry, **radius},
        "timetable": None
        if hours is None
        else [{"days": list(row.days), "start": row.start, "end": row.end} for row in hours],
    }


def _write(file: Path, pieces: int) -> int:
    """The same days again and again, one after another."""
    table, _, _ = bench_fixes(homes(PERSONS))
    writer: pq.ParquetWriter | None = None
    for piece in range(pieces):
        later = pa.scalar(piece * ACROSS_US, pa.duration("us"))
        columns = {
            "person_id": table["person"].cast(pa.string()),
            "time": pc.add(table["measured_at"], later),
            "received_at": pc.add(table["received_at"], later),
            "lat": table["lat"],
            "lon": table["lon"],
            "accuracy_m": table["accuracy_m"],
        }
        part = pa.table(columns)
        writer = writer or pq.ParquetWriter(file, part.schema)
        writer.write_table(part)
    assert writer is not None
    writer.close()
    return pieces * int(table.num_rows)


def _replayed(orders: Path, file: Path, folder: Path) -> tuple[float, float]:
    """(seconds, MiB at its peak) of `waypost replay`."""
    words = [sys.executable, "-m", "waypost.cli.main", "replay", str(orders), str(file),
             "-o", str(folder / "rows.ndjson")]  # fmt: skip
    begun = time.perf_counter()
    process = subprocess.Popen(words, env={**os.environ, "WAYPOST_HOME": str(folder)})
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"waypost replay ended with {process.returncode}")
    return time.perf_counter() - begun, usage.ru_maxrss / MIB
