"""Requests to be away as pages show them: those that wait for the asker, one, a wearer's own."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from waypost.access import audit, may
from waypost.access.models import Officer
from waypost.access.values import Permission, Posted
from waypost.asking import checking, scope
from waypost.asking.models import AbsenceRequest, RequestMove
from waypost.asking.values import OPEN, Status, Touched, Why
from waypost.orders.models import Person
from waypost.orders.queries import cases_of, person_orders, visible_person_ids

LATEST = 20
SHOWN_AFTER = 14  # days: what nobody answered in time stays on the list for so long


@dataclass(frozen=True, slots=True)
class RequestSeen:
    """touched: what the order asks in the time, as it stands now. may_answer: it is their turn."""

    request_id: int
    person_id: int
    name: str
    why: Why
    words: str
    evidence: str
    from_at: datetime
    to_at: datetime
    urgent: bool
    asked_at: datetime
    own: bool
    status: Status
    version: int
    answer_by: datetime
    answer: str
    granted_from: datetime | None
    granted_to: datetime | None
    decided_at: datetime | None
    decided_by: str
    touched: tuple[Touched, ...] = ()
    may_answer: bool = False


@dataclass(frozen=True, slots=True)
class MoveSeen:
    at: datetime
    act: str
    status: Status
    who: str
    words: str


def to_answer(by: Posted, *, now: datetime) -> tuple[RequestSeen, ...]:
    """What this officer may answer now: the one that begins first, first."""
    if by.own_person_id is not None or not may.decide(by, Permission.ABSENCE_AUTHORISE).allowed:
        return ()
    rows = _open_rows(by, now)
    if not scope.watches_all(by):  # whoever is responsible: it is always their turn
        return _seen(rows, may_answer=True)
    cases = cases_of({row.person_id for row in rows}, now=now) if rows else {}
    mine = [
        row for row in rows if scope.doer_of(row, cases[row.person_id], by, now=now) is not None
    ]
    return _seen(mine, may_answer=True)


def waiting_count(by: Posted, *, now: datetime) -> int:
    return len(to_answer(by, now=now))


def requests_of(person_id: int, by: Posted, *, now: datetime) -> tuple[RequestSeen, ...]:
    """One person's latest, what is open first; the page leaves its line."""
    scope.check_may_ask(person_id, by, now=now)
    rows = AbsenceRequest.objects.filter(person_id=person_id).order_by("-asked_at", "-pk")
    found = sorted(_seen(rows[:LATEST]), key=lambda one: one.status not in OPEN)
    return tuple(found)


@transaction.atomic
def request_page(
    request_id: int, by: Posted, *, now: datetime
) -> tuple[RequestSeen, tuple[MoveSeen, ...]]:
    """One, with its story; leaves a line about the person."""
    found = scope.find(request_id)
    scope.check_may_read(found, by, now=now)
    case = cases_of([found.person_id], now=now)[found.person_id]
    own = by.own_person_id == found.person_id
    turn = not own and scope.doer_of(found, case, by, now=now) is not None
    [seen] = _seen([found], may_answer=turn and Status(found.status) in OPEN)
    moves = list(RequestMove.objects.filter(request=found).order_by("at", "pk"))
    names = _names(one.officer_id for one in moves)
    story = tuple(
        MoveSeen(one.at, one.act, Status(one.to_status), names.get(one.officer_id or 0, ""),
                 one.words)
        for one in moves
    )  # fmt: skip
    audit.record(
        "absence:viewed", by=by, at=now, about=found.person_id, detail={"request": found.pk}
    )
    return seen, story


def touched_now(person_id: int, from_at: datetime, to_at: datetime) -> tuple[Touched, ...]:
    """What the orders ask in that time; the caller asks who may."""
    return checking.touched_by(person_orders([person_id])[0], from_at, to_at)


def _open_rows(by: Posted, now: datetime) -> list[AbsenceRequest]:
    rows = AbsenceRequest.objects.filter(status__in=OPEN).order_by("from_at", "pk")
    if not rows.exists():
        return []
    visible = visible_person_ids(by, Permission.ABSENCE_AUTHORISE, now=now)
    if visible is not None:
        rows = rows.filter(person_id__in=visible)
    return [
        row
        for row in rows
        if row.status == Status.WAITING or (now - row.from_at).days < SHOWN_AFTER
    ]


def _seen(rows: Iterable[AbsenceRequest], *, may_answer: bool = False) -> tuple[RequestSeen, ...]:
    found = list(rows)
    officers = _names(row.decided_by_id for row in found)
    ids = {row.person_id for row in found}
    names = {one.pk: one.full_name or one.reference for one in Person.objects.filter(pk__in=ids)}
    opened = {row.person_id for row in found if Status(row.status) in OPEN}
    orders = {one.number: one for one in person_orders(opened)} if opened else {}
    return tuple(
        RequestSeen(
            row.pk, row.person_id, names[row.person_id], Why(row.why), row.words, row.evidence,
            row.from_at, row.to_at, row.urgent, row.asked_at, row.own, Status(row.status),
            row.version, row.answer_by, row.answer, row.granted_from, row.granted_to,
            row.decided_at, officers.get(row.decided_by_id or 0, ""),
            checking.touched_by(orders[row.person_id], row.from_at, row.to_at)
            if row.person_id in opened else (),
            may_answer,
        )
        for row in found
    )  # fmt: skip


def _names(ids: Iterable[int | None]) -> dict[int, str]:
    wanted = {one for one in ids if one is not None}
    return {one.pk: str(one) for one in Officer.objects.filter(pk__in=wanted)} if wanted else {}
