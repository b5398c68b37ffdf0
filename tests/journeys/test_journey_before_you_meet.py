"""Before they meet: a practitioner goes through one person's week with the keyboard alone, in few
steps; the note is kept, changed as a version and can be copied."""

from __future__ import annotations

import json
import os
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from journey_house import HOMES, House, check_accessible, officer, press, sign_in, waypost

pytestmark = pytest.mark.journey

DESK = {"width": 1280, "height": 860}
# Keys from the opened first page to the finished week, each Tab and Enter counted; past the menu
# goes its own link. At one a second that leaves more than a minute to read the facts.
KEYS_MAX = 40


def order_of(name: str, house: House) -> dict:
    """A curfew of every night, and an appointment in an hour that comes again each week."""
    lat, lon = HOMES[2]
    start = house.now - timedelta(days=9)
    first = (house.now + timedelta(hours=1)).astimezone(ZoneInfo("Europe/London"))
    zone = {"type": "Point", "coordinates": [lon, lat], "radius_m": 120}
    every_day = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]
    curfew = {"requirement_id": "R1", "kind": "curfew", "zone": zone,
              "timetable": [{"days": every_day, "start": "19:00", "end": "07:00"}]}  # fmt: skip
    meeting = {
        "requirement_id": "R2", "kind": "attendance", "zone": zone,
        "appointments": [{
            "rrule": f"DTSTART;TZID=Europe/London:{first:%Y%m%dT%H%M00}\nRRULE:FREQ=WEEKLY",
            "duration": "PT1H", "grace": "PT10M",
        }],
    }  # fmt: skip
    return {
        "person_id": name, "name": f"Sasha {name}", "area": "Hackney",
        "officers": [f"perrin-{name}"],
        "orders": [{"order_id": f"O-{name}", "kind": "community_order", "from": start.isoformat(),
                    "to": (start + timedelta(days=90)).isoformat(),
                    "requirements": [curfew, meeting]}],
    }  # fmt: skip


class Keys:
    """Keys pressed, counted."""

    def __init__(self, page) -> None:
        self.page, self.count = page, 0

    def press(self, key: str) -> None:
        self.page.keyboard.press(key)
        self.count += 1

    def past_the_menu(self) -> None:
        self.to("Skip to main content")
        self.press("Enter")

    def to(self, words: str) -> None:
        """Tab until what has the focus says these words."""
        for _ in range(KEYS_MAX):
            self.press("Tab")
            said = self.page.evaluate("document.activeElement.innerText || ''")
            if words in " ".join(said.split()):
                return
        raise AssertionError(f"no key leads to {words!r}")


def test_a_week_is_gone_through_by_keyboard_in_few_steps(page, house, tmp_path):
    phone = page.viewport_size["width"] == 360
    if not phone:
        page.set_viewport_size(DESK)
    name = "MEET1" if phone else "MEET2"
    environment = {**os.environ, "WAYPOST_HOME": str(house.home), "WAYPOST_LOG": "ERROR"}
    environment.pop("WAYPOST_DATABASE", None)
    file = tmp_path / "orders.json"
    file.write_text(json.dumps({"persons": [order_of(name, house)]}))
    waypost(
        environment,
        officer(f"perrin-{name}", "probation_practitioner", "Perrin Vale"),
        (("import", "orders", str(file)), ""),
    )
    sign_in(page, house, f"perrin-{name}")
    page.get_by_role("heading", name="Who you see").wait_for()
    page.get_by_text("1 week to go through").wait_for()
    check_accessible(page, house)
    keys = Keys(page)
    keys.past_the_menu()
    keys.to(f"Sasha {name} : before you meet")
    keys.press("Enter")
    page.get_by_role("heading", name="Before you meet").wait_for()
    page.get_by_role("heading", name="To praise").wait_for()
    check_accessible(page, house)
    note = page.get_by_label("The contact note").input_value()
    assert f"Electronic monitoring, {name}:" in note
    assert "(Europe/London)" in note
    assert str(HOMES[2][0])[:6] not in note  # no place is in it
    keys.past_the_menu()
    keys.to("Finish the week")
    keys.press("Enter")
    keys.to("Nothing further: finish the week")
    keys.press("Enter")
    page.get_by_text("The week is gone through.").wait_for()
    assert keys.count <= KEYS_MAX, f"{keys.count} keys"
    page.get_by_text("Every week is gone through.").wait_for()
    check_accessible(page, house)
    press(page.get_by_role("link", name=f"the week of Sasha {name}"))
    page.get_by_text("Note 1, version 1").first.wait_for()
    press(page.locator("summary").filter(has_text="Change note 1"))
    box = page.get_by_label("Its words")
    box.fill(f"{note}\nSpoken with by telephone.")
    press(page.get_by_role("button", name="Keep as a new version"))
    page.get_by_text("Note 1, version 2").first.wait_for()
    copied = page.locator("textarea[readonly]")
    assert copied.input_value().endswith("Spoken with by telephone.")
    check_accessible(page, house)
    press(page.get_by_role("link", name="Their page, to print"))
    page.get_by_role("heading", name="What I have to do").wait_for()
    check_accessible(page, house)
