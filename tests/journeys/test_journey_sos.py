"""A protected person presses the button; somebody who may not know of them answers the call."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from journey_house import HOMES, check_accessible, picture, sign_in

pytestmark = pytest.mark.journey


def give_device(page, house, device: str) -> None:
    """Mona gives Wren, who is protected from P2, a device; she alone is named."""
    sign_in(page, house, "mona")
    page.goto(f"{house.pages}/devices/new")
    page.get_by_label("Id that it reports").fill(device)
    page.get_by_label("Kind").select_option("protected")
    page.locator("main form button").first.click()
    page.get_by_role("heading", level=1).filter(has_text=device).wait_for()
    page.goto(f"{house.pages}/people?q=Bryn")
    page.get_by_role("link", name="Bryn Hughes").first.click()
    page.get_by_role("link", name="Tag health").click()
    page.get_by_role("link", name="Protected persons").first.click()
    page.get_by_label("Reference of the protected person").fill(f"PR-{device}")
    page.get_by_label("Name", exact=True).fill("Wren Lund")
    page.get_by_label("Serial or id of their device").fill(device)
    page.get_by_label("When they agreed").fill(f"{datetime.now(UTC):%Y-%m-%dT00:00}")
    page.get_by_label("How they agreed").fill("signed form 12")
    page.locator("main form button").last.click()
    page.get_by_text("They are protected").wait_for()
    page.context.clear_cookies()


def test_a_protected_persons_call_reaches_the_top_of_the_inbox_without_a_place(page, house):
    device = f"35000000000{page.viewport_size['width']:04d}"
    give_device(page, house, device)
    sign_in(page, house, "nora")
    page.goto(f"{house.pages}/inbox")
    house.say(device, lat=HOMES[1][0], lon=HOMES[1][1], accuracy=5, alarm="sos")
    calls = page.locator("[data-alert]").filter(has_text="SOS from a protected person")
    row = calls.filter(has_text="Raised").first  # the other width's call is acknowledged by now
    row.wait_for(timeout=60_000)
    first = page.locator("[data-alert]").first
    assert "SOS from a protected person" in first.inner_text()
    assert "100" in first.inner_text()
    check_accessible(page, house)
    row.get_by_role("link").click()
    page.get_by_text("Ring at once").wait_for()
    whole = page.content()
    for secret in ("Wren", "Lund", f"PR-{device}", device, f"{HOMES[1][0]}"):
        assert secret not in whole
    assert page.get_by_text("See where the person was").count() == 0
    check_accessible(page, house)
    picture(page, "sos.png")
    page.get_by_role("button", name="Acknowledge").click()
    page.get_by_text("The alert was acknowledged").wait_for()
