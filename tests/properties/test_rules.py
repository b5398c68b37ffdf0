"""What must hold of judging, whatever the day was like."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from waypost.clock import from_us, to_us
from waypost.orders.values import RequirementKind
from waypost.rules import kernel
from waypost.rules import step as plain
from waypost.rules.evidence import chance_of
from waypost.rules.plan import rule_record
from waypost.rules.timeline import InForce, ParameterTimeline, always
from waypost.rules.values import Certainty, How, Parameters
from waypost.units import Mechanism

START = datetime(2026, 3, 2, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
SAYS = {plain.Says.UNCERTAIN: 0, plain.Says.GOOD: 1, plain.Says.BAD: 2}
RADIUS_M = 450.0
ZONE = kernel.Outline(
    np.array([kernel.DISC]),
    np.array([[-RADIUS_M, -RADIUS_M, RADIUS_M, RADIUS_M]]),
    np.array([RADIUS_M]),
    np.array([[0, 1]]),
    np.zeros((1, 4)),
)
OFTEN_GNSS = [Mechanism.GNSS] * 4 + list(Mechanism)
FAR = datetime.max.replace(tzinfo=UTC)
RAISED = 4  # which of the facts
SURE = {
    kernel.POSSIBLE: Certainty.POSSIBLE,
    kernel.PROBABLE: Certainty.PROBABLE,
    kernel.CERTAIN: Certainty.CERTAIN,
}


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
    return plain.Rule(draw(st.booleans()), tuple(windows), draw(numbers()), crosses)


@st.composite
def numbers(draw) -> Parameters | ParameterTimeline:
    """The numbers of always, or up to three revisions that follow each other during the day."""
    at, entries = START, [InForce(None, Parameters())]
    for minutes in draw(st.lists(st.integers(1, 200), max_size=3)):
        at += minutes * MINUTE
        entries.append(InForce(at, draw(revisions()), len(entries)))
    return Parameters() if len(entries) == 1 else ParameterTimeline(tuple(entries))


def revisions() -> st.SearchStrategy[Parameters]:
    minutes = st.sampled_from([1, 5, 15, 40]).map(minutes_long)
    return st.builds(
        Parameters,
        gap_min=minutes.filter(lambda one: one >= 5 * MINUTE),  # as the form bounds it
        upload_allowance=minutes, merge_within=minutes, confirm_within=minutes,
        stale_after=minutes, uncertain_ages_after=minutes, passage_within=minutes,
        beacon_holds=minutes, inside_dwell_min=minutes, decorrelate=minutes,
        exclusion_deep_m=st.sampled_from([0.0, 30.0]),
        curfew_deep_m=st.sampled_from([20.0, 100.0, 300.0]),
        inside_leave_m=st.sampled_from([0.0, 10.0]), exclusion_exit_m=st.sampled_from([0.0, 60.0]),
        certain_odds=st.sampled_from([200.0, 1e4]), gnss_astray=st.sampled_from([0.005, 0.1]),
    )  # fmt: skip


def minutes_long(count: int) -> timedelta:
    return count * MINUTE


@st.composite
def days(draw, most: int = 30) -> list[plain.Seen]:
    """Fixes in order of measurement about a round zone, received at once or up to two hours late.
    Here and there one says that its neighbours belie the one before it."""
    paces = [0, 1, 1, 2, 3, 5] if most > 100 else [0, 1, 1, 2, 5, 10, 15, 25]
    steps = draw(st.lists(st.sampled_from(paces), max_size=most))
    fixes: list[plain.Seen] = []
    at = START
    for minutes in steps:
        at += minutes * MINUTE
        late = draw(st.sampled_from([0, 0, 0, 0, 4, 12, 40, 120]))
        d_m = float(draw(st.sampled_from([-400, -50, -5, 5, 50, 400])))
        x, y = draw(st.sampled_from([(1, 0), (-1, 0), (0, 1), (0, -1)]))
        belied = bool(fixes) and draw(st.integers(0, 7)) == 0
        fixes.append(
            plain.Seen(
                at,
                at + late * MINUTE,
                d_m=d_m,
                r95_m=float(draw(st.sampled_from([0, 10, 100]))),
                mechanism=draw(st.sampled_from(OFTEN_GNSS)),
                x_m=x * (RADIUS_M + d_m),
                y_m=y * (RADIUS_M + d_m),
                doubts=fixes[-1].at if belied else None,
            )
        )
    return fixes


def crosses(one: plain.Seen, other: plain.Seen) -> bool:
    way = shapely.LineString([(one.x_m, one.y_m), (other.x_m, other.y_m)])
    return shapely.distance(way, shapely.Point(0, 0)) <= RADIUS_M


@settings(max_examples=300, deadline=None)
@given(rules(), days(), st.integers(0, 400))
def test_the_kernel_says_what_the_plain_twin_says(rule, fixes, minutes):
    now = max([START, *(fix.at for fix in fixes)]) + minutes * MINUTE
    state, rows = plain.fold(rule, fixes)
    expected = rows + plain.tick(state, rule, now, count_to_now=True)
    assert by_kernel(rule, fixes, now) == [facts(row, rule) for row in expected]


@settings(max_examples=100, deadline=None)
@given(rules(), days(), st.data())
def test_folding_in_pieces_is_folding_at_once(rule, fixes, data):
    """A state carries all that the rest of the day needs."""
    cut = data.draw(st.integers(0, len(fixes)))
    first, rows = plain.fold(rule, fixes[:cut])
    second, more = plain.fold(rule, fixes[cut:], first)
    whole, all_rows = plain.fold(rule, fixes)
    assert second == whole
    assert rows + more == all_rows
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
    assert but_for_raising(standing) == but_for_raising(after)


@settings(max_examples=100, deadline=None)
@given(rules(), days(), st.floats(0, 100))
def test_worse_accuracy_never_makes_a_single_fix_surer(rule, fixes, more_m):
    """A wider circle turns good and bad into uncertain, never the other way, and no fix deeper."""
    for fix in fixes:
        worse = replace(fix, r95_m=fix.r95_m + more_m)
        assert worse.says(rule) in (fix.says(rule), plain.Says.UNCERTAIN)
        assert worse.beyond_m(rule) <= fix.beyond_m(rule)


@settings(max_examples=300, deadline=None)
@given(rules(), days(), st.floats(0, 500), st.data())
def test_worse_accuracy_of_what_shows_a_row_never_makes_it_surer(rule, fixes, more_m, data):
    """A fix on the wrong side made vaguer: each row that is left lies within one that was there,
    no more certain and of no smaller chance. (A vaguer fix on the right side takes back less, and
    a fix is less belied by vaguer neighbours: of those it is not claimed.)"""
    fixes = [replace(fix, doubts=None) for fix in fixes]
    bad = [k for k, fix in enumerate(fixes) if fix.says(rule) is plain.Says.BAD]
    if not bad:
        return
    vaguer = list(fixes)
    for k in data.draw(st.lists(st.sampled_from(bad), unique=True, min_size=1)):
        vaguer[k] = replace(fixes[k], r95_m=fixes[k].r95_m + more_m)
    now = fixes[-1].at
    before = violations(rule, fixes, now)
    for row in violations(rule, vaguer, now):
        assert any(
            within(row, one)
            and row["certainty"] <= one["certainty"]
            and row["evidence"] <= one["evidence"] + 1e-9
            for one in before
        )
        chance = chance_of(float(row["evidence"]), always(rule.parameters).entries[0].parameters)
        assert 0 < chance <= 1


@settings(max_examples=200, deadline=None)
@given(rules(), days(), days())
def test_fixes_that_cannot_tell_open_nothing_and_close_nothing(rule, fixes, others):
    """However many are added, the violations are those that were there, to the second."""
    fixes = [replace(fix, doubts=None) for fix in fixes]
    unsure = [replace(fix, d_m=5.0, r95_m=600.0, doubts=None) for fix in others]
    unsure = [replace(fix, mechanism=Mechanism.GNSS) for fix in unsure]
    both = sorted([*fixes, *unsure], key=lambda fix: fix.at)
    now = max([START, *(fix.at for fix in both)])
    before, after = violations(rule, fixes, now), violations(rule, both, now)
    assert [row.tobytes() for row in after] == [row.tobytes() for row in before]


@settings(max_examples=300, deadline=None)
@given(rules(), days(), st.floats(0, 500))
def test_the_time_a_violation_is_open_never_shrinks_when_an_exclusion_zone_grows(
    rule, fixes, more_m
):
    """At any accuracy, in any hours, by any numbers: told and untold time together. (Of the told
    minutes alone it is claimed below: where a circle crosses the edge a bigger zone may turn a fix
    that told into one that does not, and what was counted into what cannot be told.)"""
    rule = replace(rule, must_be_inside=False)
    fixes = [replace(fix, doubts=None) for fix in fixes]
    bigger = [replace(fix, d_m=fix.d_m - more_m) for fix in fixes]
    now = max([START, *(fix.at for fix in fixes)])
    small, big = violations(rule, fixes, now), violations(rule, bigger, now)
    for row in small:
        assert any(within(row, one) for one in big)
    assert open_time(big) >= open_time(small)


@settings(max_examples=200, deadline=None)
@given(rules(), days(), st.floats(0, 500))
def test_minutes_in_violation_never_shrink_when_an_exclusion_zone_grows(rule, fixes, more_m):
    """Exact fixes that all tell, all the time in force, no gap: growing the zone only adds."""
    numbers = Parameters(exclusion_exit_m=0.0)
    rule = plain.Rule(False, ((START, START + timedelta(days=3)),), numbers)
    close = [
        replace(
            fix, at=START + index * MINUTE, received_at=START + index * MINUTE, r95_m=0.0,
            doubts=None,
        )
        for index, fix in enumerate(fixes)
    ]  # fmt: skip
    bigger = [replace(fix, d_m=fix.d_m - more_m) for fix in close]
    now = START + timedelta(minutes=len(fixes))
    assert minutes_of(rule, bigger, now) >= minutes_of(rule, close, now)


def violations(rule, fixes, now):
    """The rows of the kernel that are violations, observed ones."""
    return [row for row in kernel_rows(rule, fixes, now) if row["nature"] == kernel.VIOLATION]


def within(row, other) -> bool:
    return row["from_at"] >= other["from_at"] and row["to_at"] <= other["to_at"]


def open_time(rows) -> int:
    return sum(int(row["counted"] + row["left_out"]) for row in rows)


def minutes_of(rule, fixes, now) -> float:
    return sum(row[5] for row in by_kernel(rule, fixes, now))


def facts(row: plain.Row, rule: plain.Rule):
    """What judging says of a row, told the same from both."""
    shown = row.shown
    return (
        row.from_at,
        row.to_at,
        str(row.certainty),
        str(row.how),
        row.raised_at,
        row.counted / MINUTE,
        row.silent / MINUTE,
        row.chords or len(shown),
        (shown[0].at, shown[-1].at) if shown else None,
        min((abs(fix.d_m) for fix in shown), default=None),
        (min(fix.r95_m for fix in shown), max(fix.r95_m for fix in shown)) if shown else None,
        round(row.evidence(rule), 9),
        row.doubted,
        row.edge.at if row.edge else None,
        row.good_before,
    )


def records(rule, fixes):
    """The fixes as the kernel takes them."""
    found = np.zeros(len(fixes), kernel.FIX)
    for one, fix in zip(found, fixes, strict=True):
        one["at"], one["received"] = to_us(fix.at), to_us(fix.received_at)
        one["doubt"] = kernel.NEVER if fix.doubts is None else to_us(fix.doubts)
        one["x"], one["y"], one["r95"], one["d"] = fix.x_m, fix.y_m, fix.r95_m, fix.d_m
        one["mechanism"], one["code"] = fix.mechanism, SAYS[fix.says(rule)]
        one["evidence"] = fix.evidence(rule) if fix.says(rule) is plain.Says.BAD else 0.0
    return found


def compiled(rule):
    kind = RequirementKind.CURFEW if rule.must_be_inside else RequirementKind.EXCLUSION
    starts = np.array([to_us(start) for start, _ in rule.windows], dtype=np.int64)
    ends = np.array([to_us(end) for _, end in rule.windows], dtype=np.int64)
    return rule_record(kind, rule.parameters), starts, ends


def by_kernel(rule, fixes, now, cut: int = 0):
    return [kernel_facts(row) for row in kernel_rows(rule, fixes, now, cut)]


def kernel_rows(rule, fixes, now, cut: int = 0):
    """What folding in two pieces and then letting time pass gives. Open rows end at FOREVER."""
    record, starts, ends = compiled(rule)
    machines, slots = kernel.new_machines(1)
    found = []
    for part in (fixes[:cut], fixes[cut:]):
        rows = np.zeros(200, kernel.ROW)
        count = kernel.fold(
            machines, slots[0], rows, record, starts, ends, ZONE, records(rule, part)
        )
        assert count <= 200
        found += list(rows[:count])
    rows = np.zeros(200, kernel.ROW)
    count, _ = kernel.project(machines, slots[0], rows, record, starts, ends, to_us(now), True)
    return [*found, *rows[:count]]


def kernel_facts(row):
    gap, passage = row["nature"] == kernel.GAP, row["nature"] == kernel.PASSAGE
    shown = not gap and not passage and row["fixes"] > 0
    hows = {kernel.NO_FIX: How.NO_FIX, kernel.AGED: How.AGED}
    return (
        from_us(row["from_at"]),
        None if row["status"] == kernel.OPEN else from_us(row["to_at"]),
        str(Certainty.CANNOT_TELL if gap else SURE[int(row["certainty"])]),
        str(How.PASSAGE if passage else hows.get(int(row["how"]), How.NONE)),
        from_us(row["raised_at"]),
        int(row["counted"]) / 60_000_000,
        int(row["left_out"]) / 60_000_000 if gap else 0.0,
        int(row["fixes"]),
        (from_us(row["first_fix"]), from_us(row["last_fix"])) if shown else None,
        float(row["nearest_m"]) if shown else None,
        (float(row["smallest_r95"]), float(row["largest_r95"])) if shown else None,
        round(float(row["evidence"]), 9),
        bool(row["doubted"]),
        from_us(row["evidence_at"]) if row["edge"] else None,
        None if row["good_before"] == kernel.NEVER else from_us(row["good_before"]),
    )


def by_replay(rule, fixes, now):
    """(standing rows, with raised_at last; rows taken back)."""
    record, starts, ends = compiled(rule)
    machines, slots = kernel.new_machines(1)
    rows, lives = np.zeros(200, kernel.ROW), np.zeros(200, kernel.ROW)
    data = records(rule, fixes)
    arrival = np.argsort(data["received"], kind="stable")
    count, live = kernel.replay(
        machines, slots[0], rows, lives, record, starts, ends, ZONE, data, arrival, to_us(now)
    )
    more = np.zeros(200, kernel.ROW)
    extra, _ = kernel.project(machines, slots[0], more, record, starts, ends, to_us(now), False)
    final = np.concatenate((rows[:count], more[:extra]))
    taken = kernel.settle_raised(final, lives[:live])
    standing = [kernel_facts(row) for row in final]
    withdrawn = [
        (from_us(row["from_at"]), int(row["nature"] == kernel.GAP), from_us(row["raised_at"]))
        for row, gone in zip(lives[:live], taken, strict=True)
        if gone
    ]
    return in_order(standing), sorted(withdrawn)


def in_order(rows):
    return sorted(rows, key=lambda row: (row[0], row[1] or FAR, row[2]))


def but_for_raising(rows):
    return [(*row[:RAISED], *row[RAISED + 1 :]) for row in rows]


def by_judging_afresh(rule, fixes, now):
    """At every instant at which anything could change: fold what is known, look, keep the new."""
    entries = always(rule.parameters).entries
    waits = [one.parameters.gap_min + one.parameters.upload_allowance for one in entries]
    ages = [one.parameters.uncertain_ages_after for one in entries]
    gaps = {wait + age for wait in waits for age in [timedelta(0), *ages]}
    edges = [edge for window in rule.windows for edge in window]
    instants = {fix.received_at for fix in fixes} | set(edges) | {now}
    instants |= {at + gap for at in [*edges, *(fix.at for fix in fixes)] for gap in gaps}
    live: list[list] = []  # nature, from, seen to, raised
    for at in sorted(instant for instant in instants if instant <= now):
        known = [fix for fix in fixes if fix.received_at <= at]
        state, rows = plain.fold(rule, known)
        for row in rows + plain.tick(state, rule, at):
            remember(live, row, at)
    state, rows = plain.fold(rule, fixes)
    standing, used = [], set()
    for row in rows + plain.tick(state, rule, now):
        nature = int(row.certainty is Certainty.CANNOT_TELL)
        end = row.to_at or FAR
        near = [k for k, one in enumerate(live) if shares(one, nature, row.from_at, end)]
        used |= set(near)
        raised_at = max(row.from_at, min(live[k][3] for k in near))
        standing.append(facts(replace(row, raised_at=raised_at), rule))
    withdrawn = [(one[1], one[0], one[3]) for k, one in enumerate(live) if k not in used]
    return in_order(standing), sorted(withdrawn)


def seen_to(row):
    """How far a row was shown to go: an open one to its last decisive fix or edge."""
    if row.to_at:
        return row.to_at
    if row.certainty is Certainty.CANNOT_TELL:
        return row.raised_at
    return max(row.from_at, row.counted_to)


def remember(live, row, at):
    seen = seen_to(row)
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
