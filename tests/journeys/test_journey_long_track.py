"""A long track is thinned for the map, closer shows more of it, and the table has all."""

from __future__ import annotations

import csv
import math
import os
import re
from datetime import timedelta

import pytest
from journey_house import HOMES, House, check_accessible, import_file, sign_in

pytestmark = pytest.mark.journey
WHO, NAME = 10, "Jude Park"  # of those without history
FIXES = 13_000


@pytest.fixture(scope="module")
def walked(house: House, tmp_path_factory) -> int:
    """Jude Park has walked for 36 hours with a fix every ten seconds; gives how many."""
    path = tmp_path_factory.mktemp("walk") / "fixes.csv"
    begins = house.now - timedelta(hours=40)
    with path.open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["person_id", "time", "lat", "lon", "accuracy_m", "mechanism"])
        for n in range(FIXES):
            turn, reach = n / 90, 0.004 + 0.02 * n / FIXES
            lat = HOMES[0][0] + reach * math.sin(turn)
            lon = HOMES[0][1] + 1.6 * reach * math.cos(turn)
            at = begins + timedelta(seconds=10 * n)
            rows.writerow([f"P{WHO}", at.isoformat(), f"{lat:.6f}", f"{lon:.6f}", 8, "GPS"])
    environment = {**os.environ, "WAYPOST_HOME": str(house.home), "WAYPOST_LOG": "ERROR"}
    environment.pop("WAYPOST_DATABASE", None)
    import_file(environment, "fixes", path)
    return FIXES


def number(text: str) -> int:
    return int(re.search(r"shows (?:every one of the )?([\d,]+)", text)[1].replace(",", ""))


def test_a_long_track_thins_by_zoom_and_its_table_is_whole(page, house, walked):
    sign_in(page, house, "mona")
    page.goto(f"{house.pages}/people")
    page.get_by_role("link", name=NAME).click()
    page.get_by_role("link", name="See whereabouts").click()
    page.get_by_label("Answer an alert").check()
    page.get_by_label("From", exact=True).fill(
        (house.now - timedelta(hours=44)).strftime("%Y-%m-%dT%H:%M")
    )
    page.get_by_role("button", name="Show where they were").click()
    page.wait_for_selector("#map[data-ready=drawn]", timeout=60_000)
    share = page.locator("#share")
    share.get_by_text("closer shows more").wait_for()
    share.get_by_text("fixes here").wait_for()
    of_all = re.search(r"of the ([\d,]+) fixes", share.text_content())
    assert of_all
    there = int(of_all[1].replace(",", ""))
    assert walked <= there <= walked + 20  # other journeys of this house may have sent a few
    walked = there
    wide = number(share.text_content())
    assert wide < walked
    check_accessible(page, house)
    the_table_turns_its_pages_and_chooses_what_the_map_left_out(page, walked)
    page.locator("h1").click()
    for _ in range(4):  # no further than needed: the middle of the walk is empty
        page.keyboard.press("+")
        inside, near = settled(share)
        if 0 < inside < walked and near / inside > wide / walked:
            break
    assert 0 < near <= inside < walked
    assert near / inside > wide / walked, "closer shows more of what is there"


def settled(share) -> tuple[int, int]:
    """Fixes inside the view and those of them shown, once no step of the zoom changes them."""
    said = ""
    for _ in range(40):
        share.page.wait_for_timeout(500)
        before, said = said, share.text_content()
        if said == before:
            break
    inside = int(re.search(r"the ([\d,]+) fixes", said)[1].replace(",", ""))
    return inside, number(said)


def the_table_turns_its_pages_and_chooses_what_the_map_left_out(page, walked: int) -> None:
    page.get_by_role("button", name="Later rows").click()
    page.locator("#pager output", has_text="Rows 501 to 1,000").wait_for()
    rows = page.locator("#rows [data-n]")
    for place in range(40, 60):  # most of them are not on the map at this zoom
        rows.nth(place).click()
        assert rows.nth(place).get_attribute("aria-current") == "true"
    said = page.locator("#moment-said").text_content()
    assert "GNSS, within 8 m" in said
    page.locator("h1").click()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("said => document.getElementById('moment-said').textContent !== said",
                           arg=said)  # fmt: skip
    assert page.locator("#rows [aria-current=true]").count() == 1
