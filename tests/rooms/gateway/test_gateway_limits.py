"""Who may come in, how fast and for how long: decisions, told the time."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waypost.errors import BadUse
from waypost.gateway import limits as module
from waypost.gateway.figures import REASONS_MAX, Tally, reason_of
from waypost.gateway.limits import (
    Addresses,
    Bucket,
    Limits,
    Refusal,
    address_key,
    overdue,
    read_limits,
)


def time_up(now_s, *, opened_s=0.0, useful_s=None, begun_s=None, stuck_s=None):
    return overdue(
        Limits(), now_s, opened_s=opened_s, useful_s=useful_s, begun_s=begun_s, stuck_s=stuck_s
    )


@pytest.mark.parametrize(
    ("now_s", "state", "refusal"),
    [
        (59, {}, None),
        (60, {}, Refusal.NOTHING_USEFUL),
        (60, {"useful_s": 1}, None),
        (1801, {"useful_s": 1}, Refusal.IDLE),
        (1801, {"useful_s": 900}, None),
        (29, {"begun_s": 0}, None),
        (31, {"begun_s": 1}, Refusal.SLOW_FRAME),
        (31, {"useful_s": 30, "begun_s": 1}, Refusal.SLOW_FRAME),
        (61, {"useful_s": 60, "stuck_s": 1}, Refusal.STUCK),
        (61, {"useful_s": 60, "stuck_s": 2}, None),
    ],
)
def test_a_connection_has_its_time(now_s, state, refusal):
    assert time_up(now_s, **state) == refusal


def test_the_process_and_each_address_have_so_many_places():
    addresses = Addresses(Limits(connections=3, connections_per_address=2))
    one, other = addresses.find("203.0.113.5", 0), addresses.find("203.0.113.6", 0)
    assert [addresses.enter(one, 0) for _ in range(3)] == [None, None, Refusal.ADDRESS_FULL]
    assert [addresses.enter(other, 0) for _ in range(2)] == [None, Refusal.TOO_MANY]
    addresses.leave(one)
    assert addresses.enter(other, 0) is None
    assert addresses.open == 3


def test_this_machine_itself_is_not_limited_by_address_unless_asked_for():
    free = Addresses(Limits(connections_per_address=1))
    assert free.find("127.0.0.1", 0) is None
    assert free.find("::1", 0) is None
    assert free.find("::ffff:127.0.0.9", 0) is None
    assert [free.enter(None, 0) for _ in range(3)] == [None] * 3
    assert Addresses(Limits(loopback=1)).find("127.0.0.1", 0) is not None


@pytest.mark.parametrize(
    ("host", "key"),
    [
        ("203.0.113.5", "203.0.113.5"),
        ("::ffff:203.0.113.5", "203.0.113.5"),
        ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("127.1.2.3", None),
        ("", ""),
    ],
)
def test_one_sender_is_an_address_or_a_64_of_ipv6(host, key):
    assert address_key(host) == key


def test_faults_within_a_minute_close_the_door_for_a_while():
    addresses = Addresses(Limits(faults_per_address=3, refused_s=60))
    one = addresses.find("203.0.113.5", 0)
    for at_s in (0, 59, 61, 62):
        addresses.fault(one, at_s)
        assert not addresses.is_refused(one, at_s)  # the fourth is the second of its minute
    addresses.fault(one, 63)
    assert addresses.enter(one, 64) is Refusal.ADDRESS_FAULTY
    assert not addresses.is_refused(addresses.find("203.0.113.6", 64), 64)
    assert addresses.enter(one, 123) is None


@given(st.lists(st.tuples(st.floats(0, 5), st.integers(1, 30)), max_size=60))
def test_no_more_is_ever_let_through_than_the_rate_and_one_burst(steps):
    bucket, now_s, taken = Bucket.full(10, 0.0), 0.0, 0
    for wait_s, count in steps:
        now_s += wait_s
        taken += count if bucket.take(count, now_s) else 0
        assert taken <= 10 * now_s + 10 * module.BURST_S + 1e-6


@given(st.lists(st.integers(1, 30), min_size=1, max_size=60))
def test_one_who_waits_as_told_comes_at_the_rate(counts):
    bucket, now_s = Bucket.full(10, 0.0), 0.0
    for count in counts:
        now_s += bucket.overdraw(count, now_s)
    assert now_s >= (sum(counts) - 10 * module.BURST_S) / 10 - 1e-6


def test_invented_addresses_do_not_fill_the_memory_and_real_ones_are_not_forgotten(monkeypatch):
    monkeypatch.setattr(module, "ADDRESSES_MAX", 100)
    addresses = Addresses(Limits(faults_per_address=1, refused_s=60))
    guest = addresses.find("203.0.113.5", 0)
    addresses.enter(guest, 0)
    rogue = addresses.find("203.0.113.6", 0)
    addresses.fault(rogue, 0)
    for n in range(1000):
        addresses.find(f"198.51.{n // 256}.{n % 256}", 1)
        assert len(addresses._known) <= 100
    assert addresses.find("203.0.113.5", 2) is guest
    assert addresses.find("203.0.113.6", 2) is rogue


def test_even_if_all_that_are_remembered_are_refused_the_memory_is_bounded(monkeypatch):
    monkeypatch.setattr(module, "ADDRESSES_MAX", 100)
    addresses = Addresses(Limits(faults_per_address=1))
    for n in range(500):
        addresses.fault(addresses.find(f"198.51.{n // 256}.{n % 256}", 1), 1)
        assert len(addresses._known) <= 100


def test_limits_are_read_by_name():
    read = read_limits(["connections-per-address=5", "idle_s=600", "loopback=1"])
    assert read == Limits(connections_per_address=5, idle_s=600, loopback=1)


@pytest.mark.parametrize(
    "text", ["tags=5", "connections", "connections=0", "connections=-1", "idle-s=1e3", "idle-s=９x"]
)
def test_a_limit_that_is_none_is_bad_usage_that_says_what_would_be_right(text):
    with pytest.raises(BadUse, match=r"no such limit; there are connections|write it like"):
        read_limits([text])


@pytest.mark.parametrize(
    ("sentence", "reason"),
    [
        ("the checksum is wrong", "the_checksum_is_wrong"),
        ("no frame has a length of 70000", "no_frame_has_a_length_of"),
        ("the packet says 12 bytes and has 4", "the_packet_says"),
        ("Ünlesbar", "other"),
        ("", "other"),
    ],
)
def test_faults_are_counted_by_the_plain_words_they_begin_with(sentence, reason):
    assert reason_of(sentence) == reason


def test_there_are_never_more_reasons_than_a_page_can_show():
    tally = Tally()
    for n in range(1000):
        tally.fault("word " * (n % 7) + "abcdefghij"[n % 10] * (1 + n // 70))
    assert len(tally.faults) <= REASONS_MAX + 1
    assert sum(tally.faults.values()) == 1000
