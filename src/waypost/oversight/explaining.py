"""Who may see a person, and by what rule: asked of the same `may` that every page asks.

who_may(case, officers)   pure: for each permission, who is let and by which rule
explained(person_id)      for who reviews lawful use; leaves a line
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from waypost.access import audit, may
from waypost.access.queries import everybody_posted
from waypost.access.values import Case, Permission, Posted
from waypost.orders.queries import case_of

# What makes up "seeing somebody", in the order of how much it shows.
SHOWN = (
    Permission.PERSON_READ,
    Permission.ORDER_READ,
    Permission.ALERT_READ,
    Permission.DEVICE_READ,
    Permission.BREACH_READ,
    Permission.MATCH_READ,
    Permission.WHEREABOUTS_READ,
    Permission.AUDIT_READ,
)


@dataclass(frozen=True, slots=True)
class Allowed:
    officer_id: int
    name: str
    rule: str


@dataclass(frozen=True, slots=True)
class Explained:
    """For one permission: who is let, and who holds it and is not, with why."""

    permission: Permission
    let: tuple[Allowed, ...]
    kept_out: tuple[Allowed, ...]


def who_may(
    case: Case, officers: Sequence[Posted], permissions: Iterable[Permission] = SHOWN
) -> tuple[Explained, ...]:
    """Officers whose roles carry nothing of the kind are in neither list."""
    return tuple(_one(case, officers, permission) for permission in permissions)


def _one(case: Case, officers: Sequence[Posted], permission: Permission) -> Explained:
    let: list[Allowed] = []
    kept_out: list[Allowed] = []
    for one in officers:
        if one.officer_id is None or not may.decide(one, permission).allowed:
            continue
        answer = may.decide(one, permission, case)
        row = Allowed(one.officer_id, one.name, answer.rule)
        (let if answer.allowed else kept_out).append(row)
    return Explained(permission, tuple(let), tuple(kept_out))


def explained(person_id: int, *, by: Posted, now: datetime) -> tuple[Explained, ...]:
    """Everybody posted now, set against the person's case as it stands now."""
    case = case_of(person_id, now=now)
    may.check(by, Permission.OVERSIGHT_READ, case)
    found = who_may(case, everybody_posted(now=now))
    with transaction.atomic():
        audit.record("access:explained", by=by, at=now, about=person_id)
    return found
