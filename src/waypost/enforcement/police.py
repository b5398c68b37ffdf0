"""What the police were told and answered, written down in the cases that it is about.

A case whose route is the police's choice goes on by itself as far as the notification has come:
told, answered, arrested. People did these things, in the room of policing; nothing is decided here.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef

from waypost.access import audit
from waypost.access.models import Officer
from waypost.access.values import MACHINE
from waypost.enforcement.clocks import due_by
from waypost.enforcement.models import BreachCase, CaseGround, StepTaken
from waypost.enforcement.routes import route_of
from waypost.enforcement.values import Rule, Step
from waypost.policing.models import NotificationMove
from waypost.policing.values import Act, Answer, Result

AT_ONCE = 50
STEPS: dict[Act, Step] = {
    Act.SEND: Step.POLICE_NOTIFIED,
    Act.ANSWER: Step.POLICE_ANSWERED,
    Act.RECORD_RESULT: Step.ARRESTED,
}
WAITS_IN = (Step.PROPOSED, Step.POLICE_NOTIFIED, Step.POLICE_ANSWERED)


def follow_police(now: datetime) -> int:
    """Cases that may go on; how many steps were written down."""
    told = NotificationMove.objects.filter(
        notification__alert_id=OuterRef("alert_id"), act__in=[one.value for one in STEPS],
        at__gt=OuterRef("case__seen_police_at"),
    )  # fmt: skip
    grounds = CaseGround.objects.filter(case=OuterRef("pk")).filter(Exists(told))
    waiting = BreachCase.objects.filter(Exists(grounds), closed_at=None, step__in=WAITS_IN)
    ids = list(waiting.order_by("pk").values_list("pk", flat=True)[:AT_ONCE])
    return sum(_follow(case_id, now) for case_id in ids)


@transaction.atomic
def _follow(case_id: int, now: datetime) -> int:
    case = BreachCase.objects.select_for_update().get(pk=case_id)
    alerts = list(case.grounds.values_list("alert_id", flat=True))
    rows = NotificationMove.objects.filter(
        notification__alert_id__in=alerts, act__in=[one.value for one in STEPS],
        at__gt=case.seen_police_at,
    )  # fmt: skip
    moves = list(rows.select_related("notification__force").order_by("pk"))
    if not moves or case.closed_at is not None:
        return 0
    written = sum(_write(case, one, alerts, now) for one in moves)
    BreachCase.objects.filter(pk=case.pk).update(seen_police_at=moves[-1].at)
    if written:
        detail = {"case": case.pk, "steps": written}
        audit.record("breach:followed_police", by=MACHINE, at=now, about=case.person_id,
                     detail=detail)  # fmt: skip
    return written


def _write(case: BreachCase, move: NotificationMove, alerts: Sequence[int], now: datetime) -> int:
    """One step, where the route lets it follow and it is what happened."""
    step = STEPS[Act(move.act)]
    route = route_of(case.order_kind)
    last, rule = route.rule(Step(case.step)), route.rule(step)
    happened = step is not Step.ARRESTED or move.notification.result == Result.ARRESTED
    if rule is None or last is None or step not in last.then or not happened:
        return 0
    StepTaken.objects.create(
        case=case, step=step, at=move.at, recorded_at=now, officer_id=move.officer_id,
        decided_by=_whose(move), outcome=_outcome(step, move), words=move.words,
        reference=f"notification {move.notification_id}", was_due_at=case.due_at,
        counted=list(alerts),
    )  # fmt: skip
    _move(case, rule, move.at)
    return 1


def _move(case: BreachCase, rule: Rule, at: datetime) -> None:
    case.step, case.step_at, case.proposal_key = rule.step, at, None
    case.due_at = due_by(rule.within, at, zone=settings.WALL_ZONE)
    case.due_source, case.chased = (rule.within.source if rule.within else ""), 0
    case.version = F("version") + 1  # whoever has the page open looks again
    case.save(update_fields=["step", "step_at", "proposal_key", "due_at", "due_source", "chased",
                             "version"])  # fmt: skip
    case.refresh_from_db()


def _outcome(step: Step, move: NotificationMove) -> str:
    if step is not Step.POLICE_ANSWERED:
        return ""
    return move.answer if move.answer in set(Answer) - {Answer.MORE_WANTED} else ""


def _whose(move: NotificationMove) -> str:
    """Who did it: the one who signed the force's file, or their officer; ours for what we sent."""
    officer = Officer.objects.filter(pk=move.officer_id or 0).first()
    name = move.signed_by or (str(officer) if officer is not None else "")
    if move.act == Act.SEND:
        return name
    return f"{move.notification.force.name}{f', {name}' if name else ''}"
