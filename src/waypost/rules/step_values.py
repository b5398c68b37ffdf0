"""What the plain machine speaks of: fixes as seen against a zone, a rule, rows, the state."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum

from waypost.rules.evidence import evidence_of, gather
from waypost.rules.timeline import ParameterTimeline
from waypost.rules.values import Certainty, Containment, How, Parameters
from waypost.units import Mechanism

Window = tuple[datetime, datetime]
ZERO = timedelta(0)


class Says(Enum):
    """What a fix says of a requirement."""

    UNCERTAIN = "uncertain"
    GOOD = "good"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Seen:
    """A usable fix against the zone.

    d_m       signed distance to the edge, negative inside
    x_m, y_m  where it is on the plane, as far as passages ask
    doubts    time of the fix before it, when that is not to be trusted (distrust.py)
    """

    at: datetime
    received_at: datetime
    d_m: float
    r95_m: float
    mechanism: Mechanism = Mechanism.GNSS
    x_m: float = 0.0
    y_m: float = 0.0
    doubts: datetime | None = None

    @property
    def containment(self) -> Containment:
        if self.d_m <= -self.r95_m:
            return Containment.INSIDE
        return Containment.OUTSIDE if self.d_m >= self.r95_m else Containment.UNCERTAIN

    def says(self, rule: Rule) -> Says:
        """By its whole circle and the rings: between them, nothing."""
        numbers, inside = rule.numbers(self.at), rule.must_be_inside
        inside_by_m = numbers.inside_return_m if inside else numbers.exclusion_enter_m
        outside_by_m = numbers.inside_leave_m if inside else numbers.exclusion_exit_m
        if self.d_m <= -self.r95_m - inside_by_m:
            return Says.GOOD if inside else Says.BAD
        if self.d_m >= self.r95_m + outside_by_m:
            return Says.BAD if inside else Says.GOOD
        return Says.UNCERTAIN

    def beyond_m(self, rule: Rule) -> float:
        """How far on the wrong side, the circle taken off."""
        return (self.d_m if rule.must_be_inside else -self.d_m) - self.r95_m

    def evidence(self, rule: Rule) -> float:
        """What it is worth, for one on the wrong side."""
        return evidence_of(abs(self.d_m), self.r95_m, self.mechanism, rule.numbers(self.at))


@dataclass(frozen=True, slots=True)
class Rule:
    """One requirement: the wrong side, when it binds (sorted, disjoint windows), the numbers.

    Each thing is judged by the numbers in force when it happened, a stretch by those in force when
    it began.

    crosses   whether the way between two fixes meets the zone; None: passages are not told
    """

    must_be_inside: bool
    windows: tuple[Window, ...]
    parameters: Parameters | ParameterTimeline = Parameters()  # noqa: RUF009 - frozen
    crosses: Callable[[Seen, Seen], bool] | None = None

    def numbers(self, at: datetime) -> Parameters:
        """The numbers in force at an instant."""
        if isinstance(self.parameters, Parameters):
            return self.parameters
        return self.parameters.at(at).parameters

    def deep_m(self, at: datetime) -> float:
        numbers = self.numbers(at)
        return numbers.curfew_deep_m if self.must_be_inside else numbers.exclusion_deep_m

    def dwell_min(self, at: datetime) -> timedelta:
        numbers = self.numbers(at)
        return numbers.inside_dwell_min if self.must_be_inside else numbers.exclusion_dwell_min

    def window_at(self, at: datetime) -> Window | None:
        return next((window for window in self.windows if window[0] <= at < window[1]), None)


Run = tuple[Seen, ...]  # decisive fixes in a row on the wrong side, near enough in time to add up


@dataclass(frozen=True, slots=True)
class Row:
    """A violation, a passage, or a stretch of required time of which nothing can be told.

    to_at    None: open
    counted  in violation, as far as it could be told
    runs     the fixes that show it
    chords   of a passage: between fixes
    silent   of what cannot be told: without any fix
    """

    certainty: Certainty
    from_at: datetime
    to_at: datetime | None
    raised_at: datetime
    counted: timedelta = ZERO
    counted_to: datetime | None = None
    runs: tuple[Run, ...] = ()
    run_from: datetime | None = None  # when the last of them began, maybe before the row did
    good_before: datetime | None = None  # the last fix on the right side before it began
    edge: Seen | None = None  # raised by the start of required time, on this fix
    doubted: bool = False  # its one fix is contradicted by its neighbours
    how: How = How.NONE
    chords: int = 0
    silent: timedelta = ZERO

    @property
    def shown(self) -> Run:
        return tuple(fix for run in self.runs for fix in run)

    @property
    def fixes(self) -> int:
        return len(self.shown)

    def evidence(self, rule: Rule) -> float:
        """Of the best of its runs. One that is doubted counts for nothing."""
        runs = self.runs[1:] if self.doubted else self.runs
        return max((evidence_of_run(run, rule) for run in runs), default=0.0)


@dataclass(frozen=True, slots=True)
class State:
    """What is known since the last fix; everything None before the first."""

    last: Seen | None = None  # last usable fix
    last_good: bool = False
    good_at: datetime | None = None  # the last fix on the right side
    decisive: Seen | None = None  # last fix that was good or bad
    decisive_bad: bool = False
    told_at: datetime | None = None  # when a fix last told, and the time before that
    told_before: datetime | None = None
    beacon_at: datetime | None = None  # the home unit last heard the tag, inside
    run: Run = ()
    candidate: Row | None = None  # in required time, too little yet to open anything
    violation: Row | None = None
    before: Row | None = None  # the violation before it was opened again
    segment_from: datetime | None = None  # where the open violation last began
    gap: Row | None = None
    untold_to: datetime | None = None
    passage: Row | None = None
    passage_before: Row | None = None  # as it was before the last chord
    passed_to: datetime | None = None
    done: tuple[Row, ...] = field(default=())  # finished in this step

    @property
    def open(self) -> bool:
        return self.violation is not None and self.violation.to_at is None


def evidence_of_run(run: Run, rule: Rule) -> float:
    """The evidence of fixes in a row, each adding what its distance in time leaves of its own."""
    total, credit, last = 0.0, 1.0, None
    for fix in run:
        since = timedelta.max if last is None else fix.at - last
        numbers = rule.numbers(fix.at)
        total, credit = gather(total, credit, since, fix.evidence(rule), numbers)
        last = fix.at
    return total
