"""Matches of certain people, for a meeting about them: only those that the asker has open for a
stated reason name anybody; of the others, how many were referred to the asker's unit."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from waypost.access import may
from waypost.access.values import Permission, Posted
from waypost.review.models import Opening, Review
from waypost.review.scope import hidden_from_unit, unit_ids
from waypost.review.values import Outcome, Status


@dataclass(frozen=True, slots=True)
class ReviewOf:
    """outcome: None while none is recorded."""

    review_id: int
    person_id: int
    offence: str  # force and crime reference
    status: Status
    outcome: Outcome | None
    outcome_at: datetime | None


@dataclass(frozen=True, slots=True)
class Reviews:
    opened: tuple[ReviewOf, ...]
    unopened: int


def reviews_of(person_ids: Collection[int], by: Posted, *, now: datetime) -> Reviews:
    """Those referred to the asker's unit. An opening is what lets somebody learn whom one is of."""
    if by.officer_id is None or not may.decide(by, Permission.REVIEW_READ).allowed:
        return Reviews((), 0)
    known = frozenset(person_ids) - hidden_from_unit(by, now=now)
    rows = list(Review.objects.filter(unit_id__in=unit_ids(by), person_id__in=known).order_by("pk"))
    mine = set(
        Opening.objects.filter(
            review__in=[one.pk for one in rows], officer_id=by.officer_id, until__gt=now
        ).values_list("review_id", flat=True)
    )
    opened = tuple(
        ReviewOf(
            one.pk, one.person_id, f"{one.force} {one.reference}", Status(one.status),
            Outcome(one.outcome) if one.outcome else None, one.outcome_at,
        )
        for one in rows
        if one.pk in mine
    )  # fmt: skip
    return Reviews(opened, len(rows) - len(opened))
