"""The zone and timetable editors, by keys alone: drawn, sent, and the same when they come back."""

from __future__ import annotations

import json

import pytest
from journey_house import check_accessible, sign_in

pytestmark = pytest.mark.journey


@pytest.fixture
def gallery(page, house):
    sign_in(page, house, "mona")
    page.goto(f"{house.pages}/gallery")
    page.wait_for_selector("#zone-map[data-ready=drawn]", timeout=60_000)
    return page


def zone_of(page) -> dict:
    return json.loads(page.locator("#zone").input_value())


def part(page, name: str):
    return page.locator(f"#zone-editor [data-part={name}]")


def press(page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def tab_to(page, selector: str) -> None:
    """On by the Tab key until the element has the focus: it can be reached without a pointer."""
    for _ in range(120):
        if page.evaluate("selector => document.activeElement?.matches(selector)", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{selector} is not reached by Tab")


def send(page) -> None:
    page.get_by_role("button", name="Send both").focus()
    page.keyboard.press("Enter")
    page.wait_for_load_state()
    page.wait_for_selector("#zone-map[data-ready=drawn]", timeout=60_000)


def test_a_polygon_is_drawn_by_keys_and_is_the_same_when_it_comes_back(gallery):
    page = gallery
    tab_to(page, "#zone-editor [data-act=clear]")
    press(page, "Enter")
    part(page, "verdict").get_by_text("A zone needs three corners at least").wait_for()
    tab_to(page, "#zone-map canvas")
    press(page, "Enter")
    press(page, "ArrowRight", "ArrowRight", "ArrowRight", "Enter")
    press(page, "ArrowDown", "ArrowDown", "ArrowDown", "Enter")
    press(page, "ArrowLeft", "ArrowLeft", "ArrowLeft", "Enter")
    part(page, "verdict").get_by_text("The zone can be judged.").wait_for()
    drawn = zone_of(page)
    assert drawn["type"] == "Polygon"
    assert len(drawn["coordinates"][0]) == 5
    assert "m²" in part(page, "measures").inner_text()
    corners_can_be_chosen_moved_deleted_and_undone(page)
    a_hole_is_cut_by_keys(page)
    before = zone_of(page)
    send(page)
    assert zone_of(page) == before
    assert part(page, "corners").locator("tr").count() == 4


def corners_can_be_chosen_moved_deleted_and_undone(page) -> None:
    drawn = zone_of(page)
    press(page, "n", "Shift+ArrowUp")
    moved = zone_of(page)
    assert moved != drawn
    assert part(page, "said").inner_text().startswith("Corner 1 of 4")
    press(page, "Control+z")
    assert zone_of(page) == drawn
    press(page, "Control+y")
    assert zone_of(page) == moved
    press(page, "Delete")
    assert len(zone_of(page)["coordinates"][0]) == 4
    press(page, "Control+z", "Control+z")
    assert zone_of(page) == drawn


def a_hole_is_cut_by_keys(page) -> None:
    page.locator("#zone-map canvas").focus()
    press(page, "ArrowUp", "ArrowRight")
    tab_to(page, "#zone-editor [data-act=hole]")
    press(page, "Enter")
    page.locator("#zone-map canvas").focus()
    press(page, "Enter", "ArrowRight", "Enter", "ArrowUp", "Enter")
    part(page, "measures").get_by_text("Holes").wait_for()
    assert len(zone_of(page)["coordinates"]) == 2
    part(page, "verdict").get_by_text("The zone can be judged.").wait_for()
    assert part(page, "ring").locator("option").all_inner_texts() == ["Outline", "Hole 1"]


def test_corners_are_edited_in_the_table_and_a_crossing_is_said_and_undone(gallery):
    page = gallery
    page.get_by_label("Place of corner 1").fill("e8 3qw")
    press(page, "Tab")
    part(page, "said").get_by_text("postcode E8 3QW").wait_for()
    assert zone_of(page)["coordinates"][0][0] == [-0.0580693, 51.5432624]
    page.get_by_label("Place of corner 1").fill("51.5405, -0.05")
    press(page, "Tab")
    part(page, "verdict").get_by_text("cross").wait_for()
    page.get_by_role("button", name="Undo", exact=True).click()
    page.get_by_role("button", name="Undo", exact=True).click()
    part(page, "verdict").get_by_text("The zone can be judged.").wait_for()
    page.get_by_label("Place of corner 2").fill("Avalon")
    press(page, "Tab")
    part(page, "said").get_by_text("No such place is known").wait_for()
    page.get_by_label("Show grid references").check()
    assert page.get_by_label("Place of corner 1").input_value().startswith("TQ ")
    page.get_by_role("button", name="Delete corner 4").click()
    assert len(zone_of(page)["coordinates"][0]) == 4


def test_circle_and_corridor_have_their_size_and_words_become_a_zone(gallery, house):
    page = gallery
    check_accessible(page, house)
    page.get_by_label("Shape").select_option("circle")
    page.get_by_label("Radius, metres").fill("250")
    press(page, "Tab")
    assert zone_of(page)["radius_m"] == 250
    part(page, "measures").get_by_text("196,350 m²").wait_for()
    check_accessible(page, house)
    page.get_by_text("The zone as text").click()
    page.get_by_label("Zone, as GeoJSON or in words").fill("corridor: TQ 34512 84567; E8 3QW; 60 m")
    page.get_by_role("button", name="Check the zone").click()
    page.get_by_label("Whole width, metres").wait_for()
    assert zone_of(page)["width_m"] == 60
    assert page.get_by_label("Shape").input_value() == "corridor"
    send(page)
    assert zone_of(page)["width_m"] == 60


def test_a_corner_is_dragged_by_a_pointer_and_a_side_grows_a_corner(gallery):
    page = gallery
    page.get_by_role("button", name="Start again").click()
    page.locator("#zone-map canvas").focus()
    press(page, "Enter", *["ArrowRight"] * 2, "Enter", *["ArrowDown"] * 2, "Enter")
    before = zone_of(page)["coordinates"][0]
    box = page.locator("#zone-map").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2  # the third corner: the cross
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 40, y + 30, steps=6)
    page.mouse.up()
    after = zone_of(page)["coordinates"][0]
    assert after[:2] == before[:2]
    assert after[2] != before[2]
    page.mouse.move(x + 20, y - 45)  # the middle of the side from the second corner to the third
    page.mouse.down()
    page.mouse.move(x + 60, y - 45, steps=6)
    page.mouse.up()
    assert len(zone_of(page)["coordinates"][0]) == 5
    page.get_by_role("button", name="Undo", exact=True).click()
    assert zone_of(page)["coordinates"][0] == after, "a drag is one step"


def test_hours_are_written_by_keys_and_are_the_same_when_they_come_back(gallery, house):
    page = gallery
    page.locator("#hours-add").focus()
    press(page, "Enter")
    page.wait_for_selector("#hours-2-days-MO:focus")
    press(page, "Space", "Tab", "Space")
    tab_to(page, "#hours-2-start")
    page.keyboard.type("1pm")
    press(page, "Tab")
    page.keyboard.type("2.30")
    press(page, "Tab")
    page.get_by_text("13.5 hours, past midnight to 02:30 the next day").wait_for()
    assert page.get_by_text("clocks go forward: 23 hours").is_visible()
    check_accessible(page, house)
    page.locator("#hours-week-after").focus()
    press(page, "Enter")
    page.get_by_text("What will bind from Monday 30 March 2026").wait_for()
    assert page.evaluate("document.activeElement.id") == "hours-week-after"
    send(page)
    assert page.locator("#hours-2-start").input_value() == "13:00"
    assert page.locator("#hours-2-days-TU").is_checked()
    page.locator("[name=hours-remove][value='0']").focus()
    press(page, "Enter")
    page.wait_for_selector("#hours-add:focus")
    assert page.locator("#hours-1-start").input_value() == "13:00"
    page.locator("#hours-always").focus()
    press(page, "Space")
    page.get_by_text("168 hours in a week; the law allows 112").wait_for()


def test_the_editors_fit_a_desk_too(gallery, house):
    page = gallery
    if page.viewport_size["width"] == 360:
        pytest.skip("the phone has its own width")
    page.set_viewport_size({"width": 1280, "height": 860})
    check_accessible(page, house)
