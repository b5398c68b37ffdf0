"""Bench `cohort`: a sheet of people with orders, taken in from CSV and from XLSX, and again.

The baseline writes the very rows that the import left in the store into tables of another SQLite
file with the same columns, one `executemany` a table in one transaction, and checks nothing.
"""

from __future__ import annotations

import argparse
import io
import os
import random
import sqlite3
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

PEOPLE = 5_000
TARGET_S = 60.0
SEED = 8
FIRST, LAST = date(1960, 1, 1), date(2006, 12, 31)
PLACES = ("E8 3QW", "N1 9GU", "E3 5TW", "N17 6XN", "51.5470, -0.0560", "51.5530, -0.0590")
FORENAMES = ("Alex", "Bryn", "Casey", "Dev", "Ellis", "Farah", "Gus", "Hana", "Imani", "Jude")
SURNAMES = ("Okafor", "Hughes", "Moran", "Patel", "Ward", "Khan", "Lind", "Sato", "Cole", "Doyle")
NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
TABLES = (
    "orders_person", "orders_order", "orders_requirementversion", "orders_zoneversion",
    "orders_timetableentry", "orders_enrolment", "identity_personidentifier",
)  # fmt: skip
Done = TypeVar("Done")


def bench(args: argparse.Namespace) -> int:
    """`--rows` is how many people the sheet has. 1 where CSV or XLSX takes more than a minute."""
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", interactive=False, verbosity=0)
    people = args.rows or PEOPLE
    rows = sheet(people)
    taken = {"CSV": as_csv(rows), "XLSX": as_xlsx([_other(row) for row in rows])}
    longest = bare = 0.0
    for kind, data in taken.items():
        took, outcome = _timed(partial(_take, data))
        assert (outcome.made, outcome.problems) == (people, []), outcome.problems[:3]
        again, outcome = _timed(partial(_take, data))
        assert (outcome.unchanged, outcome.ids) == (people, 0), outcome
        bare = bare or _bare()
        longest = max(longest, took)
        print(f"{kind:<5}{people:,} people: {took:5.1f} s, {took / bare:.1f} x bare; "
              f"the same again {again:.1f} s")  # fmt: skip
    print(f"bare {bare:.2f} s; processors' load {os.getloadavg()[0]:.1f}")
    print(f"target: {TARGET_S:.0f} s: {'met' if longest <= TARGET_S else 'missed'}")
    return 0 if longest <= TARGET_S else 1


def sheet(people: int) -> list[list[str]]:
    """A heading and so many invented people, each with an order, ids, a curfew and, of every third,
    a place to keep out of."""
    from waypost.identity.checking import check_letter
    from waypost.identity.cohort_columns import NAMES

    chance = random.Random(SEED)
    rows = [list(NAMES)]
    for number in range(people):
        born = FIRST + timedelta(days=chance.randrange((LAST - FIRST).days))
        serial, letter = f"{number:07d}", chr(65 + number // 10_000 % 26)
        name = f"{chance.choice(FORENAMES)} {chance.choice(SURNAMES)}"
        cells = {
            "crn": f"X{number:06d}", "name": name, "born": born.isoformat(), "area": "Hackney",
            "nomis": f"A{number % 10_000:04d}{letter}B",
            "pnc": f"2003/{serial}{check_letter('03', serial)}",
            "order_kind": "community_order", "order_reference": f"ORD-{number}",
            "from": "2026-03-01", "to": "2026-08-31", "programme": "Bench",
            "curfew_address": chance.choice(PLACES), "curfew_radius_m": "60",
            "curfew_hours": "19:00-07:00 daily", "trail": "yes",
        }  # fmt: skip
        if number % 3 == 0:
            cells |= {"exclusion": chance.choice(PLACES), "exclusion_radius_m": "250"}
        rows.append([cells.get(name, "") for name in NAMES])
    return rows


def as_csv(rows: list[list[str]]) -> bytes:
    import csv

    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue().encode()


def as_xlsx(rows: list[list[str]]) -> bytes:
    import openpyxl

    book = openpyxl.Workbook(write_only=True)
    page = book.create_sheet("Cohort")
    for row in rows:
        page.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _other(row: list[str]) -> list[str]:
    """The same person under another CRN, so that the workbook's people are new, too."""
    return [f"Y{cell[1:]}" if n == 1 and cell != "crn" else cell for n, cell in enumerate(row)]


def _take(data: bytes) -> Any:
    from waypost.access.values import MACHINE
    from waypost.identity.cohort import import_cohort
    from waypost.identity.cohort_table import read_table

    return import_cohort(read_table(data), by=MACHINE, now=NOW)


def _bare() -> float:
    """Seconds for writing what the import wrote, and nothing else."""
    from django.db import connection

    held = []
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"SELECT * FROM {table}")  # noqa: S608  names of our own
            held.append((table, [one[0] for one in cursor.description], cursor.fetchall()))
    with tempfile.TemporaryDirectory() as folder:
        store = sqlite3.connect(Path(folder) / "bare.sqlite3")
        for table, names, _ in held:
            store.execute(f"CREATE TABLE {table} ({names[0]} INTEGER PRIMARY KEY, "
                          f"{', '.join(names[1:])})")  # fmt: skip

        def write() -> None:
            with store:
                for table, names, rows in held:
                    marks = ", ".join("?" * len(names))
                    store.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)  # noqa: S608

        took, _ = _timed(write)
        store.close()
    return took


def _timed(act: Callable[[], Done]) -> tuple[float, Done]:
    began = time.perf_counter()
    done = act()
    return time.perf_counter() - began, done
