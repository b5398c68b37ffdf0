"""Bench `alerts`: the inbox with 5,000 open, tag message to open page, notices through a flaky
channel; each part in a process of its own where there are several.

Part `inbox`: the page and its rows with 5,000 alerts that nobody has cleared.

As many persons have alerts; some are of limited access, some alerts are one incident. The officer
watches the whole estate, so nothing is filtered away. The baseline reads the same alerts from the
same store, all columns and no more, and dresses none.
"""

from __future__ import annotations

import argparse
import gc
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any, NamedTuple

from waypost.errors import BadUse

ALERTS = 5_000
TRIES = 60
TARGET_P95_S = 0.150
LIMITED_EVERY = 100  # one person in so many is known to named staff alone
STORY_OF = 3  # alerts of every second person, as one incident
PARTS = ("inbox", "page", "notices")


def bench(args: argparse.Namespace) -> int:
    """`--rows` is how many alerts are open. 1 where a page misses its target."""
    for name in args.part:
        if name not in PARTS:
            raise BadUse(f"no part {name!r} of this bench; there are {', '.join(PARTS)}")
    wanted = [name for name in PARTS if name in (args.part or PARTS)]
    if len(wanted) == 1:
        return PART[wanted[0]](args)
    return max(_apart(name, args) for name in wanted)


def _apart(name: str, args: argparse.Namespace) -> int:
    """A part in a process of its own: each wants a store of its own, and Django takes one."""
    words = [sys.executable, "-m", "waypost.cli.main", "bench", "alerts", "--part", name]
    words += ["--rows", str(args.rows)] if args.rows else []
    return subprocess.run(words, check=False).returncode


def inbox(args: argparse.Namespace) -> int:
    client, count = _house(args.rows or ALERTS)
    client.get("/inbox")  # templates are compiled
    gc.collect()
    gc.freeze()  # as the web process does once it is loaded (web/asgi.py)
    bare = [_timed(_bare) for _ in range(TRIES)]
    print(f"{count:,} alerts open, {TRIES} readings of each")
    print(_line("bare reading", bare))
    missed = False
    for words, address in (
        ("the page", "/inbox"),
        ("its rows, anew", "/inbox/rows"),
        ("rows of a later page", "/inbox/rows?page=13"),
        ("rows of three filters", "/inbox/rows?area=Camden&kind=exclusion&kind=curfew"),
    ):
        look = partial(client.get, address)
        look()  # templates are compiled
        taken = [_timed(look) for _ in range(TRIES)]
        ratio = _median(taken) / _median(bare)
        print(_line(words, taken, f"{ratio:.2f} of bare reading"))
        missed |= _p95(taken) > TARGET_P95_S
    print(f"target: p95 at most {TARGET_P95_S * 1000:.0f} ms: {'missed' if missed else 'met'}")
    return int(missed)


def page(args: argparse.Namespace) -> int:
    from waypost.cli.bench_page import bench as bench_page

    return bench_page(args)


def notices(args: argparse.Namespace) -> int:
    from waypost.cli.bench_notices import bench as bench_notices

    return bench_notices(args)


PART: dict[str, Callable[[argparse.Namespace], int]] = {
    "inbox": inbox,
    "page": page,
    "notices": notices,
}


def _house(alerts: int) -> tuple[Any, int]:
    """A store with so many alerts, and an officer of the monitoring centre."""
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", interactive=False, verbosity=0)
    from django.conf import settings
    from django.test import Client

    from waypost import clock
    from waypost.access.actions import make_officer
    from waypost.access.models import Officer
    from waypost.access.values import Role

    settings.ALLOWED_HOSTS = ["testserver"]
    now = clock.now()
    _alerts(alerts, now)
    make_officer("bench", "Bench", None, Role.MONITORING_OFFICER, now=now - timedelta(days=1))
    client = Client()
    client.force_login(Officer.objects.get(username="bench"))
    return client, alerts


def _alerts(count: int, now: datetime) -> None:
    """Of many kinds, ages and states, with reasons, and violations and reports behind them."""
    from waypost.alerts.harm import Facts, rank
    from waypost.alerts.models import Alert, AlertReport, Incident
    from waypost.alerts.urgency import headline
    from waypost.alerts.values import AlertKind, RiskKind
    from waypost.orders.models import Person

    persons = Person.objects.bulk_create(
        [Person(reference=f"P{n}", full_name=f"Person {n}", area="Camden", known_at=now,
                limited=n % LIMITED_EVERY == LIMITED_EVERY - 1) for n in range(count)],
        batch_size=500,
    )  # fmt: skip
    incidents = Incident.objects.bulk_create(
        [Incident(person=persons[n], opened_at=now, touched_at=now)
         for n in range(0, count, 2 * STORY_OF)],
        batch_size=500,
    )  # fmt: skip
    kinds = [kind for kind in AlertKind if kind is not AlertKind.SOS_PROTECTED]
    risks = frozenset({RiskKind.STALKING, RiskKind.WEAPONS})
    made = []
    for n in range(count):
        kind = kinds[n * 7 % len(kinds)]
        raised_at = now - timedelta(minutes=(n * n) % 20_000)
        found = rank(Facts(kind, risks=risks if n % 3 == 0 else frozenset()), now)
        story, place = divmod(n, 2 * STORY_OF)
        made.append(
            Alert(person=persons[n - place] if place < STORY_OF else persons[n], kind=kind.value,
                  incident=incidents[story] if place < STORY_OF else None, subject=f"bench:{n}",
                  open_subject=f"bench:{n}", status="raised" if n % 4 else "in_hand",
                  certainty="certain", urgency=found.urgency, because=list(found.reasons),
                  headline=headline(kind, "certain"), from_at=raised_at, raised_at=raised_at,
                  touched_at=raised_at)
        )  # fmt: skip
    stored = Alert.objects.bulk_create(made, batch_size=500)
    AlertReport.objects.bulk_create(
        [AlertReport(alert=one, activation_id=n, content_key=n, measured_at=one.from_at,
                     added_at=one.raised_at) for n, one in enumerate(stored)],
        batch_size=500,
    )  # fmt: skip


def _bare() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("select * from alerts_alert where status <> 'closed'")
        cursor.fetchall()


class Took(NamedTuple):
    """Seconds by the clock, and of this process: the latter says more on a busy machine."""

    clock_s: float
    processor_s: float


def _timed(act: Callable[[], Any]) -> Took:
    began, worked = time.perf_counter(), time.process_time()
    act()
    return Took(time.perf_counter() - began, time.process_time() - worked)


def _p95(taken: list[Took]) -> float:
    return statistics.quantiles([one.clock_s for one in taken], n=20)[-1]


def _median(taken: list[Took]) -> float:
    return statistics.median(one.clock_s for one in taken)


def _line(words: str, taken: list[Took], more: str = "") -> str:
    worked = statistics.median(one.processor_s for one in taken)
    return (
        f"{words:<22} median {_median(taken) * 1000:6.1f} ms, p95 {_p95(taken) * 1000:6.1f} ms, "
        f"processor {worked * 1000:6.1f} ms  {more}"
    )
