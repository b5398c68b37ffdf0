"""Curfews and other rules that ask to be inside."""

import json
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

NIGHT = "19:00-07:00 at home, Europe/London"


def test_curfew_that_begins_while_away_raises_one_violation(rule_story):
    """The edge of required time is an event of its own: nobody need move for a breach to begin."""
    rule_story(
        curfew=NIGHT,
        day="""
            18:50  away  12 m
            19:00  tick
            19:25  home   8 m
        """,
        expect=["19:00-19:25 away from curfew address, probable, 0.0 min, raised 19:00"],
    )


def test_one_stray_fix_near_home_leaves_nothing(rule_story):
    """Cell jumps of 170 m are daily bread; one of them is no breach."""
    rule_story(
        curfew=NIGHT,
        day="""
            18:55  home    8 m
            19:05  out 90 20 m
            19:10  home    8 m
            19:15  home    8 m
        """,
        expect=[],
    )


def test_a_second_fix_outside_makes_it_certain_from_the_first(rule_story):
    rule_story(
        curfew=NIGHT,
        day="""
            18:58  home    8 m
            19:05  out 90 20 m
            19:12  out 80 20 m
            19:20  home    8 m
        """,
        expect=["19:05-19:20 away from curfew address, certain, 15.0 min, raised 19:12"],
    )


def test_one_fix_far_away_is_probable_at_once(rule_story):
    """Whoever is 2 km off need not be seen twice before somebody is told."""
    rule_story(
        curfew=NIGHT,
        day="""
            18:58  home  8 m
            19:05  away 20 m
            19:10  home  8 m
        """,
        expect=["19:05-19:10 away from curfew address, probable, 5.0 min, raised 19:05"],
    )


def test_a_circle_across_the_edge_neither_opens_nor_closes(rule_story):
    rule_story(
        curfew=NIGHT,
        day="""
            18:58  home     8 m
            19:02  out 40 100 m
            19:05  away    20 m
            19:10  in 10   50 m
            19:14  away    20 m
            19:20  home     8 m
        """,
        expect=["19:05-19:20 away from curfew address, certain, 15.0 min"],
    )


def test_two_strays_further_apart_than_confirming_allows_are_no_breach(rule_story):
    rule_story(
        curfew=NIGHT,
        day="""
            18:58  home     8 m
            19:05  out 90  20 m
            19:15  in 10   50 m
            19:21  out 90  20 m
            19:30  home     8 m
        """,
        expect=[],
    )


def test_a_place_seen_long_before_the_edge_opens_nothing(rule_story):
    """Twenty minutes are enough to get home; the honest word is cannot tell."""
    rule_story(
        curfew=NIGHT,
        day="""
            18:40  away 12 m
            19:25  home  8 m
        """,
        expect=["19:00-19:25 cannot tell, cannot_tell, 0.0 min, raised 19:25"],
    )


def test_the_end_of_the_curfew_ends_the_violation(rule_story):
    rule_story(
        curfew="19:00-20:00 at home",
        day="""
            19:40  home 12 m
            19:50  away 12 m
            19:58  away 12 m
            20:10  away 12 m
        """,
        order_from="19:40",
        expect=["19:50-20:00 away from curfew address, certain, 10.0 min, raised 19:50"],
    )


def test_short_returns_are_one_violation_whose_minutes_add_up(rule_story):
    rule_story(
        curfew=NIGHT,
        day="""
            18:59  home 8 m
            19:05  away 8 m
            19:10  away 8 m
            19:14  home 8 m
            19:18  away 8 m
            19:24  away 8 m
            19:30  home 8 m
        """,
        expect=["19:05-19:30 away from curfew address, certain, 21.0 min"],
    )


def test_still_away_is_open_and_counts_until_now(rule_story):
    rule_story(
        curfew=NIGHT,
        day="""
            18:59  home 8 m
            19:05  away 8 m
            19:10  away 8 m
        """,
        until="19:20",
        expect=["19:05-now away from curfew address, certain, 15.0 min, raised 19:05"],
    )


def test_minutes_leave_out_what_could_not_be_told(rule_story):
    rule_story(
        curfew=NIGHT,
        day="""
            18:59  home 8 m
            19:05  away 8 m
            19:10  away 8 m
            20:10  away 8 m
            20:15  home 8 m
        """,
        expect=["19:05-20:15 away from curfew address, certain, 10.0 min"],
    )


def test_a_late_fix_that_shows_him_home_takes_the_violation_back(rule_story):
    """Live raised it at seven on the last known place; the upload of 19:10 knew better."""
    rule_story(
        curfew=NIGHT,
        day="""
            18:50  away 12 m
            18:58  home  8 m received 19:10
            19:10  home  8 m
        """,
        expect=["withdrawn 19:00-19:00 away from curfew address, probable, 0.0 min, raised 19:00"],
    )


def test_a_fix_uploaded_late_raises_when_it_comes(rule_story):
    rule_story(
        curfew=NIGHT,
        day="""
            18:59  home 8 m
            19:05  away 8 m received 19:40
            19:10  home 8 m
            19:20  home 8 m
            19:30  home 8 m
            19:40  home 8 m
        """,
        expect=["19:05-19:10 away from curfew address, probable, 5.0 min, raised 19:40"],
    )


def test_inclusion_is_judged_like_a_curfew(rule_story):
    rule_story(
        inclusion="09:00-17:00 at the college",
        day="""
            08:59  inside 8 m
            09:06  away   8 m
            09:12  away   8 m
            09:20  inside 8 m
        """,
        expect=["09:06-09:20 outside inclusion zone, certain, 14.0 min"],
    )


def test_silence_in_a_curfew_is_told_as_silence(rule_story):
    rule_story(
        curfew=NIGHT,
        day="""
            18:59  home 8 m
            19:05  home 8 m
            19:40  home 8 m
        """,
        expect=["19:05-19:40 cannot tell, cannot_tell, 0.0 min, raised 19:35"],
    )


def test_uploads_within_the_allowance_make_no_silence(rule_story):
    """Tags upload up to 15 minutes late; nobody is told before."""
    rule_story(
        curfew=NIGHT,
        day="""
            18:59  home 8 m
            19:10  home 8 m received 19:27
            19:24  home 8 m received 19:27
            19:27  home 8 m
        """,
        expect=[],
    )


def test_silence_that_a_later_upload_fills_is_taken_back(rule_story):
    rule_story(
        curfew=NIGHT,
        day="""
            18:59  home 8 m
            19:10  home 8 m received 19:50
            19:24  home 8 m received 19:50
            19:38  home 8 m received 19:50
            19:50  home 8 m
        """,
        expect=["withdrawn 19:00-19:30 cannot tell, cannot_tell, 0.0 min, raised 19:30"],
    )


def test_a_person_without_fixes_counts_from_the_orders_start(rule_story):
    rule_story(
        curfew=NIGHT,
        day="20:00  tick",
        order_from="19:30",
        until="20:30",
        expect=["19:30-now cannot tell, cannot_tell, 0.0 min, raised 20:00"],
    )


def test_each_night_of_silence_is_a_row_of_its_own(rule_story):
    rule_story(
        curfew="22:00-23:00 at home",
        day="""
            21:30  home 8 m
            21:00  tick
        """,
        until="23:30",
        expect=["22:00-23:00 cannot tell", "22:00-23:00 cannot tell"],
    )


def test_on_the_day_of_release_a_curfew_begins_at_the_hours_of_that_day(rule_story):
    """The usual hours begin at five; who is released that day must be home at seven, so that the
    way home is no breach."""
    rule_story(
        curfew="17:00-09:00 at home",
        starts_on="2026-03-02",
        release="2026-03-02 19:00-23:00",
        order_from="00:00",
        day="""
            16:50  away 12 m
            17:10  away 12 m
            18:20  away 12 m
            18:55  away 12 m
            19:05  away 12 m
            19:15  away 12 m
            19:25  home  8 m
            19:35  home  8 m
        """,
        expect=["19:00-19:25 away from curfew address, certain, 25.0 min, raised 19:00"],
    )


def test_nothing_is_asked_in_custody_before_the_day_of_release(rule_story):
    """An order may be recorded days before. The night that would have begun on the evening before,
    and run into the morning of release, binds nobody either."""
    rule_story(
        curfew="17:00-09:00 at home",
        starts_on="2026-03-02",
        release="2026-03-03 19:00-23:00",
        order_from="00:00",
        day="""
            17:10  away 12 m
            17:20  away 12 m
            23:00  away 12 m
            08:30  away 12 m
            08:40  away 12 m
            18:50  home  8 m
            19:00  home  8 m
            19:10  home  8 m
        """,
        expect=[],
    )


def test_after_the_day_of_release_the_usual_hours_hold_from_the_next_evening(rule_story):
    """The hours of the day of release end that night at eleven. The usual night begins the next
    day, so nothing is asked in the morning between."""
    rule_story(
        curfew="17:00-09:00 at home",
        starts_on="2026-03-02",
        release="2026-03-02 22:00-23:00",
        order_from="00:00",
        day="""
            21:55  home  8 m
            22:08  home  8 m
            22:20  home  8 m
            22:32  home  8 m
            22:44  home  8 m
            22:56  home  8 m
            23:06  away 12 m
            23:16  away 12 m
            08:30  away 12 m
            08:40  away 12 m
            16:55  away 12 m
            17:05  away 12 m
            17:15  home  8 m
        """,
        expect=["17:00-17:15 away from curfew address, certain, 15.0 min, raised 17:00"],
    )


def test_windows_are_those_of_the_clock_change_cases(rule_story, shared):
    """Silence all night is exactly the window that zoneinfo works out for that night."""
    zone = ZoneInfo("Europe/London")
    cases = json.loads((shared / "cases" / "calendar-cases.json").read_text())["uk_dst"]
    assert cases
    for case in cases:
        start = datetime.fromisoformat(case["start_utc"]).astimezone(zone)
        end = datetime.fromisoformat(case["end_utc"]).astimezone(zone)
        before, hours = start - timedelta(minutes=10), case["rule"].split()[1]
        rule_story(
            curfew=f"{hours} at home",
            starts_on=case["starts_on"],
            day=f"{before:%H:%M}  home 8 m\n12:00  home 8 m",
            order_from=f"{before:%H:%M}",
            expect=[f"{start:%H:%M}-{end:%H:%M} cannot tell"],
        )
