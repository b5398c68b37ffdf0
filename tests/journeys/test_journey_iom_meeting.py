"""An IOM meeting from agenda to actions: selected, on the agenda, talked about, agreed, minuted; a
task of the police comes back; by keyboard, on a phone and at a desk."""

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
from waypost.access.actions import make_officer, make_team
from waypost.access.models import Posting
from waypost.access.values import Role
from waypost.clock import now
for name in ("360", "1280"):
    unit = make_team(f"IOM unit {name}", "iom_unit", "Desk", now=now())
    ida = make_officer(f"ida-{name}", "Ida Brook", sys.argv[1], Role.IOM_COORDINATOR, team=unit,
                       now=now())
    Posting.objects.filter(officer=ida).update(area="Hackney")
    team = make_team("Metropolitan Police", "police_force", f"Team {name}", now=now())
    make_officer(f"sam-{name}", "Sam Field", sys.argv[1], Role.POLICE_REQUESTER, team=team,
                 now=now())
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
        page.screenshot(path=f"{folder}/iom-{name}.png", full_page=True)


def local(days: float, hours: float = 0.0) -> str:
    there = datetime.now(ZoneInfo("Europe/London")) + timedelta(days=days, hours=hours)
    return f"{there:%Y-%m-%dT%H:%M}"


def test_a_meeting_goes_from_its_agenda_to_actions_and_minutes(page, house, officers):
    if page.viewport_size["width"] != 360:
        page.set_viewport_size({"width": 1280, "height": 860})
    name = str(page.viewport_size["width"])
    reference, who = WHO[name]

    # They are in no cohort yet.
    sign_in(page, house, f"ida-{name}")
    page.get_by_role("heading", name="Who is in, who is drifting, what was agreed").wait_for()
    assert who not in page.inner_text("main")
    check_accessible(page, house)

    # Selection: without what the cohort rests on it comes back with what was typed.
    page.goto(f"{house.pages}/people?q={reference}")
    press(page.get_by_role("link", name=who).first)
    press(page.get_by_role("link", name="Cohort, offers and what was agreed"))
    select = form(page, "Select into a cohort")
    tick(select.get_by_label("Fixed: neighbourhood crime"))
    tick(select.get_by_label("Robbery, burglary, theft from the person"))
    select.get_by_label("Why", exact=True).fill("Four burglaries in two months, at night.")
    tick(select.get_by_label("A meeting"))
    select.get_by_label("Its name, or theirs").fill("Selection panel of March")
    press(select.get_by_role("button", name="Write the decision down"))
    page.get_by_text("The cohort fixed rests on").first.wait_for()
    check_accessible(page, house)
    select = form(page, "Select into a cohort")
    assert select.get_by_label("Its name, or theirs").input_value() == "Selection panel of March"
    tick(select.get_by_label("A high or very high score of reoffending"))
    press(select.get_by_role("button", name="Write the decision down"))
    page.get_by_text("The decision is written down.").wait_for()
    assert "Selection panel of March" in page.inner_text("main")
    check_accessible(page, house)

    # A conference is planned; its agenda is made from facts.
    page.goto(f"{house.pages}/iom/conferences")
    check_accessible(page, house)
    plan = form(page, "Plan a case conference")
    plan.get_by_label("Its name").fill(f"Case conference {name}")
    plan.get_by_label("When").fill(local(0, 1))
    press(plan.get_by_role("button", name="Plan it"))
    page.get_by_text("The conference is planned.").wait_for()
    address = page.url
    agenda = page.inner_text("main")
    shot(page, f"{name}-agenda")
    for said in (who, "Days", "could not be told", "Upheld alerts", "Selection: Ida Brook"):
        assert said in agenda, said
    check_accessible(page, house)

    # It is held: who came, what was decided, what was agreed.
    press(form(page, "Begin").get_by_role("button", name="It is being held"))
    page.get_by_text("It is being held.").wait_for()
    came = form(page, "Write down who came")
    came.get_by_label("Agency").fill("Probation")
    came.get_by_label("Name").fill("Pia Okafor")
    tick(came.get_by_label("Came"))
    press(came.get_by_role("button", name="Write it down"))
    page.get_by_text("Probation: Pia Okafor").wait_for()
    decide = form(page, f"Write down what was decided of {who}")
    decide.get_by_label("What was decided").fill("Stays in fixed; a mentor meets them this week.")
    press(decide.get_by_role("button", name="Write the decision down"))
    page.get_by_text("The decision is written down.").wait_for()
    agree = form(page, f"Agree an action about {who}")
    agree.get_by_label("What is to be done").fill("Meet the mentor at the library.")
    agree.get_by_label("Agency").fill("Probation")
    agree.get_by_label("Whose it is").fill("Pia Okafor")
    press(agree.get_by_role("button", name="Write the action down"))
    page.get_by_text("The action is written down.").wait_for()
    assert "Meet the mentor at the library." in page.inner_text("main")
    check_accessible(page, house)
    press(page.get_by_role("button", name="Draw the minutes up"))
    page.get_by_text("The minutes are drawn up").wait_for()
    with page.expect_download() as got:
        press(page.locator("#minutes ~ ul a").first)
    assert got.value.path().read_bytes()[:5] == b"%PDF-"
    close = form(page, "Close it")
    press(close.get_by_role("button", name="Close the conference"))
    page.get_by_text("It is closed.").wait_for()
    check_accessible(page, house)

    # The first page says what was agreed last time; the action is done with what shows it.
    page.goto(f"{house.pages}/iom")
    shot(page, f"{name}-first")
    assert "Meet the mentor at the library." in page.inner_text("main")
    check_accessible(page, house)
    press(page.get_by_role("link", name=who).first)
    settle = form(page, "Say what became of it: Meet the mentor")
    tick(settle.get_by_label("Done"))
    settle.get_by_label("What shows it, or why").fill("The mentor wrote that they met on Tuesday.")
    press(settle.get_by_role("button", name="Write it down"))
    page.get_by_text("what became of the action").wait_for()

    # The police are asked: a place of the tag is refused, the task comes back with what was found.
    ask = form(page, "Ask a police team")
    ask.get_by_label("Team", exact=True).select_option(label=f"Metropolitan Police, Team {name}")
    ask.get_by_label("What the team is asked to do").fill("Go to 51.5422, -0.0595 at noon.")
    ask.get_by_label("What it is for").fill("To take the partnership’s offer to them.")
    ask.get_by_label("Why it is needed").fill("They answered no call in a week.")
    tick(ask.get_by_label("Lawful sharing permitted", exact=True))
    press(ask.get_by_role("button", name="Send the task"))
    page.get_by_text("leave the coordinates out").first.wait_for()
    ask = form(page, "Ask a police team")
    ask.get_by_label("What the team is asked to do").fill("Visit them at home on Friday.")
    tick(ask.get_by_label("Lawful sharing permitted", exact=True))
    press(ask.get_by_role("button", name="Send the task"))
    page.get_by_text("The task is sent.").wait_for()

    sign_in(page, house, f"sam-{name}")
    page.goto(f"{house.pages}/iom/tasks")
    check_accessible(page, house)
    press(page.locator("main tbody a").first)
    press(form(page, "Accept the task").get_by_role("button", name="Accept the task"))
    page.get_by_text("the other side is told").wait_for()
    task = page.url
    check_accessible(page, house)
    back = form(page, "Return the task")
    back.get_by_label("Say what was found").fill("Spoken to at home; took the leaflet.")
    press(back.get_by_role("button", name="Return the task"))
    page.get_by_text("Spoken to at home").first.wait_for()
    assert page.request.get(address).status == 403  # the meeting is no business of the team's

    sign_in(page, house, f"ida-{name}")
    page.goto(f"{house.pages}/iom/tasks")
    check_accessible(page, house)
    page.goto(task)
    close = form(page, "Close the task")
    close.get_by_label("Say what follows from it").fill("Told to the mentor; nothing more.")
    press(close.get_by_role("button", name="Close the task"))
    page.get_by_text("no clock").or_(page.get_by_text("Closed").first).first.wait_for()

    # Intelligence is entered with its marks; nothing is over its time.
    page.goto(f"{house.pages}/iom")
    press(page.get_by_role("link", name=who).first)
    entry = form(page, "Enter intelligence")
    entry.get_by_label("What is known").fill("Seen with somebody who is wanted for burglary.")
    entry.get_by_label("Where it came from, and how").fill("A patrol’s report, number 17.")
    for mark in ("1: Reliable", "B: Known indirectly", "C: Lawful sharing"):
        tick(entry.get_by_label(mark))
    entry.get_by_label("Conditions, with code C").fill("For the unit alone.")
    press(entry.get_by_role("button", name="Enter it"))
    page.get_by_role("heading", name="1BC, of").wait_for()
    shot(page, f"{name}-person")
    check_accessible(page, house)
    for address in ("/iom/late", "/iom/profile"):
        page.goto(f"{house.pages}{address}")
        check_accessible(page, house)
        shot(page, f"{name}{address.replace('/', '-')}")
