"""A strap alert by its playbook: steps, account, upheld, contested by another hand, reviewed."""

from __future__ import annotations

import pytest
from journey_house import HOMES, check_accessible, picture, press, sign_in, tick

pytestmark = pytest.mark.journey


def open_alert(page, house, number: int) -> None:
    page.goto(f"{house.pages}/inbox")
    row = page.locator("[data-alert]").filter(has_text=f"P{number}").filter(has_text="Strap")
    press(row.get_by_role("link").first)
    page.get_by_role("heading", name="Playbook").wait_for()


def unfold(page, block: str, name: str):
    details = page.locator(f"{block} details").filter(has=page.get_by_text(name, exact=True)).first
    if details.get_attribute("open") is None:
        press(details.locator("summary"))
    return details


def test_an_alert_is_answered_by_its_playbook_and_reviewed_by_somebody_else(page, house):
    number = 7 if page.viewport_size["width"] == 360 else 8
    house.say(f"tag-{number}", lat=HOMES[0][0], lon=HOMES[0][1], accuracy=5, alarm="removing")
    sign_in(page, house, "mona")
    page.locator("[data-alert]").filter(has_text=f"P{number}").filter(has_text="Strap").wait_for()
    open_alert(page, house, number)
    step = page.locator(".waypost-step--next")
    assert "Look at the track" in step.inner_text()
    tick(step.get_by_label("It does not settle it"))
    step.get_by_label("Note").fill("At home since noon.")
    press(step.get_by_role("button", name="Tick"))
    page.get_by_text("The step is ticked.").wait_for()
    step = page.locator(".waypost-step--next")
    assert "Call the wearer" in step.inner_text()
    tick(step.get_by_label("Answered", exact=True))
    step.get_by_label("Note").fill("Says that the strap caught on a door.")
    press(step.get_by_role("button", name="Tick"))
    page.get_by_text("The step is ticked.").wait_for()
    check_accessible(page, house)
    press(page.get_by_role("button", name="Acknowledge"))
    page.get_by_text("The alert was acknowledged.").wait_for()
    form = unfold(page, "#accounts", "Write down an account")
    form.get_by_label("What do they say?").fill("It caught on a door.")
    press(form.get_by_role("button"))
    page.get_by_text("The account is written down.").wait_for()
    form = unfold(page, "#accounts", "Decide whether it is reasonable")
    tick(form.get_by_label("No: the alert is upheld"))
    form.get_by_label("Why?").fill("The cut is clean.")
    check_accessible(page, house)
    press(form.get_by_role("button"))
    page.get_by_text("The account is decided.").wait_for()
    form = unfold(page, "#contests", "Enter a contest")
    form.get_by_label("Who contests it?").fill("Ames, solicitor")
    form.get_by_label("What do they say is wrong?").fill("A door can cut cleanly.")
    press(form.get_by_role("button"))
    page.get_by_text("The contest is entered.").wait_for()
    page.get_by_text("This alert counts towards no warning.").wait_for()
    assert page.get_by_text("Review it", exact=True).count() == 0
    check_accessible(page, house)
    picture(page, "playbook.png")
    page.context.clear_cookies()
    sign_in(page, house, "nora")
    page.goto(f"{house.pages}/inbox")
    page.get_by_role("heading", name="Reviews due").wait_for()
    check_accessible(page, house)
    open_alert(page, house, number)
    form = unfold(page, "#contests", "Review it")
    tick(form.get_by_label("It does not stand"))
    form.get_by_label("Why?").fill("The visit found a torn edge.")
    press(form.get_by_role("button"))
    page.get_by_text("The review is decided.").wait_for()
    close = page.locator("details.waypost-act").filter(
        has=page.locator("summary", has_text="Close")
    )
    if close.first.get_attribute("open") is None:
        press(close.first.locator("summary"))
    tick(close.first.get_by_label("Equipment"))
    press(close.first.get_by_role("button", name="Close"))
    page.get_by_text("The alert was closed.").wait_for()
    unfold(page, "main", "See it as it was known at an earlier time")
    press(page.get_by_role("button", name="Show it", exact=True))
    page.get_by_text("This page shows what was known at").wait_for()
    check_accessible(page, house)
