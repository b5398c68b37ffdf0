"""The fitting window as a requirement: read, linted, in plain words, judged by no rule."""

from __future__ import annotations

import copy
import json
from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pytest

from waypost.cli.orders_check import check
from waypost.orders.read import read_orders
from waypost.orders.timetable import required_windows
from waypost.orders.values import RequirementKind
from waypost.orders.words import timetable_words
from waypost.positions.schema import FIXES
from waypost.rules.plan import compile_plan
from waypost.rules.replay import replay_all
from waypost.rules.values import Parameters
from waypost.web.presenters import people

START = datetime(2026, 3, 2, 10, tzinfo=UTC)
HOME = {"type": "Point", "coordinates": [-0.06, 51.55], "radius_m": 60}
DAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]
WINDOW = {
    "requirement_id": "R0", "kind": "fitting", "zone": HOME,
    "timetable": [{"days": DAYS, "start": "17:00", "end": "24:00"}],
    "from": "2026-03-02T10:00:00Z", "to": "2026-03-04T00:00:00Z",
}  # fmt: skip
CURFEW = {
    "requirement_id": "R1", "kind": "curfew", "zone": HOME,
    "timetable": [{"days": DAYS, "start": "19:00", "end": "07:00"}],
}  # fmt: skip


def file(*requirements, **order) -> bytes:
    asked = {"order_id": "O1", "kind": "community_order", "from": "2026-03-02T10:00:00Z",
             "to": "2026-06-01T00:00:00Z", "requirements": list(requirements)}  # fmt: skip
    return json.dumps({"persons": [{"person_id": "P1", "orders": [asked | order]}]}).encode()


def without(requirement: dict, *names: str) -> dict:
    return {key: value for key, value in copy.deepcopy(requirement).items() if key not in names}


def test_an_end_of_24_00_is_midnight_and_the_window_ends_on_the_second_day():
    read = read_orders(file(WINDOW, CURFEW))
    assert not read.problems
    [order] = read.rows[0].orders
    window = order.requirements[0]
    assert window.kind is RequirementKind.FITTING
    hours = required_windows(window, order, order.from_at, order.to_at)
    evening = datetime(2026, 3, 2, 17, tzinfo=UTC)
    day = timedelta(days=1)
    assert hours == [(evening, evening + timedelta(hours=7)),
                     (evening + day, evening + day + timedelta(hours=7))]  # fmt: skip
    assert timetable_words(window.timetable) == ("Every day 17:00 to midnight",)


def test_a_window_without_a_place_is_refused_with_its_path():
    read = read_orders(file(without(WINDOW, "zone"), CURFEW))
    [problem] = read.problems
    assert problem.type == "MISSING_ZONE"
    assert problem.field == "persons[0].orders[0].requirements[0].zone"
    assert [one.requirement_id for one in read.rows[0].orders[0].requirements] == ["R1"]


@pytest.mark.parametrize(
    ("requirements", "said"),
    [
        ([WINDOW, CURFEW], []),
        ([without(WINDOW, "timetable"), CURFEW], ["fitting_without_hours"]),
        ([without(WINDOW, "to"), CURFEW], ["fitting_without_end"]),
        ([WINDOW | {"to": "2026-06-03T00:00:00Z"}, CURFEW], ["fitting_beyond_order"]),
        ([WINDOW | {"from": "2026-03-01T00:00:00Z"}, CURFEW], ["fitting_beyond_order"]),
        ([WINDOW], ["fitting_without_tag"]),
        ([WINDOW | {"zone": HOME | {"radius_m": 5}}, CURFEW], ["zone_too_small"]),
    ],
)
def test_a_window_that_no_visit_could_be_planned_by_is_named(requirements, said):
    assert [finding.kind for finding in check(file(*requirements))] == said


def test_no_rule_judges_the_window_and_replay_says_so():
    person = read_orders(file(WINDOW, CURFEW)).rows[0]
    plan = compile_plan(person, Parameters(), from_at=START, to_at=START + timedelta(days=3))
    assert [one.requirement_id for one in plan.requirements] == ["R1"]
    assert plan.unjudged == (("R0", RequirementKind.FITTING),)
    outcome = replay_all([person], pa.Table.from_pylist([], FIXES), now=START + timedelta(days=2))
    assert outcome.unjudged == [("P1", "R0", RequirementKind.FITTING)]
    assert {row.requirement_id for _, row in outcome.rows} <= {"R1"}


def test_the_window_reads_plainly_on_the_persons_page_and_leaves_what_comes_next_once_worn():
    person = read_orders(file(WINDOW, CURFEW)).rows[0]
    [order] = people.orders_of(person, now=START)
    window = order.requirements[0]
    assert window.asks == "Must be at this address, to have the tag fitted"
    assert window.own_words == "Be at home, so that your tag can be fitted"
    assert window.when == (
        "Every day 17:00 to midnight",
        "Until Wed 4 Mar 2026, 00:00 GMT, or until the tag is on",
    )
    nexts = [thing.words for thing in people.next_things(person, now=START)]
    assert "Be at home, so that your tag can be fitted" in nexts
    data = json.loads(file(WINDOW, CURFEW))
    data["persons"][0]["activations"] = [
        {"activation_id": "A1", "device_id": "D1", "from": START.isoformat(), "to": None}
    ]
    worn = read_orders(json.dumps(data).encode()).rows[0]
    nexts = [thing.words for thing in people.next_things(worn, now=START + timedelta(minutes=1))]
    assert set(nexts) == {"Be at home"}
