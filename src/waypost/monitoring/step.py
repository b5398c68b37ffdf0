"""The rules in plain words: one requirement, one fix or tick at a time. The kernel's twin.

    step(state, rule, fix)    -> the state after it, and rows that no later fix changes
    tick(state, rule, now)    -> what stands as of now, no further fix being known

Slow and obvious; the tests hold `kernel.py` to it. In a state nothing has happened that a fix did
not show, or an edge of required time before a fix: time alone (`tick`) is only looked at.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import Enum

from waypost.monitoring.values import Certainty, Containment, Parameters

Window = tuple[datetime, datetime]
ZERO = timedelta(0)


class Says(Enum):
    """What a fix says of a requirement."""

    UNCERTAIN = "uncertain"
    GOOD = "good"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Rule:
    """One requirement: the wrong side, when it binds (sorted, disjoint windows), the numbers."""

    must_be_inside: bool
    windows: tuple[Window, ...]
    parameters: Parameters = Parameters()  # noqa: RUF009 - frozen

    @property
    def deep_m(self) -> float:
        numbers = self.parameters
        return numbers.curfew_deep_m if self.must_be_inside else numbers.exclusion_deep_m

    def window_at(self, at: datetime) -> Window | None:
        return next((window for window in self.windows if window[0] <= at < window[1]), None)


@dataclass(frozen=True, slots=True)
class Seen:
    """A usable fix against the zone. d_m is the signed distance, negative inside."""

    at: datetime
    received_at: datetime
    d_m: float
    r95_m: float

    @property
    def containment(self) -> Containment:
        if self.d_m <= -self.r95_m:
            return Containment.INSIDE
        return Containment.OUTSIDE if self.d_m >= self.r95_m else Containment.UNCERTAIN

    def says(self, rule: Rule) -> Says:
        if self.containment is Containment.UNCERTAIN:
            return Says.UNCERTAIN
        inside = self.containment is Containment.INSIDE
        return Says.GOOD if inside == rule.must_be_inside else Says.BAD

    def beyond_m(self, rule: Rule) -> float:
        """How far on the wrong side, the circle taken off."""
        return (self.d_m if rule.must_be_inside else -self.d_m) - self.r95_m


@dataclass(frozen=True, slots=True)
class Row:
    """A violation, or a stretch of required time of which nothing can be told. to_at None: open."""

    certainty: Certainty
    from_at: datetime
    to_at: datetime | None
    raised_at: datetime
    counted: timedelta = ZERO  # in violation, as far as it could be told
    fixes: int = 0


@dataclass(frozen=True, slots=True)
class State:
    """What is known since the last fix; everything None before the first."""

    last: datetime | None = None  # last usable fix
    decisive: Seen | None = None  # last fix that was good or bad
    decisive_bad: bool = False
    confirmed: bool = False  # the last two decisive fixes are bad and near in time
    candidate: Seen | None = None  # bad, in required time, too little to open anything
    violation: Row | None = None
    before: Row | None = None  # the violation before it was opened again
    segment_from: datetime | None = None  # where the open violation last began
    counted_to: datetime | None = None
    gap: Row | None = None
    passed_to: datetime | None = None
    done: tuple[Row, ...] = field(default=())  # finished in this step

    @property
    def open(self) -> bool:
        return self.violation is not None and self.violation.to_at is None


def step(state: State, rule: Rule, fix: Seen) -> tuple[State, list[Row]]:
    """The state after a usable fix that is not older than those before."""
    state = _pass_edges(state, rule, fix.at, received_at=fix.received_at, told_by=None)
    was_open = state.open
    says = fix.says(rule)
    if says is Says.BAD:
        state = _bad(state, rule, fix)
    elif says is Says.GOOD:
        state = _close(state, rule, fix.at) if was_open else state
        state = replace(state, candidate=None, confirmed=False)
    state = _gap_before(state, rule, fix, was_open)
    if says is not Says.UNCERTAIN:
        state = replace(state, decisive=fix, decisive_bad=says is Says.BAD)
    state = _settle(replace(state, last=fix.at), rule, fix.at)
    return replace(state, done=()), list(state.done)


def fold(rule: Rule, fixes: Iterable[Seen], state: State | None = None) -> tuple[State, list[Row]]:
    """All the fixes, in order."""
    state, rows = state or State(), []
    for fix in fixes:
        state, done = step(state, rule, fix)
        rows += done
    return state, rows


def tick(state: State, rule: Rule, now: datetime, *, count_to_now: bool = False) -> list[Row]:
    """The rows that stand as of `now` and may still change; the state stays as it was."""
    state = _pass_edges(state, rule, now, received_at=None, told_by=now)
    window = rule.window_at(now)
    if window and rule.must_be_inside and not state.open:
        since = _since(state, window)
        told = since + rule.parameters.gap_min + rule.parameters.upload_allowance
        if told <= now:
            state = _add_gap(state, rule, since, None, told)
    if count_to_now and state.open:
        state = _count(state, rule, now)
    return [*state.done, *(row for row in (state.violation, state.gap) if row)]


def _pass_edges(
    state: State,
    rule: Rule,
    until: datetime,
    *,
    received_at: datetime | None,
    told_by: datetime | None,
) -> State:
    """Let every edge of required time that is not past yet, up to `until` inclusive, happen."""
    for window in rule.windows:
        start, end = window
        if start <= until and (state.passed_to is None or start > state.passed_to):
            state = _required_begins(state, rule, start)
        if end <= until and (state.passed_to is None or end > state.passed_to):
            state = _required_ends(state, rule, window, received_at, told_by)
    passed_to = until if state.passed_to is None else max(until, state.passed_to)
    return replace(state, passed_to=passed_to)


def _required_begins(state: State, rule: Rule, start: datetime) -> State:
    """Who was last seen on the wrong side, not long ago, is in violation from the edge on."""
    state = replace(state, candidate=None)
    seen = state.decisive
    if seen and state.decisive_bad and start - seen.at <= rule.parameters.stale_after:
        sure = Certainty.CERTAIN if state.confirmed else Certainty.PROBABLE
        return _open(state, rule, start, sure, seen.received_at)
    return state


def _required_ends(
    state: State,
    rule: Rule,
    window: Window,
    received_at: datetime | None,
    told_by: datetime | None,
) -> State:
    since, end = _since(state, window), window[1]
    if rule.must_be_inside and not state.open and end - since >= rule.parameters.gap_min:
        raised_at = _gap_raised(rule, since, received_at)
        if told_by is None or raised_at <= told_by:
            state = _add_gap(state, rule, since, end, raised_at)
    if state.open:
        state = _close(state, rule, end)
    if state.gap:
        state = replace(state, gap=None, done=(*state.done, state.gap))
    return replace(state, candidate=None)


def _bad(state: State, rule: Rule, fix: Seen) -> State:
    near = rule.parameters.confirm_within
    before = state.decisive if state.decisive_bad else None
    pair = before is not None and fix.at - before.at <= near
    state = replace(state, confirmed=pair)
    if rule.window_at(fix.at) is None:
        return state
    if state.open:
        state = _count(state, rule, fix.at)
        assert state.violation is not None
        if pair:
            sure = replace(state.violation, certainty=Certainty.CERTAIN)
            state = replace(state, violation=sure)
        return _shown(state, 1)
    if pair and state.candidate:
        first = state.candidate
        state = _open(state, rule, first.at, Certainty.CERTAIN, fix.received_at)
        return replace(_shown(_count(state, rule, fix.at), 2), candidate=None)
    if pair or fix.beyond_m(rule) >= rule.deep_m:
        sure_ = Certainty.CERTAIN if pair else Certainty.PROBABLE
        state = _open(state, rule, fix.at, sure_, fix.received_at)
        return replace(_shown(state, 1), candidate=None)
    return replace(state, candidate=fix)


def _shown(state: State, fixes: int) -> State:
    assert state.violation is not None
    row = replace(state.violation, fixes=state.violation.fixes + fixes)
    return replace(state, violation=row)


def _open(
    state: State, rule: Rule, from_at: datetime, sure: Certainty, raised_at: datetime
) -> State:
    """Begin a violation, or go on with one that ended less than merge_within before."""
    row, before, done = state.violation, None, state.done
    if row and row.to_at and from_at - row.to_at < rule.parameters.merge_within:
        surest = Certainty.CERTAIN if Certainty.CERTAIN in (sure, row.certainty) else sure
        before, row = row, replace(row, to_at=None, certainty=surest)
    else:
        done = (*done, row) if row else done
        row = Row(sure, from_at, None, max(from_at, raised_at))
    return replace(
        state, violation=row, before=before, segment_from=from_at, counted_to=from_at, done=done
    )


def _close(state: State, rule: Rule, at: datetime) -> State:
    """End the violation; one that had no length was none."""
    assert state.violation is not None
    if at == state.segment_from:
        row = state.before and replace(state.violation, to_at=state.before.to_at)
        return replace(state, violation=row)
    state = _count(state, rule, at)
    assert state.violation is not None
    return replace(state, violation=replace(state.violation, to_at=at))


def _count(state: State, rule: Rule, to: datetime) -> State:
    """Count the time since the last decisive fix or edge; a gap in it cannot be told."""
    assert state.violation is not None
    assert state.counted_to is not None
    stretch = to - state.counted_to
    if stretch <= ZERO:
        return state
    told = stretch if stretch < rule.parameters.gap_min else ZERO
    row = replace(state.violation, counted=state.violation.counted + told)
    return replace(state, violation=row, counted_to=to)


def _gap_before(state: State, rule: Rule, fix: Seen, was_open: bool) -> State:
    """The stretch of required time without data that this fix ends, unless in a violation."""
    window = rule.window_at(fix.at)
    if window is None or not rule.must_be_inside or was_open:
        return state
    since = _since(state, window)
    covered = state.open and state.segment_from is not None and state.segment_from <= since
    if fix.at - since < rule.parameters.gap_min or covered:
        return state
    return _add_gap(state, rule, since, fix.at, _gap_raised(rule, since, fix.received_at))


def _add_gap(
    state: State, rule: Rule, from_at: datetime, to_at: datetime | None, raised_at: datetime
) -> State:
    """Note it; near ones of one window are one row."""
    gap = state.gap
    if gap and gap.to_at and from_at - gap.to_at < rule.parameters.merge_within:
        return replace(state, gap=replace(gap, to_at=to_at))
    done = (*state.done, gap) if gap else state.done
    return replace(state, gap=Row(Certainty.CANNOT_TELL, from_at, to_at, raised_at), done=done)


def _gap_raised(rule: Rule, since: datetime, received_at: datetime | None) -> datetime:
    """When the fix that ends it is here, or is later than uploads take."""
    told = since + rule.parameters.gap_min
    latest = told + rule.parameters.upload_allowance
    return latest if received_at is None else max(told, min(latest, received_at))


def _since(state: State, window: Window) -> datetime:
    """From when on the window is without data."""
    return window[0] if state.last is None else max(state.last, window[0])


def _settle(state: State, rule: Rule, at: datetime) -> State:
    """Let go of rows that nothing can join any more."""
    within = rule.parameters.merge_within
    row, gap = state.violation, state.gap
    if row and row.to_at and at - row.to_at >= within:
        first = state.candidate
        if first is None or first.at - row.to_at >= within:
            state = replace(state, violation=None, done=(*state.done, row))
    if gap and gap.to_at and at - gap.to_at >= within:
        state = replace(state, gap=None, done=(*state.done, gap))
    return state
