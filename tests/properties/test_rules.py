"""What must hold of judging, whatever the day was like."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from waypost.clock import from_us, to_us
from waypost.monitoring import kernel
from waypost.monitoring import step as plain
from waypost.monitoring.plan import rule_record
from waypost.monitoring.values import Certainty, Parameters
from waypost.orders.values import RequirementKind

START = datetime(2026, 3, 2, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
SAYS = {plain.Says.UNCERTAIN: 0, plain.Says.GOOD: 1, plain.Says.BAD: 2}


@st.composite
def rules(draw) -> plain.Rule:
    """A few windows with pauses of one minute to an hour between them, or all the time."""
    lengths = draw(
        st.lists(st.tuples(st.integers(1, 60), st.integers(1, 120)), min_size=1, max_size=4)
    )
    windows, at = [], START
    for pause, length in lengths:
        start = at + pause * MINUTE
        at = start + length * MINUTE
        windows.append((start, at))
    return plain.Rule(draw(st.booleans()), tuple(windows), Parameters())


@st.composite
def days(draw, most: int = 30) -> list[plain.Seen]:
    """Fixes in order of measurement, received at once or up to two hours late."""
    steps = draw(st.lists(st.integers(0, 25 if most < 100 else 5), max_size=most))
    fixes, at = [], START
    for minutes in steps:
        at += minutes * MINUTE
        late = draw(st.sampled_from([0, 0, 0, 0, 4, 12, 40, 120]))
        fixes.append(
            plain.Seen(
                at,
                at + late * MINUTE,
                d_m=float(draw(st.sampled_from([-400, -50, -5, 5, 50, 400]))),
                r95_m=float(draw(st.sampled_from([0, 10, 100]))),
            )
        )
    return fixes


@settings(max_examples=300, deadline=None)
@given(rules(), days(), st.integers(0, 400))
def test_the_kernel_says_what_the_plain_twin_says(rule, fixes, minutes):
    now = max([START, *(fix.at for fix in fixes)]) + minutes * MINUTE
    state, rows = plain.fold(rule, fixes)
    expected = rows + plain.tick(state, rule, now, count_to_now=True)
    assert by_kernel(rule, fixes, now) == [facts(row) for row in expected]


@settings(max_examples=100, deadline=None)
@given(rules(), days(), st.data())
def test_folding_in_pieces_is_folding_at_once(rule, fixes, data):
    """A state carries all that the rest of the day needs."""
    cut = data.draw(st.integers(0, len(fixes)))
    first, rows = plain.fold(rule, fixes[:cut])
    second, more = plain.fold(rule, fixes[cut:], first)
    whole, all_rows = plain.fold(rule, fixes)
    assert (second, rows + more) == (whole, all_rows)
    now = fixes[-1].at if fixes else START
    assert by_kernel(rule, fixes, now, cut=cut) == by_kernel(rule, fixes, now)


@settings(max_examples=200, deadline=None)
@given(rules(), days() | days(200), st.integers(0, 200))
def test_replay_raises_what_a_system_that_judges_afresh_at_every_instant_raises(
    rule, fixes, minutes
):
    """Kept states, and looking only when something is due, change no instant and no row."""
    now = max([START, *(fix.received_at for fix in fixes)]) + minutes * MINUTE
    assert by_replay(rule, fixes, now) == by_judging_afresh(rule, fixes, now)


@settings(max_examples=100, deadline=None)
@given(rules(), days(), st.randoms(use_true_random=False))
def test_once_all_fixes_are_in_their_order_of_arrival_changes_nothing(rule, fixes, random):
    received = [fix.received_at for fix in fixes]
    now = max([START, *received]) + timedelta(hours=3)
    random.shuffle(received)
    shuffled = [
        replace(fix, received_at=max(fix.at, at)) for fix, at in zip(fixes, received, strict=True)
    ]
    standing, _ = by_replay(rule, fixes, now)
    after, _ = by_replay(rule, shuffled, now)
    assert [row[:-1] for row in standing] == [row[:-1] for row in after]


@settings(max_examples=100, deadline=None)
@given(rules(), days(), st.floats(0, 100))
def test_worse_accuracy_never_makes_a_single_fix_surer(rule, fixes, more_m):
    """A wider circle turns good and bad into uncertain, never the other way, and no fix deeper."""
    for fix in fixes:
        worse = replace(fix, r95_m=fix.r95_m + more_m)
        assert worse.says(rule) in (fix.says(rule), plain.Says.UNCERTAIN)
        assert worse.beyond_m(rule) <= fix.beyond_m(rule)


@settings(max_examples=200, deadline=None)
@given(rules(), days(), st.floats(0, 500))
def test_time_in_violation_never_shrinks_when_an_exclusion_zone_grows(rule, fixes, more_m):
    """Exact fixes, all the time in force, no gap: growing the zone by a metre only adds inside.

    Where a circle crosses the edge, or a gap stands between, a bigger zone may turn a decisive fix
    into an uncertain one, and what was counted into what cannot be told; so it is not claimed."""
    rule = plain.Rule(False, ((START, START + timedelta(days=3)),), rule.parameters)
    close = [
        replace(fix, at=START + index * MINUTE, received_at=START + index * MINUTE, r95_m=0.0)
        for index, fix in enumerate(fixes)
    ]
    bigger = [replace(fix, d_m=fix.d_m - more_m) for fix in close]
    now = START + timedelta(minutes=len(fixes))
    assert minutes_of(rule, bigger, now) >= minutes_of(rule, close, now)


def minutes_of(rule, fixes, now) -> float:
    return sum(row[4] for row in by_kernel(rule, fixes, now) if row[2] != "cannot_tell")


def facts(row: plain.Row):
    counted = row.counted / MINUTE
    return (row.from_at, row.to_at, str(row.certainty), row.raised_at, counted, row.fixes)


def arrays(rule, fixes):
    return (
        np.array([to_us(fix.at) for fix in fixes], dtype=np.int64),
        np.array([to_us(fix.received_at) for fix in fixes], dtype=np.int64),
        np.array([SAYS[fix.says(rule)] for fix in fixes], dtype=np.int8),
        np.array([fix.d_m for fix in fixes], dtype=np.float64),
        np.array([fix.r95_m for fix in fixes], dtype=np.float64),
        np.ones(len(fixes), dtype=np.int8),
    )


def compiled(rule):
    kind = RequirementKind.CURFEW if rule.must_be_inside else RequirementKind.EXCLUSION
    starts = np.array([to_us(start) for start, _ in rule.windows], dtype=np.int64)
    ends = np.array([to_us(end) for _, end in rule.windows], dtype=np.int64)
    return rule_record(kind, rule.parameters)[0], starts, ends


def by_kernel(rule, fixes, now, cut: int = 0):
    record, starts, ends = compiled(rule)
    machines, slots = kernel.new_machines(1)
    found = []
    for part in (fixes[:cut], fixes[cut:]):
        rows = np.zeros(200, kernel.ROW)
        count = kernel.fold(machines, slots[0], rows, record, starts, ends, *arrays(rule, part))
        found += list(rows[:count])
    rows = np.zeros(200, kernel.ROW)
    count, _ = kernel.project(machines, slots[0], rows, record, starts, ends, to_us(now), True)
    return [kernel_facts(row) for row in [*found, *rows[:count]]]


def kernel_facts(row):
    gap = row["nature"] == kernel.GAP
    certainty = (
        Certainty.CANNOT_TELL
        if gap
        else Certainty.CERTAIN
        if row["certainty"] == kernel.CERTAIN
        else Certainty.PROBABLE
    )
    return (
        from_us(row["from_at"]),
        None if row["status"] == kernel.OPEN else from_us(row["to_at"]),
        str(certainty),
        from_us(row["raised_at"]),
        0.0 if gap else int(row["counted"]) / 60_000_000,
        0 if gap else int(row["fixes"]),
    )


def by_replay(rule, fixes, now):
    """(standing rows, with raised_at last; rows taken back)."""
    record, starts, ends = compiled(rule)
    machines, slots = kernel.new_machines(1)
    rows, lives = np.zeros(200, kernel.ROW), np.zeros(200, kernel.ROW)
    data = arrays(rule, fixes)
    arrival = np.argsort(data[1], kind="stable")
    count, live = kernel.replay(
        machines, slots[0], rows, lives, record, starts, ends, *data, arrival, to_us(now)
    )
    more = np.zeros(200, kernel.ROW)
    extra, _ = kernel.project(machines, slots[0], more, record, starts, ends, to_us(now), False)
    final = np.concatenate((rows[:count], more[:extra]))
    taken = kernel.settle_raised(final, lives[:live])
    standing = [kernel_facts(row) for row in final]
    withdrawn = [
        (from_us(row["from_at"]), int(row["nature"]), from_us(row["raised_at"]))
        for row, gone in zip(lives[:live], taken, strict=True)
        if gone
    ]
    return sorted((*row[:3], *row[4:], row[3]) for row in opened(standing)), sorted(withdrawn)


def opened(rows):
    """Rows that can be sorted: an open end is the far future."""
    return [(row[0], row[1] or datetime.max.replace(tzinfo=UTC), *row[2:]) for row in rows]


def by_judging_afresh(rule, fixes, now):
    """At every instant at which anything could change: fold what is known, look, keep the new."""
    gap = rule.parameters.gap_min + rule.parameters.upload_allowance
    edges = [edge for window in rule.windows for edge in window]
    instants = {fix.received_at for fix in fixes} | set(edges) | {now}
    instants |= {at + gap for at in [*edges, *(fix.at for fix in fixes)]}
    live: list[list] = []  # nature, from, seen to, raised
    for at in sorted(instant for instant in instants if instant <= now):
        known = [fix for fix in fixes if fix.received_at <= at]
        state, rows = plain.fold(rule, known)
        for row in rows + plain.tick(state, rule, at):
            remember(live, row, seen_to(row, state, rule, at), at)
    state, rows = plain.fold(rule, fixes)
    standing, used = [], set()
    for row in rows + plain.tick(state, rule, now):
        nature = int(row.certainty is Certainty.CANNOT_TELL)
        end = row.to_at or datetime.max.replace(tzinfo=UTC)
        near = [k for k, one in enumerate(live) if shares(one, nature, row.from_at, end)]
        used |= set(near)
        raised_at = max(row.from_at, min(live[k][3] for k in near))
        standing.append(facts(replace(row, raised_at=raised_at)))
    withdrawn = [(one[1], one[0], one[3]) for k, one in enumerate(live) if k not in used]
    return sorted((*row[:3], *row[4:], row[3]) for row in opened(standing)), sorted(withdrawn)


def seen_to(row, state, rule, now):
    """How far a row was shown to go: an open one to its last decisive fix or edge."""
    if row.to_at:
        return row.to_at
    if row.certainty is Certainty.CANNOT_TELL:
        return row.raised_at
    # The last decisive fix, or the edge that opened it again after it.
    edges = [start for start, end in rule.windows if start <= now < end]
    seen = [state.decisive.at] if state.decisive else []
    return max([row.from_at, *seen, *edges])


def remember(live, row, seen, at):
    nature = int(row.certainty is Certainty.CANNOT_TELL)
    for one in reversed(live):
        if shares(one, nature, row.from_at, seen):
            one[1], one[2] = min(one[1], row.from_at), max(one[2], seen)
            return
    live.append([nature, row.from_at, seen, max(row.raised_at, at)])


def shares(one, nature, from_at, to_at):
    moment = timedelta(microseconds=1)
    return (
        one[0] == nature
        and one[1] < max(to_at, from_at + moment)
        and from_at < max(one[2], one[1] + moment)
    )
