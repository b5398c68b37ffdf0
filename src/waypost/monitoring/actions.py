"""What may be done to judging from outside: mark persons to be judged again, publish numbers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.db.models import F, QuerySet

from waypost.clock import from_us
from waypost.monitoring.models import Dirty
from waypost.monitoring.parameter_acts import (
    change_draft,
    draft_revision,
    first_revision,
    move_revision,
)
from waypost.monitoring.previewing import ask_preview, carry_on, fail_preview
from waypost.orders.models import Activation

__all__ = [
    "ask_preview",
    "carry_on",
    "change_draft",
    "draft_revision",
    "fail_preview",
    "first_revision",
    "move_revision",
]

AT_ONCE = 500
ORDERS = "orders"  # reason of a mark: what is asked has changed
FAILED = "failed"  # reason of a mark whose person could not be judged


def mark_dirty(touched: Mapping[int, int], *, reason: str, now: datetime) -> None:
    """Have the persons of these activations judged again.

    touched  activation number -> earliest instant that changed, microseconds UTC
    """
    earliest: dict[int, datetime] = {}
    owners = dict(Activation.objects.values_list("pk", "person_id"))
    for activation, earliest_us in touched.items():
        person_id = owners.get(int(activation))
        if person_id is not None:
            at = from_us(int(earliest_us))
            earliest[person_id] = min(at, earliest.get(person_id, at))
    mark_persons(earliest, reason=reason, now=now)


@transaction.atomic
def mark_persons(earliest: Mapping[int, datetime], *, reason: str, now: datetime) -> None:
    """Mark persons to be judged again from an instant; marks add up to the earliest.

    A person who waits keeps the place in line, however often marked again: a tag that reports every
    second would else never be looked at while others wait. One whom judging broke on rests on,
    unless it is the orders that changed.
    """
    ids = sorted(earliest)
    for start in range(0, len(ids), AT_ONCE):
        chunk = ids[start : start + AT_ONCE]
        rows = _locked_marks({person_id: earliest[person_id] for person_id in chunk}, reason, now)
        for person_id, at in rows.values_list("person_id", "earliest_at"):
            if earliest[person_id] < at:
                Dirty.objects.filter(person_id=person_id).update(earliest_at=earliest[person_id])
        rows.update(mark=F("mark") + 1)
        (rows if reason == ORDERS else rows.exclude(reason=FAILED)).update(reason=reason)


def _locked_marks(earliest: Mapping[int, datetime], reason: str, now: datetime) -> QuerySet[Dirty]:
    """The persons' marks, made where there are none, and locked by person: the late lane may clear
    a mark until we hold it, and then it is made anew."""
    rows = Dirty.objects.filter(person_id__in=list(earliest))
    while True:
        Dirty.objects.bulk_create(
            [
                Dirty(person_id=person_id, earliest_at=at, marked_at=now, reason=reason, mark=0)
                for person_id, at in sorted(earliest.items())
            ],
            ignore_conflicts=True,
        )
        held = rows.select_for_update().order_by("person_id")
        if len(held.values_list("person_id", flat=True)) == len(earliest):
            return rows
