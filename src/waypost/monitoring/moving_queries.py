"""What a wearer is shown of the moving exclusions that bind them: days and a name, nothing else.

And for the machine, which tells the protected person: which cell their device is held in.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, timedelta

from waypost.monitoring.models import MovingCell, Violation
from waypost.monitoring.queries import judged_of
from waypost.orders.queries import person_orders
from waypost.rules.moving import days_shown
from waypost.rules.values import RowKind

SHOWN_BACK = timedelta(days=28)


def days_near(person_id: int, *, now: datetime) -> list[tuple[date, str]]:
    """Days of the last weeks, before today, on which the wearer came too near, newest first.

    The zone's name is the letter of its place among the wearer's moving exclusions: the
    requirement's own reference may have been given by somebody who thought of a person.
    """
    person = person_orders([person_id])[0]
    moving = sorted(
        {
            (str(one.requirement_id), one.timezone)
            for order in person.orders
            for one in order.requirements
            if one.around is not None
        }
    )
    found: list[tuple[date, str]] = []
    for number, (reference, timezone) in enumerate(moving):
        rows = Violation.objects.filter(
            person_id=person_id,
            kind=RowKind.MOVING_EXCLUSION.value,
            requirement_reference=reference,
            from_at__gte=now - SHOWN_BACK,
        )
        name = f"Zone {chr(ord('A') + number % 26)}"
        found += days_shown([judged_of(row) for row in rows], name, timezone=timezone, now=now)
    return sorted(found, reverse=True)


def cell_held(protection_ids: Collection[int]) -> tuple[int, int] | None:
    """The cell of its grid that a protected person's device was held in last. For the machine."""
    kept = MovingCell.objects.filter(protection_id__in=list(protection_ids)).order_by("-at")
    last = kept.values_list("column", "row").first()
    return (int(last[0]), int(last[1])) if last else None
