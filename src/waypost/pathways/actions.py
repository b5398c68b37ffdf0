"""What may be done in pathways: enter a service, refer somebody, move a referral, keep sessions."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction

from waypost.access import audit, may
from waypost.access.values import Permission, Posted, Purpose
from waypost.errors import Conflict, Refused
from waypost.orders.queries import case_of
from waypost.pathways.deciding import check_place, decide, said
from waypost.pathways.models import Referral, ReferralMove, Service, Session
from waypost.pathways.scope import find_referral, find_service
from waypost.pathways.values import (
    ANSWER_WITHIN,
    NAME_MAX,
    OPEN,
    Act,
    Came,
    Kind,
    Outcome,
    Places,
    Status,
)

PLACES_MAX = 10_000
MINUTE = timedelta(minutes=1)
MOVED = "Somebody wrote of this meanwhile; reload and look again."


@dataclass(frozen=True, slots=True)
class Offered:
    """What a form says of a service. areas: boroughs; none: everywhere."""

    name: str
    provider: str
    kind: Kind
    places: int
    for_whom: str = ""
    areas: Collection[str] = ()
    contact: str = ""


@transaction.atomic
def enter_service(offered: Offered, *, by: Posted, now: datetime) -> int:
    """A service of the catalogue; the same name of the same provider is one."""
    may.check(by, Permission.SERVICE_WRITE)
    values = _values(offered)
    if Service.objects.filter(name=values["name"], provider=values["provider"]).exists():
        raise Conflict("This provider's service of that name is in the catalogue already.")
    made = Service.objects.create(**values, entered_at=now, entered_by_id=by.officer_id)
    audit.record("service:entered", by=by, at=now, detail={"service": made.pk})
    return made.pk


@transaction.atomic
def change_service(
    service_id: int, offered: Offered, *, ended: bool = False, expected_version: int, by: Posted,
    now: datetime,
) -> None:  # fmt: skip
    """What is said of it from now on; or that it has ended, and takes nobody any more."""
    may.check(by, Permission.SERVICE_WRITE)
    found = find_service(service_id)
    same = Service.objects.filter(pk=found.pk, version=expected_version)
    ended_at = (found.ended_at or now) if ended else None
    if not same.update(**_values(offered), version=expected_version + 1, ended_at=ended_at):
        raise Conflict(MOVED)
    audit.record("service:changed", by=by, at=now, detail={"service": found.pk, "ended": ended})


@transaction.atomic
def refer(person_id: int, service_id: int, why: str, *, by: Posted, now: datetime) -> int:
    """Refer somebody; the provider answers within ANSWER_WITHIN. Gives its number."""
    may.check(by, Permission.PATHWAY_WRITE, case_of(person_id, now=now))
    service = find_service(service_id)
    if service.ended_at is not None:
        raise Refused("This service has ended and takes nobody any more.")
    words = said(why, "Say why this service, for this person.")
    try:
        with transaction.atomic():
            made = Referral.objects.create(
                person_id=person_id, service=service, why=words, status=Status.REFERRED,
                referred_at=now, referred_by_id=by.officer_id, answer_by=now + ANSWER_WITHIN,
            )  # fmt: skip
    except IntegrityError:
        raise Conflict("They are referred to this service already.") from None
    ReferralMove.objects.create(
        referral=made, at=now, act="refer", to_status=Status.REFERRED, officer_id=by.officer_id
    )
    audit.record(
        "referral:made", by=by, at=now, about=person_id, purpose=Purpose.SUPERVISION,
        detail={"referral": made.pk, "service": service.pk},
    )  # fmt: skip
    return made.pk


@transaction.atomic
def move_referral(
    referral_id: int, act: Act, words: str, *, outcome: Outcome | None = None, over_why: str = "",
    expected_version: int, by: Posted, now: datetime,
) -> None:  # fmt: skip
    """Accepted, declined, started, ended, withdrawn.

    outcome    asked for where it ends
    over_why   asked for where it starts and no place is free
    """
    found = find_referral(referral_id, Permission.PATHWAY_WRITE, by, now)
    before = Status(found.status)
    to, saying = decide(before, act, words)
    changed = _changes(found, to, outcome, over_why, now)
    same = Referral.objects.filter(pk=found.pk, version=expected_version, status=before)
    if not same.update(status=to, version=expected_version + 1, **changed):
        raise Conflict(MOVED)
    ReferralMove.objects.create(
        referral=found, at=now, act=act, from_status=before, to_status=to, words=saying,
        officer_id=by.officer_id,
    )  # fmt: skip
    audit.record(
        "referral:moved", by=by, at=now, about=found.person_id, purpose=Purpose.SUPERVISION,
        detail={"referral": found.pk, "act": act.value, "over": bool(changed.get("over_why"))},
    )  # fmt: skip


@transaction.atomic
def keep_session(referral_id: int, at: datetime, came: Came, *, by: Posted, now: datetime) -> None:
    """Whether they came to a session of that time. Said again, the later word holds."""
    found = find_referral(referral_id, Permission.PATHWAY_WRITE, by, now)
    if found.status != Status.STARTED:
        raise Refused("Sessions are written down while the service goes on.")
    assert found.started_at is not None, "what has started says when"
    if not found.started_at - timedelta(days=1) <= at < now + MINUTE:
        raise Refused("Say when the session was: since it started, and not later than now.")
    Session.objects.update_or_create(
        referral=found, at=at,
        defaults={"came": came, "recorded_at": now, "recorded_by_id": by.officer_id},
    )  # fmt: skip
    audit.record(
        "session:kept", by=by, at=now, about=found.person_id, purpose=Purpose.SUPERVISION,
        detail={"referral": found.pk, "came": came.value},
    )  # fmt: skip


def _changes(
    found: Referral, to: Status, outcome: Outcome | None, over_why: str, now: datetime
) -> dict[str, Any]:
    if to is Status.ACCEPTED:
        return {"accepted_at": now}
    if to is Status.STARTED:
        # One at a time: of two who start at once, the second sees the first's place taken.
        service = Service.objects.select_for_update().get(pk=found.service_id)
        taken = Referral.objects.filter(service=service, status=Status.STARTED).count()
        why = check_place(Places(service.places, taken), over_why)
        return {"started_at": now, "over_why": why}
    if to is Status.ENDED:
        if outcome is None:
            raise Refused("Choose how it ended.")
        return {"ended_at": now, "outcome": outcome}
    return {"ended_at": now} if to not in OPEN else {}


def _values(offered: Offered) -> dict[str, Any]:
    if not 1 <= offered.places <= PLACES_MAX:
        raise Refused(f"Say how many places there are: 1 to {PLACES_MAX}.")
    return {
        "name": said(offered.name, "Give the service a name.", least=2, limit=NAME_MAX),
        "provider": said(offered.provider, "Say who provides it.", least=2, limit=NAME_MAX),
        "kind": offered.kind,
        "places": offered.places,
        "for_whom": " ".join(offered.for_whom.split())[:300],
        "areas": sorted({one.strip() for one in offered.areas if one.strip()}),
        "contact": " ".join(offered.contact.split())[:200],
    }
