"""How a person's appointments were kept: attended, late, left early, missed, could not be
monitored. No place is in the answer; asked as the person's page is.
"""

from __future__ import annotations

from datetime import datetime

from waypost.access import may
from waypost.access.values import Permission, Posted
from waypost.monitoring.models import PersonState
from waypost.monitoring.parameter_queries import timeline
from waypost.monitoring.queries import progress, violations_of
from waypost.orders.queries import case_of, person_orders
from waypost.orders.values import PersonOrders, RequirementKind
from waypost.rules.appointments import appointments_kept
from waypost.rules.attendance import Kept
from waypost.rules.values import RowKind


def kept_appointments(
    person_id: int,
    *,
    by: Posted,
    from_at: datetime,
    now: datetime,
    person: PersonOrders | None = None,
) -> list[Kept]:
    """The appointments that touch [from_at, now), earliest first; none before anything is judged.

    person   their orders, where the caller has them already
    raises   Refused or NoSuchThing
    """
    may.check(by, Permission.PERSON_READ, case_of(person_id, now=now))
    judged_to = progress().judged_to
    if judged_to is None or not PersonState.objects.filter(person_id=person_id).exists():
        return []
    person = person or person_orders([person_id])[0]
    rows = violations_of(person_id, from_at=from_at, to_at=now, kind=RowKind.ATTENDANCE)
    numbers = timeline().at(now).parameters
    found = [
        kept
        for order in person.orders
        for one in order.requirements
        if one.kind is RequirementKind.ATTENDANCE
        for kept in appointments_kept(
            one, order, [standing.row for standing in rows], from_at, now,
            judged_to=min(judged_to, now), parameters=numbers,
        )
    ]  # fmt: skip
    return sorted(found, key=lambda kept: (kept.asked.from_at, kept.asked.requirement_id))
