"""What may be done with access: officers, their postings, tokens."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from waypost.access import audit, may
from waypost.access.models import AccessToken, Officer, Organisation, Posting, Team
from waypost.access.queries import token_digest
from waypost.access.values import MACHINE, Permission, Posted, Role
from waypost.errors import BadUse, Conflict

TOKEN_BYTES = 32


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
    team: Team | None = None,
    officer: Officer | None = None,
) -> str:
    """A bearer token for a machine client of the role, shown this once; only its hash is kept.

    The client sees what the role sees: all cases for a monitoring officer, none for a practitioner
    unless a team or an officer is given whose caseload it shares.
    """
    may.check(by, Permission.OFFICER_WRITE)
    if days <= 0:
        raise BadUse("a token lasts at least one day")
    if officer is None:
        suffix = f"-team-{team.pk}" if team else ""
        name = f"machine-{role.value.replace('_', '-')}{suffix}"
        officer = make_officer(name, f"Machine client, {role.value}", None, role,
                               team=team, by=by, now=now)  # fmt: skip
    else:
        _check_posted(officer, role, now)
    token = f"waypost_{secrets.token_urlsafe(TOKEN_BYTES)}"
    kept = AccessToken.objects.create(
        digest=token_digest(token),
        officer=officer,
        made_at=now,
        expires_at=now + timedelta(days=days),
    )
    detail = {"token_id": kept.pk, "officer_id": officer.pk, "role": role.value}
    audit.record("token:made", by=by, at=now, detail=detail)
    return token


@transaction.atomic
def revoke_token(token_id: int, *, by: Posted = MACHINE, now: datetime) -> None:
    """Make a token useless at once. Conflict where it was revoked already."""
    may.check(by, Permission.OFFICER_WRITE)
    if not AccessToken.objects.filter(pk=token_id, revoked_at=None).update(revoked_at=now):
        raise Conflict("This token is revoked already, or there is none.")
    audit.record("token:revoked", by=by, at=now, detail={"token_id": token_id})


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
