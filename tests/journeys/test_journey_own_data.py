"""A wearer asks for their data; the officer leaves one record out, releases it; the wearer fetches
it, by keyboard alone."""

from __future__ import annotations

import io
import json
import os
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from journey_house import House, check_accessible, officer, press, sign_in, tick, waypost

pytestmark = pytest.mark.journey


def test_a_wearer_asks_the_officer_reads_and_releases_and_the_wearer_fetches(
    page, house: House, tmp_path
):
    name = "P2" if page.viewport_size["width"] == 360 else "P3"
    environment = {**os.environ, "WAYPOST_HOME": str(house.home), "WAYPOST_LOG": "ERROR"}
    waypost(environment, officer(f"own-{name}", "wearer", "Wearer", "--person", name))
    sign_in(page, house, f"own-{name}")
    press(page.get_by_role("link", name="Ask for everything that is held about me"))
    page.get_by_text("You have not asked yet").wait_for()
    check_accessible(page, house)
    press(page.get_by_role("button", name="Ask for my data"))
    page.get_by_text("We are putting your data together").wait_for()
    assert "We must answer by" in page.inner_text("main")
    check_accessible(page, house)
    page.context.clear_cookies()

    sign_in(page, house, "dora")
    page.goto(f"{house.pages}/subject-access")
    check_accessible(page, house)
    press(page.get_by_role("row").filter(has_text=name).get_by_role("link").first)
    press(page.get_by_role("button", name="Prepare the bundle"))
    page.get_by_text("You can leave this page.").first.wait_for()
    for _ in range(80):  # the worker puts it together
        if page.get_by_role("button", name="Release it").count():
            break
        page.wait_for_timeout(500)
        page.reload()
    check_accessible(page, house)
    press(page.locator("summary").filter(has_text="Leave one more record out"))
    page.get_by_label("Record, like alerts.Alert:17").fill("orders.Order:999999")
    page.get_by_label("On which ground").select_option("third")
    page.get_by_label("Why", exact=True).fill("It names a neighbour of theirs.")
    review = (datetime.now(UTC) + timedelta(days=60)).date().isoformat()
    page.get_by_label("Looked at again on").fill(review)
    press(page.get_by_role("button", name="Leave it out"))
    page.get_by_text("There is no such record of this person.").first.wait_for()
    assert page.get_by_label("Why", exact=True).input_value() == "It names a neighbour of theirs."
    check_accessible(page, house)
    tick(page.get_by_label("I have read the bundle"))
    press(page.get_by_role("button", name="Release it"))
    page.get_by_text("The person may fetch it now").wait_for()
    page.goto(f"{house.pages}/retention")
    page.get_by_text("Nothing is deleted.").wait_for()
    check_accessible(page, house)
    page.goto(f"{house.pages}/retention/periods")
    check_accessible(page, house)
    page.goto(f"{house.pages}/holds")
    check_accessible(page, house)
    page.context.clear_cookies()

    sign_in(page, house, f"own-{name}")
    page.goto(f"{house.pages}/mine/data")
    check_accessible(page, house)
    with page.expect_download() as download:
        press(page.get_by_role("button", name="Fetch my data"))
    content = Path(download.value.path()).read_bytes()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        records = json.loads(archive.read("records.json"))
        whole = b"".join(archive.read(one) for one in archive.namelist())
    assert records["orders.Person"][0]["reference"] == name
    for other in (b"Mona", b"Dora", b"Alex Okafor", b"Petra"):
        assert other not in whole
    page.goto(f"{house.pages}/mine/data")
    page.get_by_text("You have fetched it.").wait_for()
