"""The inbox by keyboard: reasons within reach and kept open, a risk recorded, the rank changed."""

from __future__ import annotations

import re

import pytest
from journey_house import check_accessible, sign_in

pytestmark = pytest.mark.journey


def test_reasons_are_a_key_away_stay_open_and_tell_of_a_risk_just_recorded(page, house):
    who = "Alex Okafor" if page.viewport_size["width"] == 360 else "Farah Khan"  # both walked in
    sign_in(page, house, "mona")
    row = page.locator("[data-alert]").filter(has_text=who).filter(has_text="exclusion")
    row.first.wait_for(timeout=60_000)
    link = row.get_by_role("link")
    for _ in range(40):
        page.keyboard.press("j")
        if link.evaluate("element => element === document.activeElement"):
            break
    page.keyboard.press("w")
    reasons = row.locator("details li")
    reasons.first.wait_for(timeout=60_000)
    assert "In an exclusion zone: 85" in reasons.all_inner_texts()
    assert_adds_up(row)
    check_accessible(page, house)

    # Another officer records a risk: this page is told, and what was being read stays open.
    other = page.context.browser.new_context().new_page()
    sign_in(other, house, "mona")
    other.goto(f"{house.pages}{link.get_attribute('href')}")
    other.get_by_role("link", name=who).first.click()
    other.get_by_text("Record a risk").click()
    other.get_by_label("Which risk is it?").select_option("stalking")
    other.get_by_label("How is it known?").fill("Told by the court.")
    other.get_by_role("button", name="Record the risk").click()
    other.get_by_text("The risk is recorded.").wait_for()
    other.context.close()
    said = row.get_by_text("Recorded risk of stalking: +3")
    said.wait_for(timeout=60_000)
    assert said.is_visible()
    assert_adds_up(row)
    page.keyboard.press("w")
    said.wait_for(state="hidden", timeout=60_000)


def test_reasons_opened_just_as_older_rows_arrive_stay_open(page, house):
    sign_in(page, house, "mona")
    row = page.locator("[data-alert]").filter(has=page.locator("details")).first
    row.wait_for(timeout=60_000)
    stayed_open = row.evaluate(
        """row => {
            row.querySelector("a").focus();
            document.activeElement.dispatchEvent(
                new KeyboardEvent("keydown", { key: "w", bubbles: true }));
            row.querySelector("details").open = false;  // so the rows that were on their way
            document.dispatchEvent(new CustomEvent("htmx:after:swap"));
            return row.querySelector("details").open;
        }"""
    )
    assert stayed_open


def assert_adds_up(row) -> None:
    """The number and its reasons as they stand at one instant: live pages may change in between."""
    number, reasons = row.evaluate(
        """row => [row.querySelector(".waypost-inbox__urgency").innerText,
                   [...row.querySelectorAll("details li")].map(one => one.innerText)]"""
    )
    parts = [int(re.findall(r": \+?(\d+)", one)[-1]) for one in reasons]
    assert int(number.split()[-1]) == sum(parts), reasons
