"""The tag's page says what it was; the person's page keeps to what was asked."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from waypost import clock
from waypost.access.actions import make_officer
from waypost.access.models import Officer
from waypost.access.values import MACHINE, Role
from waypost.alerts.models import Alert
from waypost.cli.worker import make_event_lane
from waypost.orders.actions import import_orders
from waypost.orders.models import Activation, Person
from waypost.orders.values import ActivationSpan, Order, OrderKind, PersonOrders
from waypost.positions import batch, log
from waypost.positions.batch import IntakeRow
from waypost.positions.values import DecodedEvent, EventKind

pytestmark = [pytest.mark.database, pytest.mark.django_db]


@pytest.fixture
def town(tmp_path, settings):
    """P1's tag was heard until five hours ago, when its battery was nearly empty."""
    settings.LAKE_URI = str(tmp_path / "lake")
    now = clock.now()
    make_officer("mona", "Mona", None, Role.MONITORING_OFFICER, now=now - timedelta(hours=9))
    start = now - timedelta(hours=8)
    wearer = PersonOrders(
        "P1", (Order("O1", OrderKind.LICENCE, start, None),),
        (ActivationSpan("A1", "tag-1", start, None),), details={"name": "Alex Okafor"},
    )  # fmt: skip
    import_orders([wearer], by=MACHINE, now=start)
    worn = Activation.objects.get()
    last = now - timedelta(hours=5)
    words = [DecodedEvent(last, EventKind.BATTERY_LEVEL, {"percent": 7})]
    rows = [
        IntakeRow(worn.pk, worn.from_at, None, start + timedelta(minutes=10 * n))
        for n in range(19)
        if start + timedelta(minutes=10 * n) < last
    ]
    contacts = [
        row._replace(events=[DecodedEvent(row.received_at, EventKind.CONTACT)]) for row in rows
    ]
    told = IntakeRow(worn.pk, worn.from_at, None, last, events=words)
    from django.db import transaction

    with transaction.atomic():
        log.append(*batch.build([*contacts, told]), [], source="test", now=now)
    make_event_lane(clock.now).run_until_idle()
    return Person.objects.get().pk


def page(where: str) -> str:
    client = Client()
    client.force_login(Officer.objects.get(username="mona"))
    answer = client.get(where)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_tags_page_says_each_state_with_its_reasons(town):
    shown = page(f"/people/{town}/tag")
    assert "No contact" in shown
    assert "Battery nearly empty" in shown
    assert "Nothing has been received since the tag was last heard" in shown
    assert "It says nothing of where the person was." in shown
    assert ", still" in shown


def test_a_tags_state_is_no_violation_of_what_was_asked(town):
    shown = page(f"/people/{town}")
    assert "tag:no_contact" not in shown
    assert "None was found." in shown


def test_the_alert_of_a_silence_says_how_it_is_known_and_not_by_fixes(town):
    alert = Alert.objects.get(kind="no_contact")
    shown = page(f"/alerts/{alert.pk}")
    assert "What the tag said, or that it said nothing, shows it." in shown
    assert "Several fixes show it" not in shown
    assert "It lasts" in shown
    assert "requirement tag:" not in shown
