"""Who may see and do what with a match under review.

Analysts and the second person see every review but of persons whom they may not know of. A unit
sees what was referred to it, and nothing before. Who is meant is shown while an opening lasts.
"""

from __future__ import annotations

from datetime import datetime

from waypost.access import may
from waypost.access.models import Organisation, Team
from waypost.access.values import Permission, Posted
from waypost.errors import NoSuchThing, Refused
from waypost.orders.queries import NUMBER_MAX, case_of, doubtful_cases
from waypost.policing.values import POLICE_FORCE
from waypost.review.models import Opening, Review
from waypost.review.values import DOERS, IOM_UNIT, NO_SUCH_REVIEW, Act, Doer

NEEDED: dict[Doer, Permission] = {
    Doer.ANALYST: Permission.MATCH_REVIEW,
    Doer.SECOND: Permission.MATCH_APPROVE,
    Doer.UNIT: Permission.REVIEW_READ,
}
NOT_OPEN = "Open this match first, and say why you need to see who it is about."
SAME_PERSON = (
    "You qualified this match yourself. Somebody else has to look at it and agree, or send it back."
)


def units() -> list[Organisation]:
    """The IOM units to which a match can be referred."""
    return list(Organisation.objects.filter(kind=IOM_UNIT).order_by("name"))


def units_named() -> list[tuple[int, str]]:
    """Number and name of each, for a form."""
    return [(one.pk, one.name) for one in units()]


def recipients() -> list[tuple[int, str]]:
    """Forces and units that evidence may be sent to: number and name."""
    found = Organisation.objects.filter(kind__in=(POLICE_FORCE, IOM_UNIT)).order_by("name")
    return list(found.values_list("pk", "name"))


def unit_ids(by: Posted) -> frozenset[int]:
    """The units in whose teams the officer is posted."""
    teams = Team.objects.filter(pk__in=by.team_ids, organisation__kind=IOM_UNIT)
    return frozenset(teams.values_list("organisation_id", flat=True))


def hidden_from_unit(by: Posted, *, now: datetime) -> frozenset[int]:
    """Persons whom a unit's coordinator may not know of although they were referred to it: under
    limited access, or with a conflict of interest."""
    return frozenset(
        person_id
        for person_id, case in doubtful_cases(by, now=now).items()
        if (case.limited and by.officer_id not in case.named_officer_ids)
        or by.officer_id in case.conflicted_ids
    )


def doers(review: Review, by: Posted, *, now: datetime) -> frozenset[Doer]:
    """As whom the officer stands before this review. NoSuchThing where as nobody."""
    found = set()
    case = case_of(review.person_id, now=now)
    for doer in (Doer.ANALYST, Doer.SECOND):
        if may.decide(by, NEEDED[doer], case).allowed:
            found.add(doer)
    mine = review.unit_id is not None and review.unit_id in unit_ids(by)
    known = mine and review.person_id not in hidden_from_unit(by, now=now)
    if known and may.decide(by, NEEDED[Doer.UNIT]).allowed:
        found.add(Doer.UNIT)
    if not found:
        may.check(by, Permission.REVIEW_READ)
        if may.decide(by, Permission.MATCH_READ).allowed:  # it says why: a conflict of interest
            may.check(by, Permission.MATCH_READ, case, absent=NO_SUCH_REVIEW)
        raise NoSuchThing(NO_SUCH_REVIEW)
    return frozenset(found)


def check_may(review: Review, act: Act, by: Posted, *, now: datetime) -> None:
    """Refused or NoSuchThing unless the officer may do the act. Of two persons, the second is not
    the first."""
    mine = doers(review, by, now=now) & DOERS[act]
    if not mine:
        for doer in sorted(DOERS[act]):
            may.check(by, NEEDED[doer], absent=NO_SUCH_REVIEW)
        raise Refused("This is not for you to do: it was referred to another unit.")
    if Doer.SECOND in mine and review.qualified_by_id == by.officer_id:
        raise Refused(SAME_PERSON)


def find(review_id: int, *, lock: bool = False) -> Review:
    """The record. NoSuchThing when there is none; the caller asks who the asker is to it."""
    rows = Review.objects.select_related("person", "match", "match__run")
    if lock:
        rows = rows.select_for_update(of=("self",))
    found = rows.filter(pk=min(review_id, NUMBER_MAX)).first()
    if found is None:
        raise NoSuchThing(NO_SUCH_REVIEW)
    return found


def opening_of(review: Review, by: Posted, *, now: datetime) -> Opening | None:
    """The officer's opening that lasts now."""
    if by.officer_id is None:
        return None
    mine = Opening.objects.filter(review=review, officer_id=by.officer_id, until__gt=now)
    return mine.order_by("-until", "-pk").first()


def check_open(review: Review, by: Posted, *, now: datetime) -> Opening:
    found = opening_of(review, by, now=now)
    if found is None:
        raise Refused(NOT_OPEN)
    return found


def check_open_to(review: Review, permission: Permission, by: Posted, *, now: datetime) -> None:
    """Refused or NoSuchThing unless the officer may do such things with it and has it open."""
    doers(review, by, now=now)
    may.check(by, permission)
    check_open(review, by, now=now)


def check_may_open(number: int, *, by: Posted, now: datetime) -> None:
    """Papers about a review are opened by who may see it, while it is open to them
    (documents.needs)."""
    review = find(number)
    doers(review, by, now=now)
    check_open(review, by, now=now)
