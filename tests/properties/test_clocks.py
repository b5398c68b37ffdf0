"""What is told of a clock: the fast path agrees with the plain one, and says what it means."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from waypost.clock import FOREVER_US
from waypost.positions.clocks import (
    HOUR_US,
    ROLLOVER_US,
    SECOND_US,
    UPLOAD_LAG_MAX_US,
    judge_time,
    marks_of_times,
    offset_in_words,
    still_wrong,
    watch_lag,
    whole_hours_old,
)
from waypost.positions.schema import SetAside

NOW_US = 1_774_000_000 * SECOND_US  # March 2026
FITTED_US = NOW_US - 40 * 24 * HOUR_US
near = st.integers(-25 * HOUR_US, 25 * HOUR_US)
rounds = st.integers(-3, 3).map(lambda n: n * ROLLOVER_US)
times = st.builds(lambda n, r: NOW_US + n + r, near, rounds) | st.integers(0, 2 * NOW_US)
ends = st.sampled_from([FOREVER_US, NOW_US, NOW_US - HOUR_US])


@given(st.lists(st.tuples(times, times, ends), min_size=1, max_size=30))
def test_marks_over_arrays_are_those_of_each_time_alone(rows):
    measured, received, end = (np.array(column, dtype=np.int64) for column in zip(*rows))  # noqa: B905
    start = np.full(len(rows), FITTED_US)
    fast = marks_of_times(measured, received, start, end)
    plain = [judge_time(m, r, FITTED_US, e).mark for m, r, e in rows]
    assert fast.tolist() == plain


@given(st.integers(1, 14), st.integers(0, UPLOAD_LAG_MAX_US))
def test_a_clock_hours_ahead_is_told_however_late_within_reason_it_uploads(hours, lag_us):
    true_us = NOW_US - lag_us
    judged = judge_time(true_us + hours * HOUR_US, NOW_US, FITTED_US, FOREVER_US)
    assert judged.mark is SetAside.WRONG_HOUR
    assert judged.offset_us == -hours * HOUR_US


@given(st.integers(1, 2), st.integers(0, 29 * 24 * HOUR_US))
def test_a_week_number_that_started_anew_is_told_by_1024_weeks(number, lag_us):
    sent_us = NOW_US - lag_us - number * ROLLOVER_US
    judged = judge_time(sent_us, NOW_US, FITTED_US, FOREVER_US)
    assert (judged.mark, judged.offset_us) == (SetAside.ROLLOVER, number * ROLLOVER_US)


@given(st.integers(-2 * 60 * SECOND_US, 30 * 24 * HOUR_US))
def test_a_time_within_the_fitting_and_not_after_receipt_is_sound(lag_us):
    judged = judge_time(NOW_US - lag_us, NOW_US, FITTED_US, FOREVER_US)
    assert (judged.mark, judged.offset_us) == (SetAside.USABLE, None)


def test_a_time_that_nothing_explains_gets_no_offset():
    ahead = judge_time(NOW_US + HOUR_US // 2, NOW_US, FITTED_US, FOREVER_US)
    before = judge_time(FITTED_US - HOUR_US, NOW_US, FITTED_US, FOREVER_US)
    assert (ahead.mark, ahead.offset_us) == (SetAside.FUTURE, None)
    assert (before.mark, before.offset_us) == (SetAside.BEFORE_FITTING, None)


def contacts(lags_s, *, every_s=180):
    state = None
    for number, lag_s in enumerate(lags_s):
        state = watch_lag(state, lag_s * SECOND_US, NOW_US + number * every_s * SECOND_US)
    return state


def test_a_tag_that_is_steadily_an_hour_old_is_doubted():
    state = contacts([3605, 3580, 3610, 3590, 3600, 3601, 3599, 3620, 3604, 3600, 3598, 3605])
    assert state.stands
    assert state.hours == 1


def test_one_fresh_message_clears_the_doubt():
    assert contacts([3600] * 11 + [4]) is None


def test_a_backlog_of_an_hour_is_no_doubt():
    """Sixty messages of the last hour come in at once, a second apart, oldest first."""
    state = contacts([3600 - 60 * n for n in range(60)], every_s=1)
    assert state is None or not state.stands


@given(st.lists(st.integers(0, 50_000), max_size=40))
def test_lags_that_are_not_whole_hours_never_raise_a_doubt(lags_s):
    lags_s = [lag for lag in lags_s if whole_hours_old(lag * SECOND_US) is None]
    assert contacts(lags_s) is None


def test_an_offset_goes_on_while_the_clock_shows_it():
    hour = HOUR_US
    assert still_wrong(-hour, -50 * 60 * SECOND_US)
    assert not still_wrong(-hour, 30 * SECOND_US)
    assert still_wrong(hour, hour + 20 * SECOND_US)
    assert not still_wrong(hour, 40 * SECOND_US)
    assert still_wrong(ROLLOVER_US, ROLLOVER_US + hour)
    assert not still_wrong(ROLLOVER_US, hour)


def test_an_offset_is_said_in_words():
    assert offset_in_words(-3600) == "1 hour back"
    assert offset_in_words(2 * 3600) == "2 hours on"
    assert offset_in_words(ROLLOVER_US // SECOND_US) == "1,024 weeks on"
