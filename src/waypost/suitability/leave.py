"""Going on although something is missing: asked by one officer, decided by a named other.

    ask_leave      why the act cannot wait for what is missing
    decide_leave   an authorising officer who did not ask; for what was missing then, for a time
    end_leave      before its time

A leave answers no check: the check stays asked for, and is owed (owed.py).
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from waypost.access import audit, may
from waypost.access.second_person import check_decides
from waypost.access.values import Permission, Posted, Purpose
from waypost.errors import NoSuchThing, Refused
from waypost.orders.queries import NUMBER_MAX, case_of
from waypost.suitability import lifecycle, scope
from waypost.suitability.gathering import gate_act_of, gate_facts, person_gate_facts
from waypost.suitability.gating import Gate, gate
from waypost.suitability.models import Leave
from waypost.suitability.scope import said
from waypost.suitability.values import (
    LEAVE_LASTS,
    NO_SUCH_LEAVE,
    GateAct,
    LeaveAct,
    LeaveStatus,
)


@transaction.atomic
def ask_leave(assessment_id: int, why: str, *, by: Posted, now: datetime) -> int:
    """Ask that the proposal or release of this assessment goes on; the request's number."""
    found = scope.find(assessment_id, Permission.SUITABILITY_WRITE, by=by, now=now)
    act = gate_act_of(found)
    stands = gate(act, gate_facts(found, act), now)
    return _ask(found.person_id, found.pk, stands, why, by, now)


@transaction.atomic
def ask_leave_for(person_id: int, act: GateAct, why: str, *, by: Posted, now: datetime) -> int:
    """The same for an act that no assessment of ours leads to, such as a change of address."""
    may.check(by, Permission.SUITABILITY_WRITE, case_of(person_id, now=now))
    return _ask(person_id, None, gate(act, person_gate_facts(person_id, act), now), why, by, now)


@transaction.atomic
def decide_leave(leave_id: int, act: LeaveAct, words: str, *, by: Posted, now: datetime) -> None:
    """Grant or refuse it, saying why. Refused for who asked for it."""
    if act is LeaveAct.END:
        raise Refused("Grant it or refuse it.")
    found = _find(leave_id, Permission.GATE_DECIDE, by, now)
    check_decides(by, asked_by_id=found.asked_by_id, about_id=0)
    after = lifecycle.decide_leave(LeaveStatus(found.status), act)
    granted = after is LeaveStatus.GRANTED
    scope.save(
        found,
        {"status": after.value, "decided_at": now, "decided_by_id": by.officer_id,
         "decided_words": said(words, "Say why, for whoever asks one day."),
         "until": now + LEAVE_LASTS if granted else None},
    )  # fmt: skip
    _line(found, after.value, by, now)


@transaction.atomic
def end_leave(leave_id: int, words: str, *, by: Posted, now: datetime) -> None:
    """Before its time, by whoever asked for it or an authorising officer."""
    decides = may.decide(by, Permission.GATE_DECIDE).allowed
    permission = Permission.GATE_DECIDE if decides else Permission.SUITABILITY_WRITE
    found = _find(leave_id, permission, by, now)
    after = lifecycle.decide_leave(LeaveStatus(found.status), LeaveAct.END)
    scope.save(found, {"status": after.value, "ended_at": now, "ended_by_id": by.officer_id,
                       "ended_why": said(words, "Say why it ends.")})  # fmt: skip
    _line(found, after.value, by, now)


def _ask(
    person_id: int, assessment_id: int | None, stands: Gate, why: str, by: Posted, now: datetime
) -> int:
    if by.officer_id is None:
        raise Refused("This is asked by a person.")
    if stands.open:
        raise Refused("Nothing stands in the way: go on without it.")
    waits = Leave.objects.filter(
        person_id=person_id, act=stands.act.value, status=LeaveStatus.ASKED.value
    )
    if waits.exists():
        raise Refused("This has been asked for and waits for a decision.")
    made = Leave.objects.create(
        person_id=person_id, assessment_id=assessment_id, act=stands.act.value, asked_at=now,
        missing=[one.value for one in stands.missing], asked_by_id=by.officer_id,
        why=said(why, "Say why it cannot wait for what is missing."),
    )  # fmt: skip
    _line(made, "asked", by, now)
    return made.pk


def _find(leave_id: int, permission: Permission, by: Posted, now: datetime) -> Leave:
    found = Leave.objects.filter(pk=min(leave_id, NUMBER_MAX)).first()
    if found is None:
        may.check(by, permission)
        raise NoSuchThing(NO_SUCH_LEAVE)
    may.check(by, permission, case_of(found.person_id, now=now), absent=NO_SUCH_LEAVE)
    return found


def _line(found: Leave, what: str, by: Posted, now: datetime) -> None:
    audit.record(f"gate:{what}", by=by, at=now, about=found.person_id,
                 purpose=Purpose.SAFEGUARDING,
                 detail={"leave": found.pk, "act": found.act,
                         "missing": list(found.missing)})  # fmt: skip
