"""What lint says by the law of an order's kind: limits by conviction, ages, lengths, ways."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from waypost.orders.law import (
    ALL_CHANGES,
    LAW,
    PCSC_2022,
    age_on,
    allows,
    curfew_limits,
)
from waypost.orders.lint import lint
from waypost.orders.own_words import own_notes
from waypost.orders.read import read_orders
from waypost.orders.values import (
    Appointments,
    Order,
    OrderKind,
    PersonOrders,
    Requirement,
    RequirementKind,
    TimetableRow,
    Zone,
)
from waypost.orders.versions import digest
from waypost.orders.words import conditions_words
from waypost.orders.write import order_data

EVERY_DAY = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
HOME, OFFICE = (-0.0600, 51.5500), (-0.0300, 51.5500)  # two kilometres apart, lon lat
FROM, TO = datetime(2026, 3, 2, tzinfo=UTC), datetime(2026, 8, 31, tzinfo=UTC)


def at(place: tuple[float, float], radius_m: float = 60.0) -> Zone:
    return Zone({"type": "Point", "coordinates": list(place)}, radius_m)


def curfew(start: str = "19:00", end: str = "07:00", **more) -> Requirement:
    row = TimetableRow(EVERY_DAY, start, end)
    return Requirement("R1", RequirementKind.CURFEW, (at(HOME),), (row,), **more)


def said(*asked: Requirement, kind=OrderKind.COMMUNITY_ORDER, born=None, to_at=TO, **more):
    order = Order("O1", kind, FROM, to_at, asked, **more)
    person = PersonOrders("P1", (order,), details={"born": born} if born else {})
    return {(one.requirement_id, one.kind) for one in lint(person)}


@pytest.mark.parametrize("kind", list(OrderKind))
def test_every_kind_of_order_has_its_law_and_somebody_who_may_change_anything(kind):
    law = LAW[kind]
    assert law.source
    assert law.asks
    assert any(one.changes == ALL_CHANGES for one in law.vary), kind
    assert all(one.source for one in law.vary)


def test_a_curfew_of_eighteen_hours_is_lawful_only_of_later_convictions():
    long = curfew("13:00", "07:00")  # 18 hours, 126 a week
    before = said(long, convicted_on=date(2022, 6, 27))
    assert ("R1", "curfew_over_day_maximum") in before
    assert ("R1", "curfew_over_week_maximum") not in before  # no limit of a week then
    after = said(long, convicted_on=PCSC_2022)
    assert ("R1", "curfew_over_day_maximum") not in after
    assert ("R1", "curfew_over_week_maximum") in after


def test_limits_of_an_unknown_conviction_are_the_newest():
    limits = curfew_limits(OrderKind.COMMUNITY_ORDER, None)
    assert limits is not None
    assert limits.day_hours_max == 20
    old = curfew_limits(OrderKind.YOUTH, date(2020, 1, 1))
    assert old is not None
    assert (old.day_hours_max, old.week_hours_max) == (16, None)
    assert curfew_limits(OrderKind.LICENCE, None) is None


def test_a_curfew_may_last_twelve_months_of_old_convictions_and_two_years_of_new():
    end = datetime(2027, 9, 1, tzinfo=UTC)
    assert ("R1", "requirement_longer_than_allowed") in said(
        curfew(), to_at=end, convicted_on=date(2021, 1, 1)
    )
    assert ("R1", "requirement_longer_than_allowed") not in said(
        curfew(), to_at=end, convicted_on=date(2026, 1, 1)
    )


def test_a_curfew_of_one_hour_is_too_short_and_one_across_midnight_counts_whole():
    assert ("R1", "curfew_under_day_minimum") in said(curfew("20:00", "21:00"))
    assert ("R1", "curfew_under_day_minimum") not in said(curfew("22:30", "00:30"))


@pytest.mark.parametrize(
    ("kind", "asked", "finding"),
    [
        (OrderKind.COURT_BAIL, RequirementKind.TRAIL, "trail_on_bail"),
        (OrderKind.YOUTH, RequirementKind.ALCOHOL, "requirement_not_available"),
        (OrderKind.HDC, RequirementKind.ALCOHOL, "requirement_not_available"),
        (OrderKind.VOLUNTARY, RequirementKind.CURFEW, "requirement_not_available"),
    ],
)
def test_what_an_order_cannot_carry_is_said(kind, asked, finding):
    assert not allows(kind, asked)
    requirement = curfew() if asked is RequirementKind.CURFEW else Requirement("R1", asked)
    assert ("R1", finding) in said(requirement, kind=kind)


def test_a_community_order_on_a_child_and_a_youth_order_on_an_adult_are_pointed_out():
    child, adult = date(2009, 3, 3), date(2000, 1, 1)  # the child turns 17 the day after it is made
    assert (None, "person_too_young") in said(curfew(), born=child)
    assert (None, "person_too_old") in said(curfew(), kind=OrderKind.YOUTH, born=adult)
    assert (None, "person_too_old") not in said(curfew(), kind=OrderKind.YOUTH, born=child)


def test_age_turns_on_the_birthday_and_on_the_first_of_march_for_who_has_none():
    assert age_on(date(2008, 3, 2), date(2026, 3, 1)) == 17
    assert age_on(date(2008, 3, 2), date(2026, 3, 2)) == 18
    leap = date(2008, 2, 29)
    assert age_on(leap, date(2026, 2, 28)) == 17
    assert age_on(leap, date(2026, 3, 1)) == 18


def test_an_order_of_four_years_is_too_long_and_one_without_an_end_is_not_judged():
    four = datetime(2030, 3, 2, tzinfo=UTC)
    assert (None, "order_longer_than_allowed") in said(curfew(), to_at=four)
    assert (None, "order_longer_than_allowed") not in said(curfew(), to_at=None)


def test_a_curfew_without_a_place_asks_for_one():
    nowhere = Requirement("R1", RequirementKind.CURFEW, (), curfew().timetable)
    assert ("R1", "fixed_address_missing") in said(nowhere)


def meeting(at_wall: str, place=OFFICE) -> Requirement:
    rule = f"DTSTART;TZID=Europe/London:20260302T{at_wall}00\nRRULE:FREQ=WEEKLY;BYDAY=MO"
    return Requirement(
        "R2", RequirementKind.ATTENDANCE, (at(place),),
        appointments=(Appointments(rule, timedelta(hours=1)),),
    )  # fmt: skip


def test_an_appointment_in_the_hours_of_a_curfew_elsewhere_is_pointed_out():
    assert ("R2", "appointment_in_curfew") in said(curfew(), meeting("1830"))
    assert ("R2", "appointment_in_curfew") not in said(curfew(), meeting("1000"))
    assert ("R2", "appointment_in_curfew") not in said(curfew(), meeting("1830", HOME))


def box(west: float, east: float, south: float, north: float, hole=None) -> Zone:
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return Zone({"type": "Polygon", "coordinates": [ring] if hole is None else [ring, hole]})


def out(zone: Zone, **more) -> Requirement:
    return Requirement("R3", RequirementKind.EXCLUSION, (zone,), **more)


def test_a_zone_across_the_straight_way_to_work_is_pointed_out():
    wall = out(box(-0.046, -0.044, 51.545, 51.555))
    assert ("R3", "way_through_zone") in said(curfew(), meeting("1000"), wall)
    aside = out(box(-0.046, -0.044, 51.56, 51.57))
    found = said(curfew(), meeting("1000"), aside)
    assert not {kind for _, kind in found} & {"way_through_zone", "way_cut_off"}


def test_a_zone_that_rings_the_home_leaves_no_way():
    yard = [[-0.07, 51.54], [-0.05, 51.54], [-0.05, 51.56], [-0.07, 51.56], [-0.07, 51.54]]
    ring = out(box(-0.08, -0.04, 51.53, 51.57, hole=yard))
    assert ("R3", "way_cut_off") in said(curfew(), meeting("1000"), ring)
    hours = out(box(-0.08, -0.04, 51.53, 51.57, hole=yard),
                timetable=(TimetableRow(("MO",), "20:00", "22:00"),))  # fmt: skip
    assert ("R3", "way_cut_off") not in said(curfew(), meeting("1000"), hours)


def test_what_an_order_excepts_is_said_to_staff_and_to_the_wearer_and_kept_as_it_was_written():
    asked = out(box(-0.046, -0.044, 51.545, 51.555), excepted="to attend court")
    order = Order("O1", OrderKind.COURT_BAIL, FROM, TO, (asked,))
    assert "Excepted, which no tag can see: to attend court" in conditions_words(asked, order)
    assert "Not when: to attend court. Tell your officer before." in own_notes(asked, order)
    text = json.dumps({"persons": [{"person_id": "P1", "orders": [order_data(order)]}]})
    read = read_orders(text.encode())
    assert not read.problems
    assert read.rows[0].orders[0].requirements[0].excepted == "to attend court"
    assert digest(asked) != digest(replace(asked, excepted=""))
