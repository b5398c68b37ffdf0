"""The control room: two officers see each other, filters, keys alone, the sound, the map."""

from __future__ import annotations

import re

import pytest
from journey_house import MIDDLE, check_accessible, sign_in

pytestmark = pytest.mark.journey
SOUNDS = """
window.tones = 0;
const start = OscillatorNode.prototype.start;
OscillatorNode.prototype.start = function (...when) {
  window.tones += 1;
  return start.apply(this, when);
};
"""


def walker(page) -> str:
    """Both walked into the square: one for each width."""
    return "Alex Okafor" if page.viewport_size["width"] == 360 else "Farah Khan"


def step_to(page, row) -> None:
    """By j alone, until the row's link is stood on."""
    link = row.get_by_role("link")
    for _ in range(40):
        page.keyboard.press("j")
        if link.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError("j never reached the row")


def test_an_incident_is_opened_and_dealt_with_by_keys_alone(page, house):
    who = walker(page)
    sign_in(page, house, "mona")
    row = page.locator("[data-alert]").filter(has_text=who).filter(has_text="curfew").first
    row.wait_for(timeout=60_000)
    page.keyboard.press("?")
    page.get_by_role("heading", name="Keys of this page").wait_for()
    check_accessible(page, house)
    page.keyboard.press("Escape")
    step_to(page, row)
    number = row.get_attribute("data-alert")
    page.keyboard.press("Enter")
    page.locator("#incident-heading").filter(has_text=who).wait_for()
    assert f"open={number}" in page.url
    assert page.evaluate("document.activeElement.id") == "incident-heading"
    assert page.get_by_text("In reach").is_visible()
    assert "Last fix" not in page.locator("#incident").inner_text()  # no purpose was said
    check_accessible(page, house)
    page.keyboard.press("n")
    page.keyboard.type("jam at the lights, f")  # keys are letters here
    assert page.locator("#note-note").input_value() == "jam at the lights, f"
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.locator("#incident").get_by_text("The alert was noted.").wait_for()
    page.keyboard.press("a")
    page.locator("#incident").get_by_text("The alert was acknowledged.").wait_for()
    page.keyboard.press("t")
    page.locator("#incident").get_by_text("The alert was taken in hand.").wait_for()
    page.keyboard.press("p")
    assert page.evaluate("Boolean(document.activeElement.closest('#playbook'))")
    page.keyboard.press("Escape")
    page.locator("#incident").wait_for(state="hidden")
    page.locator(f"#alert-{number}").get_by_text("with Mona Field").wait_for(timeout=60_000)
    assert row.get_by_role("link").evaluate("element => element === document.activeElement")


def test_a_filter_stands_in_the_address_and_says_what_it_leaves_out(page, house):
    sign_in(page, house, "mona")
    page.locator("[data-alert]").first.wait_for(timeout=60_000)
    page.keyboard.press("f")
    page.get_by_role("group", name="Kind").get_by_label("Curfew").check()
    page.get_by_role("button", name="Show these").press("Enter")
    page.wait_for_url(re.compile(r"kind=curfew"))
    page.get_by_text("left out").first.wait_for()
    rows = page.locator("[data-alert]")
    assert all("curfew" in text.lower() for text in rows.all_inner_texts())
    assert "Calls for help are always shown" in page.locator("#held").inner_text()
    check_accessible(page, house)
    page.get_by_role("link", name="Curfew : leave out this filter").press("Enter")
    page.wait_for_url(lambda url: "kind=" not in url)
    page.locator("[data-alert]").filter(has_text="exclusion").first.wait_for()


def test_two_officers_on_one_alert_see_each_other_come_write_and_leave(page, house):
    sign_in(page, house, "mona")
    row = page.locator("[data-alert]").filter(has_text=walker(page)).filter(has_text="curfew").first
    row.wait_for(timeout=60_000)
    number = row.get_attribute("data-alert")
    other = page.context.browser.new_context().new_page()
    sign_in(other, house, "nora")
    other.goto(f"{house.pages}/alerts/{number}")
    row.get_by_text("Nora Ashe is looking at this alert").wait_for(timeout=60_000)
    check_accessible(page, house)
    row.get_by_role("link").click()
    here = page.locator("#incident").get_by_role("status")
    here.get_by_text("Nora Ashe is looking at this alert").first.wait_for()
    other.get_by_text("Mona Field is looking at this alert").wait_for(timeout=60_000)
    other.locator("details.waypost-act").filter(has_text="Add note").evaluate(
        "details => { details.open = true; }"
    )
    other.locator("#note-note").fill("I ring them now.")
    here.get_by_text("Nora Ashe is writing a note").first.wait_for(timeout=60_000)
    other.context.close()
    here.get_by_text("Nora Ashe").first.wait_for(state="hidden", timeout=60_000)


def test_the_sound_is_off_until_it_is_turned_on_sounds_once_and_is_said_in_words(page, house):
    page.add_init_script(SOUNDS)
    sign_in(page, house, "mona")
    page.locator("[data-alert]").first.wait_for(timeout=60_000)
    button = page.get_by_role("button", name="Sound:")
    assert button.inner_text() == "Sound: off"
    button.press("Enter")
    page.get_by_role("button", name="Sound: on").wait_for()
    page.wait_for_function("window.tones === 2")  # how it sounds: two notes
    device = "tag-7" if page.viewport_size["width"] == 360 else "tag-8"
    house.report(device, *MIDDLE)
    page.get_by_text("Urgent, just come:").wait_for(timeout=60_000)
    page.wait_for_function("window.tones === 4")
    check_accessible(page, house)
    page.reload()
    page.locator("[data-alert]").first.wait_for()
    assert page.get_by_role("button", name="Sound: on").is_visible()  # remembered
    page.keyboard.press("j")
    page.wait_for_timeout(700)
    assert page.evaluate("window.tones") == 0  # what was there is not new


def test_the_track_stands_beside_the_incident_for_who_said_that_they_answer_alerts(page, house):
    phone = page.viewport_size["width"] == 360
    who = walker(page)
    sign_in(page, house, "mona" if phone else "nora")
    row = page.locator("[data-alert]").filter(has_text=who).filter(has_text="exclusion").first
    row.wait_for(timeout=60_000)
    page.get_by_text("Answer alerts with the track").click()
    page.get_by_label("For how long?").select_option("4")
    check_accessible(page, house)
    page.get_by_role("button", name="I am answering alerts").press("Enter")
    page.get_by_text("Answering alerts until").wait_for()
    row.get_by_role("link").click()
    page.locator("#incident").get_by_text("Last fix").wait_for(timeout=60_000)
    if phone:
        page.get_by_role("button", name="Map").click()
    page.locator("#room-map[data-ready=drawn][data-zones='1']").wait_for(timeout=60_000)
    assert int(page.locator("#room-map").get_attribute("data-fixes")) > 10
    check_accessible(page, house)
    page.get_by_role("button", name="Stop").press("Enter")
    page.get_by_text("You are no longer answering alerts").first.wait_for()
    assert "Last fix" not in page.locator("#incident").inner_text()
    page.goto(f"{house.pages}/inbox/figures")
    page.get_by_role("heading", name="Figures of alerts").wait_for()
    check_accessible(page, house)
