"""Changes of roles by two people: one asks, another grants or refuses. Nobody decides their own.

    ask_posting, ask_end   that an officer be posted in a role, or that a posting end
    decide                 by somebody else who may change roles, and is not the officer concerned
    take_back              by whoever asked

The command `waypost officer` posts at once: whoever has the server's shell begins the estate.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from waypost.access import audit, may
from waypost.access.models import Officer, Posting, PostingRequest, Team
from waypost.access.second_person import check_decides, in_one_line, said_why
from waypost.access.values import Permission, Posted, Role
from waypost.errors import Conflict, NoSuchThing, Refused

NO_SUCH_OFFICER = "There is no such officer."
NO_SUCH_REQUEST = "There is no such request."


@dataclass(frozen=True, slots=True)
class PostingSeen:
    posting_id: int
    role: Role
    team: str
    area: str
    programme: str
    from_at: datetime


@dataclass(frozen=True, slots=True)
class OfficerSeen:
    """An account as the page of officers shows it; wearers' accounts are not among them."""

    officer_id: int
    username: str
    name: str
    is_active: bool
    postings: tuple[PostingSeen, ...]


@dataclass(frozen=True, slots=True)
class RequestSeen:
    """A change asked for. may_decide: whoever reads it is neither who asked nor whom it is about"""

    request_id: int
    officer: str
    role: Role
    where: str
    ends: bool
    words: str
    asked_by: str
    asked_at: datetime
    status: str
    decided_by: str
    decided_words: str
    may_decide: bool
    own: bool


@transaction.atomic
def ask_posting(
    officer_id: int,
    role: Role,
    words: str,
    *,
    team_id: int | None = None,
    area: str = "",
    programme: str = "",
    by: Posted,
    now: datetime,
) -> int:
    """Ask that the officer be posted. Refused for a wearer's account and without a reason; Conflict
    where they hold it, or it is asked for, already."""
    may.check(by, Permission.OFFICER_WRITE)
    officer = _officer(officer_id)
    if role is Role.WEARER:
        raise Refused("A wearer's account is made with the person it is of: waypost officer.")
    team = Team.objects.filter(pk=team_id).first() if team_id is not None else None
    if team_id is not None and team is None:
        raise Refused("There is no such team; choose one of the list.")
    said = said_why(words)
    same = {"officer": officer, "role": role.value, "team": team, "area": _name(area),
            "programme": _name(programme)}  # fmt: skip
    if _live(now).filter(**same).exists():
        raise Conflict("They hold this role there already.")
    if PostingRequest.objects.filter(status="waiting", ends=None, **same).exists():
        raise Conflict("This is asked for already, and waits for somebody else.")
    return _asked(by, now, words=said, **same)


@transaction.atomic
def ask_end(posting_id: int, words: str, *, by: Posted, now: datetime) -> int:
    """Ask that a posting end. Conflict where it has ended, or that is asked for, already."""
    may.check(by, Permission.OFFICER_WRITE)
    posting = _live(now).filter(pk=posting_id, officer__person_id=None).first()
    if posting is None:
        raise Conflict("This posting has ended already, or there is none.")
    if PostingRequest.objects.filter(status="waiting", ends=posting).exists():
        raise Conflict("This is asked for already, and waits for somebody else.")
    return _asked(
        by, now, words=said_why(words), officer=posting.officer, role=posting.role,
        team=posting.team, area=posting.area, programme=posting.programme, ends=posting,
    )  # fmt: skip


@transaction.atomic
def decide(request_id: int, *, grant: bool, words: str, by: Posted, now: datetime) -> None:
    """Grant what was asked, which does it at once, or refuse it with a reason."""
    may.check(by, Permission.OFFICER_WRITE)
    found = _request(request_id)
    check_decides(by, asked_by_id=found.asked_by_id, about_id=found.officer_id)
    said = in_one_line(words) if grant else said_why(words)
    _moved(found, "granted" if grant else "refused", by, now, said)
    if grant and found.ends_id is not None:
        if not _live(now).filter(pk=found.ends_id).update(to_at=now):
            raise Conflict("This posting has ended already.")
    elif grant:
        Posting.objects.create(
            officer=found.officer, role=found.role, team=found.team, area=found.area,
            programme=found.programme, from_at=now, granted_by_id=by.officer_id,
        )  # fmt: skip
    _record("granted" if grant else "refused", found, by, now)


@transaction.atomic
def take_back(request_id: int, *, by: Posted, now: datetime) -> None:
    """Take back what one asked for oneself."""
    may.check(by, Permission.OFFICER_WRITE)
    found = _request(request_id)
    if found.asked_by_id != by.officer_id:
        raise Refused("Whoever asked for it takes it back; you may refuse it.")
    _moved(found, "taken_back", by, now, "")
    _record("taken_back", found, by, now)


def officers(by: Posted, *, now: datetime) -> list[OfficerSeen]:
    """Everybody who signs in and is no wearer, by name, with the roles they hold now."""
    may.check(by, Permission.OFFICER_WRITE)
    held: dict[int, list[PostingSeen]] = {}
    for one in _live(now).select_related("team__organisation").order_by("pk"):
        team = f"{one.team}, {one.team.organisation}" if one.team else ""
        seen = PostingSeen(one.pk, Role(one.role), team, one.area, one.programme, one.from_at)
        held.setdefault(one.officer_id, []).append(seen)
    rows = Officer.objects.filter(person_id=None).order_by("display_name", "pk")
    return [
        OfficerSeen(one.pk, one.username, str(one), one.is_active, tuple(held.get(one.pk, ())))
        for one in rows
    ]


def requests(by: Posted, *, limit: int = 100) -> list[RequestSeen]:
    """Changes asked for: those that wait first, then the newest."""
    may.check(by, Permission.OFFICER_WRITE)
    rows = PostingRequest.objects.select_related(
        "officer", "team__organisation", "asked_by", "decided_by"
    )
    waiting = rows.filter(status="waiting").order_by("asked_at", "pk")
    ended = rows.exclude(status="waiting").order_by("-decided_at", "-pk")
    return [_request_seen(one, by) for one in [*waiting, *ended[:limit]]]


def teams() -> list[tuple[int, str]]:
    """Number and name of every team, with its organisation."""
    rows = Team.objects.select_related("organisation").order_by("organisation__name", "name")
    return [(one.pk, f"{one.name}, {one.organisation}") for one in rows]


def _request_seen(one: PostingRequest, by: Posted) -> RequestSeen:
    team = f"{one.team}, {one.team.organisation}" if one.team else ""
    return RequestSeen(
        request_id=one.pk,
        officer=str(one.officer),
        role=Role(one.role),
        where=", ".join(filter(None, (team, one.area, one.programme))),
        ends=one.ends_id is not None,
        words=one.words,
        asked_by=str(one.asked_by),
        asked_at=one.asked_at,
        status=one.status,
        decided_by=str(one.decided_by or ""),
        decided_words=one.decided_words,
        may_decide=one.status == "waiting"
        and by.officer_id not in {one.asked_by_id, one.officer_id},
        own=one.asked_by_id == by.officer_id,
    )


def _name(text: str) -> str:
    """Of an area or a programme, as it is compared with what orders files say."""
    return " ".join(text.split())[:120]


def _officer(officer_id: int) -> Officer:
    found = Officer.objects.filter(pk=officer_id, is_active=True, person_id=None).first()
    if found is None:
        raise NoSuchThing(NO_SUCH_OFFICER)
    return found


def _request(request_id: int) -> PostingRequest:
    found = PostingRequest.objects.select_related("officer", "team").filter(pk=request_id).first()
    if found is None:
        raise NoSuchThing(NO_SUCH_REQUEST)
    return found


def _asked(by: Posted, now: datetime, **content: Any) -> int:
    if by.officer_id is None:
        raise Refused("A change of roles is asked for by somebody with a name.")
    made = PostingRequest.objects.create(
        status="waiting", asked_at=now, asked_by_id=by.officer_id, **content
    )
    _record("asked", made, by, now)
    return made.pk


def _moved(found: PostingRequest, status: str, by: Posted, now: datetime, words: str) -> None:
    waiting = PostingRequest.objects.filter(pk=found.pk, status="waiting")
    if not waiting.update(status=status, decided_at=now, decided_by_id=by.officer_id,
                          decided_words=words):  # fmt: skip
        raise Conflict("This request was decided already.")


def _record(what: str, found: PostingRequest, by: Posted, now: datetime) -> None:
    detail = {
        "request": found.pk, "officer_id": found.officer_id, "role": found.role,
        "team_id": found.team_id, "area": found.area, "programme": found.programme,
        "ends": found.ends_id,
    }  # fmt: skip
    audit.record(f"posting:{what}", by=by, at=now, detail=detail)


def _live(now: datetime) -> QuerySet[Posting]:
    return Posting.objects.filter(Q(to_at=None) | Q(to_at__gt=now), from_at__lte=now)
