"""From the signal to the end: a zone and a warning, a missed appointment, an arrest taken back."""

from __future__ import annotations

import json
import os
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from journey_house import (
    HOMES,
    MIDDLE,
    SQUARE,
    House,
    check_accessible,
    import_file,
    officer,
    picture,
    press,
    sign_in,
    tick,
    waypost,
)

pytestmark = pytest.mark.journey
SOON_MS = 60_000  # the worker looks every five seconds, on a busy machine


def square(size: float = 1.0) -> dict:
    """The square nobody may enter, or a small part of its far corner."""
    south, north, west, east = SQUARE
    north, east = south + (north - south) * size, west + (east - west) * size
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def keep_out(since: datetime, size: float = 1.0) -> dict:
    return {"requirement_id": "R1", "kind": "exclusion", "timetable": None, "zone": square(size),
            "valid_from": since.isoformat()}  # fmt: skip


def appointment(since: datetime) -> dict:
    """It began two hours ago and ended an hour ago."""
    lat, lon = HOMES[1]
    begins = (since + timedelta(hours=4)).astimezone(ZoneInfo("Europe/London"))
    rule = f"DTSTART;TZID=Europe/London:{begins:%Y%m%dT%H%M00}\nRRULE:FREQ=WEEKLY"
    series = {"rrule": rule, "duration": "PT1H", "grace": "PT10M"}
    return {"requirement_id": "R2", "kind": "attendance", "appointments": [series],
            "zone": {"type": "Point", "coordinates": [lon, lat], "radius_m": 80}}  # fmt: skip


class Somebody:
    """A wearer of the journey's own, with a practitioner of their own."""

    def __init__(self, house: House, folder, name: str, kind: str, *, attends: bool = False):
        self.house, self.folder, self.name, self.kind = house, folder, name, kind
        self.environment = {**os.environ, "WAYPOST_HOME": str(house.home), "WAYPOST_LOG": "ERROR"}
        self.since = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=6)
        self.pia = f"pia-{name.lower()}"
        self.asked = appointment(self.since) if attends else keep_out(self.since)
        file = self._orders_file()
        self.signs_in_as = f"sandy-{name}"
        waypost(
            self.environment,
            officer(self.pia, "probation_practitioner", f"Pia {name}"),
            (("import", "orders", str(file)), ""),
            officer(self.signs_in_as, "wearer", "Sandy", "--person", name),
        )

    def _orders_file(self) -> Path:
        since, to = self.since.isoformat(), (self.since + timedelta(days=90)).isoformat()
        order = {"order_id": f"O-{self.name}", "kind": self.kind, "from": since, "to": to,
                 "requirements": [self.asked]}  # fmt: skip
        worn = {"activation_id": f"A-{self.name}", "device_id": f"tag-{self.name}",
                "from": since, "to": None}  # fmt: skip
        person = {"person_id": self.name, "name": f"Sandy {self.name}", "area": "Hackney",
                  "officers": [self.pia], "activations": [worn], "orders": [order]}  # fmt: skip
        file = self.folder / f"{self.name}.json"
        file.write_text(json.dumps({"persons": [person]}))
        return file

    def vary(self) -> None:
        """A variation entered late: the square was small all along."""
        self.asked = keep_out(self.since, 0.05)
        import_file(self.environment, "orders", self._orders_file())

    def enter(self) -> None:
        """Into the square: several fixes, so that it is certain."""
        for ago in (20, 10, 0):
            self.house.say(f"tag-{self.name}", lat=MIDDLE[0], lon=MIDDLE[1], accuracy=4,
                           timestamp=int(time.time()) - ago)  # fmt: skip

    def stay_home(self) -> None:
        """Fixes at home for three hours, which come now."""
        for minutes in range(180, 0, -5):
            self.house.say(f"tag-{self.name}", lat=HOMES[0][0], lon=HOMES[0][1], accuracy=5,
                           timestamp=int(time.time()) - 60 * minutes)  # fmt: skip


def named(page, phone: str, wall: str) -> str:
    return phone if page.viewport_size["width"] == 360 else wall


def as_(page, house: House, username: str) -> None:
    page.context.clear_cookies()
    sign_in(page, house, username)


def open_alert(page, house: House, person: str, what: str) -> str:
    """The alert's page, as the control room comes to it; its address."""
    page.goto(f"{house.pages}/inbox")
    row = page.locator("[data-alert]").filter(has_text=person).filter(has_text=what)
    row.first.wait_for(timeout=SOON_MS)
    address = f"{house.pages}/alerts/{row.first.get_attribute('data-alert')}"
    page.goto(address)
    page.get_by_role("heading", name="Playbook").wait_for()
    return address


def act(page, name: str, done: str, **said: str) -> None:
    """One act on the alert, with its words, by keyboard."""
    form = page.locator("details.waypost-act").filter(has=page.locator("summary", has_text=name))
    if form.first.get_attribute("open") is None:
        form.first.locator("summary").focus()
        page.keyboard.press("Enter")
    for label, words in said.items():
        if label == "outcome":
            tick(form.first.get_by_label(words))
        else:
            form.first.get_by_role("textbox").fill(words)
    form.first.get_by_role("button", name=name).focus()
    page.keyboard.press("Enter")
    page.get_by_text(done).wait_for()


def until(page, address: str, words: str) -> None:
    """The page again until it says so: the worker comes to it within seconds."""
    last = time.monotonic() + SOON_MS / 1000
    while True:
        page.goto(address)
        if page.get_by_text(words).count() or time.monotonic() > last:
            break
        page.wait_for_timeout(500)
    page.get_by_text(words).first.wait_for(timeout=1_000)


def test_a_breach_of_a_zone_ends_in_a_warning_that_its_wearer_reads(page, house, tmp_path):
    name = named(page, "B1", "B2")
    sandy = Somebody(house, tmp_path, name, "community_order")
    sandy.enter()
    as_(page, house, "mona")
    address = open_alert(page, house, name, "xclusion")
    act(page, "Acknowledge", "The alert was acknowledged.")
    act(page, "Uphold", "The alert was upheld.", words="Seen on the track; no reason given.")
    as_(page, house, sandy.pia)
    until(page, f"{house.pages}/enforcement", f"Sandy {name}")
    check_accessible(page, house)
    page.get_by_role("link", name=f"Sandy {name}").focus()
    page.keyboard.press("Enter")
    page.get_by_text("No warning counts that was given before.").wait_for()
    check_accessible(page, house)
    picture(page, "breach.png")
    page.get_by_label("What happened, in words that the person will read").first.fill(
        "You went into the square that your order forbids."
    )
    page.get_by_role("button", name="Give a warning").focus()
    page.keyboard.press("Enter")
    page.get_by_text("It is written down: warning given.").wait_for()
    with page.expect_download() as letter:
        press(page.get_by_role("link", name="Warning letter, PDF"))
    assert letter.value.suggested_filename.endswith(".pdf")
    page.goto(address)
    page.get_by_text("Closed", exact=True).first.wait_for()
    as_(page, house, sandy.signs_in_as)
    page.get_by_role("heading", name="Warnings I was given").wait_for()
    check_accessible(page, house)
    page.get_by_text("It counts until").wait_for()


def test_a_missed_appointment_is_found_reasonable_and_closed(page, house, tmp_path):
    name = named(page, "B3", "B4")
    Somebody(house, tmp_path, name, "community_order", attends=True).stay_home()
    as_(page, house, "mona")
    open_alert(page, house, name, "ppointment")
    act(page, "Acknowledge", "The alert was acknowledged.")
    details = page.locator("#accounts details").filter(
        has=page.get_by_text("Write down an account", exact=True)
    )
    if details.first.get_attribute("open") is None:
        press(details.first.locator("summary"))
    details.first.get_by_label("What do they say?").fill("The surgery kept me; here is its letter.")
    press(details.first.get_by_role("button"))
    page.get_by_text("The account is written down.").wait_for()
    decide = page.locator("#accounts details").filter(
        has=page.get_by_text("Decide whether it is reasonable", exact=True)
    )
    if decide.first.get_attribute("open") is None:
        press(decide.first.locator("summary"))
    tick(decide.first.get_by_label("Yes"))
    decide.first.get_by_label("Why?").fill("The letter says so.")
    check_accessible(page, house)
    press(decide.first.get_by_role("button"))
    page.get_by_text("The account is decided.").wait_for()
    act(page, "Close", "The alert was closed.", outcome="Reasonable excuse")
    check_accessible(page, house)


def test_an_arrest_that_was_asked_for_is_taken_back_and_the_force_is_told(page, house, tmp_path):
    name = named(page, "B5", "B6")
    sandy = Somebody(house, tmp_path, name, "court_bail")
    sandy.enter()
    as_(page, house, "mona")
    alert = open_alert(page, house, name, "xclusion")
    act(page, "Acknowledge", "The alert was acknowledged.")
    act(page, "Uphold", "The alert was upheld.", words="Seen on the track; no reason given.")
    press(page.get_by_role("link", name="Draft a breach notification"))
    page.get_by_label("Which force?").select_option(label="Metropolitan Police")
    press(page.get_by_role("button", name="Make a draft"))
    page.get_by_label("What has been tried to reach the person?").fill("Rang twice, no answer.")
    tick(page.get_by_label("I have looked at the fixes"))
    notification = page.url
    press(page.get_by_role("button", name="Send to Metropolitan Police"))
    page.get_by_text("The force has been told.").wait_for()
    as_(page, house, sandy.pia)  # her case is made before anything is taken back
    until(page, f"{house.pages}/enforcement", f"Sandy {name}")
    as_(page, house, "reed")
    page.goto(notification)
    press(page.get_by_role("button", name="Acknowledge: we have it"))
    page.get_by_text("The sender sees that you have it.").wait_for()
    tick(page.get_by_label("Arrest", exact=True))
    press(page.get_by_role("button", name="Give the answer"))
    page.get_by_text("Your answer has been given.").wait_for()

    sandy.vary()
    until(page, f"{house.pages}/corrections", "is withdrawn")
    check_accessible(page, house)
    picture(page, "correction.png")
    page.get_by_role("button", name="I have read it and have it").first.focus()
    page.keyboard.press("Enter")
    page.get_by_text("you have this correction").wait_for()

    as_(page, house, "mona")
    page.goto(alert)
    page.get_by_text("Withdrawn").first.wait_for()
    act(page, "Close", "The alert was closed.", outcome="Late data")
    page.goto(notification)
    page.get_by_text("Arrest").first.wait_for()
    as_(page, house, sandy.pia)
    page.goto(f"{house.pages}/enforcement")
    press(page.get_by_role("link", name=f"Sandy {name}"))
    page.get_by_text("Nothing stands any more of what this case rests on.").wait_for()
    check_accessible(page, house)
