"""What may be asked of access: who somebody is, by account or token, and the lines about them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import combinations
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from waypost.access import audit, may
from waypost.access.models import AccessToken, AuditLine, Officer, Posting, Team
from waypost.access.token_scopes import read_scopes
from waypost.access.values import Permission, Posted, Purpose, Reach, Role

Known = Callable[[Collection[int]], Collection[int]]
# Whose acts a wearer is not told of: each does nothing but look into crimes.
UNTOLD_ROLES = (Role.POLICE_ANALYST, Role.POLICE_REQUESTER, Role.AUTHORISING_OFFICER)
UNTOLD_ALONE = [
    " ".join(some)
    for count in range(1, len(UNTOLD_ROLES) + 1)
    for some in combinations(sorted(UNTOLD_ROLES), count)
]
# Nor that something is left out of their data, or held for a court or an inquiry: that would tell
# what the leaving out keeps.
# The same of intelligence, and of what a police team was asked to do.
UNTOLD_KINDS = ("restriction:", "hold:", "holds:", "check:", "householder:", "gate:",
                "intelligence:", "task:")  # fmt: skip
USED_AGAIN_AFTER = timedelta(minutes=5)  # how fine `last_used_at` is: a write per call is too much


@dataclass(frozen=True, slots=True)
class SeenLine:
    """One audit line for reading."""

    number: int
    at: datetime
    kind: str
    officer: str
    role: str
    purpose: str
    person_id: int | None
    outcome: str
    detail: dict[str, Any]
    origin: str = ""


def posted(officer: Officer, *, now: datetime) -> Posted:
    """The officer as decisions see one: the roles and teams of the postings that hold now."""
    postings = list(_live_postings(now).filter(officer=officer)) if officer.is_active else []
    return _posted(officer, postings)


def _posted(officer: Officer, postings: Sequence[Posting]) -> Posted:
    return Posted(
        officer_id=officer.pk,
        name=str(officer),
        roles=frozenset(Role(posting.role) for posting in postings),
        team_ids=frozenset(one.team_id for one in postings if one.team_id is not None),
        own_person_id=officer.person_id,
        areas=frozenset(one.area for one in postings if one.area),
        programmes=frozenset(one.programme for one in postings if one.programme),
    )


def everybody_posted(*, now: datetime) -> list[Posted]:
    """Everybody who holds a role now, by name, in two statements; wearers are left out."""
    held: dict[int, list[Posting]] = {}
    live = _live_postings(now).filter(officer__is_active=True, officer__person_id=None)
    for posting in live.select_related("officer").order_by("officer__display_name", "pk"):
        held.setdefault(posting.officer_id, []).append(posting)
    return [_posted(postings[0].officer, postings) for postings in held.values()]


def organisation_of(by: Posted, *, but: str = "") -> str:
    """The name of the organisation in whose team they are posted, the oldest team first; "" where
    they are in none. but: a kind of organisation that is left out."""
    teams = Team.objects.filter(pk__in=by.team_ids).exclude(organisation__kind=but)
    first = teams.select_related("organisation").order_by("pk").first()
    return first.organisation.name if first is not None else ""


def find_officer(username: str) -> Officer | None:
    """The account of this user name, or None."""
    return Officer.objects.filter(username=username).first()


def posted_by_token(token: str, *, now: datetime) -> Posted | None:
    """Whose token it is, in its role and with its scopes; None when unknown, revoked, expired, or
    its officer no longer active."""
    found = _live(token, now).select_related("officer").first()
    if found is None:
        return None
    if found.last_used_at is None or now - found.last_used_at > USED_AGAIN_AFTER:
        AccessToken.objects.filter(pk=found.pk).update(last_used_at=now)
    live = _live_postings(now).filter(officer=found.officer)
    postings = live.filter(role=found.role) if found.role else live
    return replace(_posted(found.officer, list(postings)), scopes=read_scopes(found.scopes))


def is_token_live(token: str, *, now: datetime) -> bool:
    """Whether it is anybody's: asked before more of a stranger is read; changes nothing."""
    return _live(token, now).exists()


def why_token_is_refused(token: str, *, now: datetime) -> str:
    """What is the matter with a token that opens nothing, for the machine that showed it."""
    found = AccessToken.objects.filter(digest=token_digest(token)).first()
    if found is None:
        return "This token is not known."
    if found.revoked_at is not None:
        return f"This token was revoked on {found.revoked_at:%Y-%m-%d}; ask for another."
    if found.expires_at <= now:
        return f"This token ended on {found.expires_at:%Y-%m-%d}; ask for another."
    return "This token is not in use any more; ask for another."


def _live(token: str, now: datetime) -> QuerySet[AccessToken]:
    return AccessToken.objects.filter(
        digest=token_digest(token), revoked_at=None, expires_at__gt=now, officer__is_active=True
    )


def token_digest(token: str) -> str:
    """What is kept of a token: 256 random bits need no slow hash."""
    return hashlib.sha256(token.strip().encode()).hexdigest()


def reach(by: Posted, permission: Permission | None = None) -> Reach:
    """How far the officer's permissions (or one of them) carry."""
    return may.reach(by, permission)


@dataclass(frozen=True, slots=True)
class LinesAsked:
    """Which audit lines are wanted; what is None or "" is no matter. at: [from_at, to_at)"""

    person_id: int | None = None
    officer_id: int | None = None
    kind: str = ""
    purpose: str = ""
    outcome: str = ""
    origin: str = ""  # what it begins with
    from_at: datetime | None = None
    to_at: datetime | None = None

    def said(self) -> dict[str, str | int]:
        """For the line of the search."""
        given = {name: getattr(self, name) for name in self.__slots__}
        return {
            name: value.isoformat() if isinstance(value, datetime) else value
            for name, value in given.items()
            if value not in (None, "")
        }


def audit_lines(
    by: Posted,
    asked: LinesAsked = LinesAsked(),
    *,
    before_number: int | None = None,
    limit: int = 100,
    known: Known,
    now: datetime,
) -> list[SeenLine]:
    """The latest lines, newest first, for those who review lawful use (AUDIT_READ).

    Leaves the line audit:read: to read who looked is itself a look. A line about somebody the
    reviewer may not know of stays in the list, so that no look escapes review, without the person
    and the detail: it reads like one about nobody, or somebody unknown.

    known   which of these numbers of persons the reviewer may know of (orders know; we do not)
    """
    may.check(by, Permission.AUDIT_READ)
    lines = _asked_for(asked, known)
    if before_number is not None:
        lines = lines.filter(number__lt=before_number)
    found = _seen(list(lines[:limit]))
    may_know = known({line.person_id for line in found if line.person_id is not None})
    _record_search(by, asked, len(found), known=known, now=now)
    return [
        line if line.person_id is None or line.person_id in may_know else _withheld(line)
        for line in found
    ]


def _record_search(
    by: Posted, asked: LinesAsked, found: int, *, known: Known, now: datetime
) -> None:
    """A person the reviewer may not know of is not said: it must read as one about nobody."""
    about = asked.person_id if asked.person_id in known({asked.person_id or 0}) else None
    said = {name: value for name, value in asked.said().items() if name != "person_id"}
    with transaction.atomic():
        audit.record("audit:read", by=by, at=now, about=about, purpose=Purpose.AUDIT_REVIEW,
                     detail=said | {"lines": found})  # fmt: skip


def _asked_for(asked: LinesAsked, known: Known) -> QuerySet[AuditLine]:
    lines = AuditLine.objects.order_by("-number")
    if asked.person_id is not None:
        lines = lines.filter(person_id__in=known({asked.person_id}))
    if asked.from_at is not None:
        lines = lines.filter(at__gte=asked.from_at)
    if asked.to_at is not None:
        lines = lines.filter(at__lt=asked.to_at)
    if asked.origin:
        lines = lines.filter(origin__startswith=asked.origin)
    same = ("officer_id", "kind", "purpose", "outcome")
    wanted = {name: getattr(asked, name) for name in same if getattr(asked, name) not in (None, "")}
    return lines.filter(**wanted)


def _withheld(line: SeenLine) -> SeenLine:
    """The line without whom it is about; why something was refused names nobody and stays."""
    kept = {name: value for name, value in line.detail.items() if name == "why"}
    return replace(line, person_id=None, detail=kept)


def looks_to_tell(person_id: int, *, limit: int = 20) -> list[SeenLine]:
    """Who looked, as the wearer is told: without police enquiries, which telling could harm.

    Left out are looks for crime mapping and for requests from outside, all that is done in police
    roles alone, and refused tries of unsaid purpose by anybody who holds one: a refused try tells
    as much as one that succeeded. So are what is left out of their own data, and holds.

    source   Data Protection Act 2018 s.45(4)(a), (b); the page says that such looks are left out
    """
    police = Q()
    for role in UNTOLD_ROLES:
        police |= Q(role__contains=role.value)
    untold = Q()
    for kind in UNTOLD_KINDS:
        untold |= Q(kind__startswith=kind)
    lines = AuditLine.objects.filter(person_id=person_id).exclude(
        untold
        | Q(purpose__in=[Purpose.CRIME_MAPPING, Purpose.DISCLOSURE])
        | Q(role__in=UNTOLD_ALONE)
        | Q(police, purpose="", outcome="refused")
    )
    return _seen(list(lines.order_by("-number")[:limit]))


def looks_at(person_id: int, *, limit: int = 20) -> list[SeenLine]:
    """Who looked at or acted on a person, newest first. The caller has asked "may I?"."""
    return _seen(list(AuditLine.objects.filter(person_id=person_id).order_by("-number")[:limit]))


def was_recorded(kind: str, by: Posted, person_id: int, *, since: datetime) -> bool:
    """Whether the officer left such a line about the person, and was let, since then."""
    lines = AuditLine.objects.filter(person_id=person_id, kind=kind, officer_id=by.officer_id)
    return lines.filter(at__gte=since, outcome="done").exists()


def _seen(lines: list[AuditLine]) -> list[SeenLine]:
    ids = {line.officer_id for line in lines if line.officer_id is not None}
    names = {officer.pk: str(officer) for officer in Officer.objects.filter(pk__in=ids)}
    return [
        SeenLine(
            line.number,
            line.at,
            line.kind,
            "Waypost" if line.officer_id is None else names.get(line.officer_id, "former officer"),
            line.role,
            line.purpose,
            line.person_id,
            line.outcome,
            json.loads(bytes(line.body)).get("detail", {}),
            line.origin,
        )
        for line in lines
    ]


def _live_postings(now: datetime) -> Any:
    return Posting.objects.filter(Q(to_at=None) | Q(to_at__gt=now), from_at__lte=now)


def officers_in_role(role: Role, *, now: datetime) -> list[int]:
    """Active officers who hold the role now, by number."""
    held = _live_postings(now).filter(role=role, officer__is_active=True)
    return sorted(set(held.values_list("officer_id", flat=True)))
