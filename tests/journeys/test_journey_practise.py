"""An authorising officer is refused without a pass, practises in a made-up world, passes, and may
approve: the real store on one side, a practice's own on the other; by keyboard."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest
from journey_house import (
    PASSWORD,
    VENDOR,
    House,
    check_accessible,
    free_port,
    is_trouble,
    press,
    sign_in,
    start,
    tick,
    wait_for,
)

from migrated import migrated

pytestmark = pytest.mark.journey
MAKE = """
import os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "waypost.settings"
import django; django.setup()
from datetime import timedelta
from waypost.access.actions import make_officer, make_team
from waypost.access.queries import posted
from waypost.access.values import Role
from waypost.clock import now
from waypost.disclosure.actions import confirm_rank, link, pass_on, record_rank, submit
from waypost.disclosure.asking import Requester
from waypost.disclosure.values import Kind, Rank, Urgency, Wanted, What, Window
from waypost.worlds.practice_people import at_home, make_person, report, trail
at, made = now(), {}
desk = make_team("Metropolitan Police", "police_force", "Desk", now=at - timedelta(days=9))
for name, role in (("reed", Role.POLICE_REQUESTER), ("petra", Role.POLICE_ANALYST),
                   ("ada", Role.ADMINISTRATOR), ("bo", Role.ADMINISTRATOR),
                   ("avery360", Role.AUTHORISING_OFFICER), ("avery1280", Role.AUTHORISING_OFFICER)):
    team = desk if role is Role.POLICE_REQUESTER else None
    one = make_officer(name, name.title(), sys.argv[1], role, team=team, now=at - timedelta(days=9))
    made[name] = posted(one, now=at)
person = make_person("P1", 3, [trail()], at)
report(person, at_home(3, at, days=2), at)
for width in ("360", "1280"):
    held = record_rank(made["avery" + width].officer_id, Rank.SENIOR, at - timedelta(days=8), None,
                       by=made["ada"], now=at)
    confirm_rank(held, by=made["bo"], now=at)
    wanted = Wanted(kind=Kind.POLICE, what=What.TRACK, urgency=Urgency.ROUTINE,
                    window=Window(at - timedelta(hours=5), at - timedelta(hours=4)),
                    person_name=person.full_name, person_reference="P1",
                    offence="Robbery of a watch in the street", reference="01/2345/26",
                    why="Two witnesses gave a description that fits this person.",
                    helps="If the tag was elsewhere the person is ruled out of the enquiry.")
    number = submit(wanted, Requester(), by=made["reed"], now=at)
    link(number, "P1", by=made["petra"], now=at)
    pass_on(number, "Clear, in time and in proportion.", by=made["petra"], now=at)
    print(number)
"""


@pytest.fixture(scope="module")
def real(tmp_path_factory):
    """A store that asks for a pass, with a request a width that waits for leave; and its web."""
    if not VENDOR.exists():
        pytest.skip("the front end is not built (make setup)")
    home = tmp_path_factory.mktemp("real")
    migrated(home)
    environment = {**os.environ, "WAYPOST_HOME": str(home), "WAYPOST_LOG": "ERROR",
                   "WAYPOST_TRAINING": "required"}  # fmt: skip
    environment.pop("WAYPOST_DATABASE", None)
    done = subprocess.run([sys.executable, "-c", MAKE, PASSWORD], env=environment, timeout=120,
                          capture_output=True, text=True, check=False)  # fmt: skip
    assert done.returncode == 0, done.stderr
    port = free_port()
    web = start(environment, "serve", "--listen", f"127.0.0.1:{port}")
    made = House(f"http://127.0.0.1:{port}", "", home, None)
    try:
        wait_for(f"{made.pages}/readyz")
        yield made, environment, dict(zip((360, 1280), done.stdout.split(), strict=True))
    finally:
        web.terminate()
        web.wait(timeout=15)


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
def practice(screen, real, tmp_path):
    """`waypost practise` for the officer of this width: its address and how it is signed in."""
    _, environment, _ = real
    name = f"avery{screen.viewport_size['width']}"
    words = ["practise", "authorising_officer", "--officer", name, "--practice-home",
             str(tmp_path / "practice"), "--port", str(free_port())]  # fmt: skip
    running = subprocess.Popen(
        [sys.executable, "-m", "waypost.cli.main", *words], env=environment, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    said = ""
    for line in running.stdout:
        said += line
        if "Ctrl-C stops it" in line:
            break
    found = re.search(r'at (http://\S+)/practice\nSign in as (\S+) with the pass phrase "(.+?)"',
                      said)  # fmt: skip
    assert found, said
    yield House(found[1], "", tmp_path, None), found[2], found[3], running
    with running:
        running.terminate()


def test_refused_without_a_pass_then_practised_passed_and_granted(screen, real, practice):
    page, width = screen, screen.viewport_size["width"]
    house, _, requests = real
    waiting = f"{house.pages}/requests/{requests[width]}"
    sign_in(page, house, f"avery{width}")
    preview(page, waiting)
    page.get_by_text("none is on your record").wait_for()
    assert page.get_by_role("button", name="Grant and release").count() == 0
    check_accessible(page, house)
    page.goto(f"{house.pages}/training")
    page.get_by_text("Not taken").wait_for()
    check_accessible(page, house)

    made, username, phrase, running = practice
    enter(page, made, username, phrase)
    check_accessible(page, made)
    shot(page, f"practice-{width}")
    refuse_the_tenuous_request(page, made)
    send_the_match_back(page, made)
    page.goto(f"{made.pages}/practice")
    page.get_by_text("2 of 2 exercises passed").wait_for()
    check_accessible(page, made)
    press(page.get_by_role("button", name="Hand the result in"))
    page.get_by_text("Your result is handed in").wait_for()
    assert "passed" in next(line for line in running.stdout if line.startswith("Recorded"))

    sign_in(page, house, f"avery{width}")
    page.goto(f"{house.pages}/training")
    page.get_by_text("Your record").wait_for()
    check_accessible(page, house)
    shot(page, f"training-{width}")
    preview(page, waiting)
    words = "Proportionate: one hour of one person, for a robbery that is enquired into."
    page.get_by_label("Why is it necessary and proportionate?").fill(words)
    press(page.get_by_role("button", name="Grant and release"))
    page.wait_for_url(waiting)
    page.get_by_text("Granted").first.wait_for()

    sign_in(page, house, "ada")
    page.goto(f"{house.pages}/system/training")
    page.get_by_text("Passed").first.wait_for()
    check_accessible(page, house)
    shot(page, f"training-officers-{width}")


def preview(page, address: str) -> None:
    page.goto(address)
    press(page.get_by_role("button", name="See what would be released"))
    page.get_by_role("heading", name="What would be released").wait_for()


def enter(page, made: House, username: str, phrase: str) -> None:
    page.goto(f"{made.pages}/sign-in?next=/practice")
    page.locator("input[name=username]").fill(username)
    page.locator("input[name=password]").fill(phrase)
    page.keyboard.press("Enter")
    page.get_by_text("0 of 2 exercises passed").wait_for()


def begin(page, made: House, title: str, link: str) -> str:
    page.goto(f"{made.pages}/practice")
    press(page.get_by_role("link", name=title))
    page.get_by_role("heading", name=title).wait_for()
    check_accessible(page, made)
    press(page.get_by_role("button", name="Begin"))
    page.get_by_role("link", name=link).wait_for(timeout=60_000)
    check_accessible(page, made)
    shot(page, f"exercise-{page.viewport_size['width']}")
    address = page.url
    press(page.get_by_role("link", name=link))
    return address


def finish(page, made: House, address: str, answers: list[str]) -> None:
    page.goto(address)
    for words in answers:
        tick(page.get_by_label(words))
    press(page.get_by_role("button", name="Finish and see"))
    page.get_by_role("heading", name="Passed: 4 of 4 points").wait_for()
    check_accessible(page, made)


def refuse_the_tenuous_request(page, made: House) -> None:
    address = begin(page, made, "A request that hopes", "The request")
    summary = page.locator("summary").filter(has_text="Refuse")
    press(summary.first)
    form = page.locator("form").filter(has=page.locator("input[name=act][value=refuse]"))
    tick(form.locator("input[name=ground]").first)
    form.locator("textarea[name=words]").fill("It names no enquiry, and asks for two weeks.")
    press(form.get_by_role("button"))
    page.get_by_text("Refused").first.wait_for()
    page.goto(address)
    press(page.get_by_role("button", name="Finish and see"))  # what is left open is said
    page.get_by_role("heading", name="There is a problem").wait_for()
    check_accessible(page, made)
    finish(page, made, address, ["An enquiry: what happened", "Say first what happened that day",
                                 "What was asked, by whom"])  # fmt: skip
    shot(page, f"scored-{page.viewport_size['width']}")


def send_the_match_back(page, made: House) -> None:
    address = begin(page, made, "The match who lives next door", "The match")
    page.get_by_label("Why do you need to see").fill("A colleague qualified this match.")
    press(page.get_by_role("button", name="Open the match"))
    page.get_by_role("heading", name="What to do").wait_for()
    summary = page.locator("summary").filter(has_text="Send it back").first
    press(summary)
    page.locator("#words-send_back").fill("The tag is there every night: it is its wearer's home.")
    press(page.locator("details:has(#words-send_back) button"))
    page.get_by_text("Sent back, to be decided anew").wait_for()
    finish(page, made, address, ["Little: it would be there", "How many tags are within",
                                 "No: what undermines it"])  # fmt: skip


def shot(page, name: str) -> None:
    """To be looked at by whoever asked for it."""
    if folder := os.environ.get("SHOTS"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)
