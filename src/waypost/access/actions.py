"""What may be done with access: officers, their postings, tokens."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q

from waypost.access import audit, may, token_scopes
from waypost.access.models import AccessToken, Officer, Organisation, Posting, Team
from waypost.access.queries import token_digest
from waypost.access.token_scopes import check_scopes
from waypost.access.values import MACHINE, Permission, Posted, Role
from waypost.errors import BadUse, Conflict

TOKEN_BYTES = 32
NAME_MAX = 80


@transaction.atomic
def make_team(
    organisation: str, kind: str, name: str, *, area: str = "", by: Posted = MACHINE, now: datetime
) -> Team:
    """The team of this name in the organisation, made where there is none."""
    may.check(by, Permission.OFFICER_WRITE)
    house, _ = Organisation.objects.get_or_create(name=organisation, defaults={"kind": kind})
    team, made = Team.objects.get_or_create(organisation=house, name=name, defaults={"area": area})
    if made:
        audit.record("team:made", by=by, at=now, detail={"team_id": team.pk})
    return team


@transaction.atomic
def make_officer(
    username: str,
    display_name: str,
    password: str | None,
    role: Role,
    *,
    team: Team | None = None,
    person_id: int | None = None,
    email: str = "",
    by: Posted = MACHINE,
    now: datetime,
) -> Officer:
    """The officer of this user name, posted in the role; made where there is none.

    Asked again, it adds at most the posting: name and password of an account stay as they are.

    password    None: the account cannot sign in (machine clients)
    person_id   wearers: the person they are
    raises      Conflict where the account is of another person
    """
    may.check(by, Permission.OFFICER_WRITE)
    officer = Officer.objects.filter(username=username).first()
    made = officer is None
    if officer is None:
        officer = Officer(
            username=username, display_name=display_name, email=email, person_id=person_id
        )
        officer.set_password(password)
        officer.save()
    elif officer.person_id != person_id:
        raise Conflict("This user name is taken by somebody else; choose another.")
    posted_anew = _post(officer, role, team, by, now)
    if made or posted_anew:
        detail = {"officer_id": officer.pk, "role": role.value, "team_id": team and team.pk}
        kind = "officer:made" if made else "officer:posted"
        audit.record(kind, by=by, at=now, about=person_id, detail=detail)
    return officer


@transaction.atomic
def end_posting(posting_id: int, *, by: Posted = MACHINE, now: datetime) -> None:
    """End a posting; it stays as history. Conflict where it has ended already."""
    may.check(by, Permission.OFFICER_WRITE)
    ended = Posting.objects.filter(Q(to_at=None) | Q(to_at__gt=now), pk=posting_id)
    if not ended.update(to_at=now):
        raise Conflict("This posting has ended already.")
    audit.record("officer:posting_ended", by=by, at=now, detail={"posting_id": posting_id})


@transaction.atomic
def make_token(
    role: Role,
    *,
    by: Posted = MACHINE,
    now: datetime,
    days: int = 30,
    scopes: Collection[str] | None = None,
    name: str = "",
    team: Team | None = None,
    officer: Officer | None = None,
) -> str:
    """A bearer token for a machine client of the role, shown this once; only its hash is kept.

    The client sees what the role sees: all cases for a monitoring officer, none for a practitioner
    unless a team or an officer is given whose caseload it shares. It does what its scopes name.

    scopes   None: all that machines may do in the role
    raises   BadUse for a scope that the role cannot use, and for more than a year
    """
    may.check(by, Permission.OFFICER_WRITE)
    lasts = token_scopes.check_days(days)
    given = token_scopes.scopes_of(role) if scopes is None else check_scopes(scopes, role)
    if officer is None:
        suffix = f"-team-{team.pk}" if team else ""
        username = f"machine-{role.value.replace('_', '-')}{suffix}"
        officer = make_officer(username, f"Machine client, {role.value}", None, role,
                               team=team, by=by, now=now)  # fmt: skip
    else:
        _check_posted(officer, role, now)
    token, kept = _new_token(
        by, now, officer=officer, role=role.value, scopes=token_scopes.write_scopes(given),
        name=" ".join(name.split())[:NAME_MAX], expires_at=now + lasts,
    )  # fmt: skip
    _record_token("made", kept, by, now)
    return token


@transaction.atomic
def rotate_token(
    token_id: int,
    *,
    by: Posted = MACHINE,
    now: datetime,
    days: int = 30,
    overlap: timedelta = token_scopes.OVERLAP,
) -> str:
    """A new token for the same machine, shown this once; the old one ends after the overlap, or
    when it would have ended if that is sooner. Conflict where it has ended, or was rotated before.
    """
    may.check(by, Permission.OFFICER_WRITE)
    if not timedelta(0) <= overlap <= timedelta(days=token_scopes.OVERLAP_DAYS_MAX):
        raise BadUse(f"the two overlap for at most {token_scopes.OVERLAP_DAYS_MAX} days")
    lasts = token_scopes.check_days(days)
    found = AccessToken.objects.select_for_update(of=("self",)).filter(pk=token_id)
    old = found.filter(revoked_at=None, expires_at__gt=now).select_related("officer").first()
    if old is None or AccessToken.objects.filter(replaces=old).exists():
        raise Conflict("This token has ended, or another stands in for it already.")
    token, kept = _new_token(
        by, now, officer=old.officer, role=old.role, scopes=old.scopes, name=old.name,
        expires_at=now + lasts, replaces=old,
    )  # fmt: skip
    old.expires_at = min(old.expires_at, now + overlap)
    old.save(update_fields=["expires_at"])
    _record_token("rotated", kept, by, now)
    return token


@transaction.atomic
def revoke_token(token_id: int, *, by: Posted = MACHINE, now: datetime) -> None:
    """Make a token useless at once. Conflict where it was revoked already."""
    may.check(by, Permission.OFFICER_WRITE)
    if not AccessToken.objects.filter(pk=token_id, revoked_at=None).update(revoked_at=now):
        raise Conflict("This token is revoked already, or there is none.")
    audit.record("token:revoked", by=by, at=now, detail={"token_id": token_id})


def _new_token(by: Posted, now: datetime, **content: Any) -> tuple[str, AccessToken]:
    token = f"waypost_{secrets.token_urlsafe(TOKEN_BYTES)}"
    kept = AccessToken.objects.create(
        digest=token_digest(token), made_at=now, made_by_id=by.officer_id, **content
    )
    return token, kept


def _record_token(what: str, kept: AccessToken, by: Posted, now: datetime) -> None:
    detail = {
        "token_id": kept.pk, "officer_id": kept.officer_id, "role": kept.role,
        "scopes": kept.scopes, "expires_at": kept.expires_at.isoformat(),
        "replaces": kept.replaces_id,
    }  # fmt: skip
    audit.record(f"token:{what}", by=by, at=now, detail=detail)


def _post(officer: Officer, role: Role, team: Team | None, by: Posted, now: datetime) -> bool:
    held = Posting.objects.filter(Q(to_at=None) | Q(to_at__gt=now), officer=officer,
                                  role=role.value, team=team)  # fmt: skip
    if held.exists():
        return False
    Posting.objects.create(
        officer=officer, role=role.value, team=team, from_at=now, granted_by_id=by.officer_id
    )
    return True


def _check_posted(officer: Officer, role: Role, now: datetime) -> None:
    held = Posting.objects.filter(Q(to_at=None) | Q(to_at__gt=now), officer=officer, role=role)
    if not held.exists():
        raise BadUse(f"this officer is not posted as {role.value}")
