"""What happens on the day on which other numbers come into force."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from waypost.rules.timeline import InForce, ParameterTimeline
from waypost.rules.values import Parameters


def numbers(then: str, **later) -> ParameterTimeline:
    """The usual numbers, and from a time of day on some others."""
    hour, minute = then.split(":")
    at = datetime(2026, 3, 2, int(hour), int(minute), tzinfo=UTC)
    return ParameterTimeline((InForce(None, Parameters(), 1), InForce(at, Parameters(**later), 2)))


def test_a_fix_is_judged_by_the_numbers_in_force_when_it_was_measured(rule_story):
    """60 m from home opened nothing before 20:00; from then on it is far enough."""
    rule_story(
        curfew="19:00-07:00 at home",
        parameters=numbers("20:00", curfew_deep_m=50.0),
        day="""
            19:10  home    8 m
            19:20  out 70  8 m
            19:30  home    8 m
            20:10  out 70  8 m
            20:12  home    8 m
        """,
        expect=["19:30-20:10 cannot tell", "20:10-20:12 away from curfew address, probable"],
    )


def test_a_late_fix_is_judged_by_the_numbers_of_its_own_time(rule_story):
    rule_story(
        curfew="19:00-07:00 at home",
        parameters=numbers("20:00", curfew_deep_m=50.0),
        day="""
            19:10  home    8 m
            19:20  out 70  8 m  received 20:30
            19:24  home    8 m
            19:36  home    8 m
            19:48  home    8 m
            20:00  home    8 m
            20:14  home    8 m
        """,
        expect=[],
    )


def test_a_violation_that_goes_on_over_the_change_is_one_row_and_loses_no_minute(rule_story):
    """From 20:00 on two fixes must be within 5 minutes of each other: what is open stays open."""
    rule_story(
        curfew="19:00-07:00 at home",
        parameters=numbers("20:00", confirm_within=timedelta(minutes=5), curfew_deep_m=9000.0),
        day="""
            18:55  home    8 m
            19:40  away    8 m
            19:50  away    8 m
            20:01  away    8 m
            20:12  home    8 m
        """,
        expect=[
            "19:00-19:40 cannot tell",
            "19:40-20:12 away from curfew address, certain, 32.0 min",
        ],
    )


def test_a_silence_is_judged_by_the_numbers_in_force_when_it_began(rule_story):
    """15 minutes were too long at 19:50; an hour is allowed to what began after 20:00."""
    rule_story(
        curfew="19:00-07:00 at home",
        parameters=numbers("20:00", gap_min=timedelta(hours=1)),
        day="""
            19:05  home  8 m
            19:20  home  8 m
            19:30  home  8 m
            19:50  home  8 m
            20:20  home  8 m
            21:00  home  8 m
        """,
        expect=[
            "19:05-19:20 cannot tell",
            "19:30-20:20 cannot tell",
        ],
    )


def test_a_curfew_that_begins_after_the_change_goes_by_the_new_numbers(rule_story):
    """Last seen away at 18:30: too long ago for the old 15 minutes, not for the new 45."""
    rule_story(
        curfew="19:00-07:00 at home",
        parameters=numbers("18:45", stale_after=timedelta(minutes=45)),
        day="""
            18:30  away  8 m
            19:00  tick
            19:10  home  8 m
        """,
        expect=["19:00-19:10 away from curfew address"],
    )
