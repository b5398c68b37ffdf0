"""What reviewers tell Waypost so that it can see more: cases the public knows, officers' homes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from waypost.access import audit, may
from waypost.access.models import Officer
from waypost.access.values import Permission, Posted
from waypost.errors import Conflict, NoSuchThing, Refused
from waypost.geo import BRITISH
from waypost.orders.placing import find_place
from waypost.orders.queries import NUMBER_MAX, case_of, hidden_person_ids
from waypost.oversight.models import KnownCase, OfficerHome

SQUARE_M = 100  # an officer's home is kept no finer
WORDS_MAX = 300
NO_SUCH_CASE = "There is no such entry."


@dataclass(frozen=True, slots=True)
class KnownSeen:
    known_id: int
    person_id: int
    reference: str
    words: str
    from_at: datetime
    to_at: datetime | None


@transaction.atomic
def list_case(person_id: int, words: str, *, by: Posted, now: datetime) -> int:
    """Say that the public talks of the person: from now on each look at them is reviewed."""
    may.check(by, Permission.OVERSIGHT_READ, case_of(person_id, now=now))
    said = " ".join(words.split())[:WORDS_MAX]
    if not said:
        raise Refused("Say in a few words why the case is known.")
    if KnownCase.objects.filter(person_id=person_id, to_at=None).exists():
        raise Conflict("This case is on the list already.")
    made = KnownCase.objects.create(
        person_id=person_id, words=said, from_at=now, made_by_id=by.officer_id
    )
    audit.record("known_case:listed", by=by, at=now, about=person_id, detail={"known": made.pk})
    return made.pk


@transaction.atomic
def unlist_case(known_id: int, *, by: Posted, now: datetime) -> None:
    """Take a case from the list; what was found meanwhile stays."""
    found = KnownCase.objects.filter(pk=min(known_id, NUMBER_MAX)).first()
    if found is None:
        raise NoSuchThing(NO_SUCH_CASE)
    case = case_of(found.person_id, now=now)
    may.check(by, Permission.OVERSIGHT_READ, case, absent=NO_SUCH_CASE)
    if not KnownCase.objects.filter(pk=found.pk, to_at=None).update(to_at=now):
        raise Conflict("This case is off the list already.")
    detail = {"known": found.pk}
    audit.record("known_case:unlisted", by=by, at=now, about=found.person_id, detail=detail)


def known_cases(by: Posted, *, now: datetime) -> list[KnownSeen]:
    """Those on the list now."""
    may.check(by, Permission.OVERSIGHT_READ)
    hidden = hidden_person_ids(by, Permission.OVERSIGHT_READ, now=now)
    rows = KnownCase.objects.filter(to_at=None).exclude(person_id__in=hidden)
    return [
        KnownSeen(row.pk, row.person_id, row.person.reference, row.words, row.from_at, row.to_at)
        for row in rows.select_related("person").order_by("from_at")
    ]


@transaction.atomic
def set_home(officer_id: int, place: str, *, by: Posted, now: datetime) -> None:
    """Enter where an officer lives, by postcode or grid reference; "" forgets it.

    It is kept to a square of 100 m, shown to nobody, and read for one question alone: whether a
    look was at the officer's own street.
    """
    may.check(by, Permission.OVERSIGHT_READ)
    officer = Officer.objects.filter(pk=officer_id, person_id=None).first()
    if officer is None:
        raise NoSuchThing("There is no such officer.")
    if not place.strip():
        OfficerHome.objects.filter(officer=officer).delete()
    else:
        spot = find_place(place)
        if spot is None:
            raise Refused("Enter a postcode or a National Grid reference, such as TQ 345 845.")
        x, y = BRITISH.project([spot.lat], [spot.lon])
        OfficerHome.objects.update_or_create(
            officer=officer,
            defaults={
                "easting_m": round(float(x[0]) / SQUARE_M) * SQUARE_M,
                "northing_m": round(float(y[0]) / SQUARE_M) * SQUARE_M,
                "known_at": now, "made_by_id": by.officer_id,
            },
        )  # fmt: skip
    detail = {"officer_id": officer.pk, "known": bool(place.strip())}
    audit.record("officer:home_entered", by=by, at=now, detail=detail)


def homes_known() -> frozenset[int]:
    """Of whom it is entered where they live, never where."""
    return frozenset(OfficerHome.objects.values_list("officer_id", flat=True))
