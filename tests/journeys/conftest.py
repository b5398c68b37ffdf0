"""Fixtures of the journeys: the running house, the browser, a page of either width."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from journey_house import (
    BROWSER_ARGUMENTS,
    OFFICERS,
    POSTED,
    VENDOR,
    House,
    free_port,
    is_outside,
    is_trouble,
    officer,
    orders,
    start,
    wait_for,
    waypost,
    write_fixes,
)
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import sync_playwright

from migrated import migrated


@pytest.fixture(scope="session")
def house(tmp_path_factory) -> Iterator[House]:
    if not VENDOR.exists():
        pytest.skip("the front end is not built (make setup)")
    home = tmp_path_factory.mktemp("house")
    environment = {**os.environ, "WAYPOST_HOME": str(home), "WAYPOST_LOG": "ERROR"}
    environment.pop("WAYPOST_DATABASE", None)
    now = datetime.now(UTC).replace(microsecond=0)
    files = tmp_path_factory.mktemp("files")
    (files / "orders.json").write_text(json.dumps(orders(now)))
    write_fixes(files / "fixes.csv", now)
    migrated(home)
    waypost(
        environment,
        (("import", "orders", str(files / "orders.json")), ""),
        *(
            officer(username, role, name, *POSTED.get(username, ()))
            for username, (role, name) in OFFICERS.items()
        ),
        (("import", "fixes", str(files / "fixes.csv")), ""),
    )
    web, gateway = free_port(), free_port()
    running = [
        start(environment, "worker"),
        start(environment, "gateway", "--listen", f"http=127.0.0.1:{gateway}"),
        start(environment, "serve", "--listen", f"127.0.0.1:{web}"),
    ]
    made = House(f"http://127.0.0.1:{web}", f"http://127.0.0.1:{gateway}", home, now)
    try:
        for address in (f"{made.pages}/readyz", f"{made.gateway}/readyz"):
            wait_for(address)
        yield made
    finally:
        for process in running:
            process.terminate()
        for process in running:
            process.wait(timeout=15)


KNOWN = {
    "log": "SELECT max(position), max(committed_at) FROM positions_logentry",
    "judged": "SELECT position, judged_to, beat_at FROM monitoring_cursor",
    "inbox": "SELECT version, changed_at FROM alerts_inboxversion",
    "quarantined": "SELECT count(*) FROM devices_quarantinedmessage",
    "alerts": "SELECT id, kind, status, raised_at FROM alerts_alert ORDER BY id DESC LIMIT 5",
}


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """A journey that fails says what the house knew and what the page showed: a second machine
    cannot be asked afterwards."""
    report = yield
    page, house = (getattr(item, "funcargs", {}).get(name) for name in ("page", "house"))
    if report.when == "call" and report.failed and page is not None and house is not None:
        report.sections.append(("the house", "\n".join(what_was_known(page, house))))
    return report


def what_was_known(page, house: House) -> Iterator[str]:
    yield f"at {datetime.now(UTC):%H:%M:%S}"
    try:
        with sqlite3.connect(house.home / "waypost.sqlite3", timeout=5) as records:
            for name, asked in KNOWN.items():
                yield f"{name}: {records.execute(asked).fetchall()}"
        yield f"page: {page.url}"
        yield page.locator("body").inner_text(timeout=5_000)[:3_000]
    except (sqlite3.Error, PlaywrightError) as error:  # what failed stays what is reported
        yield f"more could not be read: {error}"


@pytest.fixture(scope="session")
def browser():
    program = next(
        filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
    )
    if program is None:
        pytest.skip("no Chromium is installed")
    with sync_playwright() as player:
        running = player.chromium.launch(executable_path=program, args=BROWSER_ARGUMENTS)
        yield running
        running.close()


@pytest.fixture(params=[360, 1920], ids=["phone", "wall"])
def page(request, browser, house):
    """A page of the width of a phone and of a wall; whatever fails in it fails the journey."""
    height = 740 if request.param == 360 else 1080
    context = browser.new_context(
        viewport={"width": request.param, "height": height}, timezone_id="Europe/London"
    )
    opened = context.new_page()
    troubles: list[str] = []
    outside: list[str] = []
    opened.on("pageerror", lambda error: troubles.append(str(error)))
    opened.on("console", lambda said: troubles.append(said.text) if is_trouble(said) else None)
    opened.on("request", lambda asked: outside.append(asked.url) if is_outside(asked.url) else None)
    yield opened
    context.close()
    assert not troubles, troubles
    assert not outside, "a page asked another machine"
