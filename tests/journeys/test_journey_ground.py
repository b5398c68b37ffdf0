"""The operator's own map file as the ground; a spoilt one leaves our own ground in its place."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from journey_house import House, check_accessible, free_port, sign_in, start, wait_for

sys.path.insert(0, str(Path(__file__).parents[1]))  # the words of `pmtiles_words.py`

from pmtiles_words import pmtiles

pytestmark = pytest.mark.journey


@pytest.fixture
def tiled(house: House, tmp_path):
    """The same house served by a web process of its own, with a map file; gives (house, file)."""
    path, port = tmp_path / "ground.pmtiles", free_port()
    path.write_bytes(pmtiles())
    environment = {**os.environ, "WAYPOST_HOME": str(house.home), "WAYPOST_LOG": "ERROR",
                   "WAYPOST_MAP_TILES": str(path)}  # fmt: skip
    environment.pop("WAYPOST_DATABASE", None)
    web = start(environment, "serve", "--listen", f"127.0.0.1:{port}")
    try:
        wait_for(f"http://127.0.0.1:{port}/readyz")
        yield House(f"http://127.0.0.1:{port}", house.gateway, house.home, house.now), path
    finally:
        web.terminate()
        web.wait(timeout=15)


def test_streets_come_from_the_file_in_ranges_and_from_nobody_else(page, tiled):
    house, _ = tiled
    answers: list[tuple[int, str]] = []
    page.on("response", lambda one: answers.append((one.status, one.url)))
    sign_in(page, house, "mona")
    page.goto(f"{house.pages}/gallery")
    page.wait_for_selector("#zone-map[data-ready=drawn]", timeout=60_000)
    assert page.locator("#zone-map").get_attribute("data-ground") == "set"
    page.locator("#zone-map .maplibregl-ctrl-attrib").wait_for()
    ranges = [status for status, url in answers if url.endswith("/map/tiles")]
    assert ranges
    assert set(ranges) == {206}
    assert not any("/static/basemap/" in url for _, url in answers), "our own ground is not needed"
    check_accessible(page, house)


def test_a_spoilt_file_leaves_our_own_ground(page, tiled):
    house, path = tiled
    path.write_bytes(b"PMTiles\x03" + b"\xff" * 40)
    sign_in(page, house, "mona")
    page.goto(f"{house.pages}/gallery")
    page.wait_for_selector("#zone-map[data-ready=drawn]", timeout=60_000)
    assert page.locator("#zone-map").get_attribute("data-ground") == "own"
