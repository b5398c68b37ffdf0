"""The gateway's fast ways and their plain twins agree, whatever tags say."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from waypost.clock import FOREVER_US, to_us
from waypost.gateway.routing import Router, route
from waypost.gateway.thinning import SAID_AGAIN_AFTER, Levels
from waypost.geo import BRITISH
from waypost.orders.directory import ActivationDirectory
from waypost.orders.values import ActivationSpan, Order, OrderKind, PersonOrders
from waypost.positions import batch, quality
from waypost.positions.batch import IntakeRow, build, canonical
from waypost.positions.clocks import judge_time
from waypost.positions.schema import CLOCK_WRONG, EVENTS, FIXES, SetAside
from waypost.positions.values import Decoded, DecodedEvent, DecodedFix, EventKind
from waypost.units import Mechanism

DAY = datetime(2026, 3, 1, tzinfo=UTC)
hours = st.integers(0, 20).map(lambda n: DAY + timedelta(hours=n))
maybe_hours = st.none() | hours
numbers = st.none() | st.floats(-1e12, 1e12) | st.just(math.nan) | st.just(math.inf)
values = (
    st.none() | st.booleans() | st.integers(-3, 3) | st.floats(-2, 2) | st.text(max_size=70)
    | st.lists(st.integers(0, 2), max_size=2)
)  # fmt: skip
attributes = st.dictionaries(st.sampled_from("abcdef"), values, max_size=5)
fixes = st.builds(
    DecodedFix,
    maybe_hours,
    st.sampled_from([0.0, 51.5, 90.0, 91.0, math.nan, -33.9]) | st.floats(-100, 100),
    st.sampled_from([0.0, -0.1, 180.0, 500.0, -math.inf]) | st.floats(-200, 200),
    numbers, numbers, numbers, numbers,
    st.booleans(), st.booleans(), st.sampled_from(Mechanism),
)  # fmt: skip
events = st.builds(DecodedEvent, maybe_hours, st.sampled_from(EventKind), attributes)
rows = st.builds(
    IntakeRow,
    st.integers(1, 5), hours, maybe_hours, hours,
    st.lists(fixes, max_size=3), st.lists(events, max_size=3), st.none() | st.integers(0, 9),
)  # fmt: skip


def plain_keys(row, measured_at):
    return {
        "activation": row.activation,
        "measured_at": measured_at,
        "received_at": row.received_at,
        "raw_id": row.raw_place,
    }


def plain_mark(row, measured_at, otherwise):
    end_us = FOREVER_US if row.to_at is None else to_us(row.to_at)
    judged = judge_time(to_us(measured_at), to_us(row.received_at), to_us(row.from_at), end_us)
    return int(judged.mark or otherwise)


def plain_key(key, mark):
    """What was said at a wrong time is another thing than the same said at the right one."""
    return key ^ (mark * int(batch._APART)) if mark in CLOCK_WRONG else key


def plain_fix(row, fix):
    """One row of `schema.FIXES` by plain arithmetic; projected and keyed by the same kernels."""
    lat, lon = (0.0 if math.isnan(one) else one for one in (fix.lat, fix.lon))
    lat, lon = min(max(lat, -90.0), 90.0), min(max(lon, -180.0), 180.0)
    valid = fix.valid and (lat, lon) == (fix.lat, fix.lon)
    stated = fix.accuracy_m
    if stated is not None and not (math.isfinite(stated) and stated >= 0):
        stated = None
    r95 = min(quality.r95_m(stated, fix.accuracy_is_r68, fix.mechanism), 1e9)
    nowhere = max(abs(lat), abs(lon)) < quality.NULL_ISLAND_DEG
    aside = SetAside.USABLE if valid else SetAside.INVALID
    measured_at = fix.measured_at or row.received_at
    (east,), (north,) = BRITISH.project(lat, lon)
    arrays = [pa.array([one]).to_numpy() for one in (lat, lon)]
    accuracy = pa.array([r95], pa.float32()).to_numpy()
    mechanism = pa.array([fix.mechanism], pa.int8()).to_numpy()
    return {
        **plain_keys(row, measured_at),
        "lat": lat,
        "lon": lon,
        "easting_m": float(east),
        "northing_m": float(north),
        "accuracy_m": r95,
        "accuracy_stated": stated is not None,
        "mechanism": int(fix.mechanism),
        **{name: plain_number(getattr(fix, name)) for name in OPTIONAL},
        "set_aside": (
            mark := plain_mark(row, measured_at, SetAside.NULL_ISLAND if nowhere else aside)
        ),
        "content_key": plain_key(
            int(quality.content_keys(*arrays, accuracy, mechanism, valid)[0]), mark
        ),
    }


OPTIONAL = ("altitude_m", "speed_mps", "course_deg")


def plain_number(value):
    if value is None or not math.isfinite(value):
        return None
    return min(max(value, -1e9), 1e9)


def plain_event(row, event):
    text = canonical(event.attributes)
    measured_at = event.measured_at or row.received_at
    return {
        **plain_keys(row, measured_at),
        "kind": event.kind.value,
        "attributes": text,
        "set_aside": (mark := plain_mark(row, measured_at, SetAside.USABLE)),
        "content_key": plain_key(quality.event_keys([event.kind.value], [text])[0], mark),
    }


def said(table):
    return [str(row) for row in table.to_pylist()]


@given(st.lists(rows, max_size=5))
def test_many_rows_at_once_are_built_as_each_for_itself(several):
    built_fixes, built_events = build(several)
    expected = [plain_fix(row, fix) for row in several for fix in row.fixes]
    assert said(built_fixes) == said(pa.Table.from_pylist(expected, schema=FIXES))
    expected = [plain_event(row, event) for row in several for event in row.events]
    assert said(built_events) == said(pa.Table.from_pylist(expected, schema=EVENTS))


def test_texts_that_are_remembered_keep_numbers_and_truths_apart():
    """True equals 1 and 0.0 equals -0.0, and each is written differently."""
    sent = [True, 1, 1.0, False, 0, 0.0, -0.0, None, "1"]
    events = [DecodedEvent(DAY, EventKind.OTHER, {"a": one}) for one in [*sent, *sent]]
    _, built = build([IntakeRow(1, DAY, None, DAY, events=events)])
    texts = built["attributes"].to_pylist()
    assert texts[: len(sent)] == [canonical({"a": one}) for one in sent]
    assert texts[len(sent) :] == texts[: len(sent)]
    assert len(set(built["content_key"].to_pylist())) == len(set(texts)) == len(sent)


@st.composite
def directories(draw):
    """Up to three persons who wear the same tag, one after the other or at once."""
    persons = []
    for number in range(1, draw(st.integers(1, 3)) + 1):
        span = ActivationSpan(f"A{number}", "D1", draw(hours), draw(maybe_hours), number)
        spans = draw(st.just([(DAY, None)]) | st.lists(st.tuples(hours, maybe_hours), max_size=2))
        orders = tuple(
            Order(f"O{number}-{n}", OrderKind.COMMUNITY_ORDER, *one) for n, one in enumerate(spans)
        )
        persons.append(PersonOrders(f"P{number}", orders, (span,), number=number))
    return ActivationDirectory(persons)


messages = st.builds(
    Decoded,
    st.sampled_from(["D1", "D1", "D1", "D2"]),
    st.lists(maybe_hours.map(lambda at: DecodedFix(at, 51.5, -0.1)), max_size=2).map(tuple),
    st.lists(
        st.builds(DecodedEvent, maybe_hours, st.sampled_from([EventKind.SOS, EventKind.CONTACT])),
        min_size=1,
        max_size=2,
    ).map(tuple),
    st.sampled_from([None, None, None, "cut short"]),
)


@settings(max_examples=400)
@given(directories(), st.lists(st.tuples(messages, hours), min_size=1, max_size=6))
def test_whom_a_glance_finds_is_whom_the_plain_way_finds(directory, sent):
    """What a glance cannot tell it leaves to the plain way; what it tells is the same."""
    router = Router(directory)
    for decoded, received_at in sent:
        span = router.owner_of(decoded, received_at)
        if span is None:
            continue
        routed = route(directory, decoded, received_at)
        assert (routed.sealed, routed.reason, len(routed.logged)) == ((), None, 1)
        (row,) = routed.logged
        assert (row.activation, row.from_at, row.to_at) == (span.number, span.from_at, span.to_at)
        assert (tuple(row.fixes), tuple(row.events)) == (decoded.fixes, decoded.events)


@given(hours, st.lists(hours, min_size=1, max_size=3))
def test_a_glance_suffices_for_a_tag_that_is_simply_worn(received_at, times):
    span = ActivationSpan("A1", "D1", DAY, None, 1)
    order = Order("O1", OrderKind.COMMUNITY_ORDER, DAY, None)
    router = Router(ActivationDirectory([PersonOrders("P1", (order,), (span,), number=1)]))
    decoded = Decoded("D1", tuple(DecodedFix(at, 51.5, -0.1) for at in times))
    assert router.owner_of(decoded, received_at) == span


levels = st.builds(
    lambda n, percent: DecodedEvent(
        DAY + timedelta(minutes=5 * n), EventKind.BATTERY_LEVEL, {"percent": percent}
    ),
    st.integers(0, 30),
    st.sampled_from([89, 90]),
)


@given(st.lists(levels, max_size=30))
def test_a_level_left_out_was_said_within_the_half_hour(sent):
    """In whatever order they come: what is left out, the events that stay say."""
    memory, kept = Levels(), []
    for event in sent:
        news = memory.news_of(1, [event], DAY)
        kept += news
        memory.committed()
        near = [k for k in kept if abs(k.measured_at - event.measured_at) < SAID_AGAIN_AFTER]
        assert news == (event,) or event.attributes in [k.attributes for k in near]
    changes = sum(
        not n or event.attributes != sent[n - 1].attributes for n, event in enumerate(sent)
    )
    assert len(kept) >= changes
