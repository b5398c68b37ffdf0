"""What may be done with a request to be away: ask, grant, refuse, withdraw.

A grant is an absence of the orders room at once (orders/absences.py), for each requirement that it
touches: judging goes by it from then on. Until then, what the order asks stands.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction

from waypost.access import audit
from waypost.access.values import Posted
from waypost.asking import checking, clocks, scope, telling
from waypost.asking.models import AbsenceRequest
from waypost.asking.moving import ANSWERED_FIRST, line, move, short
from waypost.asking.values import (
    ANSWER_DUE,
    BEGINS_DUE,
    WHY_WORDS,
    Act,
    Asked,
    Waits,
    Why,
)
from waypost.errors import Conflict, Refused
from waypost.jobs import due
from waypost.orders.absences import authorise_absence
from waypost.orders.models import Person
from waypost.orders.queries import person_orders

SAY_WHY = "Say why, in words that the wearer can understand: they read it."
CHOOSE_ONE = "Choose at least one thing that they are let off from."


@transaction.atomic
def ask(person_id: int, asked: Asked, *, by: Posted, now: datetime) -> Waits:
    """A request waits from now on. Refused, in words, where it cannot be asked so.

    An officer who may grant absences may write one down for a wearer without a phone.
    """
    own = scope.check_may_ask(person_id, by, now=now)
    Person.objects.select_for_update().get(pk=person_id)  # two taps are one request
    [person] = person_orders([person_id])
    touched = checking.touched_by(person, asked.from_at, asked.to_at)
    notes = checking.notes_of(
        asked, touched, scope.others_of(person_id), now=now, zone=settings.WALL_ZONE
    )
    if notes.refusals:
        raise Refused(notes.refusals[0])
    made = AbsenceRequest.objects.create(
        person_id=person_id, why=asked.why.value, words=asked.words.strip(),
        evidence=asked.evidence.strip(), from_at=asked.from_at, to_at=asked.to_at,
        urgent=asked.urgent, asked_at=now, asked_by_id=by.officer_id, own=own,
        answer_by=clocks.answer_by(now, asked.from_at, settings.WALL_ZONE),
        touches=[[one.order_id, one.requirement_id] for one in touched],
    )  # fmt: skip
    due.set_due([
        due.DueRow(ANSWER_DUE, str(made.pk), made.answer_by),
        due.DueRow(BEGINS_DUE, str(made.pk), made.from_at),
    ])  # fmt: skip
    telling.tell_asked(made, scope.officers_for(person_id, now=now), now=now)
    audit.record(
        "absence:asked", by=by, at=now, about=person_id,
        detail={"request": made.pk, "own": own, "urgent": asked.urgent},
    )  # fmt: skip
    return Waits(int(made.pk), notes.warnings)


def grant(
    request_id: int, *, by: Posted, now: datetime, expected_version: int, words: str = ""
) -> None:
    """Yes, as asked: one tap."""
    _grant(request_id, Act.GRANT, None, None, words, by=by, now=now, version=expected_version)


def grant_other(
    request_id: int, hours: tuple[datetime, datetime], words: str, *, by: Posted, now: datetime,
    expected_version: int, requirements: Collection[tuple[str, str]] | None = None,
) -> None:  # fmt: skip
    """Yes, but for other hours, or from less. requirements: (order, requirement); None: all."""
    _grant(
        request_id, Act.GRANT_OTHER, hours, requirements, words, by=by, now=now,
        version=expected_version,
    )  # fmt: skip


@transaction.atomic
def refuse(
    request_id: int, words: str, *, by: Posted, now: datetime, expected_version: int
) -> None:
    """No, and why: the wearer reads it."""
    found = _load(request_id, by, now, expected_version)
    if not words.strip():
        raise Refused(SAY_WHY)
    move(found, Act.REFUSE, words, by=by, now=now, changed={"answer": short(words)})
    telling.tell_answered(found, now=now)
    line(found, Act.REFUSE, by, now)


@transaction.atomic
def withdraw(request_id: int, *, by: Posted, now: datetime) -> None:
    """The wearer, or whoever wrote it down for them, asks no more."""
    found = scope.find(request_id)
    scope.check_may_ask(found.person_id, by, now=now, absent=True)
    move(found, Act.WITHDRAW, "", by=by, now=now)
    telling.call_off_asked(found)
    line(found, Act.WITHDRAW, by, now)


@transaction.atomic
def _grant(
    request_id: int, act: Act, hours: tuple[datetime, datetime] | None,
    requirements: Collection[tuple[str, str]] | None, words: str, *, by: Posted, now: datetime,
    version: int,
) -> None:  # fmt: skip
    found = _load(request_id, by, now, version)
    from_at, to_at = hours or (found.from_at, found.to_at)
    [person] = person_orders([found.person_id])
    touched = [
        (one.order_id, one.requirement_id)
        for one in checking.touched_by(person, from_at, to_at)
        if requirements is None or (one.order_id, one.requirement_id) in requirements
    ]
    if not touched:
        raise Refused(
            "The order asks nothing in those hours, so there is nothing to grant. Say so to the "
            "wearer, or choose other hours."
            if requirements is None
            else CHOOSE_ONE
        )
    changed: dict[str, Any] = {
        "granted_from": from_at, "granted_to": to_at, "answer": short(words),
    }  # fmt: skip
    move(found, act, words, by=by, now=now, changed=changed)
    reason = f"Asked first, request {found.pk}: {WHY_WORDS[Why(found.why)].lower()}"
    made = [
        authorise_absence(
            found.person_id, requirement, from_at, to_at, reason=reason, order=order, by=by,
            now=now,
        )
        for order, requirement in touched
    ]  # fmt: skip
    AbsenceRequest.objects.filter(pk=found.pk).update(absence_ids=made)
    telling.tell_answered(found, now=now)
    line(found, act, by, now)


def _load(request_id: int, by: Posted, now: datetime, expected_version: int) -> AbsenceRequest:
    """The record, for an answer of somebody who may give one."""
    found = scope.find(request_id)
    scope.check_may_answer(found, by, now=now)
    if found.version != expected_version:
        raise Conflict(ANSWERED_FIRST)
    return found
