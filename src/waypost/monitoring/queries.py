"""What may be asked of judging: how far it has come, what stands, how it came to stand so.

These answer other rooms and pages that have already asked `access`; they check nothing themselves.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from waypost.monitoring.models import Cursor, Dirty, PersonState, Violation, ViolationVersion
from waypost.positions.log import head_position
from waypost.rules.reconcile import ChangeKind, StoredViolation
from waypost.rules.values import Certainty, How, JudgedViolation, RowKind
from waypost.units import RequirementRef


@dataclass(frozen=True, slots=True)
class Progress:
    """Up to when everything received has been judged, and the worker's last sign of life."""

    position: int
    judged_to: datetime | None
    beat_at: datetime | None
    waiting_late: int  # persons whose late fixes wait to be judged again
    failing: int = 0  # of these, persons whom judging broke on: the worker's log says why


@dataclass(frozen=True, slots=True)
class Standing:
    """A violation as it stands in the store."""

    violation_id: int
    person_id: int
    version: int
    row: JudgedViolation
    known_at: datetime


@dataclass(frozen=True, slots=True)
class VersionSeen:
    """One version of a violation: what changed, when we knew."""

    violation_id: int
    version: int
    change: str
    from_at: datetime
    to_at: datetime | None
    certainty: str
    minutes: float
    reasons: tuple[str, ...]
    known_at: datetime
    how: str = ""
    chance: float | None = None
    depth_m: float = 0.0
    fix_count: int = 0
    rules_version: str = ""
    parameter_revision_id: int | None = None


def progress() -> Progress:
    cursor = Cursor.objects.first() or Cursor()
    return Progress(
        position=cursor.position,
        judged_to=cursor.judged_to,
        beat_at=cursor.beat_at,
        waiting_late=Dirty.objects.count(),
        failing=Dirty.objects.filter(reason="failed").count(),
    )


def standing(violation_ids: Collection[int]) -> dict[int, Standing]:
    """The violations asked for, by id."""
    return {
        record.pk: as_standing(record) for record in Violation.objects.filter(pk__in=violation_ids)
    }


def violations_of(
    person_id: int,
    *,
    from_at: datetime,
    to_at: datetime,
    with_withdrawn: bool = True,
    kind: RowKind | None = None,
    own: bool = False,
) -> list[Standing]:
    """A person's violations that touch [from_at, to_at), earliest first; kind None: of all.

    own   for the wearer's own eyes: without the times of a moving exclusion, which would tell where
          somebody else was
    """
    records = Violation.objects.filter(person_id=person_id, from_at__lt=to_at).exclude(
        to_at__lte=from_at
    )
    if own:
        records = records.exclude(kind=RowKind.MOVING_EXCLUSION.value)
    if not with_withdrawn:
        records = records.filter(withdrawn=False)
    if kind is not None:
        records = records.filter(kind=kind)
    return [as_standing(record) for record in records.order_by("from_at", "pk")]


def tag_states_of(person_id: int, *, from_at: datetime, to_at: datetime) -> list[Standing]:
    """The states of the person's tag that touch [from_at, to_at) and stand, newest first."""
    found = violations_of(person_id, from_at=from_at, to_at=to_at, with_withdrawn=False)
    return [one for one in reversed(found) if is_of_tag(one.row)]


def is_of_tag(row: JudgedViolation) -> bool:
    """Whether the row judges the tag's own state, which no order asks anything of."""
    return row.requirement_id.startswith("tag:")


def history(violation_ids: Collection[int]) -> list[VersionSeen]:
    """Every version of these violations, in the order in which we knew them."""
    records = ViolationVersion.objects.filter(violation_id__in=violation_ids)
    return [
        VersionSeen(
            violation_id=record.violation_id,
            version=record.version,
            change=record.change,
            from_at=record.from_at,
            to_at=record.to_at,
            certainty=record.certainty,
            minutes=record.minutes,
            reasons=tuple(record.reasons),
            known_at=record.known_at,
            how=record.how,
            chance=record.chance,
            depth_m=record.depth_m,
            fix_count=record.fix_count,
            rules_version=record.rules_version,
            parameter_revision_id=record.parameter_revision_id,
        )
        for record in records.order_by("known_at", "violation_id", "version")
    ]


def found_late(violation_ids: Collection[int]) -> set[int]:
    """Which of these were found only by what came later than the time they are about."""
    late = ViolationVersion.objects.filter(
        violation_id__in=violation_ids, change=ChangeKind.FOUND_LATE.value
    )
    return set(late.values_list("violation_id", flat=True))


def last_fix_at(person_ids: Collection[int]) -> dict[int, datetime]:
    """Time of the last fix judged, by person."""
    states = PersonState.objects.filter(person_id__in=person_ids, folded_to__isnull=False)
    return {
        person_id: folded_to
        for person_id, folded_to in states.values_list("person_id", "folded_to")
        if folded_to is not None
    }


def stored(records: Iterable[Violation]) -> list[StoredViolation]:
    """Records as reconciling reads them."""
    return [
        StoredViolation(record.pk, record.version, record.settled, judged_of(record))
        for record in records
    ]


def judged_of(record: Violation) -> JudgedViolation:
    return JudgedViolation(
        requirement_id=RequirementRef(record.requirement_reference),
        kind=RowKind(record.kind),
        from_at=record.from_at,
        to_at=record.to_at,
        certainty=Certainty(record.certainty),
        minutes=record.minutes,
        raised_at=record.raised_at,
        reasons=tuple(record.reasons),
        fix_count=record.fix_count,
        depth_m=record.depth_m,
        withdrawn=record.withdrawn,
        how=How(record.how),
        chance=record.chance,
        first_fix_at=record.first_fix_at,
        last_fix_at=record.last_fix_at,
        parameter_revision_id=record.parameter_revision_id,
        requirement_version_id=record.requirement_version_id,
    )


def as_standing(record: Violation) -> Standing:
    """The record as others read it."""
    return Standing(record.pk, record.person_id, record.version, judged_of(record), record.known_at)


def signs(*, now: datetime) -> dict[str, tuple[float, str]]:
    """How far judging is, for those who watch over the machine: name -> (value, what it is)."""
    far = progress()
    return {
        "log_waiting": (head_position() - far.position, "Log positions not yet judged"),
        "judged_seconds_ago": (
            _seconds_since(far.judged_to, now),
            "Seconds since the instant up to which all is judged; -1: never",
        ),
        "worker_beat_seconds_ago": (
            _seconds_since(far.beat_at, now),
            "Seconds since the worker's last sign of life; -1: never",
        ),
        "late_waiting": (far.waiting_late, "Persons to be judged again (late lane)"),
    }


def _seconds_since(instant: datetime | None, now: datetime) -> float:
    return (now - instant).total_seconds() if instant else -1.0


def battery_stages(person_ids: Collection[int] | None = None) -> dict[int, tuple[datetime, How]]:
    """Since when the tag of each is low on battery now, and how far down; of everybody: None. Who
    is charging, or wears none, is left out. For the machine, which reminds."""
    rows = Violation.objects.filter(kind=RowKind.BATTERY.value, to_at=None, withdrawn=False)
    if person_ids is not None:
        rows = rows.filter(person_id__in=list(person_ids))
    found = rows.order_by("from_at").values_list("person_id", "from_at", "how")
    return {person_id: (from_at, How(how)) for person_id, from_at, how in found if how}
