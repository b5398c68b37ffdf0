"""Bench `map`: the first page of a year of one track, and a closer look, beside bare reading.

The lake holds the wearer among others, a file a day as after compaction. The baseline reads the
same rows and columns from the same files with Arrow, one after another, and does nothing with them.
Processor time counts for more than the clock on a busy machine; both are printed.
"""

from __future__ import annotations

import argparse
import json
import math
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

DAYS = 365
FIXES_A_DAY = 1_440
WEARERS = 10
FIRST_DAY = datetime(2025, 1, 1, tzinfo=UTC)
TRIES = 5
SCRIPT = '<script id="track" type="application/json">'  # what the page's own script reads
CELL_SHARE = 0.3  # of fixes at home: by mobile cell
Done = TypeVar("Done")


def bench(args: argparse.Namespace) -> int:
    """`--rows` is how many fixes the one wearer has; a year at one a minute without."""
    days = max(1, -(-(args.rows or DAYS * FIXES_A_DAY) // FIXES_A_DAY))
    client, person = _house(days)
    address = f"/people/{person}/whereabouts"
    window = {"from": _wall(FIRST_DAY), "to": _wall(FIRST_DAY + timedelta(days=days)),
              "purpose": "subject_access"}  # fmt: skip
    _timed(lambda: client.post(address, window))  # compiled code is loaded
    first = [_timed(lambda: client.post(address, window)) for _ in range(TRIES)]
    bare = [_timed(lambda: _bare(person, days)) for _ in range(TRIES)]
    page = first[-1][0]
    data = json.loads(page.content.decode().split(SCRIPT)[1].split("</script>")[0])
    near = _view_of(data)
    closer = [
        _timed(lambda: client.post(f"{address}/part", near | {"look": data["look"]}))
        for _ in range(TRIES)
    ]
    turned = [
        _timed(lambda: client.post(f"{address}/rows", {"look": data["look"], "page": 500}))
        for _ in range(TRIES)
    ]
    part = closer[-1][0].json()
    print(f"{data['total']:,} fixes of one wearer, {data['row_count']:,} rows of the table")
    print(_line("first page", first, f"{data['shown']:,} fixes drawn, {len(page.content):,} bytes"))
    print(_line("bare reading", bare, f"ratio {_best(first) / _best(bare):.2f} of the clock"))
    print(_line("closer", closer, f"{part['shown']:,} of {part['inside']:,} fixes, zoom 15"))
    print(_line("a page of the table", turned, "500 rows"))
    return 0


def _house(days: int) -> tuple[Any, int]:
    """A store with the wearers, their lake, and somebody who may see a year of one of them."""
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", interactive=False, verbosity=0)
    from django.conf import settings
    from django.test import Client

    from waypost import clock
    from waypost.access.actions import make_officer
    from waypost.access.models import Officer
    from waypost.access.values import MACHINE, Role
    from waypost.positions.actions import import_fixes

    settings.ALLOWED_HOSTS = ["testserver"]
    person = _wearers()
    with tempfile.TemporaryDirectory(prefix="waypost-bench-") as folder:
        path = Path(folder) / "fixes.parquet"
        pq.write_table(pa.concat_tables([_year(n, days) for n in range(WEARERS)]), path)
        import_fixes(str(path), renames={}, by=MACHINE, now=clock.now(), mark=lambda _touched: None)
    make_officer("bench", "Bench", None, Role.DATA_PROTECTION_OFFICER, now=FIRST_DAY)
    client = Client()
    client.force_login(Officer.objects.get(username="bench"))
    return client, person


def _wearers() -> int:
    from waypost.orders.models import Activation, Order, Person

    known = FIRST_DAY - timedelta(days=1)
    persons = Person.objects.bulk_create(
        [Person(reference=f"P{n}", known_at=known) for n in range(WEARERS)]
    )
    Order.objects.bulk_create(
        [Order(reference=f"O{one.pk}", person=one, kind="community_order", from_at=known,
               known_at=known) for one in persons]
    )  # fmt: skip
    Activation.objects.bulk_create(
        [Activation(reference=f"A{one.pk}", person=one, device_reference=f"D{one.pk}",
                    from_at=known, known_at=known) for one in persons]
    )  # fmt: skip
    return persons[WEARERS // 2].pk


def _year(wearer: int, days: int) -> pa.Table:
    """Nights at home, weekdays at work, an outing each weekend day; noisy, three gaps a day."""
    chance = np.random.default_rng(wearer)
    count = days * FIXES_A_DAY
    second = np.arange(count) * 60 + chance.integers(0, 20, count)
    minute, day = second // 60 % FIXES_A_DAY, second // 86_400
    workday = (day + 2) % 7 < 5  # 1 January 2025 is a Wednesday
    there = np.clip((minute - 480) / 45, 0, 1) - np.clip((minute - 1_020) / 45, 0, 1)
    there = np.where(workday, there, 0.0)
    out = ~workday & (minute > 600) & (minute < 960)
    reach = np.where(out, np.sin((minute - 600) / 360 * math.pi), 0.0) * (1 + day * 37 % 10) / 90
    home = 51.55 + chance.normal(0, 0.03), -0.06 + chance.normal(0, 0.05)
    work = 51.51 + chance.normal(0, 0.02), -0.10 + chance.normal(0, 0.04)
    turn = day * 2.399
    lat = home[0] + there * (work[0] - home[0]) + reach * np.sin(turn)
    lon = home[1] + there * (work[1] - home[1]) + 1.6 * reach * np.cos(turn)
    still = ((there == 0) | (there == 1)) & ~out
    cell = still & (chance.random(count) < CELL_SHARE)
    accuracy_m = np.where(cell, chance.uniform(60, 1_200, count), chance.uniform(2, 28, count))
    spread = accuracy_m / 2.4477 / 111_000
    keep = np.ones(count, dtype=np.bool_)
    for start in chance.integers(0, count, 3 * days):
        keep[start : start + chance.integers(6, 60)] = False
    time_us = int(FIRST_DAY.timestamp()) * 1_000_000 + second * 1_000_000
    columns = {
        "lat": np.round(lat + chance.normal(0, 1, count) * spread, 6),
        "lon": np.round(lon + chance.normal(0, 1, count) * spread / 0.62, 6),
        "accuracy_m": np.round(accuracy_m, 1),
    }
    return pa.table(
        {
            "person_id": pa.array([f"P{wearer}"] * int(keep.sum())),
            "time": pa.array(time_us[keep]).cast(pa.timestamp("us", tz="UTC")),
            **{name: column[keep] for name, column in columns.items()},
            "mechanism": pa.array(np.where(cell[keep], "LBS", "GPS")),
        }
    )


def _bare(person: int, days: int) -> int:
    """What the work cannot do without: the rows and columns of a track, read and nothing else."""
    from waypost.orders.models import Activation
    from waypost.positions import lake
    from waypost.positions.tracks import TRACK_COLUMNS

    number = Activation.objects.get(person_id=person).pk
    end = FIRST_DAY + timedelta(days=days)
    paths = lake.snapshot("fixes").paths(FIRST_DAY, end, (number, number))
    wanted = [("activation", "=", number)]
    return sum(
        pq.read_table(path, columns=list(TRACK_COLUMNS), filters=wanted, partitioning=None).num_rows
        for path in paths
    )


def _view_of(data: dict[str, Any]) -> dict[str, str]:
    """A street's view of where the wearer is most."""
    lat, lon = (float(np.median(data["fixes"][name])) for name in ("lat", "lon"))
    view = {"west": lon - 0.017, "south": lat - 0.008, "east": lon + 0.017, "north": lat + 0.008}
    return {name: str(value) for name, value in view.items()} | {"zoom": "15"}


def _wall(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%MZ")


def _timed(act: Callable[[], Done]) -> tuple[Done, float, float]:
    """What it gave, seconds of the clock, seconds of the processor."""
    began, worked = time.perf_counter(), time.process_time()
    done = act()
    return done, time.perf_counter() - began, time.process_time() - worked


def _best(tries: list[tuple[Any, float, float]]) -> float:
    return min(one[1] for one in tries)


def _line(name: str, tries: list[tuple[Any, float, float]], more: str) -> str:
    clock_s = sorted(one[1] for one in tries)
    worked = min(one[2] for one in tries)
    return (
        f"{name:20} best {clock_s[0]:.2f} s, median {clock_s[len(clock_s) // 2]:.2f} s, "
        f"processor {worked:.2f} s; {more}"
    )
