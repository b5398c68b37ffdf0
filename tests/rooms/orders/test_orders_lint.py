"""What lint says, on one odd file each, and that a plain file is left in peace."""

from __future__ import annotations

import json

import pytest

from waypost.cli.orders_check import check

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
