"""The records that acts and queries begin with; of a person who is not the officer's, as if there
were none. Somebody who is protected wears no tag and is never listed."""

from __future__ import annotations

from datetime import datetime

from waypost.access import may
from waypost.access.values import Permission, Posted
from waypost.documents.queries import NO_SUCH_DOCUMENT
from waypost.errors import NoSuchThing
from waypost.orders.models import Person
from waypost.orders.queries import NUMBER_MAX, case_of
from waypost.young_court.models import Listing, Sitting
from waypost.young_court.values import NO_SUCH_LISTING, NO_SUCH_SITTING


def find_sitting(sitting_id: int) -> Sitting:
    found = Sitting.objects.filter(pk=min(sitting_id, NUMBER_MAX)).first()
    if found is None:
        raise NoSuchThing(NO_SUCH_SITTING)
    return found


def find_person(person_id: int, permission: Permission, by: Posted, now: datetime) -> Person:
    may.check(by, permission, case_of(person_id, now=now))
    found = Person.objects.get(pk=person_id)
    if found.protected:
        raise NoSuchThing(may.NO_SUCH_PERSON)
    return found


def find_listing(listing_id: int, permission: Permission, by: Posted, now: datetime) -> Listing:
    rows = Listing.objects.select_related("sitting", "person")
    found = rows.filter(pk=min(listing_id, NUMBER_MAX)).first()
    if found is None:
        raise NoSuchThing(NO_SUCH_LISTING)
    may.check(by, permission, case_of(found.person_id, now=now), absent=NO_SUCH_LISTING)
    return found


def check_may_open(number: int, *, by: Posted, now: datetime) -> None:
    """A progress report is opened by who may read the person's reviews (documents.needs)."""
    found = Listing.objects.filter(pk=min(number, NUMBER_MAX)).first()
    if found is None:
        raise NoSuchThing(NO_SUCH_DOCUMENT)
    case = case_of(found.person_id, now=now)
    may.check(by, Permission.COURT_REVIEW_READ, case, absent=NO_SUCH_DOCUMENT)
