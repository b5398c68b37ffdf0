"""Protected persons: by consent, known to named staff alone, no wearer in anybody's list."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.db.models import Q

from fitting_words import EVENING, START, bring, number, officer, order, person, values
from waypost.access.models import AuditLine
from waypost.access.values import MACHINE, Permission, Purpose, Role
from waypost.alerts.models import Alert
from waypost.cli.worker import followers
from waypost.devices import actions
from waypost.devices.lifecycle import Status
from waypost.devices.models import Device, Protection
from waypost.devices.protecting import Protected
from waypost.devices.protection_queries import protections_of
from waypost.devices.stock_file import StockRow
from waypost.devices.values import DeviceKind
from waypost.errors import Conflict, NoSuchThing, Refused
from waypost.fitting.tasks import fitting_tasks
from waypost.gateway.intake import Intake
from waypost.gateway.values import TagMessage
from waypost.matching.scope import searchable
from waypost.monitoring.models import PersonState
from waypost.monitoring.worker import Worker
from waypost.orders.actions import import_orders
from waypost.orders.models import Activation, Order, Person
from waypost.orders.queries import case_of, person_orders, visible_person_ids
from waypost.orders.read import read_orders
from waypost.positions.models import SealedRows
from waypost.positions.queries import fixes_between, whereabouts
from waypost.positions.values import Decoded, DecodedEvent, DecodedFix, EventKind

pytestmark = [pytest.mark.database, pytest.mark.django_db]

HOUR = timedelta(hours=1)
NOW = EVENING
IMEI = "350000000000041"


def said(reference="PR1", **more) -> Protected:
    plain = {"name": "Casey Lund", "consent_at": START, "consent_how": "signed form 12"}
    return Protected(reference, **(plain | more))


@pytest.fixture
def town():
    """P1 and P2 wear tags; two devices for protected persons lie in stock."""
    bring(person("P1", worn=[("tag-1", START, None)]), person("P2", worn=[("tag-2", START, None)]))
    for reference in (IMEI, "350000000000058"):
        actions.add_device(StockRow(0, reference, kind=DeviceKind.PROTECTED), by=MACHINE, now=START)
    return officer()


def protect(by, *, wearer="P1", device=IMEI, of=None, now=NOW) -> int:
    return actions.protect(number(wearer), device, of or said(), by=by, now=now)


def protected() -> Person:
    return Person.objects.get(protected=True)


def reports(*events, at=NOW + HOUR):
    fixes = (DecodedFix(at, 51.5470, -0.0560, accuracy_m=5.0),)
    decoded = Decoded(IMEI, fixes, events)
    Intake().write([TagMessage("osmand", b"a message", decoded, at)])


def test_a_protection_is_a_person_an_arrangement_an_activation_and_a_line(town):
    protect(town)
    person = protected()
    assert (person.reference, person.full_name, person.limited) == ("PR1", "Casey Lund", True)
    order = Order.objects.get(person=person)
    assert (order.kind, order.from_at, order.to_at) == ("protection", NOW, None)
    activation = Activation.objects.get(person=person)
    assert (activation.device_reference, activation.from_at) == (IMEI, NOW)
    device = Device.objects.get(reference=IMEI)
    assert device.status == Status.FITTED
    assert device.moves.get(to_status="fitted").activation == activation
    line = AuditLine.objects.latest("number")
    assert (line.kind, line.person_id) == ("protection:begun", person.pk)


def test_their_places_are_taken_in_while_they_consent_and_no_longer(town):
    protection = protect(town)
    reports()
    activation = Activation.objects.get(person=protected())
    assert fixes_between([activation.pk], NOW, NOW + 2 * HOUR).num_rows == 1
    end = NOW + 3 * HOUR
    actions.end_protection(protection, "they moved away", by=town, now=end)
    reports(at=end + HOUR)
    assert fixes_between([activation.pk], NOW, end + 2 * HOUR).num_rows == 1
    assert not SealedRows.objects.exists()


def test_named_staff_alone_know_of_them(town):
    protect(town)
    stranger = officer("max")
    person_id = protected().pk
    assert [one.protected for one in protections_of(number("P1"), town, now=NOW)] == ["Casey Lund"]
    assert protections_of(number("P1"), stranger, now=NOW) == ()
    seen = visible_person_ids(stranger, Permission.PERSON_READ, now=NOW)
    assert seen is not None
    assert person_id not in seen
    with pytest.raises(NoSuchThing):
        whereabouts(person_id, NOW, NOW + HOUR, by=stranger, purpose=Purpose.ALERT_RESPONSE,
                    now=NOW + HOUR)  # fmt: skip


def test_others_may_be_named_beside_the_officer_who_enters_it(town):
    other = officer("max")
    protect(town, of=said(named_staff=["max"]))
    case = case_of(protected().pk, now=NOW)
    assert case.named_officer_ids == {town.officer_id, other.officer_id}
    with pytest.raises(Refused, match="nobody-at-all"):
        protect(town, device="350000000000058", of=said("PR2", named_staff=["nobody-at-all"]))


def test_no_rule_judges_them_and_of_what_their_device_says_only_a_call_is_heard(town):
    protect(town)
    reports(DecodedEvent(NOW + HOUR, EventKind.SOS, {}),
            DecodedEvent(NOW + HOUR, EventKind.STRAP_TAMPER, {}),
            DecodedEvent(NOW + HOUR, EventKind.BATTERY_DEAD, {}))  # fmt: skip
    worker = Worker(followers(), lambda: NOW + 2 * HOUR)
    worker.run_until_idle()
    person_id = protected().pk
    assert not PersonState.objects.filter(person_id=person_id).exists()
    [alert] = Alert.objects.filter(person_id=person_id)
    assert (alert.kind, alert.urgency, alert.subject) == ("sos_protected", 100, "tag:sos")
    assert PersonState.objects.filter(person_id=number("P1")).exists()  # a wearer is judged


def test_no_crime_is_matched_with_them(town):
    protect(town)
    activation = Activation.objects.get(person=protected())
    scope = searchable(person_orders())
    assert scope  # wearers are
    assert activation.pk not in {one.activation for one in scope}
    assert protected().pk not in {one.person_number for one in scope}


def test_they_stand_in_no_list_of_tags_to_fit_or_to_remove(town):
    protection = protect(town)
    actions.end_protection(protection, "moved away", by=town, now=NOW + HOUR)
    for now in (NOW, NOW + 2 * HOUR):
        tasks = fitting_tasks(town, now=now)
        listed = [one.person.number for one in (*tasks.to_fit, *tasks.to_remove)]
        assert protected().pk not in listed


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"consent_how": " "}, "without consent"),
        ({"consent_at": NOW + HOUR}, "consent lies ahead"),
        ({"reference": " "}, "reference"),
        ({"reference": "P2"}, "wearer's"),
    ],
)
def test_what_is_missing_is_said_and_nothing_is_kept(town, more, says):
    of = said(**({"reference": "PR1"} | more))
    with pytest.raises(Refused, match=says):
        protect(town, of=of)
    assert not Person.objects.filter(protected=True).exists()
    assert Device.objects.get(reference=IMEI).status == Status.STOCK


def test_a_wearers_tag_is_not_given_to_them_nor_their_device_to_a_wearer(town):
    actions.add_device(StockRow(0, "tag-9", kind=DeviceKind.TAG), by=MACHINE, now=START)
    with pytest.raises(Refused, match="made for wearers"):
        protect(town, device="tag-9")


def test_somebody_protected_from_two_wearers_carries_one_device_to_the_last(town):
    first = protect(town)
    second = protect(town, wearer="P2")
    assert Activation.objects.filter(person=protected()).count() == 1
    with pytest.raises(Conflict):
        protect(town)
    bring(person("P3"))
    with pytest.raises(Refused, match="another device already"):
        protect(town, wearer="P3", device="350000000000058")
    actions.end_protection(first, "P1 moved away", by=town, now=NOW + HOUR)
    assert Activation.objects.get(person=protected()).to_at is None
    actions.end_protection(second, "P2 did too", by=town, now=NOW + 2 * HOUR)
    assert Activation.objects.get(person=protected()).to_at == NOW + 2 * HOUR
    assert Device.objects.get(reference=IMEI).status == Status.STOCK
    current = Order.objects.filter(person=protected()).latest("version")
    assert current.to_at == NOW + 2 * HOUR
    assert not Protection.objects.filter(Q(to_at=None)).exists()


def test_protected_again_they_have_a_new_arrangement(town):
    protection = protect(town)
    actions.end_protection(protection, "moved away", by=town, now=NOW + HOUR)
    protect(town, now=NOW + 2 * HOUR)
    spans = person_orders([protected().pk])[0].orders
    assert [(one.from_at, one.to_at) for one in spans] == [
        (NOW, NOW + HOUR), (NOW + 2 * HOUR, None),
    ]  # fmt: skip


def test_ending_needs_a_reason_named_staff_and_one_act(town):
    protection = protect(town)
    stranger = officer("max")
    with pytest.raises(Refused, match="why"):
        actions.end_protection(protection, " ", by=town, now=NOW + HOUR)
    with pytest.raises(NoSuchThing):
        actions.end_protection(protection, "x", by=stranger, now=NOW + HOUR)
    actions.end_protection(protection, "moved away", by=town, now=NOW + HOUR)
    with pytest.raises(Conflict):
        actions.end_protection(protection, "moved away", by=town, now=NOW + HOUR)


def test_a_practitioner_gives_nobody_a_device(town):
    practitioner = officer("petra", Role.PROBATION_PRACTITIONER)
    with pytest.raises(Refused, match="device:fit"):
        protect(practitioner)


def test_an_orders_file_asks_nothing_of_a_protected_person(town):
    """Their arrangement must not become an order that rules judge or crimes are matched under."""
    protect(town)
    outcome = import_orders(values(person("PR1"), person("P9")), by=MACHINE, now=NOW)
    assert [(one.type, one.value) for one in outcome.problems] == [("PROTECTED_PERSON", "PR1")]
    assert Person.objects.filter(reference="P9").exists()
    assert list(Order.objects.filter(person=protected()).values_list("kind", flat=True)) == [
        "protection"
    ]


def test_an_orders_file_makes_nobody_a_protected_person():
    file = {"persons": [person("P1", order(kind="protection"))]}
    read = read_orders(json.dumps(file).encode())
    assert [one.type for one in read.problems] == ["NO_COURT_ORDER"]
