"""A wearer signs in with a letter and asks first on a phone; their officer answers with one tap;
the exception of the hours holds at once, and the wearer sees it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from journey_house import (
    HOMES,
    House,
    check_accessible,
    officer,
    press,
    sign_in,
    tick,
    waypost,
)

pytestmark = pytest.mark.journey

PHRASE = "three words of mine"
DESK = {"width": 1280, "height": 860}
ABSENT = """
import os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "waypost.settings"
import django; django.setup()
from waypost.orders.queries import person_by_reference, person_orders
from waypost.orders.timetable import required_windows
from datetime import datetime
person = person_orders([person_by_reference(sys.argv[1]).pk])[0]
start, end = (datetime.fromisoformat(one) for one in sys.argv[2:])
[order] = person.orders
[curfew] = [one for one in order.requirements if one.kind == "curfew"]
print(len(required_windows(curfew, order, start, end)))
"""


def order_of(name: str, house: House) -> dict:
    """A curfew of every night, and somebody responsible."""
    lat, lon = HOMES[1]
    start = house.now - timedelta(days=3)
    curfew = {
        "requirement_id": "R1", "kind": "curfew",
        "zone": {"type": "Point", "coordinates": [lon, lat], "radius_m": 120},
        "timetable": [{"days": ["MO", "TU", "WE", "TH", "FR", "SA", "SU"],
                       "start": "19:00", "end": "07:00"}],
    }  # fmt: skip
    return {
        "person_id": name, "name": f"Robin {name}", "area": "Hackney",
        "officers": [f"perrin-{name}"],
        "orders": [{"order_id": f"O-{name}", "kind": "community_order", "from": start.isoformat(),
                    "to": (start + timedelta(days=90)).isoformat(), "requirements": [curfew]}],
    }  # fmt: skip


def bind_windows(environment: dict[str, str], name: str, start: datetime, end: datetime) -> int:
    """In how many stretches of that time the curfew binds."""
    command = [sys.executable, "-c", ABSENT, name, start.isoformat(), end.isoformat()]
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return int(done.stdout)


def test_a_wearer_asks_first_and_one_tap_makes_the_exception(page, house, tmp_path):
    phone = page.viewport_size["width"] == 360
    if not phone:
        page.set_viewport_size(DESK)
    name = "ASK1" if phone else "ASK2"
    environment = {**os.environ, "WAYPOST_HOME": str(house.home), "WAYPOST_LOG": "ERROR"}
    environment.pop("WAYPOST_DATABASE", None)
    file = tmp_path / "orders.json"
    file.write_text(json.dumps({"persons": [order_of(name, house)]}))
    waypost(
        environment,
        officer(f"perrin-{name}", "probation_practitioner", "Perrin Vale"),
        (("import", "orders", str(file)), ""),
    )
    username, code = a_letter(page, house, name)
    first_sign_in(page, house, username, code)
    page.get_by_role("heading", name="What I have to do").wait_for()
    check_accessible(page, house)
    press(page.get_by_role("link", name="Ask before you are somewhere else"))
    page.get_by_role("heading", name="Ask first").wait_for()
    check_accessible(page, house)
    press(page.get_by_role("button", name="Ask", exact=True))
    page.get_by_text("Choose what it is for.").first.wait_for()
    check_accessible(page, house)
    # The hours stand there already: the next in which the order asks something.
    tick(page.get_by_label("Work or a shift"))
    start, end = (hours_in(page, field) for field in ("from_at", "to_at"))
    assert bind_windows(environment, name, start, end) == 1
    press(page.get_by_role("button", name="Ask", exact=True))
    page.get_by_text("Until you hear from us, nothing has changed.").first.wait_for()
    page.get_by_text("We have not answered yet").wait_for()
    check_accessible(page, house)
    assert bind_windows(environment, name, start, end) == 1
    sign_in(page, house, f"perrin-{name}")
    page.get_by_role("heading", name="They ask first").wait_for()
    check_accessible(page, house)
    press(page.get_by_role("button", name="Grant as asked"))  # one tap
    page.get_by_text("Granted as asked. The wearer is told.").wait_for()
    assert bind_windows(environment, name, start, end) == 0
    enter(page, house, username)
    card = page.locator(".waypost-card").filter(has_text="Work or a shift")
    card.get_by_text("Yes", exact=True).wait_for()
    check_accessible(page, house)
    for link, heading in (
        ("My places on a map", "My places"),
        ("Where I stand, and who shares what", "Where I stand"),
        ("My goals, and how to complain", "My voice"),
    ):
        page.goto(f"{house.pages}/mine")
        press(page.get_by_role("link", name=link))
        page.get_by_role("heading", name=heading, exact=True).wait_for()
        if heading == "My places":
            page.locator("#map[data-ready=drawn]").wait_for(timeout=60_000)
        check_accessible(page, house)


def a_letter(page, house: House, name: str) -> tuple[str, str]:
    """The user name and the code that the officer prints."""
    sign_in(page, house, f"perrin-{name}")
    page.get_by_role("link", name=f"Robin {name}").first.wait_for()
    press(page.get_by_role("link", name=f"the week of Robin {name}"))
    press(page.get_by_role("link", name="A letter to sign in with"))
    page.get_by_role("heading", name="A letter to sign in with").wait_for()
    check_accessible(page, house)
    press(page.get_by_role("button", name="Make the letter"))
    page.get_by_role("heading", name="Your way in").wait_for()
    check_accessible(page, house)
    username, code = page.locator("strong.waypost-token").all_inner_texts()
    assert re.fullmatch(r"w\d{6}", username)
    return username, code


def first_sign_in(page, house: House, username: str, code: str) -> None:
    page.goto("about:blank")
    page.wait_for_timeout(150)
    page.context.clear_cookies()
    page.goto(f"{house.pages}/sign-in")
    press(page.get_by_role("link", name="I have a letter with a code"))
    page.get_by_label("The name in the letter").fill(username)
    page.get_by_label("The code in the letter").fill(code)
    page.get_by_label("A pass phrase of your own").fill("short")
    press(page.get_by_role("button", name="Sign in"))
    page.get_by_text("too short").first.wait_for()
    check_accessible(page, house)
    page.get_by_label("A pass phrase of your own").fill(PHRASE)
    press(page.get_by_role("button", name="Sign in"))


def enter(page, house: House, username: str) -> None:
    page.goto("about:blank")
    page.wait_for_timeout(150)
    page.context.clear_cookies()
    page.goto(f"{house.pages}/sign-in")
    page.get_by_label("User name").fill(username)
    page.get_by_label("Password").fill(PHRASE)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: url.endswith("/mine"))


def hours_in(page, field: str) -> datetime:
    wall = datetime.fromisoformat(page.locator(f"#{field}").input_value())
    return wall.replace(tzinfo=ZoneInfo("Europe/London"))
