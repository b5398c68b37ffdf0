"""Networks known again, claims that do not fit, and the flags an officer sees and settles."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices_words import orders_file
from waypost.access.models import AuditLine
from waypost.access.values import MACHINE, Posted, Role
from waypost.devices.actions import settle_flag
from waypost.devices.flag_queries import flags
from waypost.devices.models import DeviceFlag, DevicePlace
from waypost.devices.values import FlagKind
from waypost.errors import Conflict, NoSuchThing, Refused
from waypost.gateway.identity import (
    PLACES_KEPT,
    ROAMS_FROM,
    SHARED_FROM,
    Claim,
    Known,
    is_local,
    judge,
    network_hash,
    newest_fix,
)
from waypost.gateway.identity_watch import IdentityWatch
from waypost.gateway.intake import Intake
from waypost.gateway.values import TagMessage
from waypost.orders.actions import import_orders
from waypost.orders.read import read_orders
from waypost.positions.values import Decoded, DecodedEvent, DecodedFix, EventKind

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
KEY = b"k" * 32
HOME, AWAY = (51.5, -0.1), (53.5, -2.2)  # London, Manchester


# Networks.


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("192.0.2.1", "192.0.2.200", True),
        ("192.0.2.1", "192.0.3.1", False),
        ("::ffff:192.0.2.1", "192.0.2.9", True),
        ("2001:db8:1::1", "2001:db8:1:ffff::9", True),
        ("2001:db8:1::1", "2001:db8:2::1", False),
        ("fe80::1%eth0", "fe80::2", True),
        ("mqtt user anna", "mqtt user ben", False),
    ],
)
def test_addresses_handed_out_together_are_one_network(one, other, same):
    assert (network_hash(one, KEY) == network_hash(other, KEY)) is same


@given(st.text())
def test_a_network_is_a_hash_that_needs_the_key(host):
    assert len(network_hash(host, KEY)) == 32
    assert network_hash(host, KEY) != network_hash(host, b"other")


@pytest.mark.parametrize(
    ("host", "local"),
    [("127.0.0.1", True), ("127.9.9.9", True), ("::1", True), ("::ffff:127.0.0.1", True),
     ("192.0.2.1", False), ("", False), ("localhost", False)],
)  # fmt: skip
def test_this_machine_is_known_by_its_address(host, local):
    assert is_local(host) is local


# Claims.


def fix(where=HOME, at=NOW, **more):
    return DecodedFix(at, *where, **more)


def claim(network, minutes, *, where=None, protocol="queclink", connected=True):
    at = NOW + timedelta(minutes=minutes)
    placed = None if where is None else fix(where, at)
    return Claim(network, protocol, at, connected, placed)


def story(*claims, **more):
    """What each claim in turn was judged to be."""
    known, found = Known(), []
    for one in claims:
        found.append(judge(one, known, **more))
        known.heard(one)
    return found


def test_another_network_after_a_silence_is_nothing():
    """Operators hand out addresses as they like."""
    assert story(claim("a", 0), claim("b", 5), claim("c", 10), claim("d", 15)) == [None] * 4


def test_a_network_never_seen_a_moment_after_its_own_is_odd_for_a_tag_that_does_not_roam():
    assert story(claim("a", 0), claim("b", 1)) == [None, FlagKind.NEW_PLACE]


def test_a_phone_that_roams_may_be_anywhere_next():
    networks = [claim(f"n{n}", 10 * n) for n in range(ROAMS_FROM)]
    assert story(*networks, claim("new", 10 * ROAMS_FROM - 9)) == [None] * (ROAMS_FROM + 1)


def test_a_connection_that_speaks_again_after_another_did_never_left():
    taken = story(claim("a", 0), claim("b", 5), claim("a", 6))
    assert taken == [None, None, FlagKind.TWO_AT_ONCE]
    assert story(claim("a", 0), claim("b", 5), claim("a", 16)) == [None] * 3


def test_a_tag_that_is_given_new_networks_all_the_time_may_come_back_to_one():
    """Some operators send each connection out by another address."""
    came = [claim(network, 15 * n) for n, network in enumerate("abc")]
    assert story(*came, claim("a", 31), claim("c", 32)) == [None] * 5


def test_a_phone_may_flap_between_two_networks_but_not_for_ever():
    turns = [claim("ab"[n % 2], 3 + n, connected=False) for n in range(6)]
    judged = story(claim("a", 0, connected=False), *turns[1:])
    assert judged[:3] == [None] * 3
    assert judged[-1] is FlagKind.TWO_AT_ONCE


def test_two_places_that_no_road_joins_in_the_time_are_odd_by_any_protocol():
    """The networks must differ: one tag whose fixes jump is a bad fix, not another tag."""
    apart = [claim("a", 0, where=HOME, connected=False), claim("b", 30, where=AWAY)]
    assert story(*apart) == [None, FlagKind.NEW_PLACE]
    back = claim("a", 4, where=HOME, connected=False)
    both = story(claim("a", 0, where=HOME), claim("b", 3, where=AWAY), back)
    assert both[1:] == [FlagKind.NEW_PLACE, FlagKind.TWO_AT_ONCE]
    assert story(claim("a", 0, where=HOME), claim("a", 1, where=AWAY)) == [None, None]
    assert story(claim("a", 0, where=HOME), claim("b", 55, where=AWAY)) == [None, None]
    assert story(claim("a", 0, where=HOME), claim("b", 90, where=AWAY)) == [None, None]


def test_a_network_of_many_devices_tells_nobody_apart():
    assert story(claim("a", 0), claim("b", 1), claim("a", 2), is_shared=True) == [None] * 3
    far = story(claim("a", 0, where=HOME), claim("b", 1, where=AWAY), is_shared=True)
    assert far == [None, FlagKind.NEW_PLACE]


def test_another_protocol_is_odd_once():
    taken = story(claim("a", 0), claim("a", 5, protocol="gt06"), claim("a", 6, protocol="gt06"))
    assert taken == [None, FlagKind.OTHER_PROTOCOL, None]


@given(st.lists(st.tuples(st.sampled_from("abcdefghijkl"), st.integers(0, 30)), max_size=60))
def test_what_is_remembered_of_a_device_has_an_end(steps):
    known, minutes = Known(), 0
    for network, later in steps:
        minutes += later
        one = claim(network, minutes, where=HOME)
        judge(one, known)
        known.heard(one)
        assert known.last == network
    assert len(known.networks) <= PLACES_KEPT
    assert len(known.returns) <= 4


@given(st.integers(1, 200), st.floats(0, 100))
def test_a_tag_that_stays_at_its_network_is_never_flagged_wherever_it_goes(count, step):
    claims = [claim("a", n, where=(51 + n * step % 1, 0)) for n in range(count)]
    assert set(story(*claims)) == {None}


def test_places_are_compared_by_what_was_measured_last():
    late, early = fix(AWAY, NOW), fix(HOME, NOW - timedelta(hours=1))
    timeless, invalid = fix(HOME, None), fix(HOME, NOW + timedelta(hours=1), valid=False)
    assert newest_fix(Decoded("D1", (late, early, timeless, invalid))) is late
    assert newest_fix(Decoded("D1", (timeless,))) is None


# As messages are committed.


@pytest.fixture
def worn(db, monkeypatch):
    monkeypatch.setattr("waypost.gateway.intake.clock.now", lambda: NOW)
    tags = [f"D{n}" for n in range(1, SHARED_FROM + 3)]
    import_orders(read_orders(orders_file(tags)).rows, by=MACHINE, now=NOW)
    return tags


def message(device, network, minutes, *, protocol="queclink"):
    at = NOW + timedelta(minutes=minutes)
    seen = Decoded(device, events=(DecodedEvent(at, EventKind.CONTACT),))
    return TagMessage(protocol, b"+RESP:x$", seen, at, network, reachable=True)


def kinds():
    return sorted(DeviceFlag.objects.values_list("device_reference", "kind", "count"))


@pytest.mark.database
def test_a_claim_from_a_new_place_is_flagged_and_grows_one_flag(worn):
    intake = Intake()
    intake.write([message("D1", "a", 0), message("D2", "b", 0), message("D1", "b", 1)])
    assert kinds() == [("D1", "new_place", 1)]
    for minutes in (1.2, 1.4, 2.5, 2.7):
        intake.write([message("D1", "a" if minutes in (1.2, 2.5) else "b", minutes)])
    assert kinds() == [("D1", "new_place", 1), ("D1", "two_at_once", 2)]
    places = DevicePlace.objects.filter(device_reference="D1").order_by("network")
    assert [(one.network, one.protocol) for one in places] == [("a", "queclink"), ("b", "queclink")]


@pytest.mark.database
def test_what_one_gateway_learnt_the_next_knows(worn):
    Intake().write([message("D1", "a", 0)])
    Intake().write([message("D1", "b", 1), message("D1", "b", 2, protocol="gt06")])
    assert kinds() == [("D1", "new_place", 1), ("D1", "other_protocol", 1)]


@pytest.mark.database
def test_strangers_leave_no_trace_here(worn):
    """Whoever sends made-up ids must not fill memory or tables."""
    intake = Intake()
    intake.write([message("NOBODY", "a", 0), message("NOBODY", "b", 1)])
    assert not DevicePlace.objects.exists()
    (watch,) = [one for one in intake._watchers if isinstance(one, IdentityWatch)]
    assert watch._known == {}


@pytest.mark.database
def test_a_network_that_very_many_devices_share_flags_none_of_them(worn):
    intake = Intake()
    first, *others = worn
    intake.write([message(tag, "operator", 0) for tag in others])
    intake.write([message(first, "a", 0), message(first, "operator", 1)])
    assert kinds() == []


@pytest.mark.database
def test_a_group_that_was_undone_is_remembered_with_the_next(worn, monkeypatch):
    from waypost.gateway.deliveries import Deliveries

    plain, left = Deliveries.save, []

    def save(self, position, *, now):
        if left:
            left.pop()
            raise RuntimeError("full")
        return plain(self, position, now=now)

    monkeypatch.setattr(Deliveries, "save", save)
    intake = Intake()
    intake.write([message("D1", "a", 0)])
    left.append(1)
    intake.write([message("D1", "b", 1), message("D1", "b", 1.5)])
    assert kinds() == [("D1", "new_place", 1)]
    assert DevicePlace.objects.count() == 2


@pytest.mark.database
def test_tags_that_say_the_same_from_the_same_place_cost_no_query(worn, django_assert_num_queries):
    watch = IdentityWatch()
    from waypost.gateway.group import Group

    group = Group()
    group.heard = {"D1": (NOW, "queclink")}
    watch.look([message("D1", "a", 0)], group, now=NOW)
    watch.committed()
    with django_assert_num_queries(0):
        for n in range(1, 25):
            watch.look([message("D1", "a", n)] * 20, group, now=NOW)
            watch.committed()
    with django_assert_num_queries(1):
        watch.look([message("D1", "a", 31)], group, now=NOW)


@pytest.mark.database
def test_an_officer_sees_a_flag_and_settles_it_with_a_reason(worn):
    Intake().write([message("D1", "a", 0), message("D1", "b", 1)])
    centre = Posted(7, "Officer 7", frozenset({Role.MONITORING_OFFICER}))
    other = Posted(8, "Officer 8", frozenset({Role.POLICE_ANALYST}))
    (seen,) = flags(centre)
    assert (seen.device, seen.kind, seen.count) == ("D1", FlagKind.NEW_PLACE, 1)
    assert flags(centre, device="D2") == ()
    for by, how, refusal in (
        (other, "a new SIM", Refused),
        (centre, " ", Refused),
    ):
        with pytest.raises(refusal):
            settle_flag(seen.flag_id, how, by=by, now=NOW)
    with pytest.raises(Refused):
        flags(other)
    settle_flag(seen.flag_id, "a new SIM", by=centre, now=NOW)
    with pytest.raises(Conflict):
        settle_flag(seen.flag_id, "again", by=centre, now=NOW)
    with pytest.raises(NoSuchThing):
        settle_flag(seen.flag_id + 9, "none", by=centre, now=NOW)
    assert flags(centre) == ()
    assert [one.settled_how for one in flags(centre, settled=True)] == ["a new SIM"]
    assert AuditLine.objects.filter(kind="device_flag:settled").count() == 1
