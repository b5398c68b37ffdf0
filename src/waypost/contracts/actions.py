"""What may be done with a contract: the provider receives it or asks back, the responsible answer.

Each act: load, may I?, decide by the table, save by compare-and-set with its step and its line.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import F

from waypost.access import audit, may
from waypost.access.values import Permission, Posted
from waypost.contracts import lifecycle
from waypost.contracts.models import Contract, ContractStep
from waypost.contracts.values import NO_SUCH_CONTRACT, WORDS_MAX, Act, Status
from waypost.errors import Conflict, NoSuchThing, Refused
from waypost.notices.values import Weight
from waypost.notices.writing import enqueue
from waypost.orders.queries import case_of

MOVED_FIRST = "somebody moved this contract first; look at it again before you act"


@transaction.atomic
def receive(contract_id: int, *, by: Posted, now: datetime, expected_version: int) -> None:
    """The provider has it and monitors by it."""
    row = _load(contract_id, Permission.CONTRACT_RECEIVE, by, now)
    _move(row, Act.RECEIVE, "", by, now, expected_version)


@transaction.atomic
def ask(contract_id: int, words: str, *, by: Posted, now: datetime, expected_version: int) -> None:
    """The provider cannot monitor by it as it stands, and says why; the responsible are told."""
    row = _load(contract_id, Permission.CONTRACT_RECEIVE, by, now)
    if not words.strip():
        raise Refused("Say what is unclear, so that whoever answers knows what to find out.")
    _move(row, Act.ASK, words, by, now, expected_version)
    enqueue(
        about=f"contract:{row.pk}", step=f"asked:{row.version}",
        officer_ids=case_of(row.person_id, now=now).officer_ids, template="contract_asked",
        words={"contract_id": row.pk}, now=now, weight=Weight.SOON,
    )  # fmt: skip


@transaction.atomic
def answer(
    contract_id: int, words: str, *, by: Posted, now: datetime, expected_version: int
) -> None:
    """What was asked is answered; where the order was wrong it is varied, which tells it anew."""
    row = _load(contract_id, Permission.ORDER_VARY, by, now)
    if not words.strip():
        raise Refused("Write the answer; a change of the order itself is made on its page.")
    _move(row, Act.ANSWER, words, by, now, expected_version)


def _load(contract_id: int, permission: Permission, by: Posted, now: datetime) -> Contract:
    row = Contract.objects.filter(pk=contract_id).first()
    if row is None:
        raise NoSuchThing(NO_SUCH_CONTRACT)
    may.check(by, permission, case_of(row.person_id, now=now), absent=NO_SUCH_CONTRACT)
    return row


def _move(
    row: Contract, act: Act, words: str, by: Posted, now: datetime, expected_version: int
) -> None:
    status = lifecycle.decide(Status(row.status), act)
    moved = Contract.objects.filter(pk=row.pk, version=expected_version, status=row.status)
    if not moved.update(status=status.value, since_at=now, version=F("version") + 1):
        raise Conflict(MOVED_FIRST)
    made = ContractStep.objects.create(
        contract=row, act=act.value, at=now, officer_id=by.officer_id,
        words=words.strip()[:WORDS_MAX],
    )  # fmt: skip
    audit.record(
        f"contract:{KINDS[act]}", by=by, at=now, about=row.person_id,
        detail={"contract": row.pk, "step": made.pk},
    )  # fmt: skip


KINDS = {Act.RECEIVE: "received", Act.ASK: "asked", Act.ANSWER: "answered"}
