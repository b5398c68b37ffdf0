"""A Young Adult Court review: entered, listed, prepared, reported from facts, held, and read by the
wearer; by keyboard, on a phone and at a desk."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from journey_house import PASSWORD, House, check_accessible, press, sign_in, tick

pytestmark = pytest.mark.journey
MAKE = """
import os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "waypost.settings"
import django; django.setup()
from waypost.access.actions import make_officer
from waypost.access.models import Posting
from waypost.access.values import Role
from waypost.clock import now
from waypost.orders.models import Person
for name, reference in (("360", "P7"), ("1280", "P8")):
    cora = make_officer(f"cora-{name}", "Cora Lind", sys.argv[1], Role.COURT_REPORT_OFFICER,
                        now=now())
    Posting.objects.filter(officer=cora).update(area="Hackney")
    make_officer(f"young-{name}", "Young", sys.argv[1], Role.WEARER,
                 person_id=Person.objects.get(reference=reference).pk, now=now())
"""
WHO = {"360": ("P7", "Gus Lind"), "1280": ("P8", "Hana Sato")}


@pytest.fixture(scope="module")
def officers(house: House):
    environment = {**os.environ, "WAYPOST_HOME": str(house.home), "WAYPOST_LOG": "ERROR"}
    environment.pop("WAYPOST_DATABASE", None)
    made = subprocess.run([sys.executable, "-c", MAKE, PASSWORD], env=environment, timeout=60,
                          capture_output=True, text=True, check=False)  # fmt: skip
    assert made.returncode == 0, made.stderr


def form(page, title: str):
    """The form of this title, opened."""
    summary = page.locator("details summary").filter(has_text=title).first
    details = summary.locator("..")
    if details.get_attribute("open") is None:
        press(summary)
    return details


def shot(page, name: str) -> None:
    """Where somebody wants to look."""
    if folder := os.environ.get("WAYPOST_SHOTS"):
        page.screenshot(path=f"{folder}/young-{name}.png", full_page=True)


def local(days: float = 0.0, minutes: float = 0.0) -> datetime:
    there = datetime.now(ZoneInfo("Europe/London"))
    return there + timedelta(days=days, minutes=minutes)


def the(inside, court: str, label: str, which: int) -> str:
    """The value of a choice that names this court: the first of them, or the last."""
    options = inside.get_by_label(label, exact=True).locator("option").filter(has_text=court)
    return options.nth(which).get_attribute("value")


def say(page) -> None:
    heard = form(page, "Write down what the court said")
    heard.get_by_label("Say what the court said").fill("You kept your Sundays. Well done.")
    tick(heard.get_by_label("Was there", exact=True))
    heard.get_by_label("Day of the next review").fill(f"{local(days=30):%Y-%m-%d}")
    press(heard.get_by_role("button", name="Write down what the court said"))


def test_a_review_goes_from_the_list_to_what_the_wearer_reads(page, house, officers):
    if page.viewport_size["width"] != 360:
        page.set_viewport_size({"width": 1280, "height": 860})
    name = str(page.viewport_size["width"])
    reference, who = WHO[name]
    court = f"Highbury Corner {name}"

    # Sittings are entered: one that began an hour ago, one to come.
    sign_in(page, house, f"cora-{name}")
    page.goto(f"{house.pages}/young-court")
    page.get_by_role("heading", name="Young Adult Court").wait_for()
    check_accessible(page, house)
    for at in (local(days=30), local(minutes=-61)):
        enter = form(page, "Enter a sitting")
        enter.get_by_label("Court", exact=True).fill(court)
        enter.get_by_label("Where people go").fill("Room 2, first floor")
        enter.get_by_label("When it begins").fill(f"{at:%Y-%m-%dT%H:%M}")
        press(enter.get_by_role("button", name="Enter the sitting"))
        page.get_by_text("The sitting is entered.").wait_for()

    # Somebody is listed; without words it comes back with what was typed.
    page.goto(f"{house.pages}/people?q={reference}")
    press(page.get_by_role("link", name=who).first)
    press(page.get_by_role("link", name="Reviews, reports and what the court said"))
    page.get_by_text("They are listed for no sitting.").wait_for()
    address = page.url
    check_accessible(page, house)
    put = form(page, "Put on the list of a sitting")
    put.get_by_label("Sitting", exact=True).select_option(value=the(put, court, "Sitting", -1))
    tick(put.get_by_label("Review after sentence"))
    put.get_by_label("What they are listed for").fill("First")
    press(put.get_by_role("button", name="Put them on the list"))
    page.get_by_text("Say what they are listed for.").first.wait_for()
    check_accessible(page, house)
    put = form(page, "Put on the list of a sitting")
    assert put.get_by_label("What they are listed for").input_value() == "First"
    put.get_by_label("What they are listed for").fill("The first review after sentence.")
    press(put.get_by_role("button", name="Put them on the list"))
    page.get_by_text("They are on the list.").wait_for()

    # What makes it possible to take part; the report is made from facts.
    ready = form(page, "Say what makes it possible to take part")
    for words in ("Breaks", "A quiet room to wait in"):
        tick(ready.get_by_label(words))
    ready.get_by_label("Who of the family is asked to come").fill("Their mother")
    press(ready.get_by_role("button", name="Write it down"))
    page.get_by_text("take part is written down").wait_for()
    report = form(page, "Draw up a progress report")
    report.get_by_label("Say what the court should know").fill("Has begun an apprenticeship.")
    press(report.get_by_role("button", name="Draw up a progress report"))
    page.get_by_text("The report is drawn up from the facts").wait_for()
    shown = page.inner_text("main")
    for said in ("How much could be told", "Days kept", "Has begun an apprenticeship.", "Breaks"):
        assert said in shown, said
    shot(page, f"{name}-report")
    check_accessible(page, house)
    with page.expect_download() as got:
        press(page.get_by_role("link", name="progress-report").first)
    assert got.value.path().read_bytes()[:5] == b"%PDF-"

    # The wearer reads when and where, in plain words.
    sign_in(page, house, f"young-{name}")
    page.goto(f"{house.pages}/mine")
    page.get_by_text("Go to court on").wait_for()
    assert "Room 2, first floor" in page.inner_text("main")
    check_accessible(page, house)

    # It is held: refused until it has begun, then with the court's words and the next day.
    sign_in(page, house, f"cora-{name}")
    page.goto(address)
    say(page)
    page.get_by_text("The sitting has not begun.").first.wait_for()
    check_accessible(page, house)
    moved = form(page, "Move it to another sitting")
    moved.get_by_label("To which sitting").select_option(
        value=the(moved, court, "To which sitting", 0)
    )
    moved.get_by_label("Say why it is moved").fill("The court brought it forward to today.")
    press(moved.get_by_role("button", name="Move it to another sitting"))
    page.get_by_text("It is moved; they are listed").wait_for()
    say(page)
    page.get_by_text("What the court said is written down.").wait_for()
    page.get_by_text("they are listed for no sitting").wait_for()
    shot(page, f"{name}-held")
    check_accessible(page, house)
    page.goto(f"{house.pages}/young-court")
    page.get_by_text("The court asked for a review").first.wait_for()
    shot(page, f"{name}-list")
    check_accessible(page, house)

    sign_in(page, house, f"young-{name}")
    page.goto(f"{house.pages}/mine")
    page.get_by_text("You kept your Sundays. Well done.").wait_for()
    shot(page, f"{name}-mine")
    check_accessible(page, house)
