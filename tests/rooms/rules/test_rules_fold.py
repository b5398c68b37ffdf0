"""State, fold and project: what the live worker leans on."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from waypost.clock import to_us
from waypost.geo import BRITISH
from waypost.orders.values import (
    ActivationSpan,
    Order,
    OrderKind,
    PersonOrders,
    Requirement,
    RequirementKind,
    TimetableRow,
    Zone,
)
from waypost.positions.schema import SetAside
from waypost.rules.fold import FixArrays, State, fold, initial_state, project
from waypost.rules.plan import compile_plan
from waypost.rules.values import Certainty, Parameters

DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
HOME = Zone({"type": "Point", "coordinates": [-0.06, 51.55]}, radius_m=60.0)
START = datetime(2026, 3, 2, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
CURFEW = Requirement("R1", RequirementKind.CURFEW, (HOME,), (TimetableRow(DAYS, "19:00", "07:00"),))
EXCLUSION = Requirement("R2", RequirementKind.EXCLUSION, (HOME,))


def a_person(*requirements, activations=(), to_at=None) -> PersonOrders:
    order = Order("O", OrderKind.COMMUNITY_ORDER, START, to_at, requirements or (CURFEW,))
    return PersonOrders("P", (order,), activations)


def plan_of(person, days=3, parameters=None):
    return compile_plan(
        person, parameters or Parameters(), from_at=START, to_at=START + timedelta(days=days)
    )


def fixes(*seen, set_aside=SetAside.USABLE) -> FixArrays:
    """(hours after noon, metres north of home) each; accuracy 8 m."""
    (east,), (north,) = BRITISH.project(51.55, -0.06)
    lat, lon = BRITISH.unproject(
        np.full(len(seen), east), np.array([north + metres for _, metres in seen])
    )
    at = np.array([to_us(START) + int(hours * 3600e6) for hours, _ in seen], dtype=np.int64)
    return FixArrays(
        measured_us=at,
        received_us=at,
        lat=lat,
        lon=lon,
        accuracy_m=np.full(len(seen), 8.0),
        mechanism=np.ones(len(seen), dtype=np.int8),
        content_key=np.arange(len(seen), dtype=np.int64),
        set_aside=np.full(len(seen), set_aside, dtype=np.int8),
    )


def test_a_state_written_and_read_goes_on_as_if_it_had_stayed():
    plan = plan_of(a_person(CURFEW, EXCLUSION))
    state = fold(plan, initial_state(plan), fixes((6.9, 2000), (7.1, 2000))).state
    again = State.from_bytes(state.to_bytes())
    assert again.to_bytes() == state.to_bytes()
    assert again.folded_to == state.folded_to == START + timedelta(hours=7.1)
    assert fold(plan, again, fixes((7.2, 0))).state.to_bytes() == (
        fold(plan, state, fixes((7.2, 0))).state.to_bytes()
    )


def test_a_state_of_another_layout_is_refused():
    data = initial_state(plan_of(a_person())).to_bytes()
    with pytest.raises(ValueError, match="another layout"):
        State.from_bytes(b"WPST" + b"\x63\x00" + data[6:])
    with pytest.raises(ValueError, match="cut short"):
        State.from_bytes(data[:-1])
    with pytest.raises(ValueError, match="too short"):
        State.from_bytes(b"")


def test_folding_leaves_the_state_it_was_given_untouched():
    plan = plan_of(a_person())
    state = initial_state(plan)
    before = state.to_bytes()
    fold(plan, state, fixes((7.5, 2000)))
    project(plan, state, START + timedelta(hours=9))
    assert state.to_bytes() == before


def test_a_state_goes_on_under_a_later_horizon_of_the_same_orders():
    """The worker compiles each day anew; the windows are found again by time."""
    person = a_person()
    first = plan_of(person)
    state = fold(first, initial_state(first), fixes((6.9, 2000), (7.1, 2000))).state
    later = compile_plan(
        person,
        Parameters(),
        from_at=START + timedelta(hours=2),
        to_at=START + timedelta(days=9),
    )
    assert later.digest == first.digest
    now = START + timedelta(hours=8)
    assert project(later, state, now) == project(first, state, now)
    assert first.must_watch == START + timedelta(days=2)


def test_a_state_of_other_orders_is_refused():
    state = initial_state(plan_of(a_person()))
    with pytest.raises(ValueError, match="other orders"):
        fold(plan_of(a_person(EXCLUSION)), state, fixes((1, 0)))
    other_numbers = plan_of(a_person(), parameters=Parameters(curfew_deep_m=50.0))
    with pytest.raises(ValueError, match="other orders"):
        project(other_numbers, state, START)


def test_a_fix_older_than_the_state_is_refused_and_left_to_the_late_lane():
    plan = plan_of(a_person())
    state = fold(plan, initial_state(plan), fixes((7, 0))).state
    with pytest.raises(ValueError, match="older than the state"):
        fold(plan, state, fixes((6, 0)))


def test_beyond_the_horizon_nothing_is_judged_and_nobody_guesses():
    plan = plan_of(a_person(), days=1)
    state = initial_state(plan)
    with pytest.raises(ValueError, match="horizon"):
        fold(plan, state, fixes((25, 0)))
    with pytest.raises(ValueError, match="horizon"):
        project(plan, state, START + timedelta(days=1))


def test_looking_at_every_minute_changes_only_when_it_was_said_to():
    """next_due is the worker's alarm clock: between two alarms nothing may change."""
    plan = plan_of(a_person(CURFEW, EXCLUSION))
    state = fold(plan, initial_state(plan), fixes((6.5, 0), (6.95, 2000))).state
    due, rows = None, None
    for minute in range(7 * 60, 24 * 60):
        now = START + minute * MINUTE
        seen = project(plan, state, now)
        if rows is not None and due is not None and now < due:
            assert seen.rows == rows, now
        due, rows = seen.next_due, seen.rows
    assert {row.requirement_id for row in rows} == {"R1", "R2"}


def test_silence_is_projected_when_uploads_can_no_longer_be_on_their_way():
    plan = plan_of(a_person())
    state = fold(plan, initial_state(plan), fixes((7, 0))).state
    before = project(plan, state, START + timedelta(hours=7, minutes=29))
    assert before.rows == []
    assert before.next_due == START + timedelta(hours=7, minutes=30)
    (row,) = project(plan, state, before.next_due).rows
    assert row.certainty is Certainty.CANNOT_TELL
    assert (row.from_at, row.to_at) == (START + timedelta(hours=7), None)


def test_what_is_set_aside_is_never_judged():
    plan = plan_of(a_person(EXCLUSION))
    folded = fold(plan, initial_state(plan), fixes((1, 0), set_aside=SetAside.INVALID))
    assert project(plan, folded.state, START + timedelta(hours=2)).rows == []


def test_fixes_outside_order_and_activation_are_never_judged():
    span = ActivationSpan("A", "D", START + timedelta(hours=2), START + timedelta(hours=4))
    person = a_person(EXCLUSION, activations=(span,), to_at=START + timedelta(hours=5))
    plan = plan_of(person)
    folded = fold(plan, initial_state(plan), fixes((1, 0), (3, 0), (4.5, 5000), (6, 0)))
    rows = folded.rows + project(plan, folded.state, START + timedelta(hours=7)).rows
    assert [(row.from_at, row.to_at) for row in rows] == [
        (START + timedelta(hours=3), START + timedelta(hours=5))
    ]


def test_the_same_fix_twice_counts_once():
    plan = plan_of(a_person(EXCLUSION))
    once = fixes((1, 0), (1.5, 0))
    twice = once.take(np.array([0, 1, 0, 1, 1]))
    assert fold(plan, initial_state(plan), twice).state.to_bytes() == (
        fold(plan, initial_state(plan), once).state.to_bytes()
    )


def test_the_digest_follows_orders_and_numbers_but_not_names_or_horizon():
    person = a_person()
    named = replace(person, details={"name": "Somebody"}, number=7)
    assert plan_of(person).digest == plan_of(named, days=30).digest
    moved = replace(CURFEW, zones=(replace(HOME, radius_m=61.0),))
    assert plan_of(person).digest != plan_of(a_person(moved)).digest


def test_what_fixes_do_not_show_is_said():
    alcohol = Requirement("R5", RequirementKind.ALCOHOL)
    plan = plan_of(a_person(CURFEW, alcohol))
    assert [planned.requirement_id for planned in plan.requirements] == ["R1"]
    assert plan.unjudged == (("R5", RequirementKind.ALCOHOL),)


def test_reasons_say_how_many_how_measured_and_how_far_without_overclaiming():
    plan = plan_of(a_person())
    folded = fold(plan, initial_state(plan), fixes((7.1, 160), (7.2, 190), (7.3, 0)))
    (row,) = project(plan, folded.state, START + timedelta(hours=7.4)).rows
    assert row.reasons == (
        "Two GPS fixes outside the zone from 2026-03-02 19:06:00 UTC to 2026-03-02 19:12:00 UTC, "
        "the nearest to the edge by 100 m with stated 95 % circles of 8 m; modelled chance that "
        "all were inside: below 1 in 10,000.",
        "Furthest beyond the edge at 2026-03-02 19:12:00 UTC: between 122 and 138 m "
        "(GPS, 95 % circle 8 m).",
        "Certain by the rules: two fixes or more in a row, none more than 15 min after the one "
        "before, that together reach 10,000 to 1.",
    )
    assert row.depth_m == pytest.approx(122, abs=0.1)
