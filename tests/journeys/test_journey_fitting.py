"""From a court's order to a tag that speaks, a notice given, and the tag off again, on a phone and
on a wall: the order is imported, found, fitted by the tag's serial; the tag reports over the wire
and its place appears in the open page; later the order has ended and the tag comes off."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import timedelta
from typing import Any

import pytest
from journey_house import MIDDLE, House, check_accessible, import_file, picture, sign_in

pytestmark = pytest.mark.journey

DAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]
STOCK = """
import os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "waypost.settings"
import django; django.setup()
from waypost.clock import now
from waypost.devices.models import Device
for reference, serial in zip(sys.argv[1::2], sys.argv[2::2]):
    Device.objects.get_or_create(reference=reference, defaults={
        "serial": serial, "kind": "tag", "known_at": now()})
"""


def environment(house: House) -> dict[str, str]:
    said = {**os.environ, "WAYPOST_HOME": str(house.home), "WAYPOST_LOG": "ERROR"}
    said.pop("WAYPOST_DATABASE", None)
    return said


def bring(house: House, tmp_path, reference: str, name: str, **order: Any) -> None:
    """Order and window of somebody who is to be fitted, imported as the court's file."""
    begins = house.now - timedelta(hours=3)
    home = {"type": "Point", "coordinates": [MIDDLE[1], MIDDLE[0]], "radius_m": 80}
    document = {"persons": [{
        "person_id": reference, "name": name, "area": "Hackney", "orders": [{
            "order_id": f"O-{reference}", "kind": "community_order", "from": begins.isoformat(),
            "to": (house.now + timedelta(days=90)).isoformat(), "requirements": [
                {"requirement_id": "R0", "kind": "fitting", "zone": home,
                 "timetable": [{"days": DAYS, "start": "00:00", "end": "24:00"}],
                 "to": (house.now + timedelta(days=2)).isoformat()},
                {"requirement_id": "R1", "kind": "curfew", "zone": home,
                 "timetable": [{"days": DAYS, "start": "19:00", "end": "07:00"}]},
            ]} | order]}]}  # fmt: skip
    path = tmp_path / f"{reference}.json"
    path.write_text(json.dumps(document))
    import_file(environment(house), "orders", path)


def stock(house: House, *names: str) -> None:
    made = subprocess.run([sys.executable, "-c", STOCK, *names], env=environment(house),
                          capture_output=True, text=True, timeout=60, check=False)  # fmt: skip
    assert made.returncode == 0, made.stderr


def test_an_order_becomes_a_tag_that_speaks_and_a_notice_given_and_the_tag_comes_off(
    page, house, tmp_path
):
    phone = page.viewport_size["width"] == 360
    number = "1" if phone else "2"
    reference, name = f"F{number}", f"Morgan Vale {number}"
    imei, serial = f"86000000000010{number}", f"WP-10{number}"
    bring(house, tmp_path, reference, name)
    stock(house, imei, serial)
    sign_in(page, house, "mona")
    page.goto(f"{house.pages}/fitting")
    page.get_by_label("Find by name, reference, order or tag").fill(reference)
    page.get_by_role("button", name="Find").click()
    row = page.get_by_role("row").filter(has_text=name)
    row.get_by_text("Open now").wait_for()
    check_accessible(page, house)
    row.get_by_role("link", name=name).click()

    # A serial nobody knows comes back with the form; then the scanner types and presses Enter.
    field = page.get_by_label("Serial or number of the tag")
    field.fill("WP-NONE")
    page.get_by_role("button", name="The tag is on").click()
    page.get_by_text("No device of this serial").wait_for()
    check_accessible(page, house)
    field = page.get_by_label("Serial or number of the tag")
    field.fill(serial)
    field.press("Enter")
    page.get_by_role("heading", name="Does the tag say where it is?").wait_for()
    page.get_by_text("Nothing yet.").wait_for()
    assert page.get_by_role("button", name="The place is right").is_disabled()
    check_accessible(page, house)

    house.report(imei, *MIDDLE)
    page.get_by_text("The tag has a place").wait_for(timeout=60_000)
    page.locator("#check-rows").get_by_text(f"{MIDDLE[0]:.5f}").wait_for()
    page.wait_for_selector("#map[data-ready=drawn][data-fixes='1']", timeout=60_000)
    page.get_by_text("81 %").wait_for(timeout=60_000)
    check_accessible(page, house)
    picture(page, "fitting.png")
    page.get_by_role("button", name="The place is right").click()

    page.get_by_role("heading", name="About your tag").wait_for()
    page.get_by_text("Every day 19:00 to 07:00 the next day").wait_for()
    check_accessible(page, house)
    page.get_by_label("Explained through an interpreter").check()
    page.get_by_label("In which language?").select_option("Polish")
    page.get_by_role("button", name="Record that it was given").click()
    page.get_by_role("heading", name="The tag is on and works").wait_for()
    page.get_by_text("in Polish").wait_for()
    check_accessible(page, house)

    page.goto(f"{house.pages}/fitting?q={reference}")
    page.get_by_text("Nobody to be fitted fits").wait_for()
    page.get_by_text("No tag to be removed fits").wait_for()

    # The court ends the order: removal is a task at once.
    ended = (house.now - timedelta(minutes=1)).isoformat()
    bring(house, tmp_path, reference, name, to=ended)
    page.goto(f"{house.pages}/fitting?q={serial}")
    row = page.get_by_role("row").filter(has_text=name)
    row.wait_for()
    check_accessible(page, house)
    row.get_by_role("link", name=name).click()
    page.get_by_text("is to come off by").wait_for()
    check_accessible(page, house)
    page.get_by_role("link", name="Remove the tag").click()
    page.get_by_role("heading", name="Remove or swap").wait_for()
    check_accessible(page, house)
    page.get_by_role("button", name="Record it").click()
    page.get_by_text(f"Tag {imei} is off.").wait_for()
    page.goto(f"{house.pages}/fitting?q={reference}")
    page.get_by_text("No tag to be removed fits").wait_for()


def test_a_visit_without_access_is_written_down_by_keyboard_alone(page, house, tmp_path):
    number = "3" if page.viewport_size["width"] == 360 else "4"
    bring(house, tmp_path, f"F{number}", f"Morgan Vale {number}")
    sign_in(page, house, "mona")
    page.goto(f"{house.pages}/fitting?q=F{number}")
    page.get_by_role("link", name=f"Morgan Vale {number}").focus()
    page.keyboard.press("Enter")
    summary = page.locator("summary", has_text="It could not be done")
    summary.focus()
    page.keyboard.press("Enter")
    page.get_by_label("What came of it?").select_option("no_access")
    page.get_by_role("button", name="Write down the visit").focus()
    page.keyboard.press("Enter")
    page.get_by_text("Say why it could not be done").wait_for()
    check_accessible(page, house)
    page.get_by_label("Why?").fill("Rang twice, nobody came; card left.")
    page.get_by_role("button", name="Write down the visit").focus()
    page.keyboard.press("Enter")
    page.get_by_text("The visit was written down.").wait_for()
    page.get_by_text("within the hours set").wait_for()
    check_accessible(page, house)
    page.goto(f"{house.pages}/fitting?q=F{number}")
    page.get_by_text("No access: Rang twice").wait_for()


def test_a_tag_nobody_entered_is_added_to_stock_on_the_way(page, house, tmp_path):
    number = "6" if page.viewport_size["width"] == 360 else "7"
    bring(house, tmp_path, f"F{number}", f"Morgan Vale {number}")
    sign_in(page, house, "mona")
    page.goto(f"{house.pages}/fitting?q=F{number}")
    page.get_by_role("link", name=f"Morgan Vale {number}").click()
    page.get_by_label("Serial or number of the tag").fill(f"WP-NEW-{number}")
    page.get_by_role("button", name="The tag is on").click()
    page.get_by_label("Add it to stock").fill(f"86000000000020{number}")
    check_accessible(page, house)
    page.get_by_role("button", name="The tag is on").click()
    page.get_by_role("heading", name="Does the tag say where it is?").wait_for()


CAMERA = """
window.BarcodeDetector = class {
  static async getSupportedFormats() { return ["code_128"]; }
  async detect() { return [{ rawValue: " WP-SCANNED " }]; }
};
// An empty page, where signing in begins, is no secure place and has no devices.
if (navigator.mediaDevices) navigator.mediaDevices.getUserMedia = async () => {
  const canvas = document.createElement("canvas");
  canvas.getContext("2d").fillRect(0, 0, 10, 10);
  return canvas.captureStream(5);
};
"""


def test_the_camera_reads_a_label_into_the_field(page, house, tmp_path):
    number = "8" if page.viewport_size["width"] == 360 else "9"
    bring(house, tmp_path, f"F{number}", f"Morgan Vale {number}")
    page.add_init_script(CAMERA)  # a headless browser has neither camera nor detector
    sign_in(page, house, "mona")
    page.goto(f"{house.pages}/fitting?q=F{number}")
    page.get_by_role("link", name=f"Morgan Vale {number}").click()
    page.get_by_role("button", name="Scan with the camera").click()
    page.get_by_text("Read: WP-SCANNED").wait_for()
    field = page.get_by_label("Serial or number of the tag")
    assert field.input_value() == "WP-SCANNED"
    assert field.evaluate("element => element === document.activeElement")
    check_accessible(page, house)


def test_without_scripts_the_steps_still_work(browser, house, tmp_path):
    bring(house, tmp_path, "F5", "Morgan Vale 5")
    stock(house, "860000000000105", "WP-105")
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    sign_in(page, house, "mona")
    page.goto(f"{house.pages}/fitting?q=F5")
    page.get_by_role("link", name="Morgan Vale 5").click()
    page.get_by_label("Serial or number of the tag").fill("WP-105")
    page.get_by_role("button", name="The tag is on").click()
    page.get_by_text("Nothing yet.").wait_for()
    house.report("860000000000105", *MIDDLE)
    page.get_by_role("link", name="look again").click()
    page.get_by_text("The tag has a place").wait_for()
    page.get_by_role("button", name="The place is right").click()
    page.get_by_label("Read out and explained").check()
    page.get_by_role("button", name="Record that it was given").click()
    page.get_by_role("heading", name="The tag is on and works").wait_for()
    context.close()
