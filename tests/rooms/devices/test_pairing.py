"""Home units and beacons: the wearer's own tell a place, somebody else's never does."""

from __future__ import annotations

import json
from datetime import timedelta

import pyarrow as pa
import pytest

from devices_words import HANDED_ON, NOW, START, directory, import_orders, orders_file
from waypost.access.models import AuditLine
from waypost.access.values import MACHINE
from waypost.devices import actions
from waypost.devices.estate_watch import judge_estate, one_round
from waypost.devices.lifecycle import Status
from waypost.devices.models import Device, Pairing, QuarantinedMessage, TagFinding
from waypost.devices.pairing import NO_PAIRINGS, Paired, PairingBook, fixes_heard, with_places
from waypost.devices.putting_up import Spot
from waypost.devices.stock_file import StockRow
from waypost.devices.values import DeviceKind
from waypost.errors import Conflict, Refused
from waypost.gateway.endpoints import _read_batch
from waypost.gateway.intake import Intake
from waypost.gateway.values import TagMessage
from waypost.orders.directory import ActivationDirectory
from waypost.orders.models import Activation, Person
from waypost.orders.values import ActivationSpan, PersonOrders
from waypost.positions import log
from waypost.positions.values import Decoded, DecodedEvent, EventKind
from waypost.units import Mechanism

MINUTE = timedelta(minutes=1)
HOME = Spot(51.5512, -0.0655, 25.0, "12 Example Street")


def heard(beacon, at=NOW) -> DecodedEvent:
    return DecodedEvent(at, EventKind.BEACON_SEEN, {"beacon": beacon})


def book(*pairings: Paired) -> PairingBook:
    return PairingBook(pairings)


def at_home(device="B1", person=1, from_at=START, to_at=None) -> Paired:
    return Paired(device, person, HOME.lat, HOME.lon, HOME.radius_m, from_at, to_at)


def test_a_beacon_of_ones_own_is_a_fix_with_the_reach_of_its_radio():
    [fix] = fixes_heard([heard("B1")], book(at_home()), 1, NOW)
    assert (fix.lat, fix.lon, fix.accuracy_m) == (HOME.lat, HOME.lon, 25.0)
    assert fix.mechanism is Mechanism.BEACON
    assert fix.measured_at == NOW


@pytest.mark.parametrize(
    "pairing",
    [
        at_home(person=2),
        at_home(device="B2"),
        at_home(to_at=NOW),
        at_home(from_at=NOW + MINUTE),
    ],
    ids=["somebody else's", "another", "taken down", "not yet up"],
)
def test_any_other_beacon_tells_no_place(pairing):
    assert fixes_heard([heard("B1")], book(pairing), 1, NOW) == []


@pytest.mark.parametrize("beacon", [None, 7, "", "b1", ["B1"]])
def test_an_event_that_names_no_beacon_tells_no_place(beacon):
    event = DecodedEvent(NOW, EventKind.BEACON_SEEN, {"beacon": beacon})
    assert fixes_heard([event], book(at_home()), 1, NOW) == []


def test_a_beacon_lost_tells_no_place():
    event = DecodedEvent(NOW, EventKind.BEACON_LOST, {"beacon": "B1"})
    assert fixes_heard([event], book(at_home()), 1, NOW) == []


def test_a_backlog_is_placed_by_the_pairing_of_its_own_time():
    """The beacon moved house with its wearer: yesterday's hearing is at yesterday's address."""
    moved = NOW - timedelta(days=1)
    old = Paired("B1", 1, 51.0, 0.0, 25.0, START, moved)
    new = Paired("B1", 1, 52.0, 0.0, 25.0, moved, None)
    fixes = fixes_heard([heard("B1", moved - MINUTE), heard("B1")], book(old, new), 1, NOW)
    assert [fix.lat for fix in fixes] == [51.0, 52.0]


def test_a_beacon_that_was_moved_tells_no_place_from_then_on():
    moved = Paired("B1", 1, 51.0, 0.0, 25.0, START, None, moved_at=NOW)
    events = [heard("B1", NOW - MINUTE), heard("B1", NOW)]
    fixes = fixes_heard(events, book(moved), 1, NOW)
    assert [fix.measured_at for fix in fixes] == [NOW - MINUTE]


def test_a_message_without_a_beacon_comes_back_as_it_is():
    decoded = Decoded("D1", events=(DecodedEvent(NOW, EventKind.CONTACT),))
    [same] = with_places(decoded, book(at_home()), directory(), NOW)
    assert same is decoded


def test_the_tag_handed_on_hears_the_first_wearers_beacon_in_vain():
    """Tag D1 was P1's and is P2's: the beacon of P1 tells where P1 was, and nothing of P2."""
    pairings = book(at_home(person=1))
    late = Decoded("D1", events=(heard("B1", HANDED_ON - MINUTE), heard("B1", NOW)))
    [whole] = with_places(late, pairings, directory(), NOW)
    assert [fix.measured_at for fix in whole.fixes] == [HANDED_ON - MINUTE]
    assert len(whole.events) == 2


def test_a_home_unit_speaks_for_the_tag_of_its_wearer():
    """Its wearer is P2, who wears D1 now."""
    power = DecodedEvent(NOW, EventKind.HOME_UNIT_POWER_LOST, {"volts": 3.9})
    unit = Decoded("HU1", events=(power, heard("D1"), heard("D9")))
    [part] = with_places(unit, book(at_home("HU1", person=2)), directory(), NOW)
    assert part.device_id == "D1"
    assert [event.attributes["home_unit"] for event in part.events] == ["HU1"] * 3
    [fix] = part.fixes  # of D1 alone: it heard a stranger's tag D9, too
    assert fix.mechanism is Mechanism.BEACON


def test_a_tag_recorded_on_two_persons_at_once_is_placed_by_neithers_unit_but_the_laters():
    """The later fitting counts: the home unit of the earlier one tells no place under it."""
    both = ActivationDirectory(
        [
            PersonOrders("P1", (), (ActivationSpan("A1", "D1", START, None, 1),), number=1),
            PersonOrders("P2", (), (ActivationSpan("A2", "D1", HANDED_ON, None, 2),), number=2),
        ]
    )
    unit = Decoded("HU1", events=(heard("D1"),))
    [left] = with_places(unit, book(at_home("HU1", person=1)), both, NOW)
    assert (left.device_id, left.fixes) == ("HU1", ())
    [part] = with_places(unit, book(at_home("HU1", person=2)), both, NOW)
    assert (part.device_id, len(part.fixes)) == ("D1", 1)


def test_a_home_unit_of_somebody_without_a_tag_is_left_to_an_officer():
    unit = Decoded("HU1", events=(DecodedEvent(NOW, EventKind.HOME_UNIT_MOVED),))
    [left] = with_places(unit, book(at_home("HU1", person=77)), directory(), NOW)
    assert left.device_id == "HU1"
    assert left.events == unit.events


def test_a_home_units_backlog_goes_to_whoever_it_stood_for_then():
    first = at_home("HU1", person=1, to_at=HANDED_ON)
    second = at_home("HU1", person=3, from_at=HANDED_ON)
    events = tuple(
        DecodedEvent(at, EventKind.HOME_UNIT_MOVED) for at in (HANDED_ON - MINUTE, HANDED_ON)
    )
    parts = with_places(Decoded("HU1", events=events), book(first, second), directory(), NOW)
    assert {part.device_id: len(part.events) for part in parts} == {"D1": 1, "D3": 1}


def test_a_bad_message_of_a_home_unit_keeps_its_error():
    unit = Decoded("HU1", events=(heard("D1"),), error="cut short")
    parts = with_places(unit, book(at_home("HU1", person=2)), directory(), NOW)
    assert {part.device_id: part.error for part in parts} == {"D1": None, "HU1": "cut short"}


def test_without_pairings_nothing_is_looked_up():
    decoded = Decoded("D1", events=(heard("B1"),))
    assert with_places(decoded, NO_PAIRINGS, directory(), NOW) == [decoded]


# --- over real intake --------------------------------------------------------------------------


@pytest.fixture
def people(db):
    """P-D1 and P-D2 with a tag each; a beacon and a home unit in stock."""
    import_orders(orders_file(("D1", "D2")))
    for name, kind in (("B1", DeviceKind.BEACON), ("HU1", DeviceKind.HOME_UNIT)):
        actions.add_device(StockRow(0, name, kind=kind), by=MACHINE, now=NOW)
    return {one.reference: one.pk for one in Person.objects.all()}


def put_up(device, person_id, *, at=START) -> int:
    return actions.put_up(device, person_id, HOME, at=at, by=MACHINE, now=NOW)


def message(device, *events, payload=b"frame") -> TagMessage:
    return TagMessage("queclink", payload, Decoded(device, events=events), NOW)


def logged(what):
    entries = log.entries_after(0, limit=100)
    return pa.concat_tables([getattr(entry, what) for entry in entries]).to_pylist()


@pytest.mark.database
@pytest.mark.django_db(transaction=True)
def test_intake_logs_the_place_of_a_beacon_heard_beside_its_event(people):
    put_up("B1", people["P-D1"])
    Intake().write([message("D1", heard("B1")), message("D2", heard("B1"))])
    [fix] = logged("fixes")
    assert (fix["lat"], fix["lon"], fix["accuracy_m"]) == (HOME.lat, HOME.lon, 25.0)
    assert fix["mechanism"] == Mechanism.BEACON
    assert len(logged("events")) == 2  # the stranger's hearing is kept, without a place
    assert not QuarantinedMessage.objects.exists()


@pytest.mark.database
@pytest.mark.django_db(transaction=True)
def test_intake_gives_a_home_units_words_to_its_wearer_and_knows_it_again(people):
    intake = Intake()
    moved = DecodedEvent(NOW, EventKind.HOME_UNIT_MOVED)
    intake.write([message("HU1", moved)])
    assert QuarantinedMessage.objects.count() == 1  # it is put up for nobody yet
    put_up("HU1", people["P-D2"])
    Intake().write([message("HU1", moved)])
    [event] = logged("events")
    assert event["kind"] == "home_unit_moved"
    assert event["attributes"] == '{"home_unit":"HU1"}'
    assert event["raw_id"] is not None
    assert Device.objects.get(reference="HU1").last_heard_at == NOW
    assert QuarantinedMessage.objects.count() == 1


@pytest.mark.database
@pytest.mark.django_db(transaction=True)
def test_a_running_gateway_hears_of_a_new_pairing(people):
    """Whoever puts one up bumps the head of orders; the gateway looks each second."""
    intake = Intake()
    intake.write([message("D1", heard("B1"))])
    put_up("B1", people["P-D1"])
    intake._known._checked_s = float("-inf")  # a second later
    intake.write([message("D1", heard("B1", NOW - MINUTE))])
    assert len(logged("fixes")) == 1


@pytest.mark.database
@pytest.mark.django_db
def test_a_device_stands_at_one_place_at_a_time(people):
    pairing = put_up("B1", people["P-D1"])
    assert Device.objects.get(reference="B1").status == Status.FITTED
    with pytest.raises(Refused, match="put up somewhere already"):
        put_up("B1", people["P-D2"])
    actions.take_down(pairing, "moved house", by=MACHINE, now=NOW)
    assert Device.objects.get(reference="B1").status == Status.STOCK
    with pytest.raises(Conflict):
        actions.take_down(pairing, "again", by=MACHINE, now=NOW)
    put_up("B1", people["P-D2"], at=NOW)
    assert Pairing.objects.count() == 2


@pytest.mark.database
@pytest.mark.django_db
@pytest.mark.parametrize(
    ("device", "spot", "says"),
    [
        ("D1", HOME, "neither a home unit nor a beacon"),
        ("B1", Spot(95.0, 0.0, 25.0), "Latitude"),
        ("B1", Spot(float("nan"), 0.0, 25.0), "as numbers"),
        ("B1", Spot(51.0, 0.0, 5_000.0), "tell no place"),
        ("nobody's", HOME, "no such device"),
    ],
)
def test_what_cannot_be_put_up_is_refused_in_words(people, device, spot, says):
    actions.add_device(StockRow(0, "D1"), by=MACHINE, now=NOW)
    with pytest.raises(Refused, match=says):
        actions.put_up(device, people["P-D1"], spot, at=START, by=MACHINE, now=NOW)
    assert not Pairing.objects.exists()


@pytest.mark.database
@pytest.mark.django_db(transaction=True)
def test_a_hubs_batch_tells_the_same_places(people):
    """Radio tags without a modem of their own speak through their home unit's hub."""
    put_up("B1", people["P-D1"])
    put_up("HU1", people["P-D2"])
    when = NOW.isoformat()
    rows = [
        {"device_id": "D1", "time": when, "kind": "beacon_seen", "attributes": {"beacon": "B1"}},
        {"activation_id": "A-D1", "time": when, "kind": "beacon_seen",
         "attributes": {"beacon": "HU1"}},
        {"device_id": "HU1", "time": when, "kind": "beacon_seen", "attributes": {"beacon": "D2"}},
        {"device_id": "HU1", "time": when, "kind": "home_unit_power_lost"},
    ]  # fmt: skip
    item = _read_batch(json.dumps({"rows": rows}).encode(), "k1", None)
    [reply] = Intake().write([item])
    assert [row["status"] for row in json.loads(reply.body)["rows"]] == ["accepted"] * 4
    by_tag = {row["activation"]: row["mechanism"] for row in logged("fixes")}
    numbers = dict(Activation.objects.values_list("device_reference", "pk"))
    assert by_tag == {numbers["D1"]: Mechanism.BEACON, numbers["D2"]: Mechanism.BEACON}
    kinds = [(row["activation"], row["kind"]) for row in logged("events")]
    assert kinds.count((numbers["D2"], "home_unit_power_lost")) == 1
    assert Device.objects.get(reference="HU1").last_heard_at is not None


@pytest.mark.database
@pytest.mark.django_db(transaction=True)
def test_a_home_unit_carried_away_keeps_nobody_at_home(people):
    """It reports being moved and goes on hearing the tag: the wearer took it along."""
    put_up("HU1", people["P-D2"])
    moved = DecodedEvent(NOW - MINUTE, EventKind.HOME_UNIT_MOVED)
    Intake().write([message("HU1", heard("D2", NOW - 2 * MINUTE), moved)])
    assert len(logged("fixes")) == 1
    while one_round(NOW):
        pass
    assert Pairing.objects.get().moved_at == NOW - MINUTE
    Intake().write([message("HU1", heard("D2", NOW))])
    assert len(logged("fixes")) == 1
    finding = TagFinding.objects.get(kind="home_unit_moved")
    assert finding.activation.device_reference == "D2"
    line = AuditLine.objects.get(kind="home_unit:moved")
    assert line.person_id == people["P-D2"]
    actions.take_down(Pairing.objects.get().pk, "found in the hall", by=MACHINE, now=NOW)
    put_up("HU1", people["P-D2"], at=NOW)
    Intake().write([message("HU1", heard("D2", NOW))])
    assert len(logged("fixes")) == 2
    judge_estate(now=NOW)
    assert not TagFinding.objects.filter(kind="home_unit_moved").exists()
