"""The page of withheld addresses: who sees it, what it never says, what its forms do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from waypost import clock
from waypost.access.actions import make_officer
from waypost.access.models import AuditLine, Officer
from waypost.access.values import MACHINE, Role
from waypost.devices import actions
from waypost.devices.protecting import Protected
from waypost.devices.stock_file import StockRow
from waypost.devices.values import DeviceKind
from waypost.orders.actions import import_orders
from waypost.orders.models import Person, WithheldAddress
from waypost.orders.values import (
    Order,
    OrderKind,
    PersonOrders,
    Requirement,
    RequirementKind,
    Zone,
)

pytestmark = [pytest.mark.database, pytest.mark.django_db]

GRID = "TQ 34760 84494"  # of E8 3QW
MIDDLE = {"type": "Point", "coordinates": [-0.0577, 51.5434]}  # within 50 m of it


@pytest.fixture
def town():
    """Casey is protected from P1 and P2, known to mona alone. P1's exclusion lies at E8 3QW."""
    now = clock.now()
    start = now - timedelta(days=3)
    for username in ("mona", "max"):
        make_officer(username, username.title(), None, Role.MONITORING_OFFICER, now=start)
    zones = {"P1": MIDDLE, "P2": {"type": "Point", "coordinates": [-0.2, 51.5]}, "P3": MIDDLE}
    import_orders(
        [
            PersonOrders(
                name,
                (
                    Order(
                        f"O-{name}", OrderKind.LICENCE, start, None,
                        (Requirement(f"R-{name}", RequirementKind.EXCLUSION,
                                     (Zone(place, radius_m=400.0),)),),
                    ),
                ),
                details={"name": f"Alex {name}"},
            )
            for name, place in zones.items()
        ],
        by=MACHINE, now=start,
    )  # fmt: skip
    actions.add_device(StockRow(0, "PP-1", kind=DeviceKind.PROTECTED), by=MACHINE, now=start)
    said = Protected("PR1", "Casey Lund", datetime(2026, 3, 1, tzinfo=UTC), "form", ["mona"])
    numbers = {one.reference: one.pk for one in Person.objects.all()}
    for name in ("P1", "P2"):
        actions.protect(numbers[name], "PP-1", said, by=MACHINE, now=now)
    return numbers | {"PR1": Person.objects.get(reference="PR1").pk}


def signed_in(username: str) -> Client:
    client = Client()
    client.force_login(Officer.objects.get(username=username))
    return client


def where(town) -> str:
    return f"/people/{town['PR1']}/withheld"


def withhold(town, place=GRID, *, wearer="P1", client=None, follow=True):
    form = {"act": "withhold", "wearer": town.get(wearer, wearer), "place": place}
    return (client or signed_in("mona")).post(where(town), form, follow=follow)


def test_named_staff_withhold_an_address_and_are_told_what_shows_it_already(town):
    answer = withhold(town)
    page = answer.content.decode()
    assert answer.redirect_chain == [(where(town), 302)]
    assert "shown to the wearer already" in page
    assert "moj-alert--warning" in page
    assert "This shows the address to Alex P1 now: have it varied." in page
    assert "requirement R-P1 of order O-P1" in page
    kept = WithheldAddress.objects.get()
    assert (kept.person_id, kept.kept_from_id) == (town["PR1"], town["P1"])
    assert AuditLine.objects.filter(kind="address:withheld").count() == 1


@pytest.mark.parametrize("place", [GRID, "E8 3QW", "51.54340, -0.05770"])
def test_the_page_says_the_square_kilometre_and_never_the_place(town, place):
    client = signed_in("mona")
    answer = withhold(town, place, wearer="P2", client=client)
    page = answer.content.decode()
    assert "No zone shows it to the wearer now" in page
    assert "TQ 34 84" in page
    kept = WithheldAddress.objects.get()
    for told in (place, str(kept.lat)[:7], str(kept.lon)[:7], "34760"):
        assert told not in page
    assert not any("51.54" in morsel.value for morsel in client.cookies.values())
    assert answer.headers["Cache-Control"].count("no-store") == 1


def test_for_others_neither_page_nor_link_nor_address_exists(town):
    withhold(town)
    address = WithheldAddress.objects.get()
    client = signed_in("max")
    assert client.get(where(town)).status_code == 404
    assert withhold(town, "E8 3QR", client=client).status_code == 404
    end = {"act": "end", "address": address.pk, "sure": "yes"}
    assert client.post(where(town), end).status_code == 404
    assert WithheldAddress.objects.get().to_at is None
    assert "/withheld" not in client.get(f"/people/{town['P1']}/protection").content.decode()


def test_the_pages_of_the_protection_and_of_the_device_lead_to_it(town):
    client = signed_in("mona")
    for page in (f"/people/{town['P1']}/protection", f"/people/{town['PR1']}/tag"):
        assert f'href="{where(town)}"' in client.get(page).content.decode()
    assert "/withheld" not in client.get(f"/people/{town['P1']}/tag").content.decode()


def test_a_wearer_has_no_such_page(town):
    answer = signed_in("mona").get(f"/people/{town['P1']}/withheld")
    assert answer.status_code == 403
    assert "Only a protected person" in answer.content.decode().replace("&#x27;", "'")


@pytest.mark.parametrize(
    ("place", "says"),
    [
        ("", "The address is empty."),
        ("12 Example Street", "“12 Example Street” is no place that is known here."),
        ("E8 3QQQ", "Enter a postcode, a National Grid reference, or latitude, longitude"),
        ("TQ 34 84", "“TQ 34 84” leaves 1 km open"),
        ("51.5, -0.1", "“51.5, -0.1” leaves 11 km open"),
        ("<b>", "“&lt;b&gt;” is no place"),
    ],
)
def test_a_place_that_is_none_or_too_wide_comes_back_with_what_to_do(town, place, says):
    answer = withhold(town, place)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert page.count(says) == 2  # in the summary, and at its field
    assert 'href="#place"' in page
    assert 'id="place-error"' in page
    assert page.count(" checked") == 1  # the wearer stays chosen
    assert not WithheldAddress.objects.exists()
    for line in AuditLine.objects.all():  # what was typed is in no line
        assert place == "" or place.encode() not in bytes(line.body)


@pytest.mark.parametrize("wearer", ["", "P3", "PR1", "x", "²"])
def test_only_a_wearer_from_whom_they_are_protected_can_be_chosen(town, wearer):
    answer = withhold(town, wearer=wearer)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'href="#wearer-1"' in page
    assert "choose from whom the address is kept" in page
    assert f'value="{GRID}"' in page  # what was typed is not lost
    assert not WithheldAddress.objects.exists()


def test_a_button_pressed_twice_makes_one_record(town):
    withhold(town)
    answer = withhold(town)
    assert answer.status_code == 422
    assert "already" in answer.content.decode()
    assert WithheldAddress.objects.count() == 1


def test_an_end_must_be_confirmed_and_is_told(town):
    withhold(town)
    client, address = signed_in("mona"), WithheldAddress.objects.get()
    end = {"act": "end", "address": address.pk}
    answer = client.post(where(town), end)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert f'href="#sure-{address.pk}"' in page
    assert '<details class="govuk-details" open>' in page
    address.refresh_from_db()
    assert address.to_at is None
    page = client.post(where(town), end | {"sure": "yes"}, follow=True).content.decode()
    assert "not withheld any more" in page
    assert "Withheld no longer" in page
    assert "TQ 34" not in page.replace("such as TQ 34512 84567", "")
    address.refresh_from_db()
    assert address.to_at is not None
    assert client.post(where(town), end | {"sure": "yes"}).status_code == 409
    assert AuditLine.objects.filter(kind="address:released").count() == 1


def test_when_the_protection_has_ended_the_address_stays_and_none_can_be_added(town):
    withhold(town)
    client = signed_in("mona")
    for name in ("P1", "P2"):
        page = client.get(f"/people/{town[name]}/protection").content.decode()
        number = page.split('name="protection" value="')[1].split('"')[0]
        client.post(f"/people/{town[name]}/protection",
                    {"act": "end", "protection": number, "why": "moved"})  # fmt: skip
    page = client.get(where(town)).content.decode()
    assert "Address 1, kept from" in page
    assert "protected from no wearer now" in page
    assert "Withhold the address" not in page


def test_with_one_wearer_they_are_chosen_beforehand_with_two_nobody_is(town):
    client = signed_in("mona")
    assert " checked" not in client.get(where(town)).content.decode()
    page = client.get(f"/people/{town['P2']}/protection").content.decode()
    number = page.split('name="protection" value="')[1].split('"')[0]
    client.post(f"/people/{town['P2']}/protection",
                {"act": "end", "protection": number, "why": "moved"})  # fmt: skip
    assert client.get(where(town)).content.decode().count(" checked") == 1
