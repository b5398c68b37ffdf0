"""Risk markers: the harm a person may do or come to, as those who know them recorded it, from-to.

    record_risk, end_risk   by the practitioner of the case or the monitoring centre
    risks_of                who may read the person's alerts

Each act ranks the person's open alerts anew in its own transaction: an alert that waits must not go
on waiting behind others because nobody knew yesterday.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from waypost.access import audit, may
from waypost.access.models import Officer
from waypost.access.values import Permission, Posted
from waypost.alerts.inbox_version import raise_inbox_version
from waypost.alerts.models import RiskMarker
from waypost.alerts.ranking import rank_persons
from waypost.alerts.values import RiskKind
from waypost.errors import NoSuchThing, Refused
from waypost.orders.queries import case_of

WORDS_MAX = 300
NO_SUCH_RISK = "There is no such risk marker."


@dataclass(frozen=True, slots=True)
class RiskSeen:
    """A marker as pages show it; `to_at` None: it stands."""

    risk_id: int
    kind: RiskKind
    words: str
    from_at: datetime
    to_at: datetime | None
    made_by: str  # "Waypost" for the machine
    ended_by: str


@transaction.atomic
def record_risk(
    person_id: int, kind: RiskKind, words: str, from_at: datetime, *, by: Posted, now: datetime
) -> int:
    """Say that there is such a risk, since when, and how it is known. One of a kind stands."""
    may.check(by, Permission.RISK_WRITE, case_of(person_id, now=now))
    if from_at > now:
        raise Refused("a risk is recorded from a time that has come; choose today or earlier")
    standing = RiskMarker.objects.filter(person_id=person_id, kind=kind, to_at__isnull=True)
    if standing.exists():
        raise Refused("this risk is recorded already; end it first to record it with other words")
    made = RiskMarker.objects.create(
        person_id=person_id, kind=kind, words=words.strip()[:WORDS_MAX], from_at=from_at,
        known_at=now, made_by_id=by.officer_id,
    )  # fmt: skip
    _told(person_id, "risk:recorded", made.pk, by, now)
    return made.pk


@transaction.atomic
def end_risk(risk_id: int, *, by: Posted, now: datetime) -> None:
    """Say that the risk is no longer there. What was recorded stays, with its end."""
    marker = RiskMarker.objects.select_for_update().filter(pk=risk_id).first()
    if marker is None:
        raise NoSuchThing(NO_SUCH_RISK)
    case = case_of(marker.person_id, now=now)
    may.check(by, Permission.RISK_WRITE, case, absent=NO_SUCH_RISK)
    if marker.to_at is not None:
        raise Refused("this risk marker has ended already")
    marker.to_at, marker.ended_by_id = now, by.officer_id
    marker.save()
    _told(marker.person_id, "risk:ended", marker.pk, by, now)


def risks_of(person_id: int, by: Posted, *, now: datetime) -> list[RiskSeen]:
    """A person's markers: those that stand first, then the newest."""
    may.check(by, Permission.ALERT_READ, case_of(person_id, now=now))
    found = list(RiskMarker.objects.filter(person_id=person_id).order_by("-from_at", "-pk"))
    ids = {one for marker in found for one in (marker.made_by_id, marker.ended_by_id) if one}
    names = {one.pk: str(one) for one in Officer.objects.filter(pk__in=ids)}
    seen = [
        RiskSeen(
            marker.pk, RiskKind(marker.kind), marker.words, marker.from_at, marker.to_at,
            names.get(marker.made_by_id or 0, "Waypost"),
            names.get(marker.ended_by_id or 0, "Waypost"),
        )
        for marker in found
    ]  # fmt: skip
    return sorted(seen, key=lambda one: one.to_at is not None)


def _told(person_id: int, kind: str, risk_id: int, by: Posted, now: datetime) -> None:
    """Rank anew, tell the open inboxes, leave the line: which marker, never of what."""
    rank_persons([person_id], now=now)
    raise_inbox_version(now)
    audit.record(kind, by=by, at=now, about=person_id, detail={"risk": risk_id})
