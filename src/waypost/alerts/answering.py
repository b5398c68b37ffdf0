"""The purpose "answer an alert", said once for a shift: an act with an end, and what it opens.

    begin(hours, ...)       from now on, twelve hours at most
    end(...)                by hand, by signing out, or when the officer's hand-over is taken
    answering(by, ...)      what holds now
    last_hours(alert, ...)  the track of the last six hours of who the alert is about

It saves saying the same purpose at each alert, and nothing else: each opening is asked by `access`
and leaves its own line track:viewed, with the alert it was for. Persons of limited access,
protected persons, calls that are nameless, and whoever has come near a moving zone are not in it:
a control room has screens that everybody sees, and where such a wearer walked at which minute says
where somebody else was. Their track opens on its own page, with its purpose stated each time.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from waypost.access import audit, may
from waypost.access.purposes import GATEWAYS
from waypost.access.values import Permission, Posted, Purpose
from waypost.alerts import reaching
from waypost.alerts.models import Alert, Answering
from waypost.alerts.values import NO_SUCH_ALERT, AlertKind, Status
from waypost.errors import NoSuchThing, Refused
from waypost.orders.queries import NUMBER_MAX
from waypost.positions.queries import whereabouts_table
from waypost.positions.tracks import Speeds, TrackTable

HOURS_MAX = 12  # a long shift
LOOK_BACK = timedelta(hours=6)
PURPOSE = Purpose.ALERT_RESPONSE
NOT_SAID = "Say first that you are answering alerts, or open the track with its own purpose."


@dataclass(frozen=True, slots=True)
class AnsweringSeen:
    answering_id: int
    from_at: datetime
    to_at: datetime


def may_answer(by: Posted) -> bool:
    """Whether the purpose is one of the officer's at all."""
    looks = may.decide(by, Permission.WHEREABOUTS_READ).allowed
    return looks and bool(by.roles & GATEWAYS[PURPOSE].roles)


@transaction.atomic
def begin(hours: int, *, by: Posted, now: datetime) -> AnsweringSeen:
    """State the purpose for so many hours; what held before ends."""
    may.check(by, Permission.WHEREABOUTS_READ)
    if by.officer_id is None or not may_answer(by):
        raise Refused("Answering alerts is not a purpose that your role may look for.")
    if not 1 <= hours <= HOURS_MAX:
        raise Refused(f"Choose for how long: between 1 and {HOURS_MAX} hours.")
    stop(by.officer_id, now=now)
    made = Answering.objects.create(
        officer_id=by.officer_id, from_at=now, to_at=now + timedelta(hours=hours)
    )
    audit.record(
        "answering:begun", by=by, at=now, purpose=PURPOSE,
        detail={"answering": made.pk, "to": made.to_at.isoformat()},
    )  # fmt: skip
    return AnsweringSeen(made.pk, made.from_at, made.to_at)


@transaction.atomic
def end(*, by: Posted, now: datetime) -> bool:
    """From now on each look states its purpose again; whether anything held."""
    ended = by.officer_id is not None and stop(by.officer_id, now=now)
    if ended:
        audit.record("answering:ended", by=by, at=now, purpose=PURPOSE)
    return ended


def stop(officer_id: int, *, now: datetime) -> bool:
    """Within another act, which leaves the line: a hand-over that is taken, a new beginning."""
    held = Answering.objects.filter(officer_id=officer_id, ended_at=None, to_at__gt=now)
    return bool(held.update(ended_at=now))


def answering(by: Posted, *, now: datetime) -> AnsweringSeen | None:
    """What holds now; None: each look states its purpose."""
    held = Answering.objects.filter(
        officer_id=by.officer_id or 0, ended_at=None, from_at__lte=now, to_at__gt=now
    )
    found = held.order_by("-to_at").first()
    return AnsweringSeen(found.pk, found.from_at, found.to_at) if found else None


def is_covered(alert: Alert) -> bool:
    """Whether a purpose said for the shift may open the track behind this alert."""
    if alert.person.limited or alert.person.protected:
        return False
    near = Alert.objects.filter(person_id=alert.person_id, kind=AlertKind.MOVING_EXCLUSION)
    return not near.exclude(status=Status.CLOSED).exists()


def last_hours(alert_id: int, *, by: Posted, now: datetime, speeds: Speeds) -> TrackTable:
    """The track, behind its own line track:viewed. Refused or NoSuchThing where not theirs."""
    alert = Alert.objects.select_related("person").filter(pk=min(alert_id, NUMBER_MAX)).first()
    if alert is None:
        raise NoSuchThing(NO_SUCH_ALERT)
    named = reaching.check(by, Permission.ALERT_READ, alert, now=now)
    held = answering(by, now=now)
    if not named or not is_covered(alert):
        raise Refused("This track opens on its own page alone, with its purpose stated each time.")
    if held is None:
        raise Refused(NOT_SAID)
    return whereabouts_table(
        alert.person_id, now - LOOK_BACK, now, by=by, purpose=PURPOSE, now=now, speeds=speeds,
        about={"alert": alert.pk, "answering": held.answering_id},
    )  # fmt: skip
