"""What must hold of an appointment's outcome, whatever was seen around it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from order_story import (
    Line,
    a_person,
    appointment,
    at_once,
    bare,
    by_replay,
    ordered,
)
from waypost.orders.values import Requirement
from waypost.rules.appointments import appointments_kept
from waypost.rules.attendance import Kept, Outcome
from waypost.rules.plan import THERE_LEAD
from waypost.rules.values import Certainty, How, JudgedViolation, Parameters

NUMBERS = Parameters()
MINUTE = timedelta(minutes=1)
BEGINS = datetime(2026, 3, 2, 10, tzinfo=UTC)  # a Monday
ORDER_AT = BEGINS - timedelta(hours=10)
CLOSED = BEGINS + timedelta(hours=4)  # over, uploads have had their time, and all was received
FINAL = {
    Outcome.ATTENDED,
    Outcome.LATE,
    Outcome.LEFT_EARLY,
    Outcome.MISSED,
    Outcome.NOT_MONITORED,
}


def line(minute: int, delay: int, d_m: float, r95_m: float) -> Line:
    at = BEGINS + minute * MINUTE
    return Line(at, at + delay * MINUTE, d_m, r95_m)


places = st.sampled_from([-60.0, -60.0, -10.0, 10.0, 60.0, 2000.0, 2000.0])  # the zone: 60 m
around = st.lists(
    st.builds(
        line,
        st.integers(-60, 120),
        st.sampled_from([0, 0, 0, 4, 40]),
        places,
        st.sampled_from([8.0, 12.0, 12.0, 50.0, 300.0]),
    ),
    max_size=25,
)
# As a tag that works tells of it: there or away for spells, a fix every few minutes.
steady = st.lists(
    st.tuples(st.sampled_from([-60.0, 2000.0]), st.integers(1, 8)), min_size=1, max_size=6
).map(
    lambda spells: [
        line(7 * n - 45, 0, d_m, 12.0)
        for n, d_m in enumerate(d_m for d_m, count in spells for _ in range(count))
        if 7 * n < 160
    ]
)
days = around | steady
asked = st.builds(
    lambda minutes, grace, stay: appointment(
        minutes=minutes, grace=min(grace, minutes), stay=stay and min(stay, minutes)
    ),
    st.sampled_from([15, 30, 60]),
    st.sampled_from([0, 5, 10, 30]),
    st.sampled_from([None, 0, 10, 20, 60]),
)


def judge(requirement: Requirement, lines: list[Line]) -> tuple[Kept, list[JudgedViolation]]:
    """The appointment as the late lane judges it when all is in; and the rows that stand."""
    person = a_person(requirement, ORDER_AT)
    rows = at_once(person, sorted(lines, key=lambda one: one.at), CLOSED, NUMBERS)
    return kept(requirement, rows), rows


def kept(requirement: Requirement, rows: list[JudgedViolation], now: datetime = CLOSED) -> Kept:
    [order] = a_person(requirement, ORDER_AT).orders
    [one] = appointments_kept(
        requirement, order, rows, ORDER_AT, CLOSED, judged_to=now, parameters=NUMBERS
    )
    return one


@settings(max_examples=150, deadline=None)
@given(asked, days)
def test_an_appointment_that_is_over_has_one_outcome_and_rows_that_say_no_other(requirement, lines):
    one, rows = judge(requirement, lines)
    shapes = [row.how for row in rows if row.certainty is not Certainty.POSSIBLE]
    whole = {How.MISSED, How.NOT_MONITORED} & set(shapes)
    assert one.outcome in FINAL
    assert not whole or len(rows) == 1  # what is said of all of it leaves nothing beside it
    assert (one.outcome is Outcome.MISSED) == (How.MISSED in shapes)
    assert (one.outcome is Outcome.NOT_MONITORED) == (How.NOT_MONITORED in shapes)
    assert shapes.count(How.LATE) <= 1
    assert all(BEGINS <= row.from_at < one.asked.to_at for row in rows)


@settings(max_examples=150, deadline=None)
@given(asked, days, st.lists(st.integers(0, 24)), st.randoms(use_true_random=False))
def test_order_of_arrival_and_duplicates_change_nothing(requirement, lines, again, chance):
    """Once all is in: shuffled, sent again, uploaded late or at once."""
    shuffled = lines + [lines[n] for n in again if n < len(lines)]
    chance.shuffle(shuffled)
    person = a_person(requirement, ORDER_AT)
    whole, rows = judge(requirement, lines)
    at_their_time = [replace(one, received_at=one.at) for one in lines]
    for told in (shuffled, at_their_time):
        found = [row for row in by_replay(person, told, CLOSED, NUMBERS) if not row.withdrawn]
        assert [bare(row) for row in ordered(found)] == [bare(row) for row in rows]
        assert kept(requirement, found).outcome is whole.outcome


@settings(max_examples=150, deadline=None)
@given(days, st.integers(0, 40), st.integers(0, 20), st.sampled_from([None, 0, 10, 20]))
def test_more_grace_never_makes_late_out_of_attended(lines, grace, more, stay):
    strict, _ = judge(appointment(grace=grace, stay=stay), lines)
    lenient, _ = judge(appointment(grace=grace + more, stay=stay), lines)
    if strict.outcome is Outcome.ATTENDED:
        assert lenient.outcome is Outcome.ATTENDED
    if lenient.outcome is Outcome.LATE:
        assert strict.outcome in {Outcome.LATE, Outcome.LEFT_EARLY}


@settings(max_examples=150, deadline=None)
@given(asked, days)
def test_without_any_fix_of_its_time_it_is_not_monitored_and_never_missed(requirement, lines):
    """Who was seen there in the hour before, and not away since, came (decision 0024): probably,
    and a row says that nothing tells of it. Nobody is late, or missed it, by silence."""
    ends = BEGINS + requirement.appointments[0].duration
    beside = [one for one in lines if not BEGINS <= one.at <= ends]
    at_the_door = [one for one in beside if BEGINS - THERE_LEAD <= one.at < BEGINS and one.d_m < 0]
    for told in (beside, [one for one in beside if one not in at_the_door], []):
        one, [row] = judge(requirement, told)
        silent = not set(told) & set(at_the_door)
        assert (row.from_at, row.to_at) == (BEGINS, ends)
        assert row.certainty is Certainty.CANNOT_TELL
        if silent or row.how is How.NOT_MONITORED:
            assert (one.outcome, row.how) == (Outcome.NOT_MONITORED, How.NOT_MONITORED)
        else:
            assert (one.outcome, one.certainty) == (Outcome.ATTENDED, Certainty.PROBABLE)


@settings(max_examples=150, deadline=None)
@given(asked, days, st.integers(-60, 240))
def test_at_any_time_there_is_one_outcome_and_none_before_it_begins(requirement, lines, minute):
    now = BEGINS + minute * MINUTE
    person = a_person(requirement, ORDER_AT)
    rows = [row for row in by_replay(person, lines, now, NUMBERS) if not row.withdrawn]
    one = kept(requirement, rows, now)
    assert (one.outcome is Outcome.TO_COME) == (now < BEGINS)
    if now >= one.asked.to_at + NUMBERS.upload_allowance:
        assert one.outcome in FINAL
