"""From a phone's request to a closed alert, with the page open all the while."""

from __future__ import annotations

import time

import pytest
from journey_house import MIDDLE, check_accessible, picture, press, sign_in, tick

pytestmark = pytest.mark.journey


def raise_alert(page, house, device: str, person: str) -> float:
    """Report from inside the square; seconds from the gateway's answer to the row on the page."""
    row = page.locator("[data-alert]").filter(has_text=person).filter(has_text="exclusion")
    assert row.count() == 0, "the alert stood there before"
    answered = house.report(device, *MIDDLE)
    row.first.wait_for(timeout=60_000)
    return time.monotonic() - answered


def test_a_phones_request_raises_a_row_on_the_open_inbox(page, house):
    """How soon is printed; whether that is soon enough is what `waypost bench alerts` measures."""
    phone = page.viewport_size["width"] == 360
    number = 9 if phone else 10
    sign_in(page, house, "mona")
    page.wait_for_selector("h1:has-text('Inbox')")
    page.get_by_text("Judged up to").wait_for(timeout=60_000)
    page.wait_for_timeout(800)  # the stream is open
    took_s = raise_alert(page, house, f"tag-{number}", f"P{number}")
    print(f"\nfrom the gateway's answer to the row on the page: {took_s:.2f} s")
    check_accessible(page, house)
    picture(page, "inbox.png")


def test_an_alert_is_acknowledged_noted_and_closed(page, house):
    number = 11 if page.viewport_size["width"] == 360 else 12
    sign_in(page, house, "mona")
    page.wait_for_timeout(800)
    raise_alert(page, house, f"tag-{number}", f"P{number}")
    # By keyboard: down to the row, then Enter.
    link = alert_row(page, number).get_by_role("link")
    for _ in range(40):
        page.keyboard.press("j")
        if link.evaluate("element => element === document.activeElement"):
            break
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Why").wait_for()
    check_accessible(page, house)
    press(page.get_by_role("button", name="Acknowledge"))
    page.get_by_text("The alert was acknowledged.").wait_for()
    open_form(page, "Add note").get_by_label("Note").fill("Rang; says he is on the bus.")
    press(page.get_by_role("button", name="Add note"))
    page.get_by_text("Rang; says he is on the bus.").wait_for()
    open_form(page, "Record the excuse").get_by_label("excuse").fill("The bus was diverted.")
    press(page.get_by_role("button", name="Record the excuse"))
    page.get_by_text("The alert was explained.").wait_for()
    form = open_form(page, "Close")
    tick(form.get_by_label("Reasonable excuse"))
    press(page.get_by_role("button", name="Close"))
    page.get_by_text("The alert was closed.").wait_for()
    check_accessible(page, house)
    press(page.get_by_role("link", name="Inbox").first)
    page.wait_for_selector("h1:has-text('Inbox')")
    assert alert_row(page, number).count() == 0


def alert_row(page, number: int):
    """The person's alert about the zone: the trail that they leave no fixes of has one too."""
    rows = page.locator("[data-alert]").filter(has_text=f"P{number}")
    return rows.filter(has_text="exclusion")


def open_form(page, name: str):
    """The form of an act; the first one stands open already."""
    details = page.locator("details.waypost-act").filter(
        has=page.locator("summary", has_text=name)
    ).first  # fmt: skip
    if details.get_attribute("open") is None:
        press(details.locator("summary"))
    return details


def test_a_page_that_is_behind_somebody_elses_move_says_so(page, house):
    sign_in(page, house, "mona")
    row = page.locator("[data-alert]").filter(has_text="P6").first
    press(row.get_by_role("link"))
    form = open_form(page, "Add note")
    form.get_by_label("Note").fill("A note on an old page.")
    form.locator("input[name=version]").evaluate("field => { field.value = '0'; }")
    with page.expect_response(lambda answer: answer.url.endswith("/move")) as answered:
        press(page.get_by_role("button", name="Add note"))
    assert answered.value.status == 409
    page.get_by_role("heading", name="Somebody moved first").wait_for()


def test_an_inbox_that_hears_nothing_says_so_loudly_and_recovers(page, house):
    sign_in(page, house, "mona")
    lost = page.get_by_text("This page has lost touch with Waypost")
    page.locator("#inbox").evaluate("list => { list.dataset.lostAfterS = '6'; }")
    page.wait_for_timeout(1500)
    assert not lost.is_visible()
    page.context.set_offline(True)
    lost.wait_for(timeout=60_000)
    assert page.locator("#lost").get_attribute("role") == "alert"
    page.context.set_offline(False)
    lost.wait_for(state="hidden", timeout=60_000)


def test_an_inbox_whose_session_ended_goes_to_the_sign_in_form_and_comes_back(page, house):
    sign_in(page, house, "mona")
    page.wait_for_selector("h1:has-text('Inbox')")
    page.context.clear_cookies()
    page.wait_for_url(lambda url: "/sign-in?next=%2Finbox" in url, timeout=60_000)
    page.get_by_role("heading", name="Sign in").wait_for()
