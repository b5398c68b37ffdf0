"""What may be done with somebody's personalised budget: allocate, ask for a spend, decide, pay.

The balance is guarded by the UPDATE itself (and by a constraint of the table): of two approvals
at once that together are more than is left, the second changes nothing and is refused.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F

from waypost.access import audit, may
from waypost.access.values import Permission, Posted, Purpose
from waypost.errors import Conflict, NoSuchThing, Refused
from waypost.orders.models import Person
from waypost.orders.queries import NUMBER_MAX, case_of
from waypost.pathways.actions import MOVED
from waypost.pathways.budgeting import (
    DECIDES,
    NO_SUCH_SPEND,
    PENCE_MAX,
    Balance,
    SpendAct,
    SpendStatus,
    check_other,
    decide_spend,
    pounds,
    short_of,
)
from waypost.pathways.deciding import said
from waypost.pathways.models import Budget, Spend, SpendMove

P = Permission


@transaction.atomic
def allocate(person_id: int, pence: int, why: str, *, by: Posted, now: datetime) -> None:
    """Give somebody a budget, or change it: never to less than is approved or paid already."""
    may.check(by, P.BUDGET_APPROVE, case_of(person_id, now=now))
    if Person.objects.get(pk=person_id).protected:
        raise NoSuchThing(may.NO_SUCH_PERSON)
    if not 0 < pence <= PENCE_MAX:
        raise Refused(f"A budget is up to {pounds(PENCE_MAX)}.")
    words = said(why, "Say what the budget is for.")
    values = {"allocated_pence": pence, "why": words, "changed_at": now,
              "changed_by_id": by.officer_id}  # fmt: skip
    same = Budget.objects.filter(person_id=person_id, committed_pence__lte=pence)
    if not same.update(**values):
        _first(person_id, values)
    audit.record(
        "budget:allocated", by=by, at=now, about=person_id, purpose=Purpose.SUPERVISION,
        detail={"pence": pence},
    )  # fmt: skip


@transaction.atomic
def ask_spend(person_id: int, pence: int, what: str, *, by: Posted, now: datetime) -> int:
    """Ask for something to be paid from their budget. Gives its number."""
    may.check(by, P.PATHWAY_WRITE, case_of(person_id, now=now))
    budget = Budget.objects.filter(person_id=person_id).first()
    if budget is None:
        raise Refused("They have no budget yet. A coordinator allocates one first.")
    if not 0 < pence <= PENCE_MAX:
        raise Refused(f"A spend is up to {pounds(PENCE_MAX)}.")
    balance = Balance(budget.allocated_pence, budget.committed_pence)
    if pence > balance.left:
        raise Refused(short_of(balance, pence))
    words = said(what, "Say what it is for.")
    made = Spend.objects.create(
        budget=budget, pence=pence, what=words, status=SpendStatus.ASKED, asked_at=now,
        asked_by_id=by.officer_id,
    )  # fmt: skip
    _line(made, person_id, "ask_spend", "", SpendStatus.ASKED, words, by, now)
    return made.pk


@transaction.atomic
def move_spend(
    spend_id: int, act: SpendAct, words: str, *, expected_version: int, by: Posted, now: datetime
) -> None:
    """Approved or refused by somebody else than who asked; paid with its receipt; withdrawn."""
    rows = Spend.objects.select_related("budget")
    found = rows.filter(pk=min(spend_id, NUMBER_MAX)).first()
    if found is None:
        raise NoSuchThing(NO_SUCH_SPEND)
    person_id = found.budget.person_id
    needed = P.BUDGET_APPROVE if act in DECIDES else P.PATHWAY_WRITE
    may.check(by, needed, case_of(person_id, now=now), absent=NO_SUCH_SPEND)
    before = SpendStatus(found.status)
    to, saying = decide_spend(before, act, words)
    check_other(act, found.asked_by_id, by.officer_id)
    _hold_back(found, before, to)
    changed: dict[str, Any] = {"receipt": saying[:120]} if act is SpendAct.PAY else {}
    same = Spend.objects.filter(pk=found.pk, version=expected_version, status=before)
    if not same.update(status=to, version=expected_version + 1, **changed):
        raise Conflict(MOVED)
    _line(found, person_id, act, before, to, saying, by, now)


def _hold_back(found: Spend, before: SpendStatus, to: SpendStatus) -> None:
    """Take an approved amount from the balance, in one UPDATE that cannot overdraw it; give it back
    where what was approved is withdrawn."""
    budget = Budget.objects.filter(pk=found.budget_id)
    if to is SpendStatus.APPROVED:
        enough = budget.filter(allocated_pence__gte=F("committed_pence") + found.pence)
        if not enough.update(committed_pence=F("committed_pence") + found.pence):
            now = budget.get()
            raise Refused(short_of(Balance(now.allocated_pence, now.committed_pence), found.pence))
    elif before is SpendStatus.APPROVED and to is SpendStatus.WITHDRAWN:
        budget.update(committed_pence=F("committed_pence") - found.pence)


def _first(person_id: int, values: dict[str, Any]) -> None:
    """Their first budget; Refused where there is one, of which more is approved than that."""
    there = Budget.objects.filter(person_id=person_id).first()
    if there is not None:
        raise Refused(f"{pounds(there.committed_pence)} of it is approved or paid already.")
    try:
        with transaction.atomic():
            Budget.objects.create(person_id=person_id, **values)
    except IntegrityError:
        raise Conflict(MOVED) from None


def _line(
    spend: Spend, person_id: int, act: str, before: str, to: SpendStatus, words: str, by: Posted,
    now: datetime,
) -> None:  # fmt: skip
    SpendMove.objects.create(
        spend=spend, at=now, act=act, from_status=before, to_status=to, words=words,
        officer_id=by.officer_id,
    )  # fmt: skip
    audit.record(
        "spend:moved", by=by, at=now, about=person_id, purpose=Purpose.SUPERVISION,
        detail={"spend": spend.pk, "act": str(act), "pence": spend.pence},
    )  # fmt: skip
