"""Which account an agency's sign-in opens: proposed by one administrator, confirmed by another.

    propose, confirm, end   a subject of the provider and one account; nobody confirms their own
    officer_of              whom a confirmed link opens; accounts are never made by the machine

One administrator alone could otherwise let themself into anybody's account.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from waypost.access import audit, may
from waypost.access.models import AgencyLink, Officer
from waypost.access.oidc import Claims
from waypost.access.values import Permission, Posted
from waypost.errors import Conflict, NoSuchThing, Refused

SUBJECT_MAX = 255  # OpenID Connect Core 1.0, section 2: sub


@dataclass(frozen=True, slots=True)
class LinkSeen:
    """state: waiting, good. may_confirm: whoever reads it neither proposed it nor is it theirs."""

    link_id: int
    username: str
    subject: str
    state: str
    made_by: str
    made_at: datetime
    may_confirm: bool


@transaction.atomic
def propose(username: str, issuer: str, subject: str, *, by: Posted, now: datetime) -> int:
    """That the subject of this provider be the account's owner. Conflict where either is linked."""
    may.check(by, Permission.OFFICER_WRITE)
    if by.officer_id is None:
        raise Refused("A link is proposed by somebody with a name.")
    officer = Officer.objects.filter(username=username.strip(), is_active=True).first()
    if officer is None:
        raise Refused("Nobody signs in by this user name.")
    said = subject.strip()
    if not 0 < len(said) <= SUBJECT_MAX:
        raise Refused("Enter the subject, as the agency’s sign-in page showed it.")
    live = AgencyLink.objects.filter(ended_at=None, issuer=issuer)
    if live.filter(officer=officer).exists() or live.filter(subject=said).exists():
        raise Conflict("This account, or this subject, is linked already; end that first.")
    made = AgencyLink.objects.create(
        officer=officer, issuer=issuer, subject=said, made_at=now, made_by_id=by.officer_id
    )
    _record("proposed", made, by, now)
    return made.pk


@transaction.atomic
def confirm(link_id: int, *, by: Posted, now: datetime) -> None:
    """It opens the account from now on. Refused for who proposed it, and for the owner."""
    may.check(by, Permission.OFFICER_WRITE)
    found = _link(link_id)
    if by.officer_id is None or by.officer_id in {found.made_by_id, found.officer_id}:
        raise Refused(
            "Somebody else confirms it: neither who proposed it, nor whose account it is."
        )
    waiting = AgencyLink.objects.filter(pk=link_id, confirmed_at=None, ended_at=None)
    if not waiting.update(confirmed_at=now, confirmed_by_id=by.officer_id):
        raise Conflict("It is confirmed already.")
    _record("confirmed", found, by, now)


@transaction.atomic
def end(link_id: int, *, by: Posted, now: datetime) -> None:
    """It opens nothing any more."""
    may.check(by, Permission.OFFICER_WRITE)
    found = _link(link_id)
    AgencyLink.objects.filter(pk=link_id).update(ended_at=now)
    _record("ended", found, by, now)


def links(by: Posted, issuer: str) -> list[LinkSeen]:
    """Those of this provider that wait or hold, by user name."""
    may.check(by, Permission.OFFICER_WRITE)
    rows = AgencyLink.objects.filter(ended_at=None, issuer=issuer)
    return [
        LinkSeen(
            one.pk, one.officer.username, one.subject, "good" if one.confirmed_at else "waiting",
            str(one.made_by), one.made_at,
            may_confirm=one.confirmed_at is None
            and by.officer_id not in {one.made_by_id, one.officer_id},
        )
        for one in rows.select_related("officer", "made_by").order_by("officer__username")
    ]  # fmt: skip


def officer_of(claims: Claims) -> Officer | None:
    """Whose account it opens; None where nobody linked it, or they are no longer active."""
    found = AgencyLink.objects.filter(
        issuer=claims.issuer, subject=claims.subject, ended_at=None, confirmed_at__isnull=False,
        officer__is_active=True,
    ).select_related("officer").first()  # fmt: skip
    return found.officer if found is not None else None


def _link(link_id: int) -> AgencyLink:
    found = AgencyLink.objects.filter(pk=link_id, ended_at=None).first()
    if found is None:
        raise NoSuchThing("There is no such link.")
    return found


def _record(what: str, link: AgencyLink, by: Posted, now: datetime) -> None:
    detail = {"link": link.pk, "officer_id": link.officer_id}
    audit.record(f"agency_link:{what}", by=by, at=now, detail=detail)
