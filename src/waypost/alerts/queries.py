"""What may be asked of alerts: the inbox, one alert, the API's rows, the inbox's version.

The inbox holds every uncleared alert the officer may see, however old: in one national system
31,000 alerts were hidden because the screen listed only new ones (domain page, section 3).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from waypost.access import audit, may
from waypost.access.models import Officer
from waypost.access.values import Permission, Posted
from waypost.alerts import lifecycle
from waypost.alerts.inbox_version import inbox_version
from waypost.alerts.models import Alert, AlertMove, AlertViolation
from waypost.alerts.values import NO_SUCH_ALERT, OPEN, UNATTENDED, Act, AlertKind, Status
from waypost.clock import write_instant
from waypost.errors import NoSuchThing
from waypost.monitoring.queries import Progress, Standing, VersionSeen, history, progress, standing
from waypost.orders.models import Activation
from waypost.orders.queries import case_of, visible_person_ids

BEHIND_AFTER = timedelta(seconds=60)  # judged_to older than this is said loudly
SILENT_AFTER = timedelta(seconds=10)  # no sign of life from the worker for so long


@dataclass(frozen=True, slots=True)
class InboxRow:
    """One line of the inbox. `person_name` is empty where the role may not read it.

    unfitted   it could not be monitored because no tag is fitted, which is a task of its own
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


@dataclass(frozen=True, slots=True)
class Inbox:
    """`behind`: what is shown may be out of date; the page says so loudly."""

    rows: tuple[InboxRow, ...]
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
class AlertPage:
    """Everything one alert's page shows."""

    alert: InboxRow
    outcome: str
    closed_at: datetime | None
    moves: tuple[MoveSeen, ...]
    violations: tuple[Standing, ...]
    versions: tuple[VersionSeen, ...]
    acts: tuple[Act, ...]  # what may be done now; empty where the role may not


def inbox(by: Posted, *, now: datetime) -> Inbox:
    """Every uncleared alert within reach, most urgent first, then oldest."""
    rows = _rows(_visible(by, now=now).exclude(status=Status.CLOSED), by, now)
    how_far = progress()
    return Inbox(
        rows=tuple(rows),
        judged_to=how_far.judged_to,
        beat_at=how_far.beat_at,
        behind=is_behind(how_far, now=now),
        oldest_unattended=max((r.age for r in rows if r.status in UNATTENDED), default=None),
        version=inbox_version(),
    )


def alert_page(alert_id: int, by: Posted, *, now: datetime) -> AlertPage:
    """One alert with its moves and violations; opening it leaves an audit line."""
    with transaction.atomic():
        alert = Alert.objects.select_related("person").filter(pk=alert_id).first()
        if alert is None:
            raise NoSuchThing(NO_SUCH_ALERT)
        case = case_of(alert.person_id, now=now)
        may.check(by, Permission.ALERT_READ, case, absent=NO_SUCH_ALERT)
        page = _page(alert, by, now, handles=may.decide(by, Permission.ALERT_HANDLE, case).allowed)
        audit.record(
            "alert:viewed", by=by, at=now, about=alert.person_id, detail={"alert": alert.pk}
        )
    return page


def open_alerts_of(person_id: int, by: Posted, *, now: datetime) -> list[InboxRow]:
    """A person's uncleared alerts; empty where the officer may not see the person's alerts."""
    found = _visible(by, now=now).filter(person_id=person_id).exclude(status=Status.CLOSED)
    return _rows(found, by, now)


def api_alerts(by: Posted, *, now: datetime) -> list[dict[str, Any]]:
    """Rows of `GET /api/alerts`: uncleared and closed within a day, oldest first."""
    recent = _visible(by, now=now).exclude(closed_at__lt=now - timedelta(days=1))
    return [
        {
            "alert_id": alert.pk,
            "person_id": alert.person.reference,
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


def _visible(by: Posted, *, now: datetime) -> QuerySet[Alert]:
    may.check(by, Permission.ALERT_READ)
    person_ids = visible_person_ids(by, Permission.ALERT_READ, now=now)
    alerts = Alert.objects.all()
    return alerts if person_ids is None else alerts.filter(person_id__in=person_ids)


def _rows(alerts: QuerySet[Alert], by: Posted, now: datetime) -> list[InboxRow]:
    found = list(alerts.select_related("person").order_by("-urgency", "raised_at", "pk"))
    owners = _officer_names(alert.owner_id for alert in found)
    named = may.decide(by, Permission.PERSON_READ).allowed
    unfitted = _unfitted(found, now)
    return [_row(alert, owners, named, now, unfitted) for alert in found]


def _unfitted(alerts: Sequence[Alert], now: datetime) -> set[int]:
    """Alerts on time that could not be monitored, of persons who wore no tag when it began and
    wear none now."""
    dark = [one for one in alerts if one.kind == AlertKind.UNMONITORED]
    worn: dict[int, list[tuple[datetime, datetime | None]]] = {}
    spans = Activation.objects.filter(person_id__in={one.person_id for one in dark})
    rows = spans.values_list("person_id", "from_at", "to_at") if dark else ()
    for person_id, began_at, ended_at in rows:
        worn.setdefault(person_id, []).append((began_at, ended_at))
    return {
        one.pk
        for one in dark
        if not any(
            from_at <= at and (to_at is None or to_at > at)
            for from_at, to_at in worn.get(one.person_id, ())
            for at in (one.from_at, now)
        )
    }


def _row(
    alert: Alert, owners: dict[int, str], named: bool, now: datetime, unfitted: Collection[int]
) -> InboxRow:
    dark = alert.pk in unfitted
    return InboxRow(
        alert_id=alert.pk,
        person_id=alert.person_id,
        person_reference=alert.person.reference,
        person_name=alert.person.full_name if named else "",
        area=alert.person.area,
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
    )


def _page(alert: Alert, by: Posted, now: datetime, *, handles: bool) -> AlertPage:
    moves = list(AlertMove.objects.filter(alert=alert).order_by("at", "pk"))
    names = _officer_names([alert.owner_id, *(move.officer_id for move in moves)])
    ids = list(AlertViolation.objects.filter(alert=alert).values_list("violation_id", flat=True))
    named = may.decide(by, Permission.PERSON_READ).allowed
    acts = lifecycle.allowed_acts(Status(alert.status)) if handles else ()
    return AlertPage(
        alert=_row(alert, names, named, now, _unfitted([alert], now)),
        outcome=alert.outcome,
        closed_at=alert.closed_at,
        moves=tuple(_move(move, names) for move in moves),
        violations=tuple(sorted(standing(ids).values(), key=lambda one: one.row.from_at)),
        versions=tuple(history(ids)),
        acts=acts,
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
