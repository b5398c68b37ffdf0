"""Charging as the tag told it: sessions, what was broken off, days without one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waypost.devices.charging import Charged, Said, days_of, sessions_of
from waypost.positions.values import EventKind

DAY = datetime(2026, 3, 10, tzinfo=UTC)
LEVEL, STARTED, ENDED = (
    EventKind.BATTERY_LEVEL,
    EventKind.CHARGING_STARTED,
    EventKind.CHARGING_ENDED,
)


def at(clock: str, kind: EventKind, percent: float | None = None) -> Said:
    hours, minutes = clock.split(":")
    return Said(DAY + timedelta(hours=int(hours), minutes=int(minutes)), kind, percent)


def sessions(*said: Said, now: datetime = DAY + timedelta(days=1)):
    return sessions_of(said, now=now)


def test_a_charge_has_its_times_and_the_levels_beside_them():
    [one] = sessions(at("06:05", LEVEL, 31), at("06:10", STARTED), at("08:10", ENDED),
                     at("08:12", LEVEL, 100))  # fmt: skip
    assert (one.from_at, one.to_at) == (DAY.replace(hour=6, minute=10),
                                        DAY.replace(hour=8, minute=10))  # fmt: skip
    assert (one.from_percent, one.to_percent) == (31, 100)
    assert not one.interrupted


def test_a_charge_that_ends_below_full_was_broken_off():
    [one] = sessions(at("06:10", STARTED), at("07:00", ENDED, 60))
    assert one.interrupted


@pytest.mark.parametrize(("end", "broken"), [("06:59", True), ("08:10", False)])
def test_without_levels_its_length_tells(end, broken):
    [one] = sessions(at("06:10", STARTED), at(end, ENDED))
    assert one.interrupted is broken


def test_a_charge_that_lasts_is_running_and_not_broken_off():
    [one] = sessions(at("06:10", STARTED), now=DAY + timedelta(hours=7))
    assert one.running
    assert not one.interrupted


def test_an_end_that_never_came_is_not_made_up():
    first, second = sessions(at("06:10", STARTED), at("19:00", STARTED), at("21:00", ENDED))
    assert (first.to_at, first.running, first.interrupted) == (None, False, False)
    assert second.to_at is not None


def test_an_end_without_a_start_makes_no_session():
    assert sessions(at("06:10", ENDED)) == []


def test_a_tag_that_states_levels_alone_is_charged_where_they_rise():
    [one] = sessions(*(at(f"{6 + n}:00", LEVEL, percent)
                       for n, percent in enumerate((30, 28, 55, 90, 88))))  # fmt: skip
    assert (one.from_percent, one.to_percent, one.rising) == (28, 90, True)


def test_a_gauge_that_wavers_is_no_charge():
    assert sessions(at("06:00", LEVEL, 50), at("07:00", LEVEL, 53), at("08:00", LEVEL, 51)) == []


def test_a_day_is_charged_not_charged_or_not_told():
    """No word of the battery is not "not charged"."""
    said = [at("06:10", STARTED), at("08:10", ENDED),
            Said(DAY + timedelta(days=1, hours=9), LEVEL, 40)]  # fmt: skip
    days = days_of(sessions(*said), said, DAY, DAY + timedelta(days=3), zone="Europe/London")
    assert [one.charged for one in days] == [Charged.YES, Charged.NO, Charged.CANNOT_TELL]


def test_a_day_that_is_not_over_is_not_charged_yet():
    said = [at("06:10", LEVEL, 40)]
    [day] = days_of([], said, DAY, DAY + timedelta(hours=9), zone="Europe/London")
    assert day.charged is Charged.NOT_YET


def test_a_charge_over_midnight_counts_for_both_days():
    said = [at("23:00", STARTED), Said(DAY + timedelta(hours=25), ENDED, 100)]
    days = days_of(sessions(*said), said, DAY, DAY + timedelta(days=2), zone="Europe/London")
    assert [one.charged for one in days] == [Charged.YES, Charged.YES]


def test_days_are_local_dates_also_when_the_clocks_change():
    """29 March 2026 has 23 hours in London."""
    start = datetime(2026, 3, 28, 12, tzinfo=UTC)
    days = days_of([], [], start, start + timedelta(days=3), zone="Europe/London")
    hours = [(one.to_at - one.from_at).total_seconds() / 3600 for one in days]
    assert hours == [24, 23, 24, 24]
    assert [one.day.day for one in days] == [28, 29, 30, 31]


word = st.tuples(
    st.integers(0, 2_000), st.sampled_from([LEVEL, STARTED, ENDED]), st.none() | st.floats(0, 100)
)


@given(st.lists(word, max_size=30), st.randoms())
def test_sessions_run_forward_never_overlap_and_forget_the_order_of_arrival(words, random):
    said = [Said(DAY + timedelta(minutes=minute), kind, level) for minute, kind, level in words]
    said = list({(one.at, one.kind): one for one in said}.values())
    said = list({one.at: one for one in said}.values())
    found = sessions(*said, now=DAY + timedelta(days=2))
    for one, after in pairwise(found):
        assert (one.to_at or one.from_at) <= after.from_at
        assert not one.running
    random.shuffle(said)
    assert sessions(*said, now=DAY + timedelta(days=2)) == found
