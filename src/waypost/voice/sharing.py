"""What a wearer is told of where they stand: programmes they are in, agencies that work with them.

Agencies stand here by name and officers do not. What the police may be looking into is not told;
what is said of sharing is said to everybody alike (necessity/wording.py), and gives nothing away.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from waypost.access.models import Organisation, Posting, Team
from waypost.necessity.wording import SHARED
from waypost.orders.queries import case_of


@dataclass(frozen=True, slots=True)
class Standing:
    """Where somebody stands with the programme, for their own eyes."""

    programmes: tuple[str, ...]
    agencies: tuple[str, ...]
    shared: tuple[str, ...] = SHARED


def standing_of(person_id: int, *, now: datetime) -> Standing:
    """Of one person, for a page that has asked "may I?" and leaves its own line."""
    case = case_of(person_id, now=now)
    held = Posting.objects.filter(
        Q(to_at=None) | Q(to_at__gt=now), officer_id__in=list(case.officer_ids)
    )
    teams = set(case.team_ids) | set(held.values_list("team_id", flat=True))
    houses = Team.objects.filter(pk__in=teams - {None}).values("organisation_id")
    names = Organisation.objects.filter(pk__in=houses).order_by("name")
    return Standing(
        tuple(sorted(case.programmes)),
        tuple(names.values_list("name", flat=True)),
    )
