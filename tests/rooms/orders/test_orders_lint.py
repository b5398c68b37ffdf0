"""What lint says, on one odd file each, and that a plain file is left in peace."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from waypost.cli.orders_check import check
from waypost.orders import finding
from waypost.orders.finding import FINDINGS, finding_of

POINT = {"type": "Point", "coordinates": [-0.06, 51.55], "radius_m": 60}
DAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]
NIGHTLY = [{"days": DAYS, "start": "19:00", "end": "07:00"}]
CURFEW = {"requirement_id": "R1", "kind": "curfew", "zone": POINT, "timetable": NIGHTLY}
TAG = {"activation_id": "A1", "device_id": "D1", "from": "2026-03-01T00:00:00Z", "to": None}
BOW_TIE = [[-0.1, 51.5], [0.0, 51.6], [0.0, 51.5], [-0.1, 51.6], [-0.1, 51.5]]
FLAT = [[-0.1, 51.5], [0.0, 51.5], [-0.05, 51.5], [-0.1, 51.5]]
PARIS = {"type": "Point", "coordinates": [2.35, 48.85], "radius_m": 100}
AROUND_HOME = {"type": "Point", "coordinates": [-0.059, 51.5505], "radius_m": 900}


def polygon(*rings):
    return {"type": "Polygon", "coordinates": list(rings)}


def exclusion(zone, **more):
    return {"requirement_id": "R2", "kind": "exclusion", "zone": zone, "timetable": None, **more}


def person(*requirements, tags=(TAG,), **order):
    base = {
        "order_id": "O1",
        "kind": "community_order",
        "from": "2026-03-01T00:00:00Z",
        "to": "2026-09-01T00:00:00Z",
        "requirements": list(requirements),
    }
    return {"person_id": "P1", "activations": list(tags), "orders": [base | order]}


def kinds(*persons):
    found = check(json.dumps({"persons": persons}).encode())
    return [(finding.person_id, finding.requirement_id, finding.kind) for finding in found]


def hours(start, end):
    return [{"days": DAYS, "start": start, "end": end}]


def test_a_plain_order_is_left_in_peace():
    far = exclusion({"type": "Point", "coordinates": [-0.2, 51.6], "radius_m": 500})
    assert kinds(person(CURFEW, far, {"requirement_id": "R3", "kind": "trail"})) == []


@pytest.mark.parametrize(
    ("who", "said"),
    [
        (person(exclusion(polygon(BOW_TIE))), [("P1", "R2", "zone_crosses_itself")]),
        (person(exclusion(polygon(FLAT))), [("P1", "R2", "zone_without_area")]),
        (person(exclusion(PARIS)), [("P1", "R2", "zone_outside_britain")]),
        (person({**CURFEW, "zone": {**POINT, "radius_m": 5}}), [("P1", "R1", "zone_too_small")]),
        (
            person({**CURFEW, "timetable": hours("10:00", "08:00")}),
            [("P1", "R1", "curfew_over_day_maximum"), ("P1", "R1", "curfew_over_week_maximum")],
        ),
        (
            person({**CURFEW, "timetable": hours("15:00", "08:00")}, kind="court_bail"),
            [("P1", "R1", "curfew_long")],
        ),
        (person(CURFEW, exclusion(AROUND_HOME)), [("P1", "R2", "home_cut_off")]),
        (
            person({"requirement_id": "R3", "kind": "trail"}, kind="court_bail"),
            [("P1", "R3", "trail_on_bail")],
        ),
        (
            person(CURFEW, tags=[TAG, {**TAG, "activation_id": "A2", "device_id": "D2"}]),
            [("P1", None, "activations_overlap")],
        ),
        (
            person(CURFEW, tags=[{**TAG, "from": "2026-12-01T00:00:00Z"}]),
            [("P1", None, "order_without_activation")],
        ),
        (
            person({**CURFEW, "from": "2027-01-01T00:00:00Z"}),
            [("P1", "R1", "never_required")],
        ),
        (person(CURFEW, CURFEW), [("P1", "R1", "duplicate_requirement")]),
        (person(CURFEW, to="2026-02-01T00:00:00Z"), [("P1", None, "order_ends_before_start"),
                                                     ("P1", None, "order_without_activation")]),
        (person(), [("P1", None, "order_without_requirements")]),
        (person(CURFEW, kind="pledge"), [("P1", None, "order_kind_unknown")]),
        (person(exclusion(polygon(BOW_TIE[:4]))), [("P1", "R2", "unclosed_ring"),
                                                   ("P1", None, "order_without_requirements")]),
    ],
)  # fmt: skip
def test_an_odd_order_is_named(who, said):
    assert kinds(who) == said


def test_a_school_hours_exclusion_around_the_home_of_a_night_curfew_is_no_finding():
    school = exclusion(AROUND_HOME, timetable=hours("08:30", "16:00"))
    assert kinds(person(CURFEW, school)) == []


def test_a_tag_on_two_persons_at_once_is_named():
    other = {**person(CURFEW, tags=[{**TAG, "activation_id": "A2"}]), "person_id": "P2"}
    assert kinds(person(CURFEW), other) == [("P2", None, "device_activations_overlap")]


def test_a_person_without_a_tag_is_named_only_where_the_file_lists_tags():
    untagged = {**person(CURFEW, tags=[]), "person_id": "P2"}
    assert kinds(untagged) == []
    assert kinds(person(CURFEW), untagged) == [("P2", None, "order_without_activation")]


def test_an_end_written_as_the_last_day_of_the_calendar_is_no_trouble():
    assert kinds(person(CURFEW, to="9999-12-31T23:59:59Z")) == []
    late = {"from": "9999-12-01T00:00:00Z", "to": "9999-12-31T23:59:59-01:00"}
    assert ("P1", None, "order_ends_before_start") not in kinds(person(CURFEW, **late))


WIDE = {"type": "Point", "coordinates": [-0.1, 51.5], "radius_m": 40_000}
STAYED = {
    "requirement_id": "R1", "kind": "attendance", "zone": POINT,
    "appointments": [{
        "rrule": "DTSTART;TZID=Europe/London:20260302T100000\nRRULE:FREQ=WEEKLY;BYDAY=MO",
        "duration": "PT1H", "grace": "PT15M",
    }],
}  # fmt: skip
SOBER = {"requirement_id": "R1", "kind": "alcohol", "to": "2026-06-01T00:00:00Z"}
RELEASE = {"date": "2026-03-01", "start": "15:00", "end": "07:00"}


def row(start="19:00", end="07:00", days=DAYS, **more):
    return {"days": list(days), "start": start, "end": end, **more}


def curfew(*rows, **more):
    return {**CURFEW, "timetable": list(rows) or None, **more}


def said_of(requirement, **order):
    return [kind for _, _, kind in kinds(person(requirement, **order))]


@pytest.mark.parametrize(
    ("requirement", "order", "said"),
    [
        # Rows
        (curfew(row(), row("12:00", "13:00", every_weeks=2, anchor_date="2026-03-02",
                           from_date="2026-03-09", to_date="2026-03-15")),
         {}, ["rota_never_binds"]),
        (curfew(row(), row("12:00", "13:00", from_date="2027-01-01")), {}, ["row_never_binds"]),
        (curfew(row(), row("12:00", "13:00", to_date="2026-02-28")), {}, ["row_never_binds"]),
        (curfew(row("12:00", "15:00", bank_holidays="only")),
         {"from": "2026-06-01T00:00:00Z", "to": "2026-08-01T00:00:00Z"},
         ["never_required", "bank_holiday_row_never_binds"]),
        (curfew(row("12:00", "15:00", bank_holidays="only"), bank_holiday_division="scotland"),
         {"from": "2026-06-01T00:00:00Z", "to": "2026-08-01T00:00:00Z"}, []),  # 15 June
        (curfew(row(), row()), {}, ["row_adds_nothing", "row_adds_nothing"]),
        (curfew(row(), row("20:00", "06:00", from_date="2026-04-01")), {}, ["row_adds_nothing"]),
        (curfew(row(bank_holidays="not"), row("17:00", "09:00", bank_holidays="only")), {}, []),
        (curfew(row(), row("17:00", "09:00", bank_holidays="only")),
         {}, ["bank_holiday_hours_add_up"]),
        (curfew(row(days=["SA", "SU"], bank_holidays="not")), {}, ["bank_holidays_without_effect"]),
        (curfew(row(anchor_date="2026-03-02")), {}, ["anchor_without_rota"]),
        (curfew(row(every_weeks=2, anchor_date="2026-03-02"),
                row("21:00", "06:00", every_weeks=2, anchor_date="2026-03-09")), {}, []),
        # Staggered hours
        (curfew(row(to_date="2026-04-30"), row("21:00", "06:00", from_date="2026-05-01")), {}, []),
        (curfew(row(to_date="2026-05-01"), row("21:00", "06:00", from_date="2026-05-01")),
         {}, ["staggered_rows_overlap"]),
        (curfew(row(to_date="2026-04-29"), row("21:00", "06:00", from_date="2026-05-02")),
         {}, ["staggered_rows_gap"]),
        (curfew(row(), row("17:00", "09:00", from_date="2026-04-01", to_date="2026-04-14")),
         {}, []),  # longer hours for a fortnight are no slip
        # The day of release
        (curfew(row(), release_day=RELEASE), {"kind": "hdc"}, []),
        (curfew(row(), release_day=RELEASE | {"date": "2026-02-27"}),
         {"kind": "hdc"}, ["release_day_outside_order"]),
        (curfew(row(), release_day=RELEASE | {"date": "2026-03-02"}),
         {"kind": "hdc"}, ["release_day_late"]),
        (curfew(row(), release_day=RELEASE | {"end": "23:59"}),
         {"kind": "hdc"}, ["release_night_open", "curfew_under_hdc_minimum"]),
        # Hours of the law
        (curfew(row("22:00", "06:00")), {"kind": "hdc"}, ["curfew_under_hdc_minimum"]),
        (curfew(row("22:00", "06:00")), {}, []),
        (curfew(row(bank_holidays="not"), row("09:00", "07:00", bank_holidays="only")),
         {}, ["curfew_over_day_maximum"]),
        (curfew(row("16:00", "09:00", every_weeks=2, days=["MO", "TU", "WE", "TH", "FR"],
                    anchor_date="2026-03-02"),
                row("14:00", "09:00", every_weeks=2, days=["SA", "SU"], anchor_date="2026-03-02")),
         {"from": "2026-03-02T00:00:00Z"}, ["curfew_long", "curfew_over_week_maximum"]),
        # What stands on another kind
        ({**CURFEW, "warning_m": 100}, {}, ["warning_ring_misplaced"]),
        ({**CURFEW, "minimum_stay": "PT1H"}, {}, ["minimum_stay_misplaced"]),
        ({**CURFEW, "alcohol": {}}, {}, ["alcohol_rule_misplaced"]),
        (exclusion(POINT, atv_limit="PT1H"), {}, ["atv_limit_misplaced"]),
        (exclusion(POINT, release_day=RELEASE), {}, ["release_day_misplaced"]),
        # Stays
        (STAYED | {"minimum_stay": "PT45M"}, {}, []),
        (STAYED | {"minimum_stay": "PT46M"}, {}, ["minimum_stay_beyond_grace"]),
        (STAYED | {"minimum_stay": "PT2H"}, {}, ["minimum_stay_too_long"]),
        # Alcohol
        (SOBER, {}, []),
        (SOBER | {"to": None}, {}, ["alcohol_over_120_days"]),
        (SOBER | {"to": None}, {"kind": "licence"}, []),
        (SOBER | {"alcohol": {"mode": "level", "level_g_per_dl": 0.01}}, {}, ["alcohol_level_low"]),
        # Zones
        (exclusion(WIDE), {}, ["zone_very_large"]),
        (exclusion({"type": "Polygon", "coordinates": [
            [[-5, 50], [2, 51], [10, 47], [-5, 50]]]}), {}, ["zone_very_large"]),
        (exclusion({"type": "Polygon", "coordinates": [
            [[179.9, -16.1], [179.9, -16.0], [-179.9, -16.0], [-179.9, -16.1], [179.9, -16.1]]]}),
         {}, ["zone_outside_britain", "zone_crosses_antimeridian"]),
        (exclusion({"type": "LineString", "coordinates": [[-0.1, 51.5], [-0.1, 51.5]],
                    "width_m": 40}), {}, ["zone_without_area"]),
        (exclusion({"type": "MultiPolygon", "coordinates": [[BOW_TIE], [FLAT]]}),
         {}, ["zone_crosses_itself"]),
        ({**CURFEW, "zone": {"type": "LineString", "coordinates": [[-0.1, 51.5], [-0.1, 51.6]],
                             "width_m": 50}}, {}, ["zone_too_small"]),
        ({**CURFEW, "zone": polygon([[-0.1, 51.5], [-0.1, 51.5004], [-0.0994, 51.5004],
                                     [-0.0994, 51.5], [-0.1, 51.5]])}, {}, ["zone_too_small"]),
        ({**CURFEW, "zone": polygon([[-0.1, 51.5], [-0.1, 51.501], [-0.0985, 51.501],
                                     [-0.0985, 51.5], [-0.1, 51.5]])}, {}, []),
        # Moving exclusions
        ({"requirement_id": "R1", "kind": "exclusion", "around": "V1", "around_radius_m": 500},
         {}, []),
        ({"requirement_id": "R1", "kind": "exclusion", "around": "P1", "around_radius_m": 500,
          "warning_m": 100}, {}, ["moving_zone_around_wearer", "warning_ring_on_moving_zone"]),
    ],
)  # fmt: skip
def test_what_is_oddly_asked_is_named(requirement, order, said):
    assert said_of(requirement, **order) == said


def test_a_zone_of_very_many_corners_is_named():
    ring = [[-0.1 + 0.1 * (n % 2) * 1e-6, 51.5 + n * 1e-5] for n in range(5001)]
    ring += [[0.0, 51.55], ring[0]]
    assert said_of(exclusion(polygon(ring))) == ["zone_very_detailed"]


def test_a_warning_ring_over_the_home_of_a_curfew_is_named_and_one_beside_it_is_not():
    beside = {"type": "Point", "coordinates": [-0.06, 51.56], "radius_m": 800}  # 1,112 m away
    assert kinds(person(CURFEW, exclusion(beside, warning_m=300))) == []
    [found] = kinds(person(CURFEW, exclusion(beside, warning_m=400)))
    assert found == ("P1", "R2", "place_in_warning_ring")


def test_the_night_of_a_clock_change_breaks_no_law_of_hours():
    """20 hours by the clock are 21 on the October night, and the law counts by the clock."""
    longest = curfew(row("12:00", "08:00", days=["SA"], bank_holidays="not"))
    assert "curfew_over_day_maximum" not in said_of(longest, to="2026-11-30T00:00:00Z")


def test_the_reference_lists_what_lint_can_say_and_nothing_else():
    """`lint` itself refuses a kind that the table does not know."""
    folder = Path(finding.__file__).parent
    source = "".join(path.read_text() for path in folder.glob("*.py") if path.stem != "finding")
    assert [kind for kind in FINDINGS if f'"{kind}"' not in source] == []
    with pytest.raises(AssertionError, match="odd_beyond_words"):
        finding_of("P1", (None, "odd_beyond_words", ""))
