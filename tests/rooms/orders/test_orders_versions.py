"""Which version binds when: at any instant the latest one whose time has come, or none."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from waypost.orders.values import Order, OrderKind, Requirement, RequirementKind, Zone
from waypost.orders.versions import Version, asks_the_same, digest, effective

START = datetime(2026, 3, 1, tzinfo=UTC)
ORDER = Order("O1", OrderKind.LICENCE, START, None)


def day(n):
    return START + timedelta(days=n)


def asked(radius_m, **more):
    zone = Zone({"type": "Point", "coordinates": [0.0, 51.5]}, radius_m=radius_m)
    return Requirement("R1", RequirementKind.CURFEW, zones=(zone,), **more)


versions = st.lists(st.tuples(st.integers(0, 9), st.booleans()), min_size=1, max_size=6).map(
    lambda drawn: [
        Version(n, day(valid), False, gone, asked(float(n)))
        for n, (valid, gone) in enumerate(drawn, start=1)
    ]
)


@given(versions, st.integers(0, 12))
def test_at_any_instant_the_latest_version_whose_time_has_come_binds(stored, n):
    instant = day(n) + timedelta(hours=1)
    come = [one for one in stored if one.valid_from <= instant]
    if not come:
        return
    latest = max(come, key=lambda one: one.version)
    binding = [
        one.zones[0].radius_m
        for one in effective(stored, ORDER)
        if (one.from_at or START) <= instant and (one.to_at is None or instant < one.to_at)
    ]
    assert binding == ([] if latest.withdrawn else [float(latest.version)])


@given(versions, st.randoms())
def test_the_order_in_which_versions_are_read_changes_nothing(stored, random):
    shuffled = list(stored)
    random.shuffle(shuffled)
    assert effective(shuffled, ORDER) == effective(stored, ORDER)


def test_a_correction_replaces_for_all_time_and_a_variation_from_its_day():
    first = Version(1, START, False, False, asked(60.0))
    corrected = Version(2, START, False, False, asked(90.0))
    varied = Version(3, day(10), False, False, asked(200.0))
    assert [one.zones[0].radius_m for one in effective([first, corrected], ORDER)] == [90.0]
    pieces = effective([first, corrected, varied], ORDER)
    assert [(one.zones[0].radius_m, one.from_at, one.to_at) for one in pieces] == [
        (90.0, None, day(10)),
        (200.0, day(10), None),
    ]


def test_what_was_added_to_a_known_order_binds_no_earlier_also_once_corrected():
    added = Version(1, day(5), True, False, asked(60.0))
    corrected = Version(2, day(5), True, False, asked(60.0, to_at=day(20)))
    assert [one.from_at for one in effective([added], ORDER)] == [day(5)]
    assert [one.from_at for one in effective([added, corrected], ORDER)] == [day(5)]


def test_dates_change_the_digest_and_not_what_is_asked():
    one, other = asked(60.0), asked(60.0, to_at=day(9))
    assert digest(one) != digest(other)
    assert asks_the_same(one, other)
    assert not asks_the_same(one, asked(61.0))
    assert digest(one) == digest(asked(60.0, version_id=7))
