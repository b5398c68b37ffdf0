"""Rules: the tag's own states. Each spell says what was heard and what that does not show."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tag_story import tell, us
from waypost.devices.health import Expected
from waypost.rules.spells import Doubt

EVERY_5_MIN = Expected(fix_s=60, contact_s=300, upload_lag_s=60, tags=200)
HOURLY = Expected(fix_s=3600, contact_s=3600, upload_lag_s=60, tags=40)


def test_a_tag_is_silent_once_it_lets_one_wait_longer_than_its_model_does():
    """No contact: judged by what tags of the model do, never by a number for all."""
    told = tell(
        day="00:00-10:00 fix",
        until="10:16", expected=EVERY_5_MIN, expect=["no_contact 10:00-"],
    )  # fmt: skip
    assert told.rows[0].reasons == (
        "Nothing has been received since the tag was last heard, at 2026-03-02 10:00:00 UTC.",
        "It counts as silent after 15 min: of 200 tags of its model 95 % of the waits are under "
        "5 min.",
        "It says nothing of where the person was.",
    )
    tell(day="00:00-10:00 fix", until="10:15", expected=EVERY_5_MIN, expect=[])
    tell(day="00:00-10:00 fix", until="12:59", expected=HOURLY, expect=[])


def test_a_silence_ends_with_the_next_word_and_says_how_long_it_was():
    """A tunnel, a lift, a flat battery: the row closes by itself when the tag is heard again."""
    told = tell(
        day="""
            00:00-10:00 fix
            14:05-15:00 fix
        """,
        until="15:00", expect=["no_contact 10:00-14:05"],
    )  # fmt: skip
    assert told.rows[0].minutes == 245
    assert "for 4 h 05 min, from" in told.rows[0].reasons[0]


def test_when_silence_begins_is_known_beforehand_and_nothing_need_arrive():
    """The clock alone brings it: the lane is told when to look."""
    told = tell(day="00:00-10:00 fix", until="10:01", expect=[])
    assert told.look_us == us("10:15")


def test_at_the_very_end_of_what_is_allowed_the_lane_looks_once_more():
    """Nothing is too long yet at that instant, and an instant later it is."""
    told = tell(day="00:00-10:00 fix", until="10:15", expect=[])
    assert told.look_us == us("10:15") + 1
    told = tell(
        day=f"""
            00:00-+3 12:00 fix
            07:00 charging_started 30
            09:00 charging_ended 100
            {levels(0, 1, 40)}
        """,
        until="+1 15:00", expect=[],
    )  # fmt: skip
    assert told.look_us == us("+1 15:00") + 1


def test_a_tag_that_was_never_heard_is_silent_since_it_was_fitted():
    told = tell(day="", until="09:00", worn="08:00-", expect=["no_contact 08:00-"])
    assert "since the tag was fitted or its order began" in told.rows[0].reasons[0]


def test_an_outage_of_ours_is_no_silence_of_any_tag():
    """When no tag at all is heard, the fault is the centre's."""
    deaf = ((us("10:00"), us("13:00")),)
    tell(day="00:00-10:00 fix", until="12:59", deaf=deaf, expect=[])
    tell(
        day="""
            00:00-10:00 fix
            13:05-14:00 fix
        """,
        until="14:00", deaf=deaf, expect=[],
    )  # fmt: skip
    told = tell(
        day="""
            00:00-09:00 fix
            15:00 fix
        """,
        until="15:00", deaf=deaf, expect=["no_contact 09:00-15:00"],
    )  # fmt: skip
    assert "For 3 h 00 min of it no tag at all was heard: then the fault was ours." in (
        told.rows[0].reasons
    )


def test_a_silence_after_an_empty_battery_says_so():
    told = tell(
        day="""
            00:00-10:00 fix
            09:58 battery_dead 0
        """,
        until="12:00", expect=["battery dead 09:58-", "no_contact 10:00-"],
    )  # fmt: skip
    assert "It had said that its battery was empty, at 2026-03-02 09:58:00 UTC." in (
        told.rows[1].reasons
    )


def test_a_tag_that_talks_and_gives_no_place_is_in_contact_without_location():
    """Indoors a place every few minutes by cell is usual; half an hour without any is not."""
    told = tell(
        day="""
            00:00-10:00 fix
            10:00-12:00 contact
        """,
        until="12:00", expect=["no_location 10:00-"],
    )  # fmt: skip
    assert told.rows[0].reasons[0] == (
        "The tag is in contact and gives no usable place: its last was of 2026-03-02 10:00:00 UTC."
    )
    tell(
        day="""
            00:00-10:00 fix
            10:00-10:29 contact
        """,
        until="10:29", expect=[],
    )  # fmt: skip


def test_places_that_come_late_fill_the_time_without_location():
    """Store and forward: what was measured meanwhile shows that it had a place all along."""
    tell(
        day="""
            00:00-10:00 fix
            10:00-12:00 contact
            10:01-12:00 fix
        """,
        until="12:00", expect=[],
    )  # fmt: skip


def test_a_silent_tag_is_not_without_location_too():
    tell(day="00:00-10:00 fix", until="14:00", expect=["no_contact 10:00-"])


def test_a_tag_that_measures_no_places_is_never_without_location():
    tell(day="00:00-12:00 contact", until="12:00", places=False, expect=[])


def test_a_battery_that_runs_down_is_one_story_until_it_is_charged():
    """Low, critical, empty: one spell that grows, with each stage's first word."""
    told = tell(
        day="""
            00:00-12:00 fix
            09:00 battery_low 18
            09:30 battery_level 17
            10:00 battery_critical 8
            11:00 battery_dead 0
            12:00 charging_started 0
        """,
        until="12:00", expect=["battery dead 09:00-12:00"],
    )  # fmt: skip
    assert told.rows[0].reasons == (
        "At 2026-03-02 09:00:00 UTC it said that its battery was low (18 %).",
        "At 2026-03-02 10:00:00 UTC it said that its battery was nearly empty (8 %).",
        "At 2026-03-02 11:00:00 UTC it said that its battery was empty (0 %).",
        "Charging began at 2026-03-02 12:00:00 UTC.",
    )


def test_a_gauge_that_wavers_ends_nothing_and_one_that_recovers_does():
    tell(
        day="""
            00:00-12:00 fix
            09:00 battery_level 20
            09:30 battery_level 22
            10:00 battery_level 19
        """,
        until="12:00", expect=["battery low 09:00-"],
    )  # fmt: skip
    tell(
        day="""
            00:00-12:00 fix
            09:00 battery_level 20
            09:30 battery_level 60
        """,
        until="12:00", expect=["battery low 09:00-09:30"],
    )  # fmt: skip


def test_a_low_battery_that_is_being_charged_is_no_matter():
    tell(
        day="""
            00:00-12:00 fix
            09:00 charging_started 12
            09:10 battery_level 15
            09:20 battery_level 40
        """,
        until="12:00", expect=[],
    )  # fmt: skip


def levels(first_day: int, days: int, percent: int) -> str:
    """A level each six hours."""
    return "\n".join(
        f"{f'+{day} ' if day else ''}{hour:02d}:00 battery_level {percent}"
        for day in range(first_day, first_day + days)
        for hour in (3, 9, 15, 21)
    )


def test_a_tag_must_be_charged_within_a_day_and_six_hours():
    """Not charged: from thirty hours after the last proper charge, until the next begins."""
    told = tell(
        day=f"""
            00:00-+3 12:00 fix
            07:00 charging_started 30
            09:00 charging_ended 100
            {levels(0, 3, 40)}
            +2 20:00 charging_started 15
        """,
        until="+2 22:00", expect=["not_charged +1 15:00-+2 20:00"],
    )  # fmt: skip
    assert told.rows[0].reasons[0] == (
        "Its last proper charge ended at 2026-03-02 09:00:00 UTC; the next began at 2026-03-04 "
        "20:00:00 UTC. One is asked for every day, with 1 day 6 h between two at the most."
    )


def test_a_charge_that_is_broken_off_is_none():
    tell(
        day=f"""
            00:00-+2 12:00 fix
            07:00 charging_started 30
            09:00 charging_ended 100
            {levels(0, 2, 40)}
            +1 08:00 charging_started 20
            +1 08:10 charging_ended 24
        """,
        until="+1 22:00", expect=["not_charged +1 15:00-"],
    )  # fmt: skip


def test_a_battery_that_holds_needs_no_charge_yet():
    tell(
        day=f"""
            00:00-+3 12:00 fix
            07:00 charging_started 30
            09:00 charging_ended 100
            {levels(0, 3, 80)}
        """,
        until="+2 22:00", expect=[],
    )  # fmt: skip


def test_no_word_of_the_battery_is_not_uncharged():
    """A tag that does not speak of its battery may have been charged: nothing is said."""
    tell(day="00:00-+3 12:00 fix", until="+3 12:00", expect=[])
    tell(
        day="""
            00:00-+3 12:00 fix
            00:10 charging_ended 100
            +3 09:00 battery_level 40
        """,
        until="+3 12:00", expect=[],
    )  # fmt: skip


def test_a_tag_that_lies_still_through_the_day_may_be_off():
    """Six waking hours without motion, beside the night: possible, never more."""
    told = tell(
        day="""
            00:00-+1 00:00 fix
            07:00-08:00 moving
            08:00-15:00 still
        """,
        until="15:00", places=False, expect=["stationary possible 08:15-"],
    )  # fmt: skip
    assert "6 h 45 min of it lay between 7 and 23 o'clock." in told.rows[0].reasons[0]
    assert told.rows[0].reasons[-1].startswith("A tag that was taken off or left behind looks so;")


def test_a_night_asleep_is_normal():
    tell(
        day="""
            00:00-+1 12:00 fix
            20:00-22:00 moving
            22:00-+1 10:00 still
            +1 10:00 moving
        """,
        until="+1 11:00", places=False, expect=[],
    )  # fmt: skip


def test_any_motion_begins_the_count_anew():
    tell(
        day="""
            00:00-+1 00:00 fix
            08:00-19:00 still
            13:30 moving
        """,
        until="19:00", places=False, expect=[],
    )  # fmt: skip


def test_jamming_lasts_from_its_first_word_to_its_last():
    told = tell(
        day="""
            00:00-12:00 fix
            09:00 jamming
            09:05 jamming
            09:40 jamming_ended
        """,
        until="12:00", expect=["jamming 09:00-09:40"],
    )  # fmt: skip
    assert told.rows[0].reasons[0].startswith("2 reports that its radio is jammed, from")
    assert told.rows[0].reasons[-1] == (
        "What jammed it, and whether anybody meant to, cannot be told from this."
    )


def test_jamming_without_an_end_lasts_until_satellites_are_heard():
    told = tell(
        day="""
            00:00-12:00 fix
            09:00 jamming
        """,
        until="12:00", expect=["jamming 09:00-"],
    )  # fmt: skip
    assert told.fixes_from_us == us("09:00")


STOOD = {"HU1": ((us("00:00"), us("+9 00:00")),)}


def test_a_home_unit_without_power_is_one_until_power_is_back():
    tell(
        day="""
            00:00-12:00 fix
            09:00 home_unit_power_lost HU1
            10:00 home_unit_power_restored HU1
        """,
        until="12:00", pairings=STOOD, expect=["home_unit no_power 09:00-10:00"],
    )  # fmt: skip


def test_a_home_unit_that_was_moved_is_one_until_it_is_put_up_anew():
    day = """
        00:00-12:00 fix
        09:00 home_unit_moved HU1
    """
    tell(day=day, until="12:00", pairings=STOOD, expect=["home_unit moved 09:00-"])
    taken_down = {"HU1": ((us("00:00"), us("11:00")), (us("11:10"), us("+9 00:00")))}
    tell(day=day, until="12:00", pairings=taken_down, expect=["home_unit moved 09:00-11:00"])


def test_a_home_unit_of_somebody_else_is_nobodys_matter_here():
    tell(
        day="""
            00:00-12:00 fix
            09:00 home_unit_moved HU2
        """,
        until="12:00", pairings=STOOD, expect=[],
    )  # fmt: skip


def test_a_clock_in_doubt_is_wrong_until_an_officer_decides():
    day = "00:00-12:00 fix"
    waiting = (Doubt(us("09:00"), None),)
    tell(day=day, until="12:00", doubts=waiting, expect=["clock_wrong 09:00-"])
    mended = (Doubt(us("09:00"), us("11:00"), accepted=True),)
    tell(day=day, until="12:00", doubts=mended, expect=["clock_wrong 09:00-11:00"])
    refused = (Doubt(us("09:00"), us("11:00"), accepted=False),)
    tell(day=day, until="12:00", doubts=refused, expect=[])


def test_nothing_is_judged_outside_the_time_the_tag_was_worn_under_an_order():
    tell(day="08:00-10:00 fix", until="20:00", worn="08:00-10:10", expect=[])
    tell(day="08:00-10:00 fix", until="20:00", worn="08:00-12:00",
         expect=["no_contact 10:00-12:00"])  # fmt: skip


@pytest.mark.parametrize("hours", [1, 5, 30])
def test_no_sentence_of_a_tags_state_says_where_the_person_was(hours):
    told = tell(day="00:00-10:00 fix", until=f"+{(10 + hours) // 24} {(10 + hours) % 24:02d}:00",
                expect=["no_contact 10:00-"])  # fmt: skip
    said = " ".join(told.rows[0].reasons)
    assert "It says nothing of where the person was." in said
    assert told.rows[0].minutes == 0
    assert told.rows[0].to_at is None
    assert timedelta(0) <= told.rows[0].raised_at - told.rows[0].from_at <= timedelta(minutes=15)
