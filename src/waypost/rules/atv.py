"""Accumulated time violation: short absences without good reason add up to a limit.

    a curfew's violations + what officers decided of each + limit -> add_up -> total, left, stage

An absence counts while nobody has found it reasonable: the time of a probable one too, since an
officer hears of it either way and can take it out, but it is shown apart, because a single fix
stands behind it. What is only possible or could not be told never counts, nor what was taken back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum

from waypost.rules.values import Certainty, JudgedViolation, RowKind

NEAR = timedelta(minutes=20)  # "20 minutes from breaching": issue 4 of the project
MINUTE = timedelta(minutes=1)
ZERO = timedelta(0)


class Finding(StrEnum):
    """What an officer found of one absence."""

    NONE = ""
    REASONABLE = "reasonable"  # there was a good reason
    NOT_THEIRS = "not_theirs"  # the tag, its signal or late data: no absence of the person
    NOT_NOTIFIED = "not_notified"  # it began before they were told, and nobody let it count


class Standing(StrEnum):
    """Whether an absence counts, and why not."""

    COUNTS = "counts"
    REASONABLE = "reasonable"
    NOT_THEIRS = "not_theirs"
    NOT_NOTIFIED = "not_notified"
    WITHDRAWN = "withdrawn"
    NOT_SHOWN = "not_shown"  # possible, or could not be told


class Stage(IntEnum):
    """How near the limit is; each is told once when it is reached."""

    BELOW = 0
    NEAR = 1
    REACHED = 2


@dataclass(frozen=True, slots=True)
class Absence:
    """One of the curfew's violations. `minutes` are those that count, else those it lasted."""

    violation_id: int
    from_at: datetime
    to_at: datetime | None
    certainty: Certainty
    time: timedelta
    standing: Standing


@dataclass(frozen=True, slots=True)
class Accumulated:
    """What has added up on one curfew of one order.

    probable   how much of the total rests on a single fix
    """

    limit: timedelta
    total: timedelta
    probable: timedelta
    absences: tuple[Absence, ...]

    @property
    def left(self) -> timedelta:
        return max(self.limit - self.total, ZERO)

    @property
    def stage(self) -> Stage:
        return stage_of(self.total, self.limit)

    @property
    def open(self) -> Absence | None:
        """The absence that goes on now, and counts."""
        return next(
            (one for one in self.absences if one.to_at is None and one.standing == "counts"), None
        )

    def next_stage_after(self) -> timedelta | None:
        """After how much more absence the next stage is reached; None: there is none."""
        if self.stage is Stage.REACHED:
            return None
        near = max(self.limit - NEAR, ZERO)
        return (self.limit if self.stage is Stage.NEAR else near) - self.total


def stage_of(total: timedelta, limit: timedelta) -> Stage:
    if total >= limit:
        return Stage.REACHED
    return Stage.NEAR if limit - total <= NEAR and total > ZERO else Stage.BELOW


def add_up(
    rows: Iterable[tuple[int, JudgedViolation]],
    findings: Mapping[int, Finding],
    limit: timedelta,
    *,
    from_at: datetime,
    to_at: datetime | None,
    minutes_now: Mapping[int, float] | None = None,
) -> Accumulated:
    """What has added up in [from_at, to_at), the time of the order.

    rows          a curfew's violations, with their numbers
    findings      what officers found, by violation
    minutes_now   of violations that go on: minutes as of now, where more is known than is stored
    """
    absences = tuple(
        _absence(number, row, findings.get(number, Finding.NONE), (minutes_now or {}).get(number))
        for number, row in sorted(rows, key=lambda one: (one[1].from_at, one[0]))
        if row.kind is RowKind.CURFEW
        and row.certainty is not Certainty.CANNOT_TELL
        and row.from_at >= from_at
        and (to_at is None or row.from_at < to_at)
    )
    counted = [one for one in absences if one.standing is Standing.COUNTS]
    return Accumulated(
        limit=limit,
        total=sum((one.time for one in counted), ZERO),
        probable=sum((one.time for one in counted if one.certainty is not Certainty.CERTAIN), ZERO),
        absences=absences,
    )


def _absence(
    number: int, row: JudgedViolation, finding: Finding, minutes_now: float | None
) -> Absence:
    minutes = row.minutes if minutes_now is None or row.to_at else max(row.minutes, minutes_now)
    return Absence(
        number, row.from_at, row.to_at, row.certainty, minutes * MINUTE, _standing(row, finding)
    )


def _standing(row: JudgedViolation, finding: Finding) -> Standing:
    if row.withdrawn:
        return Standing.WITHDRAWN
    if row.certainty not in {Certainty.CERTAIN, Certainty.PROBABLE}:
        return Standing.NOT_SHOWN
    return Standing(finding.value) if finding else Standing.COUNTS
