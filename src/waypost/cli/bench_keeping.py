"""Bench `keeping`: one person out of a year of the lake, while somebody reads it all the time.

The lake holds N wearers a day as compaction leaves it. The baseline is Delta's own delete of one
other person from a copy of the same lake, day by day with the same bounds, and nothing else. A
reader in a process of its own asks for a wearer's two weeks again and again meanwhile: how often it
could not answer is counted, and must be never.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

DAYS = 365
WEARERS = 200
FIXES_A_DAY = 1_440
FIRST_DAY = datetime(2024, 1, 1, tzinfo=UTC)
READER = """
import os, sys, time
os.environ["DJANGO_SETTINGS_MODULE"] = "waypost.settings"
import django; django.setup()
from datetime import timedelta
from waypost.clock import read_instant
from waypost.positions.queries import fixes_between
number, start, stop = int(sys.argv[1]), read_instant(sys.argv[2]), sys.argv[3]
spans, bad, read = [], 0, 0
while not os.path.exists(stop):
    begun = time.perf_counter()
    try:
        read = fixes_between([number], start, start + timedelta(days=14)).num_rows
        bad += read == 0
    except Exception as error:
        bad += 1
        print(type(error).__name__, file=sys.stderr)
    spans.append(time.perf_counter() - begun)
spans.sort()
print(len(spans), bad, spans[len(spans) // 2] if spans else 0, spans[-1] if spans else 0)
"""


def bench(args: argparse.Namespace) -> int:
    """`--wearers` and `--days` say how large; 200 wearers and 365 days without."""
    wearers, days = args.wearers or WEARERS, int(args.days or DAYS)
    numbers = _house(wearers, days)
    from django.conf import settings

    from waypost.access.values import MACHINE
    from waypost.keeping import forgetting, lake_forgetting
    from waypost.keeping.models import Deletion, DeletionPart
    from waypost.keeping.values import Scope, Step
    from waypost.orders.models import Activation
    from waypost.positions import erasing, lake

    size = sum(one.stat().st_size for one in Path(settings.LAKE_URI).rglob("*.parquet"))
    count = int(lake.snapshot("fixes").files.num_rows)
    print(f"{wearers} wearers, {days} days, {wearers * days * FIXES_A_DAY:,} fixes, {count} files, "
          f"{size / 1e6:,.0f} MB")  # fmt: skip
    victim, other, read = numbers[wearers // 2], numbers[wearers // 3], numbers[wearers // 4]
    bare_s = _bare(other, days)
    now = FIRST_DAY + timedelta(days=days + 4_000)
    person = Activation.objects.get(pk=victim).person_id
    stop = Path(settings.LAKE_URI).parent / "stop"
    reader = subprocess.Popen(
        [sys.executable, "-c", READER, str(read), FIRST_DAY.isoformat(), str(stop)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    time.sleep(3)  # it has begun to read
    number = forgetting.begin(person, Scope.PERSON, by=MACHINE, now=now)
    ours_s = _timed(lambda: forgetting.finish(number, now=now))
    stop.touch()
    out, errors = reader.communicate(timeout=120)
    looks, bad, median_s, worst_s = out.split()
    sweep_s = _timed(lambda: lake_forgetting.forget_old_versions(timedelta(0)))
    proof_s = _timed(lambda: forgetting.finish(number, now=now, readers_wait=timedelta(0)))
    done = Deletion.objects.get(pk=number)
    rows = DeletionPart.objects.get(deletion=done, place="lake fixes").count
    print(f"delete one person: {ours_s:.1f} s for {rows:,} rows; bare delta delete {bare_s:.1f} s; "
          f"ratio {ours_s / bare_s:.2f}")  # fmt: skip
    print(f"a day later: old versions {sweep_s:.1f} s, looking again and proof {proof_s:.1f} s")
    print(f"reader meanwhile: {looks} looks at two weeks, {bad} unanswered, median "
          f"{float(median_s) * 1000:.0f} ms, worst {float(worst_s) * 1000:.0f} ms")  # fmt: skip
    if errors.strip():
        print(errors.strip().splitlines()[-1])
    sound = done.step == Step.DONE.value and not erasing.left_in_files("fixes", [victim])
    print("nothing is left, and it is proved" if sound else "SOMETHING IS LEFT")
    return 0 if sound and bad == "0" else 1


def _house(wearers: int, days: int) -> list[int]:
    """A store with the wearers, their orders long ended, and their lake, a day as compacted."""
    from waypost.positions import lake

    numbers = wearers_of(wearers, days)
    with lake.writing():
        for day in range(days):
            lake.append("fixes", day_of(numbers, day))
    for day in range(days):
        lake.compact((FIRST_DAY + timedelta(days=day)).date())
    return numbers


def wearers_of(wearers: int, days: int) -> list[int]:
    """Their activations in a new store, with orders of so many days."""
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", interactive=False, verbosity=0)
    from waypost.orders.models import Activation, Order, Person

    known, end = FIRST_DAY - timedelta(days=1), FIRST_DAY + timedelta(days=days)
    persons = Person.objects.bulk_create(
        [Person(reference=f"P{n}", known_at=known) for n in range(wearers)]
    )
    Order.objects.bulk_create(
        [Order(reference=f"O{one.pk}", person=one, kind="community_order", from_at=known,
               to_at=end, known_at=known) for one in persons]
    )  # fmt: skip
    worn = Activation.objects.bulk_create(
        [Activation(reference=f"A{one.pk}", person=one, device_reference=f"D{one.pk}",
                    from_at=known, to_at=end, known_at=known) for one in persons]
    )  # fmt: skip
    return [one.pk for one in worn]


def day_of(numbers: list[int], day: int) -> pa.Table:
    """A fix a minute of each."""
    from waypost.positions.schema import FIXES, TIME

    chance = np.random.default_rng(day)
    rows = len(numbers) * FIXES_A_DAY
    start = int((FIRST_DAY + timedelta(days=day)).timestamp()) * 1_000_000
    minute = np.tile(np.arange(FIXES_A_DAY), len(numbers))
    at = pa.array(start + minute * 60_000_000, pa.int64()).cast(TIME)
    lat, lon = 51.5 + chance.normal(0, 0.02, rows), -0.1 + chance.normal(0, 0.03, rows)
    said: dict[str, Any] = {
        "activation": np.repeat(numbers, FIXES_A_DAY), "measured_at": at, "received_at": at,
        "lat": lat, "lon": lon, "easting_m": 530_000 + lat, "northing_m": 180_000 + lon,
        "accuracy_m": chance.uniform(4, 40, rows).astype(np.float32),
        "accuracy_stated": np.ones(rows, dtype=np.bool_), "mechanism": np.ones(rows, dtype=np.int8),
        "altitude_m": pa.nulls(rows, pa.float32()), "speed_mps": pa.nulls(rows, pa.float32()),
        "course_deg": pa.nulls(rows, pa.float32()), "set_aside": np.zeros(rows, dtype=np.int8),
        "content_key": chance.integers(0, 2**62, rows), "raw_id": pa.nulls(rows, pa.int64()),
    }  # fmt: skip
    return pa.table(said, schema=FIXES)


def _bare(number: int, days: int) -> float:
    """Delta's own delete, day by day with the same bounds, on a copy that nobody reads."""
    from deltalake import DeltaTable

    from waypost.positions import lake

    copy = Path(lake.uri("fixes")).parent.parent / "bare"
    shutil.copytree(lake.uri("fixes"), copy)
    table = DeltaTable(str(copy))

    def delete() -> None:
        for day in range(days):
            on = (FIRST_DAY + timedelta(days=day)).date().isoformat()
            table.delete(f"day = '{on}' AND activation >= {number} AND activation <= {number}")

    took_s = _timed(delete)
    shutil.rmtree(copy)
    return took_s


def _timed(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began
