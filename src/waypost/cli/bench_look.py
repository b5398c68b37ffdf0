"""Bench `audit --part look`: one person's two weeks on ten national days, purpose, line and all.

The lake has ten days of a nation's tags and so many more days of a few that its files are a year's.
Each look is at another person: whether the officer may, the fixes out of the lake, what of them
bears on the order, and the line in the audit chain. The bare baseline reads the same person's rows
out of the same files and does nothing else.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from datetime import timedelta

from waypost.cli.bench_keeping import FIRST_DAY, FIXES_A_DAY, day_of, wearers_of

NATION = 12_318
NATIONAL_DAYS = 10
DAYS = 365
FEW = 40
LOOKS = 60
TARGET_S = 0.3


def bench_look(wearers: int) -> int:
    """1 where the median look takes longer than the target."""
    from waypost.access.models import Officer, Posting
    from waypost.access.values import Posted, Purpose, Role
    from waypost.orders.models import Activation, RequirementVersion, ZoneVersion
    from waypost.positions import lake
    from waypost.positions.queries import whereabouts_table

    numbers = wearers_of(wearers, DAYS)
    persons = dict(Activation.objects.values_list("pk", "person_id"))
    known = FIRST_DAY - timedelta(days=1)
    asked = RequirementVersion.objects.bulk_create(
        RequirementVersion(
            person_id=person, order_reference=f"O{person}", reference="R1", kind="exclusion",
            valid_from=known, known_at=known, digest=f"{person:064x}",
        )
        for person in persons.values()
    )  # fmt: skip
    ZoneVersion.objects.bulk_create(
        ZoneVersion(requirement=one, geometry={"type": "Point", "coordinates": [-0.1, 51.5]},
                    radius_m=500.0, valid_from=known, known_at=known)
        for one in asked
    )  # fmt: skip
    with lake.writing():
        for day in range(DAYS):
            lake.append("fixes", day_of(numbers if day < NATIONAL_DAYS else numbers[:FEW], day))
    for day in range(DAYS):
        lake.compact((FIRST_DAY + timedelta(days=day)).date())
    files = int(lake.snapshot("fixes").files.num_rows)
    rows = wearers * NATIONAL_DAYS * FIXES_A_DAY + FEW * (DAYS - NATIONAL_DAYS) * FIXES_A_DAY
    print(f"{rows:,} fixes in {files} files, {wearers:,} persons")
    officer = Officer.objects.create(username="bench")
    Posting.objects.create(officer=officer, role=Role.MONITORING_OFFICER.value, from_at=known)
    mona = Posted(officer.pk, "bench", frozenset({Role.MONITORING_OFFICER}))
    start, end = FIRST_DAY, FIRST_DAY + timedelta(days=14)
    now = end + timedelta(hours=1)

    def bare(number: int) -> None:
        import pyarrow.compute as pc

        snapshot = lake.snapshot("fixes")
        paths = snapshot.paths(start, end, (number, number))
        lake.read(paths, "fixes", filters=pc.field("activation") == number)

    def look(number: int) -> None:
        whereabouts_table(
            persons[number], start, end, by=mona, purpose=Purpose.ALERT_RESPONSE, now=now
        )

    chosen = numbers[:: max(1, len(numbers) // LOOKS)][:LOOKS]
    look(chosen[-1])  # what is compiled once is compiled
    times = [(_timed(bare, one), _timed(look, one)) for one in chosen]
    bare_s, look_s = (statistics.median(one[which] for one in times) for which in (0, 1))
    worst_s = max(one[1] for one in times)
    is_met = look_s <= TARGET_S
    print(f"a look at two weeks: p50 {look_s * 1000:.0f} ms, longest {worst_s * 1000:.0f} ms; bare "
          f"read p50 {bare_s * 1000:.0f} ms; ratio {look_s / bare_s:.2f}")  # fmt: skip
    print(f"target: p50 at most {TARGET_S * 1000:.0f} ms: {'met' if is_met else 'missed'}")
    return 0 if is_met else 1


def _timed(act: Callable[[int], None], number: int) -> float:
    began = time.perf_counter()
    act(number)
    return time.perf_counter() - began
