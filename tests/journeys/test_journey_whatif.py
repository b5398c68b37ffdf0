"""A requirement is tried before it is proposed: typed, run, read, attached, seen on the order."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from journey_house import House, check_accessible, sign_in

pytestmark = pytest.mark.journey

HOME, WORK = (51.5512, -0.0655), (51.5512, -0.0100)
NAME = "Wren Hollis"


@pytest.fixture(scope="module")
def wren(house: House, tmp_path_factory) -> House:
    """A person of the house with four weeks behind them: nights at home, weekdays at work."""
    files = tmp_path_factory.mktemp("wren")
    since = house.now - timedelta(days=28)
    zone = {"type": "Point", "coordinates": [-0.30, 51.60], "radius_m": 300}
    person = {
        "person_id": "P60", "name": NAME, "area": "Hackney",
        "activations": [{"activation_id": "A60", "device_id": "tag-60",
                         "from": since.isoformat(), "to": None}],
        "orders": [{"order_id": "O60", "kind": "community_order", "from": since.isoformat(),
                    "to": (house.now + timedelta(days=90)).isoformat(),
                    "requirements": [{"requirement_id": "R60", "kind": "exclusion", "zone": zone,
                                      "timetable": None}]}],
    }  # fmt: skip
    (files / "orders.json").write_text(json.dumps({"persons": [person]}))
    with (files / "fixes.csv").open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["person_id", "time", "lat", "lon", "accuracy_m", "mechanism", "received_at"])
        rows.writerows(life(house))
    for what in ("orders", "fixes"):
        bring_in(house, what, files / f"{what}.{'json' if what == 'orders' else 'csv'}")
    return house


def life(house: House) -> Iterator[list[str]]:
    at = house.now - timedelta(days=27, hours=23)
    while at < house.now - timedelta(minutes=5):
        lat, lon = WORK if at.weekday() < 5 and 9 <= at.hour < 17 else HOME
        if at.weekday() < 5 and at.hour in {8, 17}:
            share = at.minute / 60 if at.hour == 8 else 1 - at.minute / 60
            lon = HOME[1] + share * (WORK[1] - HOME[1])
        yield ["P60", at.isoformat(), f"{lat:.6f}", f"{lon:.6f}", "8", "GPS", at.isoformat()]
        at += timedelta(minutes=10)


def bring_in(house: House, what: str, path: Path) -> None:
    environment = {**os.environ, "WAYPOST_HOME": str(house.home), "WAYPOST_LOG": "ERROR"}
    environment.pop("WAYPOST_DATABASE", None)
    words = [sys.executable, "-m", "waypost.cli.main", "import", what, str(path)]
    done = subprocess.run(words, env=environment, capture_output=True, text=True, timeout=120,
                          check=False)  # fmt: skip
    assert done.returncode == 0, done.stderr


def sound_at_every_width(page, house: House) -> None:
    seen = page.viewport_size
    for width in (360, 1280, 1920):
        page.set_viewport_size({"width": width, "height": 900})
        check_accessible(page, house)
    page.set_viewport_size(seen)


def try_it(page, text: str, title: str) -> None:
    """The zone as words and a name, and the result read."""
    box = page.get_by_label("as GeoJSON or in words")
    if not box.is_visible():
        page.get_by_text("The zone as text").click()
    box.fill(text)
    page.get_by_role("button", name="Check the zone").click()
    page.get_by_text("The zone can be judged.").wait_for()
    page.get_by_label("Name of this try").fill(title)
    page.get_by_role("button", name="Try it on the last 28 days").click()
    page.get_by_role("heading", name="What it would have cut off").wait_for(timeout=60_000)


def test_a_zone_is_tried_read_set_beside_another_and_attached_to_the_order(page, wren):
    house = wren
    sign_in(page, house, "mona")
    page.goto(f"{house.pages}/people?q={NAME.replace(' ', '+')}")
    page.get_by_role("link", name=NAME).first.click()
    person = page.url
    page.get_by_role("link", name="Try a change of R60").click()
    sound_at_every_width(page, house)
    try_it(page, f"circle: {HOME[0]}, {HOME[1]}; 300 m", "Around the park")
    page.get_by_text("Home lies inside the zone.").wait_for()
    page.get_by_text("Work lies outside the zone.").wait_for()
    page.get_by_text("known ways between home and work").wait_for()
    page.get_by_text("does not show what they would do under it").wait_for()
    sound_at_every_width(page, house)
    first = page.url
    page.get_by_role("link", name="Change it and try again").click()
    assert page.get_by_label("Name of this try").input_value() == "Around the park"
    try_it(page, f"circle: {HOME[0]}, {HOME[1] + 0.01}; 200 m", "Further east")
    page.get_by_text("Home lies outside the zone.").wait_for()
    page.get_by_label("Set it beside another try").select_option(first.rpartition("/")[2])
    page.get_by_role("button", name="Compare").click()
    page.get_by_text("Two tries side by side").wait_for()
    sound_at_every_width(page, house)
    page.get_by_label("Why it is attached").fill("The park can be kept without the home.")
    page.get_by_role("button", name="Attach to the order").click()
    page.get_by_text("It stands beside the order now").wait_for()
    page.goto(person)
    page.get_by_text("The park can be kept without the home.").first.wait_for()
    sound_at_every_width(page, house)
