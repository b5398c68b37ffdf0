"""Pages of telling: a wearer's reminders, praise, a protected person's wish, and who sees them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from telling_words import Telling, person, reach
from waypost import clock
from waypost.access.actions import make_officer
from waypost.access.models import AuditLine, Officer
from waypost.access.values import MACHINE, Role
from waypost.alerts.models import Alert
from waypost.devices import actions as devices
from waypost.devices.protecting import Protected
from waypost.devices.stock_file import StockRow
from waypost.devices.values import DeviceKind
from waypost.notices.models import ContactPreference
from waypost.notices.values import TEST, Contact
from waypost.orders.models import Caseload, Person
from waypost.telling.models import NearTold, NearWish, Reminder, ReminderWish, WeekKept
from waypost.telling.wishing import Wished, record_wish
from worked_town import at

pytestmark = [pytest.mark.database, pytest.mark.django_db]


@pytest.fixture
def town(tmp_path, settings) -> Telling:
    settings.LAKE_URI = str(tmp_path / "lake")
    return Telling()


def client_of(role: Role, name: str = "", **more) -> Client:
    made = make_officer(name or role.value, name or role.value, None, role, now=at("07:00"), **more)
    client = Client()
    client.force_login(made)
    return client


def wearer() -> Client:
    return client_of(Role.WEARER, person_id=person(1))


def test_a_wearer_chooses_how_they_are_reminded_and_reads_it_on_their_page(town):
    client = wearer()
    assert "We can remind you" in client.get("/mine").content.decode()
    form = {"act": "add", "channel": "mail", "address": "robin@example.org", "language": "cy",
            "quiet_from": "22:00", "quiet_to": "07:00"}  # fmt: skip
    assert client.post("/mine/reminders", form).status_code == 302
    page = client.get("/mine/reminders").content.decode()
    assert "robin@example.org" in page
    assert "Not from 22:00 to 07:00" in page
    assert "We send you reminders" in client.get("/mine").content.decode()
    assert client.post("/mine/reminders", {"act": "kinds"}).status_code == 302
    assert ReminderWish.objects.get().kinds == []
    [contact] = ContactPreference.objects.filter(to_at=None)
    client.post("/mine/reminders", {"act": "end", "contact": contact.pk})
    assert not ContactPreference.objects.filter(to_at=None).exists()


@pytest.mark.parametrize(
    ("form", "says"),
    [
        ({"act": "add", "channel": "test", "address": "x"}, "Choose how the messages come"),
        ({"act": "add", "channel": "mail", "address": "x"}, "name@example.org"),
        ({"act": "add", "channel": "mail", "address": "a@b.org", "language": "xx"}, "language"),
        ({"act": "add", "channel": "mail", "address": "a@b.org", "quiet_from": "25:00"}, "22:00"),
        ({"act": "kinds", "kinds": "everything"}, "what the reminders are about"),
    ],
)
def test_what_cannot_be_used_comes_back_with_why(town, form, says):
    answer = wearer().post("/mine/reminders", form)
    assert answer.status_code == 422
    assert says in answer.content.decode()
    assert ContactPreference.objects.count() == ReminderWish.objects.count() == 0


def test_another_wearers_contact_is_no_such_contact(town):
    theirs = reach(2)
    answer = wearer().post("/mine/reminders", {"act": "end", "contact": theirs})
    assert answer.status_code == 404
    assert ContactPreference.objects.get(pk=theirs).to_at is None


def test_an_officer_sees_what_was_sent_and_chooses_as_the_wearer_wishes(town):
    client = client_of(Role.MONITORING_OFFICER)
    form = {"act": "add", "channel": "mail", "address": "robin@example.org", "language": "en"}
    address = f"/people/{person()}/reminders"
    assert client.post(address, form).status_code == 422  # how did they say it?
    assert client.post(address, form | {"words": "at the visit"}).status_code == 302
    edge = clock.now() - timedelta(hours=1)
    Reminder.objects.create(
        person_id=person(), kind="curfew", edge_at=edge, step="soon", requirement_reference="R2",
        timezone="Europe/London", at=edge, fate="missed",
    )  # fmt: skip
    page = client.get(address).content.decode()
    assert "robin@example.org" in page
    assert "Waypost came to it too late" in page
    assert "Waypost came to it too late" in client.get(f"/people/{person()}").content.decode()
    assert AuditLine.objects.filter(kind="reminders:viewed", person_id=person()).exists()
    own = wearer().get("/mine").content.decode()
    assert "We did not send it" in own


@pytest.mark.parametrize("role", [Role.POLICE_ANALYST, Role.IOM_COORDINATOR, Role.WEARER])
def test_who_may_not_tell_people_does_not_open_their_contacts(town, role):
    more = {"person_id": person(1)} if role is Role.WEARER else {}
    client = client_of(role, **more)
    assert client.get(f"/people/{person(2)}/reminders").status_code == 403
    assert client.get(f"/people/{person(2)}/near").status_code == 403


def kept_week() -> WeekKept:
    now = clock.now()
    monday = now.date() - timedelta(days=now.weekday() + 7)
    return WeekKept.objects.create(person_id=person(), monday=monday, share=0.95, known_at=now)


def test_a_kept_week_stands_on_the_practitioners_first_page_and_praise_is_previewed(town):
    reach(1, language="cy")
    week, client = kept_week(), client_of(Role.PROBATION_PRACTITIONER, "perrin")
    assert "Say well done" not in client.get("/people").content.decode()  # nobody of theirs
    assert client.get(f"/weeks/{week.pk}").status_code == 403
    Caseload.objects.create(
        person_id=person(), officer_id=int(client.session["_auth_user_id"]), from_at=at("07:00")
    )
    assert f"/weeks/{week.pk}" in client.get("/people").content.decode()
    page = client.get(f"/weeks/{week.pk}").content.decode()
    assert "Da iawn chi" in page
    assert "in Welsh" in page
    assert client.post(f"/weeks/{week.pk}").status_code == 302
    assert client.post(f"/weeks/{week.pk}").status_code == 409
    assert "Told" in client.get("/people").content.decode()
    assert "Well done" in client.get(f"/people/{person()}/reminders").content.decode()


def protected(client: Client) -> int:
    name = client.session["_auth_user_id"]

    said = Protected(
        "PR1", "Casey Lund", at("08:00"), "form", [Officer.objects.get(pk=name).username]
    )
    devices.add_device(StockRow(0, "PD-1", kind=DeviceKind.PROTECTED), by=MACHINE, now=at("08:00"))
    devices.protect(person(2), "PD-1", said, by=MACHINE, now=at("08:05"))
    return Person.objects.get(reference="PR1").pk


def test_named_staff_record_and_end_a_protected_persons_wish_and_nobody_else(town):
    mona, nora = (
        client_of(Role.MONITORING_OFFICER, "mona"),
        client_of(Role.MONITORING_OFFICER, "nora"),
    )
    casey = protected(mona)
    form = {
        "act": "record", "wearer": person(2), f"zones-{person(2)}": "R1", "channel": "mail",
        "address": "casey@example.org", "language": "en", "ring": "020 7946 0000",
        "code": "Library", "consent_at": "2026-03-02T08:00", "consent_how": "form 14",
    }  # fmt: skip
    address = f"/people/{casey}/near"
    assert nora.get(address).status_code == 404
    assert nora.post(address, form).status_code == 404
    assert mona.post(address, form | {"consent_how": ""}).status_code == 422
    assert mona.post(address, form).status_code == 302
    page = mona.get(address).content.decode()
    assert "casey@example.org" in page
    wish = NearWish.objects.get()
    assert (wish.requirements, wish.code) == (["R1"], "Library")
    end = {"act": "end", "wish": wish.pk, "why": "she asked"}
    assert nora.post(address, end).status_code == 404
    assert mona.post(address, end).status_code == 302
    assert NearWish.objects.get().to_at is not None


def test_the_alerts_page_tells_named_staff_alone_that_they_were_told(town):
    mona, nora = (
        client_of(Role.MONITORING_OFFICER, "mona"),
        client_of(Role.MONITORING_OFFICER, "nora"),
    )
    casey = protected(mona)
    wished = Wished(Contact(TEST, "casey"), "020 7946 0000", at("08:00"), "form", ("R1",))
    record_wish(casey, person(2), wished, by=MACHINE, now=at("08:10"))
    town.run()
    town.now = at("10:02")
    town.send(("10:00", "park"), ("10:01", "park"), person=2)
    town.run()
    alert = Alert.objects.get()
    assert NearTold.objects.count() == 1
    address = f"/alerts/{alert.pk}"
    told = mona.get(address).content.decode()
    assert "Was the protected person told?" in told
    assert "Named staff only" in told
    other = nora.get(address).content.decode()
    for word in ("Was the protected person told?", "Casey", "PR1", "near:"):
        assert word not in other
    assert AuditLine.objects.filter(kind="near:viewed", person_id=casey).count() == 1


def test_an_alert_about_a_curfew_says_whether_a_reminder_arrived(town):
    reach()
    town.post.fails = True
    town.tell_through("18:30", "19:20", timedelta(minutes=5))
    Alert.objects.create(
        person_id=person(), subject="requirement:R2", kind="curfew", status="raised",
        certainty="certain", urgency=50, headline="Away", from_at=at("19:00"),
        raised_at=at("19:10"), touched_at=at("19:10"), requirement_reference="R2",
    )  # fmt: skip
    page = client_of(Role.MONITORING_OFFICER).get(f"/alerts/{Alert.objects.get().pk}")
    text = page.content.decode()
    assert "Were they reminded?" in text
    assert "too late: what it was for had passed" in text
