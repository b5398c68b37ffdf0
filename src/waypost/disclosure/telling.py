"""Who is told of a request: numbers and times alone; what it says stands behind the sign-in.

A requester is told that there is an answer, never which: the notice reads alike for every one.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from waypost.access.values import Role
from waypost.disclosure import scope
from waypost.disclosure.checking import rank_needed
from waypost.disclosure.models import Request
from waypost.disclosure.moving import wanted_of
from waypost.disclosure.values import Kind, Rank, Urgency
from waypost.notices.values import Weight
from waypost.notices.writing import enqueue
from waypost.orders.queries import case_of


def tell_requester(found: Request, template: str, step: str, *, now: datetime) -> None:
    _tell(found, [found.asker_id], template, step, now)


def tell_checkers(found: Request, template: str, step: str, *, now: datetime) -> None:
    """Those who check; named staff of what somebody under limited access asks of themself."""
    able = scope.checkers(now=now)
    if found.kind == Kind.OWN and found.person_id is not None:
        case = case_of(found.person_id, now=now)
        able = [one for one in able if not case.limited or one in case.named_officer_ids]
    _tell(found, able, template, step, now)


def tell_authorisers(found: Request, template: str, step: str, *, now: datetime) -> None:
    """Whoever decides it: one who was named, else all of the rank who had no part in it."""
    if found.decider_id is not None:
        chosen = [found.decider_id]
    else:
        apart = {found.asker_id, found.checked_by_id}
        chosen = scope.authorisers(rank_needed(wanted_of(found)), now=now, but=apart)
    _tell(found, chosen, template, step, now)


def tell_on_call(found: Request, template: str, step: str, *, now: datetime) -> None:
    able = scope.authorisers(Rank.OFFICER, now=now, but={found.asker_id})
    _tell(found, [one for one in able if scope.is_on_call(one, now=now)], template, step, now)


def tell_reviewers(found: Request, template: str, step: str, *, now: datetime) -> None:
    reviewers = scope.officers_in(Role.DATA_PROTECTION_OFFICER, now=now)
    _tell(found, sorted(reviewers - scope.involved(found)), template, step, now)


def _tell(
    found: Request, officer_ids: Collection[int], template: str, step: str, now: datetime
) -> None:
    enqueue(
        about=f"disclosure:{found.pk}",
        step=step,
        officer_ids=sorted(officer_ids),
        template=template,
        words={"request_id": found.pk},
        now=now,
        weight=Weight.SOON if found.urgency == Urgency.ROUTINE else Weight.NOW,
    )
