"""The words of judging: containment, certainty, parameters, and a violation as a value."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum

from waypost.orders.values import RequirementKind
from waypost.units import RequirementRef


class Containment(IntEnum):
    """Where a fix is against a zone, its error circle considered."""

    UNCERTAIN = 0  # the edge crosses the circle: never opens or closes anything
    INSIDE = 1  # the whole R95 circle is inside
    OUTSIDE = 2  # the whole R95 circle is outside


class Certainty(StrEnum):
    CERTAIN = "certain"
    PROBABLE = "probable"
    POSSIBLE = "possible"
    CANNOT_TELL = "cannot_tell"


@dataclass(frozen=True, slots=True)
class Parameters:
    """The rules' numbers: one revision. Times as timedelta, distances in metres."""

    gap_min: timedelta = timedelta(minutes=15)  # no usable fix for so long: cannot tell
    upload_allowance: timedelta = timedelta(minutes=15)  # tags upload 5-15 min late (domain)
    merge_within: timedelta = timedelta(minutes=5)  # stretches closer than this are one row
    confirm_within: timedelta = timedelta(minutes=15)  # the second fix must come within
    stale_after: timedelta = timedelta(minutes=15)  # a last place older than this opens nothing
    exclusion_deep_m: float = 0.0  # one fix so far beyond its circle raises a probable alert
    curfew_deep_m: float = 100.0
    speed_max_mps: float = 90.0  # 324 km/h: faster than a train


@dataclass(frozen=True, slots=True)
class JudgedViolation:
    """A violation as judging gives it; the contract row of `waypost replay`.

    to_at       first judged clear or end of required time; None: still open
    minutes     minutes in violation, without what could not be told
    raised_at   when the live system first would have raised it (or did)
    withdrawn   was raised, and later fixes took it back
    """

    requirement_id: RequirementRef
    kind: RequirementKind
    from_at: datetime
    to_at: datetime | None
    certainty: Certainty
    minutes: float
    raised_at: datetime
    reasons: tuple[str, ...] = ()
    fix_count: int = 0  # fixes that show it
    depth_m: float = 0.0  # furthest beyond the edge, circle taken off
    withdrawn: bool = False
    requirement_version_id: int | None = field(default=None, compare=False)
