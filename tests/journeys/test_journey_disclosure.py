"""A request for location data: asked, checked, seen, granted and fetched; and one refused."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from journey_house import MIDDLE, PASSWORD, WALK_BEGAN, check_accessible, press, sign_in, tick

pytestmark = pytest.mark.journey

WHY = "A bag was taken in the square at that time, and the description given fits this person."
HELPS = "If the tag was elsewhere the person is ruled out; if it was there we look at cameras."
REASON = "Proportionate: an hour of one person, for a robbery with violence."
MAKE = """
import os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "waypost.settings"
import django; django.setup()
from datetime import timedelta
from waypost.access.actions import make_officer
from waypost.access.queries import posted
from waypost.access.values import Role
from waypost.clock import now
from waypost.disclosure.actions import confirm_rank, record_rank
from waypost.disclosure.models import RankHeld
from waypost.disclosure.values import Rank
made = {
    name: make_officer(name, shown, sys.argv[1], role, now=now())
    for name, shown, role in (
        ("avery", "Avery Signwell", Role.AUTHORISING_OFFICER),
        ("adri", "Adri First", Role.ADMINISTRATOR), ("bo", "Bo Second", Role.ADMINISTRATOR),
    )
}
from waypost.orders.models import Person
own = Person.objects.get(reference="P2").pk
make_officer("wynn", "Wynn Wearer", sys.argv[1], Role.WEARER, person_id=own, now=now())
make_officer("cory", "Cory Reportson", sys.argv[1], Role.COURT_REPORT_OFFICER, now=now())
first, second = (posted(made[name], now=now()) for name in ("adri", "bo"))
if not RankHeld.objects.exists():
    held = record_rank(made["avery"].pk, Rank.OFFICER, now() - timedelta(days=1), None, by=first,
                       now=now())
    confirm_rank(held, by=second, now=now())
"""


@pytest.fixture(scope="module")
def authority(house):
    """An authorising officer whose rank two administrators stand behind."""
    environment = {**os.environ, "WAYPOST_HOME": str(house.home), "WAYPOST_LOG": "ERROR"}
    environment.pop("WAYPOST_DATABASE", None)
    made = subprocess.run([sys.executable, "-c", MAKE, PASSWORD], env=environment, timeout=60,
                          capture_output=True, text=True, check=False)  # fmt: skip
    assert made.returncode == 0, made.stderr


def other(page, house, username: str, address: str) -> None:
    page.context.clear_cookies()
    sign_in(page, house, username)
    page.goto(address)


def wall(at) -> str:
    return at.astimezone(ZoneInfo("Europe/London")).strftime("%Y-%m-%dT%H:%M")


def fill_in(page, house, *, why: str, hours: float) -> None:
    """The form, by its labels: was P1 in the square when P1 walked there?"""
    walked = house.now - WALK_BEGAN + timedelta(minutes=36)
    page.get_by_label("Full name").fill("Alex Okafor")
    page.get_by_label("A reference of theirs").fill("P1")
    page.get_by_label("From", exact=True).fill(wall(walked - timedelta(hours=hours / 2)))
    page.get_by_label("To", exact=True).fill(wall(walked + timedelta(hours=hours / 2)))
    page.get_by_label("Place", exact=True).fill(f"{MIDDLE[0]}, {MIDDLE[1]}")
    page.get_by_label("Radius of the circle, metres").fill("150")
    page.get_by_label("Offence or enquiry").fill("Robbery of a bag in the square")
    page.get_by_label("Crime or case reference").fill("01/2345/26")
    page.get_by_label("Why is this data needed?").fill(why)
    page.get_by_label("How will it help?").fill(HELPS)


def test_a_request_is_asked_checked_seen_granted_and_fetched(page, house, authority):
    sign_in(page, house, "reed")
    page.wait_for_url(f"{house.pages}/requests")
    check_accessible(page, house)
    press(page.get_by_role("link", name="Make a request").last)
    page.get_by_role("heading", name="Ask for location data").wait_for()
    check_accessible(page, house)
    fill_in(page, house, why=WHY, hours=1)
    press(page.get_by_role("button", name="Send the request"))
    page.get_by_role("heading", name="There is a problem").wait_for()
    check_accessible(page, house)
    assert page.get_by_label("Why is this data needed?").input_value() == WHY
    tick(page.get_by_label("Whether one person’s tag was at a place in a window of time"))
    press(page.get_by_role("button", name="Send the request"))
    page.get_by_text("has been sent").wait_for()
    check_accessible(page, house)
    address = page.url

    other(page, house, "petra", address)
    page.get_by_label("Whom does it mean?").fill("P1")
    press(page.get_by_role("button", name="Link the person"))
    page.get_by_text("The person is linked.").wait_for()
    check_accessible(page, house)
    press(page.get_by_role("button", name="Pass it on for a decision"))
    page.get_by_text("It waits for whoever decides it.").wait_for()

    other(page, house, "avery", f"{house.pages}/")
    page.get_by_role("heading", name="Waits for you").wait_for()
    check_accessible(page, house)
    press(page.get_by_role("link", name=re.compile(f"^R-{address.rsplit('/', 1)[1]}:")))
    press(page.get_by_role("button", name="See what would be released"))
    page.get_by_role("heading", name="What would be released").wait_for()
    page.get_by_text("Observed: fixes of the tag lie in the place.").wait_for()
    page.locator("#map[data-ready]").wait_for()
    assert page.locator("#rows tr").count() >= 2
    check_accessible(page, house)
    press(page.get_by_role("button", name="Grant and release"))
    page.get_by_role("heading", name="There is a problem").wait_for()
    page.get_by_label("Why is it necessary and proportionate?").fill(REASON)
    press(page.get_by_role("button", name="Grant and release"))
    page.get_by_text("It is granted.").wait_for()
    check_accessible(page, house)

    other(page, house, "reed", address)
    page.get_by_role("heading", name="The answer").wait_for()
    check_accessible(page, house)
    with page.expect_download() as coming:
        press(page.get_by_role("button", name="Fetch the signed answer"))
    file = coming.value.path()
    checked = subprocess.run(
        [sys.executable, "-m", "waypost.cli.main", "evidence", "verify", str(file)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert page.locator("a[href^='/people/']").count() == 0


@pytest.mark.parametrize(
    ("username", "pages"),
    [
        ("mona", ("requests", "requests/call", "requests/new")),
        ("dora", ("requests", "requests/figures", "requests/dip-tests")),
        ("adri", ("requests/authorities",)),
        ("cory", ("requests", "requests/new", "requests/new?kind=solicitor")),
        ("wynn", ("mine", "requests", "requests/new")),
    ],
)
def test_the_other_pages_of_requests_are_sound(page, house, authority, username, pages):
    sign_in(page, house, username)
    for one in pages:
        assert page.goto(f"{house.pages}/{one}").status == 200, one
        check_accessible(page, house)


def test_a_request_that_is_refused_reads_why_and_what_would_be_acceptable(page, house, authority):
    sign_in(page, house, "reed")
    page.goto(f"{house.pages}/requests/new")
    fill_in(page, house, why="To see what this person does in general, and with whom.", hours=30)
    tick(page.get_by_label("Where one person’s tag was in a window of time"))
    press(page.get_by_role("button", name="Send the request"))
    page.get_by_text("has been sent").wait_for()
    address = page.url

    other(page, house, "petra", address)
    page.get_by_role("heading", name="What the check finds").wait_for()
    page.get_by_text("It looks for something to enquire into").wait_for()
    refuse = page.locator("details.waypost-act").filter(has_text="Refuse it")
    press(refuse.locator("summary"))
    check_accessible(page, house)
    press(refuse.get_by_role("button", name="Refuse the request"))
    page.get_by_role("heading", name="There is a problem").wait_for()
    page.get_by_label("Reason, for the record").fill("A search for something to enquire into.")
    press(page.get_by_role("button", name="Refuse the request"))
    page.get_by_text("It is refused.").wait_for()
    check_accessible(page, house)

    other(page, house, "reed", address)
    page.get_by_role("heading", name="Why it was refused").wait_for()
    page.get_by_text("What links the data asked for with the enquiry is tenuous.").wait_for()
    page.get_by_text("This says nothing of whether anybody wears a tag.").wait_for()
    assert page.get_by_text("A search for something to enquire into.").count() == 0
    check_accessible(page, house)
