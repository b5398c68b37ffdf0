"""The demo's police: two breaches told to the force, one that waits and one that was answered."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from waypost.access.models import Team
    from waypost.access.values import Posted
    from waypost.alerts.models import Alert

FORCE, DESK = "Metropolitan Police", "Control room"
TRIED = "Rang the wearer twice within ten minutes, without an answer, and left a message."


def make_desk(now: datetime) -> Team:
    from waypost.access.actions import make_team
    from waypost.policing.values import POLICE_FORCE

    return make_team(FORCE, POLICE_FORCE, DESK, now=now)


def tell_police(now: datetime) -> None:
    """Of what was upheld, most urgent first: one answered some hours ago, one told just now. Once:
    a start that was cut short goes on from what it had sent."""
    from waypost.access.models import Officer, Organisation
    from waypost.access.queries import posted
    from waypost.policing import actions
    from waypost.policing.models import Notification
    from waypost.policing.values import Answer, Result

    sender = posted(Officer.objects.get(username="monitoring"), now=now)
    answers = posted(Officer.objects.get(username="requester"), now=now)
    force = Organisation.objects.get(name=FORCE)
    told = set(Notification.objects.values_list("alert_id", flat=True))
    for alert in _upheld(told)[: 2 - len(told)]:
        first = not Notification.objects.exists()
        at = now - timedelta(hours=5) if first else now
        number = _told(alert, force.pk, sender, at)
        if first:
            actions.receive(number, by=answers, now=at + timedelta(minutes=6))
            actions.answer(
                number, Answer.ARREST, "A unit was sent to the home address.", by=answers,
                now=at + timedelta(minutes=40),
            )  # fmt: skip
            actions.record_result(
                number, Result.SPOKEN_TO, "Spoken to at home; to be reported.", by=answers,
                now=at + timedelta(hours=2),
            )  # fmt: skip


def _upheld(told: set[int]) -> list[Alert]:
    from waypost.alerts.models import Alert
    from waypost.alerts.values import AlertKind, Outcome, Status

    kinds = [AlertKind.EXCLUSION, AlertKind.STRAP_TAMPER, AlertKind.CURFEW, AlertKind.INCLUSION]
    found = Alert.objects.filter(kind__in=kinds, person__limited=False, person__protected=False)
    found = found.filter(status=Status.UPHELD) | found.filter(outcome=Outcome.BREACH)
    return list(
        found.exclude(pk__in=told).exclude(certainty="cannot_tell").order_by("-urgency", "-pk")
    )


def _told(alert: Alert, force_id: int, sender: Posted, at: datetime) -> int:
    from waypost.policing import actions
    from waypost.policing.models import Notification
    from waypost.policing.wording import Texts

    number = actions.draft(alert.pk, force_id, by=sender, now=at)
    draft = Notification.objects.get(pk=number)
    texts = Texts(draft.what_happened, draft.certainty, TRIED)
    actions.send(number, texts, checked=True, by=sender, now=at)
    return number
