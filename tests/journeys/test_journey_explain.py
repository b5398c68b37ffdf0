"""From a person's strips to why a violation stands: sentences, a purpose, then fix by fix."""

from __future__ import annotations

import re

import pytest
from journey_house import check_accessible, picture, sign_in

pytestmark = pytest.mark.journey
WIDTHS = (360, 1280, 1920)


def at_every_width(page, house) -> None:
    was = page.viewport_size
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        check_accessible(page, house)
    page.set_viewport_size(was)


def open_the_violation(page, house) -> None:
    """From the list of people to the violation in the square that P1 walked into."""
    sign_in(page, house, "mona")
    page.goto(f"{house.pages}/people")
    page.get_by_role("link", name="Alex Okafor").click()
    page.get_by_role("heading", name="The last 14 days", exact=True).wait_for()


def test_a_violated_stretch_leads_to_the_fixes_that_it_rests_on(page, house, browser):
    open_the_violation(page, house)
    strips_tell_the_same_in_words_and_in_a_table(page)
    at_every_width(page, house)
    page.locator("#violations ~ .waypost-scroll").first.get_by_role(
        "link", name=re.compile("Explain exclusion R1")
    ).first.click()
    page.get_by_role("heading", name="Exclusion R1", exact=True).wait_for()
    page.get_by_text("inside the zone from").first.wait_for()
    at_every_width(page, house)
    page.get_by_role("button", name="Explain").click()
    page.get_by_text("Choose why you need to see it").first.wait_for()
    check_accessible(page, house)
    page.get_by_label("Answer an alert").check()
    page.get_by_role("button", name="Explain").click()
    page.get_by_role("heading", name="Exclusion R1 explained").wait_for()
    page.get_by_text("Judging these fixes today gives the same.").wait_for()
    page.wait_for_selector("#map[data-ready=drawn]", timeout=60_000)
    at_every_width(page, house)
    line_table_and_map_choose_each_other(page)
    picture(page, "explain.png")
    audited(browser, house)


def strips_tell_the_same_in_words_and_in_a_table(page) -> None:
    strip = page.locator(".waypost-strip").filter(has_text="Exclusion R1")
    assert "violated" in strip.locator(".waypost-strip__words").text_content()
    hidden = strip.locator("li .govuk-visually-hidden").first.text_content()
    assert "in all: Kept" in hidden
    assert strip.locator("table").is_hidden()
    strip.locator("summary").press("Enter")
    row = strip.locator("tbody tr").filter(has_text="Violated, ")
    row.first.wait_for()
    assert row.first.get_by_role("link", name=re.compile("Explain violated")).count() >= 1
    bars = strip.locator("rect[fill='url(#strip-violated)']")
    assert bars.count() == strip.locator("tbody a", has_text="Explain violated").count()


def line_table_and_map_choose_each_other(page) -> None:
    """By keyboard alone: arrows step, `v` goes to what mattered, the table and the line follow."""
    page.locator("h1").click()
    page.keyboard.press("v")
    page.keyboard.press("v")
    chosen = page.locator("#rows [aria-current=true]")
    assert chosen.count() == 1
    on_line = page.locator(".waypost-path__fix--chosen")
    page.keyboard.press("ArrowRight")
    number = chosen.get_attribute("data-n")
    assert on_line.get_attribute("data-n") == number
    page.keyboard.press("ArrowRight")
    assert chosen.get_attribute("data-n") == str(int(number) + 1)
    assert on_line.get_attribute("data-n") == str(int(number) + 1)
    said = page.locator("#moment-said").text_content()
    assert ", within " in said
    slider = page.locator("#moment")
    slider.focus()
    page.keyboard.press("Home")
    assert chosen.get_attribute("data-n") == "0"
    link = page.locator(".waypost-mattered a", has_text="Opened the violation").first
    link.focus()
    page.keyboard.press("Enter")
    assert "Opened the violation" in chosen.text_content()
    mark = page.locator(f".waypost-path__fix[data-n='{chosen.get_attribute('data-n')}']")
    mark.locator("svg").click(force=True)
    assert chosen.count() == 1


def test_an_explanation_tells_itself_without_scripts_and_on_paper(browser, house):
    context = browser.new_context(
        java_script_enabled=False, viewport={"width": 1280, "height": 900},
        timezone_id="Europe/London",
    )  # fmt: skip
    page = context.new_page()
    open_the_violation(page, house)
    page.locator("#violations ~ .waypost-scroll a", has_text="Explain exclusion R1").first.click()
    page.get_by_label("Answer an alert").check()
    page.get_by_role("button", name="Explain").click()
    page.get_by_role("heading", name="Exclusion R1 explained").wait_for()
    assert page.locator("#rows tr[data-n]").count() > 10
    assert (
        page.locator("#path .waypost-path__fix").count() == page.locator("#rows [data-n]").count()
    )
    assert page.locator("#moment-box").is_hidden()
    page.emulate_media(media="print")
    assert page.locator(".waypost-menu").first.is_hidden()
    assert page.locator("#path").is_visible()
    box = page.locator(".waypost-steps-table").bounding_box()
    table = page.locator(".waypost-steps-table table").bounding_box()
    assert box["height"] >= table["height"], "rows are cut off on paper"
    context.close()


def audited(browser, house) -> None:
    context = browser.new_context()
    page = context.new_page()
    sign_in(page, house, "dora")
    page.goto(f"{house.pages}/audit?kind=track:viewed")
    line = page.locator("tbody tr:not(.waypost-track__day)").first
    assert "Mona Field" in line.text_content()
    assert "Alert response" in line.text_content()
    assert "Violation" in line.text_content()
    context.close()
