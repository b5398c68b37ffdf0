"""The fitting pages against the real store: whose tasks one sees, what is refused, what is said."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from waypost import clock
from waypost.access.actions import make_officer
from waypost.access.models import AuditLine, Officer
from waypost.access.values import MACHINE, Role
from waypost.devices.models import Device, Fitting, QuarantinedMessage, Visit
from waypost.orders.actions import import_orders
from waypost.orders.models import Activation, Person
from waypost.orders.read import read_orders
from waypost.web.presenters import fitting as present

DAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]
IMEI = "860000000000017"


def order(now: datetime, **more) -> dict:
    zone = {"type": "Point", "coordinates": [-0.06, 51.55], "radius_m": 60}
    return {
        "order_id": "O", "kind": "community_order",
        "from": (now - timedelta(days=3)).isoformat(), "to": None,
        "requirements": [{"requirement_id": "R1", "kind": "curfew", "zone": zone,
                          "timetable": [{"days": DAYS, "start": "19:00", "end": "07:00"}]}],
    } | more  # fmt: skip


@pytest.fixture
def town(db) -> dict[str, int]:
    """P1 (petra's) and P2 to be fitted, both overdue; P3's tag to come off; WP-17 in stock."""
    cache.clear()
    now = clock.now()
    for name, role in (
        ("petra", Role.PROBATION_PRACTITIONER),
        ("mona", Role.MONITORING_OFFICER),
        ("ann", Role.ADMINISTRATOR),
    ):
        make_officer(name, name.title(), None, role, now=now - timedelta(days=4))
    ended = (now - timedelta(hours=30)).isoformat()
    tag = {"activation_id": "A3", "device_id": "D3", "to": None,
           "from": (now - timedelta(days=2)).isoformat()}  # fmt: skip
    persons = [
        {"person_id": "P1", "name": "Alex Okafor", "orders": [order(now)], "officers": ["petra"]},
        {"person_id": "P2", "name": "Bryn Hughes", "orders": [order(now)]},
        {"person_id": "P3", "name": "Casey Moran", "orders": [order(now, to=ended)],
         "activations": [tag]},
    ]  # fmt: skip
    read = read_orders(json.dumps({"persons": persons}).encode())
    assert not read.problems
    import_orders(read.rows, by=MACHINE, now=now - timedelta(days=3))
    Device.objects.create(reference=IMEI, serial="WP-17", kind="tag", known_at=now)
    return {row.reference: row.pk for row in Person.objects.all()}


def signed_in(username: str) -> Client:
    client = Client()
    client.force_login(Officer.objects.get(username=username))
    return client


def fit(client: Client, person_id: int, device: str = "WP-17", **more):
    words = {"device": device, "when": "now", "where": "At home", "body_site": "Left ankle"} | more
    return client.post(reverse("fitting-fit", args=[person_id]), words)


@pytest.mark.database
@pytest.mark.django_db
def test_each_sees_the_tasks_of_their_own_people_and_how_many_in_the_menu(town):
    everything = signed_in("mona").get(reverse("fitting")).content.decode()
    for name in ("Alex Okafor", "Bryn Hughes", "Casey Moran"):
        assert name in everything
    assert "overdue by" in everything
    assert '<span class="waypost-menu__count">3' in everything
    own = signed_in("petra").get(reverse("fitting")).content.decode()
    assert "Alex Okafor" in own
    assert "Bryn Hughes" not in own
    assert '<span class="waypost-menu__count">1' in own
    assert signed_in("ann").get(reverse("fitting")).status_code == 403
    inbox = signed_in("mona").get(reverse("inbox")).content.decode()
    assert '<span class="waypost-menu__count">3' in inbox


@pytest.mark.database
@pytest.mark.django_db
def test_a_practitioner_reads_how_it_stands_and_is_offered_no_act(town):
    petra = signed_in("petra")
    shown = petra.get(reverse("fitting-person", args=[town["P1"]])).content.decode()
    assert "a tag is to be put on" in shown
    assert shown.count('<form method="post"') == 1  # to sign out
    assert petra.get(reverse("fitting-person", args=[town["P2"]])).status_code == 403
    assert fit(petra, town["P1"]).status_code == 403
    assert not Activation.objects.filter(device_reference=IMEI).exists()


@pytest.mark.database
@pytest.mark.django_db
def test_what_was_typed_wrongly_comes_back_with_why(town):
    mona = signed_in("mona")
    unknown = fit(mona, town["P1"], "WP-<b>")
    assert unknown.status_code == 422
    said = unknown.content.decode()
    assert "No device of this serial" in said
    assert "WP-&lt;b&gt;" in said
    assert "Add it to stock" in said
    ahead = (clock.now() + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
    late = fit(mona, town["P1"], when="earlier", at=ahead)
    assert late.status_code == 422
    assert "in the future" in late.content.decode()
    assert fit(mona, town["P1"], when="earlier", at="soon").status_code == 422
    assert fit(mona, 10**9).status_code == 404
    assert not Fitting.objects.exists()


@pytest.mark.database
@pytest.mark.django_db
def test_the_camera_is_allowed_on_the_pages_that_scan_and_nowhere_else(town):
    mona = signed_in("mona")
    page = mona.get(reverse("fitting-person", args=[town["P1"]]))
    assert "camera=(self)" in page["Permissions-Policy"]
    assert "camera=()" in mona.get(reverse("fitting"))["Permissions-Policy"]


@pytest.mark.database
@pytest.mark.django_db
def test_polls_leave_no_line_and_are_refused_without_a_check(town):
    mona = signed_in("mona")
    assert fit(mona, town["P1"]).status_code == 302
    made = Activation.objects.get(device_reference=IMEI)
    fixes = reverse("fitting-fixes", args=[made.pk])
    assert mona.get(fixes).status_code == 409
    assert mona.get(reverse("fitting-check", args=[made.pk])).status_code == 200
    before = AuditLine.objects.count()
    for _ in range(5):
        answer = mona.get(fixes)
    assert answer.status_code == 200
    assert (answer.json()["state"], answer.json()["fixes"]) == ("silent", [])
    assert AuditLine.objects.count() == before
    assert AuditLine.objects.filter(kind="fitting:watched").count() == 1
    assert mona.get(f"{fixes}?after=x").status_code == 400
    assert signed_in("petra").get(fixes).status_code == 403


@pytest.mark.database
@pytest.mark.django_db
def test_a_notice_and_a_removal_by_forms(town):
    mona = signed_in("mona")
    fit(mona, town["P1"])
    made = Activation.objects.get(device_reference=IMEI)
    notice = reverse("fitting-notice", args=[made.pk])
    page = mona.get(notice)
    sha256 = page.context["notice"].sha256
    assert sha256 in page.content.decode()
    assert mona.post(notice, {"sha256": sha256, "language": "English"}).status_code == 422
    words = {"sha256": "0" * 64, "language": "English", "how": "read_out"}
    assert mona.post(notice, words).status_code == 409
    assert mona.post(notice, words | {"sha256": sha256}).status_code == 302
    assert Fitting.objects.get(pk=made.pk).induction_sha256 == sha256
    tag = Activation.objects.get(device_reference="D3")
    remove = reverse("fitting-remove", args=[tag.pk])
    assert mona.post(remove, {"how": "remove", "when": "now", "why": " "}).status_code == 422
    sent = {"how": "remove", "when": "now", "why": "The order has ended"}
    assert mona.post(remove, sent)["Location"] == reverse("fitting-person", args=[town["P3"]])
    assert "came off on" in mona.get(remove).content.decode()
    assert mona.post(remove, sent).status_code == 302  # the button pressed twice
    assert mona.post(remove, sent | {"why": "Faulty tag"}).status_code == 409


@pytest.mark.database
@pytest.mark.django_db
def test_a_visit_by_form_needs_what_came_of_it(town):
    mona = signed_in("mona")
    visit = reverse("fitting-visit", args=[town["P1"]])
    sent = {"purpose": "fit", "outcome": "no_access", "reason": "nobody came", "when": "now"}
    assert mona.post(visit, sent | {"outcome": "eaten"}).status_code == 422
    assert mona.post(visit, sent | {"reason": ""}).status_code == 422
    assert not Visit.objects.exists()
    assert mona.post(visit, sent).status_code == 302
    assert "No access: nobody came" in mona.get(reverse("fitting")).content.decode()


NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("end", "words"),
    [
        (NOON + timedelta(hours=3), "16:00"),
        (datetime(2026, 7, 1, 23, tzinfo=UTC), "midnight"),
        (NOON + timedelta(days=1), "Thu 2 Jul 2026, 13:00 BST"),
    ],
)
def test_the_end_of_a_window_is_said_as_people_do(end, words):
    assert present.end_words(NOON, end) == words


def test_a_deadline_says_what_is_left_or_by_how_much_it_is_past():
    assert present.left_words(NOON + timedelta(hours=2), NOON) == "2 h 00 min left"
    assert present.left_words(NOON - timedelta(days=2), NOON) == "overdue by 2 days"
    assert present.read_form_time("2026-07-01T13:00") == NOON


@pytest.mark.database
@pytest.mark.django_db
def test_the_menu_gathers_clocks_and_unknown_tags_under_devices_with_what_waits(town):
    mona = signed_in("mona")
    for number in range(3):
        QuarantinedMessage.objects.create(
            device_reference=f"stray-{min(number, 1)}", protocol="osmand", received_at=clock.now(),
            reason="no activation of this tag is known", payload=b"",
        )  # fmt: skip
    inbox = mona.get(reverse("inbox")).content.decode()
    assert reverse("clocks") not in inbox
    assert "Unknown tags" not in inbox
    for page in ("devices", "quarantine", "clocks"):
        shown = mona.get(reverse(page)).content.decode()
        assert f'href="{reverse("clocks")}"' in shown
        assert 'Unknown tags <span class="waypost-menu__count">2' in shown  # ids, not messages
        assert shown.count('aria-current="page"') == 1
    waiting = QuarantinedMessage.objects.order_by("pk").first()
    mona.post(
        reverse("quarantine-settle"),
        {"message": waiting.pk, "how": "dismiss", "reason": "a bench test"},
    )
    settled = mona.get(reverse("devices")).content.decode()
    assert 'Unknown tags <span class="waypost-menu__count">1' in settled  # counted anew
    administrator = make_officer("root", "Root", "a long password", Role.ADMINISTRATOR,
                                 now=clock.now())  # fmt: skip
    assert (
        "Unknown tags"
        not in signed_in(administrator.username).get(reverse("devices")).content.decode()
    )


@pytest.mark.database
@pytest.mark.django_db
def test_the_address_of_a_form_leads_on_when_it_is_reloaded(town):
    reloaded = signed_in("mona").get(reverse("fitting-fit", args=[town["P1"]]))
    assert (reloaded.status_code, reloaded["Allow"]) == (405, "POST")
    assert "Go to your first page" in reloaded.content.decode()
