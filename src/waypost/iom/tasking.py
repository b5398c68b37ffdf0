"""Tasks of police teams: sent with purpose and necessity, accepted or declined, returned with what
was found and when, read and closed.

No place of a tag goes with one: what police may know of that goes by a notification of a breach or
an answered request (policing, disclosure), each on its own ground.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from waypost.access import audit
from waypost.access.values import Permission, Posted, Purpose
from waypost.errors import Conflict, Refused
from waypost.iom.deciding import check_no_place, decide_task, said
from waypost.iom.models import Task, TaskMove
from waypost.iom.scope import (
    check_member,
    checked,
    find_task,
    officers_of_team,
    police_team,
)
from waypost.iom.values import (
    ANSWER_WITHIN,
    TASK_SIDE,
    Handling,
    Side,
    TaskAct,
    TaskKind,
    TaskStatus,
)
from waypost.notices.values import Weight
from waypost.notices.writing import enqueue

FAR = timedelta(days=92)
MOVED = "Somebody wrote of this task meanwhile; reload and look again."
SIDE_WORDS = {
    Side.UNIT: "Only the unit that asked can do that.",
    Side.TEAM: "Only an officer of the team that was asked can do that.",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What a form says of a task."""

    kind: TaskKind
    team_id: int
    asked: str
    purpose: str
    necessity: str
    handling: Handling
    conditions: str
    return_by: datetime


@transaction.atomic
def send_task(person_id: int, asked: Asked, *, by: Posted, now: datetime) -> int:
    """Ask a police team; its officers are told that something waits, not what. Gives its number."""
    checked(person_id, Permission.TASK_SEND, by, now)
    member, team = check_member(person_id, by), police_team(asked.team_id)
    words = _said(asked)
    check_no_place(*words.values())
    if not now < asked.return_by <= now + FAR:
        raise Refused("Say by when the answer is wanted: after now, within three months.")
    made = Task.objects.create(
        person_id=person_id, unit_id=member.unit_id, team=team, kind=asked.kind,
        handling=asked.handling, status=TaskStatus.SENT, sent_at=now, sent_by_id=by.officer_id,
        answer_by=min(now + ANSWER_WITHIN, asked.return_by), return_by=asked.return_by, **words,
    )  # fmt: skip
    TaskMove.objects.create(
        task=made, at=now, act="send", side=Side.UNIT, to_status=TaskStatus.SENT,
        officer_id=by.officer_id,
    )  # fmt: skip
    _tell(made, "sent", officers_of_team(team.pk, now=now), now)
    audit.record(
        "task:sent", by=by, at=now, about=person_id, purpose=Purpose.SUPERVISION,
        detail={"task": made.pk, "team": team.pk, "kind": asked.kind.value,
                "handling": asked.handling.value},
    )  # fmt: skip
    return made.pk


@transaction.atomic
def move_task(
    task_id: int, act: TaskAct, words: str, *, found_at: datetime | None = None,
    expected_version: int, by: Posted, now: datetime,
) -> None:  # fmt: skip
    """What either side does with a task.

    found_at   of a return: when the team was there
    """
    found, side = find_task(task_id, by, now)
    if TASK_SIDE[act] is not side:
        raise Refused(SIDE_WORDS[TASK_SIDE[act]])
    before = TaskStatus(found.status)
    to, saying = decide_task(before, act, words)
    check_no_place(saying)
    changed: dict[str, Any] = {}
    if act is TaskAct.RETURN:
        changed = {"found": saying, "found_at": _when(found, found_at, now), "returned_at": now}
    same = Task.objects.filter(pk=found.pk, version=expected_version, status=before)
    if not same.update(status=to, version=expected_version + 1, **changed):
        raise Conflict(MOVED)
    TaskMove.objects.create(
        task=found, at=now, act=act, side=side, from_status=before, to_status=to, words=saying,
        officer_id=by.officer_id,
    )  # fmt: skip
    to_team = side is Side.UNIT and to is not TaskStatus.CLOSED
    told = officers_of_team(found.team_id, now=now) if to_team else [found.sent_by_id or 0]
    if side is Side.TEAM or to_team:
        _tell(found, f"{act.value}-{expected_version}", [one for one in told if one], now)
    audit.record(
        "task:moved", by=by, at=now, about=found.person_id, purpose=Purpose.SUPERVISION,
        detail={"task": found.pk, "act": act.value, "to": to.value, "side": side.value},
    )  # fmt: skip


def _said(asked: Asked) -> dict[str, str]:
    conditions = " ".join(asked.conditions.split())[:1000]
    if asked.handling is Handling.CONDITIONS and len(conditions) < 5:
        raise Refused("Say on which conditions it may be shared further.")
    return {
        "asked": said(asked.asked, "Say what the team is asked to do."),
        "purpose": said(asked.purpose, "Say what it is for: what will be known or done by it."),
        "necessity": said(asked.necessity, "Say why it is needed, and why nothing less will do."),
        "conditions": conditions,
    }


def _when(found: Task, at: datetime | None, now: datetime) -> datetime:
    if at is None or not found.sent_at - timedelta(minutes=1) <= at < now + timedelta(minutes=1):
        raise Refused("Say when the team was there: after it was asked, and not later than now.")
    return at


def _tell(found: Task, step: str, officer_ids: list[int], now: datetime) -> None:
    enqueue(
        about=f"iom_task:{found.pk}", step=step, officer_ids=officer_ids, template="task_moved",
        words={"task_id": found.pk}, now=now, weight=Weight.SOON,
    )  # fmt: skip
