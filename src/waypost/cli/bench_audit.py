"""Bench `audit`: what a line adds to an act, and how long a million lines take to verify.

line     an act that commits one bare row, in turn with the same act that also leaves its line
         and moves the signed head; what the line adds, and the act's own time with its flush
verify   the whole chain with its seals, beside a bare pass that reads the same rows and hashes
         their bodies
look     one person's two weeks on ten national days (bench_look.py)
"""

from __future__ import annotations

import argparse
import hashlib
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

ACTS = 2_000
LINES = 1_000_000
AT_ONCE = 10_000
BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
PARTS = ("line", "verify", "look")


def bench(args: argparse.Namespace) -> int:
    """`--rows` is how many acts (line) and lines (verify) there are, `--wearers` how many a nation
    has (look). 1 where a look takes longer than its target."""
    from waypost.cli.bench_look import NATION, bench_look

    _store()
    missed = 0
    for part in args.part or PARTS:
        if part == "line":
            bench_line(args.rows or ACTS)
        elif part == "verify":
            bench_verify(args.rows or LINES)
        elif part == "look":
            missed = bench_look(args.wearers or NATION)
        else:
            print(f"no part {part!r}; one of: {', '.join(PARTS)}")
            return 2
    return missed


def bench_line(acts: int) -> None:
    """In turn, so that a slow disk is slow for both."""
    from django.db import connection, transaction

    from waypost.access import audit
    from waypost.access.values import MACHINE, Purpose

    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bench_bare (number INTEGER, said TEXT)")
        add = "INSERT INTO bench_bare VALUES (%s, %s)"

        def bare(n: int) -> None:
            with transaction.atomic():
                cursor.execute(add, [n, "x" * 400])

        def lined(n: int) -> None:
            with transaction.atomic():
                cursor.execute(add, [n, "x" * 400])
                audit.record(
                    "track:viewed", by=MACHINE, at=BEGAN + timedelta(seconds=n), about=n,
                    purpose=Purpose.SUPERVISION, detail={"from": "x", "to": "y", "fixes": n},
                )  # fmt: skip

        for n in range(50):
            bare(n)
            lined(n)
        times = [(_timed(bare, n), _timed(lined, n)) for n in range(50, acts + 50)]
    for words, which in (("a bare act", 0), ("with its line", 1)):
        clock_ms = sorted(one[which][0] for one in times)
        work_ms = statistics.median(one[which][1] for one in times)
        print(f"{words:<16} p50 {clock_ms[len(clock_ms) // 2]:.3f} ms, "
              f"p99 {clock_ms[len(clock_ms) * 99 // 100]:.3f} ms, "
              f"processor {work_ms:.3f} ms")  # fmt: skip
    adds = statistics.median(lined[0] - bare[0] for bare, lined in times)
    ratio = statistics.median(lined[0] / bare[0] for bare, lined in times)
    print(f"the line adds    p50 {adds:.3f} ms (ratio {ratio:.2f})")


def bench_verify(lines: int) -> None:
    """The lines are written as `record` writes them, many to a statement."""
    from django.db import connection

    from waypost.access import audit, head, seals
    from waypost.access.models import AuditLine
    from waypost.home import home

    AuditLine.objects.all().delete()
    (home() / head.FILE).unlink(missing_ok=True)
    _fill(lines)
    head.move(lines, audit.private_key())
    seals.seal(now=BEGAN + timedelta(days=365))
    began = time.perf_counter()
    with connection.chunked_cursor() as cursor:
        cursor.execute("SELECT body FROM access_audit_line ORDER BY number")
        while rows := cursor.fetchmany(AT_ONCE):
            for row in rows:
                hashlib.sha256(bytes(row[0])).hexdigest()
    bare_s = time.perf_counter() - began
    began = time.perf_counter()
    verdict = audit.verify()
    whole_s = time.perf_counter() - began
    sound = "sound" if verdict.broken is None else f"broken at {verdict.broken}: {verdict.why}"
    print(f"{verdict.lines:,} lines {sound} in {whole_s:.2f} s, "
          f"{1e6 * whole_s / lines:.1f} µs a line; bare pass {bare_s:.2f} s, "
          f"ratio {whole_s / bare_s:.1f}")  # fmt: skip


def _fill(lines: int) -> None:
    from django.db import connection, transaction

    from waypost.access import audit
    from waypost.access.values import MACHINE, Purpose

    previous = None
    for start in range(1, lines + 1, AT_ONCE):
        rows = []
        for number in range(start, min(start + AT_ONCE, lines + 1)):
            row, previous = audit.line_of(
                number, previous, "track:viewed", by=MACHINE, at=BEGAN + timedelta(seconds=number),
                about=number % 5_000, purpose=Purpose.SUPERVISION,
                detail={"from": "2026-01-01T00:00:00", "to": "2026-01-15T00:00:00", "fixes": 9_000},
            )  # fmt: skip
            rows.append(row)
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.executemany(audit.INSERT, rows)


def _timed(act: Callable[[int], None], n: int) -> tuple[float, float]:
    """Milliseconds by the clock, and of processor."""
    began, worked = time.perf_counter(), time.process_time()
    act(n)
    return 1e3 * (time.perf_counter() - began), 1e3 * (time.process_time() - worked)


def _store() -> None:
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", interactive=False, verbosity=0)
