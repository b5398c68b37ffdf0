"""What is owed for an order, and whether a violation began before the person was told. Pure.

    tasks_of(facts, now)     each missing record, notice, check or review, with its clock
    mark_of(began_at, told)  told, not yet told, or of an order from before such proof was kept

Nothing here stops monitoring: an order made is monitored from its start, whatever is owed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from waypost.necessity.values import (
    DUE,
    CheckKind,
    Held,
    Mark,
    OrderFacts,
    Task,
    TaskKind,
    Told,
)


def tasks_of(facts: OrderFacts, now: datetime, *, kept_since: datetime) -> tuple[Task, ...]:
    """What is owed for the order, the soonest due first; nothing before it begins or once it ended.

    kept_since   when this store began to keep such records: an older order's clocks run from then
    """
    if now < facts.from_at or (facts.to_at is not None and facts.to_at <= now):
        return ()
    began = max(facts.from_at, kept_since)
    found = [_task(kind, facts, began + DUE[kind].within) for kind in _missing(facts)]
    if facts.notice_at is not None and facts.foreign_at is not None:
        at = facts.foreign_at + DUE[TaskKind.INTERPRETER].within
        found.append(_task(TaskKind.INTERPRETER, facts, at))
    if facts.record and facts.review_at is not None and facts.review_at <= now:
        found.append(_task(TaskKind.REVIEW, facts, facts.review_at))
    return tuple(sorted(found, key=lambda one: (one.due_at, list(TaskKind).index(one.kind))))


def _missing(facts: OrderFacts) -> list[TaskKind]:
    found = []
    if facts.has_curfew and CheckKind.DOMESTIC_ABUSE not in facts.checks:
        found.append(TaskKind.ABUSE_CHECK)
    if facts.has_curfew and CheckKind.CHILD_SAFEGUARDING not in facts.checks:
        found.append(TaskKind.CHILD_CHECK)
    if facts.notice_at is None:
        found.append(TaskKind.NOTICE)
    if facts.induction_at is None:
        found.append(TaskKind.INDUCTION)
    if not facts.record:
        found.append(TaskKind.RECORD)
    return found


def _task(kind: TaskKind, facts: OrderFacts, due_at: datetime) -> Task:
    held, who = Held.NOBODY, tuple[int, ...]()
    if facts.officer_ids:
        held, who = Held.RESPONSIBLE, facts.officer_ids
    elif facts.duty_ids:
        held, who = Held.ON_DUTY, facts.duty_ids
    return Task(kind, facts.person_id, facts.order_id, due_at, DUE[kind].source, held, who)


def told_at(told: Told) -> datetime | None:
    """From when the person counts as told: once the notice and the induction are both proved."""
    if told.notice_at is None or told.induction_at is None:
        return None
    return max(told.notice_at, told.induction_at)


def mark_of(began_at: datetime, told: Told, *, kept_since: datetime | None) -> Mark:
    """How a violation that began then, under that order, is marked.

    kept_since   when this store began to keep proof; an order that began before was given its
                 notice where no proof could be kept, and its violations count as they always did.
                 None: it keeps none
    """
    if kept_since is None or told.from_at < kept_since:
        return Mark.BEFORE_KEPT
    at = told_at(told)
    return Mark.TOLD if at is not None and at <= began_at else Mark.NOT_YET


def mark_of_tag(began_at: datetime, orders: Sequence[Told], *, kept_since: datetime | None) -> Mark:
    """How something that the tag itself was or reported is marked: it is asked by every order that
    was live, so that having been told under one of them is enough."""
    marks = {mark_of(began_at, one, kept_since=kept_since) for one in orders}
    for mark in (Mark.TOLD, Mark.BEFORE_KEPT, Mark.NOT_YET):
        if mark in marks:
            return mark
    return Mark.BEFORE_KEPT  # no order was live: nothing was asked that one could be told of


def mine_first(tasks: Iterable[Task], officer_id: int | None, now: datetime) -> list[Task]:
    """One's own and overdue before the rest, the soonest due first."""
    return sorted(
        tasks,
        key=lambda one: (
            officer_id not in one.officer_ids, not one.is_overdue(now), one.due_at,
            one.person_id, one.order_id, one.kind,
        ),
    )  # fmt: skip
