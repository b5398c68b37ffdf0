"""Rules: alcohol. What a tag on the ankle reads of drinking, and how little of it is certain.

Readings come every half hour and a day late. They are of what passes the skin, an hour or more
after the drink. Only what the maker's review confirmed is certain.
"""

from __future__ import annotations

from datetime import timedelta

import pytest

from tag_story import tell, us
from waypost.clock import FOREVER_US
from waypost.devices.health import Expected
from waypost.rules.spells import SobrietyAsked
from waypost.rules.values import Parameters
from waypost.units import RequirementRef

DAILY = Expected(fix_s=0, contact_s=86_400, upload_lag_s=60, tags=40)
ALWAYS = ((us("00:00"), FOREVER_US),)
SOBER = "00:00-18:00 alcohol_reading 0"
EVENING = "18:30 alcohol_reading 0.01|0.03|0.05|0.06|0.055|0.045|0.035|0.025|0.015"


def asked(level=None, windows=ALWAYS, reference="R5"):
    return SobrietyAsked(RequirementRef(reference), 7, windows, level)


def drink(*, day, expect, until, sobriety=None, numbers=None, **more):
    """A story of an alcohol tag of a person of whom sobriety is asked."""
    return tell(
        day=day, expect=expect, until=until, expected=DAILY, places=False, daily_charge=False,
        sobriety=(asked(),) if sobriety is None else sobriety, reads_alcohol=True,
        numbers=numbers, **more,
    )  # fmt: skip


def test_an_evening_of_drinking_is_probable_by_its_readings_alone():
    """It lasts, rises and falls as drink does. Nobody has looked at it yet: no more is said."""
    told = drink(
        day=f"{SOBER}\n{EVENING}",
        until="23:00", expect=["alcohol probable 19:00-22:30"],
    )  # fmt: skip
    row = told.rows[0]
    assert row.reasons == (
        "7 readings in a row of 0.020 g/dl or more, from 2026-03-02 19:00:00 UTC to "
        "2026-03-02 22:00:00 UTC; the highest 0.060 g/dl, at 2026-03-02 20:00:00 UTC.",
        "They rose by 0.033 g/dl an hour and fell by 0.018: so does alcohol that was drunk; hours "
        "beside much of it may read so too.",
        "Alcohol passes the skin an hour or more after the drink; a reading says neither how much "
        "was drunk nor of what.",
    )
    assert (row.requirement_id, row.requirement_version_id) == ("R5", 7)


def test_while_it_lasts_it_is_only_possible():
    """How it falls is not known: a spray and a gel fall, too, and faster."""
    told = drink(
        day=f"{SOBER}\n18:30 alcohol_reading 0.01|0.03|0.05|0.06",
        until="20:10", expect=["alcohol possible 19:00-"],
    )  # fmt: skip
    assert "How it falls is not known yet." in told.rows[0].reasons
    assert told.look_us == us("22:00") + 1  # without another reading it is over for us


def test_a_spray_rises_and_falls_faster_than_drink_and_stays_possible():
    """Aftershave, a gel for the hands, paint: the air around the sensor, not the blood."""
    told = drink(
        day=f"{SOBER}\n18:30 alcohol_reading 0.0|0.18|0.09|0.04|0.01",
        until="23:00", expect=["alcohol possible 19:00-20:30"],
    )  # fmt: skip
    assert told.rows[0].reasons[1] == (
        "They rose by 0.360 g/dl an hour: faster than most drinking; something on the skin or in "
        "the air reads so too."
    )
    told = drink(
        day=f"{SOBER}\n18:30 alcohol_reading 0.0|0.02|0.04|0.06|0.08|0.03|0.01",
        until="23:00", expect=["alcohol possible 19:00-21:30"],
    )  # fmt: skip
    assert "dried on the skin" in told.rows[0].reasons[1]


def test_a_spray_over_an_evening_of_drinking_hides_none_of_it():
    """Before the drink or in the midst of it: the readings that jumped are left aside."""
    before = "0.0|0.18|0.09|0.06|0.07|0.08|0.08|0.075|0.07|0.06|0.05|0.04|0.03|0.02|0.01"
    told = drink(
        day=f"{SOBER}\n18:30 alcohol_reading {before}",
        until="+1 02:00", expect=["alcohol probable 19:00-+1 01:30"],
    )  # fmt: skip
    assert told.rows[0].reasons[1] == (
        "Without 3 readings that jumped up, and fell from there faster than a body burns alcohol, "
        "they rose by 0.020 g/dl an hour and fell by 0.016: so does alcohol that was drunk; a "
        "spray reads like what was left aside."
    )
    midst = "0.01|0.03|0.05|0.06|0.2|0.12|0.07|0.06|0.055|0.045|0.035|0.025|0.015"
    drink(
        day=f"{SOBER}\n18:30 alcohol_reading {midst}",
        until="+1 02:00", expect=["alcohol probable 19:00-+1 00:30"],
    )  # fmt: skip


def test_the_long_tail_of_a_spray_is_no_drink():
    """It falls as slowly as drink in the end, and never rose."""
    tail = "0.0|0.3|0.15|0.08|0.07|0.062|0.055|0.048|0.04|0.03|0.022|0.015"
    drink(
        day=f"{SOBER}\n18:30 alcohol_reading {tail}",
        until="+1 02:00", expect=["alcohol possible 19:00-+1 00:00"],
    )  # fmt: skip


def test_much_drunk_fast_is_probable_too():
    rising = "0.0|0.03|0.065|0.10|0.135|0.16|0.18|0.19|0.19"
    much = f"{rising}|0.175|0.16|0.145|0.13|0.115|0.1|0.085|0.07|0.055|0.04|0.025|0.01"
    drink(
        day=f"{SOBER}\n18:30 alcohol_reading {much}",
        until="+1 06:00", expect=["alcohol probable 19:00-+1 04:30"],
    )  # fmt: skip


def test_one_or_two_readings_are_too_few():
    told = drink(
        day=f"{SOBER}\n18:30 alcohol_reading 0.0|0.025|0.021|0.01",
        until="23:00", expect=["alcohol possible 19:00-20:00"],
    )  # fmt: skip
    assert told.rows[0].reasons[1] == (
        "They lasted less than 1 h 00 min: a spray, a gel or a splash reads so too."
    )


def test_what_stays_under_the_threshold_is_nothing():
    """It misses light drinking on purpose: what is below is read of food and mouthwash, too."""
    drink(day=f"{SOBER}\n18:30 alcohol_reading 0.019|0.019|0.0199", until="23:00", expect=[])


def test_what_the_makers_review_confirmed_is_certain():
    """A person looked at the curve. The readings' own row is the same matter, and one row."""
    told = drink(
        day=f"""
            {SOBER}
            {EVENING}
            +1 15:00 alcohol_event from=19:00,to=22:30,peak=0.06,confirmed
        """,
        until="+1 15:00", expect=["alcohol 19:00-22:30"],
    )  # fmt: skip
    assert told.rows[0].reasons[0] == (
        "The maker's review confirmed an alcohol event from 2026-03-02 19:00:00 UTC to "
        "2026-03-02 22:30:00 UTC, the highest 0.060 g/dl."
    )
    assert told.rows[0].reasons[1].startswith("7 readings in a row")


def test_an_event_that_no_review_confirmed_is_possible_and_may_be_taken_back():
    """The review's last word on an event counts, in whichever order its words arrive."""
    drink(
        day=f"""
            {SOBER}
            20:00 alcohol_event from=19:00,to=19:50
        """,
        until="20:00", expect=["alcohol possible 19:00-19:50"],
    )  # fmt: skip
    drink(
        day=f"""
            {SOBER}
            20:00 alcohol_event from=19:00,to=19:50,confirmed
            21:00 alcohol_event from=19:05,to=19:50
        """,
        until="21:00", expect=["alcohol possible 19:05-19:50"],
    )  # fmt: skip


def test_a_level_counts_what_is_above_it_and_no_less():
    """An order may allow a little. An event whose peak is not stated may have been under it."""
    level = (asked(level=0.05),)
    drink(
        day=f"{SOBER}\n{EVENING}", sobriety=level,
        until="23:00", expect=["alcohol possible 20:00-21:00"],
    )  # fmt: skip
    drink(
        day=f"{SOBER}\n23:00 alcohol_event from=19:00,to=22:00,peak=0.05,confirmed",
        sobriety=level, until="23:00", expect=[],
    )  # fmt: skip
    told = drink(
        day=f"{SOBER}\n23:00 alcohol_event from=19:00,to=22:00,confirmed",
        sobriety=level, until="23:00", expect=["alcohol possible 19:00-22:00"],
    )  # fmt: skip
    assert "Whether it was above 0.050 g/dl it does not say." in told.rows[0].reasons


def test_what_was_drunk_before_it_was_forbidden_breaks_nothing():
    """Fitted with alcohol in the blood that only goes down; hours that begin in the evening."""
    sinking = "09:00 alcohol_reading 0.06|0.055|0.045|0.035|0.025|0.015|0.01"
    drink(day=sinking, worn="09:00-", until="12:30", expect=[])
    risen = "09:00 alcohol_reading 0.03|0.05|0.06|0.055|0.045|0.03|0.015"
    drink(day=risen, worn="09:00-", until="12:30", expect=["alcohol possible 09:00-12:00"])
    night = (asked(windows=((us("21:00"), us("+1 06:00")),)),)
    drink(day=f"{SOBER}\n{EVENING}", sobriety=night, until="23:30", expect=[])
    told = drink(
        day=f"""
            {SOBER}
            23:00 alcohol_event from=19:00,to=22:30,peak=0.06,confirmed
        """,
        sobriety=night, until="23:00", expect=["alcohol possible 21:00-22:30"],
    )  # fmt: skip
    assert "It began before this was asked." in told.rows[0].reasons


def test_over_a_long_pause_nobody_knows_how_it_rose():
    told = drink(
        day="00:00 alcohol_reading 0|0|0\n04:30 alcohol_reading 0.06|0.05|0.04|0.03|0.01",
        until="07:00", expect=["alcohol possible 04:30-06:30"],
    )  # fmt: skip
    assert "How it rose is not known: there is no reading shortly before." in told.rows[0].reasons


def test_time_without_readings_long_enough_to_hide_a_drink_cannot_be_told():
    told = drink(
        day="00:00 alcohol_reading 0|0|0\n06:00 alcohol_reading 0|0",
        until="07:00", expect=["alcohol cannot_tell 01:00-06:00"],
    )  # fmt: skip
    assert told.rows[0].reasons == (
        "No reading for 5 h 00 min, from 2026-03-02 01:00:00 UTC to 2026-03-02 06:00:00 UTC.",
        "In that time somebody can drink and be under the threshold again.",
    )
    drink(day="00:00 alcohol_reading 0|0|0\n05:00 alcohol_reading 0|0", until="06:00", expect=[])


def test_a_tag_that_uploads_once_a_day_is_not_missed_before_its_time():
    """Two days without a reading, and its row begins where the readings ended."""
    told = drink(day=SOBER, until="+2 18:00", expect=[])
    assert told.look_us == us("+2 18:00") + 1
    told = drink(day=SOBER, until="+2 18:01", expect=["alcohol cannot_tell 18:00-"])
    assert told.rows[0].reasons[0] == "No reading has come since 2026-03-02 18:00:00 UTC."


def test_once_it_is_taken_off_the_last_readings_have_the_same_time_to_come():
    drink(day=SOBER, worn="00:00-23:00", until="+1 18:00", expect=[])
    drink(
        day=SOBER, worn="00:00-23:00", until="+3 00:00",
        expect=["alcohol cannot_tell 18:00-23:00"],
    )  # fmt: skip


def test_a_covered_sensor_calls_after_hours_and_its_time_cannot_be_told():
    """A boot, a bath, a cold night are shorter. Alcohol read meanwhile still counts."""
    told = drink(
        day=f"""
            {SOBER}
            18:30-+1 03:00 alcohol_reading 0,31,0.4
            +1 03:30 alcohol_reading 0,31,1.0
        """,
        until="+1 06:00",
        expect=["alcohol cannot_tell 18:00-+1 03:30", "alcohol_tamper probable 18:30-+1 03:30"],
    )  # fmt: skip
    assert told.rows[1].reasons[0] == (
        "For 8 h 30 min, from 2026-03-02 18:30:00 UTC to 2026-03-03 03:00:00 UTC, the sensor read "
        "something else than skin: infrared 0.40 of what it was when fitted, 31 °C."
    )
    drink(
        day=f"""
            {SOBER}
            18:30-+1 02:00 alcohol_reading 0,22,1.0
            +1 02:30 alcohol_reading 0,31,1.0
        """,
        until="+1 03:00", expect=[],
    )  # fmt: skip


def test_a_reported_tamper_is_certain_at_once_and_ends_when_skin_is_read_again():
    told = drink(
        day=f"""
            {SOBER}
            18:10 alcohol_tamper what=obstruction
            18:30 alcohol_reading 0,31,0.3|0,31,1
        """,
        until="19:00", expect=["alcohol_tamper 18:10-19:00"],
    )  # fmt: skip
    assert told.rows[0].requirement_id == "tag:alcohol_tamper"
    assert told.rows[0].reasons[0].endswith("the sensor was interfered with: obstruction.")
    told = drink(
        day=f"{SOBER}\n18:10 alcohol_tamper what=<b>,to=18:40",
        until="18:20", expect=["alcohol_tamper 18:10-"],
    )  # fmt: skip
    assert told.rows[0].reasons[0].endswith("the sensor was interfered with.")


def test_nothing_is_asked_of_a_tag_whose_wearer_may_drink():
    """Readings of a person without such a requirement are judged of nothing, and neither is a GPS
    tag of one who has another tag for it."""
    drink(day=f"{SOBER}\n{EVENING}", sobriety=(), until="23:00", expect=[])
    tell(
        day="00:00-10:00 fix", until="10:05", sobriety=(asked(),), expect=[],
    )  # fmt: skip


def test_two_orders_that_ask_for_it_have_a_row_each():
    drink(
        day=f"{SOBER}\n{EVENING}", sobriety=(asked(), asked(0.055, reference="R6")),
        until="23:00",
        expect=["alcohol probable 19:00-22:30", "alcohol possible 20:00-20:30"],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("name", "value", "expect"),
    [
        ("alcohol_detected_g_per_dl", 0.04, "alcohol probable 19:30-21:30"),
        ("alcohol_lasts_min", timedelta(hours=4), "alcohol possible 19:00-22:30"),
        ("alcohol_rise_max_g_per_dl_per_h", 0.03, "alcohol possible 19:00-22:30"),
        ("alcohol_fall_max_g_per_dl_per_h", 0.015, "alcohol possible 19:00-22:30"),
    ],
)
def test_the_numbers_are_those_in_force(name, value, expect):
    drink(
        day=f"{SOBER}\n{EVENING}", until="23:00", expect=[expect],
        numbers=Parameters(**{name: value}),
    )  # fmt: skip
