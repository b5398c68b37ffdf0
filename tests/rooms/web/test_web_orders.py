"""Pages of orders: forms keep what was typed, lint is read before anything is saved."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse

from waypost import clock
from waypost.access.actions import make_officer
from waypost.access.values import MACHINE, Role
from waypost.life.models import OrderStep
from waypost.life.queries import number_of_order
from waypost.orders.actions import import_orders
from waypost.orders.models import Caseload, Order, Person, RequirementVersion
from waypost.orders.read import read_orders
from waypost.suitability.models import Assessment, Sentence
from worked_town import orders_file

pytestmark = [pytest.mark.database, pytest.mark.django_db]


@pytest.fixture
def person(db) -> int:
    """P1 of the town; its order begins now and lasts some weeks."""
    now = clock.now()
    data = orders_file().decode()
    data = data.replace("2026-03-02T08:00:00Z", (now - timedelta(days=1)).isoformat())
    data = data.replace("2026-03-20T00:00:00Z", (now + timedelta(days=30)).isoformat())
    read = read_orders(data.encode())
    assert not read.problems
    import_orders(read.rows, by=MACHINE, now=now - timedelta(days=1))
    return Person.objects.get(reference="P1").pk


def client_of(role: Role, *, of: int | None = None) -> Client:
    own = of if role is Role.WEARER else None
    made = make_officer(role.value, role.value, None, role, person_id=own,
                        now=clock.now() - timedelta(hours=1))  # fmt: skip
    if of is not None and own is None:
        Caseload.objects.create(person_id=of, officer=made, from_at=clock.now())
    client = Client()
    client.force_login(made)
    return client


def words(answer) -> str:
    return unescape(re.sub(r"\s+", " ", answer.content.decode()))


def sent(client, order: int) -> dict[str, str]:
    """The form of R2 as the page has it."""
    page = client.get(f"{reverse('order-requirement', args=[order])}?of=R2").content.decode()
    found = {}
    for tag in re.findall(r"<(?:input|textarea|select)[^>]*>", page):
        name = re.search(r'name="([^"]+)"', tag)
        value = re.search(r'value="([^"]*)"', tag)
        kind = re.search(r'type="([^"]+)"', tag)
        if name and not (kind and kind[1] in {"checkbox", "radio"}):
            found[name[1]] = unescape(value[1]) if value else ""
    zone = re.search(r'<textarea[^>]*name="zone"[^>]*>(.*?)</textarea>', page, re.DOTALL)
    found["zone"] = unescape(zone[1])
    return found | {"hours-0-days": ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]}


def test_the_form_of_a_requirement_says_what_the_order_says_and_saving_it_unchanged_is_refused(
    person,
):
    client, order = client_of(Role.MONITORING_OFFICER), number_of_order(person, "O1")
    form = sent(client, order)
    assert (form["hours-0-start"], form["hours-0-end"]) == ("19:00", "07:00")
    form |= {"authority": "court", "reference": "X1", "words": "nothing new"}
    answer = client.post(reverse("order-requirement", args=[order]), form)
    assert answer.status_code == 422
    assert "Nothing is changed" in words(answer)
    assert not OrderStep.objects.exists()


def test_what_lint_says_of_a_change_is_read_before_it_is_saved(person):
    client, order = client_of(Role.MONITORING_OFFICER), number_of_order(person, "O1")
    form = sent(client, order) | {
        "hours-0-start": "10:00", "authority": "court", "reference": "X1",
        "words": "Nearly all day.",
    }  # fmt: skip
    address = reverse("order-requirement", args=[order])
    answer = client.post(address, form)
    assert answer.status_code == 422
    assert "21 hours in a day; the law allows 20" in words(answer)
    assert "Nearly all day." in words(answer)
    assert RequirementVersion.objects.filter(reference="R2", person_id=person).count() == 1
    answer = client.post(address, form | {"meant": "yes"})
    assert answer.status_code == 302
    newest = RequirementVersion.objects.filter(reference="R2", person_id=person).latest("version")
    assert newest.timetable.get().start == "10:00"


def test_who_sees_a_case_but_does_not_change_orders_is_shown_no_form(person):
    client = client_of(Role.IOM_COORDINATOR)
    order = number_of_order(person, "O1")
    assert client.get(reverse("order", args=[order])).status_code in {403, 404}
    assert client.get(reverse("order-requirement", args=[order])).status_code == 403
    evaluator = client_of(Role.PROGRAMME_EVALUATOR)
    assert evaluator.get(reverse("order", args=[order])).status_code == 403
    assert evaluator.get(reverse("programmes")).status_code == 200


def test_the_person_page_leads_to_the_order_and_the_wearers_page_does_not(person):
    practitioner = client_of(Role.PROBATION_PRACTITIONER, of=person)
    order = number_of_order(person, "O1")
    page = practitioner.get(reverse("person", args=[person])).content.decode()
    assert reverse("order", args=[order]) in page
    assert reverse("order-new", args=[person]) not in page  # which is the monitoring centre's
    wearer = client_of(Role.WEARER, of=person)
    assert reverse("order", args=[order]) not in wearer.get(reverse("mine")).content.decode()


def test_a_wearer_by_consent_ends_it_with_one_button(person):
    Order.objects.filter(reference="O1").update(kind="voluntary")
    wearer = client_of(Role.WEARER, of=person)
    assert "You can stop at any time" in words(wearer.get(reverse("mine")))
    answer = wearer.post(reverse("mine-consent"), {"order": "O1"}, follow=True)
    assert "It has ended" in words(answer)
    assert Order.objects.filter(reference="O1").latest("version").to_at <= clock.now()
    assert OrderStep.objects.get().act == "withdraw_consent"


def test_a_wearer_under_an_order_of_a_court_has_no_such_button(person):
    wearer = client_of(Role.WEARER, of=person)
    assert "You can stop at any time" not in words(wearer.get(reverse("mine")))
    assert wearer.post(reverse("mine-consent"), {"order": "O1"}).status_code == 403
    assert Order.objects.filter(reference="O1").count() == 1


def test_a_programme_that_contradicts_itself_comes_back_with_what_was_typed(db):
    client = client_of(Role.ADMINISTRATOR)
    form = {"name": "Pilot", "instrument": "SI 2026/1", "impose_from": "2026-03-01",
            "impose_to": "2026-02-01", "courts": "Highbury Corner\nStratford",
            "version": "0"}  # fmt: skip
    answer = client.post(reverse("programme-record"), form)
    assert answer.status_code == 422
    assert "The last day of imposing comes before the first" in words(answer)
    assert "Highbury Corner" in words(answer)
    answer = client.post(reverse("programme-record"), form | {"impose_to": "2026-09-01"})
    assert answer.status_code == 302
    assert "Highbury Corner, Stratford" in words(client.get(reverse("programmes")))


def test_an_appointment_is_made_by_its_recurrence_and_read_back_as_it_was_written(person):
    client, order = client_of(Role.MONITORING_OFFICER), number_of_order(person, "O1")
    address = reverse("order-requirement", args=[order])
    form = {
        "of": "", "requirement_kind": "attendance", "places": "1", "timezone": "Europe/London",
        "zone": "circle: 51.56, -0.05; 80 m", "meet-0-first": "2026-12-07", "meet-0-clock": "10am",
        "meet-0-minutes": "60", "meet-0-grace": "10", "meet-0-often": "weekly",
        "meet-0-every": "2", "meet-0-days": ["MO", "TH"], "authority": "court", "reference": "X",
        "words": "Every other week.", "meant": "yes",
    }  # fmt: skip
    answer = client.post(address, form)
    assert answer.status_code == 302, words(answer)
    series = RequirementVersion.objects.get(kind="attendance", person_id=person).appointments.get()
    assert series.rrule == (
        "DTSTART;TZID=Europe/London:20261207T100000\nRRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH"
    )
    page = words(client.get(f"{address}?of=R3"))
    assert 'value="2026-12-07"' in page
    assert 'value="10:00"' in page


def test_an_order_leads_back_to_the_assessment_that_proposed_it(person):
    proposed = Assessment.objects.create(
        person_id=person, kind="pre_sentence", order_kind="community_order", programme="national",
        court="Highbury Corner", decision_on=clock.now().date(), made_at=clock.now(),
        why="A curfew is proposed.", status="decided",
    )  # fmt: skip
    Sentence.objects.create(
        assessment=proposed, version=1, outcome="as_proposed", order_reference="O1",
        decided_on=clock.now().date(), court="Highbury Corner", in_place="yes", at=clock.now(),
    )  # fmt: skip
    practitioner = client_of(Role.PROBATION_PRACTITIONER, of=person)
    page = practitioner.get(reverse("order", args=[number_of_order(person, "O1")]))
    assert reverse("assessment", args=[proposed.pk]) in page.content.decode()
    centre = client_of(Role.MONITORING_OFFICER)  # which reads no assessments
    page = centre.get(reverse("order", args=[number_of_order(person, "O1")]))
    assert reverse("assessment", args=[proposed.pk]) not in page.content.decode()


def test_before_anything_was_known_the_order_asked_nothing(person):
    client, order = client_of(Role.MONITORING_OFFICER), number_of_order(person, "O1")
    page = client.get(f"{reverse('order', args=[order])}?known=2020-01-01T10:00")
    assert page.status_code == 200
    assert "None that binds now." in words(page)
    page = client.get(f"{reverse('order', args=[order])}?known=yesterday")
    assert "Enter the moment as" in words(page)
