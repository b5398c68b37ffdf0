"""What judging knew and went by at an earlier instant: violations by their versions, the numbers.

These answer other rooms that have already asked `access`; they check nothing themselves.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from waypost.monitoring.models import Violation
from waypost.monitoring.parameter_queries import published
from waypost.monitoring.queries import VersionSeen, history
from waypost.rules.parameter_form import parameters_of
from waypost.rules.values import Parameters


@dataclass(frozen=True, slots=True)
class ViolationKnown:
    """versions: those known by then, oldest first; the last of them is how it stood."""

    violation_id: int
    requirement: str
    kind: str
    versions: tuple[VersionSeen, ...]

    @property
    def stood(self) -> VersionSeen:
        return self.versions[-1]


@dataclass(frozen=True, slots=True)
class NumbersKnown:
    """The revision in force then. effective_from: None from the beginning."""

    number: int
    effective_from: datetime | None
    parameters: Parameters


def violations_known(violation_ids: Collection[int], *, at: datetime) -> list[ViolationKnown]:
    """Those of the violations of which anything was known at `at`, in the order of their starts."""
    versions: dict[int, list[VersionSeen]] = {}
    for one in history(violation_ids):
        if one.known_at <= at:
            versions.setdefault(one.violation_id, []).append(one)
    found = [
        ViolationKnown(row.pk, row.requirement_reference, row.kind, tuple(versions[row.pk]))
        for row in Violation.objects.filter(pk__in=versions)
    ]
    return sorted(found, key=lambda one: (one.stood.from_at, one.violation_id))


def numbers_in_force(at: datetime) -> NumbersKnown | None:
    """The rules' numbers that were in force at `at`, as was published by then; None before any."""
    rows = [
        row
        for row in published()
        if (row.effective_from is None or row.effective_from <= at)
        and (row.effective_from is None or row.published_at is None or row.published_at <= at)
    ]
    if not rows:
        return None
    row = rows[-1]
    return NumbersKnown(row.pk, row.effective_from, parameters_of(row.values))
