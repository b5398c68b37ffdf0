"""Those who live at the address: each is asked alone, and may withdraw in confidence.

    add_householder   somebody who lives there
    record_answer     what they said: alone, when, to whom, how
    withdraw          a way of their own: no status of the assessment moves, no notice is written,
                      and the line of it stands among those that the wearer is not told of

Every line of theirs is of one kind, `householder:written`, which no wearer is told of
(access/queries.py), so that not even its being there says what it was.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from waypost.access import audit
from waypost.access.values import Permission, Posted, Purpose
from waypost.errors import NoSuchThing, Refused
from waypost.orders.queries import NUMBER_MAX
from waypost.suitability import scope
from waypost.suitability.models import Assessment, Householder, HouseholderAnswer
from waypost.suitability.scope import check_past, named, said, to_write
from waypost.suitability.values import Consent, How

NO_SUCH_HOUSEHOLDER = "There is no such householder."


@dataclass(frozen=True, slots=True)
class Said:
    """What a form gives. alone: the officer says that nobody else heard it."""

    consent: Consent
    how: How
    asked_at: datetime
    asked_by: str
    words: str
    alone: bool


@transaction.atomic
def add_householder(
    assessment_id: int, name: str, relation: str, *, by: Posted, now: datetime
) -> None:
    found = to_write(assessment_id, by=by, now=now)
    home = scope.home_of(found)
    if home is None:
        raise Refused("Give the address first.")
    called = named(name, "Give the name of who lives there.", limit=200)
    if any(one.name == called for one in home.householders.all()):
        raise Refused("They stand here already.")
    Householder.objects.create(
        home=home, name=called, relation=" ".join(relation.split())[:80], at=now,
        officer_id=by.officer_id,
    )  # fmt: skip
    _line(found, by, now)


@transaction.atomic
def record_answer(
    assessment_id: int, householder_id: int, given: Said, *, by: Posted, now: datetime
) -> None:
    """What somebody who lives there said, asked alone; a withdrawal too, at any time until the
    order ends. Refused where they were not alone, or the time is to come."""
    withdraws = given.consent is Consent.WITHDRAWN
    if withdraws:  # whatever the assessment has come to
        found = scope.find(assessment_id, Permission.SUITABILITY_WRITE, by=by, now=now)
    else:
        found = to_write(assessment_id, by=by, now=now)
    one = _householder(found, householder_id)
    if given.consent is Consent.NOT_ASKED:
        raise Refused("Choose what they said.")
    if not given.alone:
        raise Refused(
            "They are asked alone: where somebody could hear them, ask again another time."
        )
    check_past(given.asked_at, "they were asked", now=now)
    if withdraws and not one.answers.filter(consent=Consent.YES.value).exists():
        raise Refused("They had not agreed: write down that they do not agree.")
    HouseholderAnswer.objects.create(
        householder=one, consent=given.consent.value, how=given.how.value, asked_at=given.asked_at,
        asked_by=named(given.asked_by, "Say who asked them."), at=now, officer_id=by.officer_id,
        words=said(given.words, "Say less.", least=0),
    )  # fmt: skip
    _line(found, by, now)


def _householder(found: Assessment, householder_id: int) -> Householder:
    one = Householder.objects.filter(
        pk=min(householder_id, NUMBER_MAX), home__assessment=found
    ).first()
    if one is None:
        raise NoSuchThing(NO_SUCH_HOUSEHOLDER)
    return one


def _line(found: Assessment, by: Posted, now: datetime) -> None:
    audit.record("householder:written", by=by, at=now, about=found.person_id,
                 purpose=Purpose.SAFEGUARDING,
                 detail={"assessment": found.pk, "part": "home"})  # fmt: skip
