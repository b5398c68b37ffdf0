"""Bringing a cohort in: its orders and its ids in one transaction, and what could not be taken.

import_cohort(table, ...)   CohortOutcome; the same sheet given again changes nothing
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.db import transaction

from waypost.access import audit, may
from waypost.access.values import Permission, Posted
from waypost.errors import Problem
from waypost.identity.actions import Entered, enter_many
from waypost.identity.cohort_rows import Cohort, read_cohort
from waypost.identity.cohort_table import Table
from waypost.identity.models import PersonIdentifier
from waypost.identity.queries import new_of_the_second
from waypost.identity.values import IdKind
from waypost.orders.actions import import_orders
from waypost.orders.models import Person

SOURCE = "cohort sheet"
AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class CohortOutcome:
    """rows: of the sheet. taken: those whose person and order went in."""

    rows: int
    taken: int
    people: int
    made: int
    changed: int
    unchanged: int
    requirement_versions: int
    ids: int
    changed_ids: frozenset[int] = frozenset()
    problems: list[Problem] = field(default_factory=list)


@transaction.atomic
def import_cohort(
    table: Table,
    *,
    by: Posted,
    now: datetime,
    progress: Callable[[int], None] = lambda count: None,
) -> CohortOutcome:
    """Bring the sheet's people, orders and ids in; good rows are kept, each bad one has a problem.

    progress   told how many rows have been read
    """
    may.check(by, Permission.ORDER_WRITE)
    may.check(by, Permission.IDENTITY_WRITE)
    cohort = read_cohort(table, today=now.date(), known_crns=_known_crns(), progress=progress)
    _leave_out_merged(cohort)
    outcome = import_orders([one.orders for one in cohort.people.values()], by=by, now=now)
    numbers = _numbers(list(cohort.people))
    entered = [
        Entered(numbers[reference], tuple(sorted(one.ids, key=str)), SOURCE)
        for reference, one in cohort.people.items()
        if one.ids and reference in numbers
    ]
    ids = enter_many(entered, by=by, now=now)
    late = _placed(cohort, outcome.problems)
    refused = {one.value for one in outcome.problems if one.type == "PROTECTED_PERSON"}
    taken = cohort.taken - sum(
        len(one.lines) for reference, one in cohort.people.items() if reference in refused
    )
    audit.record(
        "cohort:imported", by=by, at=now,
        detail={"rows": len(table.rows), "taken": taken, "people": outcome.received, "ids": ids},
    )  # fmt: skip
    return CohortOutcome(
        len(table.rows), taken, outcome.received, outcome.made, outcome.changed, outcome.unchanged,
        outcome.requirement_versions, ids, outcome.changed_ids,
        sorted([*cohort.problems, *late], key=lambda one: one.line or 0),
    )  # fmt: skip


def _known_crns() -> dict[str, str]:
    """Every CRN that stands, with the reference of whose it is; of one that two have, none: the
    row says by person_id whom it means."""
    rows = PersonIdentifier.objects.filter(kind=IdKind.CRN, ended_at=None)
    found: dict[str, set[str]] = {}
    for one in rows.select_related("person").only("value", "person__reference"):
        found.setdefault(one.value, set()).add(one.person.reference)
    return {value: min(whose) for value, whose in found.items() if len(whose) == 1}


def _leave_out_merged(cohort: Cohort) -> None:
    """An order that is new of a record which stands second in a merge is for the kept one; those
    that it has already may change."""
    said = {
        reference: [one.order_id for one in person.orders.orders]
        for reference, person in cohort.people.items()
    }
    for reference, fresh, kept in new_of_the_second(said):
        person = cohort.people[reference]
        cohort.problems.append(
            Problem(
                person.lines[0], "MERGED_PERSON", "person_id", reference,
                "this record was found to be the same person as another, where new orders go",
                f"send the row with the person_id {kept}",
            )
        )  # fmt: skip
        others = tuple(one for one in person.orders.orders if one.order_id not in fresh)
        if others:
            person.orders = replace(person.orders, orders=others)
        else:
            del cohort.people[reference]


def _numbers(references: list[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for start in range(0, len(references), AT_ONCE):
        part = references[start : start + AT_ONCE]
        rows = Person.objects.filter(reference__in=part, protected=False)
        found.update(rows.values_list("reference", "pk"))
    return found


def _placed(cohort: Cohort, problems: Sequence[Problem]) -> list[Problem]:
    """Problems of the records, each with the row that it is about."""
    lines: dict[tuple[str, str], deque[int]] = defaultdict(deque)
    for reference, person in cohort.people.items():
        details, line = person.orders.details, person.lines[0]
        said: list[tuple[str, Any]] = [("person_id", reference), ("team", details.get("team"))]
        said += [("practitioner", name) for name in details.get("officers", ())]
        said += [("zone", r.requirement_id) for o in person.orders.orders for r in o.requirements]
        for name, value in said:
            if value:
                lines[name, value].append(line)
    found = []
    for one in problems:
        field_name = one.field or ""
        named = "practitioner" if field_name == "officers" else field_name
        waiting = lines.get((named, one.value or ""))
        found.append(replace(one, line=waiting.popleft() if waiting else None, field=named))
    return found
