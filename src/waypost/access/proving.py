"""Second factors: set up and taken away by whose they are, and asked for at the sign-in.

begin_app, confirm_app   a secret for an app, counted once a code of it was typed
use_code                 a code of the app or of the paper, within the caller's transaction
make_recovery_codes      ten codes for paper, shown this once
end_factor               take one away
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import QuerySet

from waypost.access import audit, may, second_factor
from waypost.access.models import RecoveryCode, SecondFactor
from waypost.access.values import Permission, Posted
from waypost.errors import Conflict, Refused

APP = "app"
LABEL_MAX = 60
BEGUN_FOR = timedelta(minutes=30)  # for so long a secret that was shown waits for its first code
FACTORS_MAX = 5
WRONG_CODE = "The code is not right, or was used already. Wait for the next one and type that."


@dataclass(frozen=True, slots=True)
class FactorSeen:
    factor_id: int
    kind: str
    label: str
    confirmed_at: datetime
    last_used_at: datetime | None


@transaction.atomic
def begin_app(*, by: Posted, now: datetime) -> str:
    """A new secret, base32, for one's own app; one begun before and not confirmed is forgotten."""
    officer_id = own_number(by)
    check_room(officer_id)
    SecondFactor.objects.filter(officer_id=officer_id, confirmed_at=None).delete()
    secret = second_factor.secret_text(secrets.token_bytes(second_factor.SECRET_BYTES))
    made = SecondFactor.objects.create(officer_id=officer_id, kind=APP, secret=secret, made_at=now)
    audit.record("factor:begun", by=by, at=now, detail={"factor": made.pk, "kind": APP})
    return secret


def begun_secret(by: Posted, *, now: datetime) -> str:
    """The secret that waits for its first code; "" for none."""
    waiting = _begun(own_number(by), now)
    return waiting.secret if waiting is not None else ""


@transaction.atomic
def confirm_app(code: str, label: str, *, by: Posted, now: datetime) -> list[str]:
    """The secret counts from now on. Codes for paper, where there were none.

    raises  Conflict where nothing waits; Refused for a wrong code
    """
    officer_id = own_number(by)
    factor = _begun(officer_id, now)
    if factor is None:
        raise Conflict("Nothing waits for a code, or too long; begin again.")
    step = second_factor.code_step(
        factor.secret, second_factor.plain_code(code), now, used_step=None
    )
    if step is None:
        raise Refused(WRONG_CODE)
    factor.used_step, factor.confirmed_at, factor.last_used_at = step, now, now
    factor.label = " ".join(label.split())[:LABEL_MAX] or "Authenticator app"
    factor.save()
    return record_added(factor, by=by, now=now)


def record_added(factor: SecondFactor, *, by: Posted, now: datetime) -> list[str]:
    """The line of a factor that counts now, last in its transaction, and codes for paper where
    there were none."""
    left = recovery_codes_left(factor.officer_id)
    paper = [] if left else _make_codes(factor.officer_id, now)
    detail = {"factor": factor.pk, "kind": factor.kind, "recovery_codes": len(paper)}
    audit.record("factor:added", by=by, at=now, detail=detail)
    return paper


def check_room(officer_id: int) -> None:
    if _live(officer_id).count() >= FACTORS_MAX:
        raise Refused(f"There are {FACTORS_MAX} already; take one away first.")


@transaction.atomic
def make_recovery_codes(*, by: Posted, now: datetime) -> list[str]:
    """Ten new codes for paper; those of before are worth nothing from now on."""
    officer_id = own_number(by)
    if not has_factor(officer_id):
        raise Refused("Set up a second factor first; the codes stand in for it.")
    codes = _make_codes(officer_id, now)
    audit.record("recovery:made", by=by, at=now, detail={"recovery_codes": len(codes)})
    return codes


@transaction.atomic
def end_factor(factor_id: int, *, by: Posted, now: datetime) -> None:
    """Take one of one's own away; with the last go the codes for paper. Conflict where it ended."""
    officer_id = own_number(by)
    end_factors(_live(officer_id).filter(pk=factor_id), now)
    if not has_factor(officer_id):
        RecoveryCode.objects.filter(officer_id=officer_id).delete()
    audit.record("factor:removed", by=by, at=now, detail={"factor": factor_id})


def end_factors(factors: QuerySet[SecondFactor], now: datetime) -> int:
    """How many ended; their secrets are gone. Conflict where there were none."""
    ended = factors.update(ended_at=now, secret="")
    if not ended:
        raise Conflict("It is taken away already, or there was none.")
    return ended


def use_code(officer_id: int, code: str, *, now: datetime) -> str:
    """ "app" or "recovery" for a code that is right, which is good no more; "" for a wrong one.

    raises  ValueError outside a transaction: whoever asks records what it was used for in the same
    """
    if not connection.in_atomic_block:
        raise ValueError("a code is used in the transaction of what it proves")
    plain = second_factor.plain_code(code)
    if second_factor.is_app_code(plain):
        return APP if _use_app_code(officer_id, plain, now) else ""
    unused = RecoveryCode.objects.filter(officer_id=officer_id, used_at=None)
    found = unused.filter(digest=second_factor.recovery_digest(plain))
    return "recovery" if has_factor(officer_id) and found.update(used_at=now) else ""


def has_factor(officer_id: int) -> bool:
    """Whether they are asked for one at the sign-in."""
    return _live(officer_id).exists()


def has_app(officer_id: int) -> bool:
    return _live(officer_id).filter(kind=APP).exists()


def factors_of(by: Posted) -> list[FactorSeen]:
    """One's own, the oldest first."""
    return [
        FactorSeen(one.pk, one.kind, one.label, one.confirmed_at, one.last_used_at)
        for one in _live(own_number(by)).order_by("pk")
        if one.confirmed_at is not None
    ]


def recovery_codes_left(officer_id: int) -> int:
    return RecoveryCode.objects.filter(officer_id=officer_id, used_at=None).count()


def _use_app_code(officer_id: int, code: str, now: datetime) -> bool:
    for factor in _live(officer_id).filter(kind=APP).select_for_update():
        step = second_factor.code_step(factor.secret, code, now, used_step=factor.used_step)
        if step is not None:
            factor.used_step, factor.last_used_at = step, now
            factor.save(update_fields=["used_step", "last_used_at"])
            return True
    return False


def _make_codes(officer_id: int, now: datetime) -> list[str]:
    RecoveryCode.objects.filter(officer_id=officer_id).delete()
    codes = [
        second_factor.recovery_code(secrets.token_bytes(second_factor.RECOVERY_BYTES))
        for _ in range(second_factor.RECOVERY_CODES)
    ]
    RecoveryCode.objects.bulk_create(
        RecoveryCode(officer_id=officer_id, digest=second_factor.recovery_digest(one), made_at=now)
        for one in codes
    )
    return codes


def _begun(officer_id: int, now: datetime) -> SecondFactor | None:
    waiting = SecondFactor.objects.filter(officer_id=officer_id, confirmed_at=None, kind=APP)
    return waiting.filter(made_at__gt=now - BEGUN_FOR).first()


def _live(officer_id: int) -> QuerySet[SecondFactor]:
    return SecondFactor.objects.filter(
        officer_id=officer_id, confirmed_at__isnull=False, ended_at=None
    )


def own_number(by: Posted) -> int:
    """Whose factors they are. Refused for the machine."""
    may.check(by, Permission.SIGNED_IN)
    if by.officer_id is None:
        raise Refused("Only somebody who signs in has a second factor.")
    return by.officer_id
