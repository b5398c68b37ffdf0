"""Whose request an officer may see: who handles subject access, and may know of the person.

A person under limited access is known to named staff alone: to any other officer their request
reads as if there were none.
"""

from __future__ import annotations

from datetime import datetime

from waypost.access import may
from waypost.access.queries import officers_in_role
from waypost.access.values import Permission, Posted, Role
from waypost.errors import NoSuchThing
from waypost.keeping.models import SubjectRequest
from waypost.orders.queries import NUMBER_MAX, case_of

NO_SUCH_REQUEST = "There is no such request."


def find(request_id: int, *, by: Posted, now: datetime, lock: bool = False) -> SubjectRequest:
    """The request, for whoever handles it. NoSuchThing for everybody else's."""
    rows = SubjectRequest.objects.select_for_update() if lock else SubjectRequest.objects
    may.check(by, Permission.SUBJECT_ACCESS_HANDLE)
    found = rows.filter(pk=min(request_id, NUMBER_MAX)).first()
    if found is None:
        raise NoSuchThing(NO_SUCH_REQUEST)
    case = case_of(found.person_id, now=now)
    may.check(by, Permission.SUBJECT_ACCESS_HANDLE, case, absent=NO_SUCH_REQUEST)
    return found


def find_own(request_id: int, *, by: Posted, now: datetime, lock: bool = False) -> SubjectRequest:
    """The wearer's own request."""
    rows = SubjectRequest.objects.select_for_update() if lock else SubjectRequest.objects
    found = rows.filter(pk=min(request_id, NUMBER_MAX)).first()
    if found is None or by.own_person_id is None or found.person_id != by.own_person_id:
        raise NoSuchThing(NO_SUCH_REQUEST)
    may.check(by, Permission.OWN_DATA_READ, case_of(found.person_id, now=now))
    return found


def officers_for(person_id: int, *, now: datetime) -> list[int]:
    """Who is told of the person's request: data protection officers who may know of them."""
    case = case_of(person_id, now=now)
    found = officers_in_role(Role.DATA_PROTECTION_OFFICER, now=now)
    return [one for one in found if not case.limited or one in case.named_officer_ids]


def check_may_open(number: int, *, by: Posted, now: datetime) -> None:
    """Who may open a bundle that documents keep: who handles it. The wearer fetches it on their own
    page, once it is released."""
    find(number, by=by, now=now)
