"""The pages of devices: who sees which, what a look leaves behind, what the forms do."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from waypost import clock
from waypost.access.actions import make_officer
from waypost.access.models import AuditLine, Officer
from waypost.access.values import MACHINE, Role
from waypost.devices.estate_watch import one_round
from waypost.devices.models import (
    Device,
    DeviceCommand,
    DeviceFlag,
    DeviceMove,
    Pairing,
    Protection,
    TagSigns,
)
from waypost.devices.stock_file import StockRow
from waypost.devices.stock_keeping import add_device
from waypost.devices.values import DeviceKind, FlagKind
from waypost.orders.actions import import_orders
from waypost.orders.models import Activation, Person
from waypost.orders.values import (
    ActivationSpan,
    Order,
    OrderKind,
    PersonOrders,
    Requirement,
    RequirementKind,
    Zone,
)

pytestmark = [pytest.mark.database, pytest.mark.django_db]


@pytest.fixture
def town():
    """P1 of petra's caseload and P2, known to named staff only; each with a tag."""
    now = clock.now()
    for username, role in (
        ("petra", Role.PROBATION_PRACTITIONER),
        ("paul", Role.PROBATION_PRACTITIONER),
        ("mona", Role.MONITORING_OFFICER),
        ("ann", Role.ADMINISTRATOR),
    ):
        make_officer(username, username.title(), None, role, now=now - timedelta(hours=1))
    start = now - timedelta(days=3)
    persons = [
        PersonOrders(
            name,
            (Order("O1", OrderKind.LICENCE, start, None),),
            (ActivationSpan(f"A-{name}", f"tag-{name}", start, None),),
            details={"name": words, "limited": name == "P2",
                     "officers": ["petra"] if name == "P1" else []},
        )
        for name, words in (("P1", "Alex Okafor"), ("P2", "Bryn Hughes"))
    ]  # fmt: skip
    import_orders(persons, by=MACHINE, now=start)
    one_round(now)
    return {one.reference: one.pk for one in Person.objects.all()}


def signed_in(username: str) -> Client:
    client = Client()
    client.force_login(Officer.objects.get(username=username))
    return client


def device(reference: str, **said) -> int:
    return add_device(StockRow(0, reference, **said), by=MACHINE, now=clock.now())


def last_kind() -> str:
    return AuditLine.objects.order_by("-number")[0].kind


def test_a_monitoring_officer_sees_the_estate_and_a_line_is_left(town):
    device("spare-1", serial="S-1", model="GL300W")
    page = signed_in("mona").get("/devices").content.decode()
    assert last_kind() == "device:listed"
    assert "spare-1" in page
    assert "tag-P1" in page
    assert "Never heard" in page


def test_the_estates_findings_leave_out_whom_the_officer_may_not_know_of(town):
    """P2 is known to named staff alone: the device is in the inventory, its health is nobody's."""
    page = signed_in("mona").get("/devices?finding=never_heard").content.decode()
    assert "tag-P1" in page
    assert "tag-P2" not in page
    assert "1 device." in page


def test_an_administrator_sees_devices_and_no_person(town):
    number = Device.objects.get(reference="tag-P1").pk
    client = signed_in("ann")
    estate, one = client.get("/devices"), client.get(f"/devices/{number}")
    assert (estate.status_code, one.status_code) == (200, 200)
    for page in (estate.content.decode(), one.content.decode()):
        assert "tag-P1" in page
        assert "Alex" not in page
        assert "Never heard" not in page
    assert "whom you may not see" in one.content.decode()
    assert client.get(f"/people/{town['P1']}/tag").status_code == 403


def test_a_practitioner_sees_the_tag_of_an_own_case_and_of_no_other(town):
    assert signed_in("petra").get(f"/people/{town['P1']}/tag").status_code == 200
    assert last_kind() == "device:viewed"
    assert signed_in("paul").get(f"/people/{town['P1']}/tag").status_code == 403
    assert signed_in("petra").get(f"/people/{town['P2']}/tag").status_code == 404
    assert signed_in("petra").get("/devices").status_code == 403


def test_the_person_page_says_what_is_the_matter_with_the_tag(town):
    page = signed_in("petra").get(f"/people/{town['P1']}").content.decode()
    assert "Never heard" in page
    assert f"/people/{town['P1']}/tag" in page


def test_a_device_is_added_moved_and_its_story_told(town):
    client = signed_in("ann")
    form = {"device_id": "350000000000017", "serial": "S-17", "kind": "tag", "model": "GL300W"}
    made = client.post("/devices/new", form)
    number = Device.objects.get(reference="350000000000017").pk
    assert made.headers["Location"] == f"/devices/{number}"
    moved = {"act": "move", "to": "faulty", "reason": "cracked case"}
    assert client.post(f"/devices/{number}/change", moved).status_code == 302
    page = client.get(f"/devices/{number}").content.decode()
    assert "cracked case" in page
    assert Device.objects.get(pk=number).status == "faulty"
    assert list(DeviceMove.objects.filter(device_id=number).values_list("to_status", flat=True)) \
        == ["stock", "faulty"]  # fmt: skip


def test_a_move_without_a_reason_comes_back_with_the_form(town):
    number = device("spare-2")
    answer = signed_in("mona").post(
        f"/devices/{number}/change", {"act": "move", "to": "destroyed", "reason": " "}
    )
    assert answer.status_code == 422
    assert "Say why the device is moved" in answer.content.decode()
    assert Device.objects.get(pk=number).status == "stock"


def test_a_worn_device_cannot_be_destroyed_from_its_page(town):
    number = Device.objects.get(reference="tag-P1").pk
    answer = signed_in("mona").post(
        f"/devices/{number}/change", {"act": "move", "to": "destroyed", "reason": "old"}
    )
    assert answer.status_code == 422
    assert Device.objects.get(pk=number).status == "fitted"


def test_a_device_known_already_is_a_conflict_and_a_long_field_comes_back(town):
    client = signed_in("mona")
    assert client.post("/devices/new", {"device_id": "tag-P1"}).status_code == 409
    long = client.post("/devices/new", {"device_id": "x" * 81})
    assert long.status_code == 422
    assert "at most 80 characters" in long.content.decode()


def test_a_token_is_shown_once(town):
    number = device("phone-1", kind=DeviceKind.PHONE)
    client = signed_in("mona")
    shown = client.post(f"/devices/{number}/token").content.decode()
    assert "shown this once" in shown
    assert "shown this once" not in client.get(f"/devices/{number}").content.decode()


def test_a_home_unit_is_put_up_and_taken_down(town):
    device("HU-1", kind=DeviceKind.HOME_UNIT)
    client, where = signed_in("mona"), f"/people/{town['P1']}/homes"
    form = {"act": "put-up", "device": "HU-1", "lat": "51.55", "lon": "-0.06", "radius_m": "30"}
    assert client.post(where, form).status_code == 302
    pairing = Pairing.objects.get()
    assert "HU-1" in client.get(where).content.decode()
    again = client.post(where, form)
    assert again.status_code == 422
    down = {"act": "take-down", "pairing": pairing.pk, "reason": "moved house"}
    assert client.post(where, down).status_code == 302
    assert Device.objects.get(reference="HU-1").status == "stock"


@pytest.mark.parametrize("field", ["lat", "lon", "radius_m"])
def test_a_place_that_is_no_number_comes_back(town, field):
    device("HU-2", kind=DeviceKind.BEACON)
    form = {"act": "put-up", "device": "HU-2", "lat": "51.5", "lon": "0", "radius_m": "30"}
    answer = signed_in("mona").post(f"/people/{town['P1']}/homes", form | {field: "nan"})
    assert answer.status_code == 422
    assert not Pairing.objects.exists()


def test_a_protected_person_is_seen_by_named_staff_alone_and_in_no_list_of_people(town):
    device("PP-1", kind=DeviceKind.PROTECTED)
    client, where = signed_in("mona"), f"/people/{town['P1']}/protection"
    form = {"act": "protect", "reference": "PR1", "name": "Casey Lund", "device": "PP-1",
            "consent_at": "2026-03-01T10:00", "consent_how": "signed form"}  # fmt: skip
    assert client.post(where, form).status_code == 302
    protection = Protection.objects.get()
    assert "Casey Lund" in client.get(where).content.decode()
    assert "Casey Lund" not in client.get("/people").content.decode()
    other = Client()
    make_officer("max", "Max", None, Role.MONITORING_OFFICER, now=clock.now())
    other.force_login(Officer.objects.get(username="max"))
    assert "Casey Lund" not in other.get(where).content.decode()
    assert other.get(f"/people/{protection.protected_id}/tag").status_code == 404
    assert client.get(f"/people/{protection.protected_id}/tag").status_code == 200
    end = {"act": "end", "protection": protection.pk, "why": "moved away"}
    assert client.post(where, end).status_code == 302
    assert Activation.objects.get(device_reference="PP-1").to_at is not None


def test_without_consent_nobody_is_given_a_device(town):
    device("PP-2", kind=DeviceKind.PROTECTED)
    form = {"act": "protect", "reference": "PR2", "device": "PP-2",
            "consent_at": "2026-03-01T10:00", "consent_how": ""}  # fmt: skip
    answer = signed_in("mona").post(f"/people/{town['P1']}/protection", form)
    assert answer.status_code == 422
    assert "consent" in answer.content.decode()
    assert not Person.objects.filter(reference="PR2").exists()


def test_the_charging_of_the_last_days_is_drawn_and_said(town):
    number = Activation.objects.get(reference="A-P1").pk
    TagSigns.objects.create(activation_id=number, battery_percent=80, contact_at=clock.now())
    page = signed_in("mona").get(f"/people/{town['P1']}/tag").content.decode()
    assert "80 %" in page
    assert page.count("<svg viewBox") == 4  # fitted three days ago
    assert "Nothing heard of its battery" in page


def test_a_tag_that_takes_no_commands_is_not_offered_any(town):
    page = signed_in("mona").get(f"/people/{town['P1']}/tag").content.decode()
    assert "No commands can be sent to a tag that was not heard yet" in page
    Device.objects.filter(reference="tag-P1").update(protocol="osmand")
    page = signed_in("mona").get(f"/people/{town['P1']}/tag").content.decode()
    assert "speaks as this one does (osmand)" in page
    assert 'id="command-kind"' not in page


def test_a_command_is_asked_with_a_reason_and_taken_back(town):
    Device.objects.filter(reference="tag-P1").update(protocol="queclink", model="GL300W")
    client, where = signed_in("petra"), f"/people/{town['P1']}/tag/command"
    assert client.post(where, {"kind": "report_now", "reason": ""}).status_code == 422
    assert client.post(where, {"kind": "report_now", "reason": "not at home"}).status_code == 302
    page = client.get(f"/people/{town['P1']}/tag").content.decode()
    assert "not at home" in page
    assert "waiting for the tag" in page
    back = {"act": "cancel", "command": DeviceCommand.objects.get().pk, "reason": "found"}
    assert client.post(where, back).status_code == 302
    assert "cancelled" in client.get(f"/people/{town['P1']}/tag").content.decode()


@pytest.mark.parametrize("kind", list(FlagKind))
def test_a_flag_is_shown_on_both_pages_and_settled_with_words(town, kind):
    now = clock.now()
    DeviceFlag.objects.create(
        device_reference="tag-P1", kind=kind, first_at=now, last_at=now, count=2
    )
    number = Device.objects.get(reference="tag-P1").pk
    client = signed_in("mona")
    assert "2 times" in client.get(f"/devices/{number}").content.decode()
    assert "Flags" in client.get(f"/people/{town['P1']}/tag").content.decode()
    settle = {"act": "settle-flag", "flag": DeviceFlag.objects.get().pk, "how": "a new mast"}
    assert client.post(f"/devices/{number}/change", settle).status_code == 302
    assert "a new mast" in client.get(f"/people/{town['P1']}/tag").content.decode()


def test_the_place_of_the_curfew_is_offered_for_a_home_unit(town):
    where = f"/people/{town['P1']}/homes"
    assert "is filled in" not in signed_in("mona").get(where).content.decode()
    home = Zone({"type": "Point", "coordinates": [-0.06, 51.55]}, 60.0)
    curfew = Requirement("R1", RequirementKind.CURFEW, (home,))
    order = Order("O2", OrderKind.LICENCE, clock.now() - timedelta(days=1), None, (curfew,))
    import_orders([PersonOrders("P1", (order,))], by=MACHINE, now=clock.now())
    page = signed_in("mona").get(where).content.decode()
    assert 'value="51.550000"' in page
    assert 'value="-0.060000"' in page


@pytest.mark.parametrize(
    ("percent", "charging", "says"),
    [
        (80.0, False, "Your tag is 80 % full."),
        (12.0, False, "Your tag is 12 % full. Put it on charge now."),
        (12.0, True, "Your tag is 12 % full and it is charging."),
    ],
)
def test_a_wearer_reads_how_full_their_own_tag_is(town, percent, charging, says):
    now = clock.now()
    TagSigns.objects.create(
        activation=Activation.objects.get(reference="A-P1"), battery_percent=percent,
        battery_at=now, charging_since=now if charging else None,
    )  # fmt: skip
    make_officer("alex", "Alex", None, Role.WEARER, person_id=town["P1"], now=now)
    page = signed_in("alex").get("/mine").content.decode()
    assert says in page
    assert signed_in("alex").get(f"/people/{town['P1']}/tag").status_code == 403
