"""What may be done with orders: bring a file's persons into the store, again and again.

An import is idempotent: what the store already says is left alone, a change becomes a new version
with `known_at`, and nothing is overwritten. `OrdersHead` moves only when something changed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.db.models import F

from waypost.access import audit, may
from waypost.access.values import Permission, Posted
from waypost.errors import Problem
from waypost.orders.importing import Import
from waypost.orders.models import OrdersHead
from waypost.orders.values import PersonOrders

CHUNK = 400  # persons whose records are loaded together


@dataclass(frozen=True, slots=True)
class ImportOutcome:
    """What an import did. `changed_ids`: our numbers of persons for whom anything changed."""

    received: int
    made: int
    changed: int
    unchanged: int
    requirement_versions: int
    withdrawn: int
    activations: int
    changed_ids: frozenset[int] = frozenset()
    problems: list[Problem] = field(default_factory=list)


@transaction.atomic
def import_orders(persons: Sequence[PersonOrders], *, by: Posted, now: datetime) -> ImportOutcome:
    """Bring the persons in: all of them, or, on an error of ours, none.

    A requirement that its order no longer lists is withdrawn from now on; one that changed binds as
    changed from `valid_from` (the file's, else now if its order has begun), and before that as it
    was. An order or an activation that the file leaves out stays as it is. Rows that contradict the
    store (an activation of somebody else, an unknown officer) are problems; the rest goes in.
    """
    may.check(by, Permission.ORDER_WRITE)
    run = Import(by, now)
    for chunk in _chunks(persons):
        run.take(chunk)
    if run.changed_ids:
        bump_head()
    outcome = ImportOutcome(
        received=len(persons),
        made=run.made,
        changed=len(run.changed_ids) - run.made,
        unchanged=len(persons) - len(run.changed_ids),
        requirement_versions=run.requirement_versions,
        withdrawn=run.withdrawn,
        activations=run.activations,
        changed_ids=frozenset(run.changed_ids),
        problems=run.problems,
    )
    audit.record("orders:imported", by=by, at=now, detail=_counts(outcome))
    return outcome


def bump_head() -> None:
    """Say that what is asked, or who wears what, has changed; inside the transaction that did."""
    OrdersHead.objects.get_or_create(pk=1)
    OrdersHead.objects.filter(pk=1).update(version=F("version") + 1)


def _chunks(persons: Sequence[PersonOrders]) -> Iterator[Sequence[PersonOrders]]:
    for start in range(0, len(persons), CHUNK):
        yield persons[start : start + CHUNK]


def _counts(outcome: ImportOutcome) -> dict[str, int]:
    names = ("received", "made", "changed", "requirement_versions", "withdrawn", "activations")
    return {name: getattr(outcome, name) for name in names} | {"problems": len(outcome.problems)}
