"""What every act and read of two records begins with: may the officer read both, each by itself?

Two records are shown together only to who may read each of them apart: a merge widens nobody's
reach. A conflict of interest is with a person, and so stands for every record of theirs.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime

from waypost.access import may
from waypost.access.values import Case, Permission, Posted
from waypost.errors import NoSuchThing, Refused
from waypost.identity.models import Merge
from waypost.identity.values import NO_SUCH_MERGE, STANDING
from waypost.orders.models import Person
from waypost.orders.queries import NUMBER_MAX, cases_of


def records_of_one_person() -> dict[int, frozenset[int]]:
    """Person -> every record of that person, itself among them; only those with more than one."""
    groups: dict[int, set[int]] = defaultdict(set)
    standing = Merge.objects.filter(status__in=STANDING)
    for kept_id, other_id in standing.values_list("kept_id", "other_id"):
        groups[kept_id] |= {kept_id, other_id}
    return {member: frozenset(group) for group in groups.values() for member in group}


def check_both(
    first_id: int, second_id: int, by: Posted, *, now: datetime, absent: str = may.NO_SUCH_PERSON
) -> tuple[Case, Case]:
    """The two cases. NoSuchThing where the officer may know of none; Refused elsewhere."""
    ids = [one for one in (first_id, second_id) if one <= NUMBER_MAX]
    cases = cases_of(ids, now=now)
    found = [cases.get(one) for one in (first_id, second_id)]
    for case in found:
        if case is None:
            raise NoSuchThing(absent)
        may.check(by, Permission.IDENTITY_MERGE, case, absent=absent)
        may.check(by, Permission.PERSON_READ, case, absent=absent)
    first, second = found
    assert first is not None
    assert second is not None
    return first, second


def check_may_be_one(first: Case, second: Case) -> None:
    """Refused for pairs that must never be read as one person.

    A protected person is no wearer, and whoever read the two together would learn who is kept safe
    from whom. Of two records one under limited access, the open one would tell of the other.
    """
    if first.person_id == second.person_id:
        raise Refused("Choose two different records.")
    ids = {first.person_id, second.person_id}
    if Person.objects.filter(pk__in=ids, protected=True).exists():
        raise Refused("A protected person’s record is never merged with a wearer’s.")
    if first.limited != second.limited:
        raise Refused(
            "One of the two is under limited access and the other is not: have both put under it "
            "first, with the same named staff, so that the open record tells nobody of the other."
        )


def merge_of(merge_id: int) -> Merge:
    """NoSuchThing where there is none; the caller asks "may I?" next."""
    found = Merge.objects.select_related("kept", "other").filter(pk=min(merge_id, NUMBER_MAX))
    row = found.first()
    if row is None:
        raise NoSuchThing(NO_SUCH_MERGE)
    return row
