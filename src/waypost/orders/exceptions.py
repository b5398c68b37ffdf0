"""Exceptions to scope, by record: conflicts of interest, emergency access, wider windows.

`queries.cases_of` puts them into each case, so that `access.may` answers by them on every path.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta

from django.db.models import QuerySet

from waypost.access.values import Posted, Purpose, Wider
from waypost.orders.loading import within
from waypost.orders.models import DeclaredInterest, EmergencyAccess, WiderWindow


def conflicts_of(by: Posted) -> frozenset[int]:
    """The persons with whom the officer has a conflict of interest that stands."""
    if by.officer_id is None:
        return frozenset()
    standing = DeclaredInterest.objects.filter(officer_id=by.officer_id, ended_at=None)
    return frozenset(standing.values_list("person_id", flat=True))


def live_emergencies(now: datetime) -> QuerySet[EmergencyAccess]:
    return EmergencyAccess.objects.filter(from_at__lte=now, to_at__gt=now)


def exceptions_of(
    wanted: frozenset[int], *, now: datetime
) -> tuple[dict[int, set[int]], dict[int, set[int]], dict[int, set[Wider]]]:
    """(conflicted officers, officers with emergency access, authorisations) by person."""
    conflicted: dict[int, set[int]] = defaultdict(set)
    opened: dict[int, set[int]] = defaultdict(set)
    wider: dict[int, set[Wider]] = defaultdict(set)
    standing = within(DeclaredInterest.objects.filter(ended_at=None), "person_id", wanted)
    for person_id, officer_id in standing.values_list("person_id", "officer_id"):
        conflicted[person_id].add(officer_id)
    live = within(live_emergencies(now), "person_id", wanted)
    for person_id, officer_id in live.values_list("person_id", "officer_id"):
        opened[person_id].add(officer_id)
    granted = within(
        WiderWindow.objects.filter(status="granted", decided_at__lte=now, to_at__gt=now),
        "person_id", wanted,
    )  # fmt: skip
    names = ("person_id", "officer_id", "purpose", "hours", "whole")
    for person_id, officer_id, purpose, hours, whole in granted.values_list(*names):
        wider[person_id].add(Wider(officer_id, Purpose(purpose), timedelta(hours=hours), whole))
    return conflicted, opened, wider
