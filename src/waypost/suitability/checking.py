"""Domestic-abuse and child-safeguarding checks: asked for, chased, answered, with a clock.

    ask_check     of the police or children's services, about the address that counts now
    chase         somebody rang or wrote again
    answer        what came back, in words, from whom, when, valid until
    call_off      asked by mistake, or of an address that nobody asks for any more

No wearer is told that there is one: their lines are of kinds that stand in access's UNTOLD_KINDS.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from waypost.access import audit, may
from waypost.access.values import Permission, Posted, Purpose
from waypost.errors import NoSuchThing, Refused
from waypost.jobs import due
from waypost.necessity.values import CheckKind
from waypost.orders.queries import NUMBER_MAX, case_of
from waypost.suitability import clocks, lifecycle, scope
from waypost.suitability.models import Check, CheckMove
from waypost.suitability.scope import check_past, named, said
from waypost.suitability.values import (
    ASKED_OF,
    CHECK_DUE,
    NO_SUCH_CHECK,
    VALID_MAX,
    WAITING,
    Answer,
    CheckAct,
    CheckStatus,
    Status,
)


@dataclass(frozen=True, slots=True)
class Answered:
    """What came back. valid_until None: as long as such an answer is good for."""

    answer: Answer
    words: str
    answered_by: str
    answered_at: datetime
    valid_until: datetime | None = None


@transaction.atomic
def ask_check(
    assessment_id: int, kind: CheckKind, asked_of: str, *, by: Posted, now: datetime
) -> int:
    """Write down that it was asked for; its number. One that waits already is not asked twice.

    asked_of   which force or which borough's children's services; "": as usual
    """
    found = scope.find(assessment_id, Permission.SUITABILITY_WRITE, by=by, now=now)
    if Status(found.status) is Status.WITHDRAWN:
        raise Refused("This assessment is withdrawn: open it again before anybody is asked.")
    home = scope.home_of(found)
    if home is None:
        raise Refused("Give the address first: a check is about an address.")
    waits = found.checks.filter(kind=kind.value, home=home,
                                status__in=[one.value for one in WAITING])  # fmt: skip
    if waits.exists():
        raise Refused("This has been asked and is waited for; chase it instead.")
    due_at = clocks.due_at(kind, now)
    made = Check.objects.create(
        assessment=found, home=home, kind=kind.value, requested_at=now,
        asked_of=" ".join(asked_of.split())[:120] or ASKED_OF[kind],
        requested_by_id=by.officer_id, due_at=due_at,
    )  # fmt: skip
    CheckMove.objects.create(
        check_asked=made, at=now, act="ask", from_status="", to_status=made.status,
        officer_id=by.officer_id,
    )  # fmt: skip
    due.set_due([due.DueRow(CHECK_DUE, str(made.pk), clocks.next_look(due_at, now=now))])
    _line(made, "asked", by, now)
    return made.pk


@transaction.atomic
def chase(check_id: int, words: str, *, by: Posted, now: datetime) -> None:
    found = _find(check_id, by, now)
    _move(found, CheckAct.CHASE, said(words, "Say whom you rang or wrote to."), by, now,
          chased=found.chased + 1)  # fmt: skip


@transaction.atomic
def answer(check_id: int, given: Answered, *, by: Posted, now: datetime) -> None:
    """Write down what came back. A later answer is added, and the newest counts."""
    found = _find(check_id, by, now)
    check_past(given.answered_at, "it was answered", now=now)
    if given.answered_at < found.requested_at - timedelta(minutes=1):
        raise Refused("It was answered before it was asked: look at the date again.")
    until = given.valid_until or clocks.usually_valid_until(given.answered_at)
    if not given.answered_at < until <= given.answered_at + VALID_MAX:
        raise Refused("Say until when the answer is good: after its day, and within a year.")
    words = said(given.words, "Write down what was answered, in their words.")
    _move(
        found, CheckAct.ANSWER, words, by, now, answer=given.answer.value, words=words,
        answered_by=named(given.answered_by, "Say who answered."), valid_until=until,
        answered_at=given.answered_at,
    )  # fmt: skip


@transaction.atomic
def call_off(check_id: int, words: str, *, by: Posted, now: datetime) -> None:
    found = _find(check_id, by, now)
    why = said(words, "Say why no answer is wanted any more.")
    _move(found, CheckAct.CALL_OFF, why, by, now)


def _find(check_id: int, by: Posted, now: datetime) -> Check:
    rows = Check.objects.select_for_update(of=("self",)).select_related("assessment")
    found = rows.filter(pk=min(check_id, NUMBER_MAX)).first()
    if found is None:
        may.check(by, Permission.SUITABILITY_WRITE)
        raise NoSuchThing(NO_SUCH_CHECK)
    case = case_of(found.assessment.person_id, now=now)
    may.check(by, Permission.SUITABILITY_WRITE, case, absent=NO_SUCH_CHECK)
    return found


def _move(
    found: Check, act: CheckAct, said_words: str, by: Posted, now: datetime, **changed: Any
) -> None:
    before = CheckStatus(found.status)
    after = lifecycle.decide_check(before, act)
    scope.save(found, {"status": after.value, **changed})
    CheckMove.objects.create(
        check_asked=found, at=now, act=act.value, from_status=before.value, to_status=after.value,
        officer_id=by.officer_id, answer=str(changed.get("answer", "")), words=said_words,
    )  # fmt: skip
    if after not in WAITING:
        due.clear(CHECK_DUE, [str(found.pk)])
    _line(found, act.value, by, now)


def _line(found: Check, what: str, by: Posted, now: datetime) -> None:
    audit.record(f"check:{what}", by=by, at=now, about=found.assessment.person_id,
                 purpose=Purpose.SAFEGUARDING,
                 detail={"check": found.pk, "assessment": found.assessment_id,
                         "kind": found.kind})  # fmt: skip


__all__ = ["Answered", "answer", "ask_check", "call_off", "chase"]
