"""Clocks and proposals of enforcement: the 24 hours of bail, the twelve months of a warning."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from waypost.enforcement.clocks import bail_court_by, counts_for_nothing, due_by, warned_until
from waypost.enforcement.proposing import propose, warns
from waypost.enforcement.routes import ROUTES, check_can_follow, route_of
from waypost.enforcement.values import (
    Clock,
    Decider,
    Ground,
    Step,
    Warning,
    Weighs,
    Within,
)
from waypost.errors import Refused
from waypost.orders.values import OrderKind

LONDON = "Europe/London"
PLACE = ZoneInfo(LONDON)
COMMUNITY = ROUTES[OrderKind.COMMUNITY_ORDER]
INSTANTS = st.datetimes(datetime(2024, 1, 1), datetime(2031, 1, 1), timezones=st.just(UTC))


def london(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=PLACE).astimezone(UTC)


@pytest.mark.parametrize(
    ("arrested", "court_by"),
    [
        ("2026-03-03T11:00", "2026-03-04T11:00"),  # a Tuesday
        ("2026-03-07T11:00", "2026-03-09T11:00"),  # a Saturday: Sunday does not count
        ("2026-03-08T11:00", "2026-03-10T00:00"),  # a Sunday: all of Monday
        ("2026-12-24T18:00", "2026-12-26T18:00"),  # Christmas Day, a Friday
        ("2026-04-02T10:00", "2026-04-04T10:00"),  # Good Friday is 3 April 2026
        ("2026-05-04T10:00", "2026-05-05T10:00"),  # a bank holiday counts like any day
        ("2026-03-28T12:00", "2026-03-30T12:00"),  # the clocks change on the Sunday between
        ("2027-12-24T12:00", "2027-12-27T12:00"),  # Christmas on a Saturday, then a Sunday
    ],
)
def test_who_is_arrested_for_bail_is_before_a_court_within_24_hours_that_count(arrested, court_by):
    assert bail_court_by(london(arrested), zone=LONDON) == london(court_by)


@settings(max_examples=25)  # each counts some thousand minutes
@given(INSTANTS)
def test_the_24_hours_are_24_hours_of_days_that_count(arrested):
    """Counted minute by minute, the slow way."""
    at, left = arrested.replace(second=0, microsecond=0), 24 * 60
    start = at
    while left:
        left -= not counts_for_nothing(at.astimezone(PLACE).date())
        at += timedelta(minutes=1)
    assert bail_court_by(start, zone=LONDON) == at


@pytest.mark.parametrize(
    ("given_on", "until"),
    [
        ("2026-03-02T15:00", "2027-03-02T00:00"),
        ("2026-03-29T00:30", "2027-03-29T00:00"),
        ("2028-02-29T12:00", "2029-03-01T00:00"),
        ("2027-02-28T12:00", "2028-02-28T00:00"),
        ("2026-10-25T01:30", "2027-10-25T00:00"),
    ],
)
def test_a_warning_counts_twelve_months_that_begin_with_the_day_it_was_given(given_on, until):
    assert warned_until(london(given_on), zone=LONDON) == london(until)


@given(INSTANTS)
def test_a_warning_ends_at_a_local_midnight_a_year_on(given_at):
    ends = warned_until(given_at, zone=LONDON).astimezone(PLACE)
    began = given_at.astimezone(PLACE).date()
    assert (ends.hour, ends.minute) == (0, 0)
    assert 365 <= (ends.date() - began).days <= 366
    assert ends.year == began.year + 1


@given(INSTANTS, st.integers(1, 10))
def test_working_days_end_at_five_and_never_before_they_began(at, number):
    due = due_by(Within(Clock.WORKING_DAYS, number, "a test"), at, zone=LONDON)
    assert due is not None
    assert due.astimezone(PLACE).hour == 17
    assert due - at >= timedelta(days=number) - timedelta(hours=24)


T0 = datetime(2026, 3, 2, 20, tzinfo=UTC)


def ground(number: int, days: float, weighs: Weighs = Weighs.COUNTS) -> Ground:
    return Ground(number, T0 + timedelta(days=days), weighs)


def warned(days: float, *weighs: Weighs) -> Warning:
    grounds = tuple(
        ground(90 + n, days - 1, one) for n, one in enumerate(weighs or (Weighs.COUNTS,))
    )
    return Warning(T0 + timedelta(days=days), grounds, 5)


def test_without_a_warning_the_first_failure_is_proposed_as_a_warning_and_may_be_referred():
    found = propose(COMMUNITY, [ground(1, 0)], [], zone=LONDON)
    assert (found.step, found.must, found.counted) == (Step.WARNING_GIVEN, False, (1,))
    check_can_follow(COMMUNITY, Step.PROPOSED, Step.REFERRED)


def test_a_failure_after_a_warning_must_be_referred():
    found = propose(COMMUNITY, [ground(1, 30)], [warned(10)], zone=LONDON)
    assert (found.step, found.must) == (Step.REFERRED, True)
    assert found.warned is not None
    assert "12 March 2026" in " ".join(found.reasons)


@pytest.mark.parametrize("days", [5, 10, 10 + 366])
def test_a_failure_before_the_warning_or_after_its_year_forces_nothing(days):
    """It counts from the date it was given: a failure found late, of before, is no further one."""
    found = propose(COMMUNITY, [ground(1, days)], [warned(10)], zone=LONDON)
    assert (found.step, found.must) == (Step.WARNING_GIVEN, False)


def test_a_warning_of_which_all_has_fallen_forces_nothing_any_more():
    fell = warned(10, Weighs.FELL, Weighs.FELL)
    assert not fell.stands
    assert not propose(COMMUNITY, [ground(1, 30)], [fell], zone=LONDON).must
    half = warned(10, Weighs.FELL, Weighs.COUNTS)
    assert propose(COMMUNITY, [ground(1, 30)], [half], zone=LONDON).must


def test_while_a_warning_is_contested_it_stands_and_counts_for_nothing():
    waits = warned(10, Weighs.WAITS)
    assert waits.stands
    assert not propose(COMMUNITY, [ground(1, 30)], [waits], zone=LONDON).must


def test_what_is_contested_or_fell_is_left_out_and_said():
    grounds = [ground(1, 0), ground(2, 0, Weighs.WAITS), ground(3, 0, Weighs.FELL)]
    found = propose(COMMUNITY, grounds, [], zone=LONDON)
    assert found.counted == (1,)
    said = " ".join(found.reasons)
    assert "Alert 2 does not count while it is contested." in said
    assert "Alert 3 has fallen." in said
    assert propose(COMMUNITY, grounds[1:], [], zone=LONDON).step is None


KINDS = st.sampled_from(sorted(ROUTES, key=str))
GROUNDS = st.lists(
    st.builds(ground, st.integers(1, 9), st.integers(0, 800), st.sampled_from(list(Weighs))),
    max_size=4, unique_by=lambda one: one.alert_id,
)  # fmt: skip
WARNINGS = st.lists(
    st.builds(lambda days, weighs: warned(days, *weighs), st.integers(0, 800),
              st.lists(st.sampled_from(list(Weighs)), min_size=1, max_size=3)),
    max_size=3,
)  # fmt: skip


@given(KINDS, GROUNDS, WARNINGS)
def test_the_machine_proposes_only_what_the_route_lets_come_first(kind, grounds, warnings):
    found = propose(ROUTES[kind], grounds, warnings, zone=LONDON)
    counts = {one.alert_id for one in grounds if one.weighs is Weighs.COUNTS}
    assert set(found.counted) == counts
    assert (found.step is None) == (not counts)
    if found.step is not None:
        rule = check_can_follow(ROUTES[kind], Step.PROPOSED, found.step)
        assert Decider.MACHINE not in rule.decider  # it never decides


@given(GROUNDS, WARNINGS)
def test_a_referral_is_forced_exactly_when_a_failure_lies_in_the_year_of_a_warning(
    grounds, warnings
):
    found = propose(COMMUNITY, grounds, warnings, zone=LONDON)
    slow = any(
        one.weighs is Weighs.COUNTS and warns(before, one, LONDON)
        for before in warnings
        for one in grounds
    )
    assert found.must == slow


@given(GROUNDS, WARNINGS)
def test_taking_a_ground_or_a_warning_away_never_forces_anything(grounds, warnings):
    if not propose(COMMUNITY, grounds, warnings, zone=LONDON).must:
        assert not propose(COMMUNITY, grounds[1:], warnings, zone=LONDON).must
        assert not propose(COMMUNITY, grounds, warnings[1:], zone=LONDON).must


@pytest.mark.parametrize("kind", sorted(ROUTES, key=str))
def test_every_route_can_be_walked_to_an_end_and_every_rule_is_reached(kind):
    route, seen, waiting = ROUTES[kind], set(), [Step.PROPOSED]
    while waiting:
        step = waiting.pop()
        if step in seen:
            continue
        seen.add(step)
        rule = route.rule(step)
        assert rule is not None, f"{step} follows and has no rule"
        assert rule.law
        assert rule.decider
        waiting += rule.then
    assert seen == {one.step for one in route.rules}
    ends = {one.step for one in route.rules if not one.then}
    assert {Step.NO_ACTION, Step.WITHDRAWN} <= ends
    assert all(one.within is None for one in route.rules if not one.then)


@pytest.mark.parametrize(
    "kind", [kind for kind in OrderKind if kind not in {OrderKind.PROTECTION, OrderKind.VOLUNTARY}]
)
def test_every_order_of_a_court_has_a_route(kind):
    assert route_of(kind).rules


def test_a_protected_persons_consent_is_enforced_by_nobody():
    with pytest.raises(Refused):
        route_of(OrderKind.PROTECTION)


def test_a_recall_is_never_decided_before_somebody_else_endorsed_it():
    licence = ROUTES[OrderKind.LICENCE]
    with pytest.raises(Refused, match="what can: recall endorsed"):
        check_can_follow(licence, Step.RECALL_REQUESTED, Step.RECALL_DECIDED)
