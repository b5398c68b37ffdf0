"""What judging says of one person at this very instant, nothing saved: minutes of what goes on.

Stored rows of what goes on grow by whole steps; who adds minutes up asks here.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from waypost.monitoring.models import PersonState
from waypost.monitoring.parameter_queries import timeline
from waypost.orders.queries import person_orders
from waypost.rules.fold import State, project
from waypost.rules.plan import compile_plan, first_order_at
from waypost.rules.values import JudgedViolation

BEHIND = timedelta(days=3)
AHEAD = timedelta(days=2)


def rows_now(person_id: int, *, now: datetime) -> list[JudgedViolation]:
    """The rows that go on or may still change, as of `now`; empty while the person waits to be
    judged by other orders."""
    record = PersonState.objects.filter(person_id=person_id).first()
    if record is None:
        return []
    person = person_orders([person_id])[0]
    began = record.folded_to or first_order_at(person) or now
    from_at = min(began, now) - BEHIND
    plan = compile_plan(person, timeline(), from_at=from_at, to_at=now + AHEAD)
    try:
        state = State.from_bytes(bytes(record.state))
    except ValueError:
        return []
    return project(plan, state, now).rows if state.digest == plan.digest else []
