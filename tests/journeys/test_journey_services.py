"""A service is entered, somebody is referred, the last place is taken and not exceeded silently; by
keyboard, on a phone and at a desk."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from journey_house import PASSWORD, House, check_accessible, press, sign_in, tick

pytestmark = pytest.mark.journey
MAKE = """
import os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "waypost.settings"
import django; django.setup()
from waypost.access.actions import make_officer, make_team
from waypost.access.models import Posting
from waypost.access.values import Role
from waypost.clock import now
unit = make_team("Services IOM", "iom_unit", "Desk", now=now())
una = make_officer("una-services", "Una Hall", sys.argv[1], Role.IOM_COORDINATOR, team=unit,
                   now=now())
Posting.objects.filter(officer=una).update(area="Hackney")
"""
WORDS = "Spoke with the provider by telephone."


@pytest.fixture(scope="module")
def officers(house: House):
    environment = {**os.environ, "WAYPOST_HOME": str(house.home), "WAYPOST_LOG": "ERROR"}
    environment.pop("WAYPOST_DATABASE", None)
    made = subprocess.run([sys.executable, "-c", MAKE, PASSWORD], env=environment, timeout=120,
                          capture_output=True, text=True, check=False)  # fmt: skip
    assert made.returncode == 0, made.stderr


def form(page, title: str):
    """The form of this title, opened."""
    summary = page.locator("details summary").filter(has_text=title).first
    details = summary.locator("..")
    if details.get_attribute("open") is None:
        press(summary)
    return details


def refer(page, house: House, who: str, service: str) -> None:
    page.goto(f"{house.pages}/people?q={who}")
    press(page.get_by_role("link", name=who).first)
    press(page.get_by_role("link", name="Referrals and sessions"))
    asked = form(page, "Refer to a service")
    asked.get_by_label("Service").select_option(
        label=asked.locator("option").filter(has_text=service).first.inner_text()
    )
    asked.get_by_label("Why this one").fill("Wants somebody to talk to at weekends.")
    press(asked.get_by_role("button", name="Refer them"))
    page.get_by_text("They are referred.").wait_for()


def step(page, title: str) -> None:
    done = form(page, title)
    done.get_by_label("Say").first.fill(WORDS)
    press(done.get_by_role("button", name=title))


def test_the_last_place_is_taken_and_one_more_says_why(page, house, officers):
    if page.viewport_size["width"] != 360:
        page.set_viewport_size({"width": 1280, "height": 860})
    name = f"Mentors {page.viewport_size['width']}"
    sign_in(page, house, "una-services")
    page.goto(f"{house.pages}/services")
    entered = form(page, "Enter a service")
    entered.get_by_label("Name of the service").fill(name)
    entered.get_by_label("Who provides it").fill("Catch")
    entered.get_by_label("Places").fill("1")
    press(entered.get_by_role("button", name="Enter the service"))
    page.get_by_text("The service is in the catalogue.").wait_for()
    check_accessible(page, house)

    for who in ("Jude Park", "Kit Doyle"):
        refer(page, house, who, name)
        step(page, "Say that the provider takes them")
        page.get_by_text("Accepted, waits for a place").first.wait_for()
        step(page, "Say that it started")
        if who == "Jude Park":
            page.get_by_text("Started").first.wait_for()
            check_accessible(page, house)
    page.get_by_text("All 1 places are taken.").first.wait_for()
    check_accessible(page, house)
    more = form(page, "Say that it started")
    more.get_by_label("Where no place is free").fill("The provider agreed to one more until May.")
    press(more.get_by_role("button", name="Say that it started"))
    page.get_by_text("One more than there are places").first.wait_for()
    came = form(page, "Write a session down")
    tick(came.get_by_label("Came", exact=True))
    press(came.get_by_role("button", name="Write it down"))
    page.get_by_text("The session is written down.").wait_for()
    check_accessible(page, house)
    if folder := os.environ.get("WAYPOST_SHOTS"):
        page.screenshot(path=f"{folder}/services-{name}-person.png", full_page=True)
    page.goto(f"{house.pages}/services")
    press(page.get_by_role("link", name=name))
    page.get_by_text("1 more than there are").wait_for()
    check_accessible(page, house)
    if folder := os.environ.get("WAYPOST_SHOTS"):
        page.screenshot(path=f"{folder}/services-{name}.png", full_page=True)
