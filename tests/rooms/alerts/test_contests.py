"""When a contest must be reviewed, and what an alert counts meanwhile: pure, told the time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waypost.alerts.contests import (
    REVIEW_WORKING_DAYS,
    Contested,
    Decided,
    acts_after,
    check_can_contest,
    check_can_review,
    counts,
    is_working_day,
    review_by,
)
from waypost.alerts.lifecycle import allowed_acts
from waypost.alerts.values import TARGET, Act, Status
from waypost.errors import Refused
from waypost.orders.values import BankHolidayDivision

LONDON = "Europe/London"
T0 = datetime(2026, 3, 2, 12, tzinfo=UTC)
UPHELD = Decided(Status.UPHELD, "", T0)
DIVISIONS = st.sampled_from(list(BankHolidayDivision))


def hours(number: float) -> datetime:
    return T0 + timedelta(hours=number)


def local(instant: datetime) -> str:
    return f"{instant.astimezone(ZoneInfo(LONDON)):%a %d %b %H:%M}"


def test_five_working_days_skip_the_weekend_and_the_day_it_came_on():
    monday = datetime(2026, 6, 1, 9, tzinfo=UTC)
    assert local(review_by(monday, zone=LONDON)) == "Mon 08 Jun 17:00"


def test_good_friday_and_easter_monday_are_no_working_days_except_where_they_are():
    """Easter Monday is no bank holiday in Scotland."""
    tuesday = datetime(2026, 3, 31, 9, tzinfo=UTC)
    assert local(review_by(tuesday, zone=LONDON)) == "Thu 09 Apr 17:00"
    scotland = BankHolidayDivision.SCOTLAND
    assert local(review_by(tuesday, zone=LONDON, division=scotland)) == "Wed 08 Apr 17:00"


@pytest.mark.parametrize("day", ["2026-03-26", "2026-10-22"])
def test_the_clock_ends_at_five_by_the_wall_over_both_clock_changes(day):
    ends = review_by(datetime.fromisoformat(f"{day}T10:00+00:00"), zone=LONDON)
    assert ends.astimezone(ZoneInfo(LONDON)).hour == 17


@given(st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1)), DIVISIONS)
def test_the_review_ends_on_a_working_day_with_five_of_them_after_the_contest(naive, division):
    at = naive.replace(tzinfo=UTC)
    place = ZoneInfo(LONDON)
    ends = review_by(at, zone=LONDON, division=division)
    first, last = at.astimezone(place).date(), ends.astimezone(place).date()
    days = [first + timedelta(days=n) for n in range(1, (last - first).days + 1)]
    assert sum(is_working_day(day, division) for day in days) == REVIEW_WORKING_DAYS
    assert is_working_day(last, division)
    assert ends > at


def test_what_was_upheld_counts_until_it_is_contested_and_again_once_it_stands():
    one = Contested(hours(1), hours(10), stands=True)
    assert counts(UPHELD, [], hours(5))
    assert counts(UPHELD, [one], hours(0.5))
    assert not counts(UPHELD, [one], hours(5))
    assert counts(UPHELD, [one], hours(11))


def test_a_recorded_risk_makes_it_count_meanwhile_but_not_after_it_fell():
    one = Contested(hours(1), hours(10), stands=False, counts_meanwhile=True)
    assert counts(UPHELD, [one], hours(5))
    assert not counts(UPHELD, [one], hours(11))


def test_an_alert_upheld_anew_after_it_fell_counts_again():
    fell = Contested(hours(1), hours(10), stands=False)
    anew = Decided(Status.UPHELD, "", hours(20))
    assert counts(anew, [fell], hours(21))


@pytest.mark.parametrize("status", list(Status))
@pytest.mark.parametrize("outcome", ["", "breach", "warning_given", "reasonable_excuse"])
def test_only_what_is_upheld_counts(status, outcome):
    upheld = status is Status.UPHELD or (
        status is Status.CLOSED and outcome in {"breach", "warning_given"}
    )
    assert counts(Decided(status, outcome, T0), [], hours(1)) is upheld


CONTESTS = st.builds(
    lambda start, length, stands, risk: Contested(
        hours(start),
        hours(start + length) if length is not None else None,
        stands if length is not None else None,
        risk,
    ),
    st.integers(0, 100),
    st.one_of(st.none(), st.integers(0, 100)),
    st.booleans(),
    st.booleans(),
)


@given(st.lists(CONTESTS, max_size=4), st.integers(0, 250))
def test_a_contest_never_makes_an_alert_count_that_did_not(contests, now):
    if counts(UPHELD, contests, hours(now)):
        assert counts(UPHELD, contests[:-1], hours(now))


@given(st.lists(CONTESTS, max_size=3), CONTESTS, st.integers(0, 250))
def test_an_open_contest_without_a_risk_always_suspends(contests, one, now):
    waits = Contested(hours(0), None, None, counts_meanwhile=False)
    assert not counts(UPHELD, [*contests, one, waits], hours(now))


def test_whoever_decided_it_does_not_review_it_and_no_machine_does():
    check_can_review(3, {1, 2})
    with pytest.raises(Refused, match="somebody else reviews it"):
        check_can_review(2, {1, 2})
    with pytest.raises(Refused, match="by a person"):
        check_can_review(None, {1})


def test_a_contest_is_raised_once_and_only_against_what_was_upheld():
    check_can_contest(UPHELD, [])
    with pytest.raises(Refused, match="upheld"):
        check_can_contest(Decided(Status.IN_HAND), [])
    with pytest.raises(Refused, match="already"):
        check_can_contest(UPHELD, [Contested(hours(1))])
    with pytest.raises(Refused, match="court"):
        check_can_contest(UPHELD, [Contested(hours(1), hours(2), stands=True)])
    anew = Decided(Status.UPHELD, "", hours(3))
    check_can_contest(anew, [Contested(hours(1), hours(2), stands=True)])


@pytest.mark.parametrize("status", list(Status))
@pytest.mark.parametrize("stands", [True, False])
@pytest.mark.parametrize("taken", [True, False])
def test_the_acts_that_follow_are_a_way_through_the_table_of_moves(status, stands, taken):
    for act in acts_after(status, stands=stands, subject_taken=taken):
        assert act in allowed_acts(status)
        status = status if act is Act.NOTE else TARGET[act]


def test_what_does_not_stand_ends_explained():
    assert acts_after(Status.UPHELD, stands=False)[-1] is Act.EXPLAIN
    assert acts_after(Status.CLOSED, stands=False)[-1] is Act.EXPLAIN
    assert acts_after(Status.CLOSED, stands=False, subject_taken=True) == (Act.NOTE,)
