"""Shared intelligence on members of a cohort: graded by 3x5x2, with where it came from, whom it may
be shown to, and a day on which it is looked at again. Never shown to the person (keeping)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from waypost.access import audit
from waypost.access.models import Organisation
from waypost.access.values import Permission, Posted, Purpose
from waypost.errors import Conflict, Refused
from waypost.iom.deciding import check_no_place, said
from waypost.iom.models import Entry
from waypost.iom.scope import check_member, checked, find_entry
from waypost.iom.values import REVIEW_MAX, Assessment, Handling, Source

ENDED = "This entry is no longer relied on; reload and look again."


@dataclass(frozen=True, slots=True)
class Told:
    """What a form says of an entry.

    organisation_ids   to whom its conditions let it be shown, beside the unit
    known_at           of when it is
    """

    words: str
    provenance: str
    source: Source
    assessment: Assessment
    handling: Handling
    conditions: str
    organisation_ids: Collection[int]
    known_at: datetime
    review_at: datetime


@transaction.atomic
def enter_entry(person_id: int, told: Told, *, by: Posted, now: datetime) -> int:
    """Enter it, for the members of one's unit; gives its number."""
    checked(person_id, Permission.INTELLIGENCE_WRITE, by, now)
    member = check_member(person_id, by)
    conditions = " ".join(told.conditions.split())[:1000]
    if told.handling is Handling.CONDITIONS and len(conditions) < 5:
        raise Refused("Code C needs its conditions: who may have it, and what for.")
    bodies = _bodies(told)
    if told.known_at - now >= timedelta(minutes=1):
        raise Refused("Say of when it is; that time has not come yet.")
    _check_review(told.review_at, now)
    words = said(told.words, "Say what is known: what was seen or told, and nothing beyond it.")
    check_no_place(words)
    made = Entry.objects.create(
        person_id=person_id, unit_id=member.unit_id, words=words,
        provenance=said(told.provenance, "Say where it came from, and how.", least=5),
        source=told.source, assessment=told.assessment, handling=told.handling,
        conditions=conditions, organisation_ids=bodies, known_at=told.known_at,
        review_at=told.review_at, entered_at=now, entered_by_id=by.officer_id,
    )  # fmt: skip
    audit.record(
        "intelligence:entered", by=by, at=now, about=person_id, purpose=Purpose.SUPERVISION,
        detail={"entry": made.pk, "grading": _grading(made), "organisations": bodies},
    )  # fmt: skip
    return made.pk


@transaction.atomic
def review_entry(
    entry_id: int, words: str, *, next_at: datetime | None, by: Posted, now: datetime
) -> None:
    """Look at it again: it stands until another day (next_at), or is no longer relied on (None)."""
    found = find_entry(entry_id, Permission.INTELLIGENCE_WRITE, by, now)
    saying = said(words, "Say what the review found.")
    standing = Entry.objects.filter(pk=found.pk, ended_at=None)
    if next_at is not None:
        _check_review(next_at, now)
        changed = standing.update(
            review_at=next_at, reviewed_at=now, reviewed_by_id=by.officer_id, review_words=saying
        )
    else:
        changed = standing.update(ended_at=now, ended_by_id=by.officer_id, ended_why=saying)
    if not changed:
        raise Conflict(ENDED)
    audit.record(
        "intelligence:reviewed", by=by, at=now, about=found.person_id,
        purpose=Purpose.SUPERVISION, detail={"entry": found.pk, "stands": next_at is not None},
    )  # fmt: skip


def _bodies(told: Told) -> list[int]:
    if told.handling is not Handling.CONDITIONS:
        return []
    wanted = sorted(set(told.organisation_ids))
    if Organisation.objects.filter(pk__in=wanted).count() != len(wanted):
        raise Refused("Choose organisations of the list.")
    return wanted


def _check_review(at: datetime, now: datetime) -> None:
    if not now < at <= now + REVIEW_MAX:
        raise Refused("Name the day on which it is looked at again: after today, within a year.")


def _grading(one: Entry) -> str:
    return f"{one.source}{one.assessment}{one.handling}"
