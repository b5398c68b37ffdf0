"""What an order can ask beside place and hours: read, refused with a reason, kept, told apart."""

from __future__ import annotations

import copy
import json
from datetime import UTC, date, datetime, timedelta

import pytest

from waypost.access.values import MACHINE
from waypost.orders.actions import import_orders
from waypost.orders.defaults import alcohol_of, atv_limit_of, minimum_stay_of
from waypost.orders.models import RequirementVersion
from waypost.orders.queries import person_orders
from waypost.orders.read import read_orders
from waypost.orders.values import (
    AlcoholMode,
    AlcoholRule,
    Appointments,
    BankHolidayDivision,
    BankHolidays,
    Order,
    OrderKind,
    ReleaseDay,
    Requirement,
    RequirementKind,
    TimetableRow,
)
from waypost.orders.versions import digest
from waypost.rules.plan import compile_plan
from waypost.rules.values import Parameters

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
HOME = {"type": "Point", "coordinates": [-0.06, 51.55], "radius_m": 60}
EXCLUSION = {"requirement_id": "R1", "kind": "exclusion", "zone": HOME, "warning_m": 250}
MOVING = {"requirement_id": "R2", "kind": "exclusion", "around": "V1", "around_radius_m": 500}
ROW = {
    "days": ["MO"], "start": "19:00", "end": "07:00", "bank_holidays": "not",
    "from_date": "2026-03-02", "to_date": "2026-05-31", "every_weeks": 2,
    "anchor_date": "2026-03-02",
}  # fmt: skip
CURFEW = {
    "requirement_id": "R3", "kind": "curfew", "zone": HOME, "timetable": [ROW],
    "atv_limit": "PT90M", "bank_holiday_division": "scotland",
    "release_day": {"date": "2026-03-02", "start": "15:00", "end": "24:00"},
}  # fmt: skip
SERIES = {
    "rrule": "DTSTART;TZID=Europe/London:20260302T100000\nRRULE:FREQ=WEEKLY;BYDAY=MO",
    "duration": "PT1H", "grace": "PT10M", "minimum_stay": "PT40M", "bank_holidays": "not",
}  # fmt: skip
ATTENDANCE = {
    "requirement_id": "R4", "kind": "attendance", "zone": HOME, "minimum_stay": "PT45M",
    "appointments": [SERIES],
}  # fmt: skip
ALCOHOL = {
    "requirement_id": "R5", "kind": "alcohol",
    "alcohol": {"mode": "level", "level_g_per_dl": 0.02},
}  # fmt: skip
ALL = [EXCLUSION, MOVING, CURFEW, ATTENDANCE, ALCOHOL]


def file(*requirements, kind="community_order") -> bytes:
    order = {"order_id": "O1", "kind": kind, "from": "2026-03-01T00:00:00Z", "to": None,
             "requirements": list(requirements)}  # fmt: skip
    return json.dumps({"persons": [{"person_id": "P1", "orders": [order]}]}).encode()


def asked(data: bytes) -> dict[str, Requirement]:
    read = read_orders(data)
    assert not read.problems
    return {one.requirement_id: one for one in read.rows[0].orders[0].requirements}


def problems(*requirements) -> list[tuple[str, str]]:
    read = read_orders(file(*requirements))
    found = [(problem.type, (problem.field or "").split("]", 3)[-1]) for problem in read.problems]
    assert all(not person.orders[0].requirements for person in read.rows) or not found
    return found


def test_everything_that_can_be_asked_is_read():
    found = asked(file(*ALL))
    assert found["R1"].warning_m == 250
    assert (found["R2"].around, found["R2"].around_radius_m, found["R2"].zones) == ("V1", 500, ())
    assert found["R3"].timetable == (
        TimetableRow(("MO",), "19:00", "07:00", BankHolidays.NOT, date(2026, 3, 2),
                     date(2026, 5, 31), 2, date(2026, 3, 2)),
    )  # fmt: skip
    assert found["R3"].atv_limit == timedelta(minutes=90)
    assert found["R3"].release_day == ReleaseDay(date(2026, 3, 2), "15:00", "00:00")
    assert found["R3"].bank_holiday_division is BankHolidayDivision.SCOTLAND
    assert found["R4"].minimum_stay == timedelta(minutes=45)
    [series] = found["R4"].appointments
    assert (series.minimum_stay, series.bank_holidays) == (timedelta(minutes=40), BankHolidays.NOT)
    assert found["R5"].alcohol == AlcoholRule(AlcoholMode.LEVEL, 0.02)


def test_where_nothing_is_said_the_usual_holds():
    plain = asked(
        file({"requirement_id": "R", "kind": "curfew", "zone": HOME,
              "timetable": [{"days": ["MO"], "start": "19:00", "end": "07:00"}]})
    )["R"]  # fmt: skip
    assert plain.timetable == (TimetableRow(("MO",), "19:00", "07:00"),)
    assert plain == Requirement(plain.requirement_id, plain.kind, plain.zones, plain.timetable)


@pytest.mark.parametrize(
    ("requirement", "kind", "field"),
    [
        (EXCLUSION | {"warning_m": 0}, "INVALID_WARNING_M", ".warning_m"),
        (EXCLUSION | {"warning_m": "far"}, "INVALID_WARNING_M", ".warning_m"),
        (MOVING | {"around_radius_m": None}, "INVALID_AROUND_RADIUS_M", ".around_radius_m"),
        (MOVING | {"around": ""}, "MISSING_ID", ".around"),
        (MOVING | {"zone": HOME}, "ZONE_BESIDE_AROUND", ".zone"),
        (MOVING | {"addresses": [HOME]}, "ZONE_BESIDE_AROUND", ".addresses"),
        (MOVING | {"kind": "inclusion"}, "AROUND_NOT_EXCLUSION", ".around"),
        (EXCLUSION | {"around_radius_m": 100}, "MISSING_AROUND", ".around_radius_m"),
        (CURFEW | {"atv_limit": "PT0M"}, "INVALID_DURATION", ".atv_limit"),
        (CURFEW | {"atv_limit": "two hours"}, "INVALID_DURATION", ".atv_limit"),
        (CURFEW | {"release_day": {"date": "2026-02-30", "start": "15:00", "end": "23:59"}},
         "INVALID_DATE", ".release_day.date"),
        (CURFEW | {"release_day": {"start": "15:00", "end": "23:59"}},
         "MISSING_DATE", ".release_day.date"),
        (CURFEW | {"release_day": {"date": "2026-03-02", "start": "3pm", "end": "23:59"}},
         "INVALID_CLOCK", ".release_day.start"),
        (CURFEW | {"release_day": "2026-03-02"}, "NOT_AN_OBJECT", ".release_day"),
        (CURFEW | {"bank_holiday_division": "wales"},
         "INVALID_BANK_HOLIDAY_DIVISION", ".bank_holiday_division"),
        (CURFEW | {"timetable": [ROW | {"bank_holidays": "never"}]},
         "INVALID_BANK_HOLIDAYS", ".timetable[0].bank_holidays"),
        (CURFEW | {"timetable": [ROW | {"every_weeks": 0}]},
         "INVALID_EVERY_WEEKS", ".timetable[0].every_weeks"),
        (CURFEW | {"timetable": [ROW | {"every_weeks": True}]},
         "INVALID_EVERY_WEEKS", ".timetable[0].every_weeks"),
        (CURFEW | {"timetable": [ROW | {"to_date": "2026-03-01"}]},
         "ENDS_BEFORE_START", ".timetable[0].to_date"),
        (CURFEW | {"timetable": [ROW | {"from_date": "02/03/2026"}]},
         "INVALID_DATE", ".timetable[0].from_date"),
        (ATTENDANCE | {"minimum_stay": "PT0S"}, "INVALID_DURATION", ".minimum_stay"),
        (ATTENDANCE | {"appointments": [SERIES | {"bank_holidays": "only"}]},
         "INVALID_BANK_HOLIDAYS", ".appointments[0].bank_holidays"),
        (ATTENDANCE | {"appointments": [SERIES | {"minimum_stay": "P40D"}]},
         "INVALID_DURATION", ".appointments[0].minimum_stay"),
        (ALCOHOL | {"alcohol": {"mode": "sometimes"}}, "INVALID_MODE", ".alcohol.mode"),
        (ALCOHOL | {"alcohol": {"mode": "level"}}, "INVALID_LEVEL", ".alcohol.level_g_per_dl"),
        (ALCOHOL | {"alcohol": {"mode": "level", "level_g_per_dl": 20}},
         "INVALID_LEVEL", ".alcohol.level_g_per_dl"),
        (ALCOHOL | {"alcohol": {"mode": "abstinence", "level_g_per_dl": 0.02}},
         "LEVEL_OF_ABSTINENCE", ".alcohol.level_g_per_dl"),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused_and_named(requirement, kind, field):
    assert problems(requirement) == [(kind, field)]


def test_a_digest_of_before_these_fields_still_holds():
    """Else the first import after an upgrade would make a new version of every requirement."""
    plain = asked(
        file({"requirement_id": "R4", "kind": "attendance", "zone": HOME,
              "timetable": [{"days": ["MO"], "start": "19:00", "end": "07:00"}],
              "appointments": [{"rrule": SERIES["rrule"], "duration": "PT1H"}]})
    )["R4"]  # fmt: skip
    assert digest(plain) == DIGEST_BEFORE


def test_each_thing_asked_makes_another_digest():
    seen = {digest(one) for one in asked(file(*ALL)).values()}
    for number, key, value in [
        (0, "warning_m", 251), (1, "around_radius_m", 400), (1, "around", "V2"),
        (2, "atv_limit", "PT91M"), (2, "bank_holiday_division", "northern-ireland"),
        (2, "release_day", {"date": "2026-03-02", "start": "15:30", "end": "24:00"}),
        (2, "timetable", [ROW | {"every_weeks": 3}]),
        (2, "timetable", [ROW | {"anchor_date": "2026-03-09"}]),
        (2, "timetable", [ROW | {"to_date": "2026-06-30"}]),
        (2, "timetable", [ROW | {"from_date": "2026-03-09"}]),
        (2, "timetable", [ROW | {"bank_holidays": "only"}]),
        (3, "minimum_stay", "PT46M"), (3, "appointments", [SERIES | {"minimum_stay": "PT41M"}]),
        (3, "appointments", [SERIES | {"bank_holidays": "as_usual"}]),
        (4, "alcohol", {"mode": "level", "level_g_per_dl": 0.03}), (4, "alcohol", None),
    ]:  # fmt: skip
        changed = copy.deepcopy(ALL[number]) | {key: value}
        [one] = asked(file(changed)).values()
        assert digest(one) not in seen, (key, value)
        seen.add(digest(one))


@pytest.mark.database
@pytest.mark.django_db
def test_what_is_kept_says_the_same_as_the_file_and_a_second_import_changes_nothing():
    read = read_orders(file(*ALL))
    import_orders(read.rows, by=MACHINE, now=NOW)
    [person] = person_orders()
    kept = {one.requirement_id: one for one in person.orders[0].requirements}
    assert {name: digest(one) for name, one in kept.items()} == {
        name: digest(one) for name, one in asked(file(*ALL)).items()
    }
    for name, one in asked(file(*ALL)).items():
        for field in ("timetable", "appointments", "warning_m", "minimum_stay", "atv_limit",
                      "release_day", "bank_holiday_division", "alcohol", "around",
                      "around_radius_m"):  # fmt: skip
            assert getattr(kept[name], field) == getattr(one, field)
    again = import_orders(read.rows, by=MACHINE, now=NOW + timedelta(days=1))
    assert (again.requirement_versions, again.unchanged) == (0, 1)
    assert RequirementVersion.objects.count() == len(ALL)


@pytest.mark.parametrize(
    ("order_kind", "kind", "said", "limit"),
    [
        (OrderKind.HDC, RequirementKind.CURFEW, None, 120),
        (OrderKind.HDC, RequirementKind.CURFEW, 60, 60),
        (OrderKind.COMMUNITY_ORDER, RequirementKind.CURFEW, None, None),
        (OrderKind.COMMUNITY_ORDER, RequirementKind.CURFEW, 90, 90),
        (OrderKind.HDC, RequirementKind.INCLUSION, 90, None),
    ],
)
def test_absence_adds_up_to_two_hours_on_an_hdc_and_elsewhere_only_when_the_order_says_so(
    order_kind, kind, said, limit
):
    order = Order("O", order_kind, NOW, None)
    minutes = said and timedelta(minutes=said)
    found = atv_limit_of(order, Requirement("R", kind, atv_limit=minutes))
    assert found == (None if limit is None else timedelta(minutes=limit))


def test_an_appointment_is_stayed_as_its_series_says_then_the_requirement_then_to_its_end():
    hour, stay = timedelta(hours=1), timedelta(minutes=20)
    plain = Requirement("R", RequirementKind.ATTENDANCE)
    said = Requirement("R", RequirementKind.ATTENDANCE, minimum_stay=timedelta(minutes=45))
    assert minimum_stay_of(plain, Appointments("", hour)) == hour
    assert minimum_stay_of(said, Appointments("", hour)) == timedelta(minutes=45)
    assert minimum_stay_of(said, Appointments("", hour, minimum_stay=stay)) == stay
    assert minimum_stay_of(said, Appointments("", stay)) == stay  # never longer than it lasts


def test_alcohol_without_a_rule_means_abstinence():
    assert alcohol_of(Requirement("R", RequirementKind.ALCOHOL)) == AlcoholRule()
    assert alcohol_of(Requirement("R", RequirementKind.TRAIL)) is None


def test_a_moving_exclusion_is_said_to_be_unjudged_rather_than_kept():
    """It has no zones: judged by its places it would always be kept."""
    person = read_orders(file(EXCLUSION, MOVING)).rows[0]
    plan = compile_plan(person, Parameters(), from_at=NOW, to_at=NOW + timedelta(days=1))
    assert {one.requirement_id for one in plan.requirements} == {"R1"}
    assert plan.unjudged == (("R2", RequirementKind.EXCLUSION),)


# What `digest` gave for this requirement before this file's fields were added.
DIGEST_BEFORE = "07b583fbd01a11e691883c1c32e43dbbf418063fd4860cd8984acc27a6ee83d1"
