"""What may be asked of notifications: what waits for whom to which clock, and one with its story.

A force sees what was sent to it; a provider's officer those of persons within reach, drafts too.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q

from waypost.access import audit, may
from waypost.access.models import Officer
from waypost.access.values import Permission, Posted, Reach
from waypost.clock import write_instant
from waypost.corrections.queries import CorrectionSeen, corrections_of
from waypost.documents.queries import Listed, documents_about
from waypost.notices.queries import Told, told_of
from waypost.orders.queries import case_of, hidden_person_ids, visible_person_ids
from waypost.policing import lifecycle, scope
from waypost.policing.clocks import Waiting, waiting
from waypost.policing.drafting import changed_since, reference_of
from waypost.policing.facts import Facts, Places, from_json, places_from_json
from waypost.policing.items import item_of
from waypost.policing.models import Notification, NotificationMove
from waypost.policing.moving import clocks_of
from waypost.policing.values import Act, Side, Status

RECENT = timedelta(days=30)  # how long what is over stands in the list
CLOSED_MAX = 100


@dataclass(frozen=True, slots=True)
class NotificationRow:
    """waits: what for and until when; None: nothing is waited for by a clock."""

    notification_id: int
    status: Status
    grave: bool
    headline: str
    person: str  # name and reference, as the notification says
    force: str
    answer: str
    result: str
    number: int
    sent_at: datetime | None
    made_at: datetime
    waits: Waiting | None
    overdue: bool
    mine: bool  # it waits for the asker's side


@dataclass(frozen=True, slots=True)
class NotificationList:
    """side: of the asker. mine first to last by its clock; theirs: waits for the other side"""

    side: Side
    mine: tuple[NotificationRow, ...]
    theirs: tuple[NotificationRow, ...]
    over: tuple[NotificationRow, ...]


@dataclass(frozen=True, slots=True)
class MoveSeen:
    at: datetime
    act: Act
    side: Side
    who: str
    answer: str
    words: str
    by_file: bool


@dataclass(frozen=True, slots=True)
class NotificationPage:
    """alert_id, person_id, told: for the provider alone. changed: judged anew since facts_at."""

    row: NotificationRow
    version: int
    side: Side
    facts: Facts
    facts_at: datetime
    places: Places
    what_happened: str
    certainty: str
    tried: str
    answer_reason: str
    result_words: str
    acts: tuple[Act, ...]
    moves: tuple[MoveSeen, ...]
    corrections: tuple[CorrectionSeen, ...]
    documents: tuple[Listed, ...]
    alert_id: int | None = None
    person_id: int | None = None
    told: tuple[Told, ...] = ()
    changed: bool = False


def notifications(by: Posted, *, now: datetime) -> NotificationList:
    """Everything that is open within reach, and what was over lately."""
    side, within = _within(by, now)
    found = Notification.objects.filter(within).select_related("force")
    rows = [_row(one, side, now) for one in found.filter(closed_at=None).order_by("made_at", "pk")]
    closed = found.filter(closed_at__gt=now - RECENT).order_by("-closed_at", "-pk")[:CLOSED_MAX]
    return NotificationList(
        side,
        tuple(sorted((one for one in rows if one.mine), key=_soonest)),
        tuple(sorted((one for one in rows if not one.mine), key=_soonest)),
        tuple(_row(one, side, now) for one in closed),
    )


def waiting_count(by: Posted, *, now: datetime) -> int:
    """How many wait for the asker's side: the number beside the word in the menu."""
    return len(notifications(by, now=now).mine)


def notification_page(notification_id: int, by: Posted, *, now: datetime) -> NotificationPage:
    """One notification with its story; opening it leaves the line notification:viewed."""
    with transaction.atomic():
        found = scope.find(notification_id)
        side = scope.side_of(found, by, now=now)
        page = _page(found, side, by, now)
        audit.record(
            "notification:viewed", by=by, at=now, about=found.person_id,
            detail={"notification": found.pk, "side": side.value},
        )  # fmt: skip
    return page


def notifications_about(alert_id: int, by: Posted, *, now: datetime) -> list[NotificationRow]:
    """What the police were told of an alert, for its page; the caller asked about the alert."""
    if not may.decide(by, Permission.NOTIFICATION_READ).allowed:
        return []
    side, within = _within(by, now)
    found = Notification.objects.filter(within, alert_id=alert_id).select_related("force")
    return [_row(one, side, now) for one in found.order_by("pk")]


def api_list(by: Posted, *, now: datetime) -> list[dict[str, Any]]:
    """Rows for a force's system: which there are and how they stand, of nobody by name. It may ask
    all day, so that no line is left; one notification in full leaves its own."""
    _, within = _within(by, now)
    found = Notification.objects.filter(within).exclude(closed_at__lt=now - RECENT)
    return [_api_row(one) for one in found.order_by("made_at", "pk")]


def api_item(notification_id: int, by: Posted, *, now: datetime) -> dict[str, Any]:
    """One notification in full, with its numbered corrections; leaves notification:viewed."""
    with transaction.atomic():
        found = scope.find(notification_id)
        side = scope.side_of(found, by, now=now)
        corrections = corrections_of(reference_of(found.pk), by=by, now=now)
        item = item_of(found) | {"corrections": [_api_correction(one) for one in corrections]}
        audit.record(
            "notification:viewed", by=by, at=now, about=found.person_id,
            detail={"notification": found.pk, "side": side.value},
        )  # fmt: skip
    return item


def may_draft(alert_person_id: int, by: Posted, *, now: datetime) -> bool:
    """Whether the officer may tell the police of this person's alerts."""
    case = case_of(alert_person_id, now=now)
    return may.decide(by, Permission.NOTIFICATION_SEND, case).allowed


def _within(by: Posted, now: datetime) -> tuple[Side, Q]:
    """On which side the officer asks, and what they may see."""
    may.check(by, Permission.NOTIFICATION_READ)
    if forces := scope.force_ids(by):
        return Side.FORCE, Q(force_id__in=forces) & ~Q(status=Status.DRAFTED, sent_at=None)
    permission = Permission.NOTIFICATION_READ
    if may.reach(by, permission) is Reach.ALL:
        hidden = hidden_person_ids(by, permission, now=now)
        return Side.PROVIDER, ~Q(person_id__in=hidden)
    if not may.decide(by, Permission.NOTIFICATION_SEND).allowed:
        return Side.FORCE, Q(pk__in=[])  # in no force's team: nothing was sent to them
    return Side.PROVIDER, Q(person_id__in=visible_person_ids(by, permission, now=now))


def _row(found: Notification, side: Side, now: datetime) -> NotificationRow:
    status = Status(found.status)
    waits = waiting(clocks_of(found), status)
    return NotificationRow(
        notification_id=found.pk,
        status=status,
        grave=found.grave,
        headline=found.facts["headline"],
        person=f"{found.facts['person_name']} ({found.facts['person_reference']})",
        force=found.force.name,
        answer=found.answer,
        result=found.result,
        number=found.number,
        sent_at=found.sent_at,
        made_at=found.made_at,
        waits=waits,
        overdue=waits is not None and waits.is_overdue(now),
        mine=_waits_for(status, waits) is side,
    )


def _waits_for(status: Status, waits: Waiting | None) -> Side | None:
    """Whose turn it is: by the clock that runs, else by what can only come next."""
    if waits is not None:
        return waits.side
    turns = {
        Status.DRAFTED: Side.PROVIDER,
        Status.WITHDRAWN: Side.FORCE,
        Status.ANSWERED: Side.PROVIDER,  # no action: seen and closed by whoever sent it
        Status.RESULT_RECORDED: Side.PROVIDER,
    }
    return turns.get(status)


def _soonest(row: NotificationRow) -> tuple[bool, bool, datetime, int]:
    by = row.waits.by if row.waits else row.made_at
    return row.waits is None, not row.overdue, by, row.notification_id


def _page(found: Notification, side: Side, by: Posted, now: datetime) -> NotificationPage:
    facts = from_json(found.facts)
    provides = side is Side.PROVIDER
    status = Status(found.status)
    may_act = _may_act(found, side, by, now)
    about = f"notification:{found.pk}"
    return NotificationPage(
        row=_row(found, side, now),
        version=found.version,
        side=side,
        facts=facts,
        facts_at=found.facts_at,
        places=places_from_json(found.places),
        what_happened=found.what_happened,
        certainty=found.certainty,
        tried=found.tried,
        answer_reason=found.answer_reason,
        result_words=found.result_words,
        acts=lifecycle.allowed_acts(status, side) if may_act else (),
        moves=tuple(_moves(found)),
        corrections=corrections_of(reference_of(found.pk), by=by, now=now),
        documents=tuple(documents_about(about)),
        alert_id=found.alert_id if provides else None,
        person_id=found.person_id if provides else None,
        told=tuple(told_of(about)) if provides else (),
        changed=provides and status is not Status.CLOSED and changed_since(facts),
    )


def _may_act(found: Notification, side: Side, by: Posted, now: datetime) -> bool:
    needed = scope.NEEDED[side]
    if side is Side.FORCE:
        return may.decide(by, needed).allowed
    return may.decide(by, needed, case_of(found.person_id, now=now)).allowed


def _moves(found: Notification) -> Iterable[MoveSeen]:
    rows = list(NotificationMove.objects.filter(notification=found).order_by("at", "pk"))
    ids = {one.officer_id for one in rows if one.officer_id is not None}
    names = {one.pk: str(one) for one in Officer.objects.filter(pk__in=ids)}
    for one in rows:
        who = one.signed_by or names.get(one.officer_id or 0, "Waypost")
        yield MoveSeen(
            one.at, Act(one.act), Side(one.side), who, one.answer, one.words, one.by_file
        )


def _api_row(found: Notification) -> dict[str, Any]:
    status = Status(found.status)
    waits = waiting(clocks_of(found), status)
    return {
        "notification_id": found.pk,
        "number": found.number,
        "version": found.version,
        "status": status.value,
        "grave": found.grave,
        "kind": found.kind,
        "sent_at": write_instant(found.sent_at) if found.sent_at else None,
        "waits_for": waits.clock.value if waits else None,
        "waits_until": write_instant(waits.by) if waits else None,
        "answer": found.answer or None,
        "result": found.result or None,
    }


def _api_correction(one: CorrectionSeen) -> dict[str, Any]:
    return {
        "correction_id": one.correction_id,
        "number": one.number,
        "at": write_instant(one.at),
        "words": list(one.words),
        "acknowledged": not one.waits,
    }
