"""Exceptions to scope, by record: conflicts of interest, emergency access, wider windows.

`queries.cases_of` puts them into each case, so that `access.may` answers by them on every path. A
conflict of interest is with a person, and so holds for every record that was found to be theirs.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta

from django.db.models import QuerySet

from waypost.access.values import Posted, Purpose, Wider
from waypost.orders import needs
from waypost.orders.loading import within
from waypost.orders.models import DeclaredInterest, EmergencyAccess, WiderWindow


def conflicts_of(by: Posted) -> frozenset[int]:
    """The persons with whom the officer has a conflict of interest that stands."""
    if by.officer_id is None:
        return frozenset()
    standing = DeclaredInterest.objects.filter(officer_id=by.officer_id, ended_at=None)
    found = frozenset(standing.values_list("person_id", flat=True))
    one = needs.records_of_one_person() if found else {}
    return found.union(*(one.get(person_id, frozenset()) for person_id in found))


def live_emergencies(now: datetime) -> QuerySet[EmergencyAccess]:
    return EmergencyAccess.objects.filter(from_at__lte=now, to_at__gt=now)


def exceptions_of(
    wanted: frozenset[int], *, now: datetime
) -> tuple[dict[int, set[int]], dict[int, set[int]], dict[int, set[Wider]]]:
    """(conflicted officers, officers with emergency access, authorisations) by person."""
    conflicted: dict[int, set[int]] = defaultdict(set)
    opened: dict[int, set[int]] = defaultdict(set)
    wider: dict[int, set[Wider]] = defaultdict(set)
    # All that stand, for they are few: one may be of another record of somebody wanted.
    standing = list(
        DeclaredInterest.objects.filter(ended_at=None).values_list("person_id", "officer_id")
    )
    one = needs.records_of_one_person() if standing else {}
    for declared_of, officer_id in standing:
        for person_id in one.get(declared_of, {declared_of}):
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
