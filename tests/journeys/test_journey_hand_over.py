"""Shift change: what is open and why goes from one officer to the next, by keyboard."""

from __future__ import annotations

import pytest
from journey_house import check_accessible, sign_in

pytestmark = pytest.mark.journey


def _is_phone(page) -> bool:
    return page.viewport_size["width"] == 360


def press(page, role: str, name: str) -> None:
    """A button or link, as somebody without a mouse presses it."""
    page.get_by_role(role, name=name).first.focus()
    page.keyboard.press("Enter")


def test_a_shift_is_handed_over_and_taken(page, house):
    """Back again on the wall: after the phone's hand-over nothing is left with the first."""
    there, back = ("mona", "Mona Field"), ("nora", "Nora Ashe")
    (giver, _), (taker, name) = (there, back) if _is_phone(page) else (back, there)
    sign_in(page, house, giver)
    page.locator("[data-alert]").first.wait_for(timeout=60_000)
    assert page.get_by_text("Over their target").is_visible()
    check_accessible(page, house)
    press(page, "link", "Hand-over")
    page.get_by_role("heading", name="Hand over to another").wait_for()
    check_accessible(page, house)
    page.get_by_label("Why is it open?").first.fill("Rings back after work.")
    page.get_by_label("Who takes over?").select_option(label=name)
    page.get_by_label("What else should they know?").fill("A quiet day.")
    press(page, "button", "Hand over")
    page.get_by_text("It waits to be taken.").wait_for()
    check_accessible(page, house)

    press(page, "button", "Sign out")
    page.get_by_role("heading", name="Sign in").wait_for()
    sign_in(page, house, taker)
    page.get_by_text("Hand-over not taken:").wait_for(timeout=60_000)
    check_accessible(page, house)
    press(page, "link", "Take it")
    page.get_by_text("A quiet day.").wait_for()
    assert page.get_by_text("Rings back after work.").count()
    press(page, "button", "I have it")
    page.get_by_text("You have it:").wait_for()
    press(page, "link", "Inbox")
    page.locator("[data-alert]").first.wait_for(timeout=60_000)
    assert page.get_by_text("Hand-over not taken:").count() == 0
    assert page.locator("[data-alert]").filter(has_text=f"with {name}").count()


def test_the_rota_says_in_words_that_nobody_is_on_duty(page, house):
    sign_in(page, house, "mona")
    press(page, "link", "Rota")
    page.get_by_role("heading", name="Rota").wait_for()
    assert page.get_by_text("Nobody is on duty now").count() == 3
    check_accessible(page, house)


def test_a_suspension_that_cannot_be_comes_back_with_what_was_typed(page, house):
    sign_in(page, house, "mona")
    page.goto(f"{house.pages}/people")
    person = "P2" if _is_phone(page) else "P3"
    page.get_by_role("row").filter(has_text=person).get_by_role("link").first.click()
    page.get_by_role("heading", name="Suspension of alerts").wait_for()
    page.get_by_text("Agree on a suspension").click()
    begins = page.get_by_label("From (London time)").input_value()
    page.get_by_label("To (London time)").fill(begins)
    page.get_by_label("What was agreed").fill("In hospital, the ward rang.")
    press(page, "button", "Suspend")
    page.get_by_text("ends before it begins").first.wait_for()
    check_accessible(page, house)
    page.get_by_label("To (London time)").fill(begins.replace(begins[:4], str(int(begins[:4]) + 1)))
    press(page, "button", "Suspend")
    page.get_by_text("at most 14 days").first.wait_for()
    page.goto(page.url.removesuffix("/suspension"))
    check_accessible(page, house)
