"""A court's order arrives with one zone that its words leave unclear: it is asked beside the words,
an officer draws it, and the order is in force on the person's page; by keyboard and at both sizes.
"""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta

import pytest
from journey_house import House, check_accessible, import_file, press, sign_in, tick

from courts_words import NOTICE, defendant, hearing, result

pytestmark = pytest.mark.journey
UNCLEAR = "Place or area:The yard behind the old dairy"


def arrive(house: House, folder, name: str) -> None:
    """A hearing of today: a clear zone of two miles, and one that nobody can read from words."""
    today = datetime.now(UTC)
    until = today + timedelta(days=30)
    made = result(
        "RC", "Remanded on conditional bail",
        ("Next hearing in magistrates' court",
         f"Date of hearing:{until:%d/%m/%Y}\nTime of hearing:10:00"),
        NOTICE,
        ("Exclusion - not go within a radius", "Within:2 miles radius of\nOf:Fir Street E8 3QW"),
        ("Exclusion - not to enter a place except to attend court or pre-arranged appointment with "
         "solicitor", UNCLEAR),
        ordered=f"{today:%Y-%m-%d}",
    )  # fmt: skip
    who = defendant(made, details={"firstName": "Sandy", "lastName": name})
    who["masterDefendantId"] = f"{name}-dddd-4eee-8fff"
    document = hearing(who, urn=name, sharedTime=today.isoformat())
    file = folder / f"{name}.json"
    file.write_text(json.dumps(document))
    environment = {**os.environ, "WAYPOST_HOME": str(house.home), "WAYPOST_LOG": "ERROR"}
    import_file(environment, "court", file)


def test_an_unclear_zone_is_drawn_beside_the_courts_words(page, house: House, tmp_path):
    if page.viewport_size["width"] > 1280:  # the desk of an officer who enters orders
        page.set_viewport_size({"width": 1280, "height": 900})
    name = f"Courtyard{page.viewport_size['width']}"
    arrive(house, tmp_path, name)

    sign_in(page, house, "mona")
    page.goto(f"{house.pages}/court-orders")
    page.get_by_role("heading", name="Court orders").wait_for()
    check_accessible(page, house)
    press(page.get_by_role("link", name=f"Sandy {name}"))
    page.get_by_role("heading", name=f"Sandy {name}").wait_for()
    said = page.inner_text("main")
    assert UNCLEAR in said
    assert "Partly in force" in said  # the clear zone binds already
    assert "2 miles round the middle of postcode E8 3QW" in said
    check_accessible(page, house)

    press(page.get_by_role("link", name="Answer the next question"))
    page.get_by_role("heading", name="Where is it?").wait_for()
    assert UNCLEAR in page.inner_text("main")
    check_accessible(page, house)
    # An answer without a reason comes back; what was chosen stays chosen.
    tick(page.get_by_role("radio", name="It does not apply"))
    press(page.get_by_role("button", name="Keep this answer"))
    page.get_by_role("heading", name="There is a problem").wait_for()
    assert page.get_by_role("radio", name="It does not apply").is_checked()
    check_accessible(page, house)
    tick(page.get_by_role("radio", name="As drawn below"))
    box = page.get_by_label("as GeoJSON or in words")
    if not box.is_visible():
        press(page.locator("summary").filter(has_text="The zone as text"))
    box.fill("circle: E8 4QN, 150 m")
    press(page.get_by_role("button", name="Keep this answer"))
    page.get_by_text("That was the last answer").wait_for()
    assert "as an officer drew it" in page.inner_text("main")
    check_accessible(page, house)

    press(page.get_by_role("link", name="The person’s page"))
    page.get_by_role("heading", name=f"Sandy {name}").wait_for()
    orders = page.inner_text("main")
    assert f"{name}-court-bail" in orders
    assert "exclusion-2" in orders
    check_accessible(page, house)
    press(page.get_by_role("link", name="in the court’s words"))
    page.get_by_text("In force").first.wait_for()
    # What no tag can see stays for somebody to look into, and holds nothing up.
    press(page.get_by_role("link", name="Say what came of it").first)
    page.get_by_label("What came of it").fill("Told the officer in the case.")
    press(page.get_by_role("button", name="Keep this answer"))
    page.get_by_text("Seen to").wait_for()
    check_accessible(page, house)
