"""Bench `intake`: import of a fixes file against the bare reading, sorting and writing of its rows.

The baseline reads the same file with Arrow, sorts it and writes its columns with the same writer.
Both in one run, since machines are noisy.
"""

from __future__ import annotations

import argparse
import os
import resource
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq

ROWS = 4_000_000
NATIONAL_DAY = 28_800_000  # 20,000 wearers, a fix a minute
FIXES_A_WEARER = 1_440
DAY = datetime(2026, 3, 3, tzinfo=UTC)


def bench(args: argparse.Namespace) -> int:
    """Print rates of both and their ratio, for Parquet and for CSV."""
    rows = args.rows or (NATIONAL_DAY if args.full else ROWS)
    wearers = max(1, rows // FIXES_A_WEARER)
    _set_up_store(wearers)
    with tempfile.TemporaryDirectory(prefix="waypost-bench-") as folder:
        _warm_up(Path(folder) / "few.parquet")
        table = _day_of_fixes(rows, wearers)
        for suffix in ("parquet", "csv"):
            path = Path(folder) / f"fixes.{suffix}"
            _write(table, path)
            _compare(path, rows, Path(folder) / f"bare-{suffix}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(f"peak memory {peak:.2f} GiB")
    return 0


def _warm_up(path: Path) -> None:
    """Import a few rows into a lake of their own: loading compiled code is not part of the rate."""
    _write(_day_of_fixes(FIXES_A_WEARER, 1), path)
    _ours(path, FIXES_A_WEARER, lake="few")


def _compare(path: Path, rows: int, bare_lake: Path) -> None:
    bare_s = _timed(lambda: _bare(path, bare_lake))
    ours_s = _timed(lambda: _ours(path, rows))
    again_s = _timed(lambda: _ours(path, 0))
    print(
        f"{path.suffix[1:]:8} {rows:,} fixes: import {rows / ours_s:,.0f}/s, "
        f"bare {rows / bare_s:,.0f}/s, ratio {ours_s / bare_s:.2f}; "
        f"second import (0 new) {rows / again_s:,.0f}/s"
    )


def _ours(path: Path, expected_new: int, *, lake: str = "") -> None:
    from django.conf import settings

    from waypost import clock
    from waypost.access.values import MACHINE
    from waypost.positions.actions import import_fixes

    settings.LAKE_URI = str(Path(settings.LAKE_URI).parent / f"lake-{lake or path.suffix[1:]}")
    done = import_fixes(
        str(path), renames={}, by=MACHINE, now=clock.now(), mark=lambda _touched: None
    )
    assert done.new == expected_new, (done.new, expected_new)


def _bare(path: Path, target: Path) -> None:
    """What the work cannot do without: read, sort, write by the same writer. No checks, no metres,
    no activations, no deduplication, no commit."""
    table = pq.read_table(path) if path.suffix == ".parquet" else pyarrow.csv.read_csv(path)
    person = table["person_id"]
    if not pa.types.is_dictionary(person.type):
        person = pc.dictionary_encode(person)
    codes = person.unify_dictionaries().combine_chunks().indices
    table = table.set_column(0, "person", codes)
    order = pc.sort_indices(table, [("person", "ascending"), ("time", "ascending")])
    pq.write_table(
        table.take(order), target, compression="zstd", row_group_size=32_768,
        use_dictionary=["person", "mechanism"],
    )  # fmt: skip


def _timed(act: Callable[[], None]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def _set_up_store(wearers: int) -> None:
    """A store with the wearers, each with a tag and an order."""
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", interactive=False, verbosity=0)
    import waypost.positions.actions  # noqa: F401 - starting the process is not the import's rate
    from waypost.orders.models import Activation, Order, Person

    known = DAY - timedelta(days=10)
    persons = Person.objects.bulk_create(
        [Person(reference=f"P{n}", known_at=known) for n in range(wearers)]
    )
    Order.objects.bulk_create(
        [
            Order(reference=f"O{p.pk}", person=p, kind="community_order", from_at=known,
                  known_at=known)
            for p in persons
        ]
    )  # fmt: skip
    Activation.objects.bulk_create(
        [
            Activation(reference=f"A{p.pk}", person=p, device_reference=f"D{p.pk}", from_at=known,
                       known_at=known)
            for p in persons
        ]
    )  # fmt: skip


def _day_of_fixes(rows: int, wearers: int) -> pa.Table:
    """A day in the order in which it would arrive: wearers mixed, uploads a little late."""
    chance = np.random.default_rng(2)
    wearer = np.tile(np.arange(wearers), -(-rows // wearers))[:rows]
    minute = np.repeat(np.arange(-(-rows // wearers)), wearers)[:rows]
    second = minute * (86_400 * wearers // rows) + chance.integers(0, 30, rows)
    order = np.argsort(second + chance.integers(0, 900, rows), kind="stable")
    cell = chance.random(rows) < 0.3
    home = chance.normal(0, 0.08, (wearers, 2))
    wander = chance.normal(0, 0.004, (rows, 2))
    time_us = int(DAY.timestamp()) * 1_000_000 + second * 1_000_000
    names = np.array([f"P{n}" for n in range(wearers)])
    return pa.table(
        {
            "person_id": pa.DictionaryArray.from_arrays(wearer[order].astype(np.int32), names),
            "time": pa.array(time_us[order]).cast(pa.timestamp("us", tz="UTC")),
            "lat": np.round(51.5 + home[wearer, 0] + wander[:, 0], 6)[order],
            "lon": np.round(-0.1 + home[wearer, 1] + wander[:, 1], 6)[order],
            "accuracy_m": np.round(
                np.where(cell, chance.uniform(100, 1200, rows), chance.uniform(2, 28, rows)), 1
            )[order],
            "mechanism": pa.DictionaryArray.from_arrays(
                cell[order].astype(np.int32), pa.array(["GPS", "LBS"])
            ),
        }
    )


def _write(table: pa.Table, path: Path) -> None:
    if path.suffix == ".parquet":
        pq.write_table(table, path)
        return
    text = pc.strftime(table["time"], "%Y-%m-%dT%H:%M:%SZ")
    plain = table.set_column(1, "time", text)
    for at, name in ((0, "person_id"), (5, "mechanism")):
        plain = plain.set_column(at, name, plain[name].cast(pa.string()))
    pyarrow.csv.write_csv(plain, os.fspath(path), pyarrow.csv.WriteOptions(quoting_style="none"))
