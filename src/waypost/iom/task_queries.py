"""Tasks of police teams, as each side sees them: a unit by the person, a team by what it got."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from waypost.access import audit, may
from waypost.access.values import Permission, Posted, Purpose
from waypost.iom.deciding import task_acts
from waypost.iom.models import Task, TaskMove
from waypost.iom.queries import STILL_OUT, names_of
from waypost.iom.scope import find_task
from waypost.iom.values import Handling, Side, TaskAct, TaskKind, TaskStatus
from waypost.orders.queries import visible_person_ids


@dataclass(frozen=True, slots=True)
class TaskRow:
    """waits_until: until when the team answers, or returns it; None once it did."""

    task_id: int
    kind: TaskKind
    person: str
    team: str
    unit: str
    status: TaskStatus
    sent_at: datetime
    waits_until: datetime | None
    overdue: bool


@dataclass(frozen=True, slots=True)
class TaskPage:
    row: TaskRow
    person_id: int | None  # None for a team: it has no page of the person
    asked: str
    purpose: str
    necessity: str
    handling: Handling
    conditions: str
    found: str
    found_at: datetime | None
    story: tuple[tuple[TaskMove, str], ...]
    acts: tuple[TaskAct, ...]
    side: Side
    version: int


def task_list(by: Posted, *, now: datetime) -> tuple[TaskRow, ...]:
    """What the asker's team was sent, or what the asker's people were asked about; what waits
    first, the soonest first."""
    may.check(by, Permission.TASK_READ)
    rows = Task.objects.select_related("person", "team__organisation", "unit")
    if may.decide(by, Permission.TASK_ANSWER).allowed:
        rows = rows.filter(team_id__in=by.team_ids)
    else:
        seen = visible_person_ids(by, Permission.TASK_SEND, now=now)
        rows = rows if seen is None else rows.filter(person_id__in=seen)
    found = [_row(one, now) for one in rows.order_by("-sent_at", "-pk")]
    return tuple(sorted(found, key=lambda one: (one.waits_until is None,
                                                one.waits_until or now)))  # fmt: skip


@transaction.atomic
def task_page(task_id: int, by: Posted, *, now: datetime) -> TaskPage:
    found, side = find_task(task_id, by, now)
    page = TaskPage(
        _row(found, now), found.person_id if side is Side.UNIT else None, found.asked,
        found.purpose, found.necessity, Handling(found.handling), found.conditions, found.found,
        found.found_at, tuple(_story(found.moves.order_by("pk"))),
        task_acts(TaskStatus(found.status), side), side, found.version,
    )  # fmt: skip
    audit.record(
        "task:viewed", by=by, at=now, about=found.person_id, purpose=Purpose.SUPERVISION,
        detail={"task": found.pk, "side": side.value},
    )  # fmt: skip
    return page


def _row(one: Task, now: datetime) -> TaskRow:
    until = one.answer_by if one.status == TaskStatus.SENT else one.return_by
    waits = until if one.status in STILL_OUT else None
    return TaskRow(
        one.pk, TaskKind(one.kind),
        one.person.full_name or one.person.reference, f"{one.team.organisation}, {one.team}",
        str(one.unit), TaskStatus(one.status), one.sent_at, waits,
        waits is not None and waits < now,
    )  # fmt: skip


def _story(moves: Iterable[TaskMove]) -> Iterable[tuple[TaskMove, str]]:
    rows = list(moves)
    names = names_of(one.officer_id for one in rows)
    for one in rows:
        yield one, names.get(one.officer_id or 0, "Waypost")
