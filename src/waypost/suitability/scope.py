"""What each act of this room begins with: the assessment, asked for by who may know of it; words.

Whoever may not know of the person is told that there is no such assessment.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import F

from waypost.access import may
from waypost.access.values import Case, Permission, Posted
from waypost.errors import Conflict, NoSuchThing, Refused
from waypost.orders.queries import NUMBER_MAX, case_of
from waypost.suitability.lifecycle import STATUS_WORDS
from waypost.suitability.models import Assessment, Home, Proposal
from waypost.suitability.values import (
    NAME_MAX,
    NO_SUCH_ASSESSMENT,
    WORDS_MAX,
    WORDS_MIN,
    WRITABLE,
    Status,
)

MOVED_FIRST = "Somebody changed this meanwhile; look again before you go on."
MINUTE_OF_FORMS = 60  # seconds: a form knows no smaller time, and now is in the running minute


def find(assessment_id: int, permission: Permission, *, by: Posted, now: datetime) -> Assessment:
    """The record, if the officer may. Locked where the database can, for writing."""
    rows = Assessment.objects.select_related("person")
    if permission is Permission.SUITABILITY_WRITE:
        rows = rows.select_for_update(of=("self",))
    found = rows.filter(pk=min(assessment_id, NUMBER_MAX)).first()
    if found is None:
        may.check(by, permission)
        raise NoSuchThing(NO_SUCH_ASSESSMENT)
    may.check(by, permission, case_of(found.person_id, now=now), absent=NO_SUCH_ASSESSMENT)
    return found


def to_write(assessment_id: int, *, by: Posted, now: datetime) -> Assessment:
    """As `find`, of one to which facts may be added still."""
    found = find(assessment_id, Permission.SUITABILITY_WRITE, by=by, now=now)
    if Status(found.status) not in WRITABLE:
        raise Refused(
            f"This assessment is {STATUS_WORDS[Status(found.status)]}: nothing is added to it any "
            "more. Take the proposal back, or open it again, first."
        )
    return found


def case(found: Assessment, *, now: datetime) -> Case:
    return case_of(found.person_id, now=now)


def home_of(found: Assessment) -> Home | None:
    """The address that counts now: the newest."""
    return found.homes.order_by("-pk").first()


def check_version(found: Assessment, expected: int | None) -> None:
    if expected is not None and expected != found.version:
        raise Conflict(MOVED_FIRST)


def save(found: Any, changed: dict[str, Any]) -> None:
    """Compare and set by the version that was read. Conflict where somebody moved first."""
    rows = type(found).objects.filter(pk=found.pk, version=found.version)
    if not rows.update(**changed, version=F("version") + 1):
        raise Conflict(MOVED_FIRST)
    for name, value in {**changed, "version": found.version + 1}.items():
        setattr(found, name, value)


def said(text: str, asks: str, *, limit: int = WORDS_MAX, least: int = WORDS_MIN) -> str:
    """The words, whole. Refused with what is asked where they are too few or too many."""
    words = text.strip()
    if len(words) < least:
        raise Refused(asks)
    if len(words) > limit:
        raise Refused(f"{asks} At most {limit} characters.")
    return words


def named(text: str, asks: str, *, limit: int = NAME_MAX) -> str:
    return said(" ".join(text.split()), asks, limit=limit, least=2)


def check_past(at: datetime, what: str, *, now: datetime) -> None:
    if (at - now).total_seconds() >= MINUTE_OF_FORMS:
        raise Refused(f"Say when {what}; that time has not come yet.")


def check_may_open(number: int, *, by: Posted, now: datetime) -> None:
    """Papers of an assessment are opened by who may read it (documents.needs)."""
    paper = Proposal.objects.filter(pk=min(number, NUMBER_MAX)).first()
    if paper is None:
        may.check(by, Permission.SUITABILITY_READ)
        raise NoSuchThing(NO_SUCH_ASSESSMENT)
    find(paper.assessment_id, Permission.SUITABILITY_READ, by=by, now=now)
