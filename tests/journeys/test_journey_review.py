"""A match from the work list to signed evidence, by keyboard, on a phone and on a wall."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from journey_house import PASSWORD, check_accessible, picture, press, sign_in, tick
from test_journey_matching import police_file

pytestmark = pytest.mark.journey
MAKE = """
import os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "waypost.settings"
import django; django.setup()
from waypost.access.actions import make_officer, make_team
from waypost.access.values import Role
from waypost.clock import now
unit = make_team("Hackney IOM", "iom_unit", "Desk", now=now())
make_officer("avery", "Avery Cole", sys.argv[1], Role.AUTHORISING_OFFICER, now=now())
make_officer("ida", "Ida Brook", sys.argv[1], Role.IOM_COORDINATOR, team=unit, now=now())
"""
STATEMENT = (
    "I am an analyst of the crime mapping hub. I looked at the fixes of this tag about the time of "
    "the offence, and saw several of them in the square where it was committed."
)


@pytest.fixture(scope="module")
def officers(house):
    environment = {**os.environ, "WAYPOST_HOME": str(house.home), "WAYPOST_LOG": "ERROR"}
    environment.pop("WAYPOST_DATABASE", None)
    made = subprocess.run([sys.executable, "-c", MAKE, PASSWORD], env=environment, timeout=60,
                          capture_output=True, text=True, check=False)  # fmt: skip
    assert made.returncode == 0, made.stderr


def test_a_match_is_opened_decided_agreed_signed_and_referred(page, house, officers):
    name = f"V{page.viewport_size['width']}"
    sign_in(page, house, "petra")
    page.goto(f"{house.pages}/offences")
    file = {"name": f"{name}.csv", "mimeType": "text/csv", "buffer": police_file(house, name)}
    page.get_by_label("Send an offence file").set_input_files(file)
    page.get_by_role("button", name="Send the file").click()
    page.locator("#problems tbody tr").first.wait_for()
    address = review_of(page, house, name)
    check_accessible(page, house)
    assert "Alex" not in page.content()
    shot(page, f"{name}-list")
    page.goto(address)
    check_accessible(page, house)
    assert "Alex" not in page.content()
    shot(page, f"{name}-closed")
    open_it(page, "The best match of this delivery of offences.")
    page.get_by_role("heading", name="Alex Okafor").wait_for()
    page.wait_for_selector("#map[data-ready=drawn]", timeout=60_000)
    page.locator("#moment").focus()
    page.keyboard.press("ArrowRight")
    page.get_by_text("GNSS, within").first.wait_for()
    check_accessible(page, house)
    picture(page, "review.png")
    shot(page, f"{name}-open")
    act(page, "qualify", "Several fixes in the square, at a time not usual for this tag.")
    page.get_by_text("A second person has to agree").wait_for()

    sign_in(page, house, "avery")
    page.goto(address)
    open_it(page, "A colleague qualified this match.")
    check_accessible(page, house)
    act(page, "approve", "The fixes in the square and the gaps beside them.")
    page.get_by_text("The analyst can act on it now").wait_for()

    sign_in(page, house, "petra")
    page.goto(address)
    opened(page, "Make a proximity alert")
    page.get_by_label("Your statement, in your own words").fill(STATEMENT)
    press(page.get_by_role("button", name="Make it and sign"))
    prove(page)
    page.get_by_text("The alert is made and signed").wait_for()
    check_accessible(page, house)
    shot(page, f"{name}-signed")

    sign_in(page, house, "avery")
    page.goto(address)
    page.get_by_label("What did you check?").last.fill("Each exhibit against the table of fixes.")
    press(page.get_by_role("button", name="Approve and sign"))
    prove(page)
    page.get_by_text("The bundle can be fetched").wait_for()
    with page.expect_download() as download:
        page.get_by_role("link", name=".zip").first.click()
    assert download.value.suggested_filename.startswith("proximity-alert-")

    sign_in(page, house, "petra")
    page.goto(address)
    opened(page, "Refer it")
    tick(page.locator("details:has(#words-refer)").get_by_label("Hackney IOM"))
    page.locator("#words-refer").fill("Speak with the wearer and their officer.")
    press(page.get_by_role("button", name="Refer", exact=True))
    page.get_by_text("The unit has been told").wait_for()

    sign_in(page, house, "ida")
    page.goto(f"{house.pages}/review")
    check_accessible(page, house)
    press(page.get_by_role("link", name=f"{name}-1"))
    open_it(page, "To plan a visit with the officer.")
    opened(page, "Record what came of it")
    tick(page.get_by_label("Interviewed"))
    page.locator("#words-record_outcome").fill("DC Ward told us today.")
    press(page.get_by_role("button", name="Record", exact=True))
    page.get_by_text("The outcome is recorded").wait_for()
    check_accessible(page, house)

    sign_in(page, house, "petra")
    page.goto(f"{house.pages}/review/funnel")
    page.get_by_text("Outcome known").wait_for()
    check_accessible(page, house)
    shot(page, f"{name}-funnel")


def shot(page, name: str) -> None:
    """To be looked at by whoever asked for it."""
    if folder := os.environ.get("SHOTS"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


def review_of(page, house, name: str) -> str:
    """The delivery is weighed by itself, and the work list takes the run in within seconds."""
    for _ in range(60):
        page.goto(f"{house.pages}/review")
        link = page.get_by_role("link", name=f"{name}-1")
        if link.count():
            return f"{house.pages}{link.first.get_attribute('href')}"
        page.wait_for_timeout(1_000)
    raise AssertionError("the match never came to the work list")


def open_it(page, reason: str) -> None:
    page.get_by_label("Why do you need to see").fill(reason)
    press(page.get_by_role("button", name="Open the match"))
    page.get_by_role("heading", name="What to do").wait_for()


def opened(page, title: str) -> None:
    summary = page.locator("summary").filter(has_text=title).first
    if summary.locator("xpath=..").get_attribute("open") is None:
        press(summary)


def act(page, name: str, words: str) -> None:
    page.locator(f"#words-{name}").fill(words)
    press(page.locator(f"details:has(#words-{name}) button"))


def prove(page) -> None:
    """Each signature asks again who it is."""
    box = page.locator("input[name=proof-that-it-is-you]")
    box.wait_for()
    box.fill(PASSWORD)
    page.keyboard.press("Enter")
