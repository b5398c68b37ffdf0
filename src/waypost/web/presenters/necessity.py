"""What is owed, and what is kept of an order, as pages show it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from waypost.necessity.queries import OrderSeen
from waypost.necessity.tasks import TaskSeen
from waypost.necessity.values import MARK_WORDS, TASK_WORDS, Held, Mark

NOBODY = "Nobody is responsible and nobody is on duty"
ON_DUTY = "on duty; nobody is responsible"


@dataclass(frozen=True, slots=True)
class TaskShown:
    words: str
    person: str
    person_id: int
    order_id: str
    due_at: datetime
    overdue: bool
    mine: bool
    who: str
    nobody: bool
    source: str
    assessment_id: int | None


@dataclass(frozen=True, slots=True)
class OrderShown:
    """An order with its tasks in words; `told` says whether violations count, and why.

    said   what a refused form of this order had in it; else nothing
    """

    seen: OrderSeen
    tasks: tuple[TaskShown, ...]
    told: str
    said: Mapping[str, str]
    act: str  # the form that was refused

    @property
    def record_version(self) -> int:
        return self.seen.record.version if self.seen.record else 0


def tasks_shown(found: Iterable[TaskSeen]) -> tuple[TaskShown, ...]:
    return tuple(
        TaskShown(
            TASK_WORDS[one.task.kind], one.person, one.task.person_id, one.task.order_id,
            one.task.due_at, one.overdue, one.mine, _who(one), one.task.held is Held.NOBODY,
            one.task.source, one.task.assessment_id,
        )
        for one in found
    )  # fmt: skip


def order_shown(seen: OrderSeen, sent: Mapping[str, str]) -> OrderShown:
    mine = sent.get("order") == seen.order_id
    return OrderShown(
        seen, tasks_shown(seen.tasks), _told(seen), sent if mine else {},
        sent.get("act", "") if mine else "",
    )  # fmt: skip


def _told(seen: OrderSeen) -> str:
    if seen.before_kept:
        return f"{MARK_WORDS[Mark.BEFORE_KEPT]}: violations count as they always did."
    if seen.told_at is None:
        return "Notice and induction are not both proved: no violation counts until they are."
    return "Notice and induction are proved: what began from then on may count."


def _who(one: TaskSeen) -> str:
    if one.task.held is Held.NOBODY:
        return NOBODY
    names = ", ".join(one.officers)
    return f"{names} ({ON_DUTY})" if one.task.held is Held.ON_DUTY else names
