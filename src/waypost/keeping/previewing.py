"""What goes next month: by class, how many, of which persons as numbers, and what a hold keeps.

It changes nothing, and is what stands on the page while deleting is not turned on.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.apps import apps

from waypost.access import may
from waypost.access.values import Permission, Posted
from waypost.keeping import records
from waypost.keeping.belonging import others_pointing
from waypost.keeping.facts import (
    held_person_ids,
    held_records,
    period_versions,
    persons_facts,
)
from waypost.keeping.models import Deletion
from waypost.keeping.schedules import dated_before, due_on, local_day
from waypost.keeping.values import Scope
from waypost.orders.queries import known_person_ids

COMING = timedelta(days=31)


@dataclass(frozen=True, slots=True)
class PersonDue:
    """One person's due day. held: a hold keeps it; number None: one the officer may not know of."""

    number: int | None
    due: date
    is_held: bool


@dataclass(frozen=True, slots=True)
class Coming:
    """What of one scope goes by `until`: persons, or rows of nobody's by table."""

    scope: Scope
    until: date
    persons: tuple[PersonDue, ...] = ()
    rows: tuple[tuple[str, int], ...] = ()

    @property
    def held(self) -> int:
        return sum(one.is_held for one in self.persons)

    @property
    def going(self) -> int:
        return len(self.persons) - self.held + sum(count for _, count in self.rows)


def coming(by: Posted, *, now: datetime, within: timedelta = COMING) -> list[Coming]:
    """What is due now and what will be within that time, each scope. A person whose whole file goes
    is not told again among those whose whereabouts go."""
    may.check(by, Permission.RETENTION_READ)
    versions, until = period_versions(), local_day(now + within)
    held, busy = held_person_ids(), _gone_or_going()
    found: dict[Scope, list[tuple[int, date, bool]]] = {Scope.PERSON: [], Scope.WHEREABOUTS: []}
    for facts in persons_facts():
        for scope in (Scope.PERSON, Scope.WHEREABOUTS):
            due = due_on(scope, facts, versions, now=now)
            if due is None or due > until or (facts.number, scope.value) in busy:
                continue
            is_held = facts.number in held or (
                bool(held)
                and scope is Scope.PERSON
                and bool(set(others_pointing(facts.number)) & held)
            )
            found[scope].append((facts.number, due, is_held))
            break
    known = known_person_ids(
        {one[0] for some in found.values() for one in some}, by, Permission.RETENTION_READ, now=now
    )
    persons = [
        Coming(scope, until, tuple(
            PersonDue(number if number in known else None, due, is_held)
            for number, due, is_held in sorted(some, key=lambda one: (one[1], one[0]))
        ))
        for scope, some in found.items()
    ]  # fmt: skip
    return [*persons, *(_dated(scope, until, held) for scope in records.DATED)]


def _dated(scope: Scope, until: date, persons: frozenset[int]) -> Coming:
    versions, held = period_versions(), held_records()
    before = dated_before(scope, versions, on=until)
    rows = tuple(
        (apps.get_model(label)._meta.verbose_name_plural.title(), count)
        for label, column in records.DATED[scope]
        if (count := records.dated_rows(scope, label, column, before, held, persons).count())
    )
    return Coming(scope, until, rows=rows)


def _gone_or_going() -> set[tuple[int | None, str]]:
    """Deletions under way, and whereabouts that went."""
    rows = Deletion.objects.filter(person_id__isnull=False)
    return {
        (number, scope)
        for number, scope, done in rows.values_list("person_id", "scope", "done_at")
        if done is None or scope == Scope.WHEREABOUTS.value
    }
