"""Every page of every role: open to that role, titled, axe-clean, no wider than the screen, on a
phone and on a wall. A page added without an address here fails."""

from __future__ import annotations

import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator

import pytest
from journey_house import PASSWORD, House, check_accessible, is_trouble, sign_in
from test_journey_matching import police_file

from waypost.access.may import RULES
from waypost.access.values import Permission, Reach, Role
from waypost.web.routes import BY_NAME, ROUTES

pytestmark = pytest.mark.journey

WIDTHS = (360, 1920)
# Acts, streams, files and machines' answers: no page to look at.
NO_PAGE = {
    "sign-out", "inbox-rows", "inbox-events", "alert-move", "offence-upload", "offence-problems",
    "run-start", "quarantine-settle", "clock-settle", "audit-verify", "healthz", "readyz",
    "metrics", "device-change", "device-token", "person-tag-command",
    "fitting-fit", "fitting-visit", "fitting-fixes", "fitting-seen",
}  # fmt: skip
ABOUT_TAGS = ("tag", "homes", "protection")  # of one person, by her page's address
ALIKE_FOR_ALL = {"sign-in", "gallery", "attributions"}  # looked at once
MAKE = """
import os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "waypost.settings"
import django; django.setup()
from waypost.access.actions import make_officer
from waypost.access.values import Role
from waypost.clock import now
from waypost.orders.queries import person_orders
person = next(one.number for one in person_orders(None) if one.person_id == "P1")
for role in Role:
    own = person if role is Role.WEARER else None
    make_officer(f"page-{role.value}", "Robin Page", sys.argv[1], role, person_id=own, now=now())
print(person)
"""


@pytest.fixture(scope="module")
def addresses(house: House, browser) -> dict[str, str]:
    """Route name -> an address of it with something to show; the sign-ins are made, too."""
    environment = {**os.environ, "WAYPOST_HOME": str(house.home), "WAYPOST_LOG": "ERROR"}
    environment.pop("WAYPOST_DATABASE", None)
    made = subprocess.run([sys.executable, "-c", MAKE, PASSWORD], env=environment, timeout=60,
                          capture_output=True, text=True, check=False)  # fmt: skip
    assert made.returncode == 0, made.stderr
    urllib.request.urlopen(f"{house.gateway}/intake/osmand?id=tag-of-nobody&lat=51.5&lon=0.1")
    plain = {route.name: f"/{route.path}" for route in ROUTES if "<" not in route.path}
    person = made.stdout.strip()
    found = plain | {"person": f"/people/{person}", "whereabouts": f"/people/{person}/whereabouts"}
    page = browser.new_page()
    sign_in(page, house, "page-monitoring_officer")
    page.goto(f"{house.pages}/inbox")
    found["alert"] = page.locator("[data-alert] a").first.get_attribute("href")
    found |= {f"person-{name}": f"/people/{person}/{name}" for name in ABOUT_TAGS}
    found["fitting-person"] = f"/fitting/{person}"
    page.goto(f"{house.pages}/fitting/{person}")
    worn = page.get_by_role("link", name="How the fitting stands").get_attribute("href")
    found["fitting-done"] = worn
    found |= {f"fitting-{name}": f"{worn}/{name}" for name in ("check", "notice", "remove")}
    page.goto(f"{house.pages}/devices")
    found["device"] = page.locator("tbody th a").first.get_attribute("href")
    page.close()
    return found | matched(house, browser)


@pytest.fixture(scope="module")
def seen() -> set[str]:
    """Pages already looked at for another role: their second look is on the phone alone."""
    return set()


def matched(house: House, browser) -> dict[str, str]:
    """A delivery with refused rows, its run, and one match."""
    page = browser.new_page()
    sign_in(page, house, "page-police_analyst")
    page.goto(f"{house.pages}/offences")
    file = {"name": "every.csv", "mimeType": "text/csv", "buffer": police_file(house, "EVERY")}
    page.get_by_label("Send an offence file").set_input_files(file)
    page.get_by_role("button", name="Send the file").click()
    page.locator("#problems").wait_for()
    batch = page.url
    page.get_by_role("button", name="Match these offences").click()
    match = page.locator("#matches tbody a").first
    match.wait_for(timeout=30_000)
    found = {"offence-batch": batch, "run": page.url, "match": match.get_attribute("href")}
    page.close()
    return {name: url.removeprefix(house.pages) for name, url in found.items()}


def pages_of(role: Role) -> Iterator[str]:
    """Names of the pages that this role's permissions open."""
    alike = ALIKE_FOR_ALL if role is not Role.MONITORING_OFFICER else set()
    free = {Permission.ANYBODY, Permission.SIGNED_IN}
    for route in ROUTES:
        if route.name not in NO_PAGE | alike and route.permission in free | set(RULES[role]):
            yield route.name


@pytest.mark.parametrize("role", list(Role))
def test_every_page_a_role_may_open_is_sound_on_a_phone_and_on_a_wall(
    role, house, browser, addresses, seen
):
    context = browser.new_context(timezone_id="Europe/London")
    page = context.new_page()
    troubles: list[str] = []
    page.on("pageerror", lambda error: troubles.append(f"{page.url}: {error}"))
    page.on("console", lambda said: troubles.append(said.text) if is_real(said) else None)
    sign_in(page, house, f"page-{role.value}")
    for name in pages_of(role):
        answer = page.goto(f"{house.pages}{addresses[name]}")
        expected = {403, 404} if of_another_caseload(role, name) else {200}
        assert answer.status in expected, f"{name}: {answer.status}"
        check_sound(page, house, name, WIDTHS if name not in seen else WIDTHS[:1])
        seen.add(name)
    context.close()
    assert not troubles, troubles


def of_another_caseload(role: Role, name: str) -> bool:
    """Whether the page is about P1, of nobody's caseload, and the role reaches no further."""
    about_a_person = name in {"alert", "person", "whereabouts", "person-tag", "fitting-person"}
    return about_a_person and RULES[role][BY_NAME[name].permission] in {Reach.OWN, Reach.TEAM}


def is_real(said) -> bool:
    return is_trouble(said) and "status of 40" not in said.text


def check_sound(page, house: House, name: str, widths: tuple[int, ...] = WIDTHS) -> None:
    assert page.title().endswith(" – Waypost"), name
    assert len(page.title()) > len(" – Waypost"), name
    assert page.locator("h1").count() == 1, f"{name} has not one first heading"
    for width in widths:
        page.set_viewport_size({"width": width, "height": 900})
        try:
            check_accessible(page, house)
        except AssertionError as error:
            raise AssertionError(f"{name} at {width} px: {error}") from None


@pytest.mark.parametrize(
    ("where", "status", "says"),
    [
        ("/system", 403, "You may not do this"),
        ("/people/999999", 404, "There is nothing here for you"),
        ("/no-such-page", 404, "Page not found"),
    ],
)
def test_a_refusal_is_a_calm_page_with_a_way_on(where, status, says, house, browser, addresses):
    context = browser.new_context()
    page = context.new_page()
    sign_in(page, house, "page-monitoring_officer")
    answer = page.goto(f"{house.pages}{where}")
    assert answer.status == status
    page.get_by_role("heading", name=says).wait_for()
    check_sound(page, house, where)
    page.get_by_role("link", name="Go to your first page").click()
    page.get_by_role("heading", name="Inbox").wait_for()
    context.close()


def test_an_act_on_an_alert_that_moved_since_leads_back_to_it(house, browser, addresses):
    context = browser.new_context(viewport={"width": 360, "height": 740})
    page, other = context.new_page(), context.new_page()
    sign_in(page, house, "page-monitoring_officer")
    for one in (page, other):
        one.goto(f"{house.pages}{addresses['alert']}")
    other.get_by_label("Note").first.fill("Rang twice.")
    other.get_by_role("button", name="Acknowledge").click()
    other.get_by_text("The alert was acknowledged.").wait_for()
    page.get_by_role("button", name="Acknowledge").click()
    page.get_by_role("heading", name="Somebody moved first").wait_for()
    check_sound(page, house, "409")
    page.get_by_role("link", name="Open the page again").click()
    page.get_by_text("Rang twice.").first.wait_for()
    context.close()


def test_every_route_is_a_page_with_an_address_or_said_to_be_none(addresses):
    assert {route.name for route in ROUTES} == NO_PAGE | (set(addresses) - NO_PAGE)
