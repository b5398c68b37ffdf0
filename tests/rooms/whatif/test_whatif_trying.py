"""A draft set against four weeks of a life: alerts, what could be told, what it cuts off."""

from __future__ import annotations

from datetime import timedelta

import pytest

from waypost.errors import Refused
from waypost.positions.stops import PlaceKind
from waypost.whatif.draft import read_draft
from waypost.whatif.values import Ways
from whatif_words import (
    HOME,
    MIDDLE,
    SHOP,
    STEP,
    WORK,
    a_life,
    arrays,
    curfew,
    exclusion,
    night_shifts,
    row,
    tried,
)

LIFE = a_life()


def test_a_zone_that_holds_the_home_cuts_off_every_hour_there():
    found = tried(exclusion(HOME), LIFE)
    home = found.usual(PlaceKind.HOME)
    assert home.held
    assert home.cut_hours == pytest.approx(home.hours, abs=0.5)
    assert found.usual(PlaceKind.WORK).cut_hours == 0
    assert found.alerts > 0
    assert found.required_h == 28 * 24


def test_the_same_zone_by_hours_cuts_off_only_those():
    """Home from 18:00 or so; the zone binds from 20:00 to 22:00: two hours a day."""
    home = tried(exclusion(HOME, hours=row("20:00", "22:00")), LIFE).usual(PlaceKind.HOME)
    assert home.cut_hours == pytest.approx(56, abs=0.5)


def test_a_zone_elsewhere_cuts_nothing_off_and_calls_nobody():
    found = tried(exclusion(SHOP), LIFE)
    assert (found.alerts, found.minutes, found.rows) == (0, 0.0, {})
    assert [place.cut_hours for place in found.places] == [0.0, 0.0]
    assert found.ways == Ways(40, 0)
    assert set(found.by_hour) == {0.0}


def test_the_way_to_work_through_a_zone_is_told_of_the_ways_known():
    """Twenty working days, on two of which nothing of the way was seen: 36 known ways."""
    dark = {2, 9}
    seen = [
        (at, place)
        for at, place in LIFE
        if not ((at - LIFE[0][0]).days in dark and place not in (HOME, WORK))
    ]
    assert tried(exclusion(MIDDLE), seen).ways == Ways(36, 36)
    weekdays = row("00:00", "00:00", "MO TU")
    assert tried(exclusion(MIDDLE, hours=weekdays), seen).ways == Ways(36, 16)


def test_a_curfew_at_home_meets_a_night_shift_at_work():
    found = tried(curfew(), night_shifts())
    # Whose nights are spent at work has it taken for the home, and the home for the work: both are
    # told from hours alone, and the sentences say so.
    nights = found.usual(PlaceKind.HOME)
    assert not nights.held
    assert nights.cut_hours == pytest.approx(20 * 8, abs=12)
    assert found.usual(PlaceKind.WORK).cut_hours == 0
    # Eight hours of each of twenty nights, all but the first of them within the curfew.
    assert found.minutes == pytest.approx(20 * 8 * 60, rel=0.1)
    assert sum(found.by_hour) >= found.minutes


def test_a_curfew_that_is_kept_raises_nothing():
    found = tried(curfew(), LIFE)
    assert (found.alerts, found.minutes) == (0, 0.0)
    assert found.told_share == pytest.approx(1.0, abs=0.02)
    assert found.usual(PlaceKind.HOME).cut_hours == 0


def test_without_fixes_nothing_is_told():
    found = tried(exclusion(HOME), None)
    assert (found.days, found.days_seen, found.enough) == (28, 0, False)
    assert not tried(exclusion(HOME), a_life(days=6)).enough
    assert tried(exclusion(HOME), a_life(days=7)).enough
    shifted = [(at + timedelta(hours=5), place) for at, place in LIFE[:-60]]
    assert tried(exclusion(HOME), shifted).days_seen == 28  # of 28, though no window of whole days


def test_of_time_without_fixes_an_exclusion_zone_says_too_that_it_could_not_be_told():
    """It makes no row of silence, so its rows would claim to know everything."""
    half = tried(exclusion(SHOP), a_life(days=14))
    assert half.told_share == pytest.approx(0.5, abs=0.01)
    assert half.days_seen == 14
    wide = tried(exclusion(SHOP, 50), arrays(LIFE, accuracy_m=5000.0))
    assert wide.told_share == 0.0
    assert wide.alerts == 0


def test_fixes_that_came_late_are_tried_like_all_others():
    late = arrays(LIFE, late_by=timedelta(hours=30))
    for draft in (exclusion(MIDDLE), exclusion(HOME)):
        one, other = tried(draft, LIFE), tried(draft, late)
        assert (one.minutes, one.rows, one.ways, one.places) == (
            other.minutes, other.rows, other.ways, other.places,
        )  # fmt: skip


def test_the_order_in_which_fixes_come_changes_nothing():
    fixes = arrays(LIFE)
    backwards = fixes.take(fixes.measured_us.argsort()[::-1])
    assert tried(exclusion(MIDDLE), backwards) == tried(exclusion(MIDDLE), fixes)


def test_attendance_by_hours_of_the_week_is_missed_by_who_is_at_work():
    there = {"kind": "attendance", "zone": exclusion(SHOP)["zone"],
             "timetable": row("10:00", "11:00", "MO")}  # fmt: skip
    found = tried(there, LIFE)
    assert found.required_h == 4
    assert found.alerts == 4
    work = found.usual(PlaceKind.WORK)
    assert not work.held
    assert work.cut_hours == pytest.approx(4, abs=0.2)
    assert found.usual(PlaceKind.HOME).cut_hours == 0


def test_a_warning_ring_is_no_alert_of_the_zone():
    """Work is 250 m beyond the zone and inside its ring."""
    near = (WORK[0] + 0.005, WORK[1])  # 556 m north
    bare, ringed = (tried(exclusion(near, 300, **more), LIFE) for more in ({}, {"warning_m": 400}))
    assert bare.alerts == ringed.alerts == 0
    assert ringed.minutes == 0.0


def test_what_an_exception_of_the_draft_takes_out_does_not_count():
    gone = [{"from": "2026-02-23T00:00:00Z", "to": "2026-03-23T00:00:00Z", "reason": "away"}]
    found = tried(exclusion(HOME, exceptions=gone), LIFE)
    assert (found.required_h, found.alerts, found.usual(PlaceKind.HOME).cut_hours) == (0, 0, 0)


def test_a_day_is_that_of_the_wall_clock_on_which_it_began():
    found = tried(exclusion(WORK, hours=row("09:30", "16:30", "WE")), LIFE)
    assert [one.day.isoweekday() for one in found.by_day] == [3, 3, 3, 3]
    assert [one.alerts for one in found.by_day] == [1, 1, 1, 1]
    busy = [hour for hour, minutes in enumerate(found.by_hour) if minutes]
    assert busy == [48 + hour for hour in range(9, 17)]
    assert found.by_day[0].minutes == pytest.approx(7 * 60, abs=2 * STEP.total_seconds() / 60)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"kind": "exclusion"}, "zone"),
        ({"kind": "curfew", "zone": {"type": "Point", "coordinates": [0, 51]}}, "radius"),
        (exclusion(HOME, hours=row("25:00", "07:00")), "timetable"),
        ({"kind": "trail"}, "kind"),
        ({"kind": "dancing"}, "kind"),
        ({"kind": "exclusion", "around": {"person": "P9", "radius_m": 100}}, ""),
    ],
)
def test_a_draft_that_cannot_be_tried_is_refused_by_the_name_of_its_field(wrong, field):
    with pytest.raises(Refused, match=f"cannot be tried: .*{field}"):
        read_draft(wrong)
