"""A wearer chooses how they are reminded; a reminder is due and arrives; both pages show it."""

from __future__ import annotations

import json
import os
from datetime import timedelta
from email import message_from_bytes
from email.message import Message
from zoneinfo import ZoneInfo

import pytest
from journey_house import (
    HOMES,
    House,
    check_accessible,
    officer,
    press,
    sign_in,
    tick,
    waypost,
)

pytestmark = pytest.mark.journey


def order_of(name: str, house: House) -> dict:
    """Somebody with an appointment in an hour and a half, who wears a tag."""
    start = house.now - timedelta(hours=3)
    first = (house.now + timedelta(minutes=90)).astimezone(ZoneInfo("Europe/London"))
    lat, lon = HOMES[0]
    meeting = {
        "requirement_id": "R1", "kind": "attendance",
        "zone": {"type": "Point", "coordinates": [lon, lat], "radius_m": 80},
        "appointments": [{
            "rrule": f"DTSTART;TZID=Europe/London:{first:%Y%m%dT%H%M00}\nRRULE:FREQ=WEEKLY",
            "duration": "PT1H", "grace": "PT10M",
        }],
    }  # fmt: skip
    return {
        "person_id": name, "name": f"Robin {name}", "area": "Hackney",
        "activations": [{"activation_id": f"A-{name}", "device_id": f"tag-{name}",
                         "from": start.isoformat(), "to": None}],
        "orders": [{"order_id": f"O-{name}", "kind": "community_order", "from": start.isoformat(),
                    "to": (start + timedelta(days=60)).isoformat(), "requirements": [meeting]}],
    }  # fmt: skip


def mail_to(house: House, address: str) -> list[Message]:
    files = sorted((house.home / "mail").glob("*"))
    found = [message_from_bytes(file.read_bytes()) for file in files]
    return [one for one in found if one["To"] == address]


def test_a_wearer_is_reminded_as_they_chose_and_both_pages_show_it(page, house, tmp_path):
    name = "W1" if page.viewport_size["width"] == 360 else "W2"
    environment = {**os.environ, "WAYPOST_HOME": str(house.home), "WAYPOST_LOG": "ERROR"}
    file = tmp_path / "orders.json"
    file.write_text(json.dumps({"persons": [order_of(name, house)]}))
    waypost(
        environment,
        (("import", "orders", str(file)), ""),
        officer(f"robin-{name}", "wearer", "Robin", "--person", name),
    )
    sign_in(page, house, f"robin-{name}")
    page.get_by_text("We can remind you of what comes next.").wait_for()
    press(page.get_by_role("link", name="Choose how and when"))
    page.get_by_role("heading", name="Reminders for me").wait_for()
    check_accessible(page, house)
    tick(page.get_by_label("E-mail", exact=True))
    tick(page.get_by_label("Cymraeg"))
    box = page.get_by_label("E-mail address")
    box.fill("robin at home")
    box.press("Enter")
    page.get_by_text("an address of mail is written like").wait_for()
    check_accessible(page, house)
    box = page.get_by_label("E-mail address")
    box.fill(f"{name.lower()}@example.org")
    box.press("Enter")
    page.get_by_text("Messages will come this way from now on.").wait_for()
    sent = page.locator(".waypost-card").filter(has_text="You have an appointment")
    for _ in range(40):  # the worker looks once a second
        if sent.filter(has_text="Sent by e-mail").count():
            break
        page.wait_for_timeout(500)
        page.reload()
    assert "Sent by e-mail" in sent.inner_text()
    check_accessible(page, house)
    press(page.get_by_role("link", name="What I have to do"))
    page.get_by_role("heading", name="Messages we sent you").wait_for()
    check_accessible(page, house)
    [mail] = mail_to(house, f"{name.lower()}@example.org")
    assert "Mae gennych apwyntiad" in mail.get_payload(decode=True).decode()
    page.context.clear_cookies()
    sign_in(page, house, "mona")
    page.goto(f"{house.pages}/people?q={name}")
    press(page.get_by_role("link", name=f"Robin {name}"))
    press(page.get_by_role("link", name="How they are reminded"))
    row = page.get_by_role("row").filter(has_text="Appointment")
    assert "Sent; whether it arrived is not known, mail" in row.inner_text()
    page.get_by_text(f"{name.lower()}@example.org").first.wait_for()
    check_accessible(page, house)
