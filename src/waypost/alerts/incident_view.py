"""One incident as an officer opens it: its alerts in order, and what is in reach beside them.

    incident_of(alert, ...)     leaves the line incident:viewed; no whereabouts are in it
    filter_choices(...)         areas, teams and kinds that there are among what is not cleared
    zones_concerned(...)        the requirements that alerts are about, for the map

An alert in no incident is opened the same way: a story of one.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Count

from waypost.access import audit, may
from waypost.access.models import Officer, Team
from waypost.access.values import Permission, Posted
from waypost.alerts import queries, reaching
from waypost.alerts.answering import is_covered
from waypost.alerts.models import Alert
from waypost.alerts.queries import InboxRow
from waypost.alerts.values import NO_SUCH_ALERT, Status
from waypost.errors import NoSuchThing
from waypost.notices.contacts import contacts_of
from waypost.notices.values import Contact
from waypost.orders.queries import NUMBER_MAX, case_of, live_caseloads

ASKED_MAX = 250  # alerts of which zones are asked at once: more than a page of the inbox holds


@dataclass(frozen=True, slots=True)
class Reachable:
    """Somebody who may have to be reached now. contacts: empty where none is recorded."""

    who: str
    role: str
    contacts: tuple[Contact, ...]


@dataclass(frozen=True, slots=True)
class Incident:
    """alerts: as they began, closed ones too. others: what else is open of the person.

    is_covered   a purpose said for the shift may open the track (answering.py)
    ring         whom to ring about a nameless call, which has nothing else
    """

    opened: InboxRow
    alerts: tuple[InboxRow, ...]
    others: tuple[InboxRow, ...]
    reachable: tuple[Reachable, ...]
    is_covered: bool


@dataclass(frozen=True, slots=True)
class Choices:
    """What may be filtered by, with how many alerts each has."""

    areas: tuple[tuple[str, int], ...]
    teams: tuple[tuple[int, str, int], ...]
    kinds: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Concerned:
    """Which requirement of whom an alert is about."""

    alert_id: int
    person_id: int
    person_reference: str
    requirement_reference: str


@transaction.atomic
def incident_of(alert_id: int, by: Posted, *, now: datetime) -> Incident:
    """The story that the alert is part of. NoSuchThing or Refused as the alert's page."""
    alert = Alert.objects.select_related("person").filter(pk=min(alert_id, NUMBER_MAX)).first()
    if alert is None:
        raise NoSuchThing(NO_SUCH_ALERT)
    named = reaching.check(by, Permission.ALERT_READ, alert, now=now)
    whole = Alert.objects.filter(pk=alert.pk)
    if named and alert.incident_id is not None:
        whole = Alert.objects.filter(incident_id=alert.incident_id)
    rows = sorted(queries.rows_of(whole, by, now=now), key=lambda one: (one.from_at, one.alert_id))
    ids = [one.alert_id for one in rows]
    others = queries.open_alerts_of(alert.person_id, by, now=now) if named else []
    found = Incident(
        opened=next(one for one in rows if one.alert_id == alert.pk),
        alerts=tuple(rows),
        others=tuple(one for one in others if one.alert_id not in ids),
        reachable=_reachable(alert, by, now) if named else (),
        is_covered=named and is_covered(alert),
    )
    audit.record(
        "incident:viewed", by=by, at=now, about=alert.person_id,
        detail={"alert": alert.pk, "alerts": ids},
    )  # fmt: skip
    return found


def filter_choices(by: Posted, *, now: datetime) -> Choices:
    """Of what is not cleared and within reach; nobody hidden adds an area or a team to it."""
    may.check(by, Permission.ALERT_READ)
    reach = reaching.within(by, now=now)
    found = Alert.objects.filter(reaching.as_filter(reach)).exclude(status=Status.CLOSED)
    named = found.exclude(person_id__in=reach.hidden_ids)
    areas = named.exclude(person__area="").values_list("person__area").annotate(n=Count("pk"))
    held = live_caseloads(now).filter(team_id__isnull=False)
    teams = named.filter(person__caseloads__in=held).values_list("person__caseloads__team_id")
    counts: dict[int, int] = dict(teams.annotate(n=Count("pk", distinct=True)))
    names = team_names(counts)
    kinds = found.values_list("kind").annotate(n=Count("pk"))
    return Choices(
        tuple(sorted(areas)),
        tuple(sorted(((pk, names[pk], n) for pk, n in counts.items()), key=lambda one: one[1])),
        tuple(sorted(kinds)),
    )


def team_names(ids: Collection[int]) -> dict[int, str]:
    """Of those that there are; a name says nothing of anybody."""
    return dict(Team.objects.filter(pk__in=ids).values_list("pk", "name")) if ids else {}


@transaction.atomic
def zones_concerned(
    alert_ids: Collection[int], by: Posted, *, now: datetime
) -> tuple[Concerned, ...]:
    """The requirements that these are about, of persons whom the asker may read of by name; leaves
    the line zones:viewed. Never of limited access: the map hangs where others see it.

    An outline is what the court asked. Where anybody is, or was, is in none of it.
    """
    may.check(by, Permission.ALERT_READ)
    may.check(by, Permission.PERSON_READ)
    reach = reaching.within(by, now=now)
    wanted = sorted(alert_ids)[:ASKED_MAX]
    found = Alert.objects.filter(reaching.as_filter(reach), pk__in=wanted).exclude(
        requirement_reference=""
    )
    rows = found.filter(person__limited=False, person__protected=False).order_by("pk")
    concerned = tuple(
        Concerned(*row)
        for row in rows.values_list("pk", "person_id", "person__reference", "requirement_reference")
        if reach.knows(row[1])
    )
    shown = [one.alert_id for one in concerned]
    audit.record("zones:viewed", by=by, at=now, detail={"alerts": shown})
    return concerned


def _reachable(alert: Alert, by: Posted, now: datetime) -> tuple[Reachable, ...]:
    """The wearer first, then the responsible officers; for who may read of the person."""
    case = case_of(alert.person_id, now=now)
    if not may.decide(by, Permission.PERSON_READ, case).allowed:
        return ()
    officers = Officer.objects.filter(pk__in=case.officer_ids, is_active=True).order_by("username")
    person = f"person:{alert.person_id}"
    found = contacts_of([person, *(f"officer:{one.pk}" for one in officers)], now=now)
    protected = "Protected person" if alert.person.protected else "Wearer"
    named = alert.person.full_name or alert.person.reference
    wearer = Reachable(named, protected, found.get(person, ()))
    return (
        wearer,
        *(
            Reachable(str(one), "Responsible officer", found.get(f"officer:{one.pk}", ()))
            for one in officers
        ),
    )
