"""The rules, compiled: one requirement's machine, over arrays, the same live, late and in replay.

A machine (MACHINE) holds what is known since the last fix; beside it stand its slots (ROW): what
may still change of the violation, of what cannot be told, of passages, and of the candidate, fixes
on the wrong side that are too little yet. `take_fix` lets the edges of required time up to the fix
pass, then judges the fix; `fold` does so for many; `project` lets time pass on a copy. Rows that
cannot change by later fixes are pushed. `step.py` says the same in plain words and checks this
module; times are microseconds since 1970, distances metres, evidence logarithms of odds.

    records        RULE, MACHINE, ROW, FIX
    rows           _push _begin _show _absorb _open _close _count
    evidence       _gather _add_to_run _sureness _distrust
    cannot tell    _untold _gap
    passage        crosses _pass_through
    time           advance (_start_edge, _end_edge), pass_time, project, next_change
    fixes          take_fix, fold, fold_each
    replay         the same machine with what was known when
"""

from __future__ import annotations

import math
from functools import cache
from typing import Any, NamedTuple

import numba as nb
import numpy as np
import numpy.typing as npt

from waypost.clock import FOREVER_US

Times = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Records = npt.NDArray[np.void]
Record = Any  # one element of Records: numba passes it by reference

FOREVER = FOREVER_US
NEVER = -FOREVER_US

# What a fix says of a requirement.
UNCERTAIN, GOOD, BAD = 0, 1, 2
# A slot: nothing in it, a row that goes on, a row that ended and may still be joined.
EMPTY, OPEN, HELD = 0, 1, 2
VIOLATION, GAP, PASSAGE, CANDIDATE = 0, 1, 2, 3
SLOTS = 4
# How sure. Less than POSSIBLE there is nothing; the candidate has it until it is more.
POSSIBLE, PROBABLE, CERTAIN = 0, 1, 2
# Why something cannot be told.
NO_FIX, AGED = 1, 2
# Parts of a zone (containment.py).
RINGS, DISC, CORRIDOR = 0, 1, 2
BEACON = 4  # units.Mechanism

# One record per revision of the numbers, by `from_at`: each thing is judged by those in force when
# it happened, a stretch by those in force when it began (`in_force`).
RULE = np.dtype(
    [
        ("from_at", np.int64),  # in force from here to the next record's; the first: NEVER
        ("must_be_inside", np.int64),  # the same in all
        ("gap_min", np.int64),
        ("upload_allowance", np.int64),
        ("uncertain_ages_after", np.int64),
        ("merge_within", np.int64),
        ("stale_after", np.int64),
        ("passage_within", np.int64),  # 0: passages are not told
        ("confirm_within", np.int64),
        ("dwell_min", np.int64),
        ("decorrelate", np.int64),
        ("beacon_holds", np.int64),
        ("probable", np.float64),  # logarithms of the odds that are enough
        ("certain", np.float64),
        ("most", np.float64),  # what one fix can be worth
        ("deep_m", np.float64),
    ]
)
FIX = np.dtype(
    [
        ("at", np.int64),
        ("received", np.int64),
        ("doubt", np.int64),  # time of the fix before it, which it and its forerunner contradict
        ("x", np.float64),
        ("y", np.float64),
        ("r95", np.float64),
        ("mechanism", np.int64),
        ("code", np.int64),
        ("d", np.float64),  # signed distance to the edge: negative inside
        ("evidence", np.float64),  # of a BAD one
        ("assumed", np.int64),  # its circle may be assumed: the tag stated none, or just that one
    ]
)
MACHINE = np.dtype(
    [
        ("passed_to", np.int64),  # edges up to here have been taken
        ("window", np.int64),  # index of the first window not ended; found anew on every call
        ("inside", np.int64),  # that window has begun
        ("started", np.int64),  # at this time
        ("edge_at", np.int64),  # when the next window begins, or this one ends
        ("last_at", np.int64),  # last usable fix, uncertain ones too
        ("last_x", np.float64),
        ("last_y", np.float64),
        ("last_good", np.int64),
        ("good_at", np.int64),  # the last fix on the right side
        ("decisive_at", np.int64),  # last fix that was good or bad
        ("decisive_before", np.int64),  # the one before it
        ("decisive_received", np.int64),
        ("decisive_bad", np.int64),
        ("decisive_d", np.float64),
        ("decisive_r95", np.float64),
        ("decisive_mechanism", np.int64),
        ("beacon_at", np.int64),  # the home unit last heard the tag, inside
        # The run: decisive fixes in a row that are bad and near enough in time to add up.
        ("run_fixes", np.int64),
        ("run_from", np.int64),
        ("run_to", np.int64),
        ("run_beyond", np.float64),  # the furthest beyond its circle
        ("evidence", np.float64),
        ("credit", np.float64),
        ("untold_to", np.int64),  # noted as not to be told, up to here
        ("segment_from", np.int64),  # where the open violation (last) began; not looked at else
    ]
)
ROW = np.dtype(
    [
        ("status", np.int64),
        ("nature", np.int64),
        ("from_at", np.int64),
        ("to_at", np.int64),
        ("held_to", np.int64),  # where it had ended before it was opened again
        ("certainty", np.int64),
        ("counted", np.int64),  # microseconds in violation that could be told
        ("left_out", np.int64),  # and that could not; of a gap: without any fix
        ("counted_to", np.int64),  # counted up to here
        ("raised_at", np.int64),
        ("how", np.int64),  # of a gap: what it began with
        ("good_before", np.int64),  # the last fix on the right side before it began
        ("edge", np.int64),  # raised by the start of required time, not by a fix
        ("evidence_at", np.int64),  # then: the fix it rests on
        ("doubted", np.int64),  # the fix that opened it is contradicted by its neighbours
        ("fixes", np.int64),  # of a passage: chords
        ("first_fix", np.int64),
        ("last_fix", np.int64),
        ("mechanisms", np.int64),  # bit set of units.Mechanism
        ("nearest_m", np.float64),  # to the edge, of the fixes
        ("smallest_r95", np.float64),
        ("largest_r95", np.float64),
        ("assumed", np.int64),  # fixes whose circle may not be stated
        ("evidence", np.float64),  # of the best run of its fixes
        ("run", np.float64),  # of the run that goes on
        ("run_from", np.int64),  # which run that is: the machine's that began then
        ("credit", np.float64),
        ("deepest_at", np.int64),
        ("deepest_d", np.float64),  # signed distance there: negative inside
        ("deepest_r95", np.float64),
        ("deepest_mechanism", np.int64),
        ("live", np.int64),  # replay: which live row it is; -1 none yet
    ]
)


class Outline(NamedTuple):
    """A zone's parts, as `containment.Shape` says them."""

    kinds: npt.NDArray[np.int64]
    boxes: Floats
    reach_m: Floats
    spans: npt.NDArray[np.int64]
    edges: Floats


def new_machines(count: int) -> tuple[Records, Records]:
    """Machines that have seen nothing, and their slots (count, SLOTS)."""
    machine, slots = _new_machine()
    machines = np.frombuffer(bytearray(machine * count), MACHINE)
    return machines, np.frombuffer(bytearray(slots * count), ROW).reshape(count, SLOTS)


@cache
def _new_machine() -> tuple[bytes, bytes]:
    """One of them and its slots, as bytes: numpy takes long over each field."""
    machine = np.zeros(1, MACHINE)
    for name in (
        "passed_to", "last_at", "decisive_at", "decisive_before", "decisive_received", "beacon_at",
        "good_at", "run_from", "run_to", "untold_to", "segment_from", "started",
    ):  # fmt: skip
        machine[name] = NEVER
    slots = np.zeros(SLOTS, ROW)
    slots["live"] = -1
    slots["nature"] = np.arange(SLOTS)
    return machine.tobytes(), slots.tobytes()


@nb.njit(cache=True, nogil=True)
def in_force(rule: Records, at: int) -> Record:
    """The numbers in force at an instant."""
    k = rule.shape[0] - 1
    while k > 0 and rule[k].from_at > at:
        k -= 1
    return rule[k]


@nb.njit(cache=True, nogil=True)
def find_window(m: Record, starts: Times, ends: Times) -> None:
    """Set the machine's place among the windows from the time it has passed."""
    m.window = np.searchsorted(ends, m.passed_to, side="right")
    m.inside = 0
    m.edge_at = FOREVER
    if m.window < ends.shape[0]:
        m.edge_at = starts[m.window]
        if starts[m.window] <= m.passed_to:
            m.inside = 1
            m.started = starts[m.window]
            m.edge_at = ends[m.window]


# --- Evidence.


@nb.njit(cache=True, nogil=True)
def _credit(credit: float, since: int, numbers: Record) -> float:
    """The share of a fix's evidence that is new, so long after the one before (evidence.gather)."""
    if since >= numbers.decorrelate:
        return 1.0
    return float(min(1.0, credit + since / numbers.decorrelate))


@nb.njit(cache=True, nogil=True)
def _beyond(must_be_inside: int, d: float, r95: float) -> float:
    """How far beyond the edge on the wrong side, the circle taken off."""
    return (d if must_be_inside else -d) - r95


@nb.njit(cache=True, nogil=True)
def _add_to_run(m: Record, numbers: Record, f: Record) -> None:
    """A bad fix goes on with the run, or begins one."""
    beyond = _beyond(numbers.must_be_inside, f.d, f.r95)
    if m.run_fixes == 0 or f.at - m.run_to > numbers.confirm_within:
        m.run_fixes = 0
        m.run_from = f.at
        m.run_beyond = beyond
        m.evidence = 0.0
        m.credit = 1.0
    else:
        m.credit = _credit(m.credit, f.at - m.run_to, numbers)
    m.run_fixes += 1
    m.run_to = f.at
    m.run_beyond = max(m.run_beyond, beyond)
    m.evidence += m.credit * f.evidence
    m.credit *= 1.0 - f.evidence / numbers.most


@nb.njit(cache=True, nogil=True)
def _end_run(m: Record) -> None:
    m.run_fixes = 0
    m.run_from = NEVER
    m.run_to = NEVER
    m.run_beyond = 0.0
    m.evidence = 0.0
    m.credit = 0.0


@nb.njit(cache=True, nogil=True)
def _sureness(m: Record, numbers: Record) -> int:
    """What the run is enough for: CERTAIN, PROBABLE, or nothing yet (POSSIBLE)."""
    dwelt = m.run_fixes >= 2 and m.run_to - m.run_from >= numbers.dwell_min
    if dwelt and m.evidence >= numbers.certain:
        return CERTAIN
    if m.evidence >= numbers.probable and m.run_beyond >= numbers.deep_m:
        return PROBABLE
    return POSSIBLE


# --- Rows.


@nb.njit(cache=True, nogil=True)
def _push(rows: Records, n: int, slot: Record) -> int:
    """Append a row; where there is no room only count, the caller tries again with more."""
    if n < rows.shape[0]:
        rows[n] = slot
        rows[n].status = HELD
    return n + 1


@nb.njit(cache=True, nogil=True)
def _begin(s: Record, from_at: int) -> None:
    """A row of which nothing is known yet but where it begins."""
    s.status = OPEN
    s.from_at = from_at
    s.to_at = FOREVER
    s.held_to = NEVER
    s.certainty = POSSIBLE
    s.counted = 0
    s.left_out = 0
    s.counted_to = from_at
    s.raised_at = NEVER
    s.how = 0
    s.good_before = NEVER
    s.edge = 0
    s.evidence_at = NEVER
    s.doubted = 0
    s.fixes = 0
    s.first_fix = NEVER
    s.last_fix = NEVER
    s.mechanisms = 0
    s.nearest_m = 0.0
    s.smallest_r95 = 0.0
    s.largest_r95 = 0.0
    s.assumed = 0
    s.evidence = 0.0
    s.run = 0.0
    s.run_from = NEVER
    s.credit = 1.0
    s.deepest_at = NEVER
    s.deepest_d = 0.0
    s.deepest_r95 = 0.0
    s.deepest_mechanism = 0
    s.live = -1


@nb.njit(cache=True, nogil=True)
def _deepen(s: Record, must_be_inside: int, at: int, d: float, r95: float, mechanism: int) -> None:
    deeper = _beyond(must_be_inside, d, r95) > _beyond(must_be_inside, s.deepest_d, s.deepest_r95)
    if s.deepest_at == NEVER or deeper:
        s.deepest_at = at
        s.deepest_d = d
        s.deepest_r95 = r95
        s.deepest_mechanism = mechanism


@nb.njit(cache=True, nogil=True)
def _show(m: Record, s: Record, numbers: Record, f: Record) -> None:
    """Add a fix to what shows a violation or a candidate. The run knows it already."""
    if s.run_from != m.run_from:
        s.run_from = m.run_from
        s.run = 0.0
        s.credit = 1.0
    else:
        s.credit = _credit(s.credit, f.at - s.last_fix, numbers)
    s.run += s.credit * f.evidence
    s.credit *= 1.0 - f.evidence / numbers.most
    s.evidence = max(s.evidence, s.run)
    edge_m = abs(f.d)
    if s.fixes == 0:
        s.first_fix = f.at
        s.nearest_m = edge_m
        s.smallest_r95 = f.r95
        s.largest_r95 = f.r95
    s.fixes += 1
    s.last_fix = f.at
    s.mechanisms |= 1 << f.mechanism
    s.nearest_m = min(s.nearest_m, edge_m)
    s.smallest_r95 = min(s.smallest_r95, f.r95)
    s.largest_r95 = max(s.largest_r95, f.r95)
    s.assumed += f.assumed
    _deepen(s, numbers.must_be_inside, f.at, f.d, f.r95, f.mechanism)


@nb.njit(cache=True, nogil=True)
def _absorb(s: Record, c: Record, must_be_inside: int) -> None:
    """What shows the candidate shows the violation that goes on."""
    s.counted += c.counted
    s.left_out += c.left_out
    s.counted_to = c.counted_to
    if c.fixes == 0:
        return
    s.run = c.run
    s.run_from = c.run_from
    s.credit = c.credit
    s.evidence = max(s.evidence, c.evidence)
    if s.fixes == 0:
        s.first_fix = c.first_fix
        s.nearest_m = c.nearest_m
        s.smallest_r95 = c.smallest_r95
        s.largest_r95 = c.largest_r95
    s.fixes += c.fixes
    s.last_fix = c.last_fix
    s.mechanisms |= c.mechanisms
    s.nearest_m = min(s.nearest_m, c.nearest_m)
    s.smallest_r95 = min(s.smallest_r95, c.smallest_r95)
    s.largest_r95 = max(s.largest_r95, c.largest_r95)
    s.assumed += c.assumed
    _deepen(s, must_be_inside, c.deepest_at, c.deepest_d, c.deepest_r95, c.deepest_mechanism)


@nb.njit(cache=True, nogil=True)
def _count(s: Record, rule: Records, to: int) -> None:
    """Count the time since the last decisive fix or edge, or leave it out when it is a gap."""
    _count_with(s, in_force(rule, s.counted_to).gap_min, to)


@nb.njit(cache=True, nogil=True)
def _count_with(s: Record, gap_min: int, to: int) -> None:
    if to <= s.counted_to:
        return
    stretch = to - s.counted_to
    if stretch < gap_min:
        s.counted += stretch
    else:
        s.left_out += stretch
    s.counted_to = to


@nb.njit(cache=True, nogil=True)
def _open(
    m: Record, slots: Records, rows: Records, n: int, rule: Records, certainty: int, raised_at: int
) -> int:
    """The candidate is a violation, or part of the one that ended less than merge_within before."""
    s, c = slots[VIOLATION], slots[CANDIDATE]
    if s.status == HELD and c.from_at - s.to_at < in_force(rule, s.to_at).merge_within:
        s.held_to = s.to_at
        s.certainty = max(s.certainty, certainty)
        _absorb(s, c, rule[0].must_be_inside)
    else:
        if s.status == HELD:
            n = _push(rows, n, s)
        slots[VIOLATION] = c
        s = slots[VIOLATION]
        s.nature = VIOLATION
        s.certainty = certainty
        s.raised_at = max(s.from_at, raised_at)
    s.status = OPEN
    s.to_at = FOREVER
    m.segment_from = c.from_at
    c.status = EMPTY
    return n


@nb.njit(cache=True, nogil=True)
def _close(m: Record, s: Record, rule: Records, at: int) -> None:
    """End the violation; one that had no length was none."""
    if at > m.segment_from:
        _count(s, rule, at)
        s.to_at = at
        s.status = HELD
    elif s.held_to != NEVER:
        s.to_at = s.held_to
        s.status = HELD
    else:
        s.status = EMPTY


@nb.njit(cache=True, nogil=True)
def _settle(m: Record, slots: Records, rows: Records, n: int, rule: Records, at: int) -> int:
    """Push rows that nothing can join any more."""
    s = slots[VIOLATION]
    if s.status == HELD:
        within = in_force(rule, s.to_at).merge_within
        c = slots[CANDIDATE]
        joinable = c.status != EMPTY and c.from_at - s.to_at < within
        if at - s.to_at >= within and not joinable:
            n = _push(rows, n, s)
            s.status = EMPTY
    g = slots[GAP]
    if g.status == HELD:
        within = in_force(rule, g.to_at).merge_within
        # What ages may yet be told from there on.
        ages = m.inside and s.status != OPEN
        joinable = ages and _aged_from(m, rule, m.started) - g.to_at < within
        if at - g.to_at >= within and not joinable:
            n = _push(rows, n, g)
            g.status = EMPTY
    p = slots[PASSAGE]
    if p.status == HELD and at - p.to_at >= in_force(rule, p.to_at).merge_within:
        n = _push(rows, n, p)
        p.status = EMPTY
    return n


# --- What cannot be told.


@nb.njit(cache=True, nogil=True)
def _aged_from(m: Record, rule: Records, start: int) -> int:
    """From when on time can no longer be told, though fixes came: none has told for so long."""
    told = max(m.decisive_at, start)
    return int(told + in_force(rule, told).uncertain_ages_after)


@nb.njit(cache=True, nogil=True)
def _gap_raised(rule: Records, from_at: int, received: int) -> int:
    """When a gap is raised: when the fix that ends it is here, or is later than uploads take."""
    numbers = in_force(rule, from_at)
    told = from_at + numbers.gap_min
    return int(max(told, min(told + numbers.upload_allowance, received)))


@nb.njit(cache=True, nogil=True)
def _gap(
    g: Record, rows: Records, n: int, rule: Records, how: int, from_at: int, to_at: int,
    raised_at: int, silent: int,
) -> int:  # fmt: skip
    """Note a stretch of required time that cannot be told; near ones of one window are one row."""
    if g.status == EMPTY or from_at - g.to_at >= in_force(rule, g.to_at).merge_within:
        if g.status != EMPTY:
            n = _push(rows, n, g)
        _begin(g, from_at)
        g.how = how
        g.raised_at = raised_at
    g.left_out += silent
    g.to_at = to_at
    g.status = OPEN if to_at == FOREVER else HELD
    return n


@nb.njit(cache=True, nogil=True)
def _untold(
    m: Record, slots: Records, rows: Records, n: int, rule: Records,
    start: int, until: int, to_at: int, received: int, tell_at: int,
) -> int:  # fmt: skip
    """Note what of required time, up to `until`, could not be told: no fix, or none that told.

    to_at      `until`, or FOREVER when it goes on
    received   when the fix that ends it came; FOREVER when there is none yet
    tell_at    what has its time to be raised later is not told
    """
    since = max(m.last_at, start)
    silent_raised = _gap_raised(rule, since, received)
    silent = until - since >= in_force(rule, since).gap_min and silent_raised <= tell_at
    aged_from = _aged_from(m, rule, start)
    aged_raised = _gap_raised(rule, aged_from, received)
    gap_min = in_force(rule, aged_from).gap_min
    told = aged_raised <= tell_at or m.untold_to - aged_from >= gap_min
    aged = until - aged_from >= gap_min and told
    aged_from = max(aged_from, m.untold_to)
    aged = aged and aged_from < until
    if not silent and not aged:
        return n
    silence = until - since if silent and to_at != FOREVER else 0
    raised_at = min(silent_raised if silent else FOREVER, aged_raised if aged else FOREVER)
    how, from_at = AGED, aged_from
    if silent and (not aged or since <= aged_from):
        how, from_at = NO_FIX, since
    n = _gap(slots[GAP], rows, n, rule, how, from_at, to_at, raised_at, silence)
    m.untold_to = until
    return n


# --- Passage: between two fixes, nothing observed.


@nb.njit(cache=True, nogil=True)
def _to_segment_m(px: float, py: float, x1: float, y1: float, x2: float, y2: float) -> float:
    dx, dy = x2 - x1, y2 - y1
    square = dx * dx + dy * dy
    along = ((px - x1) * dx + (py - y1) * dy) / square if square > 0.0 else 0.0
    along = min(max(along, 0.0), 1.0)
    return math.hypot(px - x1 - along * dx, py - y1 - along * dy)


@nb.njit(cache=True, nogil=True)
def _turn(x1: float, y1: float, x2: float, y2: float, px: float, py: float) -> float:
    """Positive when the point lies to the left of the line, 0 on it."""
    return (x2 - x1) * (py - y1) - (y2 - y1) * (px - x1)


@nb.njit(cache=True, nogil=True)
def _between_m(
    ax: float, ay: float, bx: float, by: float, x1: float, y1: float, x2: float, y2: float
) -> float:
    """The distance of two segments; 0 where they touch or cross."""
    one = _turn(x1, y1, x2, y2, ax, ay) * _turn(x1, y1, x2, y2, bx, by)
    two = _turn(ax, ay, bx, by, x1, y1) * _turn(ax, ay, bx, by, x2, y2)
    if one < 0.0 and two < 0.0:
        return 0.0
    return min(
        min(_to_segment_m(ax, ay, x1, y1, x2, y2), _to_segment_m(bx, by, x1, y1, x2, y2)),
        min(_to_segment_m(x1, y1, ax, ay, bx, by), _to_segment_m(x2, y2, ax, ay, bx, by)),
    )


@nb.njit(cache=True, nogil=True)
def _inside_rings(edges: Floats, start: int, end: int, x: float, y: float) -> bool:
    odd = False
    for e in range(start, end):
        y1, y2 = edges[e, 1], edges[e, 3]
        if (y1 > y) != (y2 > y):
            x1, x2 = edges[e, 0], edges[e, 2]
            if x < x1 + (y - y1) * (x2 - x1) / (y2 - y1):
                odd = not odd
    return odd


@nb.njit(cache=True, nogil=True)
def _aside(boxes: Floats, p: int, ax: float, ay: float, bx: float, by: float) -> bool:
    """Whether a segment lies wholly to one side of a part's box."""
    return bool(
        max(ax, bx) < boxes[p, 0]
        or min(ax, bx) > boxes[p, 2]
        or max(ay, by) < boxes[p, 1]
        or min(ay, by) > boxes[p, 3]
    )


@nb.njit(cache=True, nogil=True)
def crosses(zone: Outline, ax: float, ay: float, bx: float, by: float) -> bool:
    """Whether the segment from a to b meets the zone: a hole is none of it, an edge is."""
    for p in range(zone.kinds.shape[0]):
        if _aside(zone.boxes, p, ax, ay, bx, by):
            continue
        start, end = zone.spans[p, 0], zone.spans[p, 1]
        if zone.kinds[p] == RINGS and _inside_rings(zone.edges, start, end, ax, ay):
            return True
        for e in range(start, end):
            x1, y1, x2, y2 = zone.edges[e, 0], zone.edges[e, 1], zone.edges[e, 2], zone.edges[e, 3]
            if _between_m(ax, ay, bx, by, x1, y1, x2, y2) <= zone.reach_m[p]:
                return True
    return False


@nb.njit(cache=True, nogil=True)
def all_crosses(
    zone: Outline, ax: Floats, ay: Floats, bx: Floats, by: Floats
) -> npt.NDArray[np.bool_]:
    """`crosses` for many segments."""
    found = np.zeros(ax.shape[0], np.bool_)
    for i in range(ax.shape[0]):
        found[i] = crosses(zone, ax[i], ay[i], bx[i], by[i])
    return found


@nb.njit(cache=True, nogil=True)
def _meets(m: Record, zone: Outline, must_be_inside: int, f: Record) -> bool:
    """Whether the way from the last fix, both being clear of an exclusion zone, meets it."""
    if must_be_inside or f.code != GOOD or not m.last_good:
        return False
    return crosses(zone, m.last_x, m.last_y, f.x, f.y)


@nb.njit(cache=True, nogil=True)
def _pass_through(
    m: Record, slots: Records, rows: Records, n: int, rule: Records, f: Record
) -> int:
    """Two fixes clear of an exclusion zone, and the way between them meets it."""
    from_at = m.last_at
    if not m.last_good or f.at == from_at or m.started > from_at:
        return n
    if f.at - from_at > in_force(rule, from_at).passage_within:
        return n
    s = slots[VIOLATION]
    if s.status != EMPTY and from_at - s.to_at < in_force(rule, s.to_at).merge_within:
        return n
    p = slots[PASSAGE]
    if p.status == HELD and from_at - p.to_at < in_force(rule, p.to_at).merge_within:
        p.held_to = p.to_at
    else:
        if p.status == HELD:
            n = _push(rows, n, p)
        _begin(p, from_at)
        p.status = HELD
        p.first_fix = from_at
        p.raised_at = max(f.at, f.received)
    p.fixes += 1
    p.to_at = f.at
    p.last_fix = f.at
    return n


# --- Time.


@nb.njit(cache=True, nogil=True)
def _end_edge(
    m: Record, slots: Records, rows: Records, n: int, rule: Records,
    start: int, end: int, received: int, tell_at: int,
) -> int:  # fmt: skip
    """Required time ends, and with it what is open; what comes later joins nothing."""
    if slots[VIOLATION].status == OPEN:
        _close(m, slots[VIOLATION], rule, end)
    elif rule[0].must_be_inside:
        n = _untold(m, slots, rows, n, rule, start, end, end, received, tell_at)
    for nature in (GAP, PASSAGE):
        if slots[nature].status != EMPTY:
            n = _push(rows, n, slots[nature])
            slots[nature].status = EMPTY
    slots[CANDIDATE].status = EMPTY
    return n


@nb.njit(cache=True, nogil=True)
def _start_edge(m: Record, slots: Records, rows: Records, n: int, rule: Records, start: int) -> int:
    """Required time begins: who was last seen on the wrong side, not long ago, is in violation from
    here on, if what showed it is enough; else a candidate."""
    c = slots[CANDIDATE]
    c.status = EMPTY
    numbers = in_force(rule, start)
    if m.decisive_bad and start - m.decisive_at <= numbers.stale_after:
        _begin(c, start)
        c.good_before = m.good_at
        c.edge = 1
        c.evidence_at = m.decisive_at
        c.deepest_at = m.decisive_at
        c.deepest_d = m.decisive_d
        c.deepest_r95 = m.decisive_r95
        c.deepest_mechanism = m.decisive_mechanism
        sure = _sureness(m, numbers)
        if sure > POSSIBLE:
            n = _open(m, slots, rows, n, rule, sure, m.decisive_received)
    return n


@nb.njit(cache=True, nogil=True)
def advance(
    m: Record, slots: Records, rows: Records, n: int, rule: Records, starts: Times, ends: Times,
    until: int, received: int, tell_at: int,
) -> int:  # fmt: skip
    """Let the edges of required time up to `until`, inclusive, pass.

    received   when the fix that ends any gap came; FOREVER when there is none yet
    tell_at    gaps whose time to be raised is later are not told
    """
    while m.window < starts.shape[0]:
        w = m.window
        if m.inside == 0:
            if starts[w] > until:
                break
            n = _start_edge(m, slots, rows, n, rule, starts[w])
            m.inside = 1
            m.started = starts[w]
        if ends[w] > until:
            break
        n = _end_edge(m, slots, rows, n, rule, starts[w], ends[w], received, tell_at)
        m.window = w + 1
        m.inside = 0
    m.edge_at = FOREVER
    if m.window < starts.shape[0]:
        m.edge_at = ends[m.window] if m.inside else starts[m.window]
    m.passed_to = max(m.passed_to, until)
    return n


@nb.njit(cache=True, nogil=True)
def pass_time(
    m: Record, slots: Records, rows: Records, n: int, rule: Records, starts: Times, ends: Times,
    now: int,
) -> int:  # fmt: skip
    """Edges and gaps as known at `now`, no fix having come. For copies: fixes may yet come."""
    n = advance(m, slots, rows, n, rule, starts, ends, now, FOREVER, now)
    if m.inside and rule[0].must_be_inside and slots[VIOLATION].status != OPEN:
        n = _untold(m, slots, rows, n, rule, m.started, now, FOREVER, FOREVER, now)
    return n


@nb.njit(cache=True, nogil=True)
def project(
    machine: Records, slots: Records, rows: Records, rule: Records, starts: Times, ends: Times,
    now: int, count_to_now: bool,
) -> tuple[int, int]:  # fmt: skip
    """Let time pass in machine[0] and slots (copies): rows, and when they would next change."""
    m = machine[0]
    find_window(m, starts, ends)
    n = pass_time(m, slots, rows, 0, rule, starts, ends, now)
    if count_to_now and slots[VIOLATION].status == OPEN:
        _count(slots[VIOLATION], rule, now)
    for nature in (VIOLATION, GAP, PASSAGE):
        if slots[nature].status != EMPTY:
            open_ = slots[nature].status == OPEN
            n = _push(rows, n, slots[nature])
            if open_ and n <= rows.shape[0]:
                rows[n - 1].status = OPEN
    return n, next_change(m, slots, rule, starts, ends, now)


@nb.njit(cache=True, nogil=True)
def _next_told(m: Record, rule: Records, start: int, end: int, now: int) -> int:
    """When, after `now`, time alone has something of a window told as not to be told."""
    due = FOREVER
    for from_at in (max(m.last_at, start), _aged_from(m, rule, start)):
        told = _gap_raised(rule, from_at, FOREVER)
        if from_at + in_force(rule, from_at).gap_min <= end and told > now:
            due = min(due, told)
    return due


@nb.njit(cache=True, nogil=True)
def next_change(
    m: Record, slots: Records, rule: Records, starts: Times, ends: Times, now: int
) -> int:
    """The next edge, or the time a gap is told, after `now`; FOREVER when there is none."""
    due = FOREVER
    if m.window < starts.shape[0]:
        start, end = starts[m.window], ends[m.window]
        due = end if m.inside else start
        if rule[0].must_be_inside and slots[VIOLATION].status != OPEN:
            due = min(due, _next_told(m, rule, start, end, now))
    # A window may have ended before the gap at its end could be told.
    allowance = rule[0].upload_allowance
    for k in range(1, rule.shape[0]):
        allowance = max(allowance, rule[k].upload_allowance)
    for w in range(m.window - 1, -1, -1):
        if ends[w] + allowance <= now or not rule[0].must_be_inside:
            break
        due = min(due, _next_told(m, rule, starts[w], ends[w], now))
    return due


# --- Fixes.


@nb.njit(cache=True, nogil=True)
def _distrust(m: Record, slots: Records, must_be_inside: int, at: int) -> None:
    """The last fix contradicts its neighbours, as the next one shows: it counts for nothing.

    What two fixes or more show stays. A violation that it alone opened goes; in an exclusion zone
    it stays as possible, since a life may hang on it.
    """
    if m.last_at != at:
        return
    p = slots[PASSAGE]
    if p.status == HELD and p.to_at == at:
        if p.held_to == NEVER:
            p.status = EMPTY
        else:
            p.to_at = p.held_to
            p.last_fix = p.held_to
            p.held_to = NEVER
            p.fixes -= 1
    m.last_good = 0
    if m.run_fixes != 1 or m.run_to != at:
        return
    _end_run(m)
    m.decisive_bad = 0
    m.decisive_at = m.decisive_before
    slots[CANDIDATE].status = EMPTY
    s = slots[VIOLATION]
    if s.status == OPEN and s.fixes == 1 and s.first_fix == at and not s.edge:
        if must_be_inside:
            s.status = EMPTY
        else:
            s.certainty = POSSIBLE
            s.doubted = 1
            s.evidence = 0.0
            s.run_from = NEVER


@nb.njit(cache=True, nogil=True)
def _heard(m: Record, numbers: Record, f: Record) -> int:
    """What the fix says, unless the home unit has just heard the tag: other mechanisms err
    indoors and cannot say that somebody left."""
    away = f.code == BAD and numbers.must_be_inside and f.mechanism != BEACON
    if away and f.at - m.beacon_at <= numbers.beacon_holds:
        return UNCERTAIN
    return int(f.code)


@nb.njit(cache=True, nogil=True)
def _take_bad(m: Record, slots: Records, rows: Records, n: int, rule: Records, f: Record) -> int:
    """A bad fix, the run knowing it, in required time and no violation open."""
    numbers = in_force(rule, f.at)
    c = slots[CANDIDATE]
    if c.status == EMPTY or m.run_fixes == 1:
        _begin(c, f.at)
        c.good_before = m.good_at
    _count(c, rule, f.at)
    _show(m, c, numbers, f)
    sure = _sureness(m, numbers)
    if sure > POSSIBLE:
        n = _open(m, slots, rows, n, rule, sure, f.received)
    return n


@nb.njit(cache=True, nogil=True)
def _remember(m: Record, f: Record, code: int) -> None:
    """What later fixes and edges ask of this one."""
    if code != UNCERTAIN:
        m.decisive_before = m.decisive_at
        m.decisive_at = f.at
        m.decisive_received = f.received
        m.decisive_bad = 1 if code == BAD else 0
        m.decisive_d = f.d
        m.decisive_r95 = f.r95
        m.decisive_mechanism = f.mechanism
    m.last_at = f.at
    m.last_x = f.x
    m.last_y = f.y
    m.last_good = 1 if code == GOOD else 0
    if code == GOOD:
        m.good_at = f.at
    if f.mechanism == BEACON and f.d <= 0.0:
        m.beacon_at = f.at


@nb.njit(cache=True, nogil=True)
def take_fix(
    m: Record, slots: Records, rows: Records, n: int, rule: Records, starts: Times, ends: Times,
    met: bool, f: Record,
) -> int:  # fmt: skip
    """One usable fix, not before those taken already; rows pushed so far come back.

    met   whether the way from the last fix meets the zone (`_meets`)

    What is seldom needed is asked for before it is called: each call that takes arrays counts their
    references, and that, not judging, was what judging cost.
    """
    if f.doubt != NEVER:
        _distrust(m, slots, rule[0].must_be_inside, f.doubt)
    if f.at >= m.edge_at:
        n = advance(m, slots, rows, n, rule, starts, ends, f.at, f.received, FOREVER)
    m.passed_to = max(m.passed_to, f.at)
    s, g, p = slots[VIOLATION], slots[GAP], slots[PASSAGE]
    was_open = s.status == OPEN
    numbers = in_force(rule, f.at)
    code = _heard(m, numbers, f)
    if code == BAD:
        _add_to_run(m, numbers, f)
        if m.inside and was_open:
            _count_with(s, in_force(rule, s.counted_to).gap_min, f.at)
            s.certainty = max(s.certainty, _sureness(m, numbers))
            _show(m, s, numbers, f)
        elif m.inside:
            n = _take_bad(m, slots, rows, n, rule, f)
    elif code == GOOD:
        if was_open:
            _close(m, s, rule, f.at)
        elif met and m.inside:
            n = _pass_through(m, slots, rows, n, rule, f)
        slots[CANDIDATE].status = EMPTY
        _end_run(m)
    if m.inside and numbers.must_be_inside and not was_open:
        since, told = max(m.last_at, m.started), max(m.decisive_at, m.started)
        doubtful = f.at - since >= in_force(rule, since).gap_min
        doubtful = doubtful or f.at - told >= in_force(rule, told).uncertain_ages_after
        if doubtful and not (s.status == OPEN and m.segment_from <= since):
            n = _untold(m, slots, rows, n, rule, m.started, f.at, f.at, f.received, FOREVER)
    _remember(m, f, code)
    if s.status == HELD or g.status == HELD or p.status == HELD:
        n = _settle(m, slots, rows, n, rule, f.at)
    return n


@nb.njit(cache=True, nogil=True)
def _forget_window(m: Record) -> None:
    """Its place among the windows hangs on the plan's horizon, and a kept state must not."""
    m.window = 0
    m.inside = 0
    m.started = 0
    m.edge_at = 0


@nb.njit(cache=True, nogil=True)
def fold(
    machine: Records, slots: Records, rows: Records, rule: Records, starts: Times, ends: Times,
    zone: Outline, fixes: Records,
) -> int:  # fmt: skip
    """Fixes in order, into machine[0] and slots; how many rows were pushed (rows may be short)."""
    m = machine[0]
    find_window(m, starts, ends)
    n = 0
    for i in range(fixes.shape[0]):
        met = _meets(m, zone, rule[0].must_be_inside, fixes[i])
        n = take_fix(m, slots, rows, n, rule, starts, ends, met, fixes[i])
    _forget_window(m)
    return n


@nb.njit(cache=True, nogil=True)
def fold_each(
    machines: Records, slots: Records, rule: Records, rule_starts: Times,
    starts: Times, ends: Times, window_starts: Times, zones: Outline, part_starts: Times,
    edge_starts: Times, fixes: Records, fix_starts: Times, now: int,
    rows: Records, standing: Times, due: Times,
) -> None:  # fmt: skip
    """`fold`, then `project` on a copy, for many requirements whose arrays are laid end to end.

    ..._starts   one more than requirements: where each one's part begins
    rows         (requirements, room): what stands of each, as `project` gives it
    standing     how many that are; -1 where a row was pushed, or more stand than there is room for
    due          when the rows would next change by themselves
    """
    scratch = np.zeros(1, ROW)
    machine, copies = np.zeros(1, MACHINE), np.zeros(SLOTS, ROW)
    for k in range(machines.shape[0]):
        numbers = rule[rule_starts[k] : rule_starts[k + 1]]
        a, b = window_starts[k], window_starts[k + 1]
        p, q = part_starts[k], part_starts[k + 1]
        zone = Outline(
            zones.kinds[p:q], zones.boxes[p:q], zones.reach_m[p:q], zones.spans[p:q],
            zones.edges[edge_starts[k] : edge_starts[k + 1]],
        )  # fmt: skip
        pushed = fold(
            machines[k : k + 1], slots[k], scratch, numbers, starts[a:b], ends[a:b], zone,
            fixes[fix_starts[k] : fix_starts[k + 1]],
        )  # fmt: skip
        machine[0] = machines[k]
        for nature in range(SLOTS):
            copies[nature] = slots[k, nature]
        standing[k], due[k] = project(
            machine, copies, rows[k], numbers, starts[a:b], ends[a:b], now, False
        )
        if pushed > 0 or standing[k] > rows.shape[1]:
            standing[k] = -1


# --- Replay: the same machine, with what was known when. It stands in this file because numba's
# cache looks only at the file of the function it compiled.

KEEP_EVERY = 64  # fixes between two kept states, from which a late fix is folded again
BLOCK = 64  # live rows that are looked at together


@nb.njit(cache=True, nogil=True)
def _seen_to(s: Record) -> int:
    """How far a row was shown to go, as of now: an open one to its last decisive fix."""
    if s.status == OPEN:
        return int(s.raised_at if s.nature == GAP else max(s.counted_to, s.from_at))
    return int(s.to_at)


@nb.njit(cache=True, nogil=True)
def overlap(a: Record, b: Record) -> bool:
    """Whether two rows, both of violations and passages or both not to be told, share time; one
    without length counts as a moment."""
    if (a.nature == GAP) != (b.nature == GAP):
        return False
    return bool(a.from_at < max(b.to_at, b.from_at + 1) and b.from_at < max(a.to_at, a.from_at + 1))


@nb.njit(cache=True, nogil=True)
def _widen(blocks: Times, k: int, from_at: int, to_at: int) -> None:
    """Keep the span of time of each block of live rows, so that a search can pass it by."""
    b = k // BLOCK
    blocks[b, 0] = min(blocks[b, 0], from_at)
    blocks[b, 1] = max(blocks[b, 1], max(to_at, from_at + 1))


@nb.njit(cache=True, nogil=True)
def _find_live(spare: Record, lives: Records, blocks: Times, count: int) -> int:
    """The newest live row that shares time with the row; -1 none."""
    k = min(count, lives.shape[0]) - 1
    while k >= 0:
        b = k // BLOCK
        if spare.from_at >= blocks[b, 1] or max(spare.to_at, spare.from_at + 1) <= blocks[b, 0]:
            k = b * BLOCK - 1
        elif overlap(spare, lives[k]):
            return int(k)
        else:
            k -= 1
    return -1


@nb.njit(cache=True, nogil=True)
def _link(
    s: Record, lives: Records, blocks: Times, count: int, spare: Record, known_at: int
) -> int:
    """Tie a row to the live row it goes on from, or raise a new one at `known_at`."""
    to_at = _seen_to(s)
    if s.live < 0:
        spare.nature = s.nature
        spare.from_at = s.from_at
        spare.to_at = to_at
        s.live = _find_live(spare, lives, blocks, count)
    if s.live < 0:
        s.live = count
        if count < lives.shape[0]:
            lives[count] = s
            lives[count].to_at = to_at
            lives[count].raised_at = max(s.raised_at, known_at)
            _widen(blocks, count, s.from_at, to_at)
        return count + 1
    if s.live < lives.shape[0]:
        live = lives[s.live]
        live.from_at = min(live.from_at, s.from_at)
        live.to_at = max(live.to_at, to_at)
        _widen(blocks, s.live, live.from_at, live.to_at)
    return count


@nb.njit(cache=True, nogil=True)
def _link_slots(
    slots: Records, lives: Records, blocks: Times, count: int, spare: Record, known_at: int
) -> int:
    for nature in (VIOLATION, GAP, PASSAGE):
        if slots[nature].status != EMPTY:
            count = _link(slots[nature], lives, blocks, count, spare, known_at)
    return count


@nb.njit(cache=True, nogil=True)
def _something_due(m: Record, s: Record, rule: Records, now: int) -> bool:
    """Whether time alone, until `now`, may raise a row."""
    if now >= m.edge_at:
        return True
    if not rule[0].must_be_inside or s.status == OPEN:
        return False
    since, told = m.last_at, m.decisive_at
    if m.inside:
        since, told = max(since, m.started), max(told, m.started)
    aged_from = told + in_force(rule, told).uncertain_ages_after
    due = min(_gap_raised(rule, since, FOREVER), _gap_raised(rule, aged_from, FOREVER))
    return bool(now >= due)


@nb.njit(cache=True, nogil=True)
def _quiet(slots: Records) -> bool:
    return bool(
        slots[VIOLATION].status == EMPTY
        and slots[GAP].status == EMPTY
        and slots[PASSAGE].status == EMPTY
        and slots[CANDIDATE].status == EMPTY
    )


@nb.njit(cache=True, nogil=True)
def _quiet_run(
    m: Record, rule: Records, boxes: Floats, fixes: Records, arrival: Times,
    i: int, folded: int, known_at: int,
) -> int:  # fmt: skip
    """Take fixes in order of which nothing can come: how many were taken.

    Only for empty slots. It stops before an edge, a change of the numbers, what time alone may
    raise, a gap, a late fix, one that belies another, a bad one in required time, a way that may
    meet a zone, and before each fix at which a state is to be kept. It is a shortcut: without it
    every figure is the same, and replay takes three times as long.
    """
    numbers = in_force(rule, m.last_at)
    edge = m.edge_at
    for k in range(1, rule.shape[0]):
        if rule[k].from_at > m.last_at:
            edge = min(edge, rule[k].from_at)
    inside, must_be_inside = m.inside == 1, numbers.must_be_inside == 1
    silent = numbers.gap_min if inside and must_be_inside else FOREVER
    ages = numbers.uncertain_ages_after if inside and must_be_inside else FOREVER
    wait = numbers.gap_min + numbers.upload_allowance
    ways = inside and not must_be_inside
    west, south, east, north = np.inf, np.inf, -np.inf, -np.inf
    for k in range(boxes.shape[0]):
        west, south = min(west, boxes[k, 0]), min(south, boxes[k, 1])
        east, north = max(east, boxes[k, 2]), max(north, boxes[k, 3])
    last_at, told_at, x, y = m.last_at, m.decisive_at, m.last_x, m.last_y
    decisive, before = -1, -1  # the last two, for `_remember`
    good_at = m.good_at
    j = folded + 1
    while i < arrival.shape[0] and arrival[i] == j and j % KEEP_EVERY != 0:
        f = fixes[j]
        at, code = f.at, f.code
        if at >= edge or f.doubt != NEVER or (inside and code == BAD):
            break
        if at - last_at >= silent or at - told_at >= ages:
            break
        until = f.received - 1
        if until >= known_at:
            due = edge
            if must_be_inside:
                due = min(due, wait + min(last_at, told_at + numbers.uncertain_ages_after))
            if until >= due:
                break
        if ways:
            aside = max(x, f.x) < west or min(x, f.x) > east
            if not (aside or max(y, f.y) < south or min(y, f.y) > north):
                break
        if code == BAD:
            code = _heard(m, numbers, f)
            if code == BAD:
                _add_to_run(m, numbers, f)
        elif code == GOOD:
            good_at = at
            if m.run_fixes:
                _end_run(m)
        if f.mechanism == BEACON and f.d <= 0.0:
            m.beacon_at = at
        if code != UNCERTAIN:
            before, decisive, told_at = decisive, j, at
        last_at, x, y = at, f.x, f.y
        known_at = f.received
        i += 1
        j += 1
    if j > folded + 1:
        m.good_at = good_at
        if decisive >= 0:
            if before >= 0:
                m.decisive_at = fixes[before].at
            bad = m.run_fixes and m.run_to == fixes[decisive].at
            _remember(m, fixes[decisive], BAD if bad else GOOD)
        m.last_at, m.last_x, m.last_y = last_at, x, y
        m.last_good = 1 if decisive == j - 1 and not m.decisive_bad else 0
        m.passed_to = max(m.passed_to, last_at)
    return j - folded - 1


@nb.njit(cache=True, nogil=True)
def _same_machine(a: Record, b: Record) -> bool:
    """Whether two machines with empty slots will do the same from here on."""
    return bool(
        a.passed_to == b.passed_to
        and a.window == b.window
        and a.inside == b.inside
        and a.last_at == b.last_at
        and a.last_x == b.last_x
        and a.last_y == b.last_y
        and a.last_good == b.last_good
        and a.good_at == b.good_at
        and a.decisive_at == b.decisive_at
        and a.decisive_before == b.decisive_before
        and a.decisive_received == b.decisive_received
        and a.decisive_bad == b.decisive_bad
        and a.decisive_d == b.decisive_d
        and a.decisive_r95 == b.decisive_r95
        and a.decisive_mechanism == b.decisive_mechanism
        and a.beacon_at == b.beacon_at
        and a.run_fixes == b.run_fixes
        and a.run_from == b.run_from
        and a.run_to == b.run_to
        and a.run_beyond == b.run_beyond
        and a.evidence == b.evidence
        and a.credit == b.credit
        and a.untold_to == b.untold_to
    )


@nb.njit(cache=True, nogil=True)
def _copy_slots(into: Records, slots: Records) -> None:
    for k in range(SLOTS):
        into[k] = slots[k]


@nb.njit(cache=True, nogil=True)
def replay(
    machine: Records, slots: Records, rows: Records, lives: Records, rule: Records,
    starts: Times, ends: Times, zone: Outline, fixes: Records, arrival: Times, now: int,
) -> tuple[int, int]:  # fmt: skip
    """What stands at `now`, and every row the live system would have raised on the way.

    fixes      all usable ones in (measured_at, content_key) order
    arrival    their indexes by receipt; a fix that comes after a later-measured one makes the
               machine go back to a state kept before it and fold again
    returns    (rows, live rows); where that is more than the arrays hold, try again with more
    """
    total = fixes.shape[0]
    known = np.zeros(total, np.uint8)
    kept = total // KEEP_EVERY + 1
    kept_machines = np.zeros(kept, machine.dtype)
    kept_slots = np.zeros((kept, SLOTS), slots.dtype)
    kept_rows = np.zeros(kept, np.int64)
    ahead = np.zeros(1, machine.dtype)
    ahead_slots = np.zeros(SLOTS, slots.dtype)
    scratch = np.zeros(2 * starts.shape[0] + 4, slots.dtype)
    spare = np.zeros(1, slots.dtype)[0]
    blocks = np.empty((lives.shape[0] // BLOCK + 1, 2), np.int64)
    blocks[:, 0] = FOREVER
    blocks[:, 1] = NEVER
    m = machine[0]
    find_window(m, starts, ends)
    n, count, folded, i = 0, 0, -1, 0
    known_at = NEVER
    while True:
        if _quiet(slots):
            taken = _quiet_run(m, rule, zone.boxes, fixes, arrival, i, folded, known_at)
            if taken:
                known[folded + 1 : folded + 1 + taken] = 1
                i += taken
                folded += taken
                known_at = fixes[folded].received
        # Time alone, until the next fix is here.
        until = fixes[arrival[i]].received - 1 if i < total else now
        if until >= known_at and _something_due(m, slots[VIOLATION], rule, until):
            ahead[0] = machine[0]
            _copy_slots(ahead_slots, slots)
            a = ahead[0]
            told = pass_time(a, ahead_slots, scratch, 0, rule, starts, ends, until)
            for k in range(min(told, scratch.shape[0])):
                count = _link(scratch[k], lives, blocks, count, spare, known_at)
            count = _link_slots(ahead_slots, lives, blocks, count, spare, known_at)
        if i >= total:
            break
        # All that came at this instant.
        known_at = fixes[arrival[i]].received
        first, last = arrival[i], arrival[i]
        while i < total and fixes[arrival[i]].received == known_at:
            known[arrival[i]] = 1
            first = min(first, arrival[i])
            last = max(last, arrival[i])
            i += 1
        start = folded + 1
        late = first <= folded
        was_folded, newest, was_n = folded, last, n
        if late:
            ahead[0] = machine[0]
            _copy_slots(ahead_slots, slots)
            keep = first // KEEP_EVERY
            start = keep * KEEP_EVERY
            machine[0] = kept_machines[keep]
            _copy_slots(slots, kept_slots[keep])
            n = kept_rows[keep]
        linked = n
        folded = max(folded, last)
        for j in range(start, folded + 1):
            if j % KEEP_EVERY == 0:
                keep = j // KEEP_EVERY
                if (
                    late
                    and newest < j <= was_folded
                    and n == kept_rows[keep]
                    and _quiet(slots)
                    and _quiet(kept_slots[keep])
                    and _same_machine(m, kept_machines[keep])
                ):
                    # What came late is forgotten here: all that follows stands as it stood.
                    machine[0] = ahead[0]
                    _copy_slots(slots, ahead_slots)
                    n = was_n
                    break
                kept_machines[keep] = machine[0]
                _copy_slots(kept_slots[keep], slots)
                kept_rows[keep] = n
            if not known[j]:
                continue
            met = _meets(m, zone, rule[0].must_be_inside, fixes[j])
            n = take_fix(m, slots, rows, n, rule, starts, ends, met, fixes[j])
        for k in range(linked, min(n, rows.shape[0])):
            count = _link(rows[k], lives, blocks, count, spare, known_at)
        count = _link_slots(slots, lives, blocks, count, spare, known_at)
    return n, count


@nb.njit(cache=True, nogil=True)
def settle_raised(rows: Records, lives: Records) -> npt.NDArray[np.uint8]:
    """Give each final row the earliest raise of a live row it shares time with.

    returns   1 for each live row that shares time with no final row: it was taken back
    """
    withdrawn = np.ones(lives.shape[0], np.uint8)
    order = np.argsort(lives["from_at"])
    ended = np.empty(lives.shape[0], np.int64)  # the latest end up to there, in that order
    latest = NEVER
    for k in range(lives.shape[0]):
        live = lives[order[k]]
        latest = max(latest, max(live.to_at, live.from_at + 1))
        ended[k] = latest
    starts = lives["from_at"][order]
    for i in range(rows.shape[0]):
        earliest = FOREVER
        until = max(rows[i].to_at, rows[i].from_at + 1)
        k = np.searchsorted(starts, until, side="left") - 1
        while k >= 0 and ended[k] > rows[i].from_at:
            live = lives[order[k]]
            if overlap(rows[i], live):
                withdrawn[order[k]] = 0
                earliest = min(earliest, live.raised_at)
            k -= 1
        if earliest != FOREVER:
            rows[i].raised_at = max(rows[i].from_at, earliest)
    return withdrawn
