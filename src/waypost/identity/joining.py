"""Two records read as one person: the other's thread beside one's own, and what falls between them.

An order is judged by the tags of its own record. So an order that is live in one record, while the
tag is worn under the other, is judged by nobody: `Gap` says so aloud wherever the two are shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from waypost.access import audit, may
from waypost.access.values import Permission, Posted
from waypost.errors import Refused
from waypost.identity.lifecycle import NEEDS_WORDS, allowed_acts
from waypost.identity.models import Merge
from waypost.identity.queries import (
    MergeSeen,
    MoveSeen,
    Side,
    likeness_of,
    merge_seen,
    moves_of,
    sides_of,
    standing_merges,
)
from waypost.identity.scope import check_both, check_may_be_one, merge_of
from waypost.identity.values import NO_SUCH_MERGE, Likeness, MergeAct, MergeStatus
from waypost.orders.queries import cases_of, light_orders
from waypost.orders.values import OrderKind, PersonOrders


@dataclass(frozen=True, slots=True)
class Gap:
    """An order of one record that no tag of that record answers, while the other wears one."""

    order_id: str
    of: str
    worn_by: str


@dataclass(frozen=True, slots=True)
class Joined:
    """The other record of a person, as their page shows it beside their own."""

    merge_id: int
    other_id: int
    reference: str
    is_kept: bool  # whether the other one is the record that is kept
    in_doubt: bool
    orders: PersonOrders
    gaps: tuple[Gap, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two records side by side, before a merge is proposed."""

    one: Side
    other: Side
    alike: Likeness
    orders: tuple[PersonOrders, PersonOrders]
    gaps: tuple[Gap, ...]
    trouble: str  # why the two may never be one; "" where they may


@dataclass(frozen=True, slots=True)
class MergePage:
    seen: MergeSeen
    alike: Likeness
    reasons: tuple[str, ...]  # as they stood when it was proposed
    orders: tuple[PersonOrders, PersonOrders]
    gaps: tuple[Gap, ...]
    moves: tuple[MoveSeen, ...]
    acts: tuple[tuple[MergeAct, str], ...]
    version: int
    is_settled: bool


def joined_to(person_id: int, by: Posted, *, now: datetime) -> list[Joined]:
    """The other records of the person, only those that the officer may read by themselves."""
    rows = standing_merges([person_id])
    others = {one.pk: _other(one, person_id) for one in rows}
    cases = cases_of(set(others.values()), now=now)
    found = []
    for row in rows:
        case = cases.get(others[row.pk])
        if case is None or not may.decide(by, Permission.PERSON_READ, case).allowed:
            continue
        mine, theirs = _threads(person_id, case.person_id)
        is_kept = row.kept_id == case.person_id
        found.append(
            Joined(row.pk, case.person_id, theirs.person_id, is_kept,
                   row.status == MergeStatus.DOUBTED, theirs, gaps_of(mine, theirs, now))
        )  # fmt: skip
    return found


def compare(one_id: int, other_id: int, by: Posted, *, now: datetime) -> Comparison:
    """The two side by side; leaves a line of each."""
    first, second = check_both(one_id, other_id, by, now=now)
    threads = _threads(one_id, other_id)
    sides = sides_of({one_id, other_id})
    trouble = ""
    try:
        check_may_be_one(first, second)
    except Refused as refusal:
        trouble = str(refusal)
    if one_id != other_id:
        _looked(one_id, other_id, by, now)
    return Comparison(
        sides[one_id], sides[other_id], likeness_of(one_id, other_id), threads,
        gaps_of(*threads, now), trouble,
    )  # fmt: skip


def merge_page(merge_id: int, by: Posted, *, now: datetime) -> MergePage:
    """One merge with both threads, its story, and what may be done; leaves a line of each."""
    row = merge_of(merge_id)
    check_both(row.kept_id, row.other_id, by, now=now, absent=NO_SUCH_MERGE)
    seen = merge_seen(row, by)
    threads = _threads(row.kept_id, row.other_id)
    acts = allowed_acts(seen.status, is_proposer=seen.mine)
    _looked(row.kept_id, row.other_id, by, now)
    return MergePage(
        seen, likeness_of(row.kept_id, row.other_id), tuple(row.reasons), threads,
        gaps_of(*threads, now), tuple(moves_of(row.pk)),
        tuple((act, NEEDS_WORDS[act]) for act in acts), row.version,
        seen.status in {MergeStatus.REFUSED, MergeStatus.TAKEN_BACK, MergeStatus.REVERSED},
    )  # fmt: skip


def gaps_of(one: PersonOrders, other: PersonOrders, now: datetime) -> tuple[Gap, ...]:
    """Live orders of either that no tag of their own record answers, while the other wears one."""
    return tuple(
        Gap(order.order_id, mine.person_id, theirs.person_id)
        for mine, theirs in ((one, other), (other, one))
        if not _wears(mine, now) and _wears(theirs, now)
        for order in mine.orders
        if order.kind is not OrderKind.PROTECTION
        and order.from_at <= now
        and (order.to_at is None or order.to_at > now)
    )


def _wears(person: PersonOrders, now: datetime) -> bool:
    return any(
        one.from_at <= now and (one.to_at is None or one.to_at > now) for one in person.activations
    )


def _threads(one_id: int, other_id: int) -> tuple[PersonOrders, PersonOrders]:
    found = {one.number: one for one in light_orders([one_id, other_id])}
    return found[one_id], found[other_id]


def _other(row: Merge, person_id: int) -> int:
    return row.other_id if row.kept_id == person_id else row.kept_id


@transaction.atomic
def _looked(one_id: int, other_id: int, by: Posted, now: datetime) -> None:
    for about, beside in ((one_id, other_id), (other_id, one_id)):
        audit.record("identity:compared", by=by, at=now, about=about, detail={"beside": beside})
