"""An order begins and nobody has told its wearer: what is owed, what does not count, how that is
put right, and the wearer reads it; by keyboard alone."""

from __future__ import annotations

import json
import os
import time
from datetime import UTC, datetime, timedelta

import pytest
from journey_house import (
    MIDDLE,
    SQUARE,
    House,
    check_accessible,
    import_file,
    officer,
    press,
    sign_in,
    waypost,
)

pytestmark = pytest.mark.journey
SOON_MS = 60_000  # the worker looks every five seconds, on a busy machine


def begin_order(house: House, folder, name: str) -> None:
    """Somebody ordered to keep out of the square from this minute on, with a practitioner."""
    environment = {**os.environ, "WAYPOST_HOME": str(house.home), "WAYPOST_LOG": "ERROR"}
    south, north, west, east = SQUARE
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    since = datetime.now(UTC).replace(microsecond=0)
    person = {
        "person_id": name, "name": f"Robin {name}", "area": "Hackney", "officers": [f"nia-{name}"],
        "activations": [{"activation_id": f"A-{name}", "device_id": f"tag-{name}",
                         "from": since.isoformat(), "to": None}],
        "orders": [{"order_id": f"O-{name}", "kind": "community_order", "from": since.isoformat(),
                    "to": (since + timedelta(days=90)).isoformat(),
                    "requirements": [{"requirement_id": "R1", "kind": "exclusion",
                                      "timetable": None,
                                      "zone": {"type": "Polygon", "coordinates": [ring]}}]}],
    }  # fmt: skip
    file = folder / f"{name}.json"
    file.write_text(json.dumps({"persons": [person]}))
    waypost(environment, officer(f"nia-{name}", "probation_practitioner", f"Nia {name}"))
    import_file(environment, "orders", file)
    waypost(environment, officer(f"told-{name}", "wearer", "Robin", "--person", name))


def enter(house: House, name: str) -> None:
    """Into the square: several fixes, so that it is certain."""
    for _ in range(4):
        house.say(f"tag-{name}", lat=MIDDLE[0], lon=MIDDLE[1], accuracy=4)
        time.sleep(4)


def opened(page, name: str) -> None:
    press(page.locator("summary").filter(has_text=name))


def test_what_is_owed_is_done_and_what_came_before_does_not_count(page, house: House, tmp_path):
    name = f"N{page.viewport_size['width']}"
    begin_order(house, tmp_path, name)
    enter(house, name)

    sign_in(page, house, f"nia-{name}")
    page.get_by_role("link", name="3 things owed by you").wait_for()
    check_accessible(page, house)
    press(page.get_by_role("link", name="things owed by you"))
    page.get_by_role("heading", name="What is owed").wait_for()
    assert "Give the plain notice and prove it" in page.inner_text("main")
    check_accessible(page, house)
    press(page.get_by_role("link", name=f"Robin {name}").first)
    page.get_by_text("Not yet notified").first.wait_for()
    check_accessible(page, house)

    # The record: a line without its reason comes back with what was typed.
    opened(page, "Write why monitoring is necessary")
    page.get_by_label("Why monitoring is necessary and in proportion").fill("Burglaries at night.")
    page.get_by_label("Why looking at what it records is necessary").fill("To see that it is kept.")
    page.get_by_label("Less intrusive options that were considered").fill("Phone calls")
    day = (datetime.now(UTC) + timedelta(days=60)).date().isoformat()
    page.get_by_label("Next review").last.fill(day)
    press(page.get_by_role("button", name="Write the record"))
    page.get_by_text("This line has no reason").first.wait_for()
    kept = page.get_by_label("Why monitoring is necessary and in proportion")
    assert kept.input_value() == "Burglaries at night."
    check_accessible(page, house)
    page.get_by_label("Less intrusive options that were considered").fill("Phone calls: no answer")
    press(page.get_by_role("button", name="Write the record"))
    page.get_by_text("The record is written, as version 1.").wait_for()

    # What happened already is marked; the officer lets it count, and takes that back.
    page.goto(f"{house.pages}/people")
    press(page.get_by_role("link", name=f"Robin {name}", exact=True))
    alert = page.locator("main a[href^='/alerts/']").first
    for _ in range(10):
        if alert.count():
            break
        page.wait_for_timeout(SOON_MS / 10)
        page.reload()
    press(alert)
    page.get_by_role("heading", name="Not yet notified").wait_for()
    check_accessible(page, house)
    opened(page, "Let it count")
    page.get_by_label("Why it should count although").fill("The court itself had told them.")
    press(page.get_by_role("button", name="Let it count"))
    page.get_by_text("It counts from now on.").wait_for()
    opened(page, "Take that back")
    page.get_by_label("Why it should not count after all").fill("The court had not told them.")
    press(page.get_by_role("button", name="Do not let it count"))
    page.get_by_text("It does not count any more.").wait_for()

    # Notice and induction.
    press(page.get_by_role("link", name="What the person was told"))
    press(page.get_by_role("button", name="Draw the notice up"))
    page.get_by_text("The notice is drawn up.").wait_for()
    opened(page, "Say how it was given")
    page.get_by_label("How", exact=True).select_option("signed")
    press(page.get_by_role("button", name="Write the delivery down"))
    page.get_by_text("The delivery is written down.").wait_for()
    opened(page, "Say how it was explained")
    page.get_by_label("How you saw that the person understood").fill("Said back where not to go.")
    press(page.get_by_role("button", name="Write the induction down"))
    page.get_by_text("The induction is written down.").wait_for()
    assert "Notice and induction are proved" in page.inner_text("main")
    assert "Not yet notified" not in page.inner_text("main")
    check_accessible(page, house)
    page.goto(f"{house.pages}/owed?mine=1")
    page.get_by_text("Nothing is owed by you.").wait_for()
    check_accessible(page, house)

    page.context.clear_cookies()
    sign_in(page, house, f"told-{name}")
    press(page.get_by_role("link", name="What I was told about my tag"))
    page.get_by_text("Given to me on").wait_for()
    assert "copy of all that is held about you" in page.inner_text("main")
    check_accessible(page, house)
