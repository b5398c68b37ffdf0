"""The inbox as a page: stories, reasons, ages, pages; and the form of a person's risks."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from waypost import clock
from waypost.access.actions import make_officer
from waypost.access.models import AuditLine, Officer
from waypost.access.values import Role
from waypost.alerts.models import Alert, Incident, RiskMarker
from waypost.orders.models import Caseload, Person
from waypost.web.presenters.risks import read_risk_form

pytestmark = [pytest.mark.database, pytest.mark.django_db]


@pytest.fixture
def now():
    cache.clear()
    now = clock.now()
    for name, role in (
        ("mona", Role.MONITORING_OFFICER), ("petra", Role.PROBATION_PRACTITIONER),
        ("iona", Role.IOM_COORDINATOR), ("cora", Role.COURT_REPORT_OFFICER),
    ):  # fmt: skip
        make_officer(name, name.title(), None, role, now=now - timedelta(hours=9))
    Person.objects.create(reference="P1", full_name="Alex Okafor", known_at=now)
    return now


def signed_in(username: str) -> Client:
    client = Client()
    client.force_login(Officer.objects.get(username=username))
    return client


def person() -> Person:
    return Person.objects.get(reference="P1")


def alert(now, kind: str, urgency: int, *, age=timedelta(minutes=1), **more) -> Alert:
    said = {"status": "raised", "because": [f"Base: {urgency}"]} | more
    return Alert.objects.create(
        person=person(), subject=kind, open_subject=f"{kind}{urgency}", kind=kind,
        certainty="certain", urgency=urgency, headline=f"About {kind}", from_at=now - age,
        raised_at=now - age, touched_at=now, **said,
    )  # fmt: skip


def rows_of(text: str) -> list[str]:
    return re.findall(r'<li class="waypost-inbox__row.*?</span>\s*</li>', text, re.S)


def page(client: Client, query: str = "") -> str:
    return client.get(reverse("inbox") + query).content.decode()


def test_alerts_of_one_incident_stand_together_the_most_urgent_in_front(now):
    story = Incident.objects.create(person=person(), opened_at=now, touched_at=now)
    alert(now, "no_contact", 35, incident=story)
    alert(now, "jamming", 60)
    alert(now, "strap_tamper", 90, incident=story)
    rows = rows_of(page(signed_in("mona")))
    heads = [re.search(r"About (\w+)", row)[1] for row in rows]
    assert heads == ["strap_tamper", "no_contact", "jamming"]
    assert ["1 of 2 in one incident" in rows[0], "2 of 2 in one incident" in rows[1]] == [True] * 2
    assert "in one incident" not in rows[2]


def test_each_row_says_why_it_is_so_urgent_without_a_script(now):
    alert(now, "jamming", 63, because=["Jammed: 60", "Recorded risk of stalking: +3"])
    (row,) = rows_of(page(signed_in("mona")))
    why = re.search(r"<details.*?</details>", row, re.S)[0]
    assert "Why 63" in why
    assert re.findall("<li>(.*?)</li>", why) == ["Jammed: 60", "Recorded risk of stalking: +3"]


def test_the_reasons_stand_on_the_alerts_own_page(now):
    one = alert(now, "jamming", 63, because=["Jammed: 60", "Recorded risk of stalking: +3"])
    said = signed_in("mona").get(reverse("alert", args=[one.pk])).content.decode()
    assert "Recorded risk of stalking: +3" in said


def test_ages_are_figures_and_count_what_nobody_touched(now):
    kinds = ("jamming", "curfew", "inclusion", "no_contact", "battery_low", "stationary", "alcohol")
    for n, minutes in enumerate((2, 10, 30, 100, 500, 3000, 4000)):
        alert(now, kinds[n], 50 + n, age=timedelta(minutes=minutes),
              status="in_hand" if n == 6 else "raised")  # fmt: skip
    text = page(signed_in("mona"))
    bands = re.search(r'<dl class="waypost-bands".*?</dl>', text, re.S)[0]
    assert re.findall(r"<dt>(.*?)</dt><dd>(\d+)", bands) == [
        ("Under 5 min", "1"), ("5 to 15 min", "1"), ("15 to 60 min", "1"), ("1 to 4 h", "1"),
        ("4 to 24 h", "1"), ("Over a day", "2"),
    ]  # fmt: skip
    assert 'Over a day</dt><dd>2 <span class="waypost-quiet">1 untouched' in bands


def test_what_was_withdrawn_is_marked_and_stays(now):
    alert(now, "exclusion", 85, status="withdrawn")
    (row,) = rows_of(page(signed_in("mona")))
    assert "waypost-inbox__row--withdrawn" in row
    assert "Withdrawn" in row


def test_more_than_a_page_says_how_many_more_and_leads_to_them(now):
    Alert.objects.bulk_create(
        Alert(person=person(), subject=f"s{n}", open_subject=f"s{n}", kind="jamming",
              status="raised", certainty="certain", urgency=60, headline=f"Number {n:03}",
              from_at=now, raised_at=now - timedelta(minutes=n), touched_at=now)
        for n in range(205)
    )  # fmt: skip
    client = signed_in("mona")
    first, last = page(client), page(client, "?page=2")
    assert "Alerts 1 to 200 of 205" in first
    assert "5 more stand on 1 further page." in first
    assert f'href="{reverse("inbox")}?page=2"' in first
    assert (len(rows_of(first)), len(rows_of(last))) == (200, 5)
    assert f'hx-get="{reverse("inbox-rows")}?page=2"' in last  # the live rows are of this page
    assert "<dd>205</dd>" in last
    assert "Number 204</a>" in last or "Number 204" in first  # the oldest, whatever the page
    for odd in ("?page=99", "?page=x", "?page=-1", "?page=" + "9" * 40):
        assert client.get(reverse("inbox") + odd).status_code == 200


def risk(client: Client, **words):
    said = {"act": "record", "kind": "stalking", "words": "told by the court"} | words
    return client.post(reverse("person-risks", args=[person().pk]), said)


def test_a_risk_is_recorded_on_the_persons_page_and_ended_there(now):
    client = signed_in("mona")
    assert b"Record a risk" in client.get(reverse("person", args=[person().pk])).content
    assert risk(client, since="2026-01-05").status_code == 302
    said = client.get(reverse("person", args=[person().pk])).content.decode()
    assert ">Stalking</h3>" in said
    assert "told by the court" in said
    marker = RiskMarker.objects.get()
    assert (marker.kind, f"{marker.from_at:%Y-%m-%d}") == ("stalking", "2026-01-05")
    ended = client.post(
        reverse("person-risks", args=[person().pk]), {"act": "end", "risk": marker.pk}
    )
    assert ended.status_code == 302
    listed = client.get(reverse("person-risks", args=[person().pk])).content.decode()
    assert "ended by Mona" in listed
    lines = AuditLine.objects.filter(kind__startswith="risk:").order_by("number")
    assert [line.kind for line in lines] == ["risk:recorded", "risk:ended", "risk:viewed"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"kind": ""}, "Choose which risk it is."),
        ({"words": " "}, "Say how the risk is known"),
        ({"words": "x" * 301}, "these are 301"),
        ({"since": "yesterday"}, "Enter the date as 2026-03-27"),
        ({"since": "2999-01-01"}, "The date lies ahead"),
    ],
)
def test_a_form_that_is_not_right_comes_back_with_what_was_typed(now, words, said):
    answer = risk(signed_in("mona"), **words)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not RiskMarker.objects.exists()


def test_the_same_risk_twice_is_refused_on_the_form(now):
    client = signed_in("mona")
    risk(client)
    again = risk(client)
    assert (again.status_code, b"recorded already" in again.content) == (422, True)


def test_who_reads_no_alerts_reads_no_risks_and_who_only_reads_writes_none(now):
    for name in ("iona", "cora", "petra"):
        officer = Officer.objects.get(username=name)
        Caseload.objects.create(person=person(), officer_id=officer.pk, from_at=now)
    risk(signed_in("mona"))
    seen = {
        name: signed_in(name).get(reverse("person", args=[person().pk])).content.decode()
        for name in ("iona", "cora", "petra")
    }
    assert {name: "told by the court" in text for name, text in seen.items()} == {
        "iona": True, "cora": False, "petra": True,
    }  # fmt: skip
    assert "Record a risk" not in seen["iona"]
    assert "Record a risk" in seen["petra"]
    assert risk(signed_in("iona"), kind="arson").status_code == 403
    assert risk(signed_in("petra"), kind="arson").status_code == 302


def test_a_date_is_a_local_day(now):
    sent = {"kind": "arson", "words": "x", "since": "2026-07-01"}
    form = read_risk_form(sent, zone="Europe/London", now=clock.read_instant("2026-08-01T00:00Z"))
    assert form.from_at == clock.read_instant("2026-06-30T23:00:00Z")
