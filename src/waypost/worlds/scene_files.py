"""A scoring world as the files that `waypost match FIXES OFFENCES` reads, and its truth.

fixes.parquet (or fixes.csv)   person_id,time,lat,lon,accuracy_m,mechanism
offences.csv                   crime_reference,from_time,to_time,lat,lon,crime_type,radius_m
truth.csv                      crime_reference,person_id,was_there,did_it,seconds,heard
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pcsv
import pyarrow.parquet as pq

from waypost.clock import write_instant
from waypost.units import Mechanism
from waypost.worlds.scene_values import Scenes

TRUTH_COLUMNS = ("crime_reference", "person_id", "was_there", "did_it", "seconds", "heard")
OFFENCE_COLUMNS = (
    "crime_reference",
    "from_time",
    "to_time",
    "lat",
    "lon",
    "crime_type",
    "radius_m",
)
WORDS = {Mechanism.GNSS: "GNSS", Mechanism.WIFI: "WIFI", Mechanism.CELL: "CELL"}
ROW_GROUP = 128_000


def write_scenes(made: Scenes, folder: Path, *, as_csv: bool = False) -> list[Path]:
    """Write the three files; returns them. What stands there under these names is replaced."""
    folder.mkdir(parents=True, exist_ok=True)
    fixes = folder / ("fixes.csv" if as_csv else "fixes.parquet")
    if as_csv:
        pcsv.write_csv(_fixes(made, as_text=True), fixes)
    else:
        pq.write_table(
            _fixes(made, as_text=False), fixes, compression="zstd", row_group_size=ROW_GROUP
        )
    offences, truth = folder / "offences.csv", folder / "truth.csv"
    _write(
        offences,
        OFFENCE_COLUMNS,
        (
            (
                each.reference,
                write_instant(each.from_at),
                write_instant(each.to_at),
                f"{each.lat:.6f}",
                f"{each.lon:.6f}",
                each.crime_type,
                f"{each.radius_m:g}",
            )
            for each in made.offences
        ),
    )
    _write(
        truth,
        TRUTH_COLUMNS,
        (
            (
                made.offences[row["offence"]].reference,
                person_name(row["person"]),
                int(row["was_there"]),
                int(row["did_it"]),
                f"{row['seconds']:.0f}",
                row["heard"],
            )
            for row in made.truth.to_pylist()
        ),
    )
    return [fixes, offences, truth]


def person_name(person: int) -> str:
    """The alphabet keeps the order of numbers, by which matching codes persons."""
    return f"P{person:05d}"


def _fixes(made: Scenes, *, as_text: bool) -> pa.Table:
    fixes = made.fixes
    time = fixes["us"].cast(pa.timestamp("us", tz="UTC"))
    if as_text:
        seconds = fixes["us"].cast(pa.timestamp("us")).cast(pa.timestamp("s"))
        time = pc.strftime(seconds, format="%Y-%m-%dT%H:%M:%SZ")
    names = np.array([person_name(each) for each in range(made.size.wearers)])
    words = np.array([WORDS.get(Mechanism(code), "") for code in range(len(Mechanism))])
    stated = pc.greater(fixes["r95_m"], 0)
    return pa.table(
        {
            "person_id": names[fixes["person"].to_numpy()],
            "time": time,
            "lat": fixes["lat"],
            "lon": fixes["lon"],
            "accuracy_m": pc.if_else(stated, fixes["r95_m"], pa.scalar(None, pa.float64())),
            "mechanism": words[fixes["mechanism"].to_numpy()],
        }
    )


def _write(path: Path, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)
