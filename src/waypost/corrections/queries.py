"""What may be asked of corrections: of a statement, of a person, and what waits for somebody."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from waypost.access import audit, may
from waypost.access.models import Officer
from waypost.access.values import Permission, Posted
from waypost.corrections.models import Copy, Correction
from waypost.corrections.recipients import mine, name_of
from waypost.corrections.values import NO_SUCH_CORRECTION, What
from waypost.errors import NoSuchThing
from waypost.orders.queries import NUMBER_MAX, case_of


@dataclass(frozen=True, slots=True)
class CopySeen:
    """A recipient's copy. may_acknowledge: the asker is that recipient. may_record: the asker may
    write down that somebody has it who cannot say so here."""

    recipient: str
    name: str
    chased: int
    acknowledged_at: datetime | None
    acknowledged_by: str
    how: str
    may_acknowledge: bool
    may_record: bool


@dataclass(frozen=True, slots=True)
class CorrectionSeen:
    """copies: all of them for who may handle the person's alerts, else the asker's own alone."""

    correction_id: int
    what: What
    reference: str
    number: int
    at: datetime
    words: tuple[str, ...]
    copies: tuple[CopySeen, ...]
    person_id: int | None  # None for a recipient outside the case
    document_ids: tuple[int, ...]

    @property
    def waits(self) -> bool:
        return any(one.acknowledged_at is None for one in self.copies)


def corrections_of(reference: str, *, by: Posted, now: datetime) -> tuple[CorrectionSeen, ...]:
    """The corrections of a statement that the asker has, or whose person they may handle, in order.
    The page that asks has its own audit line."""
    rows = Correction.objects.filter(statement__reference=reference).order_by("number")
    return tuple(_all_seen(rows.select_related("statement"), by, now))


def corrections_about(person_id: int, *, by: Posted, now: datetime) -> tuple[CorrectionSeen, ...]:
    """Of everything said about a person, the newest first."""
    rows = Correction.objects.filter(statement__person_id=person_id).order_by("-at", "-pk")
    return tuple(_all_seen(rows.select_related("statement"), by, now))


def waiting_for(by: Posted, *, now: datetime) -> tuple[CorrectionSeen, ...]:
    """Those that the asker (or their organisation) has not acknowledged yet, the oldest first."""
    waits = Copy.objects.filter(recipient__in=mine(by), acknowledged_at=None)
    rows = Correction.objects.filter(pk__in=waits.values("correction_id")).order_by("at", "pk")
    return tuple(_all_seen(rows.select_related("statement"), by, now))


@transaction.atomic
def correction(correction_id: int, *, by: Posted, now: datetime) -> CorrectionSeen:
    """One correction, for its recipients and for who handles the person's alerts; leaves a line."""
    rows = Correction.objects.filter(pk=min(correction_id, NUMBER_MAX)).select_related("statement")
    found = next(iter(_all_seen(rows, by, now)), None)
    if found is None:
        raise NoSuchThing(NO_SUCH_CORRECTION)
    about = rows[0].statement.person_id
    audit.record(
        "correction:viewed", by=by, at=now, about=about, detail={"correction": correction_id}
    )
    return found


def _all_seen(rows: Iterable[Correction], by: Posted, now: datetime) -> Iterable[CorrectionSeen]:
    ways = mine(by)
    for row in rows:
        case = case_of(row.statement.person_id, now=now)
        handles = may.decide(by, Permission.ALERT_HANDLE, case).allowed
        copies = [one for one in row.copies.order_by("pk") if handles or one.recipient in ways]
        if copies:
            yield _seen(row, copies, ways, handles)


def _seen(
    row: Correction, copies: list[Copy], ways: frozenset[str], handles: bool
) -> CorrectionSeen:
    ids = {one.acknowledged_by_id for one in copies if one.acknowledged_by_id is not None}
    names = {one.pk: str(one) for one in Officer.objects.filter(pk__in=ids)}
    return CorrectionSeen(
        correction_id=row.pk,
        what=What(row.statement.what),
        reference=row.statement.reference,
        number=row.number,
        at=row.at,
        words=tuple(row.words),
        copies=tuple(
            CopySeen(
                one.recipient, name_of(one.recipient), one.chased, one.acknowledged_at,
                names.get(one.acknowledged_by_id or 0, ""), one.how,
                one.recipient in ways and one.acknowledged_at is None,
                handles and one.recipient not in ways and one.acknowledged_at is None,
            )
            for one in copies
        ),
        person_id=row.statement.person_id if handles else None,
        document_ids=tuple(row.document_ids),
    )  # fmt: skip
