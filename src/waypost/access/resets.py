"""Second factors that were lost: taken away by two people. Nobody decides on their own account.

    ask_reset    with the reason, and how it was made sure who asks
    decide_reset by somebody else who may change accounts, and whose account it is not
    take_back    by whoever asked

Accounts are named by user name and never listed: an administrator need not know who wears a tag.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from waypost.access import audit, may
from waypost.access.models import FactorReset, Officer, RecoveryCode, SecondFactor
from waypost.access.proving import end_factors, has_factor
from waypost.access.second_person import check_decides, in_one_line, said_why
from waypost.access.values import Permission, Posted
from waypost.errors import Conflict, NoSuchThing, Refused

NOTHING_TO_RESET = "No account of this user name has a second factor."


@dataclass(frozen=True, slots=True)
class ResetSeen:
    """may_decide: whoever reads it neither asked for it nor is whom it is about."""

    reset_id: int
    username: str
    words: str
    asked_by: str
    asked_at: datetime
    status: str
    decided_by: str
    decided_words: str
    may_decide: bool
    own: bool


@transaction.atomic
def ask_reset(username: str, words: str, *, by: Posted, now: datetime) -> int:
    """Ask that an account's second factors be taken away. Conflict where that is asked already."""
    may.check(by, Permission.OFFICER_WRITE)
    said = said_why(words)
    if by.officer_id is None:
        raise Refused("A reset is asked for by somebody with a name.")
    officer = Officer.objects.filter(username=username.strip(), is_active=True).first()
    if officer is None or not has_factor(officer.pk):
        raise Refused(NOTHING_TO_RESET)
    if FactorReset.objects.filter(officer=officer, status="waiting").exists():
        raise Conflict("This is asked for already, and waits for somebody else.")
    made = FactorReset.objects.create(
        officer=officer, words=said, status="waiting", asked_at=now, asked_by_id=by.officer_id
    )
    _record("asked", made, by, now)
    return made.pk


@transaction.atomic
def decide_reset(reset_id: int, *, grant: bool, words: str, by: Posted, now: datetime) -> None:
    """Grant it, which takes all of them away at once, or refuse it with a reason."""
    may.check(by, Permission.OFFICER_WRITE)
    found = _reset(reset_id)
    check_decides(by, asked_by_id=found.asked_by_id, about_id=found.officer_id)
    said = in_one_line(words) if grant else said_why(words)
    _moved(found, "granted" if grant else "refused", by, now, said)
    if grant:
        end_factors(SecondFactor.objects.filter(officer=found.officer, ended_at=None), now)
        RecoveryCode.objects.filter(officer=found.officer).delete()
    _record("granted" if grant else "refused", found, by, now)


@transaction.atomic
def take_back(reset_id: int, *, by: Posted, now: datetime) -> None:
    """Take back what one asked for oneself."""
    may.check(by, Permission.OFFICER_WRITE)
    found = _reset(reset_id)
    if found.asked_by_id != by.officer_id:
        raise Refused("Whoever asked for it takes it back; you may refuse it.")
    _moved(found, "taken_back", by, now, "")
    _record("taken_back", found, by, now)


def resets(by: Posted, *, limit: int = 50) -> list[ResetSeen]:
    """Those that wait first, then the newest."""
    may.check(by, Permission.OFFICER_WRITE)
    rows = FactorReset.objects.select_related("officer", "asked_by", "decided_by")
    waiting = rows.filter(status="waiting").order_by("asked_at", "pk")
    ended = rows.exclude(status="waiting").order_by("-decided_at", "-pk")
    return [
        ResetSeen(
            one.pk, one.officer.username, one.words, str(one.asked_by), one.asked_at, one.status,
            str(one.decided_by or ""), one.decided_words,
            may_decide=one.status == "waiting"
            and by.officer_id not in {one.asked_by_id, one.officer_id},
            own=one.asked_by_id == by.officer_id,
        )
        for one in [*waiting, *ended[:limit]]
    ]  # fmt: skip


def _reset(reset_id: int) -> FactorReset:
    found = FactorReset.objects.select_related("officer").filter(pk=reset_id).first()
    if found is None:
        raise NoSuchThing("There is no such request.")
    return found


def _moved(found: FactorReset, status: str, by: Posted, now: datetime, words: str) -> None:
    waiting = FactorReset.objects.filter(pk=found.pk, status="waiting")
    if not waiting.update(status=status, decided_at=now, decided_by_id=by.officer_id,
                          decided_words=words):  # fmt: skip
        raise Conflict("This request was decided already.")


def _record(what: str, found: FactorReset, by: Posted, now: datetime) -> None:
    detail = {"reset": found.pk, "officer_id": found.officer_id}
    audit.record(f"factor_reset:{what}", by=by, at=now, detail=detail)
