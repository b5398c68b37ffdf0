"""Selection into a cohort, moves between cohorts, de-selection: each with criteria and reasons, by
a meeting or a named person. Each is a row of its own; `Member` repeats the last."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from waypost.access import audit
from waypost.access.values import Permission, Posted, Purpose
from waypost.errors import Conflict, Refused
from waypost.iom.deciding import decide_standing, said
from waypost.iom.models import AgendaItem, CohortDecision, Conference, Member
from waypost.iom.offering import Owed, enter_offer
from waypost.iom.scope import OTHER_UNIT, checked, find_conference, member_of, unit_of
from waypost.iom.values import (
    NAME_MAX,
    OFFER_WITHIN,
    Criterion,
    DecidedBy,
    Stage,
    Standing,
)
from waypost.review.scope import unit_ids

MINUTE_OF_FORMS = timedelta(minutes=1)  # a form knows no smaller time
SELECTION_OFFER = "The partnership’s offer: what help there is, what is asked, what is watched."
LEAVING_OFFER = "What help goes on after the cohort, and whom to ask."
MOVED_MEANWHILE = "Somebody decided of this person meanwhile; reload and look again."


@dataclass(frozen=True, slots=True)
class Decided:
    """What a form says of a decision. conference_id: of the meeting, where it is kept here."""

    to: Standing
    criteria: Collection[Criterion]
    reasons: str
    how: DecidedBy
    decided_by: str
    at: datetime
    conference_id: int | None = None


@transaction.atomic
def decide_cohort(
    person_id: int, decided: Decided, *, expected_version: int, by: Posted, now: datetime
) -> int:
    """Write a decision down; gives its number. The offer of the stage is owed from then on.

    expected_version   0 for somebody of whom nothing was ever decided
    raises   Refused for want of criteria or reasons; Conflict where somebody decided meanwhile
    """
    checked(person_id, Permission.IOM_WRITE, by, now)
    unit, member = unit_of(by), member_of(person_id, lock=True)
    if (member.version if member else 0) != expected_version:
        raise Conflict(MOVED_MEANWHILE)
    before = Standing(member.standing) if member else Standing.OUT
    if member is not None and before is not Standing.OUT and member.unit_id not in unit_ids(by):
        raise Refused(OTHER_UNIT)
    to = decide_standing(before, decided.to, decided.criteria)
    reasons = said(decided.reasons, "Say why, in your own words: others will go by it.")
    who = said(decided.decided_by, "Say which meeting, or who, decided it.", least=2,
               limit=NAME_MAX)  # fmt: skip
    if decided.at - now >= MINUTE_OF_FORMS:
        raise Refused("Say when it was decided; that time has not come yet.")
    conference = _conference(decided, person_id, by)
    made = CohortDecision.objects.create(
        person_id=person_id, unit=unit, from_standing=before, to_standing=to,
        criteria=[one.value for one in Criterion if one in decided.criteria], reasons=reasons,
        by_meeting=decided.how is DecidedBy.MEETING, conference=conference, decided_by=who,
        decided_at=decided.at, recorded_at=now, recorded_by_id=by.officer_id,
    )  # fmt: skip
    _stands(member, person_id, unit.pk, to, decided.at)
    _owe(person_id, before, to, decided.at, by, now)
    audit.record(
        "cohort:decided", by=by, at=now, about=person_id, purpose=Purpose.SUPERVISION,
        detail={"decision": made.pk, "from": before.value, "to": to.value,
                "criteria": made.criteria},
    )  # fmt: skip
    return made.pk


def _conference(decided: Decided, person_id: int, by: Posted) -> Conference | None:
    if decided.how is not DecidedBy.MEETING or decided.conference_id is None:
        return None
    found = find_conference(decided.conference_id, by, write=True)
    if not AgendaItem.objects.filter(conference=found, person_id=person_id).exists():
        raise Refused("This person was not on the agenda of that conference.")
    return found


def _stands(
    member: Member | None, person_id: int, unit_id: int, to: Standing, since: datetime
) -> None:
    if member is None:
        try:
            with transaction.atomic():
                Member.objects.create(
                    person_id=person_id, unit_id=unit_id, standing=to, since=since
                )
        except IntegrityError:
            raise Conflict(MOVED_MEANWHILE) from None
        return
    same = Member.objects.filter(pk=member.pk, version=member.version)
    if not same.update(standing=to, since=since, unit_id=unit_id, version=member.version + 1):
        raise Conflict(MOVED_MEANWHILE)


def _owe(
    person_id: int, before: Standing, to: Standing, at: datetime, by: Posted, now: datetime
) -> None:
    """Whoever is selected is to be offered something, and whoever leaves, too; by the unit until
    somebody is named."""
    if Standing.OUT not in {before, to}:
        return
    leaves = to is Standing.OUT
    stage = Stage.DESELECTION if leaves else Stage.SELECTION
    what = LEAVING_OFFER if leaves else SELECTION_OFFER
    owed = Owed(stage, what, str(unit_of(by)), by.name, at, at + OFFER_WITHIN[stage])
    enter_offer(person_id, owed, owner_id=by.officer_id, by=by, now=now)
