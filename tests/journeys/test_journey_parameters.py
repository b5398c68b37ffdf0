"""Other numbers for the rules, in a browser: drafted, tried on the past, proposed, approved by a
second person, in force."""

from __future__ import annotations

import os
import re
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
from journey_house import PASSWORD, House, check_accessible, picture, sign_in

pytestmark = pytest.mark.journey

MAKE = """
import os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "waypost.settings"
import django; django.setup()
from waypost.access.actions import make_officer
from waypost.access.values import Role
from waypost.clock import now
make_officer("ada", "Ada Switch", sys.argv[1], Role.ADMINISTRATOR, now=now())
"""


def make_administrator(house: House) -> None:
    environment = {**os.environ, "WAYPOST_HOME": str(house.home), "WAYPOST_LOG": "ERROR"}
    environment.pop("WAYPOST_DATABASE", None)
    made = subprocess.run([sys.executable, "-c", MAKE, PASSWORD], env=environment, timeout=60,
                          capture_output=True, text=True, check=False)  # fmt: skip
    assert made.returncode == 0, made.stderr


def let_it_begin(house: House, number: int) -> None:
    """A quarter of an hour passes, as far as this revision is concerned."""
    begun = (datetime.now(UTC) - timedelta(seconds=1)).strftime("%Y-%m-%d %H:%M:%S")
    with sqlite3.connect(house.home / "waypost.sqlite3", timeout=20) as store:
        store.execute(
            "UPDATE monitoring_parameterrevision SET effective_from = ?, version = version + 1 "
            "WHERE id = ?",
            (begun, number),
        )


def test_other_numbers_go_from_a_draft_to_being_in_force(browser, page, house):
    make_administrator(house)
    wide = page.viewport_size["width"]
    minutes = "25" if wide == 360 else "35"
    sign_in(page, house, "ada")
    page.get_by_role("link", name="Parameters").first.click()
    page.get_by_role("heading", name="Parameters").wait_for()
    page.get_by_text("From the beginning").wait_for()
    check_accessible(page, house)
    page.get_by_role("link", name="Draft other numbers").click()
    page.get_by_role("heading", name="Draft other numbers").wait_for()
    check_accessible(page, house)
    silence = page.get_by_label("Shortest time without a fix that counts as cannot tell").first
    silence.fill("an hour")
    page.get_by_label("Why other numbers?").fill("Uploads take longer on the new network.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_role("alert").get_by_text("is not a number").wait_for()
    check_accessible(page, house)
    page.get_by_role("alert").get_by_role("link").first.click()
    assert page.evaluate("document.activeElement.id") == "gap_min"
    silence = page.get_by_label("Shortest time without a fix that counts as cannot tell").first
    silence.fill(minutes)
    page.get_by_role("button", name="Save the draft").click()
    page.get_by_role("heading", name=re.compile("Revision [0-9]+ draft", re.I)).wait_for()
    number = int(page.url.rsplit("/", 1)[1])
    page.get_by_role("row").filter(has_text=f"{minutes} minutes").wait_for()
    check_accessible(page, house)
    page.get_by_label("What should whoever approves it know?").fill("Seen with the network people.")
    page.get_by_role("button", name="Propose it").last.click()
    page.get_by_role("alert").get_by_text("run the preview first").wait_for()
    page.get_by_role("button", name="Run the preview").click()
    table = page.get_by_role("region", name=re.compile("Time of which nothing can be told"))
    table.wait_for(timeout=60_000)
    assert table.get_by_role("row").filter(has_text="Curfew").count() == 1
    check_accessible(page, house)
    picture(page, "parameters.png")
    propose = page.get_by_label("What should whoever approves it know?")
    propose.fill("Seen with the network people.")
    page.get_by_role("button", name="Propose it").last.click()
    page.get_by_text("It waits for another officer's approval.").wait_for()
    page.get_by_text("another administrator or a monitoring officer approves it").wait_for()
    assert page.get_by_role("button", name="Approve it").count() == 0
    check_accessible(page, house)

    other = browser.new_context(viewport=page.viewport_size, timezone_id="Europe/London")
    second = other.new_page()
    sign_in(second, house, "nora")
    second.get_by_role("link", name="Parameters").first.click()
    second.get_by_role("link", name=f"Revision {number}").click()
    second.get_by_text("What it would have done").wait_for()
    check_accessible(second, house)
    second.get_by_label("Why is it right?").fill("Fewer rows of silence, no breach lost.")
    second.get_by_role("button", name="Approve it").last.click()
    second.get_by_text("Approved. It comes into force").wait_for()
    assert second.get_by_text("Approved by").is_visible()
    check_accessible(second, house)
    let_it_begin(house, number)
    second.reload()
    second.get_by_role("heading", name=f"Revision {number} In force").wait_for()
    second.get_by_role("link", name="Parameters").first.click()
    second.get_by_role("row").filter(has_text="Superseded").first.wait_for()
    assert second.get_by_role("row").filter(has_text="In force").filter(
        has_text=f"Revision {number}"
    ).is_visible()  # fmt: skip
    check_accessible(second, house)
    other.close()
