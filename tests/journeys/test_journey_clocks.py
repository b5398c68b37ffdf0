"""A tag whose clock runs an hour ahead, in a browser: doubted, mended with a reason, and the breach
of that hour found late."""

from __future__ import annotations

import json
import re
import urllib.request
from datetime import UTC, datetime, timedelta

import pytest
from journey_house import MIDDLE, House, check_accessible, picture, sign_in

pytestmark = pytest.mark.journey
AHEAD = timedelta(hours=1)
FOUND_WITHIN_S = 30


def tell_an_hour_ahead(house: House, device: str) -> None:
    """Ten fixes in the forbidden square in the last minute and a half, as a hub carries them."""
    now = datetime.now(UTC).replace(microsecond=0)
    rows = [
        {
            "device_id": device, "time": (now - timedelta(seconds=10 * n) + AHEAD).isoformat(),
            "lat": MIDDLE[0], "lon": MIDDLE[1], "accuracy_m": 5, "mechanism": "GNSS",
        }
        for n in range(10)
    ]  # fmt: skip
    request = urllib.request.Request(
        f"{house.gateway}/intake/batch",
        data=json.dumps({"rows": rows}).encode(),
        headers={"Idempotency-Key": f"ahead-{device}", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        assert answer.status == 200


def test_a_clock_an_hour_ahead_is_mended_and_its_breach_found_late(page, house):
    number = 3 if page.viewport_size["width"] == 360 else 5
    tag, person = f"tag-{number}", f"P{number}"
    tell_an_hour_ahead(house, tag)
    sign_in(page, house, "mona")
    page.get_by_role("link", name="Devices").first.click()
    page.get_by_role("link", name="Clocks").click()
    page.get_by_role("heading", name=f"Tag {tag} on {person}").wait_for()
    card = page.locator("article").filter(has_text=f"Tag {tag} on {person}")
    assert card.get_by_text("1 hour back").is_visible()
    assert card.get_by_text("10 set aside").is_visible()
    check_accessible(page, house)
    picture(page, "clocks.png")
    card.get_by_label("How do you know?").fill("   ")
    card.get_by_role("button", name="Judge by the mended time").click()
    page.get_by_role("alert").get_by_text("a court may ask").wait_for()
    check_accessible(page, house)
    card.get_by_label("How do you know?").fill("Rang the wearer: the tag shows an hour too much.")
    card.get_by_role("button", name="Judge by the mended time").click()
    page.get_by_text(re.compile(r"1\d rows are judged again by their mended time")).wait_for()
    assert page.get_by_role("heading", name=f"Tag {tag} on {person}").count() == 0
    accepted = page.get_by_role("row").filter(has_text=tag)
    assert accepted.get_by_text("Rang the wearer").is_visible()
    check_accessible(page, house)
    for _ in range(FOUND_WITHIN_S):
        page.goto(f"{house.pages}/inbox")
        found = page.locator("[data-alert]").filter(has_text=person)
        if found.filter(has_text="In an exclusion zone").count():
            break
        page.wait_for_timeout(1000)
    found.get_by_role("link", name="In an exclusion zone").first.click()
    page.get_by_role("heading", name="In an exclusion zone").first.wait_for()
    page.get_by_role("link", name="See where the person was").first.click()
    page.get_by_role("button", name="Show where they were").click()
    page.get_by_text(f"The clock of tag {tag} was wrong").wait_for()
    check_accessible(page, house)
