"""What may be asked of offences: deliveries with their problems, the offences they brought."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, Max, Min, QuerySet

from waypost.access import may
from waypost.access.values import Permission, Posted
from waypost.errors import NoSuchThing
from waypost.offences.lines import sender_of
from waypost.offences.models import OffenceBatch, OffenceVersion
from waypost.offences.reply import Answered
from waypost.offences.shapes import read_shape
from waypost.offences.values import Offence

BATCHES_LISTED = 200
OFFENCES_LISTED = 500
LOOKED_UP_AT_ONCE = 1000
WINDOW_LONGEST = timedelta(days=366)  # nearly all are hours; the index is of beginnings


@dataclass(frozen=True, slots=True)
class BatchRow:
    """One delivery as lists show it."""

    number: int
    batch_id: str
    force: str
    status: str
    file_name: str
    received_at: datetime
    accepted_count: int
    refused_count: int
    new_count: int | None  # of the accepted; None where it was not counted
    changed_count: int | None

    @property
    def known_count(self) -> int | None:
        """Of the accepted: those that said the same as before, or twice in the file."""
        if self.new_count is None or self.changed_count is None:
            return None
        return self.accepted_count - self.new_count - self.changed_count


@dataclass(frozen=True, slots=True)
class BatchPage:
    """One delivery with its problems (as `offences check` prints them) and its offences.

    offences   at most OFFENCES_LISTED, by line, as (number of the version, offence)
    """

    batch: BatchRow
    problems: list[dict[str, Any]]
    notes: list[dict[str, Any]]
    offences: list[tuple[int, Offence]]
    offence_count: int


def batches(by: Posted) -> list[BatchRow]:
    """The latest deliveries, newest first."""
    may.check(by, Permission.OFFENCE_READ)
    rows = OffenceBatch.objects.defer("content", "outcome").order_by("-received_at", "-pk")
    return [_batch_row(row) for row in rows[:BATCHES_LISTED]]


def batch_page(number: int, by: Posted) -> BatchPage:
    """One delivery. NoSuchThing when there is none."""
    may.check(by, Permission.OFFENCE_READ)
    batch = OffenceBatch.objects.defer("content").filter(pk=number).first()
    if batch is None:
        raise NoSuchThing("There is no such offence batch.")
    rows = OffenceVersion.objects.filter(batch=batch).order_by("line", "pk")
    listed = [(row.pk, offence_of(row)) for row in rows[:OFFENCES_LISTED]]
    return BatchPage(_batch_row(batch), batch.outcome, batch.notes, listed, rows.count())


def answered(number: int, by: Posted) -> tuple[Answered, str]:
    """A delivery as its sender is told about it, and the sender's address where it came by e-mail.
    NoSuchThing when there is none."""
    may.check(by, Permission.OFFENCE_READ)
    batch = OffenceBatch.objects.filter(pk=number).first()
    if batch is None:
        raise NoSuchThing("There is no such offence batch.")
    return answer_to(batch), sender_of(bytes(batch.content))


def answer_to(batch: OffenceBatch) -> Answered:
    """The record as the value that replies are written from."""
    return Answered(
        number=batch.pk,
        batch_id=batch.batch_id,
        force=batch.force,
        status=batch.status,
        file_name=batch.file_name,
        received_at=batch.received_at,
        accepted=batch.accepted_count,
        refused=batch.refused_count,
        new=batch.new_count,
        changed=batch.changed_count,
        problems=batch.outcome,
        notes=batch.notes,
    )


def current_offences(batch_number: int | None = None) -> list[tuple[int, Offence]]:
    """(number of the version, offence) of every current version; of one delivery where named."""
    rows = OffenceVersion.objects.filter(current=True).order_by("pk")
    if batch_number is not None:
        rows = rows.filter(batch_id=batch_number)
    return [(row.pk, offence_of(row)) for row in rows]


def current_since(instant: datetime) -> list[tuple[int, Offence, int]]:
    """(number of the version, offence, number of its delivery) of every current version of an
    offence that can have happened since, by number."""
    rows = _current_since(instant).order_by("pk")
    return [(row.pk, offence_of(row), row.batch_id) for row in rows]


def times_since(instant: datetime) -> tuple[datetime, datetime] | None:
    """From when to when those can have happened; None where there is none."""
    both = _current_since(instant).aggregate(first=Min("from_at"), last=Max("to_at"))
    return None if both["first"] is None else (both["first"], both["last"])


def _current_since(instant: datetime) -> QuerySet[OffenceVersion]:
    return OffenceVersion.objects.filter(
        current=True, from_at__gt=instant - WINDOW_LONGEST, to_at__gt=instant
    )


def current_by_reference(names: Sequence[str]) -> dict[str, list[tuple[int, Offence]]]:
    """Name -> (number of the version, offence) of the current versions so called, of whichever
    force; a name may be a reference, or a force and a reference. Names that nothing has are left
    out."""
    wanted = {name: name.partition(" ") for name in names}
    references = {*wanted, *(rest for _, _, rest in wanted.values() if rest)}
    rows = OffenceVersion.objects.filter(current=True, reference__in=sorted(references))
    found: dict[str, list[tuple[int, Offence]]] = {}
    for row in rows.order_by("pk"):
        for name, (first, _, rest) in wanted.items():
            if row.reference == name or (row.force, row.reference) == (first, rest):
                found.setdefault(name, []).append((row.pk, offence_of(row)))
    return found


def offences_by_number(numbers: Sequence[int]) -> dict[int, Offence]:
    """The versions of these numbers, current or not, each with the delivery it came in."""
    found: dict[int, Offence] = {}
    wanted = sorted(set(numbers))
    for start in range(0, len(wanted), LOOKED_UP_AT_ONCE):
        some = wanted[start : start + LOOKED_UP_AT_ONCE]
        rows = OffenceVersion.objects.filter(pk__in=some).annotate(sent_in=F("batch__batch_id"))
        found |= {row.pk: replace(offence_of(row), batch_id=row.sent_in) for row in rows}
    return found


def offence_of(row: OffenceVersion) -> Offence:
    """The record as the value that matching reads."""
    return Offence(
        force=row.force,
        reference=row.reference,
        crime_type=row.crime_type,
        from_at=row.from_at,
        to_at=row.to_at,
        lat=row.lat,
        lon=row.lon,
        easting_m=row.easting_m,
        northing_m=row.northing_m,
        radius_m=row.radius_m,
        shape=read_shape(row.place) if row.place else None,
        text=row.text,
        line=row.line,
    )


def _batch_row(row: OffenceBatch) -> BatchRow:
    return BatchRow(
        number=row.pk,
        batch_id=row.batch_id,
        force=row.force,
        status=row.status,
        file_name=row.file_name,
        received_at=row.received_at,
        accepted_count=row.accepted_count,
        refused_count=row.refused_count,
        new_count=row.new_count,
        changed_count=row.changed_count,
    )
