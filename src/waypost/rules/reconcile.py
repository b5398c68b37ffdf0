"""What changed between the violations that are stored and those that judging now gives.

Rows are matched by overlap in time within a requirement, a kind of row (a zone and the ring around
it are two) and a nature (a violation, or time that could not be told), in time order. What judging
no longer gives is withdrawn, never deleted; what two rows have become one is *joined*. The shell
(actions.py) writes each change as a new version.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from waypost.clock import write_instant
from waypost.rules.values import EVENT_KINDS, Certainty, JudgedViolation

# While a violation is open its minutes grow with every fix; a version is written only when they
# have passed another such step, and whole steps are stored, so that the stored row does not depend
# on how the fixes were batched.
GROWTH_STEP = timedelta(minutes=15)
SURER = {
    Certainty.CANNOT_TELL: 0,
    Certainty.POSSIBLE: 1,
    Certainty.PROBABLE: 2,
    Certainty.CERTAIN: 3,
}


class ChangeKind(StrEnum):
    RAISED = "raised"
    GROWN = "grown"
    CONFIRMED = "confirmed"  # the certainty rose
    CLOSED = "closed"
    FOUND_LATE = "found_late"
    TIME_CORRECTED = "time_corrected"
    WITHDRAWN = "withdrawn"
    JOINED = "joined"  # late fixes showed that it is part of another row
    SETTLED = "settled"  # nothing new, but it can no longer change by itself: no version


@dataclass(frozen=True, slots=True)
class StoredViolation:
    """A violation's row as it stands. `settled`: the live lane can no longer change it."""

    violation_id: int
    version: int
    settled: bool
    row: JudgedViolation


@dataclass(frozen=True, slots=True)
class Change:
    """One change to write. `old` is None for a row that is new."""

    kind: ChangeKind
    row: JudgedViolation
    settled: bool
    old: StoredViolation | None = None


def reconcile(
    old: Sequence[StoredViolation],
    final: Sequence[JudgedViolation],
    standing: Sequence[JudgedViolation],
    *,
    late: bool,
    redone_from: datetime | None = None,
) -> list[Change]:
    """The changes that lead from `old` to what judging gives.

    old          live: rows not settled; late: rows that may reach past `redone_from`
    final        rows that nothing but a late fix can change any more
    standing     rows open, mergeable or provisional as of now
    redone_from  judging began there: older rows that it does not mention still stand
    """
    new = [(row, True) for row in final] + [(row, False) for row in standing]
    changes: list[Change] = []
    for key in sorted({_key(s.row) for s in old} | {_key(row) for row, _ in new}):
        changes += _reconcile_one(
            sorted((s for s in old if _key(s.row) == key), key=lambda s: s.row.from_at),
            sorted((pair for pair in new if _key(pair[0]) == key), key=lambda p: p[0].from_at),
            late=late,
            redone_from=redone_from,
        )
    return changes


def _reconcile_one(
    old: list[StoredViolation],
    new: list[tuple[JudgedViolation, bool]],
    *,
    late: bool,
    redone_from: datetime | None,
) -> list[Change]:
    waiting = list(old)
    changes: list[Change] = []
    for judged, settled in new:
        row = steady(judged)
        match = next((s for s in waiting if overlap(s.row, row)), None)
        if match is None:
            kind = ChangeKind.FOUND_LATE if late else ChangeKind.RAISED
            changes.append(Change(kind, row, settled))
        else:
            waiting.remove(match)
            changes += _differences(match, row, settled)
    for left in waiting:
        if redone_from is not None and left.row.to_at is not None and left.row.to_at <= redone_from:
            continue
        changes.append(_taken_back(left, (row for row, _ in new)))
    return changes


def steady(row: JudgedViolation) -> JudgedViolation:
    """The row as stored: whole growth steps while open, tenths of a minute once ended."""
    if row.to_at is None:
        step_min = GROWTH_STEP.total_seconds() / 60
        return replace(row, minutes=row.minutes // step_min * step_min)
    return replace(row, minutes=round(row.minutes, 1))


def overlap(one: JudgedViolation, other: JudgedViolation) -> bool:
    """Whether two half-open rows share time, or begin at the same instant."""
    if one.from_at == other.from_at:
        return True
    first, second = (one, other) if one.from_at < other.from_at else (other, one)
    return first.to_at is None or second.from_at < first.to_at


def _differences(old: StoredViolation, new: JudgedViolation, settled: bool) -> list[Change]:
    row = replace(new, raised_at=min(old.row.raised_at, new.raised_at))
    kind = _kind_of_change(old.row, row)
    if kind is not None:
        return [Change(kind, row, settled, old)]
    if settled != old.settled:
        return [Change(ChangeKind.SETTLED, old.row, settled, old)]
    return []


def _kind_of_change(old: JudgedViolation, new: JudgedViolation) -> ChangeKind | None:
    """The most telling word for what differs; None when the stored row still says it all."""
    if SURER[new.certainty] > SURER[old.certainty]:
        return ChangeKind.CONFIRMED
    if new.from_at != old.from_at or new.certainty != old.certainty:
        return ChangeKind.TIME_CORRECTED
    if new.to_at is None:
        if old.to_at or new.minutes > old.minutes:
            return ChangeKind.GROWN
        if new.how is old.how:
            return None  # else: a tag's battery went from low to critical; a fix showed more
        return ChangeKind.GROWN if new.kind in EVENT_KINDS else ChangeKind.TIME_CORRECTED
    if old.to_at is None:
        return ChangeKind.CLOSED
    if new.to_at != old.to_at:
        return ChangeKind.GROWN if new.to_at > old.to_at else ChangeKind.TIME_CORRECTED
    same = (new.minutes, new.reasons, new.how) == (old.minutes, old.reasons, old.how)
    return None if same else ChangeKind.TIME_CORRECTED


def _taken_back(left: StoredViolation, new: Iterable[JudgedViolation]) -> Change:
    whole = next((row for row in new if overlap(left.row, row)), None)
    if whole is None:
        later = "what came later" if left.row.kind in EVENT_KINDS else "later fixes"
        kind, why = ChangeKind.WITHDRAWN, f"{later} took this back"
    else:
        kind, why = ChangeKind.JOINED, f"part of the one from {write_instant(whole.from_at)}"
    row = replace(left.row, withdrawn=True, reasons=(*left.row.reasons, why))
    return Change(kind, row, settled=True, old=left)


def _key(row: JudgedViolation) -> tuple[str, str, bool]:
    return str(row.requirement_id), row.kind.value, row.certainty == Certainty.CANNOT_TELL
