"""Pages that say how requirements were kept: absences that add up, appointments, at home or not."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import transaction
from django.test import Client
from django.urls import reverse

from waypost import clock
from waypost.access.actions import make_officer
from waypost.access.models import AuditLine, Officer, Organisation, Posting, Team
from waypost.access.queries import posted
from waypost.access.values import MACHINE, Role
from waypost.alerts import actions
from waypost.alerts.following import follow
from waypost.alerts.models import Alert
from waypost.monitoring.models import Cursor, PersonState, Violation
from waypost.monitoring.queries import judged_of
from waypost.orders.actions import import_orders
from waypost.orders.models import Caseload, Person, TimetableEntry
from waypost.orders.read import read_orders
from waypost.positions import log
from waypost.positions.batch import IntakeRow, build
from waypost.positions.values import DecodedFix
from waypost.rules.news import News
from waypost.rules.reconcile import ChangeKind
from waypost.units import ActivationNumber, Mechanism

pytestmark = [pytest.mark.database, pytest.mark.django_db]
HOME = (51.55, -0.06)
DAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]


@pytest.fixture
def house():
    """P1 on home detention curfew at all hours, with a weekly appointment a day ago."""
    cache.clear()
    now = clock.now()
    start = now - timedelta(days=9)
    place = {"type": "Point", "coordinates": [HOME[1], HOME[0]], "radius_m": 80}
    met = (now - timedelta(days=1)).replace(minute=0, second=0, microsecond=0)
    series = {"rrule": f"DTSTART:{met:%Y%m%dT%H%M%SZ}\nRRULE:FREQ=WEEKLY;COUNT=2",
              "duration": "PT1H", "grace": "PT10M"}  # fmt: skip
    person = {
        "person_id": "P1", "name": "Alex Okafor", "officers": ["petra"],
        "activations": [{"activation_id": "A1", "device_id": "D1", "from": start.isoformat(),
                         "to": None}],
        "orders": [{"order_id": "O1", "kind": "hdc", "from": start.isoformat(), "to": None,
                    "requirements": [
                        {"requirement_id": "R3", "kind": "curfew", "zone": place,
                         "timetable": [{"days": DAYS, "start": "00:00", "end": "00:00"}]},
                        {"requirement_id": "R4", "kind": "attendance", "zone": place,
                         "appointments": [series]},
                    ]}],
    }  # fmt: skip
    for username, role in (
        ("mona", Role.MONITORING_OFFICER),
        ("petra", Role.PROBATION_PRACTITIONER),
        ("court", Role.COURT_REPORT_OFFICER),
    ):
        make_officer(username, username.title(), None, role, now=start)
    read = read_orders(json.dumps({"persons": [person]}).encode())
    assert not read.problems
    import_orders(read.rows, by=MACHINE, now=start)
    Cursor.objects.create(pk=1, judged_to=now, beat_at=now)
    return {"now": now, "person": Person.objects.get(), "met": met}


def signed_in(username: str) -> Client:
    client = Client()
    client.force_login(Officer.objects.get(username=username))
    return client


def seen(username: str, house) -> str:
    page = signed_in(username).get(reverse("person", args=[house["person"].pk]))
    assert page.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.content.decode()))


def judged(house, kind: str, days_ago: float, minutes: float, **more) -> int:
    """A violation as judging saves it, and its alert."""
    person, now = house["person"], house["now"]
    from_at = more.pop("from_at", now - timedelta(days=days_ago))
    PersonState.objects.get_or_create(person=person, defaults={"state": b"", "plan_digest": ""})
    record = Violation.objects.create(
        person=person, requirement_reference="R3" if kind == "curfew" else "R4", kind=kind,
        from_at=from_at, to_at=from_at + timedelta(minutes=minutes), minutes=minutes,
        certainty=more.pop("certainty", "certain"), raised_at=from_at, settled=True,
        known_at=from_at, **more,
    )  # fmt: skip
    with transaction.atomic():
        follow([News(ChangeKind.RAISED, person.pk, record.pk, judged_of(record))], now=now)
    return record.pk


def at_home(house, *minutes_ago: float, away: bool = False) -> None:
    person, now = house["person"], house["now"]
    span = person.activations.get()
    lat = HOME[0] + (0.02 if away else 0)
    fixes = [
        DecodedFix(now - timedelta(minutes=m), lat, HOME[1], accuracy_m=9.0,
                   mechanism=Mechanism.GNSS)
        for m in minutes_ago
    ]  # fmt: skip
    row = IntakeRow(ActivationNumber(span.pk), span.from_at, None, now, fixes)
    with transaction.atomic():
        log.append(*build([row]), [], source="test", now=now)


def test_the_persons_page_says_how_near_a_breach_absences_have_come(house):
    judged(house, "curfew", 3, 64, how="late")
    judged(house, "curfew", 2, 41, how="out_during")
    said = seen("mona", house)
    assert "15 minutes from breaching" in said
    assert "105 minutes of 120 minutes counted; 15 minutes left." in said
    assert "64 minutes" in said
    assert Alert.objects.filter(kind="atv_near").count() == 1


def test_an_absence_is_linked_to_its_alert_for_who_may_read_it_and_for_nobody_else(house):
    judged(house, "curfew", 3, 64)
    alert = Alert.objects.get()
    link = f'href="{reverse("alert", args=[alert.pk])}"'
    path = reverse("person", args=[house["person"].pk])
    assert signed_in("mona").get(path).content.decode().count(link) >= 1
    team = Team.objects.create(
        organisation=Organisation.objects.create(name="London", kind="probation_region"),
        name="North",
    )
    Posting.objects.filter(officer__username="court").update(team=team)
    Caseload.objects.create(person=house["person"], team=team, from_at=house["now"])
    answer = signed_in("court").get(path)
    assert answer.status_code == 200
    assert "64 minutes of 120 minutes counted" in re.sub(r"\s+", " ", answer.content.decode())
    assert link not in answer.content.decode()


def test_what_an_officer_excused_is_shown_and_does_not_count(house):
    judged(house, "curfew", 3, 64)
    judged(house, "curfew", 2, 20, certainty="probable")
    by = posted(Officer.objects.get(username="mona"), now=house["now"])
    alert = Alert.objects.get()
    actions.acknowledge(alert.pk, by=by, now=house["now"])
    later = house["now"] + timedelta(seconds=1)
    actions.explain(alert.pk, by=by, now=later, note="Hospital.")
    assert "0 minutes of 120 minutes counted" in seen("mona", house)
    assert "Does not count: found reasonable" in seen("mona", house)


def test_the_curfews_alert_says_what_it_adds_up_to_and_its_shape(house):
    judged(house, "curfew", 1, 31, how="late")
    page = signed_in("mona").get(reverse("alert", args=[Alert.objects.get().pk]))
    said = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.content.decode()))
    assert "Late home for curfew" in said
    assert "31 minutes of 120 minutes counted; 89 minutes left." in said


def test_each_appointment_is_shown_with_its_outcome(house):
    start = house["met"]
    judged(house, "attendance", 1, 60, from_at=start, how="missed", reasons=["Nobody came."])
    said = seen("petra", house)
    assert "Appointments of the last 28 days" in said
    assert re.search(r"R4\s+Missed\s+Certain", said)


def test_who_is_at_home_under_curfew_is_told_as_a_state_and_the_look_says_so(house):
    at_home(house, 40, 30, 20, 10)
    page = signed_in("mona").get(reverse("person", args=[house["person"].pk]))
    body = page.content.decode()
    part = body[body.index("At home?") :][:700]
    assert "At home</strong>" in part
    assert "a GNSS fix" in part
    assert "51.55" not in body
    line = AuditLine.objects.order_by("-number").first()
    assert (line.kind, json.loads(bytes(line.body))["detail"]) == (
        "person:viewed",
        {"home_state": 1},
    )


def test_who_was_seen_elsewhere_is_not_at_home_and_silence_is_unknown(house):
    at_home(house, 20, 15, 10, away=True)
    assert "Not at home" in seen("mona", house)


def test_outside_the_curfews_hours_nobody_is_told_whether_somebody_is_at_home(house):
    at_home(house, 40, 30, 20, 10)
    away = (house["now"] + timedelta(hours=3)).strftime("%H:%M")
    end = (house["now"] + timedelta(hours=4)).strftime("%H:%M")
    TimetableEntry.objects.update(start=away, end=end)
    assert "At home?" not in seen("mona", house)
    line = AuditLine.objects.order_by("-number").first()
    assert json.loads(bytes(line.body))["detail"] == {}
