"""Which reminders are due, told from values: times, orders, what is agreed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from order_story import a_zone, appointment
from waypost.orders.values import (
    Absence,
    Order,
    OrderKind,
    Requirement,
    RequirementKind,
    TimetableRow,
)
from waypost.rules.home_state import HomeState
from waypost.telling.deciding import asks_home, next_look, reminders_due, steps
from waypost.telling.lasting import lasts
from waypost.telling.values import Battery, Facts, Fate, Kind, Occasion, Step

MONDAY = datetime(2026, 3, 2, tzinfo=UTC)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
MEETING = appointment("10:00", days="TU", starts_on="20260303")  # Tuesdays at ten
NIGHT = Requirement(
    "C", RequirementKind.CURFEW, (a_zone(),), (TimetableRow(DAYS, "19:00", "07:00"),)
)


def facts(*asked, **more) -> Facts:
    order = Order("O", OrderKind.COMMUNITY_ORDER, MONDAY - timedelta(days=9), None, asked)
    return Facts(0, (order,), MONDAY - timedelta(days=9), **more)


def at(day, hour, minute=0) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=UTC)


def told(some: Facts, now: datetime) -> list[tuple[Kind, Step, Fate]]:
    return [(one.occasion.kind, one.step, one.fate) for one in reminders_due(some, now)]


def by_the_clock(some: Facts, start: datetime, end: datetime):
    """As the worker does it: at each time that it is to look again."""
    found, now = [], start
    while now < end:
        due = reminders_due(some, now)
        found += [(now, one.occasion.kind, one.step, one.fate) for one in due]
        some = replace(some, handled=frozenset(some.handled) | {one.key for one in due})
        following = next_look(some, now)
        assert following > now
        now = following
    return found


def test_an_appointment_is_told_the_evening_before_and_two_hours_before():
    assert by_the_clock(facts(MEETING), at(2, 0), at(4, 0)) == [
        (at(2, 18), Kind.APPOINTMENT, Step.EVENING_BEFORE, Fate.TOLD),
        (at(3, 8), Kind.APPOINTMENT, Step.HOURS_BEFORE, Fate.TOLD),
    ]


def test_a_curfew_is_told_half_an_hour_before_each_night():
    assert by_the_clock(facts(NIGHT), at(2, 2), at(4, 0)) == [
        (at(2, 18, 30), Kind.CURFEW, Step.SOON, Fate.TOLD),
        (at(3, 18, 30), Kind.CURFEW, Step.SOON, Fate.TOLD),
    ]


def test_four_thousand_curfews_at_seven_are_not_told_in_one_second():
    edge = Occasion(Kind.CURFEW, at(2, 19), "C")
    times = {steps(edge, number)[0][1] for number in range(4_000)}
    assert len(times) == 600
    assert max(times) == at(2, 18, 30)
    assert min(times) > at(2, 18, 19)


def test_who_is_at_home_already_is_not_told_of_a_curfew_and_who_is_away_or_unknown_is():
    some = facts(NIGHT)
    assert asks_home(some, at(2, 18, 29)) is None
    assert asks_home(some, at(2, 18, 30)) == Occasion(Kind.CURFEW, at(2, 19), "C")
    for state, fate in (
        (HomeState.HOME, Fate.NOT_NEEDED),
        (HomeState.NOT_HOME, Fate.TOLD),
        (HomeState.UNKNOWN, Fate.TOLD),
    ):
        there = replace(some, home=state)
        assert told(there, at(2, 18, 30)) == [(Kind.CURFEW, Step.SOON, fate)]


def test_a_late_worker_tells_what_still_lies_ahead_and_writes_down_what_it_missed():
    some = facts(MEETING)
    assert told(some, at(3, 9, 59)) == [(Kind.APPOINTMENT, Step.HOURS_BEFORE, Fate.TOLD)]
    assert told(some, at(3, 10)) == [(Kind.APPOINTMENT, Step.HOURS_BEFORE, Fate.MISSED)]
    assert told(some, at(3, 17)) == []  # so long past, it is history


def test_only_the_latest_step_is_told_by_who_comes_late():
    """Two messages of one appointment at once would be one too many."""
    assert told(facts(MEETING), at(3, 8, 1)) == [(Kind.APPOINTMENT, Step.HOURS_BEFORE, Fate.TOLD)]


def test_nothing_was_missed_before_anybody_could_be_reminded():
    assert told(replace(facts(MEETING), since=at(3, 9)), at(3, 10)) == []
    assert told(replace(facts(MEETING), since=at(3, 9)), at(3, 9)) != []


@pytest.mark.parametrize(
    "excused",
    [
        facts(replace(MEETING, exceptions=(Absence(at(3, 10, 30), at(3, 12), "hospital"),))),
        facts(MEETING, off=((at(3, 0), at(4, 0)),)),  # suspended, or a removal is agreed
        facts(MEETING, off=((at(2, 17), at(2, 18, 1)),)),  # in hospital just now
        facts(MEETING, wears_tag=False),
        facts(MEETING, wanted={Kind.CURFEW}),
        facts(),  # withdrawn
    ],
)
def test_an_excused_cancelled_or_unwished_appointment_is_told_to_nobody(excused):
    assert told(excused, at(2, 18)) == []


def test_an_appointment_that_was_moved_is_told_anew_and_the_old_one_never():
    said = facts(MEETING, handled={(Kind.APPOINTMENT, at(3, 10), Step.EVENING_BEFORE)})
    assert told(said, at(2, 18)) == []
    moved = facts(appointment("14:00", days="TU", starts_on="20260303"), handled=said.handled)
    assert told(moved, at(2, 18)) == [(Kind.APPOINTMENT, Step.EVENING_BEFORE, Fate.TOLD)]


def test_an_absence_over_the_beginning_of_a_curfew_moves_its_edge():
    late = replace(NIGHT, exceptions=(Absence(at(2, 18), at(2, 22), "work"),))
    assert told(facts(late), at(2, 18, 30)) == []
    [said] = reminders_due(facts(late), at(2, 21, 30))
    assert said.occasion.edge_at == at(2, 22)


def test_hours_that_go_on_under_a_variation_are_one_stay():
    varied = facts(
        replace(NIGHT, to_at=at(2, 21)), replace(NIGHT, from_at=at(2, 21), zones=(a_zone(90),))
    )
    assert told(varied, at(2, 20, 30)) == [(Kind.CURFEW, Step.SOON, Fate.MISSED)]  # of 19:00
    assert [one.occasion.edge_at for one in reminders_due(varied, at(2, 20, 30))] == [at(2, 19)]


@pytest.mark.parametrize(("from_at", "to_at"), [(at(2, 18, 40), None), (at(1, 0), at(2, 18, 30))])
def test_nobody_is_reminded_whose_order_is_not_live(from_at, to_at):
    order = Order("O", OrderKind.COMMUNITY_ORDER, from_at, to_at, (NIGHT,))
    assert told(Facts(0, (order,), MONDAY), at(2, 18, 30)) == []


def test_a_protected_persons_arrangement_reminds_nobody():
    order = Order("O", OrderKind.PROTECTION, MONDAY, None, (NIGHT,))
    assert told(Facts(0, (order,), MONDAY), at(2, 18, 30)) == []


def test_a_battery_is_told_once_for_each_stage():
    low = facts(NIGHT, battery=Battery(at(2, 12), Step.LOW))
    assert told(low, at(2, 12, 5)) == [(Kind.BATTERY, Step.LOW, Fate.TOLD)]
    said = {(Kind.BATTERY, at(2, 12), Step.LOW)}
    assert told(replace(low, handled=said), at(2, 13)) == []
    worse = replace(low, handled=said, battery=Battery(at(2, 12), Step.CRITICAL))
    assert told(worse, at(2, 14)) == [(Kind.BATTERY, Step.CRITICAL, Fate.TOLD)]
    assert told(replace(worse, wears_tag=False), at(2, 14)) == []
    assert told(replace(worse, off=((at(2, 0), at(3, 0)),)), at(2, 14)) == []


def test_how_long_a_battery_lasts_is_told_from_how_fast_it_falls():
    falls = [(at(2, 8) + n * 30 * MINUTE, 60.0 - 5 * n) for n in range(9)]  # 10 % an hour, to 20 %
    assert lasts(falls, at(2, 12)) == timedelta(hours=1.8)  # to 2 %, where tags switch off
    assert lasts(falls, at(2, 13)) == timedelta(hours=0.8)
    assert lasts(falls, at(2, 20)) == timedelta(0)


def test_one_false_word_and_an_earlier_charge_do_not_change_how_long_it_lasts():
    before = [(at(2, 5), 30.0), (at(2, 6), 20.0)]
    falls = [(at(2, 8) + n * 30 * MINUTE, 60.0 - 5 * n) for n in range(9)]
    falls[4] = (falls[4][0], 33.0)
    found = lasts([*before, *falls], at(2, 12))
    assert found is not None
    assert abs(found - timedelta(hours=1.8)) < 10 * MINUTE


@pytest.mark.parametrize(
    "levels",
    [
        [],
        [(at(2, 8), 20.0), (at(2, 9), 19.0)],
        [(at(2, 8), 20.0), (at(2, 8, 10), 19.0), (at(2, 8, 20), 18.0)],
        [(at(2, 8), 20.0), (at(2, 9), 20.0), (at(2, 10), 20.0)],
    ],
)
def test_who_has_said_too_little_promises_nothing(levels):
    assert lasts(levels, at(2, 12)) is None
