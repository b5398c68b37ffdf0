"""Words for tests of what-if: a life of four weeks with a home, work and ways, as fixes.

Home and work are 4 km apart on an east-west line; the way between is seen at three places of it.
Times are local to London in March 2026 before the clocks change, so wall time is UTC.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from waypost.clock import to_us
from waypost.orders.values import OrderKind
from waypost.rules.fold import FixArrays
from waypost.rules.timeline import always
from waypost.rules.values import Parameters
from waypost.whatif.draft import read_draft
from waypost.whatif.trying import try_draft
from waypost.whatif.values import Tried

FROM = datetime(2026, 2, 23, tzinfo=UTC)  # a Monday
TO = FROM + timedelta(days=28)
HOME, WORK = (51.55, -0.08), (51.55, -0.02)
STEP = timedelta(minutes=10)
Place = tuple[float, float]
Seen = tuple[datetime, Place]


def on_way(share: float) -> Place:
    return HOME[0], HOME[1] + share * (WORK[1] - HOME[1])


MIDDLE = on_way(0.5)
SHOP = (51.5700, -0.0500)  # on no way


def a_life(days: int = 28, works: Callable[[int], bool] = lambda day: day % 7 < 5) -> list[Seen]:
    """Home by night; on working days out at 8, at work from 9 to 17, home at 18."""
    return [seen for day in range(days) for seen in a_day(day, at_work=works(day))]


def a_day(day: int, *, at_work: bool) -> Iterator[Seen]:
    start = FROM + timedelta(days=day)
    for n in range(144):
        at = start + n * STEP
        yield at, where(at.hour + at.minute / 60) if at_work else HOME


def where(hour: float) -> Place:
    if 8 < hour < 9:
        return on_way(hour - 8)
    if 17 < hour < 18:
        return on_way(18 - hour)
    return WORK if 9 <= hour <= 17 else HOME


def night_shifts(days: int = 28) -> list[Seen]:
    """At work from 22 to 6, five days a week; at home by day."""
    found = []
    for n in range(days * 144):
        at = FROM + n * STEP
        shift = (at - timedelta(hours=8)).weekday() < 5 and (at.hour >= 22 or at.hour < 6)
        found.append((at, WORK if shift else HOME))
    return found


def arrays(seen: list[Seen], *, accuracy_m: float = 8.0, late_by: timedelta | None = None):
    at = np.array([to_us(when) for when, _ in seen], dtype=np.int64)
    count = len(seen)
    return FixArrays(
        measured_us=at,
        received_us=at + (0 if late_by is None else late_by // timedelta(microseconds=1)),
        lat=np.array([place[0] for _, place in seen]),
        lon=np.array([place[1] for _, place in seen]),
        accuracy_m=np.full(count, accuracy_m),
        mechanism=np.ones(count, dtype=np.int8),
        content_key=np.arange(count, dtype=np.int64),
        set_aside=np.zeros(count, dtype=np.int8),
    )


def circle(place: Place, radius_m: float) -> dict[str, Any]:
    return {"type": "Point", "coordinates": [place[1], place[0]], "radius_m": radius_m}


def exclusion(place: Place, radius_m: float = 300, hours: Any = None, **more: Any) -> dict:
    return {"kind": "exclusion", "zone": circle(place, radius_m), "timetable": hours, **more}


def curfew(place: Place = HOME, start: str = "19:00", end: str = "07:00", **more: Any) -> dict:
    return {"kind": "curfew", "zone": circle(place, 150), "timetable": row(start, end), **more}


def row(start: str, end: str, days: str = "MO TU WE TH FR SA SU") -> list[dict]:
    return [{"days": days.split(), "start": start, "end": end}]


def tried(draft: dict, seen: list[Seen] | FixArrays | None, days: int = 28) -> Tried:
    fixes = arrays(seen) if isinstance(seen, list) else seen
    return try_draft(
        read_draft(draft), fixes, order_kind=OrderKind.COMMUNITY_ORDER, from_at=FROM,
        to_at=FROM + timedelta(days=days), timeline=always(Parameters()),
    )  # fmt: skip


def estate(*names: str, days: int = 8, area: str = "Hackney") -> None:
    """People with a tag and an order since before the window, and their lives, in the store."""
    from django.db import transaction

    from waypost.access.values import MACHINE
    from waypost.orders.actions import import_orders
    from waypost.orders.models import Activation
    from waypost.orders.read import read_orders
    from waypost.positions import batch, log
    from waypost.positions.batch import IntakeRow
    from waypost.positions.values import DecodedFix
    from waypost.units import ActivationNumber, Mechanism

    since = (FROM - timedelta(days=1)).isoformat()
    persons = [
        {"person_id": name, "name": f"Name of {name}", "area": area, "officers": ["petra"],
         "activations": [{"activation_id": f"A-{name}", "device_id": f"D-{name}", "from": since,
                          "to": None}],
         "orders": [{"order_id": f"O-{name}", "kind": "community_order", "from": since, "to": None,
                     "requirements": [{"requirement_id": "R1", **curfew(), "warning_m": None}]}]}
        for name in names
    ]  # fmt: skip
    read = read_orders(json.dumps({"persons": persons}).encode())
    assert not read.problems, read.problems
    import_orders(read.rows, by=MACHINE, now=FROM - timedelta(days=1))
    rows = []
    for name in names:
        worn = Activation.objects.get(reference=f"A-{name}")
        fixes = [
            DecodedFix(at, *place, accuracy_m=8.0, mechanism=Mechanism.GNSS)
            for at, place in a_life(days)
        ]
        number = ActivationNumber(worn.pk)
        rows.append(IntakeRow(number, worn.from_at, worn.to_at, TO - timedelta(hours=1), fixes))
    with transaction.atomic():
        log.append(*batch.build(rows), [], source="test", now=TO - timedelta(hours=1))


def run_jobs(now: datetime = TO) -> None:
    from waypost.cli.worker import handlers
    from waypost.jobs.queue import run_next

    while run_next(handlers(), lambda: now):
        pass
