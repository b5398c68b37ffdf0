"""Legal holds: nothing of a person, or one record of nobody's, is deleted while one lasts.

Whoever works on the case places one, on whose authority and until when it is looked at again; only
somebody who decides on retention ends it, and never the officer who placed it. A hold on a record
of a person keeps their whole file: what it is evidence of stands around it.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.apps import apps
from django.db import transaction

from waypost.access import audit, may
from waypost.access.values import Permission, Posted
from waypost.errors import Conflict, NoSuchThing, Refused
from waypost.keeping.belonging import declared
from waypost.keeping.models import Deletion, Hold
from waypost.keeping.schedules import local_day
from waypost.orders.queries import NUMBER_MAX, case_of

REVIEW_WITHIN_DAYS = 366
SENTENCE_MIN = 10
AUTHORITY_MIN = 3
NO_SUCH_HOLD = "There is no such hold."
NO_SUCH_RECORD = "There is no such record."


@transaction.atomic
def place_hold(
    person_id: int | None,
    reason: str,
    authority: str,
    review_on: date,
    *,
    record: str = "",
    by: Posted,
    now: datetime,
) -> int:
    """Keep all of this person; or, with no person, the record named like documents.Document:17.

    Refused when a deletion of it has begun: from then on it only goes forward.
    """
    may.check(by, Permission.HOLD_WRITE)
    if person_id is None:
        person_id = _owner_of(record)
    if person_id is not None:
        may.check(by, Permission.HOLD_WRITE, case_of(person_id, now=now))
        persons: Any = apps.get_model("orders.Person").objects
        list(persons.select_for_update().filter(pk=person_id))
        if Deletion.objects.filter(person_id=person_id, done_at=None).exists():
            raise Conflict("Their deletion has begun; nothing can be held any more.")
    elif not may.decide(by, Permission.RETENTION_READ).allowed:
        raise NoSuchThing(NO_SUCH_RECORD)
    made = Hold.objects.create(
        person_id=person_id, record=record,
        reason=sentence(reason, SENTENCE_MIN, "why, in a sentence"),
        authority=sentence(authority, AUTHORITY_MIN, "on whose authority: a court, a claim")[:200],
        placed_at=now, placed_by_id=by.officer_id, review_on=review_day(review_on, now),
    )  # fmt: skip
    audit.record("hold:placed", by=by, at=now, about=person_id, detail={"hold": made.pk})
    return int(made.pk)


@transaction.atomic
def review_hold(hold_id: int, review_on: date, *, by: Posted, now: datetime) -> None:
    """It was looked at and is still needed; until when it is looked at again."""
    held = _live(hold_id, by, now)
    Hold.objects.filter(pk=held.pk).update(
        review_on=review_day(review_on, now), reviewed_at=now, reviewed_by_id=by.officer_id
    )
    audit.record("hold:reviewed", by=by, at=now, about=held.person_id, detail={"hold": held.pk})


@transaction.atomic
def end_hold(hold_id: int, why: str, *, by: Posted, now: datetime) -> None:
    """What it kept goes when it is due. By somebody else than who placed it."""
    may.check(by, Permission.RETENTION_WRITE)
    may.check(by, Permission.RETENTION_READ)
    held = _live(hold_id, by, now)
    if by.officer_id is not None and held.placed_by_id == by.officer_id:
        raise Refused("You placed it; somebody else who decides on retention ends it.")
    said = sentence(why, SENTENCE_MIN, "why it is not needed any more, in a sentence")
    done = Hold.objects.filter(pk=held.pk, ended_at=None).update(
        ended_at=now, ended_by_id=by.officer_id, ended_why=said
    )
    if not done:
        raise Conflict("It has ended already.")
    audit.record("hold:ended", by=by, at=now, about=held.person_id, detail={"hold": held.pk})


def _live(hold_id: int, by: Posted, now: datetime) -> Hold:
    may.check(by, Permission.HOLD_WRITE)
    held = Hold.objects.select_for_update().filter(pk=min(hold_id, NUMBER_MAX)).first()
    if held is None:
        raise NoSuchThing(NO_SUCH_HOLD)
    if held.person_id is not None:
        case = case_of(held.person_id, now=now)
        may.check(by, Permission.HOLD_WRITE, case, absent=NO_SUCH_HOLD)
    if held.ended_at is not None:
        raise Conflict("It has ended already.")
    return held


def _owner_of(record: str) -> int | None:
    """Whose record it is; None: nobody's. NoSuchThing where there is none."""
    label, _, number = record.rpartition(":")
    try:
        model = apps.get_model(label)
    except (LookupError, ValueError):
        raise NoSuchThing(NO_SUCH_RECORD) from None
    found = model._base_manager.filter(pk=int(number) if number.isdecimal() else 0).first()
    if found is None or len(number) > 18:
        raise NoSuchThing(NO_SUCH_RECORD)
    path = declared(model).belongs
    if not path:
        return None
    wanted = "pk" if path == "self" else f"{path}__pk"
    owner = model._base_manager.filter(pk=found.pk).values_list(wanted, flat=True).first()
    return int(owner) if owner is not None else None


def review_day(review_on: date, now: datetime) -> date:
    days = (review_on - local_day(now)).days
    if not 0 < days <= REVIEW_WITHIN_DAYS:
        raise Refused("Choose a day within the next year on which it is looked at again.")
    return review_on


def sentence(text: str, least: int, what: str) -> str:
    said = text.replace("\x00", "\ufffd").strip()
    if len(said) < least:
        raise Refused(f"Say {what}.")
    return said[:2_000]
