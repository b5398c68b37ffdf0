"""One violation: what is stored of it, by which order, numbers and rules. No fix is in it.

Whoever may read alerts of the person may read it; opening it leaves the line violation:viewed.
Where the fixes are shown that it rests on, `explaining_queries` asks for a purpose.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from waypost.access import audit, may
from waypost.access.values import Permission, Posted
from waypost.errors import NoSuchThing
from waypost.monitoring.models import ParameterRevision, Violation
from waypost.monitoring.queries import Standing, VersionSeen, as_standing, history
from waypost.orders.queries import NUMBER_MAX, case_of, person_orders
from waypost.orders.values import Order, PersonOrders, Requirement
from waypost.rules.parameter_form import parameters_of
from waypost.rules.values import Parameters

NO_SUCH_VIOLATION = "There is no such violation."  # said of one the asker may not know of, too


@dataclass(frozen=True, slots=True)
class RevisionSeen:
    """The numbers by which it was judged; in force from the beginning: None."""

    number: int
    effective_from: datetime | None
    parameters: Parameters


@dataclass(frozen=True, slots=True)
class ViolationPage:
    """requirement   in the version it was judged by; None: not among those that bind any more"""

    standing: Standing
    rules_version: str
    versions: tuple[VersionSeen, ...]
    revision: RevisionSeen | None
    person: PersonOrders
    requirement: tuple[Order, Requirement] | None


def violation_page(violation_id: int, by: Posted, *, now: datetime) -> ViolationPage:
    """The violation with how it came to stand so.

    raises   Refused or NoSuchThing, alike for one of nobody and of somebody they may not know of
    """
    with transaction.atomic():
        page = read_violation(violation_id, by, now=now)
        audit.record(
            "violation:viewed",
            by=by,
            at=now,
            about=page.standing.person_id,
            detail={"violation": violation_id},
        )
    return page


def read_violation(violation_id: int, by: Posted, *, now: datetime) -> ViolationPage:
    """The same for who leaves a line of their own."""
    known = Violation.objects.filter(pk=violation_id) if violation_id <= NUMBER_MAX else None
    record = known.first() if known is not None else None
    if record is None:
        raise NoSuchThing(NO_SUCH_VIOLATION)
    case = case_of(record.person_id, now=now)
    may.check(by, Permission.ALERT_READ, case, absent=NO_SUCH_VIOLATION)
    person = person_orders([record.person_id])[0]
    return ViolationPage(
        standing=as_standing(record),
        rules_version=record.rules_version,
        versions=tuple(history([record.pk])),
        revision=_revision(record.parameter_revision_id),
        person=person,
        requirement=_requirement(person, record),
    )


def _revision(number: int | None) -> RevisionSeen | None:
    found = ParameterRevision.objects.filter(pk=number).first() if number is not None else None
    if found is None:
        return None
    return RevisionSeen(found.pk, found.effective_from, parameters_of(found.values))


def _requirement(person: PersonOrders, record: Violation) -> tuple[Order, Requirement] | None:
    return next(
        (
            (order, one)
            for order in person.orders
            for one in order.requirements
            if one.requirement_id == record.requirement_reference
            and record.requirement_version_id in (None, one.version_id)
        ),
        None,
    )
