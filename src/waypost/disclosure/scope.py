"""Who may see and do what with a request, and who of us may know whom it is about.

Somebody outside sees what they asked and what was answered, of nobody else's request that there is
one. Staff see every request; whom it was found to mean only as far as they may know of the person,
so that of somebody under limited access it reads as of nobody.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db.models import Q, QuerySet

from waypost.access import may
from waypost.access.models import Posting
from waypost.access.values import Permission, Posted, Purpose, Role
from waypost.disclosure.kinds import RANK_WORDS
from waypost.disclosure.models import OnCall, RankHeld, Request
from waypost.disclosure.values import NO_SUCH_REQUEST, Doer, Kind, Rank
from waypost.errors import NoSuchThing, Refused
from waypost.orders.queries import NUMBER_MAX, cases_of, hidden_person_ids

STAFF = (
    Permission.DISCLOSURE_CHECK, Permission.DISCLOSURE_APPROVE, Permission.DISCLOSURE_REVIEW,
)  # fmt: skip
ANOTHER_DECIDES = "This request waits for another authorising officer."
TWO_PERSONS = "Somebody else decides it: you asked for it, or checked it."


def find(request_id: int, *, lock: bool = False) -> Request:
    """The record. NoSuchThing when there is none; the caller asks `check_may_see` next."""
    rows = Request.objects.select_related("follows", "person")
    if lock:
        rows = rows.select_for_update(of=("self",))
    found = rows.filter(pk=min(request_id, NUMBER_MAX)).first()
    if found is None:
        raise NoSuchThing(NO_SUCH_REQUEST)
    return found


def is_staff(by: Posted) -> bool:
    return any(may.decide(by, one).allowed for one in STAFF)


def check_may_see(found: Request, by: Posted, *, now: datetime) -> None:
    """Staff see all, but not what somebody whom they may not know asked of themself; others their
    own."""
    may.check(by, Permission.DISCLOSURE_READ, absent=NO_SUCH_REQUEST)
    if found.asker_id == by.officer_id:
        return
    if not is_staff(by) or found.pk in hidden_own_ids(by, now=now):
        raise NoSuchThing(NO_SUCH_REQUEST)


def hidden_own_ids(by: Posted, *, now: datetime) -> frozenset[int]:
    """What people under limited access asked of themselves: their request names them, so that for
    whoever may not know of them there is none."""
    hidden = hidden_person_ids(by, Permission.DISCLOSURE_READ, now=now)
    own = Request.objects.filter(kind=Kind.OWN, person_id__in=hidden)
    return frozenset(own.exclude(asker_id=by.officer_id or 0).values_list("pk", flat=True))


def doers(found: Request, by: Posted) -> frozenset[Doer]:
    """As what the officer may act on this request; nobody is on two sides of one."""
    if found.asker_id == by.officer_id:
        mine = {Doer.REQUESTER} if may.decide(by, Permission.DISCLOSURE_ASK).allowed else set()
        return frozenset(mine | ({Doer.CONTROL_ROOM} if is_control_room(by) else set()))
    able = {
        Doer.CHECKER: may.decide(by, Permission.DISCLOSURE_CHECK).allowed,
        Doer.AUTHORISER: may.decide(by, Permission.DISCLOSURE_APPROVE).allowed
        and found.checked_by_id != by.officer_id
        and not _called(found, by),
        Doer.CONTROL_ROOM: is_control_room(by),
        Doer.REVIEWER: may.decide(by, Permission.DISCLOSURE_REVIEW).allowed
        and by.officer_id not in involved(found),
    }
    return frozenset(one for one, yes in able.items() if yes)


def is_control_room(by: Posted) -> bool:
    """Whoever takes urgent calls: the monitoring centre."""
    return may.decide(by, Permission.DISCLOSURE_CALL).allowed


def check_doer(found: Request, doer: Doer, by: Posted) -> None:
    """Refused unless the officer may act as this on the request."""
    if doer in doers(found, by):
        return
    needed = {
        Doer.REQUESTER: Permission.DISCLOSURE_ASK, Doer.CHECKER: Permission.DISCLOSURE_CHECK,
        Doer.AUTHORISER: Permission.DISCLOSURE_APPROVE,
        Doer.CONTROL_ROOM: Permission.DISCLOSURE_CALL,
        Doer.REVIEWER: Permission.DISCLOSURE_REVIEW,
    }[doer]  # fmt: skip
    may.check(by, needed, absent=NO_SUCH_REQUEST)
    said = {
        Doer.REQUESTER: "Only whoever asked can do that.",
        Doer.CONTROL_ROOM: "Only the control room can do that.",
        Doer.CHECKER: "Somebody else checks it: you asked for it.",
        Doer.REVIEWER: "Somebody else reviews it: you had a part in it.",
    }
    raise Refused(said.get(doer, TWO_PERSONS))


def involved(found: Request) -> frozenset[int | None]:
    """Everybody who did something with the request, by number."""
    acted = set(found.moves.values_list("officer_id", flat=True))
    return frozenset(acted | {found.asker_id, found.checked_by_id, found.decided_by_id})


def person_seen(found: Request, by: Posted, *, now: datetime) -> int | None:
    """Whom the request is about, if that is settled and the officer may know of them."""
    if found.person_id is None:
        return None
    if found.asker_id == by.officer_id and by.own_person_id == found.person_id:
        return found.person_id
    case = cases_of([found.person_id], now=now)[found.person_id]
    known = may.decide(by, Permission.DISCLOSURE_READ, case).allowed
    return found.person_id if known else None


def check_may_know(person_id: int, permission: Permission, by: Posted, *, now: datetime) -> None:
    """NoSuchThing for somebody of whom they may not know. The line of the refusal is one of
    disclosure: whom it was about is not told of it (access.queries.looks_to_tell)."""
    try:
        may.check(by, permission, cases_of([person_id], now=now)[person_id])
    except Refused as refusal:
        refusal.purpose = Purpose.DISCLOSURE.value
        raise


def check_may_decide(found: Request, needed: Rank, by: Posted, *, now: datetime) -> None:
    """Refused unless the officer is another than who asked or checked, holds the rank, and it does
    not wait for somebody else. Of a person whom they may not know it reads like one of those."""
    check_doer(found, Doer.AUTHORISER, by)
    if found.decider_id is not None and found.decider_id != by.officer_id:
        raise Refused(ANOTHER_DECIDES)
    if found.person_id is not None and person_seen(found, by, now=now) is None:
        raise Refused(ANOTHER_DECIDES)
    held = rank_of(by.officer_id, now=now)
    if held is None or held < needed:
        has = f"you are recorded as {RANK_WORDS[held]}" if held else "no rank of yours is recorded"
        raise Refused(f"A {RANK_WORDS[needed]} decides this, or whoever is above; {has}.")


def rank_of(officer_id: int | None, *, now: datetime) -> Rank | None:
    """The highest rank that holds now and was confirmed."""
    if officer_id is None:
        return None
    held = _holding(now).filter(officer_id=officer_id).order_by("-rank")
    found = held.values_list("rank", flat=True).first()
    return Rank(found) if found is not None else None


def authorisers(needed: Rank, *, now: datetime, but: Collection[int | None] = ()) -> list[int]:
    """Active authorising officers of the rank or above, by number."""
    ranked = _holding(now).filter(rank__gte=needed).values_list("officer_id", flat=True)
    return sorted(set(ranked) & officers_in(Role.AUTHORISING_OFFICER, now=now) - set(but))


def checkers(*, now: datetime) -> list[int]:
    analysts = officers_in(Role.POLICE_ANALYST, now=now)
    return sorted(analysts | officers_in(Role.MONITORING_OFFICER, now=now))


def officers_in(role: Role, *, now: datetime) -> set[int]:
    held = Posting.objects.filter(Q(to_at=None) | Q(to_at__gt=now), from_at__lte=now, role=role)
    return set(held.filter(officer__is_active=True).values_list("officer_id", flat=True))


def is_on_call(officer_id: int | None, *, now: datetime) -> bool:
    held = OnCall.objects.filter(officer_id=officer_id or 0, from_at__lte=now, to_at__gt=now)
    return held.exists()


def check_may_open(number: int, *, by: Posted, now: datetime) -> None:
    """What was released is fetched from the request's page alone, which ends and leaves its line
    (documents.needs)."""
    raise NoSuchThing("There is no such document.")


def _called(found: Request, by: Posted) -> bool:
    """Whether the officer took or returned the urgent call."""
    call = getattr(found, "call", None)
    return call is not None and call.called_back_by_id == by.officer_id


def _holding(now: datetime) -> QuerySet[RankHeld]:
    held = RankHeld.objects.filter(from_at__lte=now).exclude(confirmed_at=None)
    return held.filter(Q(to_at=None) | Q(to_at__gt=now))
