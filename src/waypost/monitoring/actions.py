"""What may be done to judging from outside: mark persons to be judged again, name the numbers."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from waypost.clock import from_us
from waypost.monitoring.models import Dirty, ParameterRevision
from waypost.monitoring.values import Parameters
from waypost.orders.models import Activation

AT_ONCE = 500


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

    The first statement takes the rows' locks (or makes the rows), so that the late lane cannot
    clear a mark between our seeing it and our counting it up.
    """
    if not earliest:
        return
    Dirty.objects.bulk_create(
        [
            Dirty(person_id=person_id, earliest_at=at, marked_at=now, reason=reason, mark=0)
            for person_id, at in sorted(earliest.items())
        ],
        batch_size=AT_ONCE,
        update_conflicts=True,
        update_fields=["marked_at", "reason"],
        unique_fields=["person"],
    )
    ids = sorted(earliest)
    for start in range(0, len(ids), AT_ONCE):
        rows = Dirty.objects.filter(person_id__in=ids[start : start + AT_ONCE])
        rows.update(mark=F("mark") + 1)
        for person_id, at in rows.values_list("person_id", "earliest_at"):
            if earliest[person_id] < at:
                Dirty.objects.filter(person_id=person_id).update(earliest_at=earliest[person_id])


def parameter_revision(parameters: Parameters, *, now: datetime) -> int:
    """The revision that stands for these numbers, made when there is none: judgements name it."""
    values = {
        name: value.total_seconds() if isinstance(value, timedelta) else value
        for name, value in dataclasses.asdict(parameters).items()
    }
    digest = hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()
    found = ParameterRevision.objects.filter(digest=digest).order_by("pk").first()
    if found is None:
        found = ParameterRevision.objects.create(
            values=values, valid_from=now, known_at=now, digest=digest
        )
    return int(found.pk)
