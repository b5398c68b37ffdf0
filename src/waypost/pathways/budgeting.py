"""Personalised budgets in pence: the one table of a spend's moves, amounts as they are typed, the
balance. Pure. That a budget is for women is the service's word; what somebody is stands apart."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from waypost.errors import Refused
from waypost.pathways.deciding import said

NO_SUCH_SPEND = "There is no such spend."
PENCE_MAX = 10_000_00  # of one person's budget, and so of one spend: our assumption
AMOUNT = re.compile(r"£?\s*([0-9]{1,7}|[0-9]{1,3}(?:,[0-9]{3})+)(?:\.([0-9]{2}))?")


class SpendStatus(StrEnum):
    ASKED = "asked"
    APPROVED = "approved"  # held back from the balance
    PAID = "paid"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class SpendAct(StrEnum):
    APPROVE = "approve_spend"
    REFUSE = "refuse_spend"
    PAY = "pay_spend"
    WITHDRAW = "withdraw_spend"


SPEND_TARGET: dict[SpendAct, SpendStatus] = {
    SpendAct.APPROVE: SpendStatus.APPROVED,
    SpendAct.REFUSE: SpendStatus.REFUSED,
    SpendAct.PAY: SpendStatus.PAID,
    SpendAct.WITHDRAW: SpendStatus.WITHDRAWN,
}
SPEND_NEXT: dict[SpendStatus, frozenset[SpendStatus]] = {
    SpendStatus.ASKED: frozenset(
        {SpendStatus.APPROVED, SpendStatus.REFUSED, SpendStatus.WITHDRAWN}
    ),
    SpendStatus.APPROVED: frozenset({SpendStatus.PAID, SpendStatus.WITHDRAWN}),
    SpendStatus.PAID: frozenset(),
    SpendStatus.REFUSED: frozenset(),
    SpendStatus.WITHDRAWN: frozenset(),
}
SPEND_WORDS: dict[SpendStatus, str] = {
    SpendStatus.ASKED: "waits for approval",
    SpendStatus.APPROVED: "approved, not paid",
    SpendStatus.PAID: "paid",
    SpendStatus.REFUSED: "refused",
    SpendStatus.WITHDRAWN: "withdrawn",
}
SPEND_ACT_WORDS: dict[SpendAct, str] = {
    SpendAct.APPROVE: "approved",
    SpendAct.REFUSE: "refused",
    SpendAct.PAY: "paid",
    SpendAct.WITHDRAW: "withdrawn",
}
SPEND_ASKS: dict[SpendAct, str] = {
    SpendAct.APPROVE: "why it is right for them",
    SpendAct.REFUSE: "why it is refused",
    SpendAct.PAY: "the reference of the receipt",
    SpendAct.WITHDRAW: "why it is withdrawn",
}
DECIDES = frozenset({SpendAct.APPROVE, SpendAct.REFUSE})  # by somebody else than who asked
RECEIPT_MIN = 3


@dataclass(frozen=True, slots=True)
class Balance:
    """In pence. committed: approved or paid."""

    allocated: int
    committed: int

    @property
    def left(self) -> int:
        return self.allocated - self.committed


def spend_acts_of(status: SpendStatus) -> tuple[SpendAct, ...]:
    return tuple(act for act in SpendAct if SPEND_TARGET[act] in SPEND_NEXT[status])


def decide_spend(status: SpendStatus, act: SpendAct, words: str) -> tuple[SpendStatus, str]:
    """The status after the act, and its words. Refused where the table forbids."""
    if SPEND_TARGET[act] not in SPEND_NEXT[status]:
        raise Refused(f"This spend is {SPEND_WORDS[status]}; it cannot be {SPEND_ACT_WORDS[act]}.")
    if act is SpendAct.PAY:
        return SPEND_TARGET[act], said(words, f"Give {SPEND_ASKS[act]}.", least=RECEIPT_MIN)
    return SPEND_TARGET[act], said(words, f"Say {SPEND_ASKS[act]}.")


def check_other(act: SpendAct, asked_by: int | None, by: int | None) -> None:
    """Whoever asks does not decide."""
    if act in DECIDES and asked_by == by:
        raise Refused("You asked for this spend; somebody else decides on it.")


def pence_of(text: str) -> int:
    """£45, 45.50 or 1,250.00 as pence, without a float. Refused for anything else."""
    found = AMOUNT.fullmatch(text.strip())
    pence = int(found[1].replace(",", "")) * 100 + int(found[2] or 0) if found else 0
    if not 0 < pence <= PENCE_MAX:
        raise Refused(f"Give an amount in pounds, like 45 or 45.50, up to {pounds(PENCE_MAX)}.")
    return pence


def pounds(pence: int) -> str:
    """4550 as £45.50."""
    return f"£{pence // 100:,}.{pence % 100:02d}"


def short_of(balance: Balance, pence: int) -> str:
    return f"{pounds(pence)} is more than the {pounds(balance.left)} that is left of their budget."
