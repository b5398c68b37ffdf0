"""What this room needs of rooms above it, which name themselves when Django starts (apps.py).

ON_DUTY    alerts: who is on the rota now, for orders of which nobody is responsible
KEPT       keeping: how long what is held of an order of this kind is kept, in sentences
CHECKED    suitability: which checks of which orders are answered already, by person and order
OWED       suitability: what is owed beside the tasks of live orders
RECOUNT    alerts: what counts of a person has changed; add it up again, in this transaction
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime

from waypost.necessity.values import CheckKind, Task

ON_DUTY: list[Callable[[datetime], tuple[int, ...]]] = []
KEPT: list[Callable[[str, datetime], tuple[str, ...]]] = []
CHECKED: list[Callable[[Collection[int]], dict[tuple[int, str], set[CheckKind]]]] = []
OWED: list[Callable[[Collection[int] | None, datetime], list[Task]]] = []
RECOUNT: list[Callable[[int, datetime], None]] = []


def on_duty(now: datetime) -> tuple[int, ...]:
    return tuple(sorted({one for ask in ON_DUTY for one in ask(now)}))


def kept(order_kind: str, now: datetime) -> tuple[str, ...]:
    return tuple(line for ask in KEPT for line in ask(order_kind, now))


def owed(person_ids: Collection[int] | None, now: datetime) -> list[Task]:
    return [task for ask in OWED for task in ask(person_ids, now)]


def recount(person_id: int, now: datetime) -> None:
    for one in RECOUNT:
        one(person_id, now)
