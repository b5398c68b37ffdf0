"""Why monitoring is necessary for one order: written in versions, looked at again when it is due.

write_record    why monitoring, why access, what less was considered, vulnerability
review_record   whether it still holds, with when the next look is due
check_address   what was asked about the address of a curfew, and the answer
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from waypost.access import audit
from waypost.access.values import Permission, Posted, Purpose
from waypost.errors import Conflict, Refused
from waypost.necessity.models import AddressCheck, NecessityRecord, NecessityReview
from waypost.necessity.scope import check_when, checked, lock, said
from waypost.necessity.values import REVIEW_MAX, CheckFound, CheckKind, ReviewFound

ALTERNATIVES_MAX = 10
ALTERNATIVES_ASKED = (
    "Name at least one less intrusive option that was considered, and say why it will not do: one "
    "a line, option and reason parted by a colon."
)


@dataclass(frozen=True, slots=True)
class Written:
    """What a form gives for a record. alternatives: one a line, "option: why not"."""

    monitoring: str
    access: str
    alternatives: str
    review_at: datetime
    vulnerability: str = ""
    vulnerability_done: str = ""


@transaction.atomic
def write_record(
    person_id: int,
    order_id: str,
    written: Written,
    *,
    expected_version: int,
    by: Posted,
    now: datetime,
) -> int:
    """Write the record, as the version after the one that was read (0: none); its number.

    raises   Refused where something is left out or the review is not in the coming year; Conflict
             when somebody wrote one first
    """
    checked(person_id, order_id, Permission.NECESSITY_WRITE, by=by, now=now)
    _check_review(written.review_at, now)
    vulnerable = " ".join(written.vulnerability.split())
    done = " ".join(written.vulnerability_done.split())
    if vulnerable and not done:
        raise Refused("Say what is done about what makes the person vulnerable.")
    lock(person_id)
    mine = NecessityRecord.objects.filter(person_id=person_id, order_reference=order_id)
    last = mine.order_by("-version").values_list("version", flat=True).first() or 0
    if last != expected_version:
        raise Conflict("Somebody wrote this record meanwhile; read it before you write over it.")
    made = NecessityRecord.objects.create(
        person_id=person_id, order_reference=order_id, version=last + 1,
        monitoring=said(written.monitoring, "Say why monitoring is necessary and in proportion."),
        access=said(written.access, "Say why looking at what it records is necessary."),
        alternatives=_alternatives(written.alternatives),
        vulnerability=said(vulnerable, "Say less about vulnerability.", least=0),
        vulnerability_done=said(done, "Say less about what is done.", least=0),
        review_at=written.review_at, made_at=now, made_by_id=by.officer_id,
    )  # fmt: skip
    audit.record(
        "necessity:written", by=by, at=now, about=person_id, purpose=Purpose.SUPERVISION,
        detail={"record": made.pk, "order": order_id, "version": made.version},
    )  # fmt: skip
    return made.version


@transaction.atomic
def review_record(
    person_id: int,
    order_id: str,
    found: ReviewFound,
    words: str,
    next_at: datetime,
    *,
    version: int,
    by: Posted,
    now: datetime,
) -> None:
    """Say whether the record of this version still holds. Conflict where a newer one stands."""
    checked(person_id, order_id, Permission.NECESSITY_WRITE, by=by, now=now)
    lock(person_id)
    record = (
        NecessityRecord.objects.filter(person_id=person_id, order_reference=order_id)
        .order_by("-version")
        .first()
    )
    if record is None:
        raise Refused("There is no record to review yet; write it first.")
    if record.version != version:
        raise Conflict("A newer version of this record stands; review that one.")
    _check_review(next_at, now)
    made = NecessityReview.objects.create(
        record=record, at=now, officer_id=by.officer_id, outcome=found.value, next_at=next_at,
        words=said(words, "Say what you looked at, and why you find so."),
    )  # fmt: skip
    audit.record(
        "necessity:reviewed", by=by, at=now, about=person_id, purpose=Purpose.SUPERVISION,
        detail={"record": record.pk, "review": made.pk, "outcome": found.value},
    )  # fmt: skip


@transaction.atomic
def check_address(
    person_id: int,
    order_id: str,
    kind: CheckKind,
    found: CheckFound,
    words: str,
    checked_at: datetime,
    *,
    by: Posted,
    now: datetime,
) -> None:
    """Write down what was asked about the address of a curfew and what came back."""
    _, order = checked(person_id, order_id, Permission.NECESSITY_WRITE, by=by, now=now)
    check_when(checked_at, order, "the answer itself says when", now=now)
    made = AddressCheck.objects.create(
        person_id=person_id, order_reference=order_id, kind=kind.value, outcome=found.value,
        checked_at=checked_at, recorded_at=now, recorded_by_id=by.officer_id,
        words=said(words, "Say who was asked and what they answered.", limit=500),
    )  # fmt: skip
    audit.record(
        "address:checked", by=by, at=now, about=person_id, purpose=Purpose.SAFEGUARDING,
        detail={"check": made.pk, "order": order_id, "kind": kind.value, "outcome": found.value},
    )  # fmt: skip


def _check_review(at: datetime, now: datetime) -> None:
    if not now < at <= now + REVIEW_MAX:
        raise Refused("Name the day of the next review: after today, and within a year.")


def _alternatives(text: str) -> list[list[str]]:
    found = []
    for line in text.splitlines():
        if not line.strip():
            continue
        option, _, why = line.partition(":")
        if len(option.strip()) < 3 or len(why.strip()) < 3:
            raise Refused(f"{ALTERNATIVES_ASKED} This line has no reason: {line.strip()[:60]}")
        found.append([" ".join(option.split())[:200], " ".join(why.split())[:500]])
    if not 1 <= len(found) <= ALTERNATIVES_MAX:
        raise Refused(ALTERNATIVES_ASKED)
    return found
