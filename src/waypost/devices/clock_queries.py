"""What may be asked of clocks: the doubts that wait for an officer, and what was accepted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from waypost.access import audit, may
from waypost.access.values import Permission, Posted
from waypost.devices import correcting
from waypost.devices.models import ClockCorrection, ClockDoubt
from waypost.errors import Conflict, NoSuchThing
from waypost.orders.queries import case_of, visible_person_ids
from waypost.positions.clocks import offset_in_words
from waypost.positions.schema import SET_ASIDE_WORDS, SetAside

LIST_MAX = 200


@dataclass(frozen=True, slots=True)
class DoubtRow:
    """A clock that seems wrong, as an officer decides on it. No place in it.

    offer       the offset in words; "" when none explains the times
    corrected   the first and last time as the offset would mend them
    aside       rows set aside by their time; sound_looking: rows that would be mended though they
                look sound, since the same clock gave them
    """

    doubt_id: int
    person_id: int
    person: str
    device_id: str
    kind: str
    what: str
    offer: str
    measured: tuple[datetime, datetime]
    received: tuple[datetime, datetime]
    corrected: tuple[datetime, datetime] | None
    aside: int
    sound_looking: int


@dataclass(frozen=True, slots=True)
class CorrectionRow:
    """An offset that was accepted. ended_at: None while it goes on."""

    correction_id: int
    person_id: int
    person: str
    device_id: str
    offer: str
    from_at: datetime
    ended_at: datetime | None
    rows: int
    made_at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Clocks:
    doubts: tuple[DoubtRow, ...]
    corrections: tuple[CorrectionRow, ...]


@transaction.atomic
def clocks(by: Posted, *, now: datetime) -> Clocks:
    """Open doubts, oldest first, and the latest corrections, of persons the officer may see.

    Leaves the line clock:listed. Refused without the permission.
    """
    may.check(by, Permission.CLOCK_CORRECT)
    visible = visible_person_ids(by, Permission.CLOCK_CORRECT, now=now)
    doubts = ClockDoubt.objects.filter(settled_at=None).order_by("first_received_at", "pk")
    corrections = ClockCorrection.objects.order_by("-made_at", "-pk")
    if visible is not None:
        doubts = doubts.filter(activation__person_id__in=visible)
        corrections = corrections.filter(activation__person_id__in=visible)
    people = "activation__person"
    found = Clocks(
        tuple(_doubt(row, now) for row in doubts.select_related(people)[:LIST_MAX]),
        tuple(_correction(row) for row in corrections.select_related(people)[:LIST_MAX]),
    )
    detail = {"doubts": len(found.doubts), "corrections": len(found.corrections)}
    audit.record("clock:listed", by=by, at=now, detail=detail)
    return found


def clocks_mended(person_id: int, from_at: datetime, to_at: datetime) -> tuple[CorrectionRow, ...]:
    """Offsets accepted of the person's tags for what came between, for the words beside a track.

    Asked by pages whose own query has asked whether the track may be seen.
    """
    rows = ClockCorrection.objects.filter(
        Q(received_to=None) | Q(received_to__gt=from_at),
        activation__person_id=person_id,
        received_from__lt=to_at,
        rows__gt=0,
    )
    people = "activation__person"
    return tuple(_correction(row) for row in rows.select_related(people).order_by("made_at", "pk"))


def clocks_in_doubt(by: Posted, *, now: datetime) -> int:
    """How many wait for this officer; 0 for who may not decide on any."""
    if not may.decide(by, Permission.CLOCK_CORRECT).allowed:
        return 0
    doubts = ClockDoubt.objects.filter(settled_at=None)
    visible = visible_person_ids(by, Permission.CLOCK_CORRECT, now=now)
    mine = doubts if visible is None else doubts.filter(activation__person_id__in=visible)
    return mine.count()


def open_doubt(doubt_id: int, *, by: Posted, now: datetime) -> ClockDoubt:
    """The doubt, for whoever may decide on it. NoSuchThing, or Conflict when it is settled."""
    row = ClockDoubt.objects.select_related("activation").filter(pk=doubt_id).first()
    case = None if row is None else case_of(row.activation.person_id, now=now)
    may.check(by, Permission.CLOCK_CORRECT, case, absent="There is no such doubt.")
    if row is None:
        raise NoSuchThing("There is no such doubt.")
    if row.settled_at is not None:
        raise Conflict("Somebody has decided on this clock already; reload the page.")
    return row


def _doubt(row: ClockDoubt, now: datetime) -> DoubtRow:
    aside, sound = correcting.rows_in_doubt(row, now=now)
    corrected = None
    if row.offset_s is not None:
        offset = timedelta(seconds=row.offset_s)
        corrected = (row.first_measured_at + offset, row.last_measured_at + offset)
    return DoubtRow(
        doubt_id=row.pk,
        person_id=row.activation.person_id,
        person=row.activation.person.reference,
        device_id=row.activation.device_reference,
        kind=row.kind,
        what=SET_ASIDE_WORDS[SetAside[row.kind.upper()]],
        offer="" if row.offset_s is None else offset_in_words(row.offset_s),
        measured=(row.first_measured_at, row.last_measured_at),
        received=(row.first_received_at, row.last_received_at),
        corrected=corrected,
        aside=aside,
        sound_looking=sound,
    )


def _correction(row: ClockCorrection) -> CorrectionRow:
    return CorrectionRow(
        correction_id=row.pk,
        person_id=row.activation.person_id,
        person=row.activation.person.reference,
        device_id=row.activation.device_reference,
        offer=offset_in_words(row.offset_s),
        from_at=row.received_from,
        ended_at=row.received_to,
        rows=row.rows,
        made_at=row.made_at,
        reason=row.reason,
    )
