"""A breach told to the police: drafted from the alert, received, asked about, answered, seen."""

from __future__ import annotations

import pytest
from journey_house import check_accessible, picture, press, sign_in, tick

pytestmark = pytest.mark.journey


def uphold(page, house) -> None:
    """P1's walk into the square, upheld; of two widths the second finds it so."""
    page.goto(f"{house.pages}/inbox")
    row = page.locator("[data-alert]").filter(has_text="P1").filter(has_text="xclusion")
    press(row.get_by_role("link").first)
    page.get_by_role("heading", name="Playbook").wait_for()
    for act, said in (
        ("Acknowledge", "The alert was acknowledged."),
        ("Uphold", "The alert was upheld."),
    ):
        form = page.locator("details.waypost-act").filter(has=page.locator("summary", has_text=act))
        if form.count() == 0:
            continue
        if form.first.get_attribute("open") is None:
            press(form.first.locator("summary"))
        form.first.get_by_role("textbox").fill("Seen on the track.")
        press(form.first.get_by_role("button", name=act))
        page.get_by_text(said).wait_for()


def other(page, house, username: str, address: str) -> None:
    page.context.clear_cookies()
    sign_in(page, house, username)
    page.goto(address)


def test_the_police_are_told_ask_for_more_and_answer_and_the_provider_sees_it(page, house):
    sign_in(page, house, "mona")
    uphold(page, house)
    press(page.get_by_role("link", name="Draft a breach notification"))
    page.get_by_label("Which force?").select_option(label="Metropolitan Police")
    press(page.get_by_role("button", name="Make a draft"))
    page.get_by_role("heading", name="Check and send").wait_for()
    check_accessible(page, house)
    address = page.url
    press(page.get_by_role("button", name="Send to Metropolitan Police"))
    page.get_by_role("heading", name="There is a problem").wait_for()
    page.get_by_label("What has been tried to reach the person?").fill("Rang twice, no answer.")
    tick(page.get_by_label("I have looked at the fixes"))
    press(page.get_by_role("button", name="Send to Metropolitan Police"))
    page.get_by_text("The force has been told.").wait_for()

    other(page, house, "reed", f"{house.pages}/notifications")
    page.get_by_role("heading", name="Waits for your force").wait_for()
    check_accessible(page, house)
    number = address.rsplit("/", 1)[1]
    press(page.get_by_role("link", name=f"N-{number}:"))
    press(page.get_by_role("button", name="Acknowledge: we have it"))
    page.get_by_text("The sender sees that you have it.").wait_for()
    tick(page.get_by_label("More is wanted before we decide"))
    page.get_by_label("Why, or what more is wanted").fill("Who lives at the square?")
    press(page.get_by_role("button", name="Give the answer"))
    page.get_by_text("Your answer has been given.").wait_for()
    check_accessible(page, house)

    other(page, house, "mona", address)
    page.get_by_label("What the force wanted").fill("Nobody: it is a park.")
    press(page.get_by_role("button", name="Supply it"))
    page.get_by_text("The force has what it wanted").wait_for()
    check_accessible(page, house)

    other(page, house, "reed", address)
    page.get_by_text("Nobody: it is a park.").wait_for()
    tick(page.get_by_label("Arrest", exact=True))
    press(page.get_by_role("button", name="Give the answer"))
    page.get_by_text("Your answer has been given.").wait_for()
    picture(page, "police.png")
    assert page.locator("a[href^='/people/'], a[href^='/alerts/']").count() == 0

    other(page, house, "mona", address)
    page.get_by_role("definition").filter(has_text="Arrest").wait_for()
    check_accessible(page, house)
    press(page.get_by_role("button", name="Close: nothing more is waited for"))
    page.get_by_text("The notification is closed.").wait_for()
    press(page.locator("a[href^='/alerts/']").first)
    page.get_by_role("heading", name="The police", exact=True).wait_for()
    page.get_by_text("Answer: Arrest").first.wait_for()
