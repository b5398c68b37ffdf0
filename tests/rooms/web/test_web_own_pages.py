"""The wearer's own pages: places without what must not be seen, standing, the page on paper."""

from __future__ import annotations

import json

import pytest
from django.core.cache import cache
from django.test import Client

from asking_words import BEGAN, HOME, NOW, officer, wearer
from waypost import clock
from waypost.access.models import AuditLine, Officer
from waypost.access.values import MACHINE, Role
from waypost.orders.actions import import_orders
from waypost.orders.models import Person, WithheldAddress
from waypost.orders.queries import person_orders
from waypost.orders.values import (
    Order,
    OrderKind,
    PersonOrders,
    Requirement,
    RequirementKind,
    Zone,
)
from waypost.units import OrderRef, PersonRef, RequirementRef
from waypost.web.presenters.own_places import NO_PLACE, own_places

pytestmark = [pytest.mark.database, pytest.mark.django_db]
SECRET = (51.6, -0.2)


def client_of(name: str) -> Client:
    client = Client()
    client.force_login(Officer.objects.get(username=name))
    return client


@pytest.fixture
def town():
    cache.clear()
    person = wearer()
    officer("perrin", of=person)
    officer("robin", Role.WEARER, own=person)
    return person


def test_neither_a_withheld_address_nor_a_moving_zone_is_sent_to_the_page():
    lat, lon = SECRET
    secret = Zone({"type": "Point", "coordinates": [lon, lat]}, radius_m=300.0)
    open_ = Zone({"type": "Point", "coordinates": [HOME[1], HOME[0]]}, radius_m=300.0)
    asked = (
        Requirement(RequirementRef("R1"), RequirementKind.EXCLUSION, (secret,)),
        Requirement(RequirementRef("R2"), RequirementKind.EXCLUSION, (open_,)),
        Requirement(
            RequirementRef("R3"), RequirementKind.EXCLUSION, around="PR-1", around_radius_m=500.0
        ),
    )  # fmt: skip
    order = Order(OrderRef("O"), OrderKind.LICENCE, BEGAN, None, asked)
    import_orders([PersonOrders(PersonRef("PR-1"), details={"name": "Casey"})], by=MACHINE,
                  now=BEGAN)  # fmt: skip
    Person.objects.filter(reference="PR-1").update(protected=True)
    import_orders([PersonOrders(PersonRef("P1"), (order,))], by=MACHINE, now=BEGAN)
    me = Person.objects.get(reference="P1")
    WithheldAddress.objects.create(
        person=Person.objects.get(reference="PR-1"), kept_from=me, lat=lat, lon=lon, from_at=BEGAN,
        known_at=BEGAN,
    )  # fmt: skip
    shown, data, _ = own_places(person_orders([me.pk])[0], [SECRET], now=NOW)
    assert [(one.number, one.note) for one in shown] == [(0, NO_PLACE), (1, ""), (0, NO_PLACE)]
    assert len(data["zones"]) == 1
    officer("me", Role.WEARER, own=me.pk)
    page = client_of("me").get("/mine/places").content.decode()
    for words in ("51.6", "-0.2", "PR-1", "Casey"):
        assert words not in page.partition("<main")[2], words


def test_places_are_on_the_map_and_in_the_list_alike(town):
    order_lasts(town, clock.now())
    page = client_of("robin").get("/mine/places").content.decode()
    data = json.loads(page.partition('type="application/json">')[2].partition("</script>")[0])
    assert len(data["zones"]) == 3
    for zone in data["zones"]:
        number = zone["label"].partition(":")[0]
        assert f'<h2 class="govuk-heading-s">{number}: ' in page


def test_standing_names_agencies_and_no_officer(town):
    from waypost.access.actions import make_officer, make_team

    team = make_team("Probation London", "probation_region", "Hackney", now=BEGAN)
    make_officer("perrin", "Perrin", None, Role.PROBATION_PRACTITIONER, team=team, now=BEGAN)
    page = client_of("robin").get("/mine/standing").content.decode()
    assert "Probation London" in page
    assert "Perrin" not in page
    assert "The police are told where the law says so" in page


def test_an_officer_prints_the_page_and_it_is_on_record(town):
    page = client_of("perrin").get(f"/people/{town}/paper").content.decode()
    assert "Until you hear from us, nothing has changed." in page
    assert AuditLine.objects.filter(kind="own_page:printed", person_id=town).count() == 1
    assert client_of("robin").get(f"/people/{town}/paper").status_code in {403, 404}


def test_the_first_page_opens_with_who_asks_and_one_tap_answers(town):
    from waypost.access.queries import posted
    from waypost.asking.actions import ask
    from waypost.asking.models import AbsenceRequest
    from waypost.asking.values import Asked, Why

    at = clock.now()
    start = at.replace(hour=20, minute=0, second=0, microsecond=0) + clock_days(2)
    robin = posted(Officer.objects.get(username="robin"), now=at)
    order_lasts(town, at)
    ask(town, Asked(Why.SHIFT, start, start + clock_days(1)), by=robin, now=at)
    client = client_of("perrin")
    assert "They ask first" in client.get("/people").content.decode()
    found = AbsenceRequest.objects.get()
    answer = client.post(
        f"/absences/{found.pk}",
        {"act": "grant", "version": found.version, "back": "people"},
        follow=True,
    )
    assert "Granted as asked" in answer.content.decode()
    assert "They ask first" not in answer.content.decode()
    assert ">Yes<" in client_of("robin").get("/mine").content.decode()
    late = client.post(f"/absences/{found.pk}", {"act": "grant", "version": 1})
    assert late.status_code == 409


def clock_days(count: int):
    from datetime import timedelta

    return timedelta(days=count)


def order_lasts(person: int, at) -> None:
    """The order of the tests' own spring lasts until after now."""
    from waypost.orders.models import Order as Record

    Record.objects.filter(person_id=person).update(to_at=at + clock_days(60))
