"""An order's life in the browser: recorded, varied for tonight and judged from its hour, ended."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from journey_house import HOMES, MIDDLE, check_accessible, press, sign_in, tick
from test_journey_whatif import bring_in

pytestmark = pytest.mark.journey

EVERY_DAY = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]
LONDON = ZoneInfo("Europe/London")


def clock(house, hours: float) -> str:
    return f"{(house.now + timedelta(hours=hours)).astimezone(LONDON):%H:%M}"


@pytest.fixture
def nell(page, house, tmp_path):
    """A person of this width's own, whose curfew begins in six hours."""
    number = page.viewport_size["width"]
    lat, lon = HOMES[0]
    zone = {"type": "Point", "coordinates": [lon, lat], "radius_m": 120}
    hours = [{"days": EVERY_DAY, "start": clock(house, 6), "end": clock(house, 10)}]
    since = house.now - timedelta(hours=3)
    person = {
        "person_id": f"NELL{number}", "name": f"Nell Marsh {number}", "area": "Hackney",
        "activations": [{"activation_id": f"AN{number}", "device_id": f"tag-n{number}",
                         "from": since.isoformat(), "to": None}],
        "orders": [{"order_id": f"ON{number}", "kind": "community_order",
                    "from": since.isoformat(),
                    "to": (house.now + timedelta(days=90)).isoformat(),
                    "requirements": [{"requirement_id": "R1", "kind": "curfew", "zone": zone,
                                      "timetable": hours}]}],
    }  # fmt: skip
    file = tmp_path / "orders.json"
    file.write_text(json.dumps({"persons": [person]}))
    bring_in(house, "orders", file)
    return person


def sound(page, house) -> None:
    seen = page.viewport_size
    for width in (360, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        check_accessible(page, house)
    page.set_viewport_size(seen)


def to_order(page, house, person) -> None:
    page.goto(f"{house.pages}/people?q={person['person_id']}")
    page.get_by_role("link", name=person["name"]).first.click()
    page.get_by_role("link", name="its story, vary it").first.click()
    page.get_by_role("heading", name=person["orders"][0]["order_id"]).wait_for()


def curfew_violations(house, person) -> list[datetime]:
    """When each began, as the store has them."""
    asked = """SELECT v.from_at FROM monitoring_violation v
               JOIN orders_person p ON p.id = v.person_id
               WHERE p.reference = ? AND v.kind = 'curfew' ORDER BY v.from_at"""
    with closing(sqlite3.connect(house.home / "waypost.sqlite3", timeout=20)) as records:
        rows = records.execute(asked, [person["person_id"]]).fetchall()
    return [datetime.fromisoformat(row[0]).replace(tzinfo=UTC) for row in rows]


def test_tonights_curfew_is_varied_and_judged_from_its_hour(page, house, nell):
    device = nell["activations"][0]["device_id"]
    house.report(device, *MIDDLE)  # away, while no curfew asks anything
    sign_in(page, house, "mona")
    to_order(page, house, nell)
    sound(page, house)
    press(page.get_by_role("link", name="Vary R1"))
    page.get_by_role("heading", name="Vary R1").wait_for()
    sound(page, house)
    page.locator("#hours-0-start").fill(clock(house, -1))
    press(page.get_by_role("button", name="Vary it"))
    page.get_by_text("Choose whose decision it is.").wait_for()
    assert page.locator("#hours-0-start").input_value() == clock(house, -1)
    assert not curfew_violations(house, nell)
    tick(page.get_by_label("The court"))
    page.get_by_label("The decision’s own reference").fill("HC 44/26")
    page.get_by_label("Why, for the next officer").fill("The court lengthened it this afternoon.")
    before = datetime.now(UTC)
    press(page.get_by_role("button", name="Vary it"))
    page.get_by_text("It is recorded, and judged from the moment it binds.").wait_for()
    page.get_by_text("Reference: HC 44/26").wait_for()
    page.get_by_text("R1: its hours").wait_for()
    sound(page, house)
    row = page.locator("[data-alert]").filter(has_text=nell["person_id"]).filter(has_text="curfew")
    page.goto(f"{house.pages}/inbox")
    house.report(device, *MIDDLE)
    page.wait_for_timeout(2_000)
    house.report(device, *MIDDLE)
    row.first.wait_for(timeout=60_000)
    found = curfew_violations(house, nell)
    assert found
    assert min(found) >= before - timedelta(seconds=1), "judged by hours that did not yet bind"


def test_an_order_is_recorded_read_back_as_it_was_known_and_ended(page, house, nell):
    sign_in(page, house, "mona")
    page.goto(f"{house.pages}/people?q={nell['person_id']}")
    page.get_by_role("link", name=nell["name"]).first.click()
    press(page.get_by_role("link", name="Record an order"))
    page.get_by_role("heading", name="Record an order").wait_for()
    page.locator("#kind-choice").select_option("dapo")
    page.locator("#first-kind").select_option("exclusion")
    press(page.get_by_role("button", name="Choose"))
    page.get_by_role("heading", name="Exclusion zone").wait_for()
    sound(page, house)
    reference = f"DAPO {nell['person_id']}"
    page.get_by_label("Reference", exact=True).fill(reference)
    starts = datetime.now(LONDON) + timedelta(minutes=2)
    page.get_by_label("Begins", exact=True).fill(f"{starts:%Y-%m-%dT%H:%M}")
    page.get_by_label("Ends (empty: no end set)").fill(
        f"{starts + timedelta(days=200):%Y-%m-%dT%H:%M}"
    )
    box = page.get_by_label("as GeoJSON or in words")
    if not box.is_visible():
        page.get_by_text("The zone as text").click()
    home = HOMES[0]
    box.fill(f"circle: {home[0]}, {home[1]}; 300 m")
    page.get_by_label("From which paper").fill("Order of today, read by me.")
    press(page.get_by_role("button", name="Record the order"))
    # The zone covers the home of the curfew: said before anything is saved.
    page.get_by_text("Nothing is saved yet.").wait_for()
    page.get_by_text("the zone covers where R1 (curfew)").wait_for()
    sound(page, house)
    tick(page.get_by_label("It is meant as it stands"))
    press(page.get_by_role("button", name="Record the order"))
    page.get_by_role("heading", name=reference).wait_for()
    page.get_by_text("Made, not yet monitored").wait_for()
    sound(page, house)
    page.get_by_text("End it early").click()
    form = page.locator("form").filter(has=page.get_by_role("button", name="End the order"))
    form.get_by_label("The decision’s own reference").fill("CO 9/26")
    form.get_by_label("Later, at the time below").check()
    form.locator("#revoke-from").fill(f"{starts + timedelta(days=1):%Y-%m-%dT%H:%M}")
    form.get_by_label("Why, for the next officer").fill("Discharged on application.")
    press(form.get_by_role("button", name="End the order"))
    page.get_by_text("The order ends then.").wait_for()
    page.get_by_role("heading", name="Revoked").first.wait_for()
    earlier = datetime.now(LONDON) - timedelta(hours=1)
    page.get_by_label("As it was known at").fill(f"{earlier:%Y-%m-%dT%H:%M}")
    press(page.get_by_role("button", name="Show"))
    page.get_by_text("As it was known").first.wait_for()
    page.get_by_text("None that binds now.").wait_for()
    sound(page, house)
