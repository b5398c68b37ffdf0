"""What an administrator keeps for this room: ranks, who is on call, known telephone numbers.

A rank counts once a second administrator has confirmed it; neither gives one to themself. None of
this names a person under an order.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from waypost.access import audit, may
from waypost.access.values import Permission, Posted, Role
from waypost.disclosure import scope
from waypost.disclosure.models import KnownNumber, OnCall, RankHeld
from waypost.disclosure.texts import line
from waypost.disclosure.values import Rank
from waypost.errors import Conflict, NoSuchThing, Refused
from waypost.orders.queries import NUMBER_MAX

ON_CALL_MAX = timedelta(days=7)
NUMBER_CHARACTERS = frozenset("0123456789 +()-")


@transaction.atomic
def record_rank(
    officer_id: int, rank: Rank, from_at: datetime, to_at: datetime | None, *, by: Posted,
    now: datetime,
) -> int:  # fmt: skip
    """A rank from-to, which a second administrator confirms before it counts."""
    may.check(by, Permission.OFFICER_WRITE)
    _check_authoriser(officer_id, by, now)
    if to_at is not None and to_at <= from_at:
        raise Refused("The rank ends before it begins.")
    made = RankHeld.objects.create(
        officer_id=officer_id, rank=rank, from_at=from_at, to_at=to_at, made_at=now,
        made_by_id=by.officer_id,
    )  # fmt: skip
    audit.record(
        "rank:recorded", by=by, at=now,
        detail={"held": made.pk, "officer": officer_id, "rank": rank.name.lower()},
    )  # fmt: skip
    return int(made.pk)


@transaction.atomic
def confirm_rank(held_id: int, *, by: Posted, now: datetime) -> None:
    """By another administrator than who recorded it, and than whose it is."""
    may.check(by, Permission.OFFICER_WRITE)
    held = RankHeld.objects.filter(pk=min(held_id, NUMBER_MAX)).first()
    if held is None:
        raise NoSuchThing("There is no such rank.")
    if by.officer_id in {held.made_by_id, held.officer_id}:
        raise Refused("A second administrator confirms it.")
    saved = RankHeld.objects.filter(pk=held.pk, confirmed_at=None).update(
        confirmed_at=now, confirmed_by_id=by.officer_id
    )
    if not saved:
        raise Conflict("It has been confirmed already; reload the page.")
    audit.record("rank:confirmed", by=by, at=now, detail={"held": held.pk})


@transaction.atomic
def end_rank(held_id: int, *, by: Posted, now: datetime) -> None:
    """From now on it does not count; it stays on record."""
    may.check(by, Permission.OFFICER_WRITE)
    open_still = RankHeld.objects.filter(Q(to_at=None) | Q(to_at__gt=now))
    held = open_still.filter(pk=min(held_id, NUMBER_MAX)).first()
    if held is None:
        raise Conflict("It has ended already; reload the page.")
    RankHeld.objects.filter(pk=held.pk).update(to_at=max(now, held.from_at))
    audit.record("rank:ended", by=by, at=now, detail={"held": held.pk})


@transaction.atomic
def put_on_call(
    officer_id: int, from_at: datetime, to_at: datetime, *, by: Posted, now: datetime
) -> int:
    may.check(by, Permission.OFFICER_WRITE)
    _check_authoriser(officer_id, by, now)
    if not from_at < to_at or to_at <= now:
        raise Refused("The time on call ends before it begins, or is over.")
    if to_at - from_at > ON_CALL_MAX:
        raise Refused(f"Enter at most {ON_CALL_MAX.days} days at a time.")
    made = OnCall.objects.create(
        officer_id=officer_id, from_at=from_at, to_at=to_at, made_by_id=by.officer_id
    )
    audit.record("on_call:entered", by=by, at=now, detail={"on_call": made.pk,
                                                           "officer": officer_id})  # fmt: skip
    return int(made.pk)


@transaction.atomic
def end_on_call(on_call_id: int, *, by: Posted, now: datetime) -> None:
    may.check(by, Permission.OFFICER_WRITE)
    found = OnCall.objects.filter(pk=min(on_call_id, NUMBER_MAX), to_at__gt=now).first()
    if found is None:
        raise Conflict("It is over already; reload the page.")
    OnCall.objects.filter(pk=found.pk).update(to_at=max(now, found.from_at))
    audit.record("on_call:ended", by=by, at=now, detail={"on_call": found.pk})


@transaction.atomic
def add_number(agency: str, number: str, source: str, *, by: Posted, now: datetime) -> int:
    """A number that was looked up, never one that a caller gave."""
    may.check(by, Permission.OFFICER_WRITE)
    said = {
        "agency": line(agency, "the agency"),
        "number": line(number, "the number"),
        "source": line(source, "where it was looked up"),
    }
    if not all(said.values()):
        raise Refused("Enter the agency, its number, and where the number was looked up.")
    digits = sum(one.isdigit() for one in said["number"])
    if not set(said["number"]) <= NUMBER_CHARACTERS or not 3 <= digits <= 15:
        raise Refused("Enter a telephone number: digits, spaces, + and brackets.")
    if KnownNumber.objects.filter(agency=said["agency"], number=said["number"],
                                  to_at=None).exists():  # fmt: skip
        raise Refused("This number stands in the directory already.")
    made = KnownNumber.objects.create(**said, from_at=now, made_by_id=by.officer_id)
    audit.record("known_number:added", by=by, at=now, detail={"number": made.pk})
    return int(made.pk)


@transaction.atomic
def end_number(number_id: int, *, by: Posted, now: datetime) -> None:
    may.check(by, Permission.OFFICER_WRITE)
    found = KnownNumber.objects.filter(pk=min(number_id, NUMBER_MAX), to_at=None)
    ended = found.update(to_at=now, ended_by_id=by.officer_id)
    if not ended:
        raise Conflict("It has ended already; reload the page.")
    audit.record("known_number:ended", by=by, at=now, detail={"number": number_id})


def _check_authoriser(officer_id: int, by: Posted, now: datetime) -> None:
    if officer_id == by.officer_id:
        raise Refused("Somebody else records this of you.")
    if officer_id not in scope.officers_in(Role.AUTHORISING_OFFICER, now=now):
        raise Refused("Choose an officer who is posted as authorising officer.")
