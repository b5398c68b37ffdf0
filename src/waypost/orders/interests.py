"""Conflicts of interest: an officer and a person who know each other otherwise, from-to.

    declare_interest   by the officer themself, or for them by whoever keeps such declarations
    end_interest       by somebody else than the officer

While one stands the case is not the officer's on any path (`access/may.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from waypost.access import audit, may
from waypost.access.models import Officer
from waypost.access.values import Permission, Posted
from waypost.errors import Conflict, NoSuchThing, Refused
from waypost.orders.models import DeclaredInterest
from waypost.orders.queries import NUMBER_MAX, case_of, hidden_person_ids

WORDS_MAX = 300
NO_SUCH_DECLARATION = "There is no such declaration."


@dataclass(frozen=True, slots=True)
class InterestSeen:
    """A declaration as pages show it; `ended_at` None: it stands."""

    interest_id: int
    person_id: int
    reference: str
    officer: str
    words: str
    declared_at: datetime
    ended_at: datetime | None


@transaction.atomic
def declare_interest(
    person_id: int, words: str, *, officer_id: int | None = None, by: Posted, now: datetime
) -> int:
    """Say that the officer (None: whoever says it) and the person know each other otherwise.

    raises   Refused without words, for a wearer, or for another officer without leave; Conflict
             where one stands already
    """
    whose = by.officer_id if officer_id is None else officer_id
    if whose == by.officer_id and not may.decide(by, Permission.INTEREST_WRITE).allowed:
        may.check(by, Permission.PERSON_READ, case_of(person_id, now=now))
    else:
        may.check(by, Permission.INTEREST_WRITE, case_of(person_id, now=now))
    officer = Officer.objects.filter(pk=whose or 0, person_id=None, is_active=True).first()
    if officer is None:
        raise Refused("A conflict of interest is declared of an officer who signs in here.")
    said = " ".join(words.split())[:WORDS_MAX]
    if not said:
        raise Refused("Say in a few words how the two know each other.")
    if DeclaredInterest.objects.filter(
        person_id=person_id, officer=officer, ended_at=None
    ).exists():
        raise Conflict("This conflict of interest is declared already.")
    made = DeclaredInterest.objects.create(
        person_id=person_id, officer=officer, words=said, declared_at=now,
        declared_by_id=by.officer_id,
    )  # fmt: skip
    detail = {"interest": made.pk, "officer_id": officer.pk}
    audit.record("interest:declared", by=by, at=now, about=person_id, detail=detail)
    return made.pk


@transaction.atomic
def end_interest(interest_id: int, *, by: Posted, now: datetime) -> None:
    """Say that it no longer stands. Refused for the officer whom it is about."""
    found = DeclaredInterest.objects.filter(pk=min(interest_id, NUMBER_MAX)).first()
    if found is None:
        raise NoSuchThing(NO_SUCH_DECLARATION)
    case = case_of(found.person_id, now=now)
    may.check(by, Permission.INTEREST_WRITE, case, absent=NO_SUCH_DECLARATION)
    if found.officer_id == by.officer_id:
        raise Refused("Somebody else ends a declaration about you.")
    standing = DeclaredInterest.objects.filter(pk=found.pk, ended_at=None)
    if not standing.update(ended_at=now, ended_by_id=by.officer_id):
        raise Conflict("This declaration has ended already.")
    detail = {"interest": found.pk, "officer_id": found.officer_id}
    audit.record("interest:ended", by=by, at=now, about=found.person_id, detail=detail)


def interests(by: Posted, *, now: datetime) -> list[InterestSeen]:
    """All declarations for whoever keeps them, else one's own; standing ones first, then newest."""
    rows = DeclaredInterest.objects.select_related("person", "officer").order_by("-declared_at")
    if may.decide(by, Permission.INTEREST_WRITE).allowed:
        rows = rows.exclude(person_id__in=hidden_person_ids(by, Permission.INTEREST_WRITE, now=now))
    else:
        may.check(by, Permission.SIGNED_IN)
        rows = rows.filter(officer_id=by.officer_id or 0)
    seen = [
        InterestSeen(row.pk, row.person_id, row.person.reference, str(row.officer), row.words,
                     row.declared_at, row.ended_at)
        for row in rows
    ]  # fmt: skip
    return sorted(seen, key=lambda one: one.ended_at is not None)
