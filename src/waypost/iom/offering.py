"""The offer at each stage and who owes it: owed, made, accepted, declined, or not made and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from waypost.access import audit, may
from waypost.access.models import Officer
from waypost.access.values import Permission, Posted, Purpose
from waypost.errors import Conflict, Refused
from waypost.iom.deciding import decide_offer, said
from waypost.iom.models import Offer, OfferMove
from waypost.iom.scope import check_member, checked, find_offer
from waypost.iom.values import NAME_MAX, OfferAct, OfferStatus, Stage

FAR = timedelta(days=366)
MOVED = "Somebody wrote of this offer meanwhile; reload and look again."


@dataclass(frozen=True, slots=True)
class Owed:
    """What a form says of an offer that is owed."""

    stage: Stage
    what: str
    agency: str
    owner: str
    reached_at: datetime
    due_at: datetime


@transaction.atomic
def owe_offer(
    person_id: int, owed: Owed, *, owner_name: str = "", by: Posted, now: datetime
) -> int:
    """Write down that the person came to a stage, what is to be offered, by whom and when.

    owner_name   sign-in name of the owner, where they have one: it is then on their list
    """
    checked(person_id, Permission.IOM_OFFER, by, now)
    if may.decide(by, Permission.IOM_WRITE).allowed:  # a unit writes of its own members alone
        check_member(person_id, by)
    return enter_offer(person_id, owed, owner_id=owner_of(owner_name), by=by, now=now)


def enter_offer(
    person_id: int, owed: Owed, *, owner_id: int | None, by: Posted, now: datetime
) -> int:
    """The row and its line, in the caller's transaction; the caller asked "may I?". The same stage
    reached at the same time is one offer."""
    what = said(owed.what, "Say what is to be offered.")
    agency = said(owed.agency, "Say which agency owes it.", least=2, limit=NAME_MAX)
    owner = said(owed.owner, "Say who is to make it.", least=2, limit=NAME_MAX)
    if owed.reached_at > now + timedelta(minutes=1):
        raise Refused("Say when the stage was reached; that time has not come yet.")
    if not owed.reached_at <= owed.due_at <= owed.reached_at + FAR:
        raise Refused("Say by when it is to be made: after the stage was reached, within a year.")
    made, is_new = Offer.objects.get_or_create(
        person_id=person_id, stage=owed.stage, reached_at=owed.reached_at,
        defaults={"what": what, "agency": agency, "owner": owner, "owner_id": owner_id,
                  "due_at": owed.due_at, "status": OfferStatus.OWED, "entered_at": now,
                  "entered_by_id": by.officer_id},
    )  # fmt: skip
    if is_new:
        audit.record(
            "offer:owed", by=by, at=now, about=person_id, purpose=Purpose.SUPERVISION,
            detail={"offer": made.pk, "stage": owed.stage.value},
        )  # fmt: skip
    return made.pk


@transaction.atomic
def move_offer(
    offer_id: int, act: OfferAct, words: str, *, expected_version: int, by: Posted, now: datetime
) -> None:
    """Made, accepted, declined, not made and why, or owed again."""
    found = find_offer(offer_id, Permission.IOM_OFFER, by, now)
    before = OfferStatus(found.status)
    to, saying = decide_offer(before, act, words)
    changed = {"made_at": now} if act is OfferAct.MAKE else {}
    same = Offer.objects.filter(pk=found.pk, version=expected_version, status=before)
    if not same.update(status=to, version=expected_version + 1, **changed):
        raise Conflict(MOVED)
    OfferMove.objects.create(
        offer=found, at=now, act=act, from_status=before, to_status=to, words=saying,
        officer_id=by.officer_id,
    )  # fmt: skip
    audit.record(
        "offer:moved", by=by, at=now, about=found.person_id, purpose=Purpose.SUPERVISION,
        detail={"offer": found.pk, "act": act.value, "to": to.value},
    )  # fmt: skip


def owner_of(username: str) -> int | None:
    """The number of whoever signs in by this name; None where no name is given. Refused for a name
    that nobody has."""
    name = username.strip()
    if not name:
        return None
    found = Officer.objects.filter(username=name, person_id=None, is_active=True).first()
    if found is None:
        raise Refused("Nobody signs in here by that name: leave it empty, or mend it.")
    return found.pk
