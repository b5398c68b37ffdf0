"""What may be asked of budgets: one person's balance and spends, and what waits for approval."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from waypost.access import may
from waypost.access.models import Officer
from waypost.access.values import Permission, Posted
from waypost.orders.queries import case_of, visible_person_ids
from waypost.pathways.budgeting import DECIDES, Balance, SpendAct, SpendStatus, spend_acts_of
from waypost.pathways.models import Budget, Spend, SpendMove

P = Permission


@dataclass(frozen=True, slots=True)
class SpendRow:
    """waits: since when it waits for a decision; acts: what the asker of this page may do."""

    spend: Spend
    person_id: int
    person: str
    status: SpendStatus
    asked_by: str
    waits: timedelta | None
    moves: tuple[tuple[SpendMove, str], ...]
    acts: tuple[SpendAct, ...]


@dataclass(frozen=True, slots=True)
class BudgetSeen:
    """balance: None where they have no budget."""

    balance: Balance | None
    why: str
    spends: tuple[SpendRow, ...]  # the newest first
    may_allocate: bool
    may_ask: bool


def budget_of(person_id: int, by: Posted, *, now: datetime) -> BudgetSeen:
    """One person's budget. The page that shows it leaves the line."""
    case = case_of(person_id, now=now)
    may.check(by, P.PATHWAY_READ, case)
    budget = Budget.objects.filter(person_id=person_id).first()
    spends = Spend.objects.filter(budget__person_id=person_id).order_by("-asked_at", "-pk")
    return BudgetSeen(
        Balance(budget.allocated_pence, budget.committed_pence) if budget else None,
        budget.why if budget else "",
        _rows(spends.select_related("budget__person"), by, now),
        may.decide(by, P.BUDGET_APPROVE, case).allowed,
        budget is not None and may.decide(by, P.PATHWAY_WRITE, case).allowed,
    )


def to_approve(by: Posted, *, now: datetime) -> tuple[SpendRow, ...]:
    """What waits for a decision, of the asker's people, the oldest first."""
    may.check(by, P.BUDGET_APPROVE)
    seen = visible_person_ids(by, P.BUDGET_APPROVE, now=now)
    rows = Spend.objects.filter(status=SpendStatus.ASKED).order_by("asked_at", "pk")
    rows = rows if seen is None else rows.filter(budget__person_id__in=seen)
    return _rows(rows.select_related("budget__person"), by, now)


def _rows(rows: Iterable[Spend], by: Posted, now: datetime) -> tuple[SpendRow, ...]:
    spends = list(rows)
    moves = list(SpendMove.objects.filter(spend_id__in=[one.pk for one in spends]).order_by("pk"))
    told = [*(one.officer_id for one in moves), *(one.asked_by_id for one in spends)]
    wanted = [one for one in told if one is not None]
    names = {one.pk: str(one) for one in Officer.objects.filter(pk__in=wanted)}
    return tuple(
        SpendRow(
            one, one.budget.person_id,
            one.budget.person.full_name or one.budget.person.reference,
            SpendStatus(one.status), names.get(one.asked_by_id or 0, "Waypost"),
            now - one.asked_at if one.status == SpendStatus.ASKED else None,
            tuple((each, names.get(each.officer_id or 0, "Waypost")) for each in moves
                  if each.spend_id == one.pk),
            _acts(one, by),
        )
        for one in spends
    )  # fmt: skip


def _acts(one: Spend, by: Posted) -> tuple[SpendAct, ...]:
    decides = may.decide(by, P.BUDGET_APPROVE).allowed and one.asked_by_id != by.officer_id
    writes = may.decide(by, P.PATHWAY_WRITE).allowed
    return tuple(
        act
        for act in spend_acts_of(SpendStatus(one.status))
        if (decides if act in DECIDES else writes)
    )
