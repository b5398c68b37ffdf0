"""Reading the orders file: every oddity is said with its path, and spoils only itself."""

from __future__ import annotations

import copy
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waypost.errors import BadFile
from waypost.orders.read import ids_at, read_orders
from waypost.orders.values import OrderKind

RING = [[-0.1, 51.5], [-0.1, 51.6], [0.0, 51.6], [-0.1, 51.5]]
POINT = {"type": "Point", "coordinates": [-0.06, 51.55], "radius_m": 60}
DAILY = [{"days": ["MO"], "start": "19:00", "end": "07:00"}]
RRULE = "DTSTART;TZID=Europe/London:20260302T100000\nRRULE:FREQ=WEEKLY;BYDAY=MO"


def document(**requirement):
    asked = {"requirement_id": "R1", "kind": "curfew", "zone": POINT, "timetable": DAILY}
    trail = {"requirement_id": "R2", "kind": "trail"}
    order = {
        "order_id": "O1",
        "kind": "community_order",
        "from": "2026-03-01T00:00:00Z",
        "to": None,
        "requirements": [asked | requirement, trail],
    }
    return {"persons": [{"person_id": "P1", "orders": [order]}]}


def read(content):
    return read_orders(json.dumps(content).encode())


@pytest.mark.parametrize(
    ("requirement", "kind", "path"),
    [
        ({"kind": "picnic"}, "INVALID_REQUIREMENT_KIND", "kind"),
        ({"requirement_id": ""}, "MISSING_ID", "requirement_id"),
        ({"requirement_id": "x" * 81}, "INVALID_ID", "requirement_id"),
        ({"zone": None}, "MISSING_ZONE", "zone"),
        ({"zone": {"type": "Circle"}}, "INVALID_ZONE_TYPE", "zone.type"),
        ({"zone": {"type": "Feature", "geometry": POINT}}, "INVALID_ZONE_TYPE", "zone.type"),
        ({"zone": {**POINT, "radius_m": 2.1e6}}, "ZONE_TOO_WIDE", "zone"),
        (
            {"zone": {"type": "LineString", "coordinates": [[0, 51], [174, -41]], "width_m": 9}},
            "ZONE_TOO_WIDE",
            "zone",
        ),
        ({"zone": {**POINT, "radius_m": 0}}, "INVALID_RADIUS_M", "zone.radius_m"),
        ({"zone": {**POINT, "radius_m": True}}, "INVALID_RADIUS_M", "zone.radius_m"),
        ({"zone": {"type": "Point", "coordinates": [1, 51]}}, "INVALID_RADIUS_M", "zone.radius_m"),
        (
            {"zone": {"type": "LineString", "coordinates": RING}},
            "INVALID_WIDTH_M",
            "zone.width_m",
        ),
        (
            {"zone": {**POINT, "coordinates": [51.55, -0.06]}},
            "SWAPPED_POSITION",
            "zone.coordinates",
        ),
        (
            {"zone": {**POINT, "coordinates": [-0.06, 151]}},
            "POSITION_OUT_OF_RANGE",
            "zone.coordinates",
        ),
        (
            {"zone": {**POINT, "coordinates": [10**400, 1]}},
            "INVALID_POSITION",
            "zone.coordinates",
        ),
        (
            {
                "exceptions": [
                    {"from": "2026-03-01T00:00:00Z", "to": "2026-03-02T00:00:00Z", "reason": "a\0b"}
                ]
            },
            "NOT_TEXT",
            "exceptions[0].reason",
        ),
        (
            {"appointments": [{"rrule": RRULE, "duration": "P" + "9" * 5000 + "D"}]},
            "INVALID_DURATION",
            "appointments[0].duration",
        ),
        ({"zone": {**POINT, "coordinates": ["a", 1]}}, "INVALID_POSITION", "zone.coordinates"),
        (
            {"zone": {"type": "Polygon", "coordinates": [RING[:3]]}},
            "TOO_FEW_POSITIONS",
            "zone.coordinates[0]",
        ),
        (
            {"zone": {"type": "Polygon", "coordinates": [[*RING[:3], [0.1, 51.5]]]}},
            "UNCLOSED_RING",
            "zone.coordinates[0]",
        ),
        ({"zone": {"type": "Polygon", "coordinates": []}}, "EMPTY_GEOMETRY", "zone.coordinates"),
        ({"addresses": [POINT, {}]}, "INVALID_ZONE_TYPE", "addresses[1].type"),
        ({"timetable": []}, "EMPTY_TIMETABLE", "timetable"),
        ({"timetable": "daily"}, "NOT_A_LIST", "timetable"),
        ({"timetable": [{**DAILY[0], "days": ["XX"]}]}, "INVALID_DAYS", "timetable[0].days"),
        ({"timetable": [{**DAILY[0], "start": "7pm"}]}, "INVALID_CLOCK", "timetable[0].start"),
        ({"timetable": [{**DAILY[0], "end": "24:30"}]}, "INVALID_CLOCK", "timetable[0].end"),
        ({"timezone": "Europe/Lundon"}, "INVALID_TIMEZONE", "timezone"),
        ({"timezone": "Europe"}, "INVALID_TIMEZONE", "timezone"),
        ({"from": "2026-03-01T00:00:00"}, "INVALID_TIME", "from"),
        ({"from": 7}, "INVALID_TIME", "from"),
        (
            {"exceptions": [{"from": "2026-03-02T00:00:00Z", "to": "2026-03-01T00:00:00Z"}]},
            "ENDS_BEFORE_START",
            "exceptions[0].to",
        ),
        ({"kind": "attendance", "timetable": None}, "MISSING_APPOINTMENTS", "appointments"),
        (
            {"appointments": [{"rrule": "FREQ=WEEKLY", "duration": "PT1H"}]},
            "INVALID_RRULE",
            "appointments[0].rrule",
        ),
        (
            {"appointments": [{"rrule": RRULE, "duration": "1 hour"}]},
            "INVALID_DURATION",
            "appointments[0].duration",
        ),
    ],
)
def test_a_bad_requirement_is_named_by_its_path_and_spoils_only_itself(requirement, kind, path):
    content = document(**requirement)
    found = read(content)
    said = [(problem.type, problem.field, problem.line) for problem in found.problems]
    assert (kind, f"persons[0].orders[0].requirements[0].{path}", None) in said
    assert all(problem.message and problem.action for problem in found.problems)
    assert [one.requirement_id for one in found.rows[0].orders[0].requirements] == ["R2"]
    assert ids_at(content, found.problems[0])[0] == "P1"


def test_every_odd_field_of_a_row_is_reported_at_once():
    bad = [{"days": [], "start": "a", "end": "b"}]
    assert [problem.type for problem in read(document(timetable=bad)).problems] == [
        "INVALID_DAYS", "INVALID_CLOCK", "INVALID_CLOCK",
    ]  # fmt: skip


def test_unknown_keys_are_allowed_and_left_behind():
    found = read(document(colour="red"))
    assert not found.problems
    assert len(found.rows[0].orders[0].requirements) == 2


def test_addresses_are_further_zones_of_a_curfew():
    other = {**POINT, "radius_m": 90}
    zones = read(document(addresses=[other])).rows[0].orders[0].requirements[0].zones
    assert [zone.radius_m for zone in zones] == [60, 90]
    alone = read(document(zone=None, addresses=[other])).rows[0].orders[0].requirements[0]
    assert [zone.radius_m for zone in alone.zones] == [90]


def test_midnight_may_be_written_as_the_end_of_the_day():
    asked = read(document(timetable=[{"days": ["MO"], "start": "19:00", "end": "24:00"}]))
    assert asked.rows[0].orders[0].requirements[0].timetable[0].end == "00:00"


def test_a_kind_of_order_that_we_do_not_know_is_kept_as_other():
    content = document()
    content["persons"][0]["orders"][0]["kind"] = "deferred_sentence"
    assert read(content).rows[0].orders[0].kind is OrderKind.OTHER


def test_a_bad_order_an_odd_activation_and_a_second_person_are_problems():
    content = document()
    person = content["persons"][0]
    person["orders"].append({"order_id": "O2", "kind": "licence", "from": "soon"})
    person["activations"] = [
        {"activation_id": "A1", "device_id": 5, "from": "2026-03-01T00:00:00+01:00", "to": None},
        {"activation_id": "A2", "device_id": "D1", "from": "2026-03-02T00:00:00Z",
         "to": "2026-03-01T00:00:00Z"},
    ]  # fmt: skip
    content["persons"] += [copy.deepcopy(person), "nobody", {"orders": []}]
    found = read(content)
    assert [(one.order_id) for one in found.rows[0].orders] == ["O1"]
    assert [(one.activation_id, one.device_id) for one in found.rows[0].activations] == [
        ("A1", "5")
    ]
    assert [problem.type for problem in found.problems] == [
        "INVALID_TIME", "ENDS_BEFORE_START", "INVALID_TIME", "ENDS_BEFORE_START",
        "DUPLICATE_PERSON", "NOT_AN_OBJECT", "MISSING_ID",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "data",
    [b"", b"\xff\xfe", b"[1]", b'{"persons": 3}', b'{"persons": [', b"[" * 100_000, b"1" * 10_000],
)
def test_a_file_that_is_not_orders_is_refused_as_a_whole(data):
    with pytest.raises(BadFile):
        read_orders(data)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=5,
)


@given(
    json_values,
    st.sampled_from(["zone", "timetable", "appointments", "exceptions", "kind", "from", "timezone",
                     "addresses", "requirement_id"]),
)  # fmt: skip
def test_whatever_stands_in_a_field_reading_answers(value, name):
    """Accepted plus refused equals received: a requirement is kept, or a problem says why not."""
    found = read(document(**{name: value}))
    kept = len(found.rows[0].orders[0].requirements)
    assert kept in (1, 2)
    assert (kept == 1) == bool(found.problems)


def test_an_order_from_before_anybody_now_alive_is_a_problem_not_a_million_nights():
    order = {"order_id": "O1", "kind": "licence", "from": "0001-01-01T00:00:00Z", "to": None}
    found = read_orders(json.dumps({"persons": [{"person_id": "P1", "orders": [order]}]}).encode())
    assert [(p.type, p.field) for p in found.problems] == [
        ("INVALID_TIME", "persons[0].orders[0].from")
    ]
    assert found.rows[0].orders == ()
