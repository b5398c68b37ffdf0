"""A plan with what the tag is for, its review that opens with the facts, and what the wearer reads
of it; by keyboard, on a phone and at a desk."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
from journey_house import (
    HOMES,
    PASSWORD,
    House,
    check_accessible,
    import_file,
    is_trouble,
    officer,
    press,
    sign_in,
    tick,
    waypost,
)

pytestmark = pytest.mark.journey
NUMBER = """
import os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "waypost.settings"
import django; django.setup()
from waypost.orders.models import Person
print(Person.objects.get(reference=sys.argv[1]).pk)
"""


@pytest.fixture(params=[360, 1280], ids=["phone", "desk"])
def screen(request, browser):
    context = browser.new_context(
        viewport={"width": request.param, "height": 800}, timezone_id="Europe/London"
    )
    page, troubles = context.new_page(), []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("console", lambda said: troubles.append(said.text) if is_trouble(said) else None)
    yield page
    context.close()
    assert not troubles, troubles


@pytest.fixture
def person(house: House, screen, tmp_path) -> tuple[str, int]:
    """Somebody under curfew with their practitioner and their own sign-in; reference and number."""
    name = f"PLAN-{screen.viewport_size['width']}"
    environment = {**os.environ, "WAYPOST_HOME": str(house.home), "WAYPOST_LOG": "ERROR"}
    environment.pop("WAYPOST_DATABASE", None)
    since = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=40)
    lat, lon = HOMES[0]
    said = {
        "person_id": name, "name": f"Robin {name}", "area": "Hackney", "officers": [f"pam-{name}"],
        "activations": [{"activation_id": f"A-{name}", "device_id": f"tag-{name}",
                         "from": since.isoformat(), "to": None}],
        "orders": [{"order_id": f"O-{name}", "kind": "community_order", "from": since.isoformat(),
                    "to": (since + timedelta(days=90)).isoformat(),
                    "requirements": [{
                        "requirement_id": "R1", "kind": "curfew",
                        "zone": {"type": "Point", "coordinates": [lon, lat], "radius_m": 120},
                        "timetable": [{"days": ["MO", "TU", "WE", "TH", "FR", "SA", "SU"],
                                       "start": "19:00", "end": "07:00"}]}]}],
    }  # fmt: skip
    file = tmp_path / f"{name}.json"
    file.write_text(json.dumps({"persons": [said]}))
    waypost(environment, officer(f"pam-{name}", "probation_practitioner", f"Pam {name}"))
    import_file(environment, "orders", file)
    waypost(environment, officer(f"own-{name}", "wearer", "Robin", "--person", name))
    done = subprocess.run([sys.executable, "-c", NUMBER, name], env=environment, text=True,
                          capture_output=True, timeout=60, check=True)  # fmt: skip
    return name, int(done.stdout)


def test_a_review_opens_with_the_facts_of_its_period(screen, house, person):
    page, (name, number) = screen, person
    assert PASSWORD
    sign_in(page, house, f"pam-{name}")
    page.goto(f"{house.pages}/people/{number}")
    page.get_by_text("No plan says what the tag is for").wait_for()
    check_accessible(page, house)
    press(page.get_by_role("link", name="Plans, visits and contacts"))
    page.get_by_role("heading", name="Sentence plan").wait_for()
    check_accessible(page, house)
    day = (datetime.now(UTC) + timedelta(days=60)).strftime("%Y-%m-%d")
    write(page, "sentence", "keeps nights settled", "Settle at home, find work.", day)
    write(page, "risk", "protects the ex-partner in E8", "No contact; the zone holds.", day)
    add_objective(page)
    record_marker(page)
    check_accessible(page, house)
    shot(page, f"plan-{name}")

    press(page.get_by_role("link", name="Review the sentence plan"))
    page.get_by_role("heading", name="Review of the sentence plan").wait_for()
    for words in ("Days kept", "Time that could be monitored", "Weeks kept, and praised"):
        page.get_by_text(words, exact=True).wait_for()
    check_accessible(page, house)
    shot(page, f"review-{name}")
    tick(page.get_by_label("It goes on as it is"))
    page.get_by_label("What you found").fill("Nights are settled; college begins.")
    page.get_by_label("Next review by").fill(day)
    press(page.get_by_role("button", name="Write the review down"))
    page.get_by_text("The review is written down").wait_for()
    page.goto(f"{house.pages}/people/{number}")
    page.get_by_text("keeps nights settled").wait_for()
    page.get_by_text("MARAC").wait_for()

    sign_in(page, house, f"own-{name}")
    page.goto(f"{house.pages}/mine")
    page.get_by_text("Find a job you like.").wait_for()
    check_accessible(page, house)
    assert "ex-partner" not in page.content()
    assert "MARAC" not in page.content()
    shot(page, f"mine-{name}")


def write(page, kind: str, purpose: str, words: str, day: str) -> None:
    press(page.locator(f"#plan-{kind} summary"))
    page.locator(f"#{kind}-purpose").fill(purpose)
    page.locator(f"#{kind}-words").fill(words)
    page.locator(f"#{kind}-review").fill(day)
    press(page.locator(f"#plan-{kind} button"))
    page.locator(f"section[aria-labelledby={kind}-plan]").get_by_text(purpose).first.wait_for()


def add_objective(page) -> None:
    box = page.locator("section[aria-labelledby=sentence-plan] details[id^=objective-]")
    press(box.locator("summary"))
    page.locator("#objective-sentence-words").fill("In work by June")
    page.get_by_label("In plain words, as the person reads it").fill("Find a job you like.")
    press(box.locator("button"))
    page.get_by_text("The objective is set").wait_for()


def record_marker(page) -> None:
    box = page.locator("#marker-marac")
    press(box.locator("summary"))
    page.locator("#marac-lead").fill("Hackney police")
    page.locator("#marac-from").fill(datetime.now(UTC).strftime("%Y-%m-%d"))
    press(box.locator("button"))
    page.get_by_text("The marker is recorded").wait_for()


def shot(page, name: str) -> None:
    """To be looked at by whoever asked for it."""
    if folder := os.environ.get("SHOTS"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)
