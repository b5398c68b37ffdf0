"""Pages of what tags report: a protected person's call for help, a removal for the body's sake."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from page_words import without_token
from waypost import clock
from waypost.access.actions import make_officer, make_token
from waypost.access.models import AuditLine, Officer
from waypost.access.values import MACHINE, Role
from waypost.alerts.models import Alert
from waypost.cli.worker import followers
from waypost.devices.models import ClinicalRemoval
from waypost.devices.stock_file import StockRow
from waypost.devices.stock_keeping import add_device
from waypost.devices.values import DeviceKind
from waypost.gateway.intake import Intake
from waypost.gateway.values import TagMessage
from waypost.monitoring.worker import Worker
from waypost.orders.actions import import_orders
from waypost.orders.models import Activation, Person
from waypost.orders.values import ActivationSpan, Order, OrderKind, PersonOrders
from waypost.positions.values import Decoded, DecodedEvent, DecodedFix, EventKind
from waypost.web.presenters.fitting import form_time

pytestmark = [pytest.mark.database, pytest.mark.django_db]
DEVICE = "350000000000041"
PLACE = (51.5470, -0.0560)


@pytest.fixture
def town(tmp_path, settings):
    """P1 wears a tag; Casey Lund is protected from them, known to mona alone. Nora watches too."""
    settings.LAKE_URI = str(tmp_path / "lake")
    now = clock.now()
    for username, role in (
        ("mona", Role.MONITORING_OFFICER), ("nora", Role.MONITORING_OFFICER),
        ("petra", Role.PROBATION_PRACTITIONER), ("iona", Role.IOM_COORDINATOR),
    ):  # fmt: skip
        make_officer(username, username.title(), None, role, now=now - timedelta(hours=1))
    start = now - timedelta(days=3)
    wearer = PersonOrders(
        "P1", (Order("O1", OrderKind.LICENCE, start, None),),
        (ActivationSpan("A1", "tag-1", start, None),), details={"name": "Alex Okafor"},
    )  # fmt: skip
    import_orders([wearer], by=MACHINE, now=start)
    add_device(StockRow(0, DEVICE, kind=DeviceKind.PROTECTED), by=MACHINE, now=now)
    person_id = Person.objects.get(reference="P1").pk
    form = {"act": "protect", "reference": "PR1", "name": "Casey Lund", "device": DEVICE,
            "consent_at": form_time(start), "consent_how": "signed form"}  # fmt: skip
    assert signed_in("mona").post(f"/people/{person_id}/protection", form).status_code == 302
    return person_id


def signed_in(username: str) -> Client:
    client = Client()
    client.force_login(Officer.objects.get(username=username))
    return client


def says(device: str, *events: EventKind) -> None:
    at = clock.now()
    decoded = Decoded(
        device, (DecodedFix(at, *PLACE, accuracy_m=5.0),),
        tuple(DecodedEvent(at, kind) for kind in events),
    )  # fmt: skip
    Intake().write([TagMessage("osmand", b"a message", decoded, at)])
    Worker(followers(), clock.now).run_until_idle()


def page(client: Client, where: str) -> str:
    return client.get(where).content.decode()


def test_a_protected_persons_call_stands_on_top_of_every_list_without_name_or_place(town):
    says("tag-1", EventKind.STRAP_TAMPER)
    says(DEVICE, EventKind.SOS)
    alert = Alert.objects.get(kind="sos_protected")
    inbox = page(signed_in("nora"), "/inbox")
    rows = inbox[inbox.index('<ol class="waypost-inbox"') :]
    assert rows.index("SOS from a protected person") < rows.index("Strap of the tag")
    whole = inbox + page(signed_in("nora"), f"/alerts/{alert.pk}")
    for secret in ("Casey", "Lund", "PR1", DEVICE, "51.54", f"/people/{alert.person_id}"):
        assert secret not in whole
    assert "Ring at once: Mona" in whole
    assert "whereabouts" not in page(signed_in("nora"), f"/alerts/{alert.pk}")


def test_named_staff_see_whose_call_it_is_and_may_go_on_from_there(town):
    says(DEVICE, EventKind.SOS)
    alert = Alert.objects.get(kind="sos_protected")
    shown = page(signed_in("mona"), f"/alerts/{alert.pk}")
    assert "Casey Lund" in shown
    assert f"/people/{alert.person_id}/whereabouts" in shown


def test_whoever_watches_the_estate_may_handle_the_call_and_the_line_says_so(town):
    says(DEVICE, EventKind.SOS)
    alert = Alert.objects.get(kind="sos_protected")
    form = {"act": "acknowledge", "version": alert.version, "note": "rang Mona"}
    assert signed_in("nora").post(f"/alerts/{alert.pk}/move", form).status_code == 302
    alert.refresh_from_db()
    assert alert.status == "acknowledged"
    assert AuditLine.objects.filter(kind="alert:acknowledged", person_id=alert.person_id).exists()


@pytest.mark.parametrize("username", ["petra", "iona"])
def test_who_does_not_watch_the_estate_learns_nothing_of_the_call(town, username):
    says(DEVICE, EventKind.SOS)
    alert = Alert.objects.get(kind="sos_protected")
    client = signed_in(username)
    assert "SOS" not in without_token(page(client, "/inbox"))
    assert client.get(f"/alerts/{alert.pk}").status_code == 404
    form = {"act": "acknowledge", "version": alert.version}
    assert client.post(f"/alerts/{alert.pk}/move", form).status_code in (403, 404)


def test_the_api_gives_the_call_and_not_the_person(town):
    says(DEVICE, EventKind.SOS)
    token = make_token(Role.MONITORING_OFFICER, now=clock.now())
    answer = Client().get("/api/alerts", headers={"Authorization": f"Bearer {token}"}).json()
    [item] = [one for one in answer["items"] if one["kind"] == "sos_protected"]
    assert (item["person_id"], item["requirement_id"]) == (None, None)


def agree(client: Client, person_id: int, **more):
    now = clock.now()
    form = {"act": "agree", "reason": "scan", "note": "hospital letter seen",
            "from_at": form_time(now), "until_at": form_time(now + timedelta(hours=4))}  # fmt: skip
    return client.post(f"/people/{person_id}/tag/removal", form | more)


def test_a_removal_is_agreed_and_ended_on_the_tags_page(town):
    client = signed_in("mona")
    assert agree(client, town).status_code == 302
    removal = ClinicalRemoval.objects.get()
    shown = page(client, f"/people/{town}/tag")
    assert "Scan" in shown
    assert "hospital letter seen" in shown
    says("tag-1", EventKind.STRAP_TAMPER)
    assert "Strap of the tag" not in page(client, "/inbox")
    alert = Alert.objects.get(kind="clinical_removal")
    told = page(client, f"/alerts/{alert.pk}")
    assert "Strap tamper in removal" in told
    assert "within the time agreed" in told
    end = {"act": "end", "removal": removal.pk, "how": "nurse rang: it is on"}
    assert client.post(f"/people/{town}/tag/removal", end).status_code == 302
    removal.refresh_from_db()
    assert removal.ended_how == "nurse rang: it is on"


def test_what_is_missing_for_a_removal_comes_back_with_the_form(town):
    answer = agree(signed_in("mona"), town, until_at="")
    assert answer.status_code == 422
    assert "Enter when it will be on again" in answer.content.decode()
    assert "hospital letter seen" in answer.content.decode()
    assert not ClinicalRemoval.objects.exists()


def test_who_may_not_fit_tags_agrees_no_removal(town):
    person = Person.objects.get(pk=town)
    person.caseloads.create(
        officer_id=Officer.objects.get(username="petra").pk, from_at=clock.now()
    )
    client = signed_in("petra")
    assert "Agree that the tag comes off" not in page(client, f"/people/{town}/tag")
    assert agree(client, town).status_code == 403
    assert Activation.objects.filter(person=person, clinical_removals=None).exists()
