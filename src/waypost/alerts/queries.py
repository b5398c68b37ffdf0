"""What may be asked of alerts: the inbox, one alert, the API's rows, the inbox's version.

The inbox holds every uncleared alert the officer may see, however old: in one national system
31,000 alerts were hidden because the screen listed only new ones (domain page, section 3).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from waypost.access import audit, may
from waypost.access.models import Officer
from waypost.access.values import Permission, Posted
from waypost.alerts import lifecycle, reaching
from waypost.alerts.calling import NO_CLOCK, ClockSeen, clock_seen
from waypost.alerts.filters import NONE, Filters
from waypost.alerts.inbox_version import inbox_version
from waypost.alerts.listing import Listing
from waypost.alerts.listing_query import listed
from waypost.alerts.marks import Marks, marks_of
from waypost.alerts.models import Alert, AlertMove, AlertReport, AlertViolation
from waypost.alerts.reaching import Within
from waypost.alerts.suspended import everybody_suspended
from waypost.alerts.values import NO_SUCH_ALERT, OPEN, Act, Status
from waypost.clock import write_instant
from waypost.errors import NoSuchThing
from waypost.monitoring.queries import (
    Progress,
    Standing,
    VersionSeen,
    history,
    progress,
    standing,
)
from waypost.orders.queries import case_of

BEHIND_AFTER = timedelta(seconds=60)  # judged_to older than this is said loudly
SILENT_AFTER = timedelta(seconds=10)  # no sign of life from the worker for so long


@dataclass(frozen=True, slots=True)
class InboxRow:
    """One line of the inbox. `person_name` is empty where the role may not read it.

    unfitted   it could not be monitored because no tag is fitted, which is a task of its own
    nameless   a call for help of somebody whom the officer may not know of: person_id is 0 and the
               texts are empty
    late       found by what came later: it was so before anybody could have been called
    untold     not yet notified: it began before the person was told, and counts towards nothing
    """

    alert_id: int
    person_id: int
    person_reference: str
    person_name: str
    area: str
    requirement_reference: str
    kind: str
    status: str
    certainty: str
    urgency: int
    headline: str
    from_at: datetime
    raised_at: datetime
    touched_at: datetime
    age: timedelta  # since it was raised
    owner_id: int | None
    owner_name: str
    version: int
    unfitted: bool = False
    nameless: bool = False
    because: tuple[str, ...] = ()  # why it is so urgent, sentences that add up
    late: bool = False
    untold: bool = False
    clock: ClockSeen = NO_CLOCK


@dataclass(frozen=True, slots=True)
class Inbox:
    """One page of what is not cleared, and the counts of all of it.

    rows      of the page, in the order of its stories
    stories   the same rows, those of one incident together, the most urgent first
    oldest    the alert that has waited longest for somebody to touch it, on whatever page it stands
    behind    what is shown may be out of date; the page says so loudly
    version   of which it is: a page that heard of a later one asks again
    """

    rows: tuple[InboxRow, ...]
    stories: tuple[tuple[InboxRow, ...], ...]
    listing: Listing
    oldest: InboxRow | None
    judged_to: datetime | None
    beat_at: datetime | None
    behind: bool
    oldest_unattended: timedelta | None
    version: int


@dataclass(frozen=True, slots=True)
class MoveSeen:
    at: datetime
    what: str
    from_status: str
    to_status: str
    officer_name: str  # "Waypost" for the machine
    note: str


@dataclass(frozen=True, slots=True)
class ReportSeen:
    """What a tag said that the alert speaks of."""

    kind: str
    at: datetime


@dataclass(frozen=True, slots=True)
class AlertPage:
    """Everything one alert's page shows.

    reports   what the tag itself said, oldest first
    ring      whom to ring about a nameless call
    """

    alert: InboxRow
    outcome: str
    closed_at: datetime | None
    moves: tuple[MoveSeen, ...]
    violations: tuple[Standing, ...]
    versions: tuple[VersionSeen, ...]
    acts: tuple[Act, ...]  # what may be done now; empty where the role may not
    reports: tuple[ReportSeen, ...] = ()
    ring: tuple[str, ...] = ()


def inbox(
    by: Posted,
    *,
    now: datetime,
    page: int = 1,
    filters: Filters = NONE,
    reach: Within | None = None,
) -> Inbox:
    """Every uncleared alert within reach, most urgent first, then oldest: a page of those that the
    filters leave, and how many there are of all.

    reach   the officer's, where the caller has asked for it already
    """
    may.check(by, Permission.ALERT_READ)
    number = inbox_version()  # before the list, which may only be newer
    reach = reach or reaching.within(by, now=now)
    uncleared = _uncleared(reach)
    listing = listed(uncleared, filters, page, officer_id=by.officer_id, now=now)
    shown = {one for story in listing.stories for one in story}
    wanted = Alert.objects.filter(pk__in=shown | {listing.oldest_untouched or 0})
    rows = {row.alert_id: row for row in _rows(wanted, by, now, reach)}
    stories = tuple(_story(story, rows) for story in listing.stories)
    oldest = rows.get(listing.oldest_untouched or 0)
    how_far = progress()
    return Inbox(
        rows=tuple(row for story in stories for row in story),
        stories=stories,
        listing=listing,
        oldest=oldest,
        judged_to=how_far.judged_to,
        beat_at=how_far.beat_at,
        behind=is_behind(how_far, now=now),
        oldest_unattended=oldest.age if oldest else None,
        version=number,
    )


def alert_page(alert_id: int, by: Posted, *, now: datetime) -> AlertPage:
    """One alert with its moves and violations; opening it leaves an audit line."""
    with transaction.atomic():
        alert = Alert.objects.select_related("person").filter(pk=alert_id).first()
        if alert is None:
            raise NoSuchThing(NO_SUCH_ALERT)
        named = reaching.check(by, Permission.ALERT_READ, alert, now=now)
        page = _page(alert, by, now, named=named)
        audit.record(
            "alert:viewed", by=by, at=now, about=alert.person_id, detail={"alert": alert.pk}
        )
    return page


def rows_of(alerts: QuerySet[Alert], by: Posted, *, now: datetime) -> list[InboxRow]:
    """These as lines of the inbox, for those who have asked "may I?" of each."""
    return _rows(alerts, by, now, reaching.within(by, now=now))


def open_alerts_of(person_id: int, by: Posted, *, now: datetime) -> list[InboxRow]:
    """A person's uncleared alerts; empty where the officer may not see the person's alerts."""
    may.check(by, Permission.ALERT_READ)
    reach = reaching.within(by, now=now)
    found = Alert.objects.filter(person_id=person_id).exclude(status=Status.CLOSED)
    return _rows(found, by, now, reach) if reach.knows(person_id) else []


def api_alerts(by: Posted, *, now: datetime) -> list[dict[str, Any]]:
    """Rows of `GET /api/alerts`: uncleared and closed within a day, oldest first. A call for help
    of somebody whom the asker may not know of has no person_id."""
    may.check(by, Permission.ALERT_READ)
    reach = reaching.within(by, now=now)
    found = Alert.objects.filter(reaching.as_filter(reach))
    recent = found.exclude(closed_at__lt=now - timedelta(days=1))
    return [
        {
            "alert_id": alert.pk,
            "person_id": alert.person.reference if reach.names(alert) else None,
            "requirement_id": alert.requirement_reference or None,
            "kind": alert.kind,
            "status": alert.status,
            "certainty": alert.certainty,
            "from": write_instant(alert.from_at),
            "raised_at": write_instant(alert.raised_at),
        }
        for alert in recent.select_related("person").order_by("raised_at", "pk")
    ]


def version() -> int:
    """Rises with every change of an alert; cheap enough to ask four times a second."""
    return inbox_version()


def is_behind(how_far: Progress, *, now: datetime) -> bool:
    """Whether judging lags or the worker is silent. A store never judged is behind."""
    if how_far.judged_to is None or how_far.beat_at is None:
        return True
    return now - how_far.judged_to > BEHIND_AFTER or now - how_far.beat_at > SILENT_AFTER


def _uncleared(reach: Within) -> QuerySet[Alert]:
    return Alert.objects.filter(reaching.as_filter(reach)).exclude(status=Status.CLOSED)


def _story(ids: Sequence[int], rows: Mapping[int, InboxRow]) -> tuple[InboxRow, ...]:
    """Its rows; one that was deleted since it was listed (a retention run) is left out."""
    return tuple(rows[one] for one in ids if one in rows)


def _rows(alerts: QuerySet[Alert], by: Posted, now: datetime, reach: Within) -> list[InboxRow]:
    found = list(alerts.select_related("person").order_by("-urgency", "raised_at", "pk"))
    owners = _officer_names(alert.owner_id for alert in found)
    named = may.decide(by, Permission.PERSON_READ).allowed
    marks, silent = marks_of(found, now), everybody_suspended(now)
    return [
        _row(alert, owners, named, now, marks, silent, nameless=not reach.names(alert))
        for alert in found
    ]


def _row(
    alert: Alert,
    owners: dict[int, str],
    named: bool,
    now: datetime,
    marks: Marks,
    silent: Mapping[int, datetime],
    *,
    nameless: bool = False,
) -> InboxRow:
    dark = alert.pk in marks.unfitted
    return InboxRow(
        alert_id=alert.pk,
        person_id=0 if nameless else alert.person_id,
        person_reference="" if nameless else alert.person.reference,
        person_name=alert.person.full_name if named and not nameless else "",
        area="" if nameless else alert.person.area,
        requirement_reference=alert.requirement_reference,
        kind=alert.kind,
        status=alert.status,
        certainty=alert.certainty,
        urgency=alert.urgency,
        headline=f"{alert.headline}: no tag is fitted" if dark else alert.headline,
        from_at=alert.from_at,
        raised_at=alert.raised_at,
        touched_at=alert.touched_at,
        age=now - alert.raised_at,
        owner_id=alert.owner_id,
        owner_name=owners.get(alert.owner_id or 0, ""),
        version=alert.version,
        unfitted=dark,
        nameless=nameless,
        because=() if nameless else tuple(alert.because),
        late=alert.pk in marks.late,
        untold=not nameless and alert.pk in marks.untold,
        clock=clock_seen(alert, silent, now),
    )


def _page(alert: Alert, by: Posted, now: datetime, *, named: bool) -> AlertPage:
    moves = list(AlertMove.objects.filter(alert=alert).order_by("at", "pk"))
    names = _officer_names([alert.owner_id, *(move.officer_id for move in moves)])
    ids = list(AlertViolation.objects.filter(alert=alert).values_list("violation_id", flat=True))
    read = may.decide(by, Permission.PERSON_READ).allowed
    case = case_of(alert.person_id, now=now)
    handles = may.decide(by, Permission.ALERT_HANDLE, case if named else None).allowed
    acts = lifecycle.allowed_acts(Status(alert.status)) if handles else ()
    reports = AlertReport.objects.filter(alert=alert).order_by("measured_at", "pk")
    return AlertPage(
        alert=_row(
            alert,
            names,
            read,
            now,
            marks_of([alert], now),
            everybody_suspended(now),
            nameless=not named,
        ),
        outcome=alert.outcome,
        closed_at=alert.closed_at,
        moves=tuple(_move(move, names) for move in moves),
        violations=tuple(sorted(standing(ids).values(), key=lambda one: one.row.from_at)),
        versions=tuple(history(ids)),
        acts=acts,
        reports=tuple(ReportSeen(one.kind, one.measured_at) for one in reports),
        ring=() if named else reaching.to_ring(case),
    )


def _move(move: AlertMove, names: dict[int, str]) -> MoveSeen:
    who = "Waypost" if move.officer_id is None else names.get(move.officer_id, "")
    return MoveSeen(move.at, move.what, move.from_status, move.to_status, who, move.note)


def _officer_names(ids: Iterable[int | None]) -> dict[int, str]:
    wanted = {one for one in ids if one is not None}
    return {officer.pk: str(officer) for officer in Officer.objects.filter(pk__in=wanted)}


def signs() -> dict[str, tuple[float, str]]:
    """How many alerts stand open, for those who watch over the machine: no person in it."""
    statuses = [status.value for status in OPEN]
    return {"alerts_open": (Alert.objects.filter(status__in=statuses).count(), "Not cleared")}
