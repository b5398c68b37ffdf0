"""What this room needs of rooms above it, which name themselves when Django starts (apps.py).

ON_DUTY    alerts: who is on the rota now, for orders of which nobody is responsible
KEPT       keeping: how long what is held of an order of this kind is kept, in sentences
RECOUNT    alerts: what counts of a person has changed; add it up again, in this transaction
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

ON_DUTY: list[Callable[[datetime], tuple[int, ...]]] = []
KEPT: list[Callable[[str, datetime], tuple[str, ...]]] = []
RECOUNT: list[Callable[[int, datetime], None]] = []


def on_duty(now: datetime) -> tuple[int, ...]:
    return tuple(sorted({one for ask in ON_DUTY for one in ask(now)}))


def kept(order_kind: str, now: datetime) -> tuple[str, ...]:
    return tuple(line for ask in KEPT for line in ask(order_kind, now))


def recount(person_id: int, now: datetime) -> None:
    for one in RECOUNT:
        one(person_id, now)
