"""Why a row stands, step by step: the plain twin over the fixes around it, and what came of each.

    plan + requirement + a track + where the machine stood -> explain -> steps, spells, rows today

The rows are those that judging these fixes gives today. Where they differ from what is stored, the
fixes, the order, the numbers or the rules have changed since: `agrees` says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from waypost.clock import from_us, to_us
from waypost.positions.quality import new_speed_state, speed_gate
from waypost.positions.schema import SetAside
from waypost.positions.tracks import Track, TrackRow
from waypost.rules import step as plain
from waypost.rules.containment import judge_containment, meets
from waypost.rules.containment import project as to_plane
from waypost.rules.distrust import doubted, new_doubt_state
from waypost.rules.kernel import NEVER
from waypost.rules.plan import Plan, RequirementPlan
from waypost.rules.step import Rule, Seen, State, Traced
from waypost.rules.timeline import ParameterTimeline
from waypost.rules.values import Certainty, How, JudgedViolation, Parameters

Floats = npt.NDArray[np.float64]
Fix = tuple[int, Seen, SetAside]  # place in the track, against the zone, why it is not judged
BEFORE = timedelta(minutes=15)  # to see where somebody was; what opened a row may be older (_reach)
AFTER = timedelta(minutes=20)  # what came next
LONG = timedelta(hours=12)  # of a longer violation its beginning and its end are shown apart
PIECE = timedelta(hours=6)
UNTOLD_MAX = timedelta(days=13)  # a look covers 14 days at most; silence is short to read
WELL_INSIDE_M = -1e7  # where no place is asked, every fix is where it should be
RUN = 4  # so many waits for a second fix a run may take until it is enough, where fixes are few
HALF_A_TENTH = 0.051  # minutes are stored to the tenth


class What(StrEnum):
    """What stands at an instant of the path; of one instant in this order."""

    BEGINS = "begins"  # required time does
    ENDS = "ends"
    FIX = "fix"
    ASIDE = "aside"  # kept and not judged
    SILENCE = "silence"


class Band(StrEnum):
    """How the machine stands for a while."""

    NOT_REQUIRED = "not_required"
    CLEAR = "clear"
    CANDIDATE = "candidate"  # on the wrong side, too little to open anything
    VIOLATION = "violation"
    UNTOLD = "untold"  # required, and no usable fix for the rules' gap or longer


@dataclass(frozen=True, slots=True)
class Look:
    """The window of fixes that explains a row, or one end of it."""

    from_at: datetime
    to_at: datetime
    whole: bool


@dataclass(frozen=True, slots=True)
class Step:
    """One instant of the path.

    n          place among the track's rows; None for an edge or a silence
    d_m        signed distance to the edge, negative inside; None where no place is asked
    traced     what the machine made of the fix; None where it never met it
    then       the same as it was when the row was raised; None: it was not known by then
    opens      an edge that put them in violation; ends: one that ended it
    """

    at: datetime
    what: What
    until: datetime | None = None
    n: int | None = None
    d_m: float | None = None
    aside: SetAside = SetAside.USABLE
    traced: Traced | None = None
    then: Traced | None = None
    opens: bool = False
    ends: bool = False


@dataclass(frozen=True, slots=True)
class Spell:
    from_at: datetime
    to_at: datetime
    band: Band


@dataclass(frozen=True, slots=True)
class Explanation:
    """rows: what judging these fixes gives as of `as_of`; steps and spells in order of time."""

    rule: Rule
    look: Look
    as_of: datetime
    raised_at: datetime
    steps: tuple[Step, ...]
    spells: tuple[Spell, ...]
    rows: tuple[plain.Row, ...]

    def came_late(self, step: Step) -> bool:
        """Whether the fix was measured before the row was raised and came after."""
        fix = step.traced.fix if step.traced else None
        return fix is not None and fix.at <= self.raised_at < fix.received_at

    @property
    def late(self) -> int:
        return sum(map(self.came_late, self.steps))


def look_for(
    row: JudgedViolation, numbers: ParameterTimeline, *, now: datetime, at_end: bool = False
) -> Look:
    """Which fixes explain a row: some before, all within, some after; of a long one an end."""
    end = min(row.to_at or now, now)
    since = row.from_at - _reach(row, numbers.at(row.from_at).parameters)
    if row.certainty is Certainty.CANNOT_TELL:
        to_at = min(end, row.from_at + UNTOLD_MAX)
        return Look(since, min(to_at + AFTER, now), whole=to_at == end)
    if end - row.from_at <= LONG:
        return Look(since, min(end + AFTER, now), whole=True)
    if at_end:
        return Look(end - PIECE, min(end + AFTER, now), whole=False)
    return Look(since, row.from_at + PIECE, whole=False)


def explain(
    plan: Plan,
    planned: RequirementPlan,
    track: Track,
    look: Look,
    *,
    as_of: datetime,
    raised_at: datetime,
    standing: JudgedViolation | None = None,
) -> Explanation:
    """The path of one requirement over a track.

    as_of      up to then everything received is judged, and the look goes no further
    standing   the stored row that is open where the look begins
    """
    path = path_of(
        rule_of(plan, planned), seen_of(plan, planned, track), look,
        as_of=as_of, raised_at=raised_at, standing=standing,
    )  # fmt: skip
    silences = [
        Step(gap.from_at, What.SILENCE, until=gap.to_at)
        for gap in track.gaps
        if gap.from_at < path.as_of and not gap.held_back
    ]
    return replace(path, steps=_in_order([*path.steps, *silences]))


def path_of(
    rule: Rule,
    fixes: Sequence[Fix],
    look: Look,
    *,
    as_of: datetime,
    raised_at: datetime,
    standing: JudgedViolation | None = None,
) -> Explanation:
    """The same over fixes that are measured against the zone already."""
    as_of = min(as_of, look.to_at)
    start = _state_at(look.from_at, standing)
    used = [(n, fix) for n, fix, aside in fixes if aside is SetAside.USABLE]
    traced = _traced(rule, used, start)
    then = _traced(rule, [one for one in used if one[1].received_at <= raised_at], start)
    states, rows = _folded(rule, [fix for _, fix in used], start)
    rows += plain.tick(states[-1][1], rule, as_of)
    steps = [
        Step(
            fix.at, What.FIX if n in traced else What.ASIDE, n=n,
            d_m=None if fix.d_m == WELL_INSIDE_M else fix.d_m, aside=aside,
            traced=traced.get(n), then=then.get(n),
        )
        for n, fix, aside in fixes
    ]  # fmt: skip
    edges = _edges(rule, states, look.from_at, as_of)
    spells = _spells(rule, states, look.from_at, as_of)
    return Explanation(
        rule, look, as_of, raised_at, _in_order([*steps, *edges]), tuple(spells), tuple(rows)
    )


def rule_of(plan: Plan, planned: RequirementPlan) -> Rule:
    """The requirement as the plain twin reads it."""
    windows = tuple(
        (from_us(start), from_us(end))
        for start, end in zip(planned.starts.tolist(), planned.ends.tolist(), strict=True)
    )

    def crosses(one: Seen, other: Seen) -> bool:
        ends = (np.array([at]) for at in (one.x_m, one.y_m, other.x_m, other.y_m))
        return bool(meets(planned.shape, *ends)[0])

    passages = crosses if planned.rule["passage_within"].any() else None
    return Rule(planned.must_be_inside, windows, plan.timeline, passages)


def seen_of(plan: Plan, planned: RequirementPlan, track: Track) -> list[Fix]:
    """Every fix of the track against the requirement's zone."""
    rows = track.rows
    if not rows:
        return []
    lat, lon, r95 = (
        np.array([getattr(row, name) for row in rows], dtype=np.float64)
        for name in ("lat", "lon", "accuracy_m")
    )
    x, y = to_plane(plan.plane, lat, lon)
    d = np.full(len(rows), WELL_INSIDE_M)
    if not planned.everywhere:
        _, d = judge_containment(planned.shape, x, y, r95)
    marks, doubts = _marked(plan, rows, x, y, r95)
    return [
        (
            n,
            Seen(
                row.measured_at, row.received_at, float(d[n]), row.accuracy_m, row.mechanism,
                float(x[n]), float(y[n]), doubts.get(n),
            ),
            marks[n],
        )
        for n, row in enumerate(rows)
    ]  # fmt: skip


def same_row(rows: Iterable[plain.Row], row: JudgedViolation) -> plain.Row | None:
    """Of the rows judged today, the one that is this stored row; None: there is none."""
    for one in rows:
        begins = one.from_at == row.from_at
        before_end = row.to_at is None or one.from_at < row.to_at
        after_start = one.to_at is None or row.from_at < one.to_at
        if _nature(one) == _nature(row) and (begins or (before_end and after_start)):
            return one
    return None


def _nature(row: plain.Row | JudgedViolation) -> tuple[bool, bool]:
    """A violation, a passage, or what cannot be told: rows of two natures are never one."""
    return row.certainty is Certainty.CANNOT_TELL, row.how is How.PASSAGE


def agrees(found: plain.Row | None, row: JudgedViolation, look: Look) -> bool:
    """Whether judging today gives the stored row; of a part of it, whether it gives its end."""
    if found is None:
        return row.withdrawn
    if row.withdrawn:
        return False
    ends = found.to_at == row.to_at
    begins = found.from_at == row.from_at
    if not look.whole:
        return begins and (ends or found.to_at is None)
    minutes = found.counted / timedelta(minutes=1)
    counts = row.to_at is None or abs(minutes - row.minutes) <= HALF_A_TENTH
    return begins and ends and counts and found.certainty is row.certainty


def _marked(
    plan: Plan, rows: Sequence[TrackRow], x: Floats, y: Floats, r95: Floats
) -> tuple[list[SetAside], dict[int, datetime]]:
    """Why each fix is not judged, as at intake or by a speed that the numbers call impossible; and,
    for a fix that belies the one before it, that one's time."""
    early = (SetAside.USABLE, SetAside.IMPOSSIBLE_SPEED)
    marks = [SetAside.USABLE if row.set_aside in early else row.set_aside for row in rows]
    judged = np.flatnonzero([mark is SetAside.USABLE for mark in marks])
    at = np.array([to_us(rows[int(n)].measured_at) for n in judged], dtype=np.int64)
    speed = new_speed_state()
    for part, entry in plan.timeline.parts(at):
        mine = judged[part]
        rejected = speed_gate(
            speed, at[part], x[mine], y[mine], r95[mine], entry.parameters.speed_max_mps
        )
        for n in mine[rejected == 1]:
            marks[int(n)] = SetAside.IMPOSSIBLE_SPEED
    kept = np.flatnonzero([mark is SetAside.USABLE for mark in marks])
    at = np.array([to_us(rows[int(n)].measured_at) for n in kept], dtype=np.int64)
    belied = doubted(new_doubt_state(), at, x[kept], y[kept], r95[kept], plan.timeline)
    doubts = zip(kept.tolist(), belied.tolist(), strict=True)
    return marks, {n: from_us(us) for n, us in doubts if us != NEVER}


def _reach(row: JudgedViolation, numbers: Parameters) -> timedelta:
    """How far before a row the fixes lie that made it: the run that opened it, or, of what could
    not be told, the last fix that told."""
    if row.certainty is Certainty.CANNOT_TELL:
        return numbers.uncertain_ages_after + BEFORE
    return max(RUN * numbers.confirm_within, numbers.stale_after) + BEFORE


def _traced(rule: Rule, fixes: Sequence[tuple[int, Seen]], start: State) -> dict[int, Traced]:
    path = plain.trace(rule, (fix for _, fix in fixes), start)
    return {n: one for (n, _), one in zip(fixes, path, strict=True)}


def _in_order(steps: Iterable[Step]) -> tuple[Step, ...]:
    order = list(What)
    return tuple(sorted(steps, key=lambda step: (step.at, order.index(step.what))))


def _state_at(instant: datetime, standing: JudgedViolation | None) -> State:
    """Where the machine stands as the look begins: heard of and told until then, edges past."""
    last = Seen(instant, instant, 0.0, 0.0)
    state = State(last=last, told_at=instant, passed_to=instant)
    if standing is None:
        return state
    row = plain.Row(
        standing.certainty, standing.from_at, None, standing.raised_at, counted_to=instant
    )
    return replace(state, violation=row, segment_from=standing.from_at)


def _folded(
    rule: Rule, fixes: Sequence[Seen], start: State
) -> tuple[list[tuple[datetime, State]], list[plain.Row]]:
    """The state after each fix, the first where the look begins, and rows that are final."""
    assert start.passed_to is not None
    states, rows = [(start.passed_to, start)], []
    for fix in fixes:
        after, done = plain.step(states[-1][1], rule, fix)
        states.append((fix.at, after))
        rows += done
    return states, rows


def _edges(
    rule: Rule, states: Sequence[tuple[datetime, State]], from_at: datetime, to_at: datetime
) -> list[Step]:
    """Where required time begins and ends, and what that did."""
    found = []
    for window in rule.windows:
        for at, what in ((window[0], What.BEGINS), (window[1], What.ENDS)):
            if not from_at < at <= to_at:
                continue
            state = next(
                one for instant, one in reversed(states) if instant < at or one is states[0][1]
            )
            open_after = any(
                row.to_at is None and row.certainty is not Certainty.CANNOT_TELL
                for row in plain.tick(state, rule, at)
            )
            found.append(
                Step(
                    at, what,
                    opens=what is What.BEGINS and open_after and not state.open,
                    ends=what is What.ENDS and state.open and not open_after,
                )
            )  # fmt: skip
    return found


def _spells(
    rule: Rule, states: Sequence[tuple[datetime, State]], from_at: datetime, to_at: datetime
) -> list[Spell]:
    """How the machine stood from fix to fix and edge to edge, neighbours alike put together."""
    edges = {edge for window in rule.windows for edge in window if from_at < edge < to_at}
    times = [instant for instant, _ in states if from_at <= instant < to_at]
    cuts = sorted({from_at, *times, *edges, to_at})
    spells: list[Spell] = []
    place = 0
    for start, end in pairwise(cuts):
        while place + 1 < len(states) and states[place + 1][0] <= start:
            place += 1
        band = _band(rule, states, place, start, to_at)
        if spells and spells[-1].band is band:
            spells[-1] = replace(spells[-1], to_at=end)
        else:
            spells.append(Spell(start, end, band))
    return spells


def _band(
    rule: Rule, states: Sequence[tuple[datetime, State]], place: int, at: datetime, to_at: datetime
) -> Band:
    """How it stands at an instant of which the state at `place` is the last."""
    instant, state = states[place]
    window = rule.window_at(at)
    if window is None:
        return Band.NOT_REQUIRED
    rows = plain.tick(state, rule, at)
    if any(row.to_at is None and row.certainty is not Certainty.CANNOT_TELL for row in rows):
        return Band.VIOLATION
    since = max(instant, window[0])
    next_at = states[place + 1][0] if place + 1 < len(states) else to_at
    if min(next_at, window[1]) - since >= rule.numbers(since).gap_min:
        return Band.UNTOLD
    return (
        Band.CANDIDATE if state.candidate and state.candidate.from_at >= window[0] else Band.CLEAR
    )
