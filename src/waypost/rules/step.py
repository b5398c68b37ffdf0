"""The rules in plain words: one requirement, one fix or tick at a time. The kernel's twin.

    step(state, rule, fix)    -> the state after it, and rows that no later fix changes
    tick(state, rule, now)    -> what stands as of now, no further fix being known
    trace(rule, fixes)        -> fix by fix: what it says, its evidence, what came of it

Slow and obvious; the tests hold `kernel.py` to it. In a state nothing has happened that a fix did
not show, or an edge of required time before a fix: time alone (`tick`) is only looked at.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from waypost.rules.step_values import (
    ZERO,
    Row,
    Rule,
    Run,
    Says,
    Seen,
    State,
    Window,
    evidence_of_run,
)
from waypost.rules.values import Certainty, How
from waypost.units import Mechanism

__all__ = [
    "Happened", "Row", "Rule", "Run", "Says", "Seen", "State", "Traced", "Window",
    "evidence_of_run", "fold", "heard", "step", "sureness", "tick", "trace",
]  # fmt: skip

SURER = (Certainty.POSSIBLE, Certainty.PROBABLE, Certainty.CERTAIN)


def step(state: State, rule: Rule, fix: Seen) -> tuple[State, list[Row]]:
    """The state after a usable fix that is not older than those before."""
    if fix.doubts is not None:
        state = _distrust(state, rule, fix.doubts)
    state = _pass_edges(state, rule, fix.at, received_at=fix.received_at, told_by=None)
    was_open = state.open
    says = heard(state, rule, fix)
    if says is Says.BAD:
        state = _bad(state, rule, fix)
    elif says is Says.GOOD:
        state = _close(state, rule, fix.at) if was_open else _pass_through(state, rule, fix)
        state = replace(state, candidate=None, run=())
    window = rule.window_at(fix.at)
    if window is not None and rule.must_be_inside and not was_open:
        since = _since(state, window)
        covered = state.open and state.segment_from is not None and state.segment_from <= since
        if not covered:
            state = _untold(state, rule, window, fix.at, fix.at, fix.received_at, None)
    state = _settle(_remember(state, fix, says), rule, fix.at)
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
        state = _untold(state, rule, window, now, None, None, now)
    if count_to_now and state.violation and state.open:
        state = replace(state, violation=_count(state.violation, rule, now))
    return [*state.done, *(row for row in (state.violation, state.gap, state.passage) if row)]


def heard(state: State, rule: Rule, fix: Seen) -> Says:
    """What the fix says, unless the home unit has just heard the tag: other mechanisms err indoors
    and cannot say that somebody left."""
    says = fix.says(rule)
    away = says is Says.BAD and rule.must_be_inside and fix.mechanism is not Mechanism.BEACON
    if away and state.beacon_at is not None:
        held = fix.at - state.beacon_at <= rule.numbers(fix.at).beacon_holds
        return Says.UNCERTAIN if held else says
    return says


def sureness(run: Run, rule: Rule, at: datetime) -> Certainty | None:
    """What a run is enough for, by the numbers of an instant; None: nothing yet."""
    if not run:
        return None
    numbers, evidence = rule.numbers(at), evidence_of_run(run, rule)
    dwelt = len(run) >= 2 and run[-1].at - run[0].at >= rule.dwell_min(at)
    if dwelt and evidence >= math.log(numbers.certain_odds):
        return Certainty.CERTAIN
    deep = max(fix.beyond_m(rule) for fix in run) >= rule.deep_m(at)
    return Certainty.PROBABLE if deep and evidence >= math.log(numbers.probable_odds) else None


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
    """Who was last seen on the wrong side, not long ago, is in violation from the edge on, if what
    showed it is enough; else it may yet become enough."""
    state = replace(state, candidate=None)
    seen = state.decisive
    if seen and state.decisive_bad and start - seen.at <= rule.numbers(start).stale_after:
        row = Row(Certainty.POSSIBLE, start, None, start, counted_to=start, edge=seen)
        row = replace(row, good_before=state.good_at)
        state = replace(state, candidate=row)
        sure = sureness(state.run, rule, start)
        if sure:
            return _open(state, rule, row, sure, seen.received_at)
    return state


def _required_ends(
    state: State,
    rule: Rule,
    window: Window,
    received_at: datetime | None,
    told_by: datetime | None,
) -> State:
    end = window[1]
    if state.open:
        state = _close(state, rule, end)
    elif rule.must_be_inside:
        state = _untold(state, rule, window, end, end, received_at, told_by)
    ended = [row for row in (state.gap, state.passage) if row]
    return replace(state, candidate=None, gap=None, passage=None, done=(*state.done, *ended))


def _bad(state: State, rule: Rule, fix: Seen) -> State:
    run = state.run
    if run and fix.at - run[-1].at > rule.numbers(fix.at).confirm_within:
        run = ()
    state = replace(state, run=(*run, fix))
    if rule.window_at(fix.at) is None:
        return state
    sure = sureness(state.run, rule, fix.at)
    if state.violation and state.open:
        row = _shown(_count(state.violation, rule, fix.at), state.run, fix)
        return replace(state, violation=_surer(row, sure))
    new = Row(Certainty.POSSIBLE, fix.at, None, fix.at, counted_to=fix.at)
    row = (run and state.candidate) or replace(new, good_before=state.good_at)
    row = _shown(_count(row, rule, fix.at), state.run, fix)
    state = replace(state, candidate=row)
    return _open(state, rule, row, sure, fix.received_at) if sure else state


def _shown(row: Row, run: Run, fix: Seen) -> Row:
    """With one more fix, in the run it belongs to or, that being over, in one of its own."""
    if row.run_from != run[0].at:
        return replace(row, runs=(*row.runs, (fix,)), run_from=run[0].at)
    return replace(row, runs=(*row.runs[:-1], (*row.runs[-1], fix)))


def _surer(row: Row, sure: Certainty | None) -> Row:
    surest = max(row.certainty, sure or Certainty.POSSIBLE, key=SURER.index)
    return replace(row, certainty=surest)


def _open(state: State, rule: Rule, new: Row, sure: Certainty, raised_at: datetime) -> State:
    """The candidate is a violation, or part of one that ended less than merge_within before."""
    row, before, done = state.violation, None, state.done
    if row and row.to_at and new.from_at - row.to_at < rule.numbers(row.to_at).merge_within:
        before, row = (
            row,
            replace(
                _surer(row, sure),
                to_at=None,
                counted=row.counted + new.counted,
                counted_to=new.counted_to,
                runs=row.runs + new.runs,
                run_from=new.run_from if new.runs else row.run_from,
            ),
        )
    else:
        done = (*done, row) if row else done
        row = replace(new, certainty=sure, raised_at=max(new.from_at, raised_at))
    return replace(
        state, violation=row, before=before, segment_from=new.from_at, candidate=None, done=done
    )


def _close(state: State, rule: Rule, at: datetime) -> State:
    """End the violation; one that had no length was none."""
    assert state.violation is not None
    if at == state.segment_from:
        row = state.before and replace(state.violation, to_at=state.before.to_at)
        return replace(state, violation=row)
    return replace(state, violation=replace(_count(state.violation, rule, at), to_at=at))


def _count(row: Row, rule: Rule, to: datetime) -> Row:
    """Count the time since the last decisive fix or edge; a gap in it cannot be told."""
    assert row.counted_to is not None
    stretch = to - row.counted_to
    if stretch <= ZERO:
        return row
    told = stretch if stretch < rule.numbers(row.counted_to).gap_min else ZERO
    return replace(row, counted=row.counted + told, counted_to=to)


def _distrust(state: State, rule: Rule, at: datetime) -> State:
    """The last fix contradicts its neighbours, as the next one shows: it counts for nothing.

    What two fixes or more show stays. A violation that it alone opened goes; in an exclusion zone
    it stays as possible, since a life may hang on it.
    """
    if state.last is None or state.last.at != at:
        return state
    if state.passage and state.passage.to_at == at:
        state = replace(state, passage=state.passage_before, passage_before=None)
    state = replace(state, last_good=False)
    if len(state.run) != 1 or state.run[0].at != at:
        return state
    state = replace(state, run=(), decisive_bad=False, told_at=state.told_before, candidate=None)
    row = state.violation
    if row and state.open and row.fixes == 1 and row.shown[0].at == at and not row.edge:
        if rule.must_be_inside:
            return replace(state, violation=None)
        possible = replace(row, certainty=Certainty.POSSIBLE, doubted=True, run_from=None)
        return replace(state, violation=possible)
    return state


def _pass_through(state: State, rule: Rule, fix: Seen) -> State:
    """Two fixes clear of an exclusion zone, and the way between them through it: possible presence,
    nothing observed."""
    last, window = state.last, rule.window_at(fix.at)
    if rule.crosses is None or rule.must_be_inside or last is None or window is None:
        return state
    if not state.last_good or last.at < window[0] or fix.at == last.at:
        return state
    if fix.at - last.at > rule.numbers(last.at).passage_within:
        return state
    ended = state.violation.to_at if state.violation else None
    if ended is not None and last.at - ended < rule.numbers(ended).merge_within:
        return state
    if not rule.crosses(last, fix):
        return state
    row, done = state.passage, state.done
    if row and row.to_at and last.at - row.to_at < rule.numbers(row.to_at).merge_within:
        longer = replace(row, to_at=fix.at, chords=row.chords + 1)
        return replace(state, passage=longer, passage_before=row)
    done = (*done, row) if row else done
    raised_at = max(fix.at, fix.received_at)
    row = Row(Certainty.POSSIBLE, last.at, fix.at, raised_at, how=How.PASSAGE, chords=1)
    return replace(state, passage=row, passage_before=None, done=done)


def _untold(
    state: State,
    rule: Rule,
    window: Window,
    until: datetime,
    to_at: datetime | None,
    received_at: datetime | None,
    told_by: datetime | None,
) -> State:
    """Note what of required time, up to `until`, could not be told: no fix, or none that told.

    to_at    None when it goes on
    told_by  what has its time to be raised later is not told; None: everything is
    """
    since, aged_from = _since(state, window), _aged_from(state, rule, window)
    silent_raised = _gap_raised(rule, since, received_at)
    silent = until - since >= rule.numbers(since).gap_min
    silent = silent and (told_by is None or silent_raised <= told_by)
    aged_raised = _gap_raised(rule, aged_from, received_at)
    gap_min = rule.numbers(aged_from).gap_min
    told = told_by is None or aged_raised <= told_by
    if state.untold_to is not None:
        told = told or state.untold_to - aged_from >= gap_min
    aged = until - aged_from >= gap_min and told
    if state.untold_to is not None:
        aged_from = max(aged_from, state.untold_to)
    aged = aged and aged_from < until
    if not silent and not aged:
        return state
    silence = until - since if silent and to_at is not None else ZERO
    raised_at = min(at for at, so in ((silent_raised, silent), (aged_raised, aged)) if so)
    how, from_at = How.AGED, aged_from
    if silent and (not aged or since <= aged_from):
        how, from_at = How.NO_FIX, since
    row = Row(Certainty.CANNOT_TELL, from_at, to_at, raised_at, how=how)
    return _add_gap(replace(state, untold_to=until), rule, row, silence)


def _add_gap(state: State, rule: Rule, new: Row, silence: timedelta) -> State:
    """Note it; near ones of one window are one row."""
    gap, done = state.gap, state.done
    if gap and gap.to_at and new.from_at - gap.to_at < rule.numbers(gap.to_at).merge_within:
        new = replace(gap, to_at=new.to_at)
    else:
        done = (*done, gap) if gap else done
    return replace(state, gap=replace(new, silent=new.silent + silence), done=done)


def _gap_raised(rule: Rule, since: datetime, received_at: datetime | None) -> datetime:
    """When the fix that ends it is here, or is later than uploads take."""
    numbers = rule.numbers(since)
    told = since + numbers.gap_min
    latest = told + numbers.upload_allowance
    return latest if received_at is None else max(told, min(latest, received_at))


def _since(state: State, window: Window) -> datetime:
    """From when on the window is without data."""
    return window[0] if state.last is None else max(state.last.at, window[0])


def _aged_from(state: State, rule: Rule, window: Window) -> datetime:
    """From when on time can no longer be told, though fixes came: none has told for so long."""
    told = window[0] if state.told_at is None else max(state.told_at, window[0])
    return told + rule.numbers(told).uncertain_ages_after


def _remember(state: State, fix: Seen, says: Says) -> State:
    """What later fixes and edges ask of this one."""
    if says is not Says.UNCERTAIN:
        state = replace(
            state,
            decisive=fix,
            decisive_bad=says is Says.BAD,
            told_before=state.told_at,
            told_at=fix.at,
        )
    if fix.mechanism is Mechanism.BEACON and fix.d_m <= 0:
        state = replace(state, beacon_at=fix.at)
    good_at = fix.at if says is Says.GOOD else state.good_at
    return replace(state, last=fix, last_good=says is Says.GOOD, good_at=good_at)


def _settle(state: State, rule: Rule, at: datetime) -> State:
    """Let go of rows that nothing can join any more."""
    row, gap, passage = state.violation, state.gap, state.passage
    if row and row.to_at and at - row.to_at >= (within := rule.numbers(row.to_at).merge_within):
        first = state.candidate
        if first is None or first.from_at - row.to_at >= within:
            state = replace(state, violation=None, done=(*state.done, row))
    if gap and gap.to_at and at - gap.to_at >= (within := rule.numbers(gap.to_at).merge_within):
        window = rule.window_at(at)
        if window is None or state.open or _aged_from(state, rule, window) - gap.to_at >= within:
            state = replace(state, gap=None, done=(*state.done, gap))
    if passage and passage.to_at:
        within = rule.numbers(passage.to_at).merge_within
        if at - passage.to_at >= within:
            state = replace(state, passage=None, done=(*state.done, passage))
    return state


class Happened(StrEnum):
    """What came of a fix."""

    NOTHING = "nothing"  # on the right side, as before
    NOT_REQUIRED = "not_required"  # outside required time
    UNCERTAIN = "uncertain"  # could not tell: opens nothing, closes nothing
    HELD_BY_BEACON = "held_by_beacon"  # would say "left"; the home unit had just heard the tag
    CANDIDATE = "candidate"  # on the wrong side, too little yet to open anything
    OPENED = "opened"
    SHOWN = "shown"  # on the wrong side, the violation goes on
    CONFIRMED = "confirmed"  # and is surer from here on
    CLOSED = "closed"
    PASSAGE = "passage"  # clear of the zone, as the one before, and the way between is not
    DISTRUSTED = "distrusted"  # the fixes before and after agree, and not with it


@dataclass(frozen=True, slots=True)
class Traced:
    """One fix on the machine's path.

    says       what it was taken to say
    evidence   its own, logarithm of odds; 0 unless it is on the wrong side
    total      of the run of fixes on the wrong side, up to and with this one
    violation  the one it is part of, as it stood after it
    """

    fix: Seen
    says: Says
    happened: Happened
    evidence: float
    total: float
    violation: Row | None


def trace(rule: Rule, fixes: Iterable[Seen], state: State | None = None) -> list[Traced]:
    """The machine's path over fixes in order, from a state that has seen nothing or was given."""
    path: list[Traced] = []
    state = state or State()
    for fix in fixes:
        before = _pass_edges(state, rule, fix.at, received_at=fix.received_at, told_by=None)
        says = heard(before, rule, fix)
        state, _ = step(state, rule, fix)
        if path and fix.doubts == path[-1].fix.at and path[-1].happened in BELIED:
            path[-1] = replace(path[-1], happened=Happened.DISTRUSTED)
        bad = says is Says.BAD
        happened = _happened(before, state, rule, fix, says)
        touched = state.open or happened is Happened.CLOSED
        path.append(
            Traced(
                fix,
                says,
                happened,
                fix.evidence(rule) if bad else 0.0,
                evidence_of_run(state.run, rule),
                state.violation if touched else None,
            )
        )
    return path


# What a fix that is not to be trusted can have done alone.
BELIED = frozenset({Happened.CANDIDATE, Happened.OPENED, Happened.PASSAGE, Happened.NOT_REQUIRED})


def _happened(before: State, after: State, rule: Rule, fix: Seen, says: Says) -> Happened:
    if says is Says.UNCERTAIN:
        held = fix.says(rule) is not says
        return Happened.HELD_BY_BEACON if held else Happened.UNCERTAIN
    if before.open and not after.open:
        return Happened.CLOSED
    if rule.window_at(fix.at) is None:
        return Happened.NOT_REQUIRED
    if says is Says.GOOD:
        passed = after.passage is not None and after.passage.to_at == fix.at
        return Happened.PASSAGE if passed else Happened.NOTHING
    if not after.open:
        return Happened.CANDIDATE
    if not before.open:
        return Happened.OPENED
    assert before.violation is not None
    assert after.violation is not None
    surer = after.violation.certainty is not before.violation.certainty
    return Happened.CONFIRMED if surer else Happened.SHOWN
