"""Who has a statement: written as kind and number, or as words for those who have no account."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db.models import Q

from waypost.access.models import Officer, Organisation, Posting, Team
from waypost.access.values import Posted
from waypost.errors import Refused

OFFICER, PERSON, ORGANISATION, OUTSIDE = "officer", "person", "organisation", "outside"
NUMBERED = frozenset({OFFICER, PERSON, ORGANISATION})


def check_recipients(recipients: Collection[str]) -> None:
    """Refused where nobody, or somebody who cannot be told, is named."""
    if not recipients:
        raise Refused("Say who receives it: what nobody has cannot be corrected.")
    for one in recipients:
        kind, _, rest = one.partition(":")
        if not (kind == OUTSIDE and rest.strip()) and not (kind in NUMBERED and rest.isdecimal()):
            raise ValueError(f"{kind} is no kind of recipient that can be told")


def is_mine(recipient: str, by: Posted) -> bool:
    """Whether this officer, or wearer, may say that the recipient has it."""
    kind, _, rest = recipient.partition(":")
    if by.is_machine or not rest.isdecimal():
        return False
    number = int(rest)
    if kind == OFFICER:
        return by.officer_id == number
    if kind == PERSON:
        return by.own_person_id == number
    return kind == ORGANISATION and number in organisations_of(by)


def organisations_of(by: Posted) -> frozenset[int]:
    found = Team.objects.filter(pk__in=by.team_ids).values_list("organisation_id", flat=True)
    return frozenset(found)


def mine(by: Posted) -> frozenset[str]:
    """Every way in which this officer is a recipient."""
    ways = {f"{ORGANISATION}:{one}" for one in organisations_of(by)}
    if by.officer_id is not None:
        ways.add(f"{OFFICER}:{by.officer_id}")
    if by.own_person_id is not None:
        ways.add(f"{PERSON}:{by.own_person_id}")
    return frozenset(ways)


def officers_of(organisation_id: int, *, now: datetime) -> list[int]:
    """Active officers posted to any team of it now."""
    live = Posting.objects.filter(Q(to_at=None) | Q(to_at__gt=now), from_at__lte=now)
    posted = live.filter(team__organisation_id=organisation_id).values_list("officer_id", flat=True)
    return sorted(
        Officer.objects.filter(pk__in=posted, is_active=True).values_list("pk", flat=True)
    )


def name_of(recipient: str) -> str:
    """For those who may read the statement: an officer's or organisation's name, or the words."""
    kind, _, rest = recipient.partition(":")
    if kind == OUTSIDE:
        return rest
    if kind == PERSON:
        return "the wearer"
    records = Officer.objects if kind == OFFICER else Organisation.objects
    found = records.filter(pk=int(rest)).first()
    return str(found) if found is not None else "no longer here"
