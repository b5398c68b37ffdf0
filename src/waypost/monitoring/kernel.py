"""The rules, compiled: one requirement's machine, over arrays, the same live, late and in replay.

A machine (MACHINE) holds what is known since the last fix; beside it stand two slots (ROW), the
violation and the cannot-tell row that may still change. `take_fix` lets the edges of required time
up to the fix pass, then judges the fix; `fold` does so for many; `project` lets time pass on a
copy. Rows that cannot change by later fixes are pushed. `step.py` says the same in plain words and
checks this module; times are microseconds since 1970, distances metres.
"""

from __future__ import annotations

from typing import Any

import numba as nb
import numpy as np
import numpy.typing as npt

from waypost.clock import FOREVER_US

Times = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int8]
Records = npt.NDArray[np.void]
Record = Any  # one element of Records: numba passes it by reference

FOREVER = FOREVER_US
NEVER = -FOREVER_US

# What a fix says of a requirement.
UNCERTAIN, GOOD, BAD = 0, 1, 2
# A slot: nothing in it, a row that goes on, a row that ended and may still be joined.
EMPTY, OPEN, HELD = 0, 1, 2
VIOLATION, GAP = 0, 1
PROBABLE, CERTAIN = 1, 2

RULE = np.dtype(
    [
        ("must_be_inside", np.int64),
        ("gap_min", np.int64),
        ("upload_allowance", np.int64),
        ("merge_within", np.int64),
        ("confirm_within", np.int64),
        ("stale_after", np.int64),
        ("deep_m", np.float64),
    ]
)
MACHINE = np.dtype(
    [
        ("passed_to", np.int64),  # edges up to here have been taken
        ("window", np.int64),  # index of the first window not ended; found anew on every call
        ("inside", np.int64),  # that window has begun
        ("last_at", np.int64),  # last usable fix, uncertain ones too
        ("decisive_at", np.int64),  # last fix that was good or bad
        ("decisive_received", np.int64),
        ("decisive_bad", np.int64),
        ("decisive_d", np.float64),
        ("decisive_r95", np.float64),
        ("decisive_mechanism", np.int64),
        ("confirmed", np.int64),  # the two newest decisive fixes are bad and near in time
        ("candidate_at", np.int64),  # first bad fix in required time that opened nothing yet
        ("candidate_d", np.float64),
        ("candidate_r95", np.float64),
        ("candidate_mechanism", np.int64),
        ("segment_from", np.int64),  # where the open violation (last) began
        ("counted_to", np.int64),  # minutes are counted up to here
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
        ("left_out", np.int64),
        ("raised_at", np.int64),
        ("edge", np.int64),  # raised by the start of required time, not by a fix
        ("evidence_at", np.int64),  # then: the fix it rests on
        ("fixes", np.int64),
        ("first_fix", np.int64),
        ("last_fix", np.int64),
        ("mechanisms", np.int64),  # bit set of units.Mechanism
        ("deepest_at", np.int64),
        ("deepest_d", np.float64),  # signed distance there: negative inside
        ("deepest_r95", np.float64),
        ("deepest_mechanism", np.int64),
        ("live", np.int64),  # replay: which live row it is; -1 none yet
    ]
)


def new_machines(count: int) -> tuple[Records, Records]:
    """Machines that have seen nothing, and their slots (count, 2)."""
    machines = np.zeros(count, MACHINE)
    for name in ("passed_to", "last_at", "decisive_at", "decisive_received", "candidate_at"):
        machines[name] = NEVER
    slots = np.zeros((count, 2), ROW)
    slots["live"] = -1
    slots["nature"][:, GAP] = GAP
    return machines, slots


@nb.njit(cache=True, nogil=True)
def find_window(m: Record, starts: Times, ends: Times) -> None:
    """Set the machine's place among the windows from the time it has passed."""
    m.window = np.searchsorted(ends, m.passed_to, side="right")
    m.inside = 0
    if m.window < ends.shape[0] and starts[m.window] <= m.passed_to:
        m.inside = 1


@nb.njit(cache=True, nogil=True)
def _push(rows: Records, n: int, slot: Record) -> int:
    """Append a row; where there is no room only count, the caller tries again with more."""
    if n < rows.shape[0]:
        rows[n] = slot
        rows[n].status = HELD
    return n + 1


@nb.njit(cache=True, nogil=True)
def _count(m: Record, s: Record, rule: Record, to: int) -> None:
    """Count the time since the last decisive fix or edge, or leave it out when it is a gap."""
    if to <= m.counted_to:
        return
    stretch = to - m.counted_to
    if stretch < rule.gap_min:
        s.counted += stretch
    else:
        s.left_out += stretch
    m.counted_to = to


@nb.njit(cache=True, nogil=True)
def _open(
    m: Record, s: Record, rows: Records, n: int, rule: Record,
    from_at: int, certainty: int, raised_at: int,
) -> int:  # fmt: skip
    """Begin a violation, or go on with the one that ended less than merge_within before."""
    if s.status == HELD and from_at - s.to_at < rule.merge_within:
        s.held_to = s.to_at
        s.certainty = max(s.certainty, certainty)
    else:
        if s.status == HELD:
            n = _push(rows, n, s)
        s.from_at = from_at
        s.held_to = NEVER
        s.certainty = certainty
        s.counted = 0
        s.left_out = 0
        s.raised_at = max(from_at, raised_at)
        s.edge = 0
        s.evidence_at = NEVER
        s.fixes = 0
        s.first_fix = NEVER
        s.last_fix = NEVER
        s.mechanisms = 0
        s.deepest_at = NEVER
        s.deepest_d = 0.0
        s.deepest_r95 = 0.0
        s.deepest_mechanism = 0
        s.live = -1
    s.status = OPEN
    s.to_at = FOREVER
    m.segment_from = from_at
    m.counted_to = from_at
    return n


@nb.njit(cache=True, nogil=True)
def _close(m: Record, s: Record, rule: Record, at: int) -> None:
    """End the violation; one that had no length was none."""
    if at > m.segment_from:
        _count(m, s, rule, at)
        s.to_at = at
        s.status = HELD
    elif s.held_to != NEVER:
        s.to_at = s.held_to
        s.status = HELD
    else:
        s.status = EMPTY


@nb.njit(cache=True, nogil=True)
def _beyond(must_be_inside: int, d: float, r95: float) -> float:
    """How far beyond the edge on the wrong side, the circle taken off."""
    return (d if must_be_inside else -d) - r95


@nb.njit(cache=True, nogil=True)
def _show(s: Record, rule: Record, at: int, d: float, r95: float, mechanism: int) -> None:
    """Add a fix to the evidence of the open violation."""
    if s.fixes == 0:
        s.first_fix = at
    s.fixes += 1
    s.last_fix = at
    s.mechanisms |= 1 << mechanism
    deeper = _beyond(rule.must_be_inside, d, r95) > _beyond(
        rule.must_be_inside, s.deepest_d, s.deepest_r95
    )
    if s.deepest_at == NEVER or deeper:
        s.deepest_at = at
        s.deepest_d = d
        s.deepest_r95 = r95
        s.deepest_mechanism = mechanism


@nb.njit(cache=True, nogil=True)
def _gap(
    g: Record, rows: Records, n: int, rule: Record, from_at: int, to_at: int, raised_at: int
) -> int:
    """Note a stretch of required time without data; near ones of one window are one row."""
    if g.status != EMPTY and from_at - g.to_at < rule.merge_within:
        g.to_at = to_at
        if to_at == FOREVER:
            g.status = OPEN
        return n
    if g.status != EMPTY:
        n = _push(rows, n, g)
    g.status = OPEN if to_at == FOREVER else HELD
    g.from_at = from_at
    g.to_at = to_at
    g.raised_at = raised_at
    g.live = -1
    return n


@nb.njit(cache=True, nogil=True)
def _gap_raised(rule: Record, from_at: int, received: int) -> int:
    """When a gap is raised: when the fix that ends it is here, or is later than uploads take."""
    told = from_at + rule.gap_min
    return int(max(told, min(told + rule.upload_allowance, received)))


@nb.njit(cache=True, nogil=True)
def _end_edge(
    m: Record, slots: Records, rows: Records, n: int, rule: Record,
    start: int, end: int, received: int, tell_at: int,
) -> int:  # fmt: skip
    since = max(m.last_at, start)
    if rule.must_be_inside and slots[VIOLATION].status != OPEN and end - since >= rule.gap_min:
        raised_at = _gap_raised(rule, since, received)
        if raised_at <= tell_at:
            n = _gap(slots[GAP], rows, n, rule, since, end, raised_at)
    if slots[VIOLATION].status == OPEN:
        _close(m, slots[VIOLATION], rule, end)
    if slots[GAP].status != EMPTY:
        n = _push(rows, n, slots[GAP])
        slots[GAP].status = EMPTY
    m.candidate_at = NEVER
    return n


@nb.njit(cache=True, nogil=True)
def _start_edge(m: Record, slots: Records, rows: Records, n: int, rule: Record, start: int) -> int:
    """Required time begins: who was last seen on the wrong side, not long ago, is in violation."""
    m.candidate_at = NEVER
    if m.decisive_bad and start - m.decisive_at <= rule.stale_after:
        s = slots[VIOLATION]
        n = _open(
            m, s, rows, n, rule, start, CERTAIN if m.confirmed else PROBABLE, m.decisive_received
        )
        if s.fixes == 0 and s.evidence_at == NEVER:
            s.edge = 1
            s.evidence_at = m.decisive_at
            s.deepest_at = m.decisive_at
            s.deepest_d = m.decisive_d
            s.deepest_r95 = m.decisive_r95
            s.deepest_mechanism = m.decisive_mechanism
    return n


@nb.njit(cache=True, nogil=True)
def advance(
    m: Record, slots: Records, rows: Records, n: int, rule: Record, starts: Times, ends: Times,
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
        if ends[w] > until:
            break
        n = _end_edge(m, slots, rows, n, rule, starts[w], ends[w], received, tell_at)
        m.window = w + 1
        m.inside = 0
    m.passed_to = max(m.passed_to, until)
    return n


@nb.njit(cache=True, nogil=True)
def _take_bad(
    m: Record, slots: Records, rows: Records, n: int, rule: Record,
    at: int, received: int, d: float, r95: float, mechanism: int,
) -> int:  # fmt: skip
    s = slots[VIOLATION]
    pair = m.decisive_bad and at - m.decisive_at <= rule.confirm_within
    m.confirmed = 1 if pair else 0
    if not m.inside:
        return n
    if s.status == OPEN:
        _count(m, s, rule, at)
        if pair:
            s.certainty = CERTAIN
    elif pair and m.candidate_at != NEVER:
        n = _open(m, s, rows, n, rule, m.candidate_at, CERTAIN, received)
        s = slots[VIOLATION]
        _show(s, rule, m.candidate_at, m.candidate_d, m.candidate_r95, m.candidate_mechanism)
        _count(m, s, rule, at)
    elif pair or _beyond(rule.must_be_inside, d, r95) >= rule.deep_m:
        n = _open(m, s, rows, n, rule, at, CERTAIN if pair else PROBABLE, received)
        s = slots[VIOLATION]
    else:
        m.candidate_at = at
        m.candidate_d = d
        m.candidate_r95 = r95
        m.candidate_mechanism = mechanism
        return n
    m.candidate_at = NEVER
    _show(s, rule, at, d, r95, mechanism)
    return n


@nb.njit(cache=True, nogil=True)
def _settle(m: Record, slots: Records, rows: Records, n: int, rule: Record, at: int) -> int:
    """Push rows that nothing can join any more."""
    s = slots[VIOLATION]
    joinable = m.candidate_at != NEVER and m.candidate_at - s.to_at < rule.merge_within
    if s.status == HELD and at - s.to_at >= rule.merge_within and not joinable:
        n = _push(rows, n, s)
        s.status = EMPTY
    g = slots[GAP]
    if g.status == HELD and at - g.to_at >= rule.merge_within:
        n = _push(rows, n, g)
        g.status = EMPTY
    return n


@nb.njit(cache=True, nogil=True)
def take_fix(
    m: Record, slots: Records, rows: Records, n: int, rule: Record, starts: Times, ends: Times,
    at: int, received: int, code: int, d: float, r95: float, mechanism: int,
) -> int:  # fmt: skip
    """One usable fix, not before those taken already; rows pushed so far come back."""
    n = advance(m, slots, rows, n, rule, starts, ends, at, received, FOREVER)
    was_open = slots[VIOLATION].status == OPEN
    if code == BAD:
        n = _take_bad(m, slots, rows, n, rule, at, received, d, r95, mechanism)
    elif code == GOOD:
        if was_open:
            _close(m, slots[VIOLATION], rule, at)
        m.candidate_at = NEVER
        m.confirmed = 0
    if m.inside and rule.must_be_inside and not was_open:
        since = max(m.last_at, starts[m.window])
        covered = slots[VIOLATION].status == OPEN and m.segment_from <= since
        if at - since >= rule.gap_min and not covered:
            raised_at = _gap_raised(rule, since, received)
            n = _gap(slots[GAP], rows, n, rule, since, at, raised_at)
    if code != UNCERTAIN:
        m.decisive_at = at
        m.decisive_received = received
        m.decisive_bad = 1 if code == BAD else 0
        m.decisive_d = d
        m.decisive_r95 = r95
        m.decisive_mechanism = mechanism
    m.last_at = at
    return _settle(m, slots, rows, n, rule, at)


@nb.njit(cache=True, nogil=True)
def fold(
    machine: Records, slots: Records, rows: Records, rule: Record, starts: Times, ends: Times,
    at: Times, received: Times, codes: Codes, d: Floats, r95: Floats, mechanism: Codes,
) -> int:  # fmt: skip
    """Fixes in order, into machine[0] and slots; how many rows were pushed (rows may be short)."""
    m = machine[0]
    find_window(m, starts, ends)
    n = 0
    for i in range(at.shape[0]):
        n = take_fix(
            m, slots, rows, n, rule, starts, ends,
            at[i], received[i], codes[i], d[i], r95[i], mechanism[i],
        )  # fmt: skip
    return n


@nb.njit(cache=True, nogil=True)
def pass_time(
    m: Record, slots: Records, rows: Records, n: int, rule: Record, starts: Times, ends: Times,
    now: int,
) -> int:  # fmt: skip
    """Edges and gaps as known at `now`, no fix having come. For copies: fixes may yet come."""
    n = advance(m, slots, rows, n, rule, starts, ends, now, FOREVER, now)
    if m.inside and rule.must_be_inside and slots[VIOLATION].status != OPEN:
        since = max(m.last_at, starts[m.window])
        raised_at = since + rule.gap_min + rule.upload_allowance
        if raised_at <= now:
            n = _gap(slots[GAP], rows, n, rule, since, FOREVER, raised_at)
    return n


@nb.njit(cache=True, nogil=True)
def project(
    machine: Records, slots: Records, rows: Records, rule: Record, starts: Times, ends: Times,
    now: int, count_to_now: bool,
) -> tuple[int, int]:  # fmt: skip
    """Let time pass in machine[0] and slots (copies): rows, and when they would next change."""
    m = machine[0]
    find_window(m, starts, ends)
    n = pass_time(m, slots, rows, 0, rule, starts, ends, now)
    if count_to_now and slots[VIOLATION].status == OPEN:
        _count(m, slots[VIOLATION], rule, now)
    for nature in range(2):
        if slots[nature].status != EMPTY:
            open_ = slots[nature].status == OPEN
            n = _push(rows, n, slots[nature])
            if open_ and n <= rows.shape[0]:
                rows[n - 1].status = OPEN
    return n, next_change(m, slots, rule, starts, ends, now)


@nb.njit(cache=True, nogil=True)
def next_change(
    m: Record, slots: Records, rule: Record, starts: Times, ends: Times, now: int
) -> int:
    """The next edge, or the time a gap is told, after `now`; FOREVER when there is none."""
    due = FOREVER
    if m.window < starts.shape[0]:
        start, end = starts[m.window], ends[m.window]
        due = end if m.inside else start
        if rule.must_be_inside and slots[VIOLATION].status != OPEN:
            since = max(m.last_at, start)
            told = since + rule.gap_min + rule.upload_allowance
            if since + rule.gap_min <= end and told > now:
                due = min(due, told)
    # A window may have ended before the gap at its end could be told.
    for w in range(m.window - 1, -1, -1):
        told = ends[w] + rule.upload_allowance
        if told <= now or not rule.must_be_inside:
            break
        since = max(m.last_at, starts[w])
        told = since + rule.gap_min + rule.upload_allowance
        if since + rule.gap_min <= ends[w] and told > now:
            due = min(due, told)
    return due


# --- Replay: the same machine, with what was known when. It stands in this file because numba's
# cache looks only at the file of the function it compiled.

KEEP_EVERY = 64  # fixes between two kept states, from which a late fix is folded again


@nb.njit(cache=True, nogil=True)
def _seen_to(m: Record, s: Record) -> int:
    """How far a row was shown to go, as of now: an open one to its last decisive fix."""
    if s.status == OPEN:
        return int(s.raised_at if s.nature == GAP else max(m.counted_to, s.from_at))
    return int(s.to_at)


@nb.njit(cache=True, nogil=True)
def overlap(a: Record, b: Record) -> bool:
    """Whether two rows of one nature share time; a row without length counts as a moment."""
    if a.nature != b.nature:
        return False
    return bool(a.from_at < max(b.to_at, b.from_at + 1) and b.from_at < max(a.to_at, a.from_at + 1))


@nb.njit(cache=True, nogil=True)
def _link(m: Record, s: Record, lives: Records, count: int, spare: Record, known_at: int) -> int:
    """Tie a row to the live row it goes on from, or raise a new one at `known_at`."""
    to_at = _seen_to(m, s)
    if s.live < 0:
        spare.nature = s.nature
        spare.from_at = s.from_at
        spare.to_at = to_at
        for k in range(min(count, lives.shape[0]) - 1, -1, -1):
            if overlap(spare, lives[k]):
                s.live = k
                break
    if s.live < 0:
        s.live = count
        if count < lives.shape[0]:
            lives[count] = s
            lives[count].to_at = to_at
            lives[count].raised_at = max(s.raised_at, known_at)
        return count + 1
    if s.live < lives.shape[0]:
        live = lives[s.live]
        live.from_at = min(live.from_at, s.from_at)
        live.to_at = max(live.to_at, to_at)
    return count


@nb.njit(cache=True, nogil=True)
def _link_slots(
    m: Record, slots: Records, lives: Records, count: int, spare: Record, known_at: int
) -> int:
    for nature in range(2):
        if slots[nature].status != EMPTY:
            count = _link(m, slots[nature], lives, count, spare, known_at)
    return count


@nb.njit(cache=True, nogil=True)
def _something_due(
    m: Record, slots: Records, rule: Record, starts: Times, ends: Times, now: int
) -> bool:
    """Whether time alone, until `now`, may raise a row."""
    if m.window >= starts.shape[0] and not rule.must_be_inside:
        return False
    if m.window < starts.shape[0] and now >= (ends[m.window] if m.inside else starts[m.window]):
        return True
    if rule.must_be_inside and slots[VIOLATION].status != OPEN:
        return bool(now >= m.last_at + rule.gap_min + rule.upload_allowance)
    return False


@nb.njit(cache=True, nogil=True)
def _quiet_run(
    m: Record, rule: Record, starts: Times, ends: Times,
    at: Times, received: Times, codes: Codes, d: Floats, r95: Floats, mechanism: Codes,
    arrival: Times, i: int, folded: int, known_at: int,
) -> int:  # fmt: skip
    """Take, without ceremony, fixes in order of which nothing can come: how many were taken.

    Only for empty slots and no candidate. It stops before an edge, a gap, a late fix, a bad fix in
    required time, and before each fix at which a state is to be kept. It is a shortcut: without
    it every figure is the same, and replay takes three times as long.
    """
    edge = FOREVER
    if m.window < starts.shape[0]:
        edge = ends[m.window] if m.inside else starts[m.window]
    wait = rule.gap_min + rule.upload_allowance
    inside, must_be_inside, gap_min = m.inside, rule.must_be_inside, rule.gap_min
    confirm_within, confirmed = rule.confirm_within, m.confirmed
    last_at, decisive_at, decisive_bad = m.last_at, m.decisive_at, m.decisive_bad
    decisive = -1
    first = folded + 1
    j = first
    while i < arrival.shape[0] and arrival[i] == j and j % KEEP_EVERY != 0:
        t, code = at[j], codes[j]
        if t >= edge or (inside and code == BAD):
            break
        if must_be_inside and inside and t - last_at >= gap_min:
            break
        now = received[j] - 1
        if now >= known_at and (now >= edge or (must_be_inside and now >= last_at + wait)):
            break
        if code == BAD:
            confirmed = 1 if decisive_bad and t - decisive_at <= confirm_within else 0
            decisive_bad, decisive_at, decisive = 1, t, j
        elif code == GOOD:
            confirmed, decisive_bad, decisive_at, decisive = 0, 0, t, j
        last_at = t
        known_at = received[j]
        i += 1
        j += 1
    if j > first:
        m.last_at = last_at
        m.passed_to = max(m.passed_to, last_at)
    if decisive >= 0:
        m.confirmed = confirmed
        m.decisive_at = decisive_at
        m.decisive_bad = decisive_bad
        m.decisive_received = received[decisive]
        m.decisive_d = d[decisive]
        m.decisive_r95 = r95[decisive]
        m.decisive_mechanism = mechanism[decisive]
    return j - first


@nb.njit(cache=True, nogil=True)
def _quiet_step(
    m: Record, rule: Record, edge: int, at: int, received: int, code: int, d: float, r95: float,
    mechanism: int,
) -> bool:  # fmt: skip
    """`take_fix` for a fix of which nothing can come, while the slots are empty; else False."""
    if at >= edge or (m.inside and code == BAD):
        return False
    if m.inside and rule.must_be_inside and at - m.last_at >= rule.gap_min:
        return False
    if code == BAD:
        near = m.decisive_bad and at - m.decisive_at <= rule.confirm_within
        m.confirmed = 1 if near else 0
    elif code == GOOD:
        m.confirmed = 0
    if code != UNCERTAIN:
        m.decisive_at = at
        m.decisive_received = received
        m.decisive_bad = 1 if code == BAD else 0
        m.decisive_d = d
        m.decisive_r95 = r95
        m.decisive_mechanism = mechanism
    m.last_at = at
    m.passed_to = max(m.passed_to, at)
    return True


@nb.njit(cache=True, nogil=True)
def _same_machine(a: Record, b: Record) -> bool:
    """Whether two machines will do the same from here on, their slots apart."""
    candidate = a.candidate_at == b.candidate_at and (
        a.candidate_at == NEVER
        or (a.candidate_d == b.candidate_d and a.candidate_r95 == b.candidate_r95)
    )
    return bool(
        candidate
        and a.passed_to == b.passed_to
        and a.window == b.window
        and a.inside == b.inside
        and a.last_at == b.last_at
        and a.decisive_at == b.decisive_at
        and a.decisive_received == b.decisive_received
        and a.decisive_bad == b.decisive_bad
        and a.decisive_d == b.decisive_d
        and a.decisive_r95 == b.decisive_r95
        and a.confirmed == b.confirmed
    )


@nb.njit(cache=True, nogil=True)
def replay(
    machine: Records, slots: Records, rows: Records, lives: Records, rule: Record,
    starts: Times, ends: Times,
    at: Times, received: Times, codes: Codes, d: Floats, r95: Floats, mechanism: Codes,
    arrival: Times, now: int,
) -> tuple[int, int]:  # fmt: skip
    """What stands at `now`, and every row the live system would have raised on the way.

    at...      all usable fixes in (measured_at, content_key) order
    arrival    their indexes by receipt; a fix that comes after a later-measured one makes the
               machine go back to a state kept before it and fold again
    returns    (rows, live rows); where that is more than the arrays hold, try again with more
    """
    total = at.shape[0]
    known = np.zeros(total, np.uint8)
    kept = total // KEEP_EVERY + 1
    kept_machines = np.zeros(kept, machine.dtype)
    kept_slots = np.zeros((kept, 2), slots.dtype)
    kept_rows = np.zeros(kept, np.int64)
    ahead = np.zeros(1, machine.dtype)
    ahead_slots = np.zeros(2, slots.dtype)
    scratch = np.zeros(2 * starts.shape[0] + 4, slots.dtype)
    spare = np.zeros(1, slots.dtype)[0]
    m = machine[0]
    find_window(m, starts, ends)
    n, count, folded, i = 0, 0, -1, 0
    known_at = NEVER
    while True:
        if (
            slots[VIOLATION].status == EMPTY
            and slots[GAP].status == EMPTY
            and m.candidate_at == NEVER
        ):
            taken = _quiet_run(
                m, rule, starts, ends, at, received, codes, d, r95, mechanism,
                arrival, i, folded, known_at,
            )  # fmt: skip
            if taken:
                known[folded + 1 : folded + 1 + taken] = 1
                i += taken
                folded += taken
                known_at = received[folded]
        # Time alone, until the next fix is here.
        until = received[arrival[i]] - 1 if i < total else now
        if until >= known_at and _something_due(m, slots, rule, starts, ends, until):
            ahead[0] = machine[0]
            ahead_slots[0] = slots[0]
            ahead_slots[1] = slots[1]
            a = ahead[0]
            told = pass_time(a, ahead_slots, scratch, 0, rule, starts, ends, until)
            for k in range(min(told, scratch.shape[0])):
                count = _link(a, scratch[k], lives, count, spare, known_at)
            count = _link_slots(a, ahead_slots, lives, count, spare, known_at)
        if i >= total:
            break
        # All that came at this instant.
        known_at = received[arrival[i]]
        first, last = arrival[i], arrival[i]
        while i < total and received[arrival[i]] == known_at:
            known[arrival[i]] = 1
            first = min(first, arrival[i])
            last = max(last, arrival[i])
            i += 1
        start = folded + 1
        late = first <= folded
        was_folded, newest, was_n = folded, last, n
        if late:
            ahead[0] = machine[0]
            ahead_slots[0] = slots[0]
            ahead_slots[1] = slots[1]
            keep = first // KEEP_EVERY
            start = keep * KEEP_EVERY
            machine[0] = kept_machines[keep]
            slots[0] = kept_slots[keep, 0]
            slots[1] = kept_slots[keep, 1]
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
                    and slots[VIOLATION].status == EMPTY
                    and slots[GAP].status == EMPTY
                    and kept_slots[keep, VIOLATION].status == EMPTY
                    and kept_slots[keep, GAP].status == EMPTY
                    and _same_machine(m, kept_machines[keep])
                ):
                    # What came late is forgotten here: all that follows stands as it stood.
                    machine[0] = ahead[0]
                    slots[0] = ahead_slots[0]
                    slots[1] = ahead_slots[1]
                    n = was_n
                    break
                kept_machines[keep] = machine[0]
                kept_slots[keep, 0] = slots[0]
                kept_slots[keep, 1] = slots[1]
                kept_rows[keep] = n
            if not known[j]:
                continue
            quiet = (
                slots[VIOLATION].status == EMPTY
                and slots[GAP].status == EMPTY
                and m.candidate_at == NEVER
            )
            if quiet:
                edge = FOREVER
                if m.window < starts.shape[0]:
                    edge = ends[m.window] if m.inside else starts[m.window]
                quiet = _quiet_step(
                    m, rule, edge, at[j], received[j], codes[j], d[j], r95[j], mechanism[j]
                )
            if not quiet:
                n = take_fix(
                    m, slots, rows, n, rule, starts, ends,
                    at[j], received[j], codes[j], d[j], r95[j], mechanism[j],
                )  # fmt: skip
        for k in range(linked, min(n, rows.shape[0])):
            count = _link(m, rows[k], lives, count, spare, known_at)
        count = _link_slots(m, slots, lives, count, spare, known_at)
    return n, count


@nb.njit(cache=True, nogil=True)
def settle_raised(rows: Records, lives: Records) -> npt.NDArray[np.uint8]:
    """Give each final row the earliest raise of a live row it shares time with.

    returns   1 for each live row that shares time with no final row: it was taken back
    """
    withdrawn = np.ones(lives.shape[0], np.uint8)
    for i in range(rows.shape[0]):
        earliest = FOREVER
        for k in range(lives.shape[0]):
            if overlap(rows[i], lives[k]):
                withdrawn[k] = 0
                earliest = min(earliest, lives[k].raised_at)
        if earliest != FOREVER:
            rows[i].raised_at = max(rows[i].from_at, earliest)
    return withdrawn
