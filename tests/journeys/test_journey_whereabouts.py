"""Where somebody was: a purpose first, then map and table that tell the same."""

from __future__ import annotations

import pytest
from journey_house import check_accessible, picture, sign_in

pytestmark = pytest.mark.journey


def test_whereabouts_open_behind_a_purpose_and_leave_an_audit_line(page, house, browser):
    sign_in(page, house, "mona")
    page.goto(f"{house.pages}/people")
    page.get_by_role("link", name="Alex Okafor").click()
    check_accessible(page, house)
    page.get_by_role("link", name="See whereabouts").click()
    check_accessible(page, house)
    page.get_by_role("button", name="Show where they were").click()
    page.get_by_role("heading", name="There is a problem").wait_for()
    check_accessible(page, house)
    page.get_by_label("Answer an alert").check()
    page.get_by_role("button", name="Show where they were").click()
    page.wait_for_selector("#map[data-ready=drawn]", timeout=60_000)
    check_accessible(page, house)
    table_and_map_choose_each_other(page)
    keys_lead_to_the_violation_and_its_place(page)
    picture(page, "whereabouts.png", first=choose_a_fix_in_the_square)
    audited(browser, house)


def choose_a_fix_in_the_square(page) -> None:
    page.wait_for_timeout(500)  # the map has its new size
    page.locator("h1").click()
    page.keyboard.press("v")


def keys_lead_to_the_violation_and_its_place(page) -> None:
    """`v` chooses the first fix in the square; the map says offline where that is."""
    page.locator("h1").click()
    page.keyboard.press("v")
    page.locator("#moment-said", has_text="First fix of a violation").wait_for()
    page.locator(".waypost-map__where", has_text="Hackney · near E8").wait_for()
    assert page.locator("#violation").is_visible()
    key = page.get_by_role("list", name="Key of the map")
    assert "Must stay out: Exclusion R1" in key.text_content()
    assert "Wi-Fi" not in key.text_content(), "the key explains what is not on the map"


def table_and_map_choose_each_other(page) -> None:
    rows = page.locator("#rows [data-n]")
    rows.nth(3).click()
    number = rows.nth(3).get_attribute("data-n")
    assert rows.nth(3).get_attribute("aria-current") == "true"
    said = page.locator("#moment-said")
    first = said.text_content()
    # The slider stands where the row was; one step by key moves the table's mark along.
    page.locator("h1").click()
    page.keyboard.press("ArrowRight")
    chosen = page.locator("#rows [aria-current=true]")
    assert chosen.get_attribute("data-n") == str(int(number) + 1)
    assert said.text_content() != first
    # The chosen fix is brought into view on the map: a click on it, off its row, chooses it again.
    page.locator("#map").scroll_into_view_if_needed()
    box = page.locator("#map").bounding_box()
    for down in range(60, int(box["height"]), 14):
        for right in range(20, int(box["width"]) - 60, 14):
            page.mouse.move(box["x"] + right, box["y"] + down)
            if page.evaluate("document.querySelector('canvas.maplibregl-canvas').style.cursor"):
                page.mouse.click(box["x"] + right, box["y"] + down)
                page.wait_for_timeout(100)
                assert chosen.count() == 1
                assert chosen.get_attribute("data-n") != str(int(number) + 1)
                return
    raise AssertionError("no fix could be pointed at on the map")


def audited(browser, house) -> None:
    context = browser.new_context()
    page = context.new_page()
    sign_in(page, house, "dora")
    page.goto(f"{house.pages}/audit?kind=track:viewed")
    line = page.locator("tbody tr:not(.waypost-track__day)").first
    assert "Mona Field" in line.text_content()
    assert "Alert response" in line.text_content()
    page.get_by_role("button", name="Check the whole chain").click()
    page.get_by_text("The audit chain is whole").wait_for()
    check_accessible(page, house)
    context.close()
