"""The pages of courts' orders: the list, a message, a question with its form; and the hub's API."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from courts_words import CURFEW, NOT_ENTER, NOT_NEAR, bail, sent
from waypost import clock
from waypost.access.actions import make_officer, make_token
from waypost.access.models import AuditLine
from waypost.access.values import MACHINE, Permission, Role
from waypost.courts.actions import receive
from waypost.courts.models import CourtMessage, CourtQuestion

pytestmark = [pytest.mark.database, pytest.mark.django_db]
ZONE = "circle: 51.5500, -0.2000, 80 m"


@pytest.fixture
def mona():
    officer = make_officer("mona", "Mona", None, Role.MONITORING_OFFICER,
                           now=clock.now() - timedelta(hours=1))  # fmt: skip
    client = Client()
    client.force_login(officer)
    return client


def message(*prompts, **more) -> CourtMessage:
    got = receive(sent(bail(*prompts, **more)), "hub", by=MACHINE, now=clock.now())
    return CourtMessage.objects.get(pk=got.message_ids[0])


def question(one, key) -> str:
    row = CourtQuestion.objects.get(message=one, key=key)
    return reverse("court-question", args=[row.pk])


def test_the_list_says_what_waits_and_until_when(mona):
    one = message(NOT_ENTER)
    page = mona.get(reverse("court-orders")).content.decode()
    assert f"M-{one.pk}: Robin Fielder1" in page
    assert "1 question" in page
    CourtMessage.objects.update(due_at=clock.now() - timedelta(hours=1))
    assert "Over time" in mona.get(reverse("court-orders")).content.decode()


def test_an_empty_list_says_how_something_gets_there(mona):
    assert "waypost import court" in mona.get(reverse("court-orders")).content.decode()


def test_a_message_shows_the_courts_words_beside_what_was_read_and_the_look_is_kept(mona):
    one = message(NOT_ENTER, CURFEW)
    page = mona.get(reverse("court-order", args=[one.pk])).content.decode()
    for words in ("Place or area:The old mill", "judicialResultPrompts[2]", "21:00",
                  "Where is it?", "Answer the next question"):  # fmt: skip
        assert words in page, words
    assert AuditLine.objects.filter(kind="court:viewed").count() == 1


def test_a_zone_is_drawn_and_the_order_is_in_force(mona):
    one = message(NOT_ENTER)
    address = question(one, "exclusion-1/zone")
    page = mona.get(address).content.decode()
    assert "Place or area:The old mill" in page
    assert "zone-editor.js" in page
    answer = mona.post(address, {"how": "own", "zone": ZONE, "version": 1}, follow=True)
    assert "the order is in force" in answer.content.decode()
    one.refresh_from_db()
    person = mona.get(reverse("person", args=[one.person_id])).content.decode()
    assert "Robin Fielder1" in person
    assert "MW100" in person
    assert "What courts sent" in person


@pytest.mark.parametrize(
    ("sent_form", "said"),
    [
        ({}, "Choose an answer"),
        ({"how": "own"}, "There is no zone yet"),
        ({"how": "own", "zone": "circle: nowhere, 3 m"}, "This place is not known"),
        ({"how": "not", "why_not": ""}, "Say why it does not apply"),
        ({"how": "pick-elsewhere"}, "Choose one of the answers"),
    ],
)
def test_a_form_that_answers_nothing_comes_back_with_what_was_typed(mona, sent_form, said):
    one = message(NOT_ENTER)
    answer = mona.post(question(one, "exclusion-1/zone"), {"version": 1, **sent_form})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert said in page
    assert sent_form.get("zone", "") in page


def test_the_zone_is_checked_without_being_kept(mona):
    one = message(NOT_ENTER)
    form = {"how": "own", "zone": ZONE, "zone-check": "yes", "version": 1}
    answer = mona.post(question(one, "exclusion-1/zone"), form)
    assert answer.status_code == 200
    assert "The zone can be judged" in answer.content.decode()
    assert CourtQuestion.objects.filter(answered_at=None).count() == 1


def test_hours_are_filled_in_or_chosen(mona):
    one = message(("Curfew", "Between:22:00\nAnd:06:00\nFrequency:On weekends"))
    address = question(one, "curfew-1/hours")
    assert "nights that begin on Friday and Saturday" in mona.get(address).content.decode()
    rows = {"hours-rows": "1", "hours-0-days": ["FR", "SA"], "hours-0-start": "22:00",
            "hours-0-end": "06:00"}  # fmt: skip
    answer = mona.post(address, {"how": "own", "version": 1, **rows})
    assert answer.status_code == 302
    page = mona.get(reverse("court-order", args=[one.pk])).content.decode()
    assert "Answered" in page
    again = mona.post(address, {"how": "pick-reading-1", "version": 2})
    assert again.status_code == 302  # nothing has gone in yet: an answer may be changed


def test_an_end_is_a_date_and_a_time(mona):
    soon = ("Next hearing in Crown Court", "Date and time to be fixed:Yes")
    document = bail(NOT_NEAR)
    prompts = document["hearing"]["prosecutionCases"][0]["defendants"][0]["offences"][0][
        "judicialResults"
    ][0]["judicialResultPrompts"]
    prompts[0] = {"label": soon[0], "value": soon[1]}
    got = receive(sent(document), "hub", by=MACHINE, now=clock.now())
    one = CourtMessage.objects.get(pk=got.message_ids[0])
    address = question(one, "order/end")
    bad = {"how": "own", "day": "31", "month": "2", "year": "2027", "clock": "10:00", "version": 1}
    assert "Enter a real date" in mona.post(address, bad).content.decode()
    assert mona.post(address, bad | {"day": "28"}).status_code == 302
    one.refresh_from_db()
    assert one.status == "imported"


def test_somebody_who_was_slower_is_told(mona):
    one = message(NOT_ENTER, CURFEW)
    address = question(one, "exclusion-1/zone")
    mona.post(question(one, "curfew-1/zone"), {"how": "own", "zone": ZONE, "version": 1})
    answer = mona.post(address, {"how": "own", "zone": ZONE, "version": 1})
    assert answer.status_code == 409


def test_a_message_is_set_aside_with_a_reason(mona):
    one = message(NOT_ENTER)
    address = reverse("court-aside", args=[one.pk])
    assert mona.post(address, {"why": "", "version": 1}).status_code == 422
    assert mona.post(address, {"why": "A test of the hub.", "version": 1}).status_code == 302
    assert "A test of the hub." in mona.get(reverse("court-order", args=[one.pk])).content.decode()


def test_there_is_no_message_of_a_number_that_no_column_holds(mona):
    for name in ("court-order", "court-question"):
        assert mona.get(reverse(name, args=[2**64])).status_code == 404


def hub(*scopes: Permission) -> Client:
    token = make_token(Role.MONITORING_OFFICER, by=MACHINE, scopes=frozenset(scopes),
                       now=clock.now() - timedelta(minutes=1))  # fmt: skip
    return Client(headers={"Authorization": f"Bearer {token}"})


def post(client, data: bytes):
    return client.post("/api/court/messages?source=hub", data, content_type="application/json")


def test_a_hub_sends_and_asks_how_it_stands_and_learns_no_name():
    client = hub(Permission.COURT_SEND)
    answer = post(client, sent(bail(NOT_ENTER)))
    assert answer.status_code == 201
    told = answer.json()
    assert [(one["status"], one["questions"]) for one in told["messages"]] == [("waiting", 1)]
    assert "Robin" not in answer.content.decode()
    again = post(client, sent(bail(NOT_ENTER)))
    assert (again.status_code, again.json()) == (200, told)
    later = client.get(f"/api/court/messages/{told['delivery']}")
    assert later.json() == told
    assert client.get("/api/court/messages/999999").status_code == 404


def test_what_a_hub_sends_that_cannot_be_read_is_kept():
    answer = post(hub(Permission.COURT_SEND), b"not json at all")
    assert answer.status_code == 201
    assert [one["status"] for one in answer.json()["messages"]] == ["unread"]
    assert post(hub(Permission.COURT_SEND), b"").status_code == 400


def test_a_token_for_something_else_sends_nothing():
    assert post(hub(Permission.ALERT_READ), sent(bail(NOT_ENTER))).status_code == 403
    assert not CourtMessage.objects.exists()


def test_a_clear_order_goes_in_by_a_hub_that_may_write_no_order():
    answer = post(hub(Permission.COURT_SEND), sent(bail(NOT_NEAR)))
    assert [one["status"] for one in answer.json()["messages"]] == ["imported"]
    assert json.loads(CourtMessage.objects.get().payload)["case"]
