"""The tasks that are owed: within an officer's reach, on themselves, of one person."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from waypost.access import may
from waypost.access.models import Officer
from waypost.access.values import Permission, Posted
from waypost.necessity import needs
from waypost.necessity.deciding import mine_first, tasks_of
from waypost.necessity.gathering import facts_of, since
from waypost.necessity.marking import marks_of
from waypost.necessity.values import Held, Mark, Task
from waypost.orders.loading import MANY
from waypost.orders.models import Person
from waypost.orders.queries import case_of, visible_person_ids

SHOWN_MAX = 200


@dataclass(frozen=True, slots=True)
class TaskSeen:
    """A task in a list. person: the name where the asker may read it, else the reference."""

    task: Task
    person: str
    officers: tuple[str, ...]
    mine: bool
    overdue: bool


@dataclass(frozen=True, slots=True)
class TaskList:
    """rows: one's own and overdue first, at most SHOWN_MAX; the counts are of all."""

    rows: tuple[TaskSeen, ...]
    count: int
    mine: int
    overdue: int
    nobody: int  # tasks on nobody


def task_list(by: Posted, *, now: datetime, only_mine: bool = False) -> TaskList:
    """The tasks within reach, one's own and overdue first."""
    may.check(by, Permission.NECESSITY_READ)
    found = tasks_about(visible_person_ids(by, Permission.NECESSITY_READ, now=now), by, now=now)
    shown = [one for one in found if one.mine] if only_mine else found
    return TaskList(
        tuple(shown[:SHOWN_MAX]), len(shown), sum(one.mine for one in found),
        sum(one.overdue for one in shown), sum(one.task.held is Held.NOBODY for one in shown),
    )  # fmt: skip


def own_task_count(by: Posted, *, now: datetime) -> int:
    """How many tasks lie on the officer."""
    if not may.decide(by, Permission.NECESSITY_READ).allowed:
        return 0
    reach = visible_person_ids(by, Permission.NECESSITY_READ, now=now)
    return sum(by.officer_id in task.officer_ids for task in _tasks(reach, now))


def tasks_of_person(person_id: int, by: Posted, *, now: datetime) -> list[TaskSeen]:
    """What is owed for one person, for their page; empty for who may not read it."""
    case = case_of(person_id, now=now)
    if not may.decide(by, Permission.NECESSITY_READ, case).allowed:
        return []
    return tasks_about([person_id], by, now=now)


def early_violations(violation_ids: Iterable[int]) -> frozenset[int]:
    """Those of these that began before the person was told. The caller asked "may I?"."""
    marks = marks_of(list(violation_ids))
    return frozenset(number for number, mark in marks.items() if mark is Mark.NOT_YET)


def tasks_about(person_ids: Collection[int] | None, by: Posted, *, now: datetime) -> list[TaskSeen]:
    """What is owed for these persons. The caller asked "may I?"."""
    tasks = mine_first(_tasks(person_ids, now), by.officer_id, now)
    names = names_of(number for one in tasks for number in one.officer_ids)
    shows_names = may.decide(by, Permission.PERSON_READ).allowed
    people = {
        pk: (full_name if shows_names else "") or reference
        for pk, full_name, reference in Person.objects.filter(
            pk__in=list(dict.fromkeys(one.person_id for one in tasks))[:MANY]
        ).values_list("pk", "full_name", "reference")
    }
    return [
        TaskSeen(
            one, people.get(one.person_id, ""), tuple(names[n] for n in one.officer_ids),
            by.officer_id in one.officer_ids, one.is_overdue(now),
        )
        for one in tasks
    ]  # fmt: skip


def _tasks(person_ids: Collection[int] | None, now: datetime) -> list[Task]:
    """Of live orders, and of what comes before an order."""
    kept = since(now)
    found = [
        task
        for facts in facts_of(person_ids, now=now)
        for task in tasks_of(facts, now, kept_since=kept)
    ]
    return found + needs.owed(person_ids, now)


def names_of(ids: Iterable[int | None]) -> dict[int, str]:
    """Officers as they are called."""
    wanted = {one for one in ids if one is not None}
    return {one.pk: str(one) for one in Officer.objects.filter(pk__in=wanted)}
