"""Pages of telling: one's own contacts, what notices say, who was told, how channels do."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from waypost import clock
from waypost.access.actions import make_officer
from waypost.access.models import AuditLine, Officer
from waypost.access.values import MACHINE, Role
from waypost.alerts.models import Alert
from waypost.monitoring.models import Cursor, JudgingGap
from waypost.notices import alarms
from waypost.notices.models import ContactPreference, Notice, TemplateVersion
from waypost.notices.outbox import enqueue
from waypost.notices.texts import text_of
from waypost.orders.actions import import_orders
from waypost.orders.models import Person
from waypost.orders.values import PersonOrders
from waypost.units import PersonRef

pytestmark = [pytest.mark.database, pytest.mark.django_db]
OWN = {
    "language": "en", "subject": "Alert {alert_id}", "text": "See {alert_id}, {kind}.",
    "short": "Alert {alert_id}",
}  # fmt: skip


@pytest.fixture(autouse=True)
def officers():
    cache.clear()
    now = clock.now() - timedelta(hours=1)
    make_officer("ada", "Ada", None, Role.ADMINISTRATOR, now=now)
    make_officer("mona", "Mona", None, Role.MONITORING_OFFICER, email="mona@example.org", now=now)


def signed_in(username: str) -> Client:
    client = Client()
    client.force_login(Officer.objects.get(username=username))
    return client


def test_an_administrator_previews_and_writes_a_text_and_goes_back_to_waypost_s():
    client, page = signed_in("ada"), reverse("text", args=["alert_raised"])
    assert "{alert_id}" in client.get(page).content.decode()
    shown = client.post(page, OWN | {"do": "preview"}).content.decode()
    assert "See 17, exclusion." in shown
    assert not TemplateVersion.objects.exists()
    assert client.post(page, OWN | {"do": "save"}).status_code == 302
    assert (text_of("alert_raised").text, text_of("alert_raised").version) == (OWN["text"], 1)
    assert "ours, version 1" in client.get(reverse("texts")).content.decode()
    client.post(page, OWN | {"do": "default"})
    assert text_of("alert_raised").version == 0
    assert AuditLine.objects.filter(kind="text:written").count() == 2


def test_a_text_that_asks_for_a_name_is_refused_and_kept_in_the_form():
    client, page = signed_in("ada"), reverse("text", args=["alert_raised"])
    answer = client.post(page, OWN | {"text": "{person_name}", "do": "save"})
    assert answer.status_code == 400
    assert "asks for {person_name}" in answer.content.decode()
    assert not TemplateVersion.objects.exists()
    assert client.get(reverse("text", args=["no_such"])).status_code == 404


def test_only_administrators_change_what_notices_say():
    answer = signed_in("mona").post(reverse("text", args=["alert_raised"]), OWN | {"do": "save"})
    assert answer.status_code == 403
    assert not TemplateVersion.objects.exists()


def test_an_officer_adds_and_ends_a_contact_of_their_own():
    client = signed_in("mona")
    assert "mail address of your account" in client.get(reverse("contacts")).content.decode()
    form = {"channel": "mail", "address": "m@example.org", "takes": "all", "digest": "60",
            "quiet_from": "22:00", "quiet_to": "07:00"}  # fmt: skip
    assert client.post(reverse("contacts"), form).status_code == 302
    page = client.get(reverse("contacts")).content.decode()
    assert "not from 22:00 to 07:00" in page
    assert "gathered for 60 minutes" in page
    number = ContactPreference.objects.get().pk
    signed_in("ada").post(reverse("contact-end"), {"contact": number})
    client.post(reverse("contact-end"), {"contact": number})
    assert ContactPreference.objects.get().to_at is not None
    kinds = list(AuditLine.objects.values_list("kind", flat=True))
    assert "contact:added" in kinds
    assert not any("example.org" in str(line.body) for line in AuditLine.objects.all())


@pytest.mark.parametrize(
    "wrong", [{"channel": "test"}, {"channel": "sms"}, {"address": "nobody"}, {"takes": "x"},
              {"digest": "x"}, {"quiet_from": "22:00"}, {"quiet_from": "later"}],
)  # fmt: skip
def test_a_contact_that_cannot_be_right_is_refused(wrong):
    form = {"channel": "mail", "address": "m@example.org", "takes": "all", "digest": "0"}
    assert signed_in("mona").post(reverse("contacts"), form | wrong).status_code == 403
    assert not ContactPreference.objects.exists()


def test_an_alerts_page_shows_who_was_told_by_which_channel_and_no_address():
    now = clock.now()
    import_orders([PersonOrders(PersonRef("P1"), ())], by=MACHINE, now=now)
    person = Person.objects.get()
    alert = Alert.objects.create(
        person=person, subject="tag:strap", open_subject="1:tag:strap", kind="strap_tamper",
        status="raised", certainty="certain", urgency=90, headline="Strap", from_at=now,
        raised_at=now, touched_at=now,
    )  # fmt: skip
    page = reverse("alert", args=[alert.pk])
    client = signed_in("mona")
    assert "Nobody was sent a notice" in client.get(page).content.decode()
    mona = Officer.objects.get(username="mona")
    enqueue(about=f"alert:{alert.pk}", step="raised", officer_ids=[mona.pk],
            template="alert_raised", words={}, now=now)  # fmt: skip
    Notice.objects.update(status="waiting", channel="sms", attempts=2, failure="Unavailable")
    text = client.get(page).content.decode()
    assert "text message" in text
    assert "tried 2 times" in text
    Notice.objects.update(status="delivered", delivered_at=now)
    assert "arrived" in client.get(page).content.decode()
    assert "example.org" not in text


def test_the_system_page_lists_alarms_channels_and_hours_that_were_judged_late():
    now = clock.now()
    alarms.begin("channel_dead", "sms", "it failed 5 times in a row", now=now)
    Cursor.objects.create(pk=1, judged_to=now)
    JudgingGap.objects.create(from_at=now - timedelta(hours=2), to_at=now - timedelta(hours=1),
                              persons=3)  # fmt: skip
    text = signed_in("ada").get(reverse("system")).content.decode()
    assert "it failed 5 times in a row" in text
    assert "of 3 people wait" in text
    assert "text message" not in text  # it is not set up and was never used
