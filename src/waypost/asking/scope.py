"""Who asks to be away, and who answers.

A wearer asks for themself; an officer who may grant absences writes one down for a wearer without a
phone. Whoever is responsible answers; the monitoring centre does so in their place where the answer
is late, where nobody is responsible, or where it is urgent while the offices are closed.
"""

from __future__ import annotations

from datetime import datetime

from django.conf import settings

from waypost.access import may
from waypost.access.values import Case, Permission, Posted, Reach
from waypost.asking.clocks import may_stand_in
from waypost.asking.models import AbsenceRequest
from waypost.asking.values import NO_SUCH_REQUEST, Doer, Status
from waypost.errors import NoSuchThing, Refused
from waypost.orders.queries import NUMBER_MAX, case_of

NOT_YET = (
    "Whoever is responsible answers this. The monitoring centre does so once it is late, or when "
    "it is urgent and the offices are closed."
)


def find(request_id: int) -> AbsenceRequest:
    """The record. NoSuchThing when there is none; the caller asks who the asker is to it."""
    found = AbsenceRequest.objects.filter(pk=min(request_id, NUMBER_MAX)).first()
    if found is None:
        raise NoSuchThing(NO_SUCH_REQUEST)
    return found


def check_may_ask(person_id: int, by: Posted, *, now: datetime, absent: bool = False) -> bool:
    """Whether it is the wearer themself. Refused or NoSuchThing for who may not ask for them.

    absent   it is about a request: of one that they may not know of, it is said that there is none
    """
    words = NO_SUCH_REQUEST if absent else may.NO_SUCH_PERSON
    case = case_of(person_id, now=now)
    if by.own_person_id == person_id:
        may.check(by, Permission.OWN_ASK, case, absent=words)
        return True
    may.check(by, Permission.ABSENCE_AUTHORISE, case, absent=words)
    return False


def check_may_read(found: AbsenceRequest, by: Posted, *, now: datetime) -> None:
    check_may_ask(found.person_id, by, now=now, absent=True)


def check_may_answer(found: AbsenceRequest, by: Posted, *, now: datetime) -> Doer:
    """As whom they answer. Refused for the monitoring centre while it is not its turn."""
    case = case_of(found.person_id, now=now)
    may.check(by, Permission.ABSENCE_AUTHORISE, case, absent=NO_SUCH_REQUEST)
    doer = doer_of(found, case, by, now=now)
    if doer is None:
        raise Refused(NOT_YET)
    return doer


def doer_of(found: AbsenceRequest, case: Case, by: Posted, *, now: datetime) -> Doer | None:
    """None: it is the monitoring centre, and not its turn."""
    if by.is_machine or not watches_all(by) or by.officer_id in case.officer_ids:
        return Doer.OFFICER
    turn = may_stand_in(
        urgent=found.urgent, due_at=found.answer_by, now=now, zone=settings.WALL_ZONE,
        has_officer=bool(case.officer_ids or case.team_ids),
    )  # fmt: skip
    return Doer.DUTY if turn else None


def officers_for(person_id: int, *, now: datetime) -> frozenset[int]:
    """Who is told of a request: named staff alone of somebody under limited access."""
    case = case_of(person_id, now=now)
    return case.named_officer_ids if case.limited else case.officer_ids


def others_of(person_id: int) -> list[tuple[datetime, datetime, bool]]:
    """Requests of the person that wait, and those that were granted: (from, to, granted)."""
    waiting = AbsenceRequest.objects.filter(person_id=person_id, status=Status.WAITING)
    granted = AbsenceRequest.objects.filter(person_id=person_id, status=Status.GRANTED)
    return [
        *((start, end, False) for start, end in waiting.values_list("from_at", "to_at")),
        *(
            (start, end, True)
            for start, end in granted.values_list("granted_from", "granted_to")
            if start is not None and end is not None
        ),
    ]


def watches_all(by: Posted) -> bool:
    return may.reach(by, Permission.ABSENCE_AUTHORISE) is Reach.ALL
