"""A police file with bad rows, and what its sound offences are matched with."""

from __future__ import annotations

import os
from datetime import timedelta

import pytest
from journey_house import MIDDLE, WALK_BEGAN, check_accessible, sign_in

pytestmark = pytest.mark.journey


def police_file(house, name: str) -> bytes:
    """One offence in the square while P1 was there, and two rows that cannot be read."""
    middle = house.now - WALK_BEGAN + timedelta(minutes=36)
    stamp = "%Y%m%d%H%M%S"
    start, end = (middle + timedelta(minutes=m) for m in (-15, 15))
    batch = f"MPS{middle:%Y%m%d}"
    lat, lon = MIDDLE
    rows = [
        ["Metropolitan", "TFP", "", batch, f"{name}-1", f"{start:{stamp}}", f"{end:{stamp}}",
         "", "", f"{lat}", f"{lon}", "", "Phone taken"],
        ["Metropolitan", "ZZ", "", batch, f"{name}-2", f"{start:{stamp}}", f"{end:{stamp}}",
         "", "", f"{lat}", f"{lon}", "", ""],
        ["Metropolitan", "TFP", "", batch, f"{name}-3", "20260231120000", f"{end:{stamp}}",
         "", "", "", "", "", ""],
    ]  # fmt: skip
    return "".join(",".join(row) + "\r\n" for row in rows).encode()


def test_bad_rows_are_explained_and_sound_ones_are_matched(page, house):
    name = f"J{page.viewport_size['width']}"
    sign_in(page, house, "petra")
    page.goto(f"{house.pages}/offences")
    check_accessible(page, house)
    file = {"name": f"{name}.csv", "mimeType": "text/csv", "buffer": police_file(house, name)}
    page.get_by_label("Send an offence file").set_input_files(file)
    page.get_by_role("button", name="Send the file").click()
    problems = page.locator("#problems tbody tr")
    problems.first.wait_for()
    said = " ".join(problems.all_text_contents())
    for expected in ("INVALID_CRIME_TYPE", "INVALID_FROM_DATE_FORMAT", "MISSING_LOCATION_DATA"):
        assert expected in said
    check_accessible(page, house)
    with page.expect_download() as download:
        page.get_by_role("link", name="Download as CSV").click()
    assert download.value.suggested_filename.startswith("problems-")
    page.get_by_role("button", name="Match these offences").click()
    match = page.locator("#matches tbody tr").filter(has_text=f"{name}-1")
    match.first.wait_for(timeout=60_000)
    check_accessible(page, house)
    address = match.first.get_by_role("link").get_attribute("href")
    page.goto(f"{house.pages}{address}")
    while "/review/" not in page.url:  # the work list takes the run in within seconds
        page.wait_for_timeout(1_000)
        page.reload()
    page.get_by_label("Why do you need to see").fill("To see what was found of this delivery.")
    page.get_by_role("button", name="Open the match").click()
    page.wait_for_selector("#map[data-ready=drawn]", timeout=60_000)
    page.get_by_text("does not show that the wearer committed").wait_for()
    row = page.locator("#rows [data-n]").first
    row.click()
    assert row.get_attribute("aria-current") == "true"
    check_accessible(page, house)


def test_a_file_sent_again_shows_what_it_changed_and_can_be_answered(page, house):
    name = f"R{page.viewport_size['width']}"
    first = police_file(house, name)
    again = first.replace(b"Phone taken", b"Phone and purse taken")
    sign_in(page, house, "petra")
    for data in (first, again):
        page.goto(f"{house.pages}/offences")
        file = {"name": f"{name}.csv", "mimeType": "text/csv", "buffer": data}
        page.get_by_label("Send an offence file").set_input_files(file)
        page.get_by_role("button", name="Send the file").click()
        page.locator("#problems tbody tr").first.wait_for()
    page.locator("summary").filter(has_text="What it says").press("Enter")
    page.get_by_text("rows that say the same as before change nothing").wait_for()
    check_accessible(page, house)
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the answer as an e-mail").click()
    assert download.value.suggested_filename.endswith(".eml")
    changed = page.locator("#changed tbody tr").filter(has_text=f"{name}-1")
    assert "Phone and purse taken" in changed.inner_text()
    changed.get_by_role("link").click()
    versions = page.locator("#versions tbody tr")
    versions.first.wait_for()
    assert versions.count() == 2
    check_accessible(page, house)
    if shots := os.environ.get("SHOTS"):
        page.screenshot(path=f"{shots}/{name}-offence.png", full_page=True)
        page.go_back()
        page.screenshot(path=f"{shots}/{name}-batch.png", full_page=True)


def test_who_could_have_been_there_is_told_behind_a_reason(page, house):
    name = f"C{page.viewport_size['width']}"
    sign_in(page, house, "petra")
    page.goto(f"{house.pages}/offences")
    file = {"name": f"{name}.csv", "mimeType": "text/csv", "buffer": police_file(house, name)}
    page.get_by_label("Send an offence file").set_input_files(file)
    page.get_by_role("button", name="Send the file").click()
    page.locator("#offences tbody a").first.click()
    page.get_by_role("link", name="Who could have been there").click()
    check_accessible(page, house)
    page.get_by_label("Your reason").fill("short")
    page.get_by_role("button", name="Show who could be judged").click()
    page.get_by_role("heading", name="There is a problem").wait_for()
    check_accessible(page, house)
    page.get_by_label("Your reason").fill("Operation Teal: who may be asked about the phone.")
    page.get_by_role("button", name="Show who could be judged").press("Enter")
    page.locator("#told tbody tr").filter(has_text="P1").first.wait_for()
    check_accessible(page, house)
    page.get_by_label("Person’s reference").fill("P1")
    page.get_by_role("button", name="Can their tag have been there?").click()
    page.get_by_role("heading", name="Can the tag of P1 have been there?").wait_for()
    page.get_by_text("The tag was observed within").wait_for()
    check_accessible(page, house)
    page.get_by_label("Person’s reference").fill("NOBODY")
    page.get_by_role("button", name="Can their tag have been there?").click()
    page.get_by_text("Nobody whom you may know of").first.wait_for()
    assert page.get_by_label("Person’s reference").input_value() == "NOBODY"
    check_accessible(page, house)


def test_a_series_is_shown_beside_what_chance_gives(page, house):
    name = f"S{page.viewport_size['width']}"
    first = police_file(house, name)
    second = first.replace(b"-1,", b"-5,")
    sign_in(page, house, "petra")
    for number, data in enumerate((first, second)):
        page.goto(f"{house.pages}/offences")
        file = {"name": f"{name}-{number}.csv", "mimeType": "text/csv", "buffer": data}
        page.get_by_label("Send an offence file").set_input_files(file)
        page.get_by_role("button", name="Send the file").click()
        page.locator("#offences tbody a").first.wait_for()
        offence = page.locator("#offences tbody a").first.get_attribute("href")
        page.get_by_role("button", name="Match these offences").click()
        page.locator("#matches tbody tr").first.wait_for(timeout=60_000)
    page.goto(f"{house.pages}/matching")
    page.get_by_role("link", name="Series of offences").click()
    check_accessible(page, house)
    page.get_by_label("Crime references, one a line").fill(f"{name}-1\n{name}-9")
    page.get_by_label("Your reason").fill("Operation Teal: do the two belong together?")
    page.get_by_role("button", name="Show who was observed there").click()
    page.get_by_text(f"There is no offence {name}-9").first.wait_for()
    check_accessible(page, house)
    page.get_by_label("Crime references, one a line").fill(f"{name}-1\n{name}-5")
    page.get_by_label("One person’s reference").fill("P1")
    page.get_by_role("button", name="Show who was observed there").press("Enter")
    page.get_by_role("heading", name="P1").wait_for()
    # The two happened at one place and time, so that one visit matches both.
    page.get_by_text("1 of 1;").wait_for()
    page.get_by_text("2 offences on 1 occasion").wait_for()
    check_accessible(page, house)
    page.goto(f"{house.pages}{offence}")
    page.get_by_role("link", name="Whose tags were there together").click()
    page.get_by_label("Your reason").fill("Operation Teal: was anybody with them?")
    page.get_by_role("button", name="Show who was there together").click()
    page.get_by_text("within the place").first.wait_for()
    check_accessible(page, house)
    page.goto(f"{house.pages}{offence}")
    page.locator("#weighings tbody tr").first.wait_for()
    check_accessible(page, house)
