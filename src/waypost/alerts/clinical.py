"""A clinical removal whose time is over calls somebody, unless the tag is known to be back on.

    fire_overdue(as_of, now)   rows of the due table that devices/clinical.py set

The alert is the one that told of the removal; it becomes urgent instead of another beside it.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from waypost.alerts.raising import raise_alone
from waypost.alerts.values import AlertKind
from waypost.devices.clinical import REMOVAL_DUE, overdue_at
from waypost.jobs import due


def fire_overdue(as_of: datetime, now: datetime, *, limit: int = 500) -> int:
    """Call somebody to each removal that is over by `as_of`; how many rows fired."""
    rows = due.past(REMOVAL_DUE, now=as_of, limit=limit)
    if rows:
        _fire([int(row.subject) for row in rows], now)
    return len(rows)


@transaction.atomic
def _fire(removal_ids: list[int], now: datetime) -> None:
    """What the row says may be old: the records as they stand now decide."""
    due.clear(REMOVAL_DUE, [str(one) for one in removal_ids])
    for person_id, until_at in overdue_at(removal_ids, now=now):
        raise_alone(person_id, AlertKind.CLINICAL_OVERDUE, until_at, now=now)
