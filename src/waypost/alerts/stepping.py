"""Ticking the steps of a playbook, each with time, officer, result and note.

A step may be done again: every time is a row of its own and none is changed. Where Waypost can do
the step itself (vibrate the tag), doing and ticking are one transaction.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from waypost.access import audit
from waypost.access.values import Posted
from waypost.alerts.inbox_version import raise_inbox_version
from waypost.alerts.models import StepDone
from waypost.alerts.noting import alert_to_handle
from waypost.alerts.playbooks import Step, check_can_tick
from waypost.alerts.values import AlertKind
from waypost.devices.asking import tag_to_ask
from waypost.devices.command_acts import queue_command
from waypost.errors import Refused
from waypost.protocols.values import CommandKind


@transaction.atomic
def tick(
    alert_id: int, step: str, result: str, *, by: Posted, now: datetime, note: str = ""
) -> StepDone:
    """Say that a step was done, and what came of it.

    raises   Refused when the alert's playbook has no such step or result; NoSuchThing
    """
    alert = alert_to_handle(alert_id, by, now=now, known=False)
    found = check_can_tick(AlertKind(alert.kind), step, result)
    done = StepDone.objects.create(
        alert=alert,
        step=found,
        at=now,
        officer_id=by.officer_id,
        result=result,
        note=note.strip(),
    )
    raise_inbox_version(now)
    detail = {"alert": alert.pk, "step": found.value, "result": result}
    audit.record("alert:step_done", by=by, at=now, about=alert.person_id, detail=detail)
    return done


@transaction.atomic
def vibrate(alert_id: int, *, by: Posted, now: datetime) -> int:
    """Ask the tag of the alert's person to vibrate, and tick that step; the command's number.

    raises   Refused when the tag cannot be asked to, or the officer may not command it
    """
    alert = alert_to_handle(alert_id, by, now=now)
    device = tag_to_ask(alert.person_id, CommandKind.VIBRATE, now=now)
    if device is None:
        raise Refused("The tag that the person wears cannot be asked to vibrate.")
    reason = f"Alert {alert.pk}"
    command = queue_command(device, CommandKind.VIBRATE, reason=reason, by=by, now=now)
    tick(alert_id, Step.VIBRATE, "asked", by=by, now=now, note=f"Command {command}")
    return command
