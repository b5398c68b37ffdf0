"""Our own batch, row by row: one bad row spoils one row."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from waypost.positions.values import EventKind
from waypost.protocols.batch import read_batch
from waypost.protocols.batch_schema import BATCH_SCHEMA, EVENT, FIX
from waypost.protocols.values import Unreadable
from waypost.units import Mechanism

GOOD = {"device_id": "D1", "time": "2026-03-01T09:00:00Z", "lat": 51.5, "lon": -0.06}
STRAP = {"device_id": "D1", "time": "2026-03-01T09:00:00Z", "kind": "strap_tamper"}


def read(*rows):
    return read_batch(json.dumps({"rows": list(rows)}).encode())


def test_a_fix_states_an_r95_and_its_mechanism():
    row = read(GOOD | {"accuracy_m": 12, "mechanism": "lbs", "attributes": {"cell": 7}}).rows[0]
    assert (row.fix.accuracy_m, row.fix.accuracy_is_r68) == (12.0, False)
    assert row.fix.mechanism is Mechanism.CELL
    assert row.fix.attributes == {"cell": 7}
    assert row.fix.speed_mps is None


def test_an_event_has_a_kind_and_no_place():
    row = read(STRAP | {"attributes": {"circuit": "open"}}).rows[0]
    assert (row.event.kind, row.fix) == (EventKind.STRAP_TAMPER, None)


@pytest.mark.parametrize(
    ("change", "field", "type_"),
    [
        ({"lat": 90.01}, "lat", "INVALID_NUMBER"),
        ({"lon": "0.1"}, "lon", "INVALID_NUMBER"),
        ({"lat": None}, "lat", "MISSING_PLACE"),
        ({"lat": True}, "lat", "INVALID_NUMBER"),
        ({"accuracy_m": -1}, "accuracy_m", "INVALID_NUMBER"),
        ({"acuracy_m": 5}, "acuracy_m", "UNKNOWN_FIELD"),
        ({"time": "2026-03-01T09:00:00"}, "time", "INVALID_TIME"),
        ({"time": 1772355600}, "time", "INVALID_TIME"),
        ({"time": "0001-01-01T00:00:00+14:00"}, "time", "INVALID_TIME"),
        ({"mechanism": "SONAR"}, "mechanism", "INVALID_MECHANISM"),
        ({"device_id": None}, "device_id", "NO_SENDER"),
        ({"activation_id": "A1"}, "device_id", "TWO_SENDERS"),
        ({"device_id": "x" * 81}, "device_id", "INVALID_SENDER"),
        ({"device_id": "D\x001"}, "device_id", "INVALID_SENDER"),
        ({"valid": "yes"}, "valid", "INVALID_FLAG"),
        ({"attributes": [1]}, "attributes", "INVALID_ATTRIBUTES"),
        ({"kind": "strap_tamper"}, "lat", "UNKNOWN_FIELD"),
    ],
)
def test_a_bad_field_refuses_its_row_alone_and_says_which(change, field, type_):
    given = read(GOOD, GOOD | change, STRAP)
    assert [row.number for row in given.rows] == [1, 3]
    problem = given.problems[0]
    assert (problem.line, problem.field, problem.type) == (2, field, type_)
    assert problem.message
    assert problem.action


def test_nan_and_infinity_spoil_only_their_rows():
    """Python writes them and strict JSON has none: the other rows are real measurements."""
    given = read(GOOD | {"lat": float("nan")}, GOOD, GOOD | {"accuracy_m": float("inf")})
    assert [row.number for row in given.rows] == [2]
    assert [problem.value for problem in given.problems] == ["NaN", "Infinity"]


def test_attributes_nested_a_hundred_deep_refuse_their_row():
    """What reads them later recurses; the sender must not choose how far."""
    deep = 1
    for _ in range(100):
        deep = {"a": deep}
    assert read(GOOD | {"attributes": deep}).problems[0].type == "INVALID_ATTRIBUTES"


@pytest.mark.parametrize(
    "body", [b"", b"[]", b'{"rows":{}}', b"\xff\xfe", b'{"rows":[' + b"[" * 99_999]
)
def test_what_is_no_batch_is_refused_whole(body):
    with pytest.raises(Unreadable):
        read_batch(body)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)
_NAMES = st.sampled_from(sorted({*FIX["properties"], *EVENT["properties"]}))


@settings(max_examples=200, deadline=None)
@given(
    rows=st.lists(
        st.dictionaries(_NAMES, _JSON, max_size=5).map(lambda d: GOOD | d) | _JSON, max_size=5
    )
)
def test_accepted_plus_refused_equals_received_whatever_is_sent(rows):
    given = read(*rows)
    numbers = [row.number for row in given.rows] + [one.line for one in given.problems]
    assert sorted(numbers) == list(range(1, len(rows) + 1))


def test_the_schema_names_every_kind_of_event():
    fix, event = BATCH_SCHEMA["properties"]["rows"]["items"]["anyOf"]
    assert event["properties"]["kind"]["enum"] == [kind.value for kind in EventKind]
    assert set(GOOD) <= set(fix["properties"])


READING = {"device_id": "D1", "time": "2026-03-01T09:00:00Z", "kind": "alcohol_reading"}
REMOVAL = {"device_id": "D1", "time": "2026-03-01T09:00:00Z", "kind": "clinical_removal"}


@pytest.mark.parametrize(
    ("row", "attributes", "type_"),
    [
        (READING, {}, "MISSING_ATTRIBUTE"),
        (READING, {"tac": 0.04}, "MISSING_ATTRIBUTE"),
        (READING, {"tac_percent": "0.04"}, "INVALID_ATTRIBUTE"),
        (READING, {"tac_percent": True}, "INVALID_ATTRIBUTE"),
        (READING, {"tac_percent": 4}, "INVALID_ATTRIBUTE"),
        (READING, {"tac_percent": 0.04, "temperature_c": 400}, "INVALID_ATTRIBUTE"),
        (REMOVAL, {"reason": "scan"}, "MISSING_ATTRIBUTE"),
        (REMOVAL, {"reason": "a walk", "until": "2026-03-01T12:00:00Z"}, "INVALID_ATTRIBUTE"),
        (REMOVAL, {"reason": "scan", "until": "noon"}, "INVALID_ATTRIBUTE"),
        (READING | {"kind": "alcohol_event"}, {"confirmed": True}, "MISSING_ATTRIBUTE"),
    ],
)
def test_an_event_that_says_nothing_without_its_attributes_is_refused_without_them(
    row, attributes, type_
):
    """A misspelt reading that was passed over in silence would be a drink that nobody sees."""
    found = read(row | {"attributes": attributes}, STRAP)
    assert [(one.line, one.type, one.field) for one in found.problems] == [(1, type_, "attributes")]
    assert len(found.rows) == 1
    assert "send attributes." in found.problems[0].action


def test_readings_removals_and_the_makers_events_are_taken():
    taken = read(
        READING | {"attributes": {"tac_percent": 0.0, "temperature_c": None, "infrared": 1.02}},
        REMOVAL | {"attributes": {"reason": "birth", "until": "2026-03-02T12:00:00Z"}},
        READING
        | {"kind": "alcohol_event",
           "attributes": {"from": "2026-03-01T07:00:00Z", "confirmed": False}},
    )  # fmt: skip
    assert taken.problems == []
    assert taken.rows[0].event.attributes["tac_percent"] == 0.0


def test_a_strap_tamper_is_never_refused_for_a_word_beside_it():
    for kind in ("strap_tamper", "battery_low", "alcohol_tamper"):
        row = STRAP | {"kind": kind, "attributes": {"percent": "few", "what": 7}}
        assert read(row).problems == []


def test_the_schema_says_what_an_event_of_each_kind_may_say():
    _, event = BATCH_SCHEMA["properties"]["rows"]["items"]["anyOf"]
    by_kind = {one["if"]["properties"]["kind"]["const"]: one["then"] for one in event["allOf"]}
    reading = by_kind["alcohol_reading"]["properties"]["attributes"]
    assert reading["required"] == ["tac_percent"]
    assert reading["properties"]["tac_percent"]["maximum"] == 1.0
    assert "required" not in by_kind["battery_level"]["properties"]["attributes"]
