"""An evening of drinking, told a day later: sober days, the strip, the curve behind a purpose."""

from __future__ import annotations

import json
import os
import re
import urllib.request
from datetime import timedelta

import pytest
from journey_house import House, check_accessible, import_file, picture, sign_in

pytestmark = pytest.mark.journey
TAG, WHO = "alc-40", "Sam Sobriety"
EVENING = (0.01, 0.03, 0.05, 0.06, 0.055, 0.045, 0.035, 0.025, 0.015)
WIDTHS = (360, 1280, 1920)


@pytest.fixture(scope="module")
def told(house: House, tmp_path_factory) -> None:
    """Two days of readings, one evening among them, sent by a hub just now."""
    environment = {**os.environ, "WAYPOST_HOME": str(house.home), "WAYPOST_LOG": "ERROR"}
    environment.pop("WAYPOST_DATABASE", None)
    begins = house.now - timedelta(hours=46)
    person = {
        "person_id": "P40", "name": WHO, "area": "Hackney",
        "activations": [{"activation_id": "A40", "device_id": TAG, "from": begins.isoformat(),
                         "to": None}],
        "orders": [{"order_id": "O40", "kind": "community_order", "from": begins.isoformat(),
                    "to": (house.now + timedelta(days=90)).isoformat(),
                    "requirements": [{"requirement_id": "R1", "kind": "alcohol"}]}],
    }  # fmt: skip
    file = tmp_path_factory.mktemp("alcohol") / "orders.json"
    file.write_text(json.dumps({"persons": [person]}))
    import_file(environment, "orders", file)
    rows = []
    for n in range(91):
        at = begins + timedelta(minutes=30 * n)
        level = EVENING[n - 20] if 0 <= n - 20 < len(EVENING) else 0.0
        said = {"tac_percent": level, "temperature_c": 31, "infrared": 1.0}
        rows.append({"device_id": TAG, "time": at.isoformat(), "kind": "alcohol_reading",
                     "attributes": said})  # fmt: skip
    request = urllib.request.Request(
        f"{house.gateway}/intake/batch", json.dumps({"rows": rows}).encode(),
        {"Content-Type": "application/json",
         "Idempotency-Key": "journey-alcohol"},
    )  # fmt: skip
    with urllib.request.urlopen(request, timeout=20) as answer:
        assert answer.status in (200, 202)


def at_every_width(page, house) -> None:
    was = page.viewport_size
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        check_accessible(page, house)
    page.set_viewport_size(was)


def test_an_evening_of_drinking_is_found_and_its_readings_stand_behind_a_purpose(page, house, told):
    sign_in(page, house, "mona")
    page.goto(f"{house.pages}/people")
    page.get_by_role("link", name=WHO).click()
    for _ in range(60):  # the tags' lane looks every few seconds
        if page.get_by_role("link", name=re.compile("Explain alcohol R1")).count():
            break
        page.wait_for_timeout(500)
        page.reload()
    strip = page.locator(".waypost-strip").filter(has_text="Alcohol R1")
    strip.get_by_text("on which alcohol was read").wait_for()
    at_every_width(page, house)
    page.locator("#violations ~ .waypost-scroll").first.get_by_role(
        "link", name=re.compile("Explain alcohol R1")
    ).first.click()
    page.get_by_role("heading", name="See what the tag reported").wait_for()
    page.get_by_text("so does alcohol that was drunk").wait_for()
    at_every_width(page, house)
    page.get_by_label("Answer an alert").check()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Alcohol R1: what the tag reported").wait_for()
    assert page.locator("#curve .waypost-curve__reading--above").count() == 7
    assert page.locator("table", has_text="Above what is asked").count() == 1
    at_every_width(page, house)
    picture(page, "alcohol.png")
